// SPDX-License-Identifier: GPL-2.0
/*
 * Tables in use: built from a pool's backends outside the packet path, then
 * swapped in with one pointer. A reader sees the old table or the new one,
 * never a mixture.
 */
#include <kunit/visibility.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/netlink.h>
#include <linux/slab.h>

#include "endpoint.h"
#include "core/flow.h"
#include "table.h"
#include "backend.h"
#include "net.h"
#include "pool.h"
#include "core/maglev.h"

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

static void table_adopt(struct mgl_table *table, struct mgl_pool *pool)
{
	struct mgl_backend *b;
	u32 i = 0;

	list_for_each_entry(b, &pool->backends, node) {
		refcount_inc(&b->ref);
		table->backends[i++] = b;
	}
	table->n_backends = i;
	table->seed = pool->seed;
}

/* For listings: what each backend has of the table, which may be NULL. */
static void table_adopted(struct mgl_pool *pool, const struct mgl_table *table)
{
	struct mgl_backend *b;
	u32 s;

	list_for_each_entry(b, &pool->backends, node)
		b->slots = 0;
	for (s = 0; table && s < table->size; s++)
		if (table->slots[s] != MGL_SLOT_NONE)
			table->backends[table->slots[s]]->slots++;
}

static struct mgl_table *table_build(struct mgl_pool *pool)
{
	struct mgl_candidate *cand;
	struct mgl_table *table;
	struct mgl_backend *b;
	int err;
	u32 i = 0;

	cand = kvcalloc(pool->n_backends, sizeof(*cand), GFP_KERNEL_ACCOUNT);
	if (!cand)
		return NULL;
	list_for_each_entry(b, &pool->backends, node)
		cand[i++] = (struct mgl_candidate){
			.addr = b->endpoint->addr,
			.weight = mgl_backend_turns(b),
		};
	table = table_alloc(pool->size, i);
	if (!table)
		goto out;
	err = mgl_maglev_populate(table->slots, pool->size, pool->seed, cand, i);
	if (!err)
		err = mgl_maglev_fingerprint(table->slots, pool->size, cand, i,
					    &table->fingerprint);
	if (err) {
		mgl_table_free(table);
		table = NULL;
		goto out;
	}
	table_adopt(table, pool);
out:
	kvfree(cand);
	return table;
}

static struct mgl_table_view generation_of(const struct mgl_table *table)
{
	return (struct mgl_table_view){
		.slots = table->slots,
		.size = table->size,
		.seed = table->seed,
		.history = rcu_dereference_protected(table->history, true),
	};
}

/*
 * The number in @new of each backend of @old, by address: a backend that was
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

static int dry_run(const struct mgl_table_view *old, const u16 *map,
		   const struct mgl_table *table, struct mgl_dry_run *dry)
{
	struct mgl_table_view new = generation_of(table);
	bool *may_take;
	u32 i;

	may_take = kvcalloc(table->n_backends, sizeof(*may_take), GFP_KERNEL);
	if (!may_take)
		return -ENOMEM;
	for (i = 0; i < table->n_backends; i++)
		may_take[i] = mgl_backend_turns(table->backends[i]);
	dry->size = table->size;
	dry->moves = mgl_history_moves(old, map, may_take, &new);
	kvfree(may_take);
	return -ECANCELED;
}

/* Compares a new table with the one in use. */
static int table_succeed(struct mgl_pool *pool, struct mgl_table *old,
			 struct mgl_table *table, struct mgl_dry_run *dry)
{
	struct mgl_table_view new = generation_of(table), was;
	struct mgl_history *history;
	u16 *map = NULL;
	int err;

	if (old) {
		was = generation_of(old);
		map = backends_map(old, table);
		if (!map)
			return -ENOMEM;
	}
	if (dry) {
		err = dry_run(old ? &was : NULL, map, table, dry);
	} else {
		err = mgl_history_next(&history, old ? &was : NULL, map, &new,
				       (u32)jiffies, pool->settle_now);
		if (!err)
			RCU_INIT_POINTER(table->history, history);
	}
	kvfree(map);
	return err;
}

/* The last backend goes: every slot loses its owner. */
static int dry_run_empty(const struct mgl_table *old, struct mgl_dry_run *dry)
{
	u32 s;

	dry->size = old ? old->size : 0;
	for (s = 0; old && s < old->size; s++)
		dry->moves.slots += old->slots[s] != MGL_SLOT_NONE;
	return -ECANCELED;
}

/**
 * mgl_table_rebuild() - build the table of a pool as it is now and use it
 * @mn: the namespace; mn->lock is held
 * @pool: the pool, with backends, weights, size and seed as they shall be
 * @dry: what the change would move, or NULL to make it
 * @extack: says why not
 *
 * Context: may sleep.
 * Return: 0; -ENOMEM, or -ECANCELED for a dry run, with the former table
 * still in use.
 */
int mgl_table_rebuild(struct mgl_net *mn, struct mgl_pool *pool,
		       struct mgl_dry_run *dry,
		       struct netlink_ext_ack *extack)
{
	struct mgl_table *table = NULL, *old;
	int err;

	lockdep_assert_held(&mn->lock);
	old = rcu_dereference_protected(pool->table,
					lockdep_is_held(&mn->lock));
	if (pool->n_backends) {
		table = table_build(pool);
		err = table ? table_succeed(pool, old, table, dry) : -ENOMEM;
		if (err == -ENOMEM)
			NL_SET_ERR_MSG_MOD(extack,
					   "out of memory for the pool's table");
		if (err) {
			mgl_table_free(table);
			return err;
		}
	} else if (dry) {
		return dry_run_empty(old, dry);
	}
	table_adopted(pool, table);
	rcu_assign_pointer(pool->table, table);
	if (old)
		call_rcu(&old->rcu, table_free_rcu);
	return 0;
}

static struct mgl_backend *owner(const struct mgl_table *table, u16 i)
{
	return i == MGL_SLOT_NONE ? NULL : table->backends[i];
}

static u32 slot_of(const struct mgl_flow *flow, u64 seed, u32 size)
{
	return reciprocal_scale(mgl_flow_hash(flow, seed) >> 32, size);
}

/* The owner that an unsettled slot had before. */
static struct mgl_backend *previous(const struct mgl_table *table,
				   const struct mgl_history *h, u32 s,
				   const struct mgl_flow *flow)
{
	u16 i = h->prev[s];

	if (i == MGL_PREV_OLD)
		i = h->old[slot_of(flow, h->old_seed, h->old_size)];
	return owner(table, i);
}

/**
 * mgl_table_slot() - the slot of a flow, with what it remembers
 * @pool: the pool
 * @flow: the flow
 * @slot: the slot; backends are valid until the RCU read side ends
 *
 * Context: RCU read side.
 */
void mgl_table_slot(const struct mgl_pool *pool, const struct mgl_flow *flow,
		     struct mgl_slot *slot)
{
	const struct mgl_table *table = rcu_dereference(pool->table);
	const struct mgl_history *h;
	u32 s;

	*slot = (struct mgl_slot){};
	if (!table)
		return;
	s = slot_of(flow, table->seed, table->size);
	slot->number = s;
	slot->cur = owner(table, table->slots[s]);
	h = rcu_dereference(table->history);
	/* Pairs with WRITE_ONCE() in mgl_pool_settle_update(). */
	slot->left = mgl_history_left(h, s, (u32)jiffies,
				      READ_ONCE(pool->settle_now));
	if (slot->left)
		slot->prev = previous(table, h, s, flow);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_table_slot);

static void history_free_rcu(struct rcu_head *rcu)
{
	mgl_history_free(container_of(rcu, struct mgl_history, rcu));
}

/**
 * mgl_table_settle() - forget what slots remember once all have settled
 * @mn: the namespace; mn->lock is held
 * @pool: the pool
 * @due: set to when it is worth to be called again, if that is sooner
 *
 * Context: any.
 * Return: true if the pool has settled by this call.
 */
bool mgl_table_settle(struct mgl_net *mn, struct mgl_pool *pool,
		       unsigned long *due)
{
	struct mgl_history *h;
	struct mgl_table *table;
	u32 age;

	lockdep_assert_held(&mn->lock);
	table = rcu_dereference_protected(pool->table,
					  lockdep_is_held(&mn->lock));
	if (!table)
		return false;
	h = rcu_dereference_protected(table->history,
				      lockdep_is_held(&mn->lock));
	if (!h)
		return false;
	age = (u32)jiffies - h->last;
	if (age < pool->settle_now) {
		*due = min(*due, (unsigned long)(pool->settle_now - age));
		return false;
	}
	RCU_INIT_POINTER(table->history, NULL);
	call_rcu(&h->rcu, history_free_rcu);
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_table_settle);

static struct mgl_history *history_of(struct mgl_net *mn,
				      const struct mgl_table *table)
{
	return rcu_dereference_protected(table->history,
					 lockdep_is_held(&mn->lock));
}

/**
 * mgl_table_remembers() - does any slot remember a backend as previous owner?
 * @mn: the namespace; mn->lock is held
 * @pool: the pool
 * @b: a backend of it
 *
 * Context: any.
 * Return: true if a flow that is not tracked may still be sent to @b by rule 4.
 */
bool mgl_table_remembers(struct mgl_net *mn, const struct mgl_pool *pool,
			 const struct mgl_backend *b)
{
	const struct mgl_table *table;
	u32 i;

	table = rcu_dereference_protected(pool->table,
					  lockdep_is_held(&mn->lock));
	for (i = 0; table && i < table->n_backends; i++)
		if (table->backends[i] == b)
			return mgl_history_remembers(history_of(mn, table), i,
						     (u32)jiffies,
						     pool->settle_now);
	return false;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_table_remembers);

/**
 * mgl_table_unsettled() - count the slots that still remember
 * @mn: the namespace; mn->lock is held
 * @pool: the pool
 *
 * Context: any.
 * Return: slots.
 */
u32 mgl_table_unsettled(struct mgl_net *mn, const struct mgl_pool *pool)
{
	const struct mgl_table *table;

	table = rcu_dereference_protected(pool->table,
					  lockdep_is_held(&mn->lock));
	if (!table)
		return 0;
	return mgl_history_unsettled(history_of(mn, table), (u32)jiffies,
				     pool->settle_now);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_table_unsettled);
