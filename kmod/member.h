/* SPDX-License-Identifier: GPL-2.0 */
/* Pools as members of pools. */
#ifndef _MGL_MEMBER_H
#define _MGL_MEMBER_H

#include <linux/list.h>
#include <linux/types.h>

struct mgl_addr;
struct mgl_backend;
struct mgl_ctx;
struct mgl_net;
struct mgl_pool;
struct mgl_step_ops;
struct nlattr;

/**
 * struct mgl_member - a pool as a member of another one; all of it is under
 *	mgl_net.lock, packets know nothing of it
 * @parent: the pool that has it
 * @pool: the pool that it is
 * @weight: relative share of the parent's slots, for all of the member's
 *	backends together
 * @slots: number of slots of the parent's published table that it has
 * @leaving: a change that deletes it is prepared
 * @node: entry of mgl_pool.members of @parent, sorted by name
 * @up: entry of mgl_pool.parents of @pool
 */
struct mgl_member {
	struct mgl_pool *parent;
	struct mgl_pool *pool;
	u32 weight;
	u32 slots;
	bool leaving;
	struct list_head node;
	struct list_head up;
};

/**
 * struct mgl_member_spec - a pool to be made a member
 * @pool: the pool
 * @has_weight: @weight is given
 * @weight: its weight
 * @attr: attribute that describes it, to report in an extack, or NULL
 */
struct mgl_member_spec {
	struct mgl_pool *pool;
	bool has_weight;
	u32 weight;
	const struct nlattr *attr;
};

extern const struct mgl_step_ops mgl_member_deleted;

struct mgl_member *mgl_member_find(const struct mgl_pool *parent,
				   const struct mgl_pool *pool);
struct mgl_member *mgl_member_add(const struct mgl_ctx *ctx,
				  struct mgl_pool *parent,
				  const struct mgl_member_spec *spec);
void mgl_member_link(struct mgl_member *m);
void mgl_member_unlink(struct mgl_member *m);
void mgl_member_del(struct mgl_member *m);
int mgl_members_remove(const struct mgl_ctx *ctx, struct mgl_pool *parent);
void mgl_members_flush(struct mgl_pool *parent);

u32 mgl_pools_above(struct mgl_pool *pool, struct list_head *list);
void mgl_pools_above_done(struct list_head *list);
u32 mgl_pools_below(struct mgl_pool *pool, struct list_head *list);
void mgl_pools_below_done(struct list_head *list);
bool mgl_pool_contains(struct mgl_pool *pool, const struct mgl_pool *other);
struct mgl_backend *mgl_pool_find_backend(struct mgl_pool *pool,
					  const struct mgl_addr *addr);
bool mgl_pool_serves_vip(struct mgl_net *mn, struct mgl_pool *pool,
			 const struct mgl_addr *addr);

#endif /* _MGL_MEMBER_H */
