/* SPDX-License-Identifier: GPL-2.0 */
/* Telling a client that nobody serves it. */
#ifndef _MGL_REJECT_H
#define _MGL_REJECT_H

#include <linux/types.h>

struct net;
struct sk_buff;

void mgl_reject_v4(struct net *net, const struct sk_buff *skb, u32 inner);

#endif /* _MGL_REJECT_H */
