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
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/notifier.h>
#include <linux/skbuff.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/route.h>

#include "core/extension.h"
#include "core/gre.h"
#include "endpoint.h"
#include "net.h"
#include "packet_skb.h"
#include "path_error.h"
#include "pmtu.h"
#include "vip.h"

/* Smallest MTU of IPv4 (RFC 791). */
#define MTU_MIN_V4 68

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

/**
 * struct quote - the GRE packet that an error quotes
 * @outer: offset of its outer header from skb->data of the error, in bytes
 * @len: its length as its header has it, in bytes
 * @to: its outer destination
 * @at: offsets of its GRE and inner header; valid if @has_inner
 * @has_inner: the quote goes on to the inner destination, which is a VIP
 */
struct quote {
	u32 outer;
	u32 len;
	struct mgl_addr to;
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

static bool quote_v4(struct mgl_net *mn, const struct sk_buff *skb,
		     struct quote *q)
{
	struct mgl_packet p = mgl_packet_skb(skb);
	const struct iphdr *iph;
	struct iphdr _iph;

	iph = mgl_packet_read(&p, q->outer, sizeof(_iph), &_iph);
	if (!iph || iph->version != 4 || iph->ihl * 4 < sizeof(*iph) ||
	    iph->protocol != IPPROTO_GRE || iph->saddr != ip_hdr(skb)->daddr)
		return false;
	q->len = ntohs(iph->tot_len);
	q->to = mgl_addr_v4(iph->daddr);
	q->at.gre = q->outer + iph->ihl * 4;
	find_inner(mn, &p, q);
	return true;
}

/*
 * Notes the MTU of a path at its route. The kernel wants the quoted header at
 * skb->data. Returns false if there is no memory.
 */
static bool note_mtu_v4(struct net *net, struct sk_buff *skb, u32 outer,
			u32 mtu)
{
	if (!pskb_may_pull(skb, outer + sizeof(struct iphdr)))
		return false;
	__skb_pull(skb, outer);
	ipv4_update_pmtu(skb, net, mtu, 0, IPPROTO_GRE);
	__skb_push(skb, outer);
	return true;
}

/**
 * mgl_path_error_v4() - process an ICMP packet that is addressed to this host
 * @mn: the namespace
 * @skb: the packet, at PRE_ROUTING, skb->data at its IPv4 header; the caller
 *	keeps it, unmodified
 *
 * Context: RCU read side, BH disabled. Invalidates every pointer into @skb.
 */
void mgl_path_error_v4(struct mgl_net *mn, struct sk_buff *skb)
{
	struct quote q = { .outer = ip_hdrlen(skb) + sizeof(struct icmphdr) };
	struct mgl_endpoint *ep;
	struct icmphdr icmph;
	u32 mtu;

	if (ip_is_fragment(ip_hdr(skb)) ||
	    skb_copy_bits(skb, ip_hdrlen(skb), &icmph, sizeof(icmph)) ||
	    icmph.type != ICMP_DEST_UNREACH || !quote_v4(mn, skb, &q))
		return;
	ep = mgl_endpoint_find(mn, &q.to);
	if (!ep || csum_fold(skb_checksum(skb, ip_hdrlen(skb),
					  skb->len - ip_hdrlen(skb), 0))) {
		refuse(mn);
		return;
	}
	if (icmph.code != ICMP_FRAG_NEEDED) {
		suspect(mn, ep);
		return;
	}
	mtu = ntohs(icmph.un.frag.mtu);
	if (mtu < MTU_MIN_V4 || mtu >= q.len ||
	    !note_mtu_v4(mn->net, skb, q.outer, mtu)) {
		refuse(mn);
		return;
	}
	pass_on_mtu(mn, skb, &q, mtu);
}

#if IS_ENABLED(CONFIG_IPV6)
static bool quote_v6(struct mgl_net *mn, const struct sk_buff *skb,
		     struct quote *q)
{
	struct mgl_packet p = mgl_packet_skb(skb);
	const struct ipv6hdr *ip6h;
	struct ipv6hdr _ip6h;
	struct mgl_chain c;

	ip6h = mgl_packet_read(&p, q->outer, sizeof(_ip6h), &_ip6h);
	if (!ip6h || ip6h->version != 6 ||
	    !ipv6_addr_equal(&ip6h->saddr, &ipv6_hdr(skb)->daddr))
		return false;
	c = (struct mgl_chain){
		.off = q->outer + sizeof(*ip6h),
		.len = skb->len - q->outer - sizeof(*ip6h),
		.next = ip6h->nexthdr,
	};
	q->len = sizeof(*ip6h) + ntohs(ip6h->payload_len);
	q->to = mgl_addr_v6(&ip6h->daddr);
	if (mgl_addr_is_v4(&q->to) ||
	    mgl_chain_skip(&p, &c) != MGL_CHAIN_PROTOCOL ||
	    c.next != IPPROTO_GRE)
		return false;
	q->at.gre = c.off;
	find_inner(mn, &p, q);
	return true;
}

static bool note_mtu_v6(struct net *net, struct sk_buff *skb, u32 outer,
			u32 mtu)
{
	if (!pskb_may_pull(skb, outer + sizeof(struct ipv6hdr)))
		return false;
	__skb_pull(skb, outer);
	ip6_update_pmtu(skb, net, htonl(mtu), 0, 0, INVALID_UID);
	__skb_push(skb, outer);
	return true;
}

static bool checksum_ok_v6(const struct sk_buff *skb, u32 off)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	u32 len = skb->len - off;

	return !csum_ipv6_magic(&ip6h->saddr, &ip6h->daddr, len,
				IPPROTO_ICMPV6, skb_checksum(skb, off, len, 0));
}

/**
 * mgl_path_error_v6() - process an ICMPv6 packet that is addressed to this host
 * @mn: the namespace
 * @skb: the packet, at PRE_ROUTING, skb->data at its IPv6 header, with ICMPv6
 *	right behind it; the caller keeps it, unmodified
 *
 * Context: RCU read side, BH disabled. Invalidates every pointer into @skb.
 */
void mgl_path_error_v6(struct mgl_net *mn, struct sk_buff *skb)
{
	const u32 off = sizeof(struct ipv6hdr);
	struct quote q = { .outer = off + sizeof(struct icmp6hdr) };
	struct mgl_endpoint *ep;
	struct icmp6hdr icmp6h;
	u32 mtu;

	if (skb_copy_bits(skb, off, &icmp6h, sizeof(icmp6h)) ||
	    (icmp6h.icmp6_type != ICMPV6_DEST_UNREACH &&
	     icmp6h.icmp6_type != ICMPV6_PKT_TOOBIG) ||
	    !quote_v6(mn, skb, &q))
		return;
	ep = mgl_endpoint_find(mn, &q.to);
	if (!ep || !checksum_ok_v6(skb, off)) {
		refuse(mn);
		return;
	}
	if (icmp6h.icmp6_type == ICMPV6_DEST_UNREACH) {
		suspect(mn, ep);
		return;
	}
	mtu = ntohl(icmp6h.icmp6_mtu);
	if (mtu < IPV6_MIN_MTU || mtu >= q.len ||
	    !note_mtu_v6(mn->net, skb, q.outer, mtu)) {
		refuse(mn);
		return;
	}
	pass_on_mtu(mn, skb, &q, mtu);
}
#endif
