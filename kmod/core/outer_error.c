// SPDX-License-Identifier: GPL-2.0
/*
 * Parse an ICMP error about a GRE packet. Anybody can send one, and of the packet
 * it quotes as much as the router chose to. Lengths in the quoted headers say
 * nothing about the quote, so only the bytes that are there count. Whether this
 * host has sent such a packet is for the caller to judge.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/ip.h>

#include "accessor.h"
#include "extension.h"
#include "gre.h"
#include "outer_error.h"

/* Looks for the inner destination, from the GRE header on. */
static void find_inner(const struct mgl_packet *p, struct mgl_outer_error *e)
{
	const struct ipv6hdr *ip6h;
	const struct iphdr *iph;
	struct ipv6hdr _ip6h;
	struct mgl_gre gre;
	struct iphdr _iph;

	if (mgl_gre_parse(p, e->gre, &gre) || gre.reason)
		return;
	e->inner = gre.inner;
	e->inner_v6 = gre.proto != htons(ETH_P_IP);
	if (e->inner_v6) {
		ip6h = mgl_packet_read(p, gre.inner, sizeof(_ip6h), &_ip6h);
		if (!ip6h || ip6h->version != 6)
			return;
		e->dst = mgl_addr_v6(&ip6h->daddr);
		/* Would find the VIP of the IPv4 address that is mapped. */
		e->has_inner = !mgl_addr_is_v4(&e->dst);
		return;
	}
	iph = mgl_packet_read(p, gre.inner, sizeof(_iph), &_iph);
	if (!iph || iph->version != 4)
		return;
	e->dst = mgl_addr_v4(iph->daddr);
	e->has_inner = true;
}

/**
 * mgl_outer_error_parse_v4() - parse an ICMP error about a GRE packet
 * @p: the error
 * @off: offset of the ICMP header from the start of @p, in bytes
 * @e: the result; valid only if true is returned
 *
 * The checksum is left for the caller to verify.
 *
 * Context: any. Keeps no pointer into @p and leaves the packet unmodified.
 * Return: false if it is no "destination unreachable", or does not quote GRE.
 */
bool mgl_outer_error_parse_v4(const struct mgl_packet *p, u32 off,
			      struct mgl_outer_error *e)
{
	const struct icmphdr *icmph;
	const struct iphdr *iph;
	struct icmphdr _icmph;
	struct iphdr _iph;

	icmph = mgl_packet_read(p, off, sizeof(_icmph), &_icmph);
	if (!icmph || icmph->type != ICMP_DEST_UNREACH)
		return false;
	*e = (struct mgl_outer_error){
		.too_big = icmph->code == ICMP_FRAG_NEEDED,
		.mtu = ntohs(icmph->un.frag.mtu),
		.quote = off + sizeof(*icmph),
	};
	iph = mgl_packet_read(p, e->quote, sizeof(_iph), &_iph);
	if (!iph || iph->version != 4 || iph->ihl * 4 < sizeof(*iph) ||
	    iph->protocol != IPPROTO_GRE)
		return false;
	e->len = ntohs(iph->tot_len);
	e->from = mgl_addr_v4(iph->saddr);
	e->to = mgl_addr_v4(iph->daddr);
	e->gre = e->quote + iph->ihl * 4;
	/* The stack fragments some packets. */
	if (!(iph->frag_off & htons(IP_OFFSET)))
		find_inner(p, e);
	return true;
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
 * mgl_outer_error_parse_v6() - parse an ICMPv6 error about a GRE packet
 * @p: the error
 * @off: offset of the ICMPv6 header from the start of @p, in bytes
 * @e: the result; valid only if true is returned
 *
 * The checksum is left for the caller to verify.
 *
 * Context: any. Keeps no pointer into @p and leaves the packet unmodified.
 * Return: false if it says neither that the packet was too big nor that it was
 * not delivered, or does not quote GRE.
 */
bool mgl_outer_error_parse_v6(const struct mgl_packet *p, u32 off,
			      struct mgl_outer_error *e)
{
	const struct icmp6hdr *icmp6h;
	const struct ipv6hdr *ip6h;
	struct icmp6hdr _icmp6h;
	enum mgl_chain_end end;
	struct ipv6hdr _ip6h;
	struct mgl_chain c;

	icmp6h = mgl_packet_read(p, off, sizeof(_icmp6h), &_icmp6h);
	if (!icmp6h || (icmp6h->icmp6_type != ICMPV6_PKT_TOOBIG &&
			!unreachable_v6(icmp6h)))
		return false;
	*e = (struct mgl_outer_error){
		.too_big = icmp6h->icmp6_type == ICMPV6_PKT_TOOBIG,
		.mtu = ntohl(icmp6h->icmp6_mtu),
		.quote = off + sizeof(*icmp6h),
	};
	ip6h = mgl_packet_read(p, e->quote, sizeof(_ip6h), &_ip6h);
	if (!ip6h || ip6h->version != 6)
		return false;
	c = (struct mgl_chain){
		.off = e->quote + sizeof(*ip6h),
		.len = p->len - e->quote - sizeof(*ip6h),
		.next = ip6h->nexthdr,
		.into_first = true,
	};
	e->len = sizeof(*ip6h) + ntohs(ip6h->payload_len);
	e->from = mgl_addr_v6(&ip6h->saddr);
	e->to = mgl_addr_v6(&ip6h->daddr);
	end = mgl_chain_skip(p, &c);
	if (end == MGL_CHAIN_MALFORMED || c.next != IPPROTO_GRE)
		return false;
	e->gre = c.off;
	if (end == MGL_CHAIN_PROTOCOL)
		find_inner(p, e);
	return true;
}
