/* SPDX-License-Identifier: GPL-2.0 */
/* The published table of a pool: lookup by the data path, and replacement. */
#ifndef _MGL_TABLE_H
#define _MGL_TABLE_H

#include <linux/rcupdate.h>
#include <linux/types.h>

#include "core/history.h"

struct mgl_addr;
struct mgl_backend;
struct mgl_ctx;
struct mgl_flow;
struct mgl_net;
struct mgl_pool;

/**
 * struct mgl_table - a populated table; immutable once published, except for
 *	@history, which is freed when all slots have settled
 * @rcu: for call_rcu()
 * @size: number of slots
 * @n_backends: length of @backends
 * @panics: too few backends of the pool are usable, so it uses all of them
 * @last_resort: none is usable: it has slots only because pools panic
 * @seed: seed of the flow hash
 * @fingerprint: see mgl_maglev_fingerprint()
 * @history: previous owners of the slots, with ticks of a jiffy; NULL if all
 *	slots are settled
 * @backends: backends that the slots index, each with a reference
 * @forced: bitmap, by index in @backends, of those that it uses although they are
 *	down; NULL if there are none
 * @slots: owner of each slot, an index in @backends, or MGL_SLOT_NONE
 */
struct mgl_table {
	struct rcu_head rcu;
	u32 size;
	u32 n_backends;
	bool panics;
	bool last_resort;
	u64 seed;
	u64 fingerprint;
	struct mgl_history __rcu *history;
	struct mgl_backend **backends;
	unsigned long *forced;
	u16 slots[];
};

/**
 * struct mgl_slot - the slot of a flow
 * @number: number of the slot in the table
 * @left: jiffies until the slot settles, 0 if it has
 * @last_resort: none of the pool's backends is usable
 * @cur: the owner, or NULL
 * @prev: the previous owner, NULL if the slot is settled or had no owner
 */
struct mgl_slot {
	u32 number;
	u32 left;
	bool last_resort;
	struct mgl_backend *cur;
	struct mgl_backend *prev;
};

/**
 * struct mgl_table_entry - a backend as input for building a table
 * @backend: the backend
 * @weight: relative share of the slots; 0 for no slots. Weights that add up to
 *	the size of the table are numbers of slots
 * @eligible: with more slots the backend would get some, even if @weight is 0
 * @forced: it is down, and used because a pool panics
 */
struct mgl_table_entry {
	struct mgl_backend *backend;
	u32 weight;
	bool eligible;
	bool forced;
};

/**
 * struct mgl_table_plan - input for building a table
 * @size: number of slots, a valid size
 * @seed: seed of the hashes
 * @panics: see struct mgl_table
 * @last_resort: likewise
 * @n: length of @entry; 0 for no table
 * @entry: the backends, sorted by address
 */
struct mgl_table_plan {
	u32 size;
	u64 seed;
	bool panics;
	bool last_resort;
	u32 n;
	struct mgl_table_entry *entry;
};

/**
 * struct mgl_table_update - a prepared replacement of a pool's table
 * @pool: the pool
 * @table: the new table, NULL for none
 * @old: the table that was published before, set by mgl_table_publish()
 * @eligible: by index in @table, see struct mgl_table_entry
 */
struct mgl_table_update {
	struct mgl_pool *pool;
	struct mgl_table *table;
	struct mgl_table *old;
	bool *eligible;
};

int mgl_table_prepare(const struct mgl_ctx *ctx, struct mgl_pool *pool,
		      const struct mgl_table_plan *plan,
		      struct mgl_table_update *u);
int mgl_table_moves(const struct mgl_ctx *ctx,
		    const struct mgl_table_update *u, struct mgl_moves *moves);
void mgl_table_ready(struct mgl_net *mn, const struct mgl_table_update *u);
void mgl_table_publish(struct mgl_net *mn, struct mgl_table_update *u);
void mgl_table_retire(struct mgl_table_update *u);
void mgl_table_commit(const struct mgl_ctx *ctx, struct mgl_table_update *u);
void mgl_table_abort(struct mgl_table_update *u);
void mgl_table_free(struct mgl_table *table);
void mgl_table_slot(const struct mgl_pool *pool, const struct mgl_flow *flow,
		    struct mgl_slot *slot);
struct mgl_backend *mgl_table_owner(const struct mgl_pool *pool,
				    const struct mgl_flow *flow);
struct mgl_table *mgl_table_of(const struct mgl_net *mn,
			       const struct mgl_pool *pool);
int mgl_table_find(const struct mgl_table *table, const struct mgl_addr *addr);
bool mgl_table_has(const struct mgl_pool *pool, const struct mgl_addr *addr);
u32 mgl_table_settle(struct mgl_net *mn, struct mgl_pool *pool,
		     unsigned long *due);
u32 mgl_table_size(struct mgl_net *mn, const struct mgl_pool *pool);
bool mgl_table_remembers(struct mgl_net *mn, const struct mgl_pool *pool,
			 const struct mgl_backend *b);
u32 mgl_table_unsettled(struct mgl_net *mn, const struct mgl_pool *pool);

#endif /* _MGL_TABLE_H */
