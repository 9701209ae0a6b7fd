/* SPDX-License-Identifier: GPL-2.0 */
/* ICMP and ICMPv6 to a VIP: errors about its flows, and echo requests. Pure. */
#ifndef _MGL_ICMP_H
#define _MGL_ICMP_H

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/types.h>

#include "flow.h"
#include "reason.h"

struct mgl_packet;

/* True if the flow's protocol is the ICMP of its family. */
static inline bool mgl_icmp_proto(const struct mgl_flow *flow)
{
	return flow->proto == (mgl_addr_is_v4(&flow->saddr) ? IPPROTO_ICMP :
							       IPPROTO_ICMPV6);
}

enum mgl_reason mgl_icmp_parse(const struct mgl_packet *p, u32 off, u32 len,
			       struct mgl_flow *flow);

#endif /* _MGL_ICMP_H */
