/* SPDX-License-Identifier: GPL-2.0 */
/* The outer headers: where does the inner packet start? Pure. */
#ifndef _MGL_OUTER_H
#define _MGL_OUTER_H

#include <linux/types.h>
#include "stats.h"

struct sk_buff;

/**
 * struct mgl_outer - what the GRE header says
 * @inner: where the inner packet starts, counted from skb->data
 * @proto: its EtherType, network byte order: ETH_P_IP or ETH_P_IPV6
 * @defect: why the packet is to be dropped if it turns out to be for a VIP,
 *	or MGL_CNT_NONE
 */
struct mgl_outer {
	u32 inner;
	__be16 proto;
	enum mgl_counter defect;
};

enum mgl_counter mgl_outer_parse_gre(const struct sk_buff *skb, u32 off,
				     struct mgl_outer *outer);

#endif /* _MGL_OUTER_H */
