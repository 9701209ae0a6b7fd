// SPDX-License-Identifier: GPL-2.0
/*
 * Rewrite, route, transmit. The packet keeps its size: only the outer source,
 * destination, TTL and header checksum change, so the path to the backend
 * needs no more MTU than the path from the router.
 */
#include <kunit/visibility.h>
#include <linux/icmp.h>
#include <linux/ip.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <net/dst.h>
#include <net/gso.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <net/route.h>

#include "endpoint.h"
#include "forward.h"

static struct rtable *route_v4(struct net *net, struct mgl_endpoint *ep)
{
	__be32 daddr = mgl_addr_to_v4(&ep->addr);
	struct flowi4 fl4 = {
		.daddr = daddr,
		.flowi4_proto = IPPROTO_GRE,
		/* Nobody's: root's would match "ip rule ... uidrange 0-0". */
		.flowi4_uid = INVALID_UID,
	};
	struct rtable *rt;
	__be32 saddr;

	rt = dst_cache_get_ip4(&ep->dst, &saddr);
	if (likely(rt))
		return rt;
	rt = ip_route_output_key(net, &fl4);
	if (IS_ERR(rt))
		return NULL;
	/* A subnet's broadcast address looks like a host's until now. */
	if (rt->rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST)) {
		ip_rt_put(rt);
		return NULL;
	}
	dst_cache_set_ip4(&ep->dst, &rt->dst, fl4.saddr);
	return rt;
}

/**
 * mgl_forward_rewrite_v4() - new outer addresses for a packet
 * @skb: the packet, skb->data at its outer IPv4 header
 * @saddr: outer source to set
 * @daddr: outer destination to set
 * @ttl_cost: what to take off the TTL, 1 or 0; the caller has checked that
 *	something is left
 *
 * The header checksum is updated incrementally (RFC 1624). Type of service,
 * identification, DF and options stay as they are, and so does everything
 * behind the outer header. Keeping the identification under a new source is
 * right while routers set DF on their tunnels, as they do by default; of those
 * that do not, fragments made on the way from here could be mixed up (RFC
 * 6864), which a counter of our own would prevent at a price for everybody.
 *
 * Context: any. Invalidates every pointer into @skb: the header is made
 * writable first, which may copy it. @skb stays the caller's.
 * Return: MGL_REASON_NONE, or MGL_REASON_NO_MEMORY with @skb unchanged.
 */
enum mgl_reason mgl_forward_rewrite_v4(struct sk_buff *skb, __be32 saddr,
					__be32 daddr, u8 ttl_cost)
{
	struct iphdr *iph;

	if (skb_ensure_writable(skb, ip_hdrlen(skb)))
		return MGL_REASON_NO_MEMORY;
	iph = ip_hdr(skb);
	csum_replace4(&iph->check, iph->saddr, saddr);
	iph->saddr = saddr;
	csum_replace4(&iph->check, iph->daddr, daddr);
	iph->daddr = daddr;
	if (ttl_cost)
		ip_decrease_ttl(iph);
	return MGL_REASON_NONE;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_forward_rewrite_v4);

static bool too_big(const struct sk_buff *skb, unsigned int mtu)
{
	if (!(ip_hdr(skb)->frag_off & htons(IP_DF)) || skb->len <= mtu)
		return false;
	return !(skb_is_gso(skb) && skb_gso_validate_network_len(skb, mtu));
}

/*
 * Tells the outer source what fits (RFC 1191), as a router on the way would.
 * The packet is still as it came: that is what the error has to quote. A
 * source that is a broadcast address here is told nothing.
 */
static void send_frag_needed(struct net *net, struct sk_buff *skb,
			     struct rtable *rt, u32 mtu)
{
	if (inet_addr_type(net, ip_hdr(skb)->saddr) != RTN_UNICAST)
		return;
	skb_dst_drop(skb);
	skb_dst_set_noref(skb, &rt->dst);
	icmp_send(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, htonl(mtu));
	skb_dst_drop(skb);
}

/*
 * The backend is this host: change the destination to the address that it
 * unwraps GRE on and let the stack deliver it. It has not been forwarded, so
 * the TTL stays, and so does the source.
 */
static enum mgl_reason deliver_local(struct sk_buff *skb, __be32 daddr)
{
	enum mgl_reason reason;

	reason = mgl_forward_rewrite_v4(skb, ip_hdr(skb)->saddr, daddr, 0);
	return reason ? reason : MGL_REASON_LOCAL;
}

static void transmit(struct net *net, struct sk_buff *skb, struct rtable *rt)
{
	skb_dst_drop(skb);
	skb_dst_set(skb, &rt->dst);

	/* BPF may have given it to a socket here. */
	skb_orphan(skb);
	/* What the receive side noted of it is not true of what is sent. */
	nf_reset_ct(skb);
	skb_set_nfct(skb, IP_CT_UNTRACKED);
	skb_forward_csum(skb);
	skb_clear_tstamp(skb);
	dst_output(net, NULL, skb);
}

/**
 * mgl_forward_v4() - send a packet on to a backend
 * @net: the namespace
 * @skb: the packet, at PRE_ROUTING, skb->data at its outer IPv4 header
 * @ep: the backend
 *
 * The outer source becomes the address that the packet came to, so an error
 * on the way to the backend comes back to this director.
 *
 * Context: RCU read side, BH disabled. Invalidates every pointer into @skb.
 * Return: MGL_REASON_FORWARDED: @skb is gone. MGL_REASON_LOCAL: @skb is the
 * caller's, to be accepted. Anything else: @skb is the caller's, to be
 * dropped for that reason.
 */
enum mgl_reason mgl_forward_v4(struct net *net, struct sk_buff *skb,
				struct mgl_endpoint *ep)
{
	__be32 daddr = mgl_addr_to_v4(&ep->addr);
	enum mgl_reason reason;
	struct rtable *rt;
	unsigned int mtu;

	rt = route_v4(net, ep);
	if (!rt)
		return MGL_REASON_NO_ROUTE;
	if (unlikely(rt->rt_flags & RTCF_LOCAL)) {
		reason = deliver_local(skb, daddr);
		goto out;
	}

	reason = MGL_REASON_TTL;
	if (ip_hdr(skb)->ttl <= 1)
		goto out;
	/* What LRO merged cannot be taken apart again, as ip_forward() knows. */
	reason = MGL_REASON_LRO;
	if (skb_warn_if_lro(skb))
		goto out;
	mtu = dst_mtu(&rt->dst);
	reason = MGL_REASON_TOO_BIG;
	if (unlikely(too_big(skb, mtu))) {
		send_frag_needed(net, skb, rt, mtu);
		goto out;
	}
	reason = mgl_forward_rewrite_v4(skb, ip_hdr(skb)->daddr, daddr, 1);
	if (reason)
		goto out;
	transmit(net, skb, rt);
	return MGL_REASON_FORWARDED;
out:
	dst_release(&rt->dst);
	return reason;
}
