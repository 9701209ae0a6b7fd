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
#include "flow.h"
#include "inner.h"
#include "l4.h"

/*
 * Extension headers of an inner IPv6 packet. RFC 8200 sets no limit; this is the
 * one of recent kernels, IP6_MAX_EXT_HDRS_CNT, so a backend that has it would not
 * accept more either.
 */
#define EXTENSIONS_MAX 12

/* Options in front of a jumbo payload option, and this one. */
#define OPTIONS_MAX 8

/* Options of RFC 8200 section 4.2 and RFC 2675 section 2. */
#define OPTION_PAD1		0x00
#define OPTION_JUMBO		0xc2
#define OPTION_JUMBO_LEN	4

/* Fragment offset and M flag; the two bits between them are reserved. */
#define FRAGMENT_MASK	0xfff9

/**
 * struct extension - the first 8 bytes of an IPv6 extension header
 * @next: protocol of what follows this header
 * @length: 8-byte units of this header without the first; reserved in the
 *	fragment header, which has 8 bytes
 * @frag: fragment header only: offset and M flag, network byte order
 * @rest: not used
 */
struct extension {
	u8 next;
	u8 length;
	__be16 frag;
	__be32 rest;
};

/**
 * struct chain - position in a chain of IPv6 extension headers
 * @off: offset of the next header from the start of the packet, in bytes
 * @len: bytes of the inner packet from there on
 * @next: protocol of the next header
 */
struct chain {
	u32 off;
	u32 len;
	u8 next;
};

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
 * AH and ESP have no readable ports behind them, as in IPv4; the other headers
 * that IANA lists as extensions (mobility, HIP, Shim6) carry no transport.
 */
static bool is_extension(u8 proto)
{
	return proto == IPPROTO_HOPOPTS || proto == IPPROTO_ROUTING ||
	       proto == IPPROTO_FRAGMENT || proto == IPPROTO_DSTOPTS;
}

/* Advances @c to the first header that is no extension. */
static enum mgl_reason skip_extensions(const struct mgl_packet *p,
				       struct chain *c)
{
	const struct extension *ext;
	struct extension _ext;
	unsigned int n;
	u32 size;

	for (n = 0; is_extension(c->next); n++) {
		/* RFC 8200 section 4.1: hop-by-hop options come first or never. */
		if (n == EXTENSIONS_MAX || (n && c->next == IPPROTO_HOPOPTS) ||
		    c->len < sizeof(_ext))
			return MGL_REASON_INNER_EXTENSIONS;
		ext = mgl_packet_read(p, c->off, sizeof(_ext), &_ext);
		if (!ext)
			return MGL_REASON_INNER_EXTENSIONS;
		size = sizeof(_ext);
		if (c->next != IPPROTO_FRAGMENT)
			size += ext->length * 8;
		else if (ext->frag & htons(FRAGMENT_MASK))
			return MGL_REASON_INNER_FRAGMENT;
		if (size > c->len)
			return MGL_REASON_INNER_EXTENSIONS;
		c->off += size;
		c->len -= size;
		c->next = ext->next;
	}
	return MGL_REASON_NONE;
}

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
 * Linux does not accept packets with them either.
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
	struct chain c = {
		.off = off + sizeof(*ip6h),
		.next = ip6h->nexthdr,
	};
	enum mgl_reason reason;

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
	reason = skip_extensions(p, &c);
	if (reason)
		return reason;
	flow->proto = c.next;
	return mgl_l4_parse(p, c.off, c.len, flow);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_inner_parse_v6);
