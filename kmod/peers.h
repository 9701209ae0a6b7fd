/* SPDX-License-Identifier: GPL-2.0 */
/* Peers: the directors of this cluster, as the backends of a pool. */
#ifndef _MGL_PEERS_H
#define _MGL_PEERS_H

#include <linux/rcupdate.h>
#include <linux/types.h>

struct mgl_addr;
struct mgl_backend;
struct mgl_ctx;
struct mgl_flow;
struct mgl_net;
struct mgl_pool;
struct nlattr;

/* Data path */
struct mgl_backend *mgl_peers_owner(const struct mgl_net *mn,
				    const struct mgl_flow *flow);
bool mgl_peers_has(const struct mgl_net *mn, const struct mgl_addr *addr);

/* Configuration */
struct mgl_pool *mgl_peers_pool(struct mgl_net *mn);
int mgl_peers_check(const struct mgl_ctx *ctx, const struct mgl_pool *pool,
		    const struct nlattr *attr);
void mgl_peers_set(struct mgl_net *mn, struct mgl_pool *pool);
void mgl_peers_undo(struct mgl_net *mn);

#endif /* _MGL_PEERS_H */
