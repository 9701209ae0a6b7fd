// SPDX-License-Identifier: GPL-2.0
/* What packets look up in the published table of a pool. */
#include <kunit/visibility.h>
#include <linux/jiffies.h>
#include <linux/rcupdate.h>

#include "backend.h"
#include "core/flow.h"
#include "core/maglev.h"
#include "endpoint.h"
#include "pool.h"
#include "table.h"

static struct mgl_backend *owner(const struct mgl_table *table, u16 i)
{
	return i == MGL_SLOT_NONE ? NULL : table->backends[i];
}

static u32 slot_of(const struct mgl_flow *flow, u64 seed, u32 size)
{
	return reciprocal_scale(mgl_flow_hash(flow, seed) >> 32, size);
}

/* The previous owner of unsettled slot @s, which is that of @flow. */
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
 * mgl_table_slot() - look up the slot of a flow
 * @pool: the pool
 * @flow: the flow, masked by mgl_flow_mask()
 * @slot: the slot with owner and previous owner, which are valid until the end
 *	of the RCU read side
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
	slot->last_resort = table->last_resort;
	slot->cur = owner(table, table->slots[s]);
	h = rcu_dereference(table->history);
	/* Pairs with WRITE_ONCE() in mgl_pool_settle_update(). */
	slot->left = mgl_history_left(h, s, (u32)jiffies,
				      READ_ONCE(pool->settle_now));
	if (slot->left)
		slot->prev = previous(table, h, s, flow);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_table_slot);

/**
 * mgl_table_owner() - look up the owner of a flow's slot, without its past
 * @pool: the pool
 * @flow: the flow, masked by mgl_flow_mask()
 *
 * Context: RCU read side; the result is valid until its end.
 * Return: the owner, or NULL if no backend has slots.
 */
struct mgl_backend *mgl_table_owner(const struct mgl_pool *pool,
				    const struct mgl_flow *flow)
{
	const struct mgl_table *table = rcu_dereference(pool->table);

	if (!table)
		return NULL;
	return owner(table, table->slots[slot_of(flow, table->seed,
						 table->size)]);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_table_owner);

/**
 * mgl_table_find() - find a backend by its address
 * @table: the table, or NULL
 * @addr: the address
 *
 * Context: any in which @table stays.
 * Return: its index in mgl_table.backends, or -1 if none has @addr.
 */
int mgl_table_find(const struct mgl_table *table, const struct mgl_addr *addr)
{
	u32 low = 0, high = table ? table->n_backends : 0;

	while (low < high) {
		u32 mid = low + (high - low) / 2;
		int cmp = mgl_addr_cmp(&table->backends[mid]->endpoint->addr,
				       addr);

		if (!cmp)
			return mid;
		if (cmp < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return -1;
}

/**
 * mgl_table_has() - check for a backend with an address
 * @pool: the pool
 * @addr: the address
 *
 * The table has every backend of the pool, those without slots as well.
 *
 * Context: RCU read side.
 * Return: true if a backend of @pool has @addr.
 */
bool mgl_table_has(const struct mgl_pool *pool, const struct mgl_addr *addr)
{
	return mgl_table_find(rcu_dereference(pool->table), addr) >= 0;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_table_has);
