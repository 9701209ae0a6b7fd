/* SPDX-License-Identifier: GPL-2.0 */
/* Reassembly of GRE packets that came in fragments. */
#ifndef _MGL_DEFRAG_H
#define _MGL_DEFRAG_H

#include "core/reason.h"

struct net;
struct sk_buff;

enum mgl_reason mgl_defrag_v4(struct net *net, struct sk_buff *skb);
enum mgl_reason mgl_defrag_v6(struct net *net, struct sk_buff *skb);

#endif /* _MGL_DEFRAG_H */
