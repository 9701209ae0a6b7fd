// SPDX-License-Identifier: GPL-2.0
/*
 * Rewriting the outer header. In the same family only addresses, TTL or hop
 * limit and the checksum change. In the other the header is replaced, and the
 * GRE header and everything behind it stay as they are.
 */
#include <kunit/visibility.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <net/dsfield.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "offload.h"
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
 * reassembled wrongly (RFC 6864). mgl_rewrite_ident() prevents that where the
 * fragments are made here; every other packet would have to pay for it.
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

/**
 * mgl_rewrite_ident() - give an IPv4 packet an identification of this host
 * @net: the namespace
 * @skb: the packet, after the rewrite: its header is writable and has the
 *	addresses to be sent with
 *
 * For packets that are going to be fragmented here: two routers may have used
 * the same identification for packets to the same backend, and this host is the
 * source of both from here on (RFC 6864 section 4.2).
 *
 * Context: any.
 */
void mgl_rewrite_ident(struct net *net, struct sk_buff *skb)
{
	struct iphdr *iph = ip_hdr(skb);
	__be16 id = iph->id;

	__ip_select_ident(net, iph, skb_shinfo(skb)->gso_segs ?: 1);
	csum_replace2(&iph->check, id, iph->id);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_rewrite_ident);

/*
 * An IPv6 header has no checksum of its own, so changing it changes the sum over
 * the packet that the device reports. A packet that leaves has no use for that
 * sum; one that is delivered here is summed up again.
 */
static void forget_csum(struct sk_buff *skb)
{
	skb_forward_csum(skb);
}

/**
 * mgl_rewrite_v6() - set the outer addresses of an IPv6 packet
 * @skb: the packet, skb->data at its outer IPv6 header
 * @saddr: outer source to set; may be in @skb
 * @daddr: outer destination to set; not in @skb
 * @hop_cost: amount to subtract from the hop limit, 1 or 0; with 1, the caller
 *	has checked that the hop limit is above 1
 *
 * Traffic class, flow label and extension headers keep their values, and so
 * does everything behind the outer header.
 *
 * Context: any. Invalidates every pointer into @skb: the header is made
 * writable first, which may reallocate it. The caller keeps @skb.
 * Return: MGL_REASON_NONE, or MGL_REASON_NO_MEMORY with @skb unchanged.
 */
enum mgl_reason mgl_rewrite_v6(struct sk_buff *skb,
			       const struct in6_addr *saddr,
			       const struct in6_addr *daddr, u8 hop_cost)
{
	const struct in6_addr from = *saddr;
	struct ipv6hdr *ip6h;

	if (skb_ensure_writable(skb, sizeof(*ip6h)))
		return MGL_REASON_NO_MEMORY;
	forget_csum(skb);
	ip6h = ipv6_hdr(skb);
	ip6h->saddr = from;
	ip6h->daddr = *daddr;
	ip6h->hop_limit -= hop_cost;
	return MGL_REASON_NONE;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_rewrite_v6);

/*
 * Removes everything in front of the GRE header and makes room for @len bytes,
 * at skb->data and as the network header. Those bytes are not set. A longer
 * header may overwrite that of the link layer, so there is none from here on.
 */
static int replace_header(struct sk_buff *skb, u32 len,
			  const struct mgl_replacement *r)
{
	u32 room = r->headroom + len;

	if (!pskb_may_pull(skb, r->gre) ||
	    skb_cow_head(skb, room > r->gre ? room - r->gre : 0))
		return -ENOMEM;
	forget_csum(skb);
	mgl_offload_resized(skb);
	__skb_pull(skb, r->gre);
	__skb_push(skb, len);
	skb_reset_mac_header(skb);
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, len);
	return 0;
}

/**
 * mgl_rewrite_6to4() - replace the outer IPv6 header by an IPv4 header
 * @skb: the packet, skb->data at its outer IPv6 header
 * @saddr: outer source to set, network byte order
 * @daddr: outer destination to set, network byte order
 * @r: how to replace it
 *
 * The traffic class becomes the type of service, ECN included (RFC 6040).
 * Routers do not fragment IPv6, so DF is to be set, and the identification needs
 * no value then (RFC 6864). Extension headers are removed with the header.
 *
 * Context: any. Invalidates every pointer into @skb. The caller keeps @skb.
 * Return: MGL_REASON_NONE, or MGL_REASON_NO_MEMORY with @skb unchanged.
 */
enum mgl_reason mgl_rewrite_6to4(struct sk_buff *skb, __be32 saddr,
				 __be32 daddr,
				 const struct mgl_replacement *r)
{
	u8 tos = ipv6_get_dsfield(ipv6_hdr(skb));
	struct iphdr *iph;

	if (replace_header(skb, sizeof(*iph), r))
		return MGL_REASON_NO_MEMORY;
	skb->protocol = htons(ETH_P_IP);
	/* As reception sets it, for the header that is gone. */
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	IPCB(skb)->iif = skb->skb_iif;
	iph = ip_hdr(skb);
	*iph = (struct iphdr){
		.version = 4,
		.ihl = sizeof(*iph) / 4,
		.tos = tos,
		/* Too long for the field: segmentation sets it (BIG TCP). */
		.tot_len = htons(skb->len <= IP_MAX_MTU ? skb->len : 0),
		.frag_off = r->df ? htons(IP_DF) : 0,
		.ttl = r->hops,
		.protocol = IPPROTO_GRE,
		.saddr = saddr,
		.daddr = daddr,
	};
	ip_send_check(iph);
	return MGL_REASON_NONE;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_rewrite_6to4);

/**
 * mgl_rewrite_4to6() - replace the outer IPv4 header by an IPv6 header
 * @skb: the packet, skb->data at its outer IPv4 header
 * @saddr: outer source to set
 * @daddr: outer destination to set
 * @r: how to replace it
 *
 * The type of service becomes the traffic class, ECN included (RFC 6040). The
 * flow label is 0. IPv4 options are removed with the header.
 *
 * Context: any. Invalidates every pointer into @skb. The caller keeps @skb.
 * Return: MGL_REASON_NONE, or MGL_REASON_NO_MEMORY with @skb unchanged.
 */
enum mgl_reason mgl_rewrite_4to6(struct sk_buff *skb,
				 const struct in6_addr *saddr,
				 const struct in6_addr *daddr,
				 const struct mgl_replacement *r)
{
	u8 tos = ip_hdr(skb)->tos;
	struct ipv6hdr *ip6h;
	u32 payload;

	if (replace_header(skb, sizeof(*ip6h), r))
		return MGL_REASON_NO_MEMORY;
	skb->protocol = htons(ETH_P_IPV6);
	memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
	IP6CB(skb)->iif = skb->skb_iif;
	IP6CB(skb)->nhoff = offsetof(struct ipv6hdr, nexthdr);
	payload = skb->len - sizeof(*ip6h);
	ip6h = ipv6_hdr(skb);
	ip6_flow_hdr(ip6h, tos, 0);
	/* Too long for the field: segmentation sets it (BIG TCP). */
	ip6h->payload_len = htons(payload <= IPV6_MAXPLEN ? payload : 0);
	ip6h->nexthdr = IPPROTO_GRE;
	ip6h->hop_limit = r->hops;
	ip6h->saddr = *saddr;
	ip6h->daddr = *daddr;
	return MGL_REASON_NONE;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_rewrite_4to6);
