/* SPDX-License-Identifier: GPL-2.0 */
/* What a packet says to those who are going to cut it into segments. */
#ifndef _MGL_OFFLOAD_H
#define _MGL_OFFLOAD_H

#include <linux/skbuff.h>

void mgl_offload_find_tcp(struct sk_buff *skb, u32 inner);

/**
 * mgl_offload_list() - note what GRO does not say of a list of packets
 * @skb: a packet, not merged by the device
 * @inner: offset of the inner IP header from skb->data
 *
 * Reads nothing that skb_warn_if_lro() has not read.
 *
 * Context: any. Invalidates nothing. The caller keeps @skb.
 */
static inline void mgl_offload_list(struct sk_buff *skb, u32 inner)
{
	if (unlikely(skb_is_nonlinear(skb) && skb_has_frag_list(skb)))
		mgl_offload_find_tcp(skb, inner);
}

int mgl_offload_gre_csum(struct sk_buff *skb);
void mgl_offload_resized(struct sk_buff *skb);

#endif /* _MGL_OFFLOAD_H */
