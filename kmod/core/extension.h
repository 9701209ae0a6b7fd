/* SPDX-License-Identifier: GPL-2.0 */
/* IPv6 extension headers (RFC 8200 section 4). Pure. */
#ifndef _MGL_EXTENSION_H
#define _MGL_EXTENSION_H

#include <linux/types.h>

struct mgl_packet;

/**
 * struct mgl_chain - position in a chain of IPv6 extension headers
 * @off: offset of the next header from the start of the packet, in bytes
 * @len: bytes of the IPv6 packet from there on
 * @next: protocol of the next header
 * @into_first: set by the caller to go on behind the fragment header of a first
 *	fragment, which has the headers that follow, or the start of them
 * @routed: a routing header has segments left, so the destination on the wire
 *	is not the last one
 */
struct mgl_chain {
	u32 off;
	u32 len;
	u8 next;
	bool into_first;
	bool routed;
};

/**
 * enum mgl_chain_end - where a chain of extension headers ends
 * @MGL_CHAIN_PROTOCOL: at a protocol, mgl_chain.next, which is no extension
 * @MGL_CHAIN_FRAGMENT: at a fragment header; mgl_chain.next is the protocol
 *	behind it, which only the first fragment has
 * @MGL_CHAIN_MALFORMED: at a header that is cut short or out of place, or behind
 *	more headers than are accepted
 */
enum mgl_chain_end {
	MGL_CHAIN_PROTOCOL,
	MGL_CHAIN_FRAGMENT,
	MGL_CHAIN_MALFORMED,
};

bool mgl_chain_extension(u8 proto);
enum mgl_chain_end mgl_chain_skip(const struct mgl_packet *p,
				  struct mgl_chain *c);

#endif /* _MGL_EXTENSION_H */
