// SPDX-License-Identifier: GPL-2.0
/*
 * Telling a client that nobody serves it: an ICMP error from this host that
 * quotes the inner packet, since the client knows of no other.
 */
#include <linux/icmp.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/skbuff.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/route.h>

#include "reject.h"

/* Of the inner packet; icmp_send() quotes less: an error has 576 bytes. */
#define QUOTE_MAX 576

/* RFC 1122 section 3.2.2: no error if the source is no single host. */
static bool may_be_told(__be32 client)
{
	return !ipv4_is_zeronet(client) && !ipv4_is_loopback(client) &&
	       !ipv4_is_multicast(client) && !ipv4_is_lbcast(client);
}

/*
 * What is to be quoted, as if it had come by itself. A copy of the whole packet
 * would be 64 KiB in one piece where the device merges what it receives.
 */
static struct sk_buff *inner_packet(const struct sk_buff *skb, u32 inner)
{
	u32 len = min_t(u32, skb->len - inner, QUOTE_MAX);
	struct sk_buff *quote;

	quote = alloc_skb(len, GFP_ATOMIC);
	if (!quote)
		return NULL;
	if (skb_copy_bits(skb, inner, skb_put(quote, len), len)) {
		kfree_skb(quote);
		return NULL;
	}
	skb_reset_network_header(quote);
	skb_set_transport_header(quote, ip_hdrlen(quote));
	quote->protocol = htons(ETH_P_IP);
	quote->dev = skb->dev;
	quote->skb_iif = skb->skb_iif;
	quote->mark = skb->mark;
	return quote;
}

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
	struct sk_buff *quote;
	struct rtable *rt;

	quote = inner_packet(skb, inner);
	if (!quote)
		return;
	if (!may_be_told(ip_hdr(quote)->saddr))
		goto out;
	rt = route_to(net, ip_hdr(quote)->saddr);
	if (IS_ERR(rt))
		goto out;
	skb_dst_set(quote, &rt->dst);
	icmp_send(quote, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0);
out:
	kfree_skb(quote);
}
