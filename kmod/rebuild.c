// SPDX-License-Identifier: GPL-2.0
/*
 * The tables of a change: that of the pool, and those of the pools that contain
 * it, directly or not.
 */
#include <linux/mm.h>
#include <linux/netlink.h>
#include <linux/slab.h>

#include "change.h"
#include "ctx.h"
#include "member.h"
#include "net.h"
#include "plan.h"
#include "pool.h"
#include "rebuild.h"

/**
 * mgl_rebuild_abort() - free the tables of a change that is not made
 * @c: the change, which has no tables afterwards
 *
 * Context: may sleep.
 */
void mgl_rebuild_abort(struct mgl_change *c)
{
	while (c->n_rebuilds) {
		struct mgl_rebuild *r = &c->rebuild[--c->n_rebuilds];

		mgl_table_abort(&r->table);
		kvfree(r->member_slots);
	}
	kvfree(c->rebuild);
	c->rebuild = NULL;
}

static int prepare_table(const struct mgl_ctx *ctx, struct mgl_change *c,
			 struct mgl_pool *pool)
{
	struct mgl_rebuild *r = &c->rebuild[c->n_rebuilds];
	struct mgl_plan plan;
	int err;

	err = mgl_plan_make(ctx, c, pool, &plan);
	if (err)
		return err;
	err = mgl_table_prepare(ctx, pool, &plan.table, &r->table);
	if (!err) {
		swap(r->member_slots, plan.member_slots);
		c->n_rebuilds++;
	}
	mgl_plan_free(&plan);
	return err;
}

/**
 * mgl_rebuild_prepare() - build the tables that a change calls for
 * @ctx: the context
 * @c: the change, complete but for its tables
 *
 * They are those of the pool, which comes first, and of all that contain it. All
 * of them are built before one is published.
 *
 * Context: may sleep.
 * Return: 0, or with nothing built an error of mgl_plan_make() or
 * mgl_table_prepare().
 */
int mgl_rebuild_prepare(const struct mgl_ctx *ctx, struct mgl_change *c)
{
	struct mgl_pool *pool;
	int err = -ENOMEM;
	LIST_HEAD(pools);
	u32 n;

	n = mgl_pools_above(c->pool, &pools);
	c->rebuild = kvcalloc(n, sizeof(*c->rebuild), GFP_KERNEL);
	if (!c->rebuild) {
		NL_SET_ERR_MSG_MOD(ctx->extack,
				   "out of memory for the pool's table");
		goto out;
	}
	list_for_each_entry(pool, &pools, above) {
		err = prepare_table(ctx, c, pool);
		if (err) {
			mgl_rebuild_abort(c);
			break;
		}
		cond_resched();
	}
out:
	mgl_pools_above_done(&pools);
	return err;
}

/**
 * mgl_rebuild_prepare_own() - build the table of a change of size or seed
 * @ctx: the context
 * @c: the change, complete but for its table
 *
 * Pools that contain this one have a size and a seed of their own.
 *
 * Context: may sleep.
 * Return: as mgl_rebuild_prepare().
 */
int mgl_rebuild_prepare_own(const struct mgl_ctx *ctx, struct mgl_change *c)
{
	int err = -ENOMEM;

	c->rebuild = kvcalloc(1, sizeof(*c->rebuild), GFP_KERNEL);
	if (c->rebuild)
		err = prepare_table(ctx, c, c->pool);
	else
		NL_SET_ERR_MSG_MOD(ctx->extack,
				   "out of memory for the pool's table");
	if (err)
		mgl_rebuild_abort(c);
	return err;
}

/**
 * mgl_rebuild_commit() - publish the tables of a change, one after the other
 * @ctx: the context
 * @c: the change, whose backends and members are in the lists of their pools, or
 *	no longer, as they are to be
 *
 * Context: may sleep. Cannot fail.
 */
void mgl_rebuild_commit(const struct mgl_ctx *ctx, struct mgl_change *c)
{
	u32 i, k;

	for (i = 0; i < c->n_rebuilds; i++) {
		struct mgl_rebuild *r = &c->rebuild[i];
		struct mgl_member *m;

		k = 0;
		list_for_each_entry(m, &r->table.pool->members, node)
			m->slots = r->member_slots[k++];
		mgl_table_commit(ctx, &r->table);
		kvfree(r->member_slots);
	}
	kvfree(c->rebuild);
}
