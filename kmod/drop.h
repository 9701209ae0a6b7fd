/* SPDX-License-Identifier: GPL-2.0 */
/* Freeing packets for a reason that tools which watch drops can show. */
#ifndef _MGL_DROP_H
#define _MGL_DROP_H

#include "core/reason.h"

struct mgl_net;
struct sk_buff;

void mgl_drop(const struct mgl_net *mn, struct sk_buff *skb,
	      enum mgl_reason reason);

#endif /* _MGL_DROP_H */
