/* SPDX-License-Identifier: GPL-2.0 */
/* Packets that are too big for the path to a backend: who is told, and how. */
#ifndef _MGL_PMTU_H
#define _MGL_PMTU_H

#include <linux/types.h>

struct mgl_net;
struct sk_buff;

/* Smallest MTU of IPv4 (RFC 791), and that a host may be told of. */
#define MGL_MTU_MIN_V4 68

/**
 * struct mgl_offsets - where the headers of a GRE packet are
 * @gre: offset of the GRE header from skb->data, in bytes
 * @inner: offset of the inner IP header
 * @inner_v6: the inner packet is IPv6
 * @csum: the GRE header has a checksum
 */
struct mgl_offsets {
	u32 gre;
	u32 inner;
	bool inner_v6;
	bool csum;
};

void mgl_pmtu_too_big(struct mgl_net *mn, struct sk_buff *skb,
		      const struct mgl_offsets *at, u32 mtu);
void mgl_pmtu_tell_client(struct mgl_net *mn, const struct sk_buff *skb,
			  const struct mgl_offsets *at, u32 mtu);

#endif /* _MGL_PMTU_H */
