/* SPDX-License-Identifier: GPL-2.0 */
/* The data path: the steps of processing a packet. */
#ifndef _MGL_RECEIVE_H
#define _MGL_RECEIVE_H

#include "core/reason.h"

struct mgl_net;
struct sk_buff;

enum mgl_reason mgl_receive_v4(struct mgl_net *mn, struct sk_buff *skb);
enum mgl_reason mgl_receive_v6(struct mgl_net *mn, struct sk_buff *skb);

#endif /* _MGL_RECEIVE_H */
