// SPDX-License-Identifier: GPL-2.0
/* Rewriting the outer header: addresses, TTL and checksum. */
#include <kunit/visibility.h>
#include <linux/ip.h>
#include <linux/skbuff.h>
#include <net/ip.h>

#include "rewrite.h"

/**
 * mgl_rewrite_v4() - set the outer addresses of an IPv4 packet
 * @skb: the packet, skb->data at its outer IPv4 header
 * @saddr: outer source to set, network byte order
 * @daddr: outer destination to set, network byte order
 * @ttl_cost: amount to subtract from the TTL, 1 or 0; with 1, the caller has
 *	checked that the TTL is above 1
 *
 * The header checksum is updated incrementally (RFC 1624). Type of service,
 * identification, DF and options keep their values, and so does everything
 * behind the outer header. Keeping the identification under a new source is
 * safe as long as routers set DF on their tunnels, which is their default. For
 * a router that does not, fragments made between here and the backend may be
 * reassembled wrongly (RFC 6864). An identification counter of our own would
 * prevent that, but every packet would pay for it.
 *
 * Context: any. Invalidates every pointer into @skb: the header is made
 * writable first, which may reallocate it. The caller keeps @skb.
 * Return: MGL_REASON_NONE, or MGL_REASON_NO_MEMORY with @skb unchanged.
 */
enum mgl_reason mgl_rewrite_v4(struct sk_buff *skb, __be32 saddr,
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
EXPORT_SYMBOL_IF_KUNIT(mgl_rewrite_v4);
