/* SPDX-License-Identifier: GPL-2.0 */
/* What a packet says to those who are going to cut it into segments. */
#ifndef _MGL_OFFLOAD_H
#define _MGL_OFFLOAD_H

struct sk_buff;

int mgl_offload_gre_csum(struct sk_buff *skb);
void mgl_offload_resized(struct sk_buff *skb);

#endif /* _MGL_OFFLOAD_H */
