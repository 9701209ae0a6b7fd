// SPDX-License-Identifier: GPL-2.0
/* Pools: looked up by name, sorted for listings, freed after a grace period. */
#include <kunit/visibility.h>
#include <linux/jiffies.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "backend.h"
#include "change.h"
#include "member.h"
#include "net.h"
#include "pool.h"
#include "table.h"

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
 * @params: table size, seed and settle time
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
	INIT_LIST_HEAD(&pool->backends);
	INIT_LIST_HEAD(&pool->members);
	INIT_LIST_HEAD(&pool->parents);
	INIT_LIST_HEAD(&pool->above);
	INIT_LIST_HEAD(&pool->below);
	mgl_pool_settle_update(mn, pool);
	rb_add(&pool->node, &mn->pools, before);
	mn->n_pools++;
	err = specs ? add_backends(ctx, pool, specs) : 0;
	if (!err)
		return pool;
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

/**
 * mgl_pool_delete() - delete a pool unless it is in use
 * @ctx: the context
 * @pool: the pool; must not be used after success
 * @attr: attribute that named the pool, to report in an extack
 *
 * Context: may sleep.
 * Return: 0, or with nothing changed -EBUSY if a service uses the pool, or it is
 * private, a member of another one, or that of the peers.
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
	mgl_pool_destroy(ctx->mn, pool);
	return 0;
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
	mgl_backends_flush(mn, pool);
	rb_erase(&pool->node, &mn->pools);
	mn->n_pools--;
	call_rcu(&pool->rcu, pool_free_rcu);
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
