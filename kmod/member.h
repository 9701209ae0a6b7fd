/* SPDX-License-Identifier: GPL-2.0 */
/* Members: a backend's place in a pool. */
#ifndef _MGL_MEMBER_H
#define _MGL_MEMBER_H

#include <linux/list.h>
#include <linux/refcount.h>

#include "addr.h"
#include "stats.h"

struct mgl_backend;
struct mgl_net;
struct mgl_pool;
struct netlink_ext_ack;

/**
 * struct mgl_member - a backend as a member of one pool
 * @backend: the address; has a reference until the member is freed
 * @weight: its share; under mgl_net.lock
 * @slots: what it got of the current table; under mgl_net.lock
 * @node: in mgl_pool.members, sorted by address; under mgl_net.lock
 * @ref: the pool's list and every table that has it
 * @traffic: what was sent to it through this pool
 * @traffic_base: what that was at the last zeroing; under mgl_net.lock
 */
struct mgl_member {
	struct mgl_backend *backend;
	u32 weight;
	u32 slots;
	struct list_head node;
	refcount_t ref;
	struct mgl_traffic __percpu *traffic;
	struct mgl_traffic_sum traffic_base;
};

struct mgl_member *mgl_member_find(struct mgl_pool *pool,
				   const struct mgl_addr *addr);
int mgl_member_add(struct mgl_net *mn, struct mgl_pool *pool,
		   const struct mgl_addr *addr, u32 weight,
		   struct netlink_ext_ack *extack);
int mgl_member_set_weight(struct mgl_net *mn, struct mgl_pool *pool,
			  struct mgl_member *m, u32 weight,
			  struct netlink_ext_ack *extack);
int mgl_member_del(struct mgl_net *mn, struct mgl_pool *pool,
		   struct mgl_member *m, struct netlink_ext_ack *extack);

void mgl_members_flush(struct mgl_net *mn, struct mgl_pool *pool);
void mgl_member_put(struct mgl_member *m);

#endif /* _MGL_MEMBER_H */
