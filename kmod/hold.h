/* SPDX-License-Identifier: GPL-2.0 */
/* Fragments of inner packets that came before the first one of their datagram. */
#ifndef _MGL_HOLD_H
#define _MGL_HOLD_H

#include <linux/jiffies.h>
#include <linux/types.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "core/reason.h"
#include "pmtu.h"

struct mgl_datagram;
struct mgl_datagrams;
struct mgl_net;
struct sk_buff;
struct sk_buff_head;

/* Of a namespace, and of one of the groups into which sources are divided. */
#define MGL_HOLD_BYTES		(1024 * 1024)
#define MGL_HOLD_SHARE		(MGL_HOLD_BYTES / 4)
#define MGL_HOLD_DATAGRAMS	1024
/* Of a datagram. */
#define MGL_HOLD_FRAGMENTS	64
/* In jiffies. */
#define MGL_HOLD_TIME		HZ

/**
 * struct mgl_held - what is known of a fragment that is held
 * @at: where its headers are
 * @ifindex: the device by which it came; skb->dev is NULL meanwhile, since a
 *	device may go away
 */
struct mgl_held {
	struct mgl_offsets at;
	int ifindex;
};

/**
 * struct mgl_held_cb - control buffer of a held fragment
 * @v4: control data of IPv4, which stay as they are
 * @v6: the same of IPv6
 * @held: ours, behind them
 */
struct mgl_held_cb {
	union {
		struct inet_skb_parm v4;
		struct inet6_skb_parm v6;
	};
	struct mgl_held held;
};

static inline struct mgl_held *mgl_held(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct mgl_held_cb) > sizeof(skb->cb));
	return &((struct mgl_held_cb *)skb->cb)->held;
}

struct mgl_hold;

struct mgl_hold *mgl_hold_alloc(struct mgl_net *mn,
				struct mgl_datagrams *datagrams,
				unsigned long patience);
void mgl_hold_free(struct mgl_hold *h);
enum mgl_reason mgl_hold_add(struct mgl_hold *h, struct sk_buff *skb,
			     const struct mgl_offsets *at, u32 source,
			     struct mgl_datagram *d);
void mgl_hold_take(struct mgl_hold *h, u64 key, struct sk_buff_head *to);
u32 mgl_hold_bytes(const struct mgl_hold *h);

#endif /* _MGL_HOLD_H */
