// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP errors about packets that were forwarded. They come to this host, because
 * its address is the source of those packets, and quote them. A smaller MTU is
 * noted at the route and passed on to the client; an unreachable backend is
 * counted and notified. The stack gets every error as well, unmodified.
 *
 * Anybody can send such errors. So one is heeded only if it quotes a packet that
 * this host could have sent: GRE from the address to which the error came, to a
 * configured backend, for a VIP, and longer than the MTU which it complains of.
 * The route keeps the kernel's lower limit.
 */
#include <kunit/visibility.h>
#include <linux/export.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
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

#include "core/extension.h"
#include "core/gre.h"
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

/**
 * struct quote - the GRE packet that an error quotes
 * @outer: offset of its outer header from skb->data of the error, in bytes
 * @len: its length as its header has it, in bytes
 * @to: its outer destination
 * @ours: its outer source is the address to which the error came
 * @at: offsets of its GRE and inner header; valid if @has_inner
 * @has_inner: the quote goes on to the inner destination, which is a VIP
 */
struct quote {
	u32 outer;
	u32 len;
	struct mgl_addr to;
	bool ours;
	struct mgl_offsets at;
	bool has_inner;
};

/* Looks for the inner destination, from the GRE header on. */
static void find_inner(struct mgl_net *mn, const struct mgl_packet *p,
		       struct quote *q)
{
	const struct ipv6hdr *ip6h;
	const struct iphdr *iph;
	struct ipv6hdr _ip6h;
	struct mgl_addr vip;
	struct mgl_gre gre;
	struct iphdr _iph;

	if (mgl_gre_parse(p, q->at.gre, &gre) || gre.reason)
		return;
	q->at.inner = gre.inner;
	q->at.inner_v6 = gre.proto != htons(ETH_P_IP);
	if (q->at.inner_v6) {
		ip6h = mgl_packet_read(p, gre.inner, sizeof(_ip6h), &_ip6h);
		if (!ip6h || ip6h->version != 6)
			return;
		vip = mgl_addr_v6(&ip6h->daddr);
		if (mgl_addr_is_v4(&vip))
			return;
	} else {
		iph = mgl_packet_read(p, gre.inner, sizeof(_iph), &_iph);
		if (!iph || iph->version != 4)
			return;
		vip = mgl_addr_v4(iph->daddr);
	}
	q->has_inner = mgl_vip_find(mn, &vip);
}

static void refuse(struct mgl_net *mn)
{
	mgl_counters_event(mn->counters, MGL_EVENT_PATH_REFUSED);
}

/* @mtu is that of the path, for a packet as it is quoted, already noted there. */
static void pass_on_mtu(struct mgl_net *mn, const struct sk_buff *skb,
			const struct quote *q, u32 mtu)
{
	mgl_counters_event(mn->counters, MGL_EVENT_PATH_MTU);
	/* Offsets are from the error's start, and so has the MTU to be. */
	if (q->has_inner)
		mgl_pmtu_tell_client(mn, skb, &q->at, mtu + q->outer);
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

/* Returns false if the error does not quote GRE. */
static bool quote_v4(struct mgl_net *mn, const struct sk_buff *skb,
		     struct quote *q)
{
	struct mgl_packet p = mgl_packet_skb(skb);
	const struct iphdr *iph;
	struct iphdr _iph;

	iph = mgl_packet_read(&p, q->outer, sizeof(_iph), &_iph);
	if (!iph || iph->version != 4 || iph->ihl * 4 < sizeof(*iph) ||
	    iph->protocol != IPPROTO_GRE)
		return false;
	q->len = ntohs(iph->tot_len);
	q->to = mgl_addr_v4(iph->daddr);
	q->ours = iph->saddr == ip_hdr(skb)->daddr;
	q->at.gre = q->outer + iph->ihl * 4;
	/* The stack fragments packets without DF. */
	if (!(iph->frag_off & htons(IP_OFFSET)))
		find_inner(mn, &p, q);
	return true;
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
 * mgl_path_error_v4() - process an ICMP packet that is addressed to this host
 * @mn: the namespace
 * @skb: the packet, at PRE_ROUTING, skb->data at its IPv4 header
 *
 * Context: RCU read side, BH disabled.
 */
void mgl_path_error_v4(struct mgl_net *mn, const struct sk_buff *skb)
{
	const u32 off = ip_hdrlen(skb);
	struct quote q = { .outer = off + sizeof(struct icmphdr) };
	struct mgl_endpoint *ep;
	struct icmphdr icmph;
	u32 mtu;

	if (ip_is_fragment(ip_hdr(skb)) ||
	    skb_copy_bits(skb, off, &icmph, sizeof(icmph)) ||
	    icmph.type != ICMP_DEST_UNREACH || !quote_v4(mn, skb, &q))
		return;
	ep = mgl_endpoint_find(mn, &q.to);
	if (!ep || !q.ours || !checksum_ok_v4(skb, off)) {
		refuse(mn);
		return;
	}
	if (icmph.code != ICMP_FRAG_NEEDED) {
		suspect(mn, ep);
		return;
	}
	mtu = ntohs(icmph.un.frag.mtu);
	if (mtu < MGL_MTU_MIN_V4 || mtu >= q.len) {
		refuse(mn);
		return;
	}
	note_mtu_v4(mn->net, ep, mtu);
	pass_on_mtu(mn, skb, &q, mtu);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_path_error_v4);

#if IS_ENABLED(CONFIG_IPV6)
static bool quote_v6(struct mgl_net *mn, const struct sk_buff *skb,
		     struct quote *q)
{
	struct mgl_packet p = mgl_packet_skb(skb);
	const struct ipv6hdr *ip6h;
	struct ipv6hdr _ip6h;
	struct mgl_chain c;

	ip6h = mgl_packet_read(&p, q->outer, sizeof(_ip6h), &_ip6h);
	if (!ip6h || ip6h->version != 6)
		return false;
	c = (struct mgl_chain){
		.off = q->outer + sizeof(*ip6h),
		.len = skb->len - q->outer - sizeof(*ip6h),
		.next = ip6h->nexthdr,
	};
	q->len = sizeof(*ip6h) + ntohs(ip6h->payload_len);
	q->to = mgl_addr_v6(&ip6h->daddr);
	/* A mapped address would find the backend with the IPv4 address. */
	q->ours = !mgl_addr_is_v4(&q->to) &&
		  ipv6_addr_equal(&ip6h->saddr, &ipv6_hdr(skb)->daddr);
	if (mgl_chain_skip(&p, &c) != MGL_CHAIN_PROTOCOL ||
	    c.next != IPPROTO_GRE)
		return false;
	q->at.gre = c.off;
	find_inner(mn, &p, q);
	return true;
}

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

/*
 * A host without GRE answers with "unrecognized next header", which is to IPv6
 * what "protocol unreachable" is to IPv4.
 */
static bool unreachable_v6(const struct icmp6hdr *icmp6h)
{
	return icmp6h->icmp6_type == ICMPV6_DEST_UNREACH ||
	       (icmp6h->icmp6_type == ICMPV6_PARAMPROB &&
		icmp6h->icmp6_code == ICMPV6_UNK_NEXTHDR);
}

/**
 * mgl_path_error_v6() - process an ICMPv6 packet that is addressed to this host
 * @mn: the namespace
 * @skb: the packet, at PRE_ROUTING, skb->data at its IPv6 header, with ICMPv6
 *	right behind it
 *
 * Context: RCU read side, BH disabled.
 */
void mgl_path_error_v6(struct mgl_net *mn, const struct sk_buff *skb)
{
	const u32 off = sizeof(struct ipv6hdr);
	struct quote q = { .outer = off + sizeof(struct icmp6hdr) };
	struct mgl_endpoint *ep;
	struct icmp6hdr icmp6h;
	u32 mtu;

	if (skb_copy_bits(skb, off, &icmp6h, sizeof(icmp6h)) ||
	    (icmp6h.icmp6_type != ICMPV6_PKT_TOOBIG &&
	     !unreachable_v6(&icmp6h)) ||
	    !quote_v6(mn, skb, &q))
		return;
	ep = mgl_endpoint_find(mn, &q.to);
	if (!ep || !q.ours || !checksum_ok_v6(skb, off)) {
		refuse(mn);
		return;
	}
	if (icmp6h.icmp6_type != ICMPV6_PKT_TOOBIG) {
		suspect(mn, ep);
		return;
	}
	mtu = ntohl(icmp6h.icmp6_mtu);
	if (mtu < IPV6_MIN_MTU || mtu >= q.len) {
		refuse(mn);
		return;
	}
	note_mtu_v6(mn->net, ep, mtu);
	pass_on_mtu(mn, skb, &q, mtu);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_path_error_v6);
#endif
