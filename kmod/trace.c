// SPDX-License-Identifier: GPL-2.0
/*
 * Tell tracers and tracepoints what becomes of packets. All of it is out of line
 * of the data path, and reads what that has left: the decision for a packet, or the
 * packet, which is parsed anew where it was dropped or left to the stack early.
 */
#include <kunit/visibility.h>
#include <linux/export.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/route.h>

#include "backend.h"
#include "core/extension.h"
#include "core/fragment.h"
#include "core/gre.h"
#include "core/inner.h"
#include "dispatch.h"
#include "endpoint.h"
#include "net.h"
#include "packet_skb.h"
#include "route.h"
#include "select.h"
#include "service.h"
#include "trace.h"
#include "traced.h"

static bool went_on(enum mgl_reason reason)
{
	return reason == MGL_REASON_FORWARDED || reason == MGL_REASON_LOCAL ||
	       reason == MGL_REASON_PEER;
}

/*
 * Finds the next hop. The packet is gone, and with it its route, but the next one
 * of this CPU takes the same, which is cached.
 */
static void next_hop_v4(struct net *net, struct mgl_traced *t)
{
	struct mgl_endpoint *ep = t->backend->endpoint;
	struct rtable *rt;
	__be32 saddr;

	rt = mgl_route_v4(net, ep, &saddr);
	if (!rt)
		return;
	t->oif = rt->dst.dev->ifindex;
	t->next_hop = mgl_addr_v4(rt_nexthop(rt, mgl_addr_to_v4(&ep->addr)));
	/* An IPv4 route may have an IPv6 gateway (RFC 8950). */
	if (IS_ENABLED(CONFIG_IPV6) && rt->rt_gw_family == AF_INET6)
		t->next_hop = mgl_addr_v6(&rt->rt_gw6);
	t->has_next_hop = true;
	ip_rt_put(rt);
}

#if IS_ENABLED(CONFIG_IPV6)
static void next_hop_v6(struct net *net, struct mgl_traced *t)
{
	struct mgl_endpoint *ep = t->backend->endpoint;
	struct in6_addr saddr, daddr = mgl_endpoint_v6(ep);
	struct rt6_info *rt6 = mgl_route_v6(net, ep, &saddr);

	if (!rt6)
		return;
	t->oif = rt6->dst.dev->ifindex;
	t->next_hop = mgl_addr_v6(rt6_nexthop(rt6, &daddr));
	t->has_next_hop = true;
	dst_release(&rt6->dst);
}
#endif

static void next_hop(struct net *net, struct mgl_traced *t)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (!mgl_addr_is_v4(&t->backend->endpoint->addr)) {
		next_hop_v6(net, t);
		return;
	}
#endif
	next_hop_v4(net, t);
}

/**
 * mgl_trace_report() - tell everybody who traces what became of a packet
 * @mn: the namespace
 * @what: the packet; its next hop is looked up here
 *
 * Context: RCU read side, BH disabled.
 */
void mgl_trace_report(struct mgl_net *mn, struct mgl_traced *what)
{
	bool wanted = mgl_tracing(mn) && mgl_tracers_want(mn, what);

	if (went_on(what->reason) &&
	    (wanted || trace_maglev_forward_enabled())) {
		next_hop(mn->net, what);
		trace_maglev_forward(mn, what);
	}
	if (wanted)
		mgl_tracers_report(mn, what);
}

/**
 * mgl_trace_dispatched() - tell of a packet for which mgl_dispatch() has decided
 * @mn: the namespace
 * @parsed: the packet
 * @choice: the decision; its flow is NULL if there was none
 * @reason: what became of the packet
 * @iif: index of the device by which it came
 *
 * Context: RCU read side, BH disabled.
 */
void mgl_trace_dispatched(struct mgl_net *mn, const struct mgl_parsed *parsed,
			  struct mgl_choice *choice, enum mgl_reason reason,
			  int iif)
{
	struct mgl_traced t = {
		.flow = &parsed->flow,
		.has_ports = true,
		.svc = parsed->svc,
		.backend = parsed->backend,
		.reason = reason,
		.len = parsed->flow.len,
		.iif = iif,
	};

	if (choice->flow) {
		/* The slot was not looked up, since the cache decided. */
		if (choice->decision.rule == MAGLEV_RULE_CACHED) {
			choice->pool = rcu_dereference(parsed->svc->pool);
			mgl_table_slot(choice->pool, choice->flow,
				       &choice->slot);
		}
		t.pool = choice->pool;
		t.slot = choice->slot;
		t.rule = choice->decision.rule;
		t.fallback = choice->fallback;
	}
	mgl_trace_report(mn, &t);
}

/**
 * mgl_trace_fragment() - note the datagram of a first fragment
 * @mn: the namespace
 * @skb: the packet
 * @f: the inner fragment in it
 *
 * Other fragments of the datagram are known by that. Done before anything becomes
 * of them.
 *
 * Context: RCU read side, BH disabled.
 */
void mgl_trace_fragment(struct mgl_net *mn, const struct sk_buff *skb,
			const struct mgl_fragment *f)
{
	struct mgl_packet p = mgl_packet_skb(skb);
	struct mgl_flow flow;

	if (!f->offset && !mgl_fragment_parse_first(&p, f, &flow))
		mgl_tracers_note(mn, &flow, mgl_fragment_key(f, &mn->secret));
}

/**
 * struct seen - what can be told of a packet without deciding on it
 * @flow: its flow, or the start of it
 * @has_ports: the ports of @flow are known
 */
struct seen {
	struct mgl_flow flow;
	bool has_ports;
};

/* Offset of the GRE header, or 0 if there is none, or it is not for this host. */
static u32 find_gre(const struct sk_buff *skb)
{
	struct mgl_packet p = mgl_packet_skb(skb);
	struct mgl_chain chain = {
		.off = sizeof(struct ipv6hdr),
		.len = skb->len - sizeof(struct ipv6hdr),
	};

	if (skb->protocol != htons(ETH_P_IPV6))
		return ip_is_fragment(ip_hdr(skb)) ? 0 : ip_hdrlen(skb);
	chain.next = ipv6_hdr(skb)->nexthdr;
	if (mgl_chain_skip(&p, &chain) != MGL_CHAIN_PROTOCOL ||
	    chain.next != IPPROTO_GRE)
		return 0;
	return chain.off;
}

/* The protocol of a fragment; of a first one, ports as well. */
static void see_fragment(const struct mgl_packet *p, u32 off, bool v6,
			 struct seen *s)
{
	struct mgl_fragment f;

	if (v6 ? mgl_fragment_parse_v6(p, off, &f) :
		 mgl_fragment_parse_v4(p, off, &f))
		return;
	if (!f.offset && !mgl_fragment_parse_first(p, &f, &s->flow))
		s->has_ports = true;
	else
		s->flow = f.tuple;
}

static enum mgl_reason see_v4(const struct mgl_packet *p, u32 off,
			      struct seen *s)
{
	const struct iphdr *iph;
	enum mgl_reason reason;
	struct mgl_flow flow;
	struct iphdr _iph;

	iph = mgl_packet_read(p, off, sizeof(_iph), &_iph);
	if (!iph)
		return MGL_REASON_GRE_TRUNCATED;
	s->flow.saddr = mgl_addr_v4(iph->saddr);
	s->flow.daddr = mgl_addr_v4(iph->daddr);
	s->flow.proto = iph->protocol;
	reason = mgl_inner_parse_v4(p, off, iph, &flow);
	if (!reason)
		s->flow = flow;
	return reason;
}

static enum mgl_reason see_v6(const struct mgl_packet *p, u32 off,
			      struct seen *s)
{
	const struct ipv6hdr *ip6h;
	enum mgl_reason reason;
	struct ipv6hdr _ip6h;
	struct mgl_flow flow;

	ip6h = mgl_packet_read(p, off, sizeof(_ip6h), &_ip6h);
	if (!ip6h)
		return MGL_REASON_GRE_TRUNCATED;
	s->flow.saddr = mgl_addr_v6(&ip6h->saddr);
	s->flow.daddr = mgl_addr_v6(&ip6h->daddr);
	s->flow.proto = ip6h->nexthdr;
	/* Not the IPv4 host that a mapped address would stand for. */
	if (mgl_addr_is_v4(&s->flow.saddr) || mgl_addr_is_v4(&s->flow.daddr))
		return MGL_REASON_GRE_TRUNCATED;
	reason = mgl_inner_parse_v6(p, off, ip6h, &flow);
	if (!reason)
		s->flow = flow;
	return reason;
}

/* Parses a packet for what it can tell. Returns false if not even addresses. */
static bool see(const struct sk_buff *skb, struct seen *s)
{
	struct mgl_packet p = mgl_packet_skb(skb);
	u32 off = find_gre(skb);
	enum mgl_reason reason;
	struct mgl_gre gre;
	bool v6;

	*s = (struct seen){};
	if (!off || mgl_gre_parse(&p, off, &gre))
		return false;
	s->flow.len = p.len - gre.inner;
	v6 = gre.proto != htons(ETH_P_IP);
	reason = v6 ? see_v6(&p, gre.inner, s) : see_v4(&p, gre.inner, s);
	switch (reason) {
	case MGL_REASON_NONE:
		s->has_ports = true;
		return true;
	case MGL_REASON_GRE_TRUNCATED:
		return false;
	case MGL_REASON_INNER_FRAGMENT:
		see_fragment(&p, gre.inner, v6, s);
		return true;
	default:
		return true;
	}
}

/*
 * Reasons of packets that get no further than the parsers; the others are told of
 * by what decides on them.
 */
static bool ends_before_dispatch(enum mgl_reason reason)
{
	switch (reason) {
	case MGL_REASON_MARTIAN:
	case MGL_REASON_UNTRUSTED:
	case MGL_REASON_NOT_VIP:
	case MGL_REASON_INNER_FRAGMENT:
	case MGL_REASON_INNER_ICMP:
	case MGL_REASON_QUOTED_FRAGMENT:
	case MGL_REASON_GRE_VERSION:
	case MGL_REASON_GRE_ROUTING:
	case MGL_REASON_INNER_HEADER:
	case MGL_REASON_INNER_EXTENSIONS:
	case MGL_REASON_INNER_JUMBOGRAM:
	case MGL_REASON_INNER_L4:
	case MGL_REASON_ICMP_MALFORMED:
	case MGL_REASON_QUOTED_SOURCE:
	case MGL_REASON_FRAGMENT_MALFORMED:
	case MGL_REASON_FRAGMENT_TINY:
		return true;
	default:
		return false;
	}
}

/* Tells tracers of a packet that is parsed for them alone. */
static void report_seen(struct mgl_net *mn, const struct sk_buff *skb,
			u64 datagram, enum mgl_reason reason)
{
	struct mgl_traced t = { .reason = reason, .datagram = datagram };
	struct seen s;

	if (!see(skb, &s))
		return;
	t.flow = &s.flow;
	t.has_ports = s.has_ports;
	t.len = s.flow.len;
	/* A fragment that was held has no device. */
	t.iif = skb->dev ? skb->dev->ifindex : 0;
	mgl_tracers_report(mn, &t);
}

/**
 * mgl_trace_undispatched() - tell tracers of a packet that got no service
 * @mn: the namespace
 * @skb: the packet; its data is not read if @reason is one of another kind
 * @reason: what becomes of it
 *
 * Context: RCU read side, BH disabled.
 */
void mgl_trace_undispatched(struct mgl_net *mn, const struct sk_buff *skb,
			    enum mgl_reason reason)
{
	if (ends_before_dispatch(reason))
		report_seen(mn, skb, 0, reason);
}

/**
 * mgl_trace_held() - tell tracers of a fragment that was held in vain
 * @mn: the namespace
 * @skb: the packet, with skb->data at its outer header
 * @datagram: mgl_fragment_key(), or 0 if its first fragment has not been seen
 * @reason: why it is dropped
 *
 * Context: BH disabled.
 */
void mgl_trace_held(struct mgl_net *mn, const struct sk_buff *skb,
		    u64 datagram, enum mgl_reason reason)
{
	rcu_read_lock();
	report_seen(mn, skb, datagram, reason);
	rcu_read_unlock();
}

/**
 * mgl_trace_dropped() - tell the tracepoint of a packet that is to be dropped
 * @mn: the namespace
 * @skb: the packet
 * @reason: why
 *
 * Context: BH disabled.
 */
void mgl_trace_dropped(const struct mgl_net *mn, const struct sk_buff *skb,
		       enum mgl_reason reason)
{
	struct seen s;
	bool known = see(skb, &s);

	trace_maglev_drop(mn, skb, reason, known ? &s.flow : NULL);
}
