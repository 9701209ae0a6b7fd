// SPDX-License-Identifier: GPL-2.0
/* Pools: found by name, kept sorted for listing, freed after their readers. */
#include <kunit/visibility.h>
#include <linux/jiffies.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "table.h"
#include "backend.h"
#include "net.h"
#include "pool.h"

/**
 * mgl_pool_find() - look for a pool
 * @mn: the namespace; mn->lock is held
 * @name: its name
 *
 * Context: any.
 * Return: the pool or NULL.
 */
struct mgl_pool *mgl_pool_find(struct mgl_net *mn, const char *name)
{
	struct rb_node *n = mn->pools.rb_node;

	lockdep_assert_held(&mn->lock);
	while (n) {
		struct mgl_pool *pool = rb_entry(n, struct mgl_pool, node);
		int cmp = strcmp(name, pool->name);

		if (!cmp)
			return pool;
		n = cmp < 0 ? n->rb_left : n->rb_right;
	}
	return NULL;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_pool_find);

static void pool_link(struct mgl_net *mn, struct mgl_pool *pool)
{
	struct rb_node **link = &mn->pools.rb_node, *parent = NULL;

	while (*link) {
		struct mgl_pool *other;

		parent = *link;
		other = rb_entry(parent, struct mgl_pool, node);
		link = strcmp(pool->name, other->name) < 0 ?
			&parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&pool->node, parent, link);
	rb_insert_color(&pool->node, &mn->pools);
	mn->n_pools++;
}

/**
 * mgl_pool_settle_update() - find out for how long slots remember
 * @mn: the namespace; mn->lock is held
 * @pool: the pool, whose settle time or whose services changed
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
 * mgl_pool_create() - add a pool
 * @mn: the namespace; mn->lock is held
 * @name: its name, at most MAGLEV_POOL_NAME_MAX bytes
 * @params: table size and seed
 * @backends: its backends, or NULL for none
 * @extack: says why not
 *
 * Context: may sleep.
 * Return: the pool, or ERR_PTR() of -EEXIST, -ENOMEM or what
 * mgl_backends_add() gave, with nothing changed.
 */
struct mgl_pool *mgl_pool_create(struct mgl_net *mn, const char *name,
				 const struct mgl_pool_params *params,
				 struct mgl_backend_specs *backends,
				 struct netlink_ext_ack *extack)
{
	struct mgl_pool *pool;
	int err;

	lockdep_assert_held(&mn->lock);
	if (mgl_pool_find(mn, name)) {
		NL_SET_ERR_MSG_MOD(extack, "pool exists already");
		return ERR_PTR(-EEXIST);
	}
	pool = kzalloc(sizeof(*pool), GFP_KERNEL_ACCOUNT);
	if (!pool) {
		NL_SET_ERR_MSG_MOD(extack, "out of memory for the pool");
		return ERR_PTR(-ENOMEM);
	}
	strscpy(pool->name, name, sizeof(pool->name));
	pool->size = params->has_size ? params->size :
		     MAGLEV_TABLE_SIZE_DEFAULT;
	pool->seed = params->has_seed ? params->seed : 0;
	pool->settle = params->has_settle ? params->settle : 0;
	INIT_LIST_HEAD(&pool->backends);
	mgl_pool_settle_update(mn, pool);
	pool_link(mn, pool);
	if (!backends)
		return pool;
	err = mgl_backends_add(mn, pool, backends, NULL, extack);
	if (!err)
		return pool;
	mgl_pool_destroy(mn, pool);
	return ERR_PTR(err);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_pool_create);

/**
 * mgl_pool_set() - change table size, seed or settle time of a pool
 * @mn: the namespace; mn->lock is held
 * @pool: the pool
 * @params: what to change
 * @dry: what it would do, or NULL to do it
 * @extack: says why not
 *
 * Context: may sleep.
 * Return: 0; -ENOMEM, or -ECANCELED for a dry run, with nothing changed.
 */
int mgl_pool_set(struct mgl_net *mn, struct mgl_pool *pool,
		 const struct mgl_pool_params *params, struct mgl_dry_run *dry,
		 struct netlink_ext_ack *extack)
{
	u32 old_size = pool->size;
	u64 old_seed = pool->seed;
	int err = 0;

	lockdep_assert_held(&mn->lock);
	if (params->has_size)
		pool->size = params->size;
	if (params->has_seed)
		pool->seed = params->seed;
	if (pool->size != old_size || pool->seed != old_seed || dry)
		err = mgl_table_rebuild(mn, pool, dry, extack);
	if (err) {
		pool->size = old_size;
		pool->seed = old_seed;
		return err;
	}
	if (params->has_settle) {
		pool->settle = params->settle;
		mgl_pool_settle_update(mn, pool);
	}
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_pool_set);

static void pool_free_rcu(struct rcu_head *rcu)
{
	struct mgl_pool *pool = container_of(rcu, struct mgl_pool, rcu);

	mgl_table_free(rcu_dereference_protected(pool->table, true));
	kfree(pool);
}

/**
 * mgl_pool_destroy() - delete a pool and its backends
 * @mn: the namespace; mn->lock is held
 * @pool: the pool, which no service uses any more
 *
 * Packets that reached it through a service which is gone, or uses another
 * pool by now, still find its table.
 *
 * Context: may sleep.
 */
void mgl_pool_destroy(struct mgl_net *mn, struct mgl_pool *pool)
{
	lockdep_assert_held(&mn->lock);
	WARN_ON(pool->users);
	mgl_backends_flush(mn, pool);
	rb_erase(&pool->node, &mn->pools);
	mn->n_pools--;
	call_rcu(&pool->rcu, pool_free_rcu);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_pool_destroy);

/**
 * mgl_pools_flush() - delete every pool
 * @mn: the namespace without services; mn->lock is held
 *
 * Context: may sleep.
 */
void mgl_pools_flush(struct mgl_net *mn)
{
	struct rb_node *n;

	lockdep_assert_held(&mn->lock);
	while ((n = rb_first(&mn->pools))) {
		mgl_pool_destroy(mn, rb_entry(n, struct mgl_pool, node));
		cond_resched();
	}
}
