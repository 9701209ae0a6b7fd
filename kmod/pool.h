/* SPDX-License-Identifier: GPL-2.0 */
/* Pools: sets of backends, each with the Maglev table that spreads flows. */
#ifndef _MGL_POOL_H
#define _MGL_POOL_H

#include <linux/bits.h>
#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/rcupdate.h>
#include <uapi/linux/maglev.h>

#include "net.h"

struct mgl_backend_specs;
struct mgl_ctx;
struct mgl_table;
struct nlattr;

/* What a batch has to do with a pool, besides publishing its settle time. */
#define MGL_TOUCH_TABLE		BIT(0)	/* build its table */
#define MGL_TOUCH_ABOVE		BIT(1)	/* and those of the pools that contain it */
#define MGL_TOUCH_DIRECT	BIT(2)	/* a change is about it */

/**
 * struct mgl_pool - a pool
 * @rcu: for call_rcu()
 * @node: entry of mgl_net.pools; under mgl_net.lock
 * @name: identity
 * @size: number of slots of the table; under mgl_net.lock
 * @seed: seed of the hashes; under mgl_net.lock
 * @is_private: the pool belongs to the service that it is named after
 * @settle: configured settle time in ms, 0 for a default that depends on what
 *	services track; under mgl_net.lock
 * @settle_now: settle time in effect, in jiffies; written under mgl_net.lock,
 *	read by the data path
 * @limited: a backend of the pool or of its members has thresholds; written under
 *	mgl_net.lock, read by the data path, beside @settle_now
 * @panic: percentage of its backends, those of members included, below which it
 *	uses all of them, or 0; under mgl_net.lock
 * @told_panics: listeners have been told that it does; under mgl_net.lock
 * @users: number of services that use the pool, as their own or as fallback;
 *	under mgl_net.lock
 * @is_peers: the pool is mgl_net.peers, which is not counted in @users; under
 *	mgl_net.lock
 * @changed_users: number of those that track `changed`; under mgl_net.lock
 * @untracked_users: number of those that track nothing; under mgl_net.lock
 * @backends: list of struct mgl_backend, sorted by address; under mgl_net.lock
 * @n_backends: length of @backends; under mgl_net.lock
 * @members: list of struct mgl_member, pools in this one, sorted by name; this
 *	and the following, but for @table, are under mgl_net.lock
 * @n_members: length of @members
 * @parents: list of struct mgl_member, by mgl_member.up, of the pools that this
 *	one is a member of
 * @n_parents: length of @parents
 * @above: entry of the list of mgl_pools_above(), or empty
 * @below: entry of the list of mgl_pools_below(), or empty
 * @number: position in that list, while a table is planned
 * @touched: entry of mgl_batch.pools, or empty; this and the following three are
 *	under mgl_net.lock
 * @touch: MGL_TOUCH_*, what a batch has to do with the pool
 * @is_new: a batch is creating it: packets cannot reach it yet
 * @blame: the change because of which the batch has to
 * @table: the published table, NULL while there is no backend; written under
 *	mgl_net.lock, read under RCU
 */
struct mgl_pool {
	struct rcu_head rcu;
	struct rb_node node;
	char name[MAGLEV_POOL_NAME_MAX + 1];
	u32 size;
	u64 seed;
	bool is_private;
	u32 settle;
	u32 settle_now;
	bool limited;
	u8 panic;
	bool told_panics;
	u32 users;
	bool is_peers;
	u32 changed_users;
	u32 untracked_users;
	struct list_head backends;
	u32 n_backends;
	struct list_head members;
	u32 n_members;
	struct list_head parents;
	u32 n_parents;
	struct list_head above;
	struct list_head below;
	u32 number;
	struct list_head touched;
	u8 touch;
	bool is_new;
	const struct nlattr *blame;
	struct mgl_table __rcu *table;
};

/**
 * struct mgl_pool_params - settings of a pool
 * @has_size: @size is given
 * @has_seed: @seed is given
 * @has_settle: @settle is given
 * @has_panic: @panic is given
 * @size: number of slots of the table, a valid size
 * @seed: seed of the hashes
 * @settle: settle time in ms, 0 for the default
 * @panic: percentage, 0 for never
 * @attr: attribute with the settings, to report in an extack; NULL if none
 */
struct mgl_pool_params {
	bool has_size;
	bool has_seed;
	bool has_settle;
	bool has_panic;
	u32 size;
	u64 seed;
	u32 settle;
	u8 panic;
	const struct nlattr *attr;
};

/* Iterates over the pools of a namespace by name; mn->lock is held. */
#define mgl_for_each_pool(pool, mn)					\
	for ((pool) = mgl_pool_first(mn); (pool);			\
	     (pool) = mgl_pool_next(pool))

static inline struct mgl_pool *mgl_pool_first(struct mgl_net *mn)
{
	return rb_entry_safe(rb_first(&mn->pools), struct mgl_pool, node);
}

static inline struct mgl_pool *mgl_pool_next(struct mgl_pool *pool)
{
	return rb_entry_safe(rb_next(&pool->node), struct mgl_pool, node);
}

struct mgl_pool *mgl_pool_find(struct mgl_net *mn, const char *name);
struct mgl_pool *mgl_pool_create(const struct mgl_ctx *ctx, const char *name,
				 const struct mgl_pool_params *params,
				 const struct mgl_backend_specs *specs);
int mgl_pool_delete(const struct mgl_ctx *ctx, struct mgl_pool *pool,
		    const struct nlattr *attr);
int mgl_pool_remove(const struct mgl_ctx *ctx, struct mgl_pool *pool);
void mgl_pool_settle_update(struct mgl_net *mn, struct mgl_pool *pool);
void mgl_pool_settle_changed(struct mgl_net *mn, struct mgl_pool *pool);
void mgl_pool_destroy(struct mgl_net *mn, struct mgl_pool *pool);
void mgl_pools_flush(struct mgl_net *mn);

#endif /* _MGL_POOL_H */
