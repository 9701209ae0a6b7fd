// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP errors to clients of a service without a usable backend. They come from
 * this host and quote the inner packet, the only one that the client knows.
 */
#include <linux/icmp.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/skbuff.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/route.h>

#include "reject.h"

/* Bytes of the inner packet to copy. ICMP errors are at most 576 bytes long. */
#define QUOTE_MAX 576

/* RFC 1122 section 3.2.2: no error unless the source is a single host. */
static bool may_be_told(__be32 client)
{
	return !ipv4_is_zeronet(client) && !ipv4_is_loopback(client) &&
	       !ipv4_is_multicast(client) && !ipv4_is_lbcast(client);
}

/*
 * Builds an skb of the inner packet's start, as if it had been received by
 * itself. A copy of the whole packet would be a linear buffer of up to 64 KiB
 * where the device does GRO.
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

/* Route of the error to the client; icmp_send() requires one, too. */
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
 * @skb: the packet as it was received; the caller keeps it, unmodified
 * @inner: offset of the inner IPv4 header from skb->data, in bytes; that header
 *	and the inner transport header have been checked
 *
 * RFC 1122 section 3.2.2.1: this type and code make a TCP client give up on a
 * SYN or try another address. The kernel's rate limits of ICMP errors apply.
 *
 * Context: RCU read side, BH disabled. Best effort: sends nothing if there is
 * no memory or no route to the client.
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
	/* Only routing can tell a subnet's broadcast address from a host's. */
	if (rt->rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST | RTCF_LOCAL))
		goto out;
	icmp_send(quote, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0);
out:
	kfree_skb(quote);
}
