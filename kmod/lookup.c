// SPDX-License-Identifier: GPL-2.0
/*
 * Tables in use: built from a pool's members outside the packet path, then
 * swapped in with one pointer. A reader sees the old table or the new one,
 * never a mixture.
 */
#include <kunit/visibility.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "backend.h"
#include "flow.h"
#include "lookup.h"
#include "member.h"
#include "netns.h"
#include "pool.h"
#include "table.h"

/**
 * mgl_lookup_free() - free a table
 * @table: the table, which no reader can see any more, or NULL
 *
 * Context: any but hard interrupts.
 */
void mgl_lookup_free(struct mgl_table *table)
{
	u32 i;

	if (!table)
		return;
	for (i = 0; i < table->n_members; i++)
		mgl_member_put(table->members[i]);
	kvfree(table->members);
	kvfree(table);
}

static void table_free_rcu(struct rcu_head *rcu)
{
	mgl_lookup_free(container_of(rcu, struct mgl_table, rcu));
}

static struct mgl_table *table_alloc(u32 size, u32 n)
{
	struct mgl_table *table;

	table = kvzalloc(struct_size(table, slots, size), GFP_KERNEL_ACCOUNT);
	if (!table)
		return NULL;
	table->members = kvmalloc_array(n, sizeof(*table->members),
					GFP_KERNEL_ACCOUNT);
	if (!table->members) {
		kvfree(table);
		return NULL;
	}
	table->size = size;
	return table;
}

/* Gives the table its members, and the members their share of it. */
static void table_adopt(struct mgl_table *table, struct mgl_pool *pool,
			const struct mgl_candidate *cand)
{
	struct mgl_member *m;
	u32 i = 0;

	list_for_each_entry(m, &pool->members, node) {
		refcount_inc(&m->ref);
		m->slots = cand[i].slots;
		table->members[i++] = m;
	}
	table->n_members = i;
	table->seed = pool->seed;
}

static struct mgl_table *table_build(struct mgl_pool *pool)
{
	struct mgl_candidate *cand;
	struct mgl_table *table;
	struct mgl_member *m;
	int err;
	u32 i = 0;

	cand = kvcalloc(pool->n_members, sizeof(*cand), GFP_KERNEL_ACCOUNT);
	if (!cand)
		return NULL;
	list_for_each_entry(m, &pool->members, node)
		cand[i++] = (struct mgl_candidate){
			.addr = m->backend->addr,
			.weight = m->weight,
		};
	table = table_alloc(pool->size, i);
	if (!table)
		goto out;
	err = mgl_table_populate(table->slots, pool->size, pool->seed, cand, i);
	if (!err)
		err = mgl_table_fingerprint(table->slots, pool->size, cand, i,
					    &table->fingerprint);
	if (err) {
		mgl_lookup_free(table);
		table = NULL;
		goto out;
	}
	table_adopt(table, pool, cand);
out:
	kvfree(cand);
	return table;
}

/**
 * mgl_lookup_rebuild() - build the table of a pool as it is now and use it
 * @mn: the namespace; mn->lock is held
 * @pool: the pool, with members, weights, size and seed as they shall be
 *
 * Context: may sleep.
 * Return: 0, or -ENOMEM with the former table still in use.
 */
int mgl_lookup_rebuild(struct mgl_net *mn, struct mgl_pool *pool)
{
	struct mgl_table *table = NULL, *old;

	lockdep_assert_held(&mn->lock);
	if (pool->n_members) {
		table = table_build(pool);
		if (!table)
			return -ENOMEM;
	}
	old = rcu_replace_pointer(pool->table, table,
				  lockdep_is_held(&mn->lock));
	if (old)
		call_rcu(&old->rcu, table_free_rcu);
	return 0;
}

/**
 * mgl_lookup() - the owner of a flow's slot
 * @pool: the pool
 * @flow: the flow
 *
 * Context: RCU read side; the result is valid until its end.
 * Return: the member, or NULL if the pool has none with a weight.
 */
struct mgl_member *mgl_lookup(const struct mgl_pool *pool,
			      const struct mgl_flow *flow)
{
	const struct mgl_table *table = rcu_dereference(pool->table);
	u32 slot;
	u16 i;

	if (!table)
		return NULL;
	slot = reciprocal_scale(mgl_flow_hash(flow, table->seed) >> 32,
				table->size);
	i = table->slots[slot];
	return i == MGL_SLOT_NONE ? NULL : table->members[i];
}
EXPORT_SYMBOL_IF_KUNIT(mgl_lookup);
