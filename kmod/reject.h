/* SPDX-License-Identifier: GPL-2.0 */
/* ICMP errors to clients of a service without a usable backend. */
#ifndef _MGL_REJECT_H
#define _MGL_REJECT_H

#include <linux/types.h>

struct in6_addr;
struct net;
struct sk_buff;

bool mgl_reject_may_tell_v4(__be32 client);
bool mgl_reject_may_tell_v6(const struct in6_addr *client);
void mgl_reject_v4(struct net *net, const struct sk_buff *skb, u32 inner);
void mgl_reject_v6(struct net *net, const struct sk_buff *skb, u32 inner);

#endif /* _MGL_REJECT_H */
