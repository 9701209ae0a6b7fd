// SPDX-License-Identifier: GPL-2.0
/*
 * Batches. The changes of a batch are made one after the other in the state that
 * only changes and listings read, as steps that can be taken back; what packets
 * read is left as it is. Then the tables of all pools concerned are built, once
 * each. Then everything is published within one write section of
 * mgl_net.publish_seq, which packets check before they act on what they have read.
 */
#include <kunit/visibility.h>
#include <linux/bottom_half.h>
#include <linux/netlink.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/seqlock.h>
#include <linux/slab.h>

#include "batch.h"
#include "flows.h"
#include "limit.h"
#include "member.h"
#include "net.h"
#include "panic.h"
#include "peers.h"
#include "pool.h"
#include "router.h"
#include "source.h"
#include "vip.h"

/**
 * mgl_step_alloc() - allocate a step of a change
 * @ctx: the context
 * @size: size of the structure that begins with struct mgl_step
 * @ops: what the step means
 * @object: what it is about
 *
 * Context: may sleep.
 * Return: the step, which is freed with the batch once it is in mgl_batch.steps,
 * or NULL with the extack set.
 */
void *mgl_step_alloc(const struct mgl_ctx *ctx, size_t size,
		     const struct mgl_step_ops *ops, void *object)
{
	struct mgl_step *step = kzalloc(size, GFP_KERNEL_ACCOUNT);

	if (!step) {
		NL_SET_ERR_MSG_MOD(ctx->extack, "out of memory for the batch");
		return NULL;
	}
	step->ops = ops;
	step->object = object;
	return step;
}

/**
 * mgl_batch_log() - note a step, if a batch is in progress
 * @ctx: the context
 * @ops: what the step means
 * @object: what it is about
 *
 * Context: may sleep.
 * Return: 0, also without a batch, or -ENOMEM with the extack set.
 */
int mgl_batch_log(const struct mgl_ctx *ctx, const struct mgl_step_ops *ops,
		  void *object)
{
	struct mgl_batch *batch = ctx->mn->batch;
	struct mgl_step *step;

	if (!batch)
		return 0;
	step = mgl_step_alloc(ctx, sizeof(*step), ops, object);
	if (!step)
		return -ENOMEM;
	list_add_tail(&step->node, &batch->steps);
	return 0;
}

/**
 * mgl_batch_touch() - note that a pool has to be published
 * @mn: the namespace, in a batch; mn->lock is held
 * @pool: the pool
 * @touch: MGL_TOUCH_*, added to what is noted already
 *
 * The present change gets the blame if the pool's table cannot be built.
 *
 * Context: any.
 */
void mgl_batch_touch(struct mgl_net *mn, struct mgl_pool *pool, u8 touch)
{
	lockdep_assert_held(&mn->lock);
	if (touch & ~pool->touch) {
		/* Behind the pools that mgl_batch_prepare() has dealt with. */
		list_move_tail(&pool->touched, &mn->batch->pools);
		pool->blame = mn->batch->attr;
	} else if (list_empty(&pool->touched)) {
		list_add_tail(&pool->touched, &mn->batch->pools);
	}
	pool->touch |= touch;
}

/**
 * mgl_batch_forget() - note that a pool need not be published
 * @pool: the pool
 *
 * Context: any; mgl_net.lock is held.
 */
void mgl_batch_forget(struct mgl_pool *pool)
{
	list_del_init(&pool->touched);
	pool->touch = 0;
	pool->blame = NULL;
}

/**
 * mgl_batch_track() - note that there has to be a flow cache
 * @mn: the namespace, in a batch; mn->lock is held
 *
 * Context: any.
 */
void mgl_batch_track(struct mgl_net *mn)
{
	struct mgl_batch *batch = mn->batch;

	lockdep_assert_held(&mn->lock);
	if (batch->tracks)
		return;
	batch->tracks = true;
	batch->tracks_attr = batch->attr;
}

/**
 * mgl_batch_resize() - note that the flow cache has to be resized
 * @mn: the namespace, in a batch; mn->lock is held
 * @entries: new capacity in flows
 *
 * Context: any.
 */
void mgl_batch_resize(struct mgl_net *mn, u32 entries)
{
	lockdep_assert_held(&mn->lock);
	mn->batch->cache_size = entries;
	mn->batch->cache_size_attr = mn->batch->attr;
}

/**
 * mgl_batch_begin() - begin a batch
 * @ctx: the context
 * @batch: the batch; has to stay valid until it is committed or aborted
 *
 * Changes that are made from now on are steps of the batch. After the first that
 * fails, the caller has to abort it.
 *
 * Context: any; mn->lock is held until the batch is committed or aborted.
 */
void mgl_batch_begin(const struct mgl_ctx *ctx, struct mgl_batch *batch)
{
	struct mgl_net *mn = ctx->mn;

	lockdep_assert_held(&mn->lock);
	*batch = (struct mgl_batch){
		.timeouts = mn->timeouts,
		.pmtu = mn->pmtu,
	};
	INIT_LIST_HEAD(&batch->steps);
	INIT_LIST_HEAD(&batch->pools);
	INIT_LIST_HEAD(&batch->vips);
	mgl_change_init(&batch->tables, NULL);
	mn->batch = batch;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_batch_begin);

/* Pools that contain one whose backends have changed get new tables, too. */
static void touch_parents(struct mgl_net *mn)
{
	struct mgl_member *m;
	struct mgl_pool *pool;

	list_for_each_entry(pool, &mn->batch->pools, touched) {
		if (!(pool->touch & MGL_TOUCH_ABOVE))
			continue;
		mn->batch->attr = pool->blame;
		list_for_each_entry(m, &pool->parents, up)
			mgl_batch_touch(mn, m->parent,
					MGL_TOUCH_TABLE | MGL_TOUCH_ABOVE);
	}
}

/**
 * mgl_batch_prepare() - build the tables of a batch
 * @ctx: the context
 *
 * Context: may sleep.
 * Return: 0, or an error of mgl_rebuild_batch(); the caller has to abort the
 * batch then. The extack names the change by which the table had to be built.
 */
int mgl_batch_prepare(const struct mgl_ctx *ctx)
{
	lockdep_assert_held(&ctx->mn->lock);
	touch_parents(ctx->mn);
	return mgl_rebuild_batch(ctx);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_batch_prepare);

/**
 * mgl_batch_report() - compute the effect of a batch, for a dry run
 * @ctx: the context
 * @dry: the result: sums over the pools that exist before and after
 *
 * Flows have to be counted by the caller before the first change: while backends
 * are in no list, they cannot be.
 *
 * Context: may sleep; the tables are prepared. The caller has to abort the batch.
 * Return: 0 or -ENOMEM.
 */
int mgl_batch_report(const struct mgl_ctx *ctx, struct mgl_dry_run *dry)
{
	const struct mgl_change *c = &ctx->mn->batch->tables;
	u64 size = 0, slots = 0, survivors = 0, flows = 0;
	struct mgl_moves moves;
	struct mgl_step *step;
	int err;
	u32 i;

	*dry = (struct mgl_dry_run){};
	for (i = 0; i < c->n_rebuilds; i++) {
		const struct mgl_table_update *u = &c->rebuild[i].table;

		if (u->pool->is_new)
			continue;
		err = mgl_table_moves(ctx, u, &moves);
		if (err)
			return err;
		cond_resched();
		if (!(u->pool->touch & MGL_TOUCH_DIRECT)) {
			dry->parents += !!moves.slots;
			dry->parent_slots += moves.slots;
			continue;
		}
		size += u->table ? u->table->size :
				   mgl_table_size(ctx->mn, u->pool);
		slots += moves.slots;
		survivors += moves.survivors;
	}
	list_for_each_entry(step, &ctx->mn->batch->steps, node)
		if (step->ops->flows)
			flows += step->ops->flows(ctx->mn, step);
	flows += mgl_panic_flows_lost(ctx->mn, c);
	/* They are not what was counted any more. */
	ctx->mn->flows_counted = false;
	dry->size = min_t(u64, size, U32_MAX);
	dry->moves.slots = min_t(u64, slots, U32_MAX);
	dry->moves.survivors = min_t(u64, survivors, U32_MAX);
	dry->flows = min_t(u64, flows, U32_MAX);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_batch_report);

static void publish_settings(struct mgl_net *mn, const struct mgl_batch *batch)
{
	int kind, state;

	for (kind = 0; kind < MGL_KIND_MAX; kind++)
		for (state = 0; state < __MAGLEV_FLOW_MAX; state++)
			/* Pairs with READ_ONCE() in mgl_cache_expired(). */
			WRITE_ONCE(mn->timeouts.seconds[kind][state],
				   batch->timeouts.seconds[kind][state]);
	/* Pairs with READ_ONCE() in pmtu.c. */
	WRITE_ONCE(mn->pmtu, batch->pmtu);
}

/* What is about the namespace as a whole. */
static void publish_net(struct mgl_net *mn, struct mgl_batch *batch)
{
	if (batch->has_routers)
		mgl_routers_publish(mn, batch);
	if (batch->has_sources)
		mgl_sources_publish(mn, batch);
	if (batch->has_peers)
		rcu_assign_pointer(mn->peers, batch->peers);
	if (batch->has_settings)
		publish_settings(mn, batch);
}

/*
 * Publishes all of it. Packets that have read a part of it before the end of this
 * read it again, see mgl_seq_retry(). They spin meanwhile on other CPUs, and must
 * not come in between on this one. So there are only stores here, a few for each
 * object that has changed, and none for those that packets cannot reach yet.
 */
static void publish(struct mgl_net *mn, const struct list_head *ready)
{
	struct mgl_batch *batch = mn->batch;
	struct mgl_pool *pool;
	struct mgl_step *step;

	local_bh_disable();
	/* With PREEMPT_RT, a thread that has disabled BHs can be preempted. */
	preempt_disable();
	write_seqcount_begin(&mn->publish_seq);
	mgl_rebuild_publish(mn, &batch->tables);
	list_for_each_entry(pool, &batch->pools, touched)
		mgl_pool_settle_update(mn, pool);
	list_for_each_entry(step, ready, ready)
		step->ops->publish(mn, step);
	publish_net(mn, batch);
	mgl_vips_publish(mn);
	write_seqcount_end(&mn->publish_seq);
	preempt_enable();
	local_bh_enable();
}

static void forget_pools(struct mgl_batch *batch)
{
	struct mgl_pool *pool, *next;

	list_for_each_entry_safe(pool, next, &batch->pools, touched)
		mgl_batch_forget(pool);
}

/* Frees what packets used before, and the steps. */
static void finish(struct mgl_net *mn, struct mgl_batch *batch)
{
	struct mgl_step *step, *next;

	mgl_vips_retire(mn);
	mgl_rebuild_retire(&batch->tables);
	forget_pools(batch);
	mgl_routers_retire(batch);
	mgl_sources_retire(batch);
	list_for_each_entry_safe(step, next, &batch->steps, node) {
		if (step->ops->done)
			step->ops->done(mn, step);
		kfree(step);
		cond_resched();
	}
	mn->batch = NULL;
}

/* Resizes the flow cache, or allocates it on first use. */
static int commit_cache(const struct mgl_ctx *ctx)
{
	struct mgl_net *mn = ctx->mn;
	struct mgl_batch *batch = mn->batch;
	u32 was = mn->cache_size;
	int err;

	if (batch->cache_size) {
		err = mgl_flows_resize(mn, batch->cache_size, ctx->extack);
		if (err) {
			NL_SET_BAD_ATTR(ctx->extack, batch->cache_size_attr);
			return err;
		}
	}
	if (!batch->tracks)
		return 0;
	err = mgl_flows_ensure(mn, MAGLEV_TRACK_ALL, ctx->extack);
	if (err) {
		/* There is no cache yet, so this was but a number. */
		mn->cache_size = was;
		NL_SET_BAD_ATTR(ctx->extack, batch->tracks_attr);
	}
	return err;
}

/**
 * mgl_batch_commit() - publish a batch
 * @ctx: the context
 *
 * The flow cache is allocated or resized here, as the last that can fail: to
 * resize it cannot be taken back.
 *
 * Context: may sleep; the tables are prepared. Sweeps the flow cache if thresholds
 * change.
 * Return: 0, and the batch is over; -ENOMEM or -ENOSPC of the flow cache, and the
 * caller has to abort the batch.
 */
int mgl_batch_commit(const struct mgl_ctx *ctx)
{
	struct mgl_batch *batch = ctx->mn->batch;
	struct mgl_step *step;
	LIST_HEAD(ready);
	int err;

	lockdep_assert_held(&ctx->mn->lock);
	err = commit_cache(ctx);
	if (err)
		return err;
	mgl_rebuild_ready(ctx->mn, &batch->tables);
	/* Flags that are set too early, or cleared too late, do no harm. */
	mgl_limits_set(ctx->mn);
	list_for_each_entry(step, &batch->steps, node)
		if (step->ops->publish)
			list_add_tail(&step->ready, &ready);
	publish(ctx->mn, &ready);
	finish(ctx->mn, batch);
	mgl_limits_clear(ctx->mn);
	/* Those that backends had before they had thresholds count as well. */
	if (batch->new_thresholds)
		mgl_flows_count(ctx->mn, 0);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_batch_commit);

/**
 * mgl_batch_abort() - take all changes of a batch back
 * @ctx: the context
 *
 * Context: may sleep.
 */
void mgl_batch_abort(const struct mgl_ctx *ctx)
{
	struct mgl_net *mn = ctx->mn;
	struct mgl_batch *batch = mn->batch;
	struct mgl_step *step, *next;

	lockdep_assert_held(&mn->lock);
	mgl_rebuild_abort(&batch->tables);
	forget_pools(batch);
	mgl_vips_undo(mn);
	mgl_peers_undo(mn);
	list_for_each_entry_safe_reverse(step, next, &batch->steps, node) {
		step->ops->undo(mn, step);
		kfree(step);
		cond_resched();
	}
	kfree(batch->routers);
	kfree(batch->sources);
	mn->batch = NULL;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_batch_abort);
