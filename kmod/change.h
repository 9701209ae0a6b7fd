/* SPDX-License-Identifier: GPL-2.0 */
/* Changes of a pool: prepared, then committed, or reported and aborted. */
#ifndef _MGL_CHANGE_H
#define _MGL_CHANGE_H

#include "backend.h"
#include "ctx.h"
#include "pool.h"
#include "table.h"

/**
 * struct mgl_change - a prepared change of a pool, not visible yet
 * @pool: the pool
 * @has_table: @table is set: the pool gets another table
 * @table: the new table
 * @added: list of new backends, sorted by address, by mgl_backend.node
 * @n_added: length of @added
 * @deleted: list of backends to delete, by mgl_backend.leaving
 * @edited: backend to edit, or NULL
 * @backend_params: new settings of @edited
 * @pool_params: new settings of @pool
 */
struct mgl_change {
	struct mgl_pool *pool;
	bool has_table;
	struct mgl_table_update table;
	struct list_head added;
	u32 n_added;
	struct list_head deleted;
	struct mgl_backend *edited;
	struct mgl_backend_params backend_params;
	struct mgl_pool_params pool_params;
};

/**
 * struct mgl_dry_run - effect that a change would have
 * @size: number of slots of the table
 * @moves: slots that would be reassigned
 * @flows: number of tracked flows that would lose their backend
 */
struct mgl_dry_run {
	u32 size;
	struct mgl_moves moves;
	u32 flows;
};

int mgl_change_add(const struct mgl_ctx *ctx, struct mgl_pool *pool,
		   const struct mgl_backend_specs *specs, struct mgl_change *c);
int mgl_change_edit(const struct mgl_ctx *ctx, struct mgl_pool *pool,
		    struct mgl_backend *b,
		    const struct mgl_backend_params *params,
		    struct mgl_change *c);
int mgl_change_delete_list(const struct mgl_ctx *ctx, struct mgl_pool *pool,
			   struct list_head *leaving, struct mgl_change *c);
int mgl_change_delete(const struct mgl_ctx *ctx, struct mgl_pool *pool,
		      struct mgl_backend *b, struct mgl_change *c);
int mgl_change_pool(const struct mgl_ctx *ctx, struct mgl_pool *pool,
		    const struct mgl_pool_params *params,
		    struct mgl_change *c);
int mgl_change_report(const struct mgl_ctx *ctx, const struct mgl_change *c,
		      struct mgl_dry_run *dry);
void mgl_change_commit(const struct mgl_ctx *ctx, struct mgl_change *c);
void mgl_change_abort(const struct mgl_ctx *ctx, struct mgl_change *c);

#endif /* _MGL_CHANGE_H */
