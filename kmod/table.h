/* SPDX-License-Identifier: GPL-2.0 */
/* A pool's table as packets read it, under RCU, and how it is replaced. */
#ifndef _MGL_LOOKUP_H
#define _MGL_LOOKUP_H

#include <linux/rcupdate.h>
#include <linux/types.h>

#include "core/history.h"

struct mgl_backend;
struct mgl_ctx;
struct mgl_flow;
struct mgl_net;
struct mgl_pool;

/**
 * struct mgl_table - a populated table; never changes once published, but for
 *	its history, which goes when all slots have settled
 * @rcu: frees it
 * @size: slots
 * @n_backends: entries of @backends
 * @seed: keys the flow hash
 * @fingerprint: see mgl_maglev_fingerprint()
 * @history: what slots remember, in jiffies; NULL if nothing
 * @backends: what the slots index, each with a reference
 * @slots: owner of each slot, or MGL_SLOT_NONE
 */
struct mgl_table {
	struct rcu_head rcu;
	u32 size;
	u32 n_backends;
	u64 seed;
	u64 fingerprint;
	struct mgl_history __rcu *history;
	struct mgl_backend **backends;
	u16 slots[];
};

/**
 * struct mgl_slot - the slot of a flow
 * @number: which
 * @left: jiffies for which it remembers @prev; 0 if it is settled
 * @cur: its owner, or NULL
 * @prev: the owner before, NULL if it is settled or there was none
 */
struct mgl_slot {
	u32 number;
	u32 left;
	struct mgl_backend *cur;
	struct mgl_backend *prev;
};

/**
 * struct mgl_table_entry - a backend that a table is to be built of
 * @backend: the backend
 * @weight: its share of the slots
 */
struct mgl_table_entry {
	struct mgl_backend *backend;
	u32 weight;
};

/**
 * struct mgl_table_plan - all that a table depends on
 * @size: slots, a valid size
 * @seed: key of the hashes
 * @n: length of @entry; 0 for no table
 * @entry: the backends, sorted by address
 */
struct mgl_table_plan {
	u32 size;
	u64 seed;
	u32 n;
	struct mgl_table_entry *entry;
};

/**
 * struct mgl_table_update - a table that is to replace a pool's
 * @pool: the pool
 * @table: the table, NULL if the pool is to have none
 * @eligible: by index in @table: has the backend a weight?
 */
struct mgl_table_update {
	struct mgl_pool *pool;
	struct mgl_table *table;
	bool *eligible;
};

int mgl_table_prepare(const struct mgl_ctx *ctx, struct mgl_pool *pool,
		      const struct mgl_table_plan *plan,
		      struct mgl_table_update *u);
int mgl_table_moves(const struct mgl_ctx *ctx,
		    const struct mgl_table_update *u, struct mgl_moves *moves);
void mgl_table_commit(const struct mgl_ctx *ctx, struct mgl_table_update *u);
void mgl_table_abort(struct mgl_table_update *u);
void mgl_table_free(struct mgl_table *table);
void mgl_table_slot(const struct mgl_pool *pool, const struct mgl_flow *flow,
		    struct mgl_slot *slot);
bool mgl_table_settle(struct mgl_net *mn, struct mgl_pool *pool,
		      unsigned long *due);
u32 mgl_table_size(struct mgl_net *mn, const struct mgl_pool *pool);
bool mgl_table_remembers(struct mgl_net *mn, const struct mgl_pool *pool,
			 const struct mgl_backend *b);
u32 mgl_table_unsettled(struct mgl_net *mn, const struct mgl_pool *pool);

#endif /* _MGL_LOOKUP_H */
