/* SPDX-License-Identifier: GPL-2.0 */
/* Sources: the prefixes from which forwarded packets get their outer source. */
#ifndef _MGL_SOURCE_H
#define _MGL_SOURCE_H

#include <linux/rcupdate.h>
#include <linux/types.h>

#include "core/source_set.h"
#include "net.h"

struct in6_addr;
struct mgl_batch;
struct mgl_ctx;
struct mgl_flow;

/**
 * struct mgl_sources - the prefixes; immutable once published
 * @rcu: for kfree_rcu()
 * @set: the prefixes, at least 1
 */
struct mgl_sources {
	struct rcu_head rcu;
	struct mgl_source_set set;
};

/*
 * True if prefixes are configured. For the fast path: the pointer is beside that
 * of the counters. RCU read side.
 */
static inline bool mgl_sources_any(const struct mgl_net *mn)
{
	return unlikely(rcu_access_pointer(mn->sources));
}

/* Data path, for when mgl_sources_any() */
__be32 mgl_source_v4(const struct mgl_net *mn, const struct mgl_flow *flow,
		     __be32 otherwise);
bool mgl_source_v6(const struct mgl_net *mn, const struct mgl_flow *flow,
		   struct in6_addr *saddr);
bool mgl_source_has_v4(const struct mgl_net *mn, __be32 addr);
bool mgl_source_has_v6(const struct mgl_net *mn, const struct in6_addr *addr);

/* Configuration */
struct mgl_sources *mgl_sources(struct mgl_net *mn);
int mgl_source_add(const struct mgl_ctx *ctx, const struct mgl_prefix *p);
int mgl_source_delete(const struct mgl_ctx *ctx, const struct mgl_prefix *p);
void mgl_sources_publish(struct mgl_net *mn, struct mgl_batch *batch);
void mgl_sources_retire(struct mgl_batch *batch);
void mgl_sources_flush(struct mgl_net *mn);

#endif /* _MGL_SOURCE_H */
