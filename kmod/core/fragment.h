/* SPDX-License-Identifier: GPL-2.0 */
/* Fragments of inner packets: what they say of their datagram. Pure. */
#ifndef _MGL_FRAGMENT_CORE_H
#define _MGL_FRAGMENT_CORE_H

#include <linux/siphash.h>
#include <linux/types.h>

#include "flow.h"
#include "reason.h"

struct mgl_packet;

/**
 * struct mgl_fragment - a fragment of an inner packet
 * @tuple: what all fragments of the datagram have of its flow: addresses and
 *	protocol, for IPv6 that of the header behind the fragment header; and the
 *	length of this fragment in bytes, with its IP header
 * @id: identification of the datagram, as on the wire
 * @offset: place in the datagram of what the fragment carries, in bytes
 * @inner: offset of the inner IP header from the start of the packet, in bytes
 * @payload: offset of what it carries
 * @payload_len: bytes of that
 */
struct mgl_fragment {
	struct mgl_flow tuple;
	u32 id;
	u32 offset;
	u32 inner;
	u32 payload;
	u32 payload_len;
};

enum mgl_reason mgl_fragment_parse_v4(const struct mgl_packet *p, u32 off,
				      struct mgl_fragment *f);
enum mgl_reason mgl_fragment_parse_v6(const struct mgl_packet *p, u32 off,
				      struct mgl_fragment *f);
enum mgl_reason mgl_fragment_parse_first(const struct mgl_packet *p,
					 const struct mgl_fragment *f,
					 struct mgl_flow *flow);
u64 mgl_fragment_key(const struct mgl_fragment *f,
		     const siphash_key_t *secret);

#endif /* _MGL_FRAGMENT_CORE_H */
