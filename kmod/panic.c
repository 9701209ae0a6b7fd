// SPDX-License-Identifier: GPL-2.0
/*
 * Pools that panic. Whether one does is decided when its table is planned
 * (core/panic.c); here is what follows from that for backends which are down: as
 * long as a published table uses one, it serves.
 */
#include <kunit/visibility.h>
#include <linux/bitmap.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "backend.h"
#include "change.h"
#include "endpoint.h"
#include "member.h"
#include "net.h"
#include "panic.h"
#include "pool.h"
#include "table.h"

/**
 * mgl_panic_matters() - check whether a pool, or one that contains it, may panic
 * @pool: the pool
 *
 * Context: any; mgl_net.lock is held.
 * Return: true if one of them has a share set.
 */
bool mgl_panic_matters(struct mgl_pool *pool)
{
	struct mgl_pool *p;
	bool any = false;
	LIST_HEAD(pools);

	mgl_pools_above(pool, &pools);
	list_for_each_entry(p, &pools, above)
		any |= p->panic;
	mgl_pools_above_done(&pools);
	return any;
}

/**
 * mgl_panic_plan() - note the backends that a new table uses although they are down
 * @plan: the table's plan
 * @forced: set to mgl_table.forced
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int mgl_panic_plan(const struct mgl_table_plan *plan, unsigned long **forced)
{
	u32 i;

	for (i = 0; i < plan->n; i++) {
		if (!plan->entry[i].forced)
			continue;
		if (!*forced)
			*forced = kvcalloc(BITS_TO_LONGS(plan->n),
					   sizeof(**forced), GFP_KERNEL_ACCOUNT);
		if (!*forced)
			return -ENOMEM;
		__set_bit(i, *forced);
	}
	return 0;
}

/**
 * mgl_panic_use() - have the backends serve that a table uses although down
 * @table: the table, which is about to be published, or NULL
 *
 * Context: any; mgl_net.lock is held.
 */
void mgl_panic_use(const struct mgl_table *table)
{
	u32 i;

	if (!table || !table->forced)
		return;
	for_each_set_bit(i, table->forced, table->n_backends) {
		struct mgl_backend *b = table->backends[i];

		b->n_panics++;
		/* Pairs with READ_ONCE() in mgl_backend_serves(). */
		WRITE_ONCE(b->serves, true);
	}
}

/**
 * mgl_panic_release() - undo mgl_panic_use()
 * @table: the table, which was published until now, or NULL
 *
 * Context: any; mgl_net.lock is held, and mgl_backend.state as it is to be.
 */
void mgl_panic_release(const struct mgl_table *table)
{
	u32 i;

	if (!table || !table->forced)
		return;
	for_each_set_bit(i, table->forced, table->n_backends) {
		struct mgl_backend *b = table->backends[i];

		/* One that is up by now serves, unless it has been deleted. */
		if (!--b->n_panics && b->state == MAGLEV_STATE_DOWN)
			mgl_backend_stop(b);
	}
}

/* True if @table uses @b although it is down. */
static bool forces(const struct mgl_table *table, const struct mgl_backend *b)
{
	int i;

	if (!table || !table->forced)
		return false;
	i = mgl_table_find(table, &b->endpoint->addr);
	return i >= 0 && table->backends[i] == b && test_bit(i, table->forced);
}

/**
 * mgl_panic_would_use() - check whether a backend that is down would be used
 * @mn: the namespace; mn->lock is held
 * @c: the change, whose tables are prepared
 * @b: the backend
 *
 * Context: any.
 * Return: true if a table uses it when the change is committed.
 */
bool mgl_panic_would_use(struct mgl_net *mn, const struct mgl_change *c,
			 const struct mgl_backend *b)
{
	u32 i, n = b->n_panics;

	for (i = 0; i < c->n_rebuilds; i++) {
		const struct mgl_table_update *u = &c->rebuild[i].table;

		n += forces(u->table, b);
		n -= forces(mgl_table_of(mn, u->pool), b);
	}
	return n;
}

static bool would_be_down(const struct mgl_change *c, const struct mgl_backend *b)
{
	bool changes = b == c->edited && c->backend_params.has_state;

	return (changes ? c->backend_params.state : b->state) ==
	       MAGLEV_STATE_DOWN;
}

/**
 * mgl_panic_flows_lost() - count flows of backends that would cease to be used
 * @mn: the namespace; mn->lock is held
 * @c: the change, whose tables are prepared
 *
 * Takes them away from what mgl_flows_count() has counted.
 *
 * Context: may sleep.
 * Return: number of tracked flows of backends that are down, and used until now.
 */
u32 mgl_panic_flows_lost(struct mgl_net *mn, const struct mgl_change *c)
{
	u32 i, k, n = 0;

	for (i = 0; i < c->n_rebuilds; i++) {
		const struct mgl_table *old = mgl_table_of(mn, c->rebuild[i].table.pool);

		if (!old || !old->forced)
			continue;
		for_each_set_bit(k, old->forced, old->n_backends) {
			struct mgl_backend *b = old->backends[k];

			if (would_be_down(c, b) && !mgl_panic_would_use(mn, c, b))
				n += mgl_backend_take_flows(b);
		}
		cond_resched();
	}
	return n;
}

/**
 * mgl_panic_now() - check whether a pool panics
 * @mn: the namespace; mn->lock is held
 * @pool: the pool
 *
 * Context: any.
 * Return: true if its table was built so.
 */
bool mgl_panic_now(struct mgl_net *mn, const struct mgl_pool *pool)
{
	const struct mgl_table *table = mgl_table_of(mn, pool);

	return table && table->panics;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_panic_now);

/**
 * mgl_panic_told() - check whether listeners have been told, and note that they are
 * @mn: the namespace; mn->lock is held
 * @pool: the pool
 *
 * Context: any.
 * Return: true if it has neither begun nor ceased to panic since the last call.
 */
bool mgl_panic_told(struct mgl_net *mn, struct mgl_pool *pool)
{
	bool now = mgl_panic_now(mn, pool), told = pool->told_panics;

	pool->told_panics = now;
	return told == now;
}
