/* SPDX-License-Identifier: GPL-2.0 */
/* The outer headers: where does the inner packet start? Pure. */
#ifndef _MGL_OUTER_H
#define _MGL_OUTER_H

#include <linux/types.h>
#include "reason.h"

struct mgl_packet;

/**
 * struct mgl_gre - what the GRE header says
 * @inner: where the inner packet starts, counted from the packet's start
 * @proto: its EtherType, network byte order: ETH_P_IP or ETH_P_IPV6
 * @reason: why the packet is to be dropped if it turns out to be for a VIP,
 *	or MGL_REASON_NONE
 */
struct mgl_gre {
	u32 inner;
	__be16 proto;
	enum mgl_reason reason;
};

enum mgl_reason mgl_gre_parse(const struct mgl_packet *p, u32 off,
			      struct mgl_gre *gre);

#endif /* _MGL_OUTER_H */
