/* SPDX-License-Identifier: GPL-2.0 */
/* A pool's table as packets read it, under RCU. */
#ifndef _MGL_LOOKUP_H
#define _MGL_LOOKUP_H

#include <linux/rcupdate.h>
#include <linux/types.h>

#include "core/history.h"

struct mgl_flow;
struct mgl_backend;
struct mgl_net;
struct mgl_pool;
struct netlink_ext_ack;

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
 * struct mgl_dry_run - what a change would do
 * @size: slots of the table
 * @moves: how many would change hands
 * @flows: tracked flows whose backend could not keep them
 */
struct mgl_dry_run {
	u32 size;
	struct mgl_moves moves;
	u32 flows;
};

int mgl_table_rebuild(struct mgl_net *mn, struct mgl_pool *pool,
		       struct mgl_dry_run *dry,
		       struct netlink_ext_ack *extack);
void mgl_table_free(struct mgl_table *table);
void mgl_table_slot(const struct mgl_pool *pool, const struct mgl_flow *flow,
		     struct mgl_slot *slot);
bool mgl_table_settle(struct mgl_net *mn, struct mgl_pool *pool,
		       unsigned long *due);
bool mgl_table_remembers(struct mgl_net *mn, const struct mgl_pool *pool,
			 const struct mgl_backend *b);
u32 mgl_table_unsettled(struct mgl_net *mn, const struct mgl_pool *pool);

#endif /* _MGL_LOOKUP_H */
