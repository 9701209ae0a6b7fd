/* SPDX-License-Identifier: GPL-2.0 */
/* Outer headers: new addresses in place. */
#ifndef _MGL_REWRITE_H
#define _MGL_REWRITE_H

#include <linux/types.h>
#include "core/reason.h"

struct sk_buff;

enum mgl_reason mgl_rewrite_v4(struct sk_buff *skb, __be32 saddr,
			       __be32 daddr, u8 ttl_cost);

#endif /* _MGL_REWRITE_H */
