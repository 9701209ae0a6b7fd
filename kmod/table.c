// SPDX-License-Identifier: GPL-2.0
/*
 * Published tables. A table is built outside the data path from the planned
 * configuration of a pool, then published with one pointer.
 */
#include <kunit/visibility.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/netlink.h>
#include <linux/slab.h>

#include "backend.h"
#include "core/maglev.h"
#include "ctx.h"
#include "endpoint.h"
#include "net.h"
#include "panic.h"
#include "pool.h"
#include "table.h"
#include "tracepoints.h"

/**
 * mgl_table_free() - free a table
 * @table: the table, which no reader can see any more, or NULL
 *
 * Context: any but hard interrupts.
 */
void mgl_table_free(struct mgl_table *table)
{
	u32 i;

	if (!table)
		return;
	for (i = 0; i < table->n_backends; i++)
		mgl_backend_put(table->backends[i]);
	mgl_history_free(rcu_dereference_protected(table->history, true));
	kvfree(table->backends);
	kvfree(table->forced);
	kvfree(table);
}

static void table_free_rcu(struct rcu_head *rcu)
{
	mgl_table_free(container_of(rcu, struct mgl_table, rcu));
}

static struct mgl_table *table_alloc(u32 size, u32 n)
{
	struct mgl_table *table;

	table = kvzalloc(struct_size(table, slots, size), GFP_KERNEL_ACCOUNT);
	if (!table)
		return NULL;
	table->backends = kvmalloc_array(n, sizeof(*table->backends),
					 GFP_KERNEL_ACCOUNT);
	if (!table->backends) {
		kvfree(table);
		return NULL;
	}
	table->size = size;
	return table;
}

static struct mgl_table *table_build(const struct mgl_table_plan *plan)
{
	struct mgl_candidate *cand;
	struct mgl_table *table;
	int err;
	u32 i;

	cand = kvcalloc(plan->n, sizeof(*cand), GFP_KERNEL_ACCOUNT);
	if (!cand)
		return NULL;
	for (i = 0; i < plan->n; i++)
		cand[i] = (struct mgl_candidate){
			.addr = plan->entry[i].backend->endpoint->addr,
			.weight = plan->entry[i].weight,
		};
	table = table_alloc(plan->size, plan->n);
	if (!table)
		goto out;
	table->seed = plan->seed;
	table->panics = plan->panics;
	table->last_resort = plan->last_resort;
	err = mgl_panic_plan(plan, &table->forced) ?:
	      mgl_maglev_populate(table->slots, plan->size, plan->seed, cand,
				  plan->n);
	if (!err)
		err = mgl_maglev_fingerprint(table->slots, plan->size, cand,
					     plan->n, &table->fingerprint);
	if (err) {
		mgl_table_free(table);
		table = NULL;
		goto out;
	}
	for (i = 0; i < plan->n; i++) {
		refcount_inc(&plan->entry[i].backend->ref);
		table->backends[i] = plan->entry[i].backend;
	}
	table->n_backends = plan->n;
out:
	kvfree(cand);
	return table;
}

static struct mgl_table_view view_of(const struct mgl_table *table)
{
	return (struct mgl_table_view){
		.slots = table->slots,
		.size = table->size,
		.seed = table->seed,
		.history = rcu_dereference_protected(table->history, true),
	};
}

/*
 * The index in @new of each backend of @old, by address: a backend that was
 * deleted and added again is the same. Both are sorted.
 */
static u16 *backends_map(const struct mgl_table *old,
			 const struct mgl_table *new)
{
	u32 i, j = 0;
	u16 *map;

	map = kvmalloc_array(old->n_backends, sizeof(*map), GFP_KERNEL_ACCOUNT);
	if (!map)
		return NULL;
	for (i = 0; i < old->n_backends; i++) {
		const struct mgl_addr *a = &old->backends[i]->endpoint->addr;
		int cmp = 1;

		while (j < new->n_backends) {
			cmp = mgl_addr_cmp(&new->backends[j]->endpoint->addr, a);
			if (cmp >= 0)
				break;
			j++;
		}
		map[i] = cmp ? MGL_SLOT_NONE : j;
	}
	return map;
}

static struct mgl_history *history_of(struct mgl_net *mn,
				      const struct mgl_table *table)
{
	return rcu_dereference_protected(table->history,
					 lockdep_is_held(&mn->lock));
}

/* Sets the history of a new table from owners and history of the old one. */
static int inherit(const struct mgl_table *old, struct mgl_table *table,
		   u32 settle)
{
	struct mgl_table_view new = view_of(table), was;
	struct mgl_transition t = {
		.new = &new, .now = (u32)jiffies, .settle = settle,
	};
	struct mgl_history *history;
	u16 *map = NULL;
	int err;

	if (old) {
		was = view_of(old);
		map = backends_map(old, table);
		if (!map)
			return -ENOMEM;
		t.old = &was;
		t.map = map;
	}
	err = mgl_history_next(&history, &t);
	if (!err)
		RCU_INIT_POINTER(table->history, history);
	kvfree(map);
	return err;
}

/**
 * mgl_table_prepare() - build a new table for a pool
 * @ctx: the context
 * @pool: the pool
 * @plan: input of the table
 * @u: the update; on success the caller has to commit or abort it
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int mgl_table_prepare(const struct mgl_ctx *ctx, struct mgl_pool *pool,
		      const struct mgl_table_plan *plan,
		      struct mgl_table_update *u)
{
	u32 i;

	lockdep_assert_held(&ctx->mn->lock);
	*u = (struct mgl_table_update){ .pool = pool };
	if (!plan->n)
		return 0;
	u->eligible = kvmalloc_array(plan->n, sizeof(*u->eligible),
				     GFP_KERNEL_ACCOUNT);
	u->table = table_build(plan);
	if (!u->eligible || !u->table ||
	    inherit(mgl_table_of(ctx->mn, pool), u->table, pool->settle_now)) {
		NL_SET_ERR_MSG_MOD(ctx->extack,
				   "out of memory for the pool's table");
		mgl_table_abort(u);
		return -ENOMEM;
	}
	for (i = 0; i < plan->n; i++)
		u->eligible[i] = plan->entry[i].eligible;
	return 0;
}

/* Slots that lose their owner when the last backend is deleted. */
static u32 owned_slots(const struct mgl_table *table)
{
	u32 s, n = 0;

	for (s = 0; table && s < table->size; s++)
		n += table->slots[s] != MGL_SLOT_NONE;
	return n;
}

/**
 * mgl_table_moves() - count the slots that an update would reassign
 * @ctx: the context
 * @u: the update
 * @moves: the result
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int mgl_table_moves(const struct mgl_ctx *ctx,
		    const struct mgl_table_update *u, struct mgl_moves *moves)
{
	const struct mgl_table *old = mgl_table_of(ctx->mn, u->pool);
	struct mgl_table_view new, was;
	u16 *map = NULL;

	*moves = (struct mgl_moves){};
	if (!u->table) {
		moves->slots = owned_slots(old);
		return 0;
	}
	new = view_of(u->table);
	if (old) {
		was = view_of(old);
		map = backends_map(old, u->table);
		if (!map) {
			NL_SET_ERR_MSG_MOD(ctx->extack,
					   "out of memory for the dry run");
			return -ENOMEM;
		}
	}
	*moves = mgl_history_moves(old ? &was : NULL, map, u->eligible, &new);
	kvfree(map);
	return 0;
}

/* Counts the slots of each backend of the pool itself, for listings. */
static void count_slots(struct mgl_pool *pool, const struct mgl_table *table)
{
	struct mgl_backend *b;
	u32 s;

	list_for_each_entry(b, &pool->backends, node)
		b->slots = 0;
	for (s = 0; table && s < table->size; s++) {
		if (table->slots[s] == MGL_SLOT_NONE)
			continue;
		b = table->backends[table->slots[s]];
		if (b->pool == pool)
			b->slots++;
	}
}

/* Counts what moves, which only the tracepoint wants to know. */
static noinline void trace_commit(struct mgl_net *mn,
				  const struct mgl_table_update *u)
{
	const struct mgl_ctx quiet = { .mn = mn };
	struct mgl_moves moves;

	/* Without memory for it, as if all did. */
	if (mgl_table_moves(&quiet, u, &moves))
		moves.slots = u->table->size;
	trace_maglev_table(mn, u->pool, u->table, moves.slots);
}

/**
 * mgl_table_ready() - do what has to be done before a table is published
 * @mn: the namespace; mn->lock is held
 * @u: the update; its backends are in the list of the pool already
 *
 * Counts slots, which takes a while. Backends that are down and which the table uses
 * serve from now on.
 *
 * Context: may sleep. Cannot fail.
 */
void mgl_table_ready(struct mgl_net *mn, const struct mgl_table_update *u)
{
	const struct mgl_table *old = mgl_table_of(mn, u->pool);

	/* As in mgl_table_settle(): flows were tracked for unsettled slots. */
	if (old && history_of(mn, old) &&
	    !(u->table && history_of(mn, u->table)))
		mn->gc_flows = true;
	if (trace_maglev_table_enabled())
		trace_commit(mn, u);
	count_slots(u->pool, u->table);
	mgl_panic_use(u->table);
}

/**
 * mgl_table_publish() - publish a table
 * @mn: the namespace; mn->lock is held
 * @u: the update, after mgl_table_ready()
 *
 * A reader sees either the old table or the new one.
 *
 * Context: any. Cannot fail.
 */
void mgl_table_publish(struct mgl_net *mn, struct mgl_table_update *u)
{
	u->old = mgl_table_of(mn, u->pool);
	rcu_assign_pointer(u->pool->table, u->table);
	if ((u->old && u->old->panics) != (u->table && u->table->panics))
		mn->panics_changed = true;
}

/**
 * mgl_table_retire() - free the table that was published before
 * @u: the update, after mgl_table_publish(); must not be used afterwards
 *
 * Backends that are down serve until the last table that uses them is retired.
 *
 * Context: any; mgl_net.lock is held.
 */
void mgl_table_retire(struct mgl_table_update *u)
{
	mgl_panic_release(u->old);
	if (u->old)
		call_rcu(&u->old->rcu, table_free_rcu);
	kvfree(u->eligible);
}

/**
 * mgl_table_commit() - publish a table by itself
 * @ctx: the context
 * @u: the update, which must not be used afterwards; its backends are in the
 *	list of the pool already
 *
 * Context: any. Cannot fail.
 */
void mgl_table_commit(const struct mgl_ctx *ctx, struct mgl_table_update *u)
{
	mgl_table_ready(ctx->mn, u);
	mgl_table_publish(ctx->mn, u);
	mgl_table_retire(u);
}

/**
 * mgl_table_abort() - free a table that was not published
 * @u: the update, which must not be used afterwards
 *
 * Context: any but hard interrupts.
 */
void mgl_table_abort(struct mgl_table_update *u)
{
	mgl_table_free(u->table);
	kvfree(u->eligible);
}

/**
 * mgl_table_of() - get the published table of a pool, to change or to list
 * @mn: the namespace; mn->lock is held
 * @pool: the pool
 *
 * Context: any.
 * Return: the table, or NULL while there is none.
 */
struct mgl_table *mgl_table_of(const struct mgl_net *mn,
			       const struct mgl_pool *pool)
{
	return rcu_dereference_protected(pool->table,
					 lockdep_is_held(&mn->lock));
}

/**
 * mgl_table_size() - get the size of a pool's published table
 * @mn: the namespace; mn->lock is held
 * @pool: the pool
 *
 * Context: any.
 * Return: number of slots, 0 while there is no table.
 */
u32 mgl_table_size(struct mgl_net *mn, const struct mgl_pool *pool)
{
	const struct mgl_table *table = mgl_table_of(mn, pool);

	return table ? table->size : 0;
}

static void history_free_rcu(struct rcu_head *rcu)
{
	mgl_history_free(container_of(rcu, struct mgl_history, rcu));
}

/**
 * mgl_table_settle() - free the history of a table if all slots have settled
 * @mn: the namespace; mn->lock is held
 * @pool: the pool
 * @due: jiffies until the next call is due; lowered if this pool settles sooner
 *
 * Context: any.
 * Return: number of slots that had remembered a previous owner if the history
 * was freed by this call, else 0.
 */
u32 mgl_table_settle(struct mgl_net *mn, struct mgl_pool *pool,
		     unsigned long *due)
{
	struct mgl_history *h;
	struct mgl_table *table;
	u32 age, n;

	lockdep_assert_held(&mn->lock);
	table = mgl_table_of(mn, pool);
	if (!table)
		return 0;
	h = history_of(mn, table);
	if (!h)
		return 0;
	age = (u32)jiffies - h->last;
	if (age < pool->settle_now) {
		*due = min(*due, (unsigned long)(pool->settle_now - age));
		return 0;
	}
	/* All that were remembered, however long ago. */
	n = mgl_history_unsettled(h, h->last, U32_MAX);
	RCU_INIT_POINTER(table->history, NULL);
	call_rcu(&h->rcu, history_free_rcu);
	return n;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_table_settle);

/**
 * mgl_table_remembers() - check whether a backend is a slot's previous owner
 * @mn: the namespace; mn->lock is held
 * @pool: the pool
 * @b: a backend of @pool, or of a pool that @pool contains
 *
 * Context: any.
 * Return: true if a flow that is not tracked may still be sent to @b by rule 4
 * of mgl_rules_decide().
 */
bool mgl_table_remembers(struct mgl_net *mn, const struct mgl_pool *pool,
			 const struct mgl_backend *b)
{
	const struct mgl_table *table;
	u32 i;

	table = mgl_table_of(mn, pool);
	for (i = 0; table && i < table->n_backends; i++)
		if (table->backends[i] == b)
			return mgl_history_remembers(history_of(mn, table), i,
						     (u32)jiffies,
						     pool->settle_now);
	return false;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_table_remembers);

/**
 * mgl_table_unsettled() - count the unsettled slots of a pool
 * @mn: the namespace; mn->lock is held
 * @pool: the pool
 *
 * Context: any.
 * Return: number of slots that remember a previous owner.
 */
u32 mgl_table_unsettled(struct mgl_net *mn, const struct mgl_pool *pool)
{
	const struct mgl_table *table;

	table = mgl_table_of(mn, pool);
	if (!table)
		return 0;
	return mgl_history_unsettled(history_of(mn, table), (u32)jiffies,
				     pool->settle_now);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_table_unsettled);
