// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP errors to clients of a service without a usable backend. They come from
 * this host and quote the inner packet, the only one that the client knows.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/route.h>

#include "reject.h"
#include "route.h"

/*
 * Bytes of the inner packet to copy. ICMP errors are at most as long as packets
 * that every host takes: 576 bytes, and 1280 bytes of ICMPv6.
 */
#define QUOTE_MAX_V4 576
#define QUOTE_MAX_V6 IPV6_MIN_MTU

/**
 * mgl_reject_may_tell_v4() - check for a client that may be sent ICMP errors
 * @client: source of the packet that the error is about, network byte order
 *
 * RFC 1122 section 3.2.2: no error unless the source is a single host.
 *
 * Context: any.
 * Return: true if it may be one. Routing may still know better.
 */
bool mgl_reject_may_tell_v4(__be32 client)
{
	return !ipv4_is_zeronet(client) && !ipv4_is_loopback(client) &&
	       !ipv4_is_multicast(client) && !ipv4_is_lbcast(client);
}

/**
 * mgl_reject_may_tell_v6() - check for a client that may be sent ICMPv6 errors
 * @client: source of the packet that the error is about
 *
 * RFC 4443 section 2.4(e), as for IPv4. A link-local client is on a link of the
 * router's, and would be looked for on one of this host's.
 *
 * Context: any.
 * Return: true if it may be a single host.
 */
bool mgl_reject_may_tell_v6(const struct in6_addr *client)
{
	int type = ipv6_addr_type(client);

	return (type & IPV6_ADDR_UNICAST) &&
	       !(type & (IPV6_ADDR_LOOPBACK | IPV6_ADDR_LINKLOCAL));
}

/*
 * Builds an skb of the inner packet's start, at most @max bytes, as if it had
 * been received by itself. The caller sets protocol and transport header. A copy
 * of the whole packet would be a linear buffer of up to 64 KiB where the device
 * does GRO.
 */
static struct sk_buff *inner_packet(const struct sk_buff *skb, u32 inner,
				    u32 max)
{
	u32 len = min(skb->len - inner, max);
	struct sk_buff *quote;

	quote = alloc_skb(len, GFP_ATOMIC);
	if (!quote)
		return NULL;
	if (skb_copy_bits(skb, inner, skb_put(quote, len), len)) {
		kfree_skb(quote);
		return NULL;
	}
	skb_reset_network_header(quote);
	quote->dev = skb->dev;
	quote->skb_iif = skb->skb_iif;
	quote->mark = skb->mark;
	return quote;
}

/**
 * mgl_reject_v4() - send "host unreachable" for an inner IPv4 packet
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

	quote = inner_packet(skb, inner, QUOTE_MAX_V4);
	if (!quote)
		return;
	quote->protocol = htons(ETH_P_IP);
	skb_set_transport_header(quote, ip_hdrlen(quote));
	if (!mgl_reject_may_tell_v4(ip_hdr(quote)->saddr))
		goto out;
	/* icmp_send() requires a route, too, any one. */
	rt = mgl_route_error_v4(net, quote->dev, 0, ip_hdr(quote)->saddr);
	if (!rt)
		goto out;
	skb_dst_set(quote, &rt->dst);
	icmp_send(quote, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0);
out:
	kfree_skb(quote);
}

/*
 * True if there is a route to the client, and it is another host. icmpv6_send()
 * finds the route itself, but would send errors about forged packets to this
 * host.
 */
static bool reachable_v6(struct net *net, const struct net_device *dev,
			 const struct in6_addr *client)
{
	struct dst_entry *dst;

	dst = mgl_route_error_v6(net, dev, &in6addr_any, client);
	dst_release(dst);
	return dst;
}

/**
 * mgl_reject_v6() - send "address unreachable" for an inner IPv6 packet
 * @net: the namespace
 * @skb: the packet as it was received; the caller keeps it, unmodified
 * @inner: offset of the inner IPv6 header from skb->data, in bytes; that header
 *	and the inner transport header have been checked
 *
 * RFC 4443 section 3.1: of the codes that a node on the way may send this is the
 * one for a destination that cannot be reached now. Clients treat it as they do
 * "host unreachable" of IPv4: it is EHOSTUNREACH for both (RFC 5461 section
 * 2.1). "No route" would be ENETUNREACH, and "administratively prohibited" a
 * permanent error. The kernel's rate limits of ICMPv6 errors apply.
 *
 * Context: RCU read side, BH disabled. Best effort: sends nothing if there is
 * no memory, no route to the client, or no IPv6 on this host.
 */
void mgl_reject_v6(struct net *net, const struct sk_buff *skb, u32 inner)
{
	struct sk_buff *quote;

	/*
	 * Booted with ipv6.disable=1, the kernel has neither routes nor a socket
	 * for errors. Built without IPv6 this is false and the rest is left out.
	 */
	if (!ipv6_mod_enabled())
		return;
	quote = inner_packet(skb, inner, QUOTE_MAX_V6);
	if (!quote)
		return;
	quote->protocol = htons(ETH_P_IPV6);
	skb_set_transport_header(quote, sizeof(struct ipv6hdr));
	if (mgl_reject_may_tell_v6(&ipv6_hdr(quote)->saddr) &&
	    reachable_v6(net, quote->dev, &ipv6_hdr(quote)->saddr))
		icmpv6_send(quote, ICMPV6_DEST_UNREACH, ICMPV6_ADDR_UNREACH, 0);
	kfree_skb(quote);
}
