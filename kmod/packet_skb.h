/* SPDX-License-Identifier: GPL-2.0 */
/* Access to a socket buffer for the parsers in core/. */
#ifndef _MGL_PACKET_SKB_H
#define _MGL_PACKET_SKB_H

#include <linux/skbuff.h>

#include "core/accessor.h"

static inline int mgl_packet_skb_copy(const void *ctx, u32 off, void *to,
				      u32 len)
{
	const struct sk_buff *skb = ctx;

	/* An offset that is negative as an int would lie in front of the data. */
	if (off > skb->len || len > skb->len - off)
		return -EFAULT;
	return skb_copy_bits(skb, off, to, len);
}

/* The result is valid until the data of the socket buffer is reallocated. */
static inline struct mgl_packet mgl_packet_skb(const struct sk_buff *skb)
{
	return (struct mgl_packet){
		.data = skb->data,
		.linear = skb_headlen(skb),
		.len = skb->len,
		.gso = skb_is_gso(skb),
		.copy = mgl_packet_skb_copy,
		.ctx = skb,
	};
}

#endif /* _MGL_PACKET_SKB_H */
