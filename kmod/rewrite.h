/* SPDX-License-Identifier: GPL-2.0 */
/* Outer headers: new addresses in place, or a header of the other family. */
#ifndef _MGL_REWRITE_H
#define _MGL_REWRITE_H

#include <linux/types.h>
#include "core/reason.h"

struct in6_addr;
struct net;
struct sk_buff;

enum mgl_reason mgl_rewrite_v4(struct sk_buff *skb, __be32 saddr,
			       __be32 daddr, u8 ttl_cost);
enum mgl_reason mgl_rewrite_v6(struct sk_buff *skb,
			       const struct in6_addr *saddr,
			       const struct in6_addr *daddr, u8 hop_cost);
void mgl_rewrite_ident(struct net *net, struct sk_buff *skb);

/**
 * struct mgl_replacement - a new outer header of the other family
 * @gre: offset of the GRE header from skb->data, in bytes
 * @headroom: bytes that the device needs in front of the new header
 * @hops: TTL or hop limit to set
 * @df: set DF in an IPv4 header
 */
struct mgl_replacement {
	u32 gre;
	u32 headroom;
	u8 hops;
	bool df;
};

enum mgl_reason mgl_rewrite_6to4(struct sk_buff *skb, __be32 saddr,
				 __be32 daddr,
				 const struct mgl_replacement *r);
enum mgl_reason mgl_rewrite_4to6(struct sk_buff *skb,
				 const struct in6_addr *saddr,
				 const struct in6_addr *daddr,
				 const struct mgl_replacement *r);

#endif /* _MGL_REWRITE_H */
