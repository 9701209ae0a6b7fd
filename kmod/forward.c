// SPDX-License-Identifier: GPL-2.0
/*
 * Rewrite, route, transmit. The packet keeps its size: only the outer source,
 * destination, TTL and header checksum change, so the path to the backend
 * needs no larger MTU than the path from the router.
 */
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
#include "rewrite.h"
#include "route.h"

static bool too_big(const struct sk_buff *skb, unsigned int mtu)
{
	if (!(ip_hdr(skb)->frag_off & htons(IP_DF)) || skb->len <= mtu)
		return false;
	return !(skb_is_gso(skb) && skb_gso_validate_network_len(skb, mtu));
}

/*
 * Sends "fragmentation needed" with the path MTU to the outer source (RFC
 * 1191), as a router on the path would. The error has to quote the packet as it
 * was received, so this comes before the rewrite. A source that is a broadcast
 * address here gets no error.
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
 * The backend is this host: change the destination to the address on which it
 * decapsulates GRE, and let the stack deliver the packet. The packet is not
 * forwarded, so it keeps its TTL and its source.
 */
static enum mgl_reason deliver_local(struct sk_buff *skb, __be32 daddr)
{
	enum mgl_reason reason;

	reason = mgl_rewrite_v4(skb, ip_hdr(skb)->saddr, daddr, 0);
	return reason ? reason : MGL_REASON_LOCAL;
}

static void transmit(struct net *net, struct sk_buff *skb, struct rtable *rt)
{
	skb_dst_drop(skb);
	skb_dst_set(skb, &rt->dst);

	/* BPF on the receive side may have assigned a socket. */
	skb_orphan(skb);
	/* Clear receive-side metadata: it does not hold for the packet sent. */
	nf_reset_ct(skb);
	skb_set_nfct(skb, IP_CT_UNTRACKED);
	skb_forward_csum(skb);
	skb_clear_tstamp(skb);
	dst_output(net, NULL, skb);
}

/**
 * mgl_forward_v4() - forward a packet to a backend
 * @net: the namespace
 * @skb: the packet, at PRE_ROUTING, skb->data at its outer IPv4 header
 * @ep: the backend's address and cached route
 *
 * The outer source becomes the address at which the packet was received, so
 * ICMP errors from the path to the backend return to this director.
 *
 * Context: RCU read side, BH disabled. Invalidates every pointer into @skb.
 * Return: MGL_REASON_FORWARDED: @skb has been consumed. MGL_REASON_LOCAL: the
 * caller keeps @skb, which is addressed to this host now, and accepts it. Any
 * other reason: the caller keeps @skb and drops it for that reason.
 */
enum mgl_reason mgl_forward_v4(struct net *net, struct sk_buff *skb,
			       struct mgl_endpoint *ep)
{
	__be32 daddr = mgl_addr_to_v4(&ep->addr), unused;
	enum mgl_reason reason;
	struct rtable *rt;
	unsigned int mtu;

	rt = mgl_route_v4(net, ep, &unused);
	if (!rt)
		return MGL_REASON_NO_ROUTE;
	if (unlikely(rt->rt_flags & RTCF_LOCAL)) {
		reason = deliver_local(skb, daddr);
		goto out;
	}

	reason = MGL_REASON_TTL;
	if (ip_hdr(skb)->ttl <= 1)
		goto out;
	/* LRO packets cannot be segmented again; see ip_forward(). */
	reason = MGL_REASON_LRO;
	if (skb_warn_if_lro(skb))
		goto out;
	mtu = dst_mtu(&rt->dst);
	reason = MGL_REASON_TOO_BIG;
	if (unlikely(too_big(skb, mtu))) {
		send_frag_needed(net, skb, rt, mtu);
		goto out;
	}
	reason = mgl_rewrite_v4(skb, ip_hdr(skb)->daddr, daddr, 1);
	if (reason)
		goto out;
	transmit(net, skb, rt);
	return MGL_REASON_FORWARDED;
out:
	dst_release(&rt->dst);
	return reason;
}
