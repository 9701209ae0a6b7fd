/* SPDX-License-Identifier: GPL-2.0 */
/* A pool's table as packets read it, under RCU. */
#ifndef _MGL_LOOKUP_H
#define _MGL_LOOKUP_H

#include <linux/rcupdate.h>
#include <linux/types.h>

struct mgl_flow;
struct mgl_member;
struct mgl_net;
struct mgl_pool;

/**
 * struct mgl_table - a populated table; never changes once published
 * @rcu: frees it
 * @size: slots
 * @n_members: entries of @members
 * @seed: keys the flow hash
 * @fingerprint: see mgl_table_fingerprint()
 * @members: what the slots index, each with a reference
 * @slots: owner of each slot, or MGL_SLOT_NONE
 */
struct mgl_table {
	struct rcu_head rcu;
	u32 size;
	u32 n_members;
	u64 seed;
	u64 fingerprint;
	struct mgl_member **members;
	u16 slots[];
};

int mgl_lookup_rebuild(struct mgl_net *mn, struct mgl_pool *pool);
void mgl_lookup_free(struct mgl_table *table);
struct mgl_member *mgl_lookup(const struct mgl_pool *pool,
			      const struct mgl_flow *flow);

#endif /* _MGL_LOOKUP_H */
