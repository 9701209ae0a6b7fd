/* SPDX-License-Identifier: GPL-2.0 */
/* Trusted routers: the outer sources from which GRE is accepted. */
#ifndef _MGL_ROUTER_H
#define _MGL_ROUTER_H

#include <linux/rcupdate.h>
#include <linux/types.h>

#include "core/prefix.h"

struct in6_addr;
struct mgl_ctx;
struct mgl_batch;
struct mgl_net;

/**
 * struct mgl_routers - the trusted prefixes; immutable once published
 * @rcu: for kfree_rcu()
 * @n: number of entries in @prefix, at least 1
 * @prefix: the prefixes, sorted by address and length
 */
struct mgl_routers {
	struct rcu_head rcu;
	u32 n;
	struct mgl_prefix prefix[];
};

bool mgl_router_trusted_v4(const struct mgl_net *mn, __be32 addr);
bool mgl_router_trusted_v6(const struct mgl_net *mn,
			   const struct in6_addr *addr);
struct mgl_routers *mgl_routers(struct mgl_net *mn);
int mgl_router_add(const struct mgl_ctx *ctx, const struct mgl_prefix *p);
int mgl_router_delete(const struct mgl_ctx *ctx, const struct mgl_prefix *p);
void mgl_routers_publish(struct mgl_net *mn, struct mgl_batch *batch);
void mgl_routers_retire(struct mgl_batch *batch);
void mgl_routers_flush(struct mgl_net *mn);

#endif /* _MGL_ROUTER_H */
