/* SPDX-License-Identifier: GPL-2.0 */
/* What the table of a pool is made from, as a change would leave it. */
#ifndef _MGL_PLAN_H
#define _MGL_PLAN_H

#include "table.h"

struct mgl_change;

/**
 * struct mgl_plan - input of a pool's table
 * @table: size, seed, and the backends of the pool and of its members
 * @member_slots: number of slots by member, in the order of mgl_pool.members
 *	after the change
 */
struct mgl_plan {
	struct mgl_table_plan table;
	u32 *member_slots;
};

int mgl_plan_make(const struct mgl_ctx *ctx, const struct mgl_change *c,
		  struct mgl_pool *pool, struct mgl_plan *plan);
void mgl_plan_free(struct mgl_plan *plan);

#endif /* _MGL_PLAN_H */
