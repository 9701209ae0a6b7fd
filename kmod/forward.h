/* SPDX-License-Identifier: GPL-2.0 */
/* Forwarding: route, check the size, rewrite the outer header, transmit. */
#ifndef _MGL_FORWARD_H
#define _MGL_FORWARD_H

#include <linux/types.h>
#include "core/reason.h"

struct mgl_endpoint;
struct mgl_flow;
struct mgl_net;
struct mgl_offsets;
struct sk_buff;

enum mgl_reason mgl_forward(struct mgl_net *mn, struct sk_buff *skb,
			    struct mgl_endpoint *ep,
			    const struct mgl_offsets *at,
			    const struct mgl_flow *flow);

#endif /* _MGL_FORWARD_H */
