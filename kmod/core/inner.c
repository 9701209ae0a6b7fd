// SPDX-License-Identifier: GPL-2.0
/*
 * Parse the IP header of an inner packet into its flow. The packet comes from
 * the Internet and is not trusted: each length that determines where to read is
 * checked against the length around it, and every read goes through
 * mgl_packet_read(). Lengths that only the backend uses (those of UDP and of
 * SCTP chunks) are left for the backend to check.
 */
#include <kunit/visibility.h>
#include <linux/export.h>
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/ip.h>

#include "accessor.h"
#include "extension.h"
#include "flow.h"
#include "inner.h"
#include "l4.h"

/* Options in front of a jumbo payload option, and this one. */
#define OPTIONS_MAX 8

/* Options of RFC 8200 section 4.2 and RFC 2675 section 2. */
#define OPTION_PAD1		0x00
#define OPTION_JUMBO		0xc2
#define OPTION_JUMBO_LEN	4

/**
 * mgl_inner_parse_v4() - parse the flow of an inner IPv4 packet
 * @p: the packet
 * @off: offset of the inner header from the start of @p, in bytes
 * @iph: the first 20 bytes of the inner header, already read by the caller
 * @flow: the flow; valid only if MGL_REASON_NONE is returned
 *
 * Protocols without ports get ports of 0, which match no service. Bytes behind
 * the inner total length are padding and ignored.
 *
 * Context: any. Keeps no pointer into @p and leaves the packet unmodified.
 * Return: MGL_REASON_NONE, or the reason why this packet has no flow.
 */
enum mgl_reason mgl_inner_parse_v4(const struct mgl_packet *p, u32 off,
				   const struct iphdr *iph,
				   struct mgl_flow *flow)
{
	u32 avail = p->len - off;
	u32 hlen = iph->ihl * 4;
	u32 len = ntohs(iph->tot_len);

	/* A GSO packet above 64 KiB has a length field of 0 (BIG TCP). */
	if (!len && p->gso)
		len = avail;
	if (iph->version != 4 || hlen < sizeof(*iph) || len < hlen ||
	    len > avail)
		return MGL_REASON_INNER_HEADER;
	if (ip_is_fragment(iph))
		return MGL_REASON_INNER_FRAGMENT;

	*flow = (struct mgl_flow){
		.saddr = mgl_addr_v4(iph->saddr),
		.daddr = mgl_addr_v4(iph->daddr),
		.proto = iph->protocol,
		.pkt_state = MAGLEV_FLOW_ESTABLISHED,
		.len = len,
	};
	return mgl_l4_parse(p, off + hlen, len - hlen, flow);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_inner_parse_v4);

/*
 * True if the @len bytes at @off start with a hop-by-hop options header that
 * has a jumbo payload option.
 */
static bool has_jumbo_option(const struct mgl_packet *p, u32 off, u32 len)
{
	u32 pos = 2, end;
	unsigned int n;
	const u8 *b;
	u8 _b[2];

	/* Next header and length. */
	b = mgl_packet_read(p, off, sizeof(_b), _b);
	if (!b)
		return false;
	end = (b[1] + 1) * 8;
	if (end > len)
		return false;
	for (n = 0; n < OPTIONS_MAX; n++) {
		/* Type and length; padding of one byte has no length. */
		b = mgl_packet_read(p, off + pos, sizeof(_b), _b);
		if (!b)
			return false;
		if (b[0] == OPTION_JUMBO)
			return b[1] == OPTION_JUMBO_LEN &&
			       pos + sizeof(_b) + OPTION_JUMBO_LEN <= end;
		pos += b[0] == OPTION_PAD1 ? 1 : sizeof(_b) + b[1];
	}
	return false;
}

/**
 * mgl_inner_parse_v6() - parse the flow of an inner IPv6 packet
 * @p: the packet
 * @off: offset of the inner header from the start of @p, in bytes
 * @ip6h: the 40 bytes of the inner header, already read by the caller
 * @flow: the flow; valid only if MGL_REASON_NONE is returned
 *
 * Extension headers (RFC 8200) are skipped. Their options are not examined, nor
 * is a routing header: whatever segments are left, it is meant for the node
 * whose address is on the wire, which is the backend. A packet with a fragment
 * header that is the only fragment of its packet (an atomic one, RFC 6946) is
 * no fragment.
 *
 * Protocols without ports get ports of 0, which match no service. Bytes behind
 * the inner payload length are padding and ignored. IPv4-mapped addresses must
 * not be on the wire, would be mistaken for IPv4 here, and count as malformed;
 * TCP of Linux does not accept packets with them either.
 *
 * Context: any. Keeps no pointer into @p and leaves the packet unmodified.
 * Return: MGL_REASON_NONE, or the reason why this packet has no flow.
 */
enum mgl_reason mgl_inner_parse_v6(const struct mgl_packet *p, u32 off,
				   const struct ipv6hdr *ip6h,
				   struct mgl_flow *flow)
{
	u32 avail = p->len - off;
	u32 len = sizeof(*ip6h) + ntohs(ip6h->payload_len);
	struct mgl_chain c = {
		.off = off + sizeof(*ip6h),
		.next = ip6h->nexthdr,
	};

	if (ip6h->version != 6)
		return MGL_REASON_INNER_HEADER;
	/*
	 * A GSO packet above 64 KiB has a length field of 0 (BIG TCP). Older
	 * kernels give it a jumbo payload option until it is segmented, which
	 * is then skipped like any other. Without GSO it is a jumbogram (RFC
	 * 2675), for which hardly any link is wide enough.
	 */
	if (!ip6h->payload_len && p->gso)
		len = avail;
	else if (!ip6h->payload_len && c.next == IPPROTO_HOPOPTS &&
		 has_jumbo_option(p, c.off, avail - sizeof(*ip6h)))
		return MGL_REASON_INNER_JUMBOGRAM;
	if (len > avail)
		return MGL_REASON_INNER_HEADER;
	c.len = len - sizeof(*ip6h);

	*flow = (struct mgl_flow){
		.saddr = mgl_addr_v6(&ip6h->saddr),
		.daddr = mgl_addr_v6(&ip6h->daddr),
		.pkt_state = MAGLEV_FLOW_ESTABLISHED,
		.len = len,
	};
	if (mgl_addr_is_v4(&flow->saddr) || mgl_addr_is_v4(&flow->daddr))
		return MGL_REASON_INNER_HEADER;
	switch (mgl_chain_skip(p, &c)) {
	case MGL_CHAIN_PROTOCOL:
		break;
	case MGL_CHAIN_FRAGMENT:
		return MGL_REASON_INNER_FRAGMENT;
	default:
		return MGL_REASON_INNER_EXTENSIONS;
	}
	flow->proto = c.next;
	return mgl_l4_parse(p, c.off, c.len, flow);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_inner_parse_v6);
