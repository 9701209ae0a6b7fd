/* SPDX-License-Identifier: GPL-2.0 */
/* ICMP errors to clients of a service without a usable backend. */
#ifndef _MGL_REJECT_H
#define _MGL_REJECT_H

#include <linux/types.h>

struct net;
struct sk_buff;

void mgl_reject_v4(struct net *net, const struct sk_buff *skb, u32 inner);
void mgl_reject_v6(struct net *net, const struct sk_buff *skb, u32 inner);

#endif /* _MGL_REJECT_H */
