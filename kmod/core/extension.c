// SPDX-License-Identifier: GPL-2.0
/* Skip the extension headers of an IPv6 packet, bounded and within its length. */
#include <kunit/visibility.h>
#include <linux/export.h>
#include <linux/in.h>
#include <linux/in6.h>

#include "accessor.h"
#include "extension.h"

/*
 * RFC 8200 sets no limit; this is the one of recent kernels,
 * IP6_MAX_EXT_HDRS_CNT, so a backend that has it would not accept more either.
 */
#define EXTENSIONS_MAX 12

/* Fragment offset and M flag; the two bits between them are reserved. */
#define FRAGMENT_MASK	0xfff9
#define OFFSET_MASK	0xfff8

/* Segments left, in a routing header. */
#define SEGMENTS_MASK	0x00ff

/**
 * struct extension - the first 8 bytes of an IPv6 extension header
 * @next: protocol of what follows this header
 * @length: 8-byte units of this header without the first; reserved in the
 *	fragment header, which has 8 bytes
 * @word: fragment header: offset and M flag; routing header: type and segments
 *	left; network byte order
 * @rest: not used
 */
struct extension {
	u8 next;
	u8 length;
	__be16 word;
	__be32 rest;
};

/**
 * mgl_chain_extension() - check for an extension header that is skipped
 * @proto: the protocol number
 *
 * AH and ESP have no readable ports behind them, as in IPv4; the other headers
 * that IANA lists as extensions (mobility, HIP, Shim6) carry no transport.
 *
 * Context: any.
 * Return: true for hop-by-hop options, routing, fragment and destination
 * options headers.
 */
bool mgl_chain_extension(u8 proto)
{
	return proto == IPPROTO_HOPOPTS || proto == IPPROTO_ROUTING ||
	       proto == IPPROTO_FRAGMENT || proto == IPPROTO_DSTOPTS;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_chain_extension);

/**
 * mgl_chain_skip() - advance to the first header that is no extension
 * @p: the packet
 * @c: position behind an IPv6 header
 *
 * Options are not examined. A fragment header of a packet in one fragment (an
 * atomic one, RFC 6946) is skipped like any other extension, and with
 * mgl_chain.into_first that of a first fragment, too.
 *
 * Context: any. Keeps no pointer into @p and leaves the packet unmodified.
 * Return: where the chain ends, with @c at that header.
 */
enum mgl_chain_end mgl_chain_skip(const struct mgl_packet *p,
				  struct mgl_chain *c)
{
	__be16 fragment = htons(c->into_first ? OFFSET_MASK : FRAGMENT_MASK);
	const struct extension *ext;
	struct extension _ext;
	unsigned int n;
	u32 size;

	for (n = 0; mgl_chain_extension(c->next); n++) {
		/* RFC 8200 section 4.1: hop-by-hop options come first or never. */
		if (n == EXTENSIONS_MAX || (n && c->next == IPPROTO_HOPOPTS) ||
		    c->len < sizeof(_ext))
			return MGL_CHAIN_MALFORMED;
		ext = mgl_packet_read(p, c->off, sizeof(_ext), &_ext);
		if (!ext)
			return MGL_CHAIN_MALFORMED;
		size = sizeof(_ext);
		if (c->next == IPPROTO_ROUTING)
			c->routed |= !!(ext->word & htons(SEGMENTS_MASK));
		if (c->next != IPPROTO_FRAGMENT) {
			size += ext->length * 8;
		} else if (ext->word & fragment) {
			c->next = ext->next;
			return MGL_CHAIN_FRAGMENT;
		}
		if (size > c->len)
			return MGL_CHAIN_MALFORMED;
		c->off += size;
		c->len -= size;
		c->next = ext->next;
	}
	return MGL_CHAIN_PROTOCOL;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_chain_skip);
