// SPDX-License-Identifier: GPL-2.0
/*
 * Telling a client that nobody serves it: an ICMP error from this host that
 * quotes the inner packet, since the client knows of no other.
 */
#include <linux/icmp.h>
#include <linux/ip.h>
#include <linux/skbuff.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/route.h>

#include "reject.h"

/* The error goes where this route goes; it is also what icmp_send() asks for. */
static struct rtable *route_to(struct net *net, __be32 client)
{
	struct flowi4 fl4 = {
		.daddr = client,
		.flowi4_proto = IPPROTO_ICMP,
		.flowi4_uid = INVALID_UID,
	};

	return ip_route_output_key(net, &fl4);
}

/**
 * mgl_reject_v4() - send "host unreachable" for an inner packet
 * @net: the namespace
 * @skb: the packet, as it came; stays the caller's and as it is
 * @inner: where the inner header starts, counted from skb->data; it and the
 *	inner transport header have been checked
 *
 * RFC 1122 section 3.2.2.1: the type and code that make a TCP client give up
 * on a SYN or try another address. The kernel's limits of ICMP errors apply.
 *
 * Context: RCU read side, BH disabled. May do nothing, for want of memory or
 * of a route.
 */
void mgl_reject_v4(struct net *net, const struct sk_buff *skb, u32 inner)
{
	struct rtable *rt;
	struct sk_buff *copy;

	copy = skb_copy(skb, GFP_ATOMIC);
	if (!copy)
		return;
	skb_dst_drop(copy);
	nf_reset_ct(copy);
	if (skb_linearize(copy) || !pskb_pull(copy, inner))
		goto out;
	skb_reset_network_header(copy);
	skb_set_transport_header(copy, ip_hdrlen(copy));
	/* Options of the outer header are none of the inner one's. */
	memset(IPCB(copy), 0, sizeof(*IPCB(copy)));
	rt = route_to(net, ip_hdr(copy)->saddr);
	if (IS_ERR(rt))
		goto out;
	skb_dst_set(copy, &rt->dst);
	/* A source that no client has: nobody is told (RFC 1122, 3.2.2). */
	if (rt->rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST | RTCF_LOCAL))
		goto out;
	icmp_send(copy, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0);
out:
	kfree_skb(copy);
}
