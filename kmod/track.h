/* SPDX-License-Identifier: GPL-2.0 */
/* The flow cache of a namespace: when there is one, and what is in it. */
#ifndef _MGL_TRACK_H
#define _MGL_TRACK_H

#include <linux/jiffies.h>

#include "cache.h"
#include "netns.h"

struct mgl_member;
struct mgl_service;
struct netlink_ext_ack;

void mgl_track_init(struct mgl_net *mn);
void mgl_track_exit(struct mgl_net *mn);
int mgl_track_need(struct mgl_net *mn, enum maglev_track track,
		   struct netlink_ext_ack *extack);
int mgl_track_resize(struct mgl_net *mn, u32 entries);
void mgl_track_count(struct mgl_net *mn);
u32 mgl_track_used(struct mgl_net *mn);
void mgl_track_forget(struct mgl_net *mn, const struct mgl_service *svc,
		      const struct mgl_addr *backend);
void mgl_track_tidy(struct mgl_net *mn);
bool mgl_track_redundant(void *ctx, const struct mgl_tuple *tuple, u32 owner);

static inline struct mgl_clock mgl_clock(const struct mgl_net *mn)
{
	return (struct mgl_clock){
		.now = (u32)(jiffies / HZ),
		.timeouts = &mn->timeouts,
	};
}

/* The cache, NULL before the first service that tracks. mn->lock is held. */
static inline struct mgl_cache *mgl_track_cache(struct mgl_net *mn)
{
	return rcu_dereference_protected(mn->cache, lockdep_is_held(&mn->lock));
}

#endif /* _MGL_TRACK_H */
