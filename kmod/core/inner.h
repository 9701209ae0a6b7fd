/* SPDX-License-Identifier: GPL-2.0 */
/* IP headers of inner packets. Pure. */
#ifndef _MGL_INNER_H
#define _MGL_INNER_H

#include <linux/types.h>

#include "reason.h"

struct iphdr;
struct ipv6hdr;
struct mgl_flow;
struct mgl_packet;

enum mgl_reason mgl_inner_parse_v4(const struct mgl_packet *p, u32 off,
				   const struct iphdr *iph,
				   struct mgl_flow *flow);
enum mgl_reason mgl_inner_parse_v6(const struct mgl_packet *p, u32 off,
				   const struct ipv6hdr *ip6h,
				   struct mgl_flow *flow);

#endif /* _MGL_INNER_H */
