/* SPDX-License-Identifier: GPL-2.0 */
/* Fragments of inner packets: all of a datagram go to one backend. */
#ifndef _MGL_FRAGMENT_H
#define _MGL_FRAGMENT_H

#include <linux/types.h>

#include "core/reason.h"

struct mgl_net;
struct mgl_parsed;
struct mgl_vip;
struct netlink_ext_ack;
struct sk_buff;

int mgl_fragments_ensure(struct mgl_net *mn, struct netlink_ext_ack *extack);
void mgl_fragments_reset(struct mgl_net *mn);
u32 mgl_fragments_bytes(struct mgl_net *mn);
enum mgl_reason mgl_fragment_receive(struct mgl_net *mn, struct sk_buff *skb,
				     const struct mgl_vip *vip,
				     struct mgl_parsed *parsed);

#endif /* _MGL_FRAGMENT_H */
