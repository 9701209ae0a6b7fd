/* SPDX-License-Identifier: GPL-2.0 */
/* GRE: find the inner packet. Pure. */
#ifndef _MGL_GRE_H
#define _MGL_GRE_H

#include <linux/types.h>
#include "reason.h"

struct mgl_packet;

/**
 * struct mgl_gre - a parsed GRE header
 * @inner: offset of the inner packet from the packet's start, in bytes
 * @proto: EtherType of the inner packet, network byte order: ETH_P_IP or
 *	ETH_P_IPV6
 * @csum: the header has a checksum
 * @reason: reason to drop the packet if it turns out to be for a VIP, or
 *	MGL_REASON_NONE
 */
struct mgl_gre {
	u32 inner;
	__be16 proto;
	bool csum;
	enum mgl_reason reason;
};

enum mgl_reason mgl_gre_parse(const struct mgl_packet *p, u32 off,
			      struct mgl_gre *gre);

#endif /* _MGL_GRE_H */
