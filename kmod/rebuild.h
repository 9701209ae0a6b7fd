/* SPDX-License-Identifier: GPL-2.0 */
/* New tables for a pool and for the pools that contain it, all or none. */
#ifndef _MGL_REBUILD_H
#define _MGL_REBUILD_H

#include "table.h"

struct mgl_change;
struct mgl_ctx;
struct mgl_net;

/**
 * struct mgl_rebuild - a pool that gets another table
 * @table: the new table
 * @member_slots: number of its slots by member, in the order of mgl_pool.members
 *	after the change
 */
struct mgl_rebuild {
	struct mgl_table_update table;
	u32 *member_slots;
};

int mgl_rebuild_prepare(const struct mgl_ctx *ctx, struct mgl_change *c);
int mgl_rebuild_prepare_own(const struct mgl_ctx *ctx, struct mgl_change *c);
void mgl_rebuild_commit(const struct mgl_ctx *ctx, struct mgl_change *c);
int mgl_rebuild_batch(const struct mgl_ctx *ctx);
void mgl_rebuild_ready(struct mgl_net *mn, struct mgl_change *c);
void mgl_rebuild_publish(struct mgl_net *mn, struct mgl_change *c);
void mgl_rebuild_retire(struct mgl_change *c);
void mgl_rebuild_abort(struct mgl_change *c);

#endif /* _MGL_REBUILD_H */
