// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP errors about packets that were forwarded. They come to this host, because
 * its address, or a source that is routed to it, is the source of those packets,
 * and quote them. A smaller MTU is noted at the route and passed on to the client;
 * an unreachable backend is counted and notified. The stack gets every error as
 * well, unmodified.
 *
 * Anybody can send such errors. So one is heeded only if it quotes a packet that
 * this host could have sent: GRE from the address to which the error came, to a
 * configured backend, for a VIP, and longer than the MTU which it complains of.
 * The route keeps the kernel's lower limit.
 */
#include <kunit/visibility.h>
#include <linux/export.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/notifier.h>
#include <linux/skbuff.h>
#include <net/dst.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ip6_fib.h>
#include <net/ipv6.h>
#include <net/route.h>

#include "core/outer_error.h"
#include "endpoint.h"
#include "net.h"
#include "packet_skb.h"
#include "path_error.h"
#include "pmtu.h"
#include "route.h"
#include "vip.h"

/* Time between notifications about an endpoint. */
#define SUSPECT_INTERVAL HZ

static ATOMIC_NOTIFIER_HEAD(suspect_chain);

/**
 * mgl_path_error_notifier_register() - register for suspect backends
 * @nb: called with a struct mgl_suspect, in softirq
 *
 * Context: may sleep.
 * Return: 0 or -EEXIST.
 */
int mgl_path_error_notifier_register(struct notifier_block *nb)
{
	return atomic_notifier_chain_register(&suspect_chain, nb);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_path_error_notifier_register);

/**
 * mgl_path_error_notifier_unregister() - unregister from suspect backends
 * @nb: the notifier block, which is not called afterwards
 *
 * Context: may sleep; waits for an RCU grace period.
 * Return: 0 or -ENOENT.
 */
int mgl_path_error_notifier_unregister(struct notifier_block *nb)
{
	return atomic_notifier_chain_unregister(&suspect_chain, nb);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_path_error_notifier_unregister);

static void refuse(struct mgl_net *mn)
{
	mgl_counters_event(mn->counters, MGL_EVENT_PATH_REFUSED);
}

/* The MTU of the path, for a packet as it is quoted, is noted there already. */
static void pass_on_mtu(struct mgl_net *mn, const struct sk_buff *skb,
			const struct mgl_outer_error *e)
{
	const struct mgl_offsets at = {
		.gre = e->gre,
		.inner = e->inner,
		.inner_v6 = e->inner_v6,
	};

	mgl_counters_event(mn->counters, MGL_EVENT_PATH_MTU);
	/* Offsets are from the error's start, and so has the MTU to be. */
	if (e->has_inner && mgl_vip_find(mn, &e->dst))
		mgl_pmtu_tell_client(mn, skb, &at, e->mtu + e->quote);
}

/* Counts an error, and notifies of it unless that has just been done. */
static void suspect(struct mgl_net *mn, struct mgl_endpoint *ep)
{
	unsigned long now = jiffies ?: 1, last = READ_ONCE(ep->suspect_at);
	struct mgl_suspect s = { .mn = mn, .addr = ep->addr };

	mgl_counters_event(mn->counters, MGL_EVENT_PATH_UNREACHABLE);
	s.unreachable = atomic_inc_return(&ep->unreachable);
	if (last && time_before(now, last + SUSPECT_INTERVAL))
		return;
	/* Of several CPUs one notifies. */
	if (cmpxchg(&ep->suspect_at, last, now) == last)
		atomic_notifier_call_chain(&suspect_chain, 0, &s);
}

static bool checksum_ok_v4(const struct sk_buff *skb, u32 off)
{
	return !csum_fold(skb_checksum(skb, off, skb->len - off, 0));
}

/*
 * Notes the MTU of a path at its route. The kernel takes the key of the route
 * from a header. The quoted one would do, but rules for its source or its type
 * of service could lead to another route than the one that packets take, which
 * is looked up by destination and protocol only. Best effort.
 */
static void note_mtu_v4(struct net *net, const struct mgl_endpoint *ep,
			u32 mtu)
{
	struct sk_buff *key = alloc_skb(sizeof(struct iphdr), GFP_ATOMIC);
	struct iphdr *iph;

	if (!key)
		return;
	iph = skb_put_zero(key, sizeof(*iph));
	iph->daddr = mgl_addr_to_v4(&ep->addr);
	ipv4_update_pmtu(key, net, mtu, 0, IPPROTO_GRE);
	kfree_skb(key);
}

/**
 * mgl_path_error_v4() - process an ICMP packet to this host or to a source
 * @mn: the namespace
 * @skb: the packet, at PRE_ROUTING, skb->data at its IPv4 header
 *
 * Context: RCU read side, BH disabled.
 */
void mgl_path_error_v4(struct mgl_net *mn, const struct sk_buff *skb)
{
	const struct mgl_addr here = mgl_addr_v4(ip_hdr(skb)->daddr);
	const struct mgl_packet packet = mgl_packet_skb(skb);
	const u32 off = ip_hdrlen(skb);
	struct mgl_outer_error e;
	struct mgl_endpoint *ep;

	if (ip_is_fragment(ip_hdr(skb)) ||
	    !mgl_outer_error_parse_v4(&packet, off, &e))
		return;
	ep = mgl_endpoint_find(mn, &e.to);
	if (!ep || !mgl_addr_equal(&e.from, &here) ||
	    !checksum_ok_v4(skb, off)) {
		refuse(mn);
		return;
	}
	if (!e.too_big) {
		suspect(mn, ep);
		return;
	}
	if (e.mtu < MGL_MTU_MIN_V4 || e.mtu >= e.len) {
		refuse(mn);
		return;
	}
	note_mtu_v4(mn->net, ep, e.mtu);
	pass_on_mtu(mn, skb, &e);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_path_error_v4);

#if IS_ENABLED(CONFIG_IPV6)
/* As note_mtu_v4(); here the kernel takes the route itself as well. */
static void note_mtu_v6(struct net *net, struct mgl_endpoint *ep, u32 mtu)
{
	struct ipv6hdr *ip6h;
	struct in6_addr saddr;
	struct rt6_info *rt6;
	struct sk_buff *key;

	rt6 = mgl_route_v6(net, ep, &saddr);
	if (!rt6)
		return;
	key = alloc_skb(sizeof(*ip6h), GFP_ATOMIC);
	if (!key) {
		dst_release(&rt6->dst);
		return;
	}
	skb_reset_network_header(key);
	ip6h = skb_put_zero(key, sizeof(*ip6h));
	ip6h->saddr = saddr;
	ip6h->daddr = mgl_endpoint_v6(ep);
	skb_dst_set(key, &rt6->dst);
	skb_dst_update_pmtu_no_confirm(key, mtu);
	kfree_skb(key);
}

static bool checksum_ok_v6(const struct sk_buff *skb, u32 off)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	u32 len = skb->len - off;

	return !csum_ipv6_magic(&ip6h->saddr, &ip6h->daddr, len,
				IPPROTO_ICMPV6, skb_checksum(skb, off, len, 0));
}

/**
 * mgl_path_error_v6() - process an ICMPv6 packet to this host or to a source
 * @mn: the namespace
 * @skb: the packet, at PRE_ROUTING, skb->data at its IPv6 header, with ICMPv6
 *	right behind it
 *
 * Context: RCU read side, BH disabled.
 */
void mgl_path_error_v6(struct mgl_net *mn, const struct sk_buff *skb)
{
	const struct mgl_addr here = mgl_addr_v6(&ipv6_hdr(skb)->daddr);
	const struct mgl_packet packet = mgl_packet_skb(skb);
	const u32 off = sizeof(struct ipv6hdr);
	struct mgl_endpoint *ep = NULL;
	struct mgl_outer_error e;

	if (!mgl_outer_error_parse_v6(&packet, off, &e))
		return;
	/* A mapped address would find the backend with the IPv4 address. */
	if (!mgl_addr_is_v4(&e.to))
		ep = mgl_endpoint_find(mn, &e.to);
	if (!ep || !mgl_addr_equal(&e.from, &here) ||
	    !checksum_ok_v6(skb, off)) {
		refuse(mn);
		return;
	}
	if (!e.too_big) {
		suspect(mn, ep);
		return;
	}
	if (e.mtu < IPV6_MIN_MTU || e.mtu >= e.len) {
		refuse(mn);
		return;
	}
	note_mtu_v6(mn->net, ep, e.mtu);
	pass_on_mtu(mn, skb, &e);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_path_error_v6);
#endif
