// SPDX-License-Identifier: GPL-2.0
/*
 * The tables of a change: that of the pool, and those of the pools that contain
 * it, directly or not.
 */
#include <linux/mm.h>
#include <linux/netlink.h>
#include <linux/slab.h>

#include "batch.h"
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
 * of them are built before one is published. In a batch, they are built by
 * mgl_batch_prepare().
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

	if (ctx->mn->batch) {
		mgl_batch_touch(ctx->mn, c->pool, MGL_TOUCH_TABLE |
				MGL_TOUCH_ABOVE | MGL_TOUCH_DIRECT);
		return 0;
	}
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

	if (ctx->mn->batch) {
		mgl_batch_touch(ctx->mn, c->pool, MGL_TOUCH_TABLE |
				MGL_TOUCH_DIRECT);
		return 0;
	}
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
 * mgl_rebuild_batch() - build the tables that a batch calls for
 * @ctx: the context; in the batch, the pools with MGL_TOUCH_TABLE are all that
 *	need one
 *
 * Context: may sleep.
 * Return: as mgl_rebuild_prepare(), with the offset of the change which made the
 * table necessary in the extack.
 */
int mgl_rebuild_batch(const struct mgl_ctx *ctx)
{
	struct mgl_batch *batch = ctx->mn->batch;
	struct mgl_change *c = &batch->tables;
	struct mgl_pool *pool;
	int err = 0;
	u32 n = 0;

	list_for_each_entry(pool, &batch->pools, touched)
		n += !!(pool->touch & MGL_TOUCH_TABLE);
	if (!n)
		return 0;
	c->rebuild = kvcalloc(n, sizeof(*c->rebuild), GFP_KERNEL_ACCOUNT);
	if (!c->rebuild) {
		NL_SET_ERR_MSG_MOD(ctx->extack,
				   "out of memory for the batch's tables");
		return -ENOMEM;
	}
	list_for_each_entry(pool, &batch->pools, touched) {
		if (!(pool->touch & MGL_TOUCH_TABLE))
			continue;
		err = prepare_table(ctx, c, pool);
		if (err) {
			NL_SET_BAD_ATTR(ctx->extack, pool->blame);
			mgl_rebuild_abort(c);
			break;
		}
		cond_resched();
	}
	return err;
}

static void set_member_slots(struct mgl_rebuild *r)
{
	struct mgl_member *m;
	u32 i = 0;

	list_for_each_entry(m, &r->table.pool->members, node)
		m->slots = r->member_slots[i++];
}

/**
 * mgl_rebuild_ready() - do what has to be done before tables are published
 * @mn: the namespace; mn->lock is held
 * @c: the change, as for mgl_rebuild_commit()
 *
 * Publishes those of pools that packets cannot reach yet.
 *
 * Context: may sleep.
 */
void mgl_rebuild_ready(struct mgl_net *mn, struct mgl_change *c)
{
	u32 i;

	for (i = 0; i < c->n_rebuilds; i++) {
		struct mgl_table_update *u = &c->rebuild[i].table;

		set_member_slots(&c->rebuild[i]);
		mgl_table_ready(mn, u);
		if (u->pool->is_new)
			mgl_table_publish(mn, u);
		cond_resched();
	}
}

/**
 * mgl_rebuild_publish() - publish the tables of a batch
 * @mn: the namespace; mn->lock is held
 * @c: the tables, after mgl_rebuild_ready()
 *
 * Context: any. Cannot fail.
 */
void mgl_rebuild_publish(struct mgl_net *mn, struct mgl_change *c)
{
	u32 i;

	for (i = 0; i < c->n_rebuilds; i++) {
		struct mgl_table_update *u = &c->rebuild[i].table;

		if (!u->pool->is_new)
			mgl_table_publish(mn, u);
	}
}

/**
 * mgl_rebuild_retire() - free the tables that were published before
 * @c: the tables, after mgl_rebuild_publish(); must not be used afterwards
 *
 * Context: may sleep.
 */
void mgl_rebuild_retire(struct mgl_change *c)
{
	u32 i;

	for (i = 0; i < c->n_rebuilds; i++) {
		mgl_table_retire(&c->rebuild[i].table);
		kvfree(c->rebuild[i].member_slots);
		cond_resched();
	}
	kvfree(c->rebuild);
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
	u32 i;

	for (i = 0; i < c->n_rebuilds; i++) {
		struct mgl_rebuild *r = &c->rebuild[i];

		set_member_slots(r);
		mgl_table_commit(ctx, &r->table);
		kvfree(r->member_slots);
	}
	kvfree(c->rebuild);
}
