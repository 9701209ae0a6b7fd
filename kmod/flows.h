/* SPDX-License-Identifier: GPL-2.0 */
/* The flow cache of a namespace: when there is one, and what is in it. */
#ifndef _MGL_TRACK_H
#define _MGL_TRACK_H

#include <linux/jiffies.h>

#include "core/cache.h"
#include "net.h"

struct mgl_backend;
struct mgl_service;
struct netlink_ext_ack;

void mgl_flows_init(struct mgl_net *mn);
void mgl_flows_exit(struct mgl_net *mn);
int mgl_flows_ensure(struct mgl_net *mn, enum maglev_track track,
		   struct netlink_ext_ack *extack);
int mgl_flows_resize(struct mgl_net *mn, u32 entries);
void mgl_flows_count(struct mgl_net *mn);
u32 mgl_flows_used(struct mgl_net *mn);
void mgl_flows_flush(struct mgl_net *mn, const struct mgl_service *svc,
		      const struct mgl_addr *backend);
void mgl_flows_gc(struct mgl_net *mn);
bool mgl_flows_redundant(void *ctx, const struct mgl_tuple *tuple, u32 owner);

static inline struct mgl_clock mgl_clock(const struct mgl_net *mn)
{
	return (struct mgl_clock){
		.now = (u32)(jiffies / HZ),
		.timeouts = &mn->timeouts,
	};
}

/* The cache, NULL before the first service that tracks. mn->lock is held. */
static inline struct mgl_cache *mgl_flows_cache(struct mgl_net *mn)
{
	return rcu_dereference_protected(mn->cache, lockdep_is_held(&mn->lock));
}

#endif /* _MGL_TRACK_H */
