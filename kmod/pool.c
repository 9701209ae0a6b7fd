// SPDX-License-Identifier: GPL-2.0
/* Pools: looked up by name, sorted for listings, freed after a grace period. */
#include <kunit/visibility.h>
#include <linux/jiffies.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "backend.h"
#include "batch.h"
#include "change.h"
#include "member.h"
#include "net.h"
#include "panic.h"
#include "pool.h"
#include "table.h"
#include "tracepoints.h"

static int cmp_name(const void *name, const struct rb_node *node)
{
	return strcmp(name, rb_entry(node, struct mgl_pool, node)->name);
}

/**
 * mgl_pool_find() - look up a pool by name
 * @mn: the namespace; mn->lock is held
 * @name: the name
 *
 * Context: any.
 * Return: the pool, or NULL if there is none.
 */
struct mgl_pool *mgl_pool_find(struct mgl_net *mn, const char *name)
{
	struct rb_node *node;

	lockdep_assert_held(&mn->lock);
	node = rb_find(name, &mn->pools, cmp_name);
	return rb_entry_safe(node, struct mgl_pool, node);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_pool_find);

static bool before(struct rb_node *a, const struct rb_node *b)
{
	return strcmp(rb_entry(a, struct mgl_pool, node)->name,
		      rb_entry(b, struct mgl_pool, node)->name) < 0;
}

/**
 * mgl_pool_settle_update() - compute and publish the settle time of a pool
 * @mn: the namespace; mn->lock is held
 * @pool: the pool, whose settle time or services have changed
 *
 * Context: any.
 */
void mgl_pool_settle_update(struct mgl_net *mn, struct mgl_pool *pool)
{
	u32 ms = pool->settle;

	lockdep_assert_held(&mn->lock);
	if (!ms)
		ms = pool->changed_users ? MAGLEV_SETTLE_CHANGED :
					   MAGLEV_SETTLE_DEFAULT;
	/* Pairs with READ_ONCE() in mgl_table_slot(). */
	WRITE_ONCE(pool->settle_now, msecs_to_jiffies(ms));
}

/**
 * mgl_pool_settle_changed() - have the settle time of a pool published
 * @mn: the namespace; mn->lock is held
 * @pool: the pool, whose settle time or services have changed
 *
 * At once, or with the batch in progress.
 *
 * Context: any.
 */
void mgl_pool_settle_changed(struct mgl_net *mn, struct mgl_pool *pool)
{
	if (mn->batch)
		mgl_batch_touch(mn, pool, 0);
	else
		mgl_pool_settle_update(mn, pool);
}

static void pool_link(struct mgl_net *mn, struct mgl_pool *pool)
{
	rb_add(&pool->node, &mn->pools, before);
	mn->n_pools++;
}

static void pool_unlink(struct mgl_net *mn, struct mgl_pool *pool)
{
	rb_erase(&pool->node, &mn->pools);
	mn->n_pools--;
}

static void pool_created_done(struct mgl_net *mn, struct mgl_step *step)
{
	struct mgl_pool *pool = step->object;
	const struct mgl_backend *b;

	pool->is_new = false;
	list_for_each_entry(b, &pool->backends, node)
		trace_maglev_backend(mn, b, MGL_BACKEND_ADDED,
				     MGL_EVENT_STATE_NONE, 0);
}

static void pool_created_undo(struct mgl_net *mn, struct mgl_step *step)
{
	mgl_pool_destroy(mn, step->object);
}

static const struct mgl_step_ops pool_created = {
	.done = pool_created_done,
	.undo = pool_created_undo,
};

static int add_backends(const struct mgl_ctx *ctx, struct mgl_pool *pool,
			const struct mgl_backend_specs *specs)
{
	struct mgl_change c;
	int err;

	err = mgl_change_add(ctx, pool, specs, &c);
	if (!err)
		mgl_change_commit(ctx, &c);
	return err;
}

/**
 * mgl_pool_create() - create a pool
 * @ctx: the context
 * @name: name of the pool, at most MAGLEV_POOL_NAME_MAX bytes
 * @params: table size, seed, settle time and panic share
 * @specs: backends of the pool, or NULL for none
 *
 * Context: may sleep.
 * Return: the pool, or with nothing changed ERR_PTR() of -EEXIST, -ENOMEM or an
 * error of mgl_change_add().
 */
struct mgl_pool *mgl_pool_create(const struct mgl_ctx *ctx, const char *name,
				 const struct mgl_pool_params *params,
				 const struct mgl_backend_specs *specs)
{
	struct mgl_net *mn = ctx->mn;
	struct mgl_pool *pool;
	int err;

	lockdep_assert_held(&mn->lock);
	if (mgl_pool_find(mn, name)) {
		NL_SET_ERR_MSG_MOD(ctx->extack, "pool exists already");
		return ERR_PTR(-EEXIST);
	}
	pool = kzalloc(sizeof(*pool), GFP_KERNEL_ACCOUNT);
	if (!pool) {
		NL_SET_ERR_MSG_MOD(ctx->extack, "out of memory for the pool");
		return ERR_PTR(-ENOMEM);
	}
	strscpy(pool->name, name, sizeof(pool->name));
	pool->size = params->has_size ? params->size :
		     MAGLEV_TABLE_SIZE_DEFAULT;
	pool->seed = params->has_seed ? params->seed : 0;
	pool->settle = params->has_settle ? params->settle : 0;
	pool->panic = params->has_panic ? params->panic : 0;
	INIT_LIST_HEAD(&pool->backends);
	INIT_LIST_HEAD(&pool->members);
	INIT_LIST_HEAD(&pool->parents);
	INIT_LIST_HEAD(&pool->above);
	INIT_LIST_HEAD(&pool->below);
	INIT_LIST_HEAD(&pool->touched);
	pool->is_new = mn->batch;
	err = mgl_batch_log(ctx, &pool_created, pool);
	if (err) {
		kfree(pool);
		return ERR_PTR(err);
	}
	mgl_pool_settle_update(mn, pool);
	pool_link(mn, pool);
	err = specs ? add_backends(ctx, pool, specs) : 0;
	if (!err)
		return pool;
	/* A batch takes back what was noted. */
	if (!mn->batch)
		mgl_pool_destroy(mn, pool);
	return ERR_PTR(err);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_pool_create);

static void pool_free_rcu(struct rcu_head *rcu)
{
	struct mgl_pool *pool = container_of(rcu, struct mgl_pool, rcu);

	mgl_table_free(rcu_dereference_protected(pool->table, true));
	kfree(pool);
}

/* Frees a pool that is in no list. */
static void pool_release(struct mgl_net *mn, struct mgl_pool *pool)
{
	mgl_backends_flush(mn, pool);
	/* Those of former members are not used by it any more. */
	mgl_panic_release(mgl_table_of(mn, pool));
	call_rcu(&pool->rcu, pool_free_rcu);
}

/* Flows that are tracked to its backends are reassigned from here on. */
static void pool_deleted_publish(struct mgl_net *mn, struct mgl_step *step)
{
	struct mgl_pool *pool = step->object;
	struct mgl_backend *b;

	list_for_each_entry(b, &pool->backends, node)
		mgl_backend_stop(b);
}

static void pool_deleted_done(struct mgl_net *mn, struct mgl_step *step)
{
	pool_release(mn, step->object);
}

static void pool_deleted_undo(struct mgl_net *mn, struct mgl_step *step)
{
	pool_link(mn, step->object);
}

static u32 pool_deleted_flows(struct mgl_net *mn, struct mgl_step *step)
{
	struct mgl_pool *pool = step->object;
	struct mgl_backend *b;
	u32 n = 0;

	list_for_each_entry(b, &pool->backends, node)
		n += mgl_backend_take_flows(b);
	return n;
}

static const struct mgl_step_ops pool_deleted = {
	.publish = pool_deleted_publish,
	.done = pool_deleted_done,
	.undo = pool_deleted_undo,
	.flows = pool_deleted_flows,
};

/**
 * mgl_pool_remove() - delete a pool that is not in use, now or with the batch
 * @ctx: the context
 * @pool: the pool, as for mgl_pool_destroy(); must not be used after success
 *
 * Context: may sleep.
 * Return: 0, or in a batch -ENOMEM with the extack set; the batch has to be
 * aborted then.
 */
int mgl_pool_remove(const struct mgl_ctx *ctx, struct mgl_pool *pool)
{
	int err;

	if (!ctx->mn->batch) {
		mgl_pool_destroy(ctx->mn, pool);
		return 0;
	}
	err = mgl_members_remove(ctx, pool) ?:
	      mgl_batch_log(ctx, &pool_deleted, pool);
	if (err)
		return err;
	pool_unlink(ctx->mn, pool);
	mgl_batch_forget(pool);
	return 0;
}

/**
 * mgl_pool_delete() - delete a pool unless it is in use
 * @ctx: the context
 * @pool: the pool; must not be used after success
 * @attr: attribute that named the pool, to report in an extack
 *
 * Context: may sleep.
 * Return: 0; with nothing changed -EBUSY if a service uses the pool, or it is
 * private, a member of another one, or that of the peers; or an error of
 * mgl_pool_remove().
 */
int mgl_pool_delete(const struct mgl_ctx *ctx, struct mgl_pool *pool,
		    const struct nlattr *attr)
{
	lockdep_assert_held(&ctx->mn->lock);
	if (pool->is_private) {
		NL_SET_ERR_MSG_ATTR(ctx->extack, attr,
				    "pool is private and goes with its service");
		return -EBUSY;
	}
	if (pool->users) {
		NL_SET_ERR_MSG_ATTR(ctx->extack, attr,
				    "pool is used by a service");
		return -EBUSY;
	}
	if (pool->is_peers) {
		NL_SET_ERR_MSG_ATTR(ctx->extack, attr,
				    "pool is used for the peers");
		return -EBUSY;
	}
	if (pool->n_parents) {
		NL_SET_ERR_MSG_ATTR(ctx->extack, attr,
				    "pool is a member of another pool");
		return -EBUSY;
	}
	return mgl_pool_remove(ctx, pool);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_pool_delete);

/**
 * mgl_pool_destroy() - delete a pool and its backends
 * @mn: the namespace; mn->lock is held
 * @pool: the pool, which no service and no pool uses any more, nor the peers
 *
 * The table stays valid for an RCU grace period, for packets that found it by a
 * service that has been deleted or uses another pool now.
 *
 * Context: may sleep.
 */
void mgl_pool_destroy(struct mgl_net *mn, struct mgl_pool *pool)
{
	lockdep_assert_held(&mn->lock);
	WARN_ON(pool->users || pool->n_parents || pool->is_peers);
	mgl_members_flush(pool);
	pool_unlink(mn, pool);
	pool_release(mn, pool);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_pool_destroy);

/**
 * mgl_pools_flush() - delete every pool
 * @mn: the namespace, without services and peers; mn->lock is held
 *
 * Context: may sleep.
 */
void mgl_pools_flush(struct mgl_net *mn)
{
	struct mgl_pool *pool;
	struct rb_node *n;

	lockdep_assert_held(&mn->lock);
	mgl_for_each_pool(pool, mn)
		mgl_members_flush(pool);
	while ((n = rb_first(&mn->pools))) {
		mgl_pool_destroy(mn, rb_entry(n, struct mgl_pool, node));
		cond_resched();
	}
}
EXPORT_SYMBOL_IF_KUNIT(mgl_pools_flush);
