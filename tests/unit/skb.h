/* SPDX-License-Identifier: GPL-2.0 */
/* Packets in the shim's buffers. */
#ifndef _UNIT_SKB_H
#define _UNIT_SKB_H

#include <linux/skbuff.h>

#include "packet.h"

/* Linear. */
struct sk_buff *packet_skb(const struct packet *p);
/* In two parts, cut before byte @cut. */
struct sk_buff *packet_skb_cut(const struct packet *p, u32 cut);
/* With every byte in a fragment of its own. */
struct sk_buff *packet_skb_bytes(const struct packet *p);

#endif /* _UNIT_SKB_H */
