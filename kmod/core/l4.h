/* SPDX-License-Identifier: GPL-2.0 */
/* Transport headers of inner packets: TCP, UDP, SCTP. Pure. */
#ifndef _MGL_L4_H
#define _MGL_L4_H

#include <linux/types.h>

#include "reason.h"

struct mgl_flow;
struct mgl_packet;

enum mgl_reason mgl_l4_parse(const struct mgl_packet *p, u32 off, u32 len,
			     struct mgl_flow *flow);
enum mgl_reason mgl_l4_parse_quote(const struct mgl_packet *p, u32 off, u32 len,
				   struct mgl_flow *flow);

#endif /* _MGL_L4_H */
