/* SPDX-License-Identifier: GPL-2.0 */
/* Backends: a backend's place in a pool. */
#ifndef _MGL_MEMBER_H
#define _MGL_MEMBER_H

#include <linux/list.h>
#include <linux/refcount.h>

#include <linux/rcupdate.h>
#include <uapi/linux/maglev.h>

#include "core/addr.h"
#include "stats.h"

struct mgl_endpoint;
struct mgl_dry_run;
struct mgl_net;
struct mgl_pool;
struct netlink_ext_ack;
struct nlattr;

/**
 * struct mgl_backend - a backend as a backend of one pool
 * @endpoint: the address; has a reference until the backend is freed
 * @pool: the pool, for as long as the backend has its number
 * @id: number that tracked flows know it by
 * @state: as configured, while a change is tried as it is to be; under
 *	mgl_net.lock
 * @serves: may it serve flows that it has? Not once it was deleted. Written
 *	under mgl_net.lock, read by packets
 * @weight: its share; under mgl_net.lock
 * @draining: goes by itself when its flows are gone, or at @deadline; under
 *	mgl_net.lock, as are the following
 * @drain_start: when that began, in jiffies
 * @deadline: in jiffies
 * @n_active: established flows at the last count, see mgl_flows_count()
 * @n_inactive: other flows at the last count
 * @slots: what it got of the current table; under mgl_net.lock
 * @node: in mgl_pool.backends, sorted by address; under mgl_net.lock
 * @ref: the pool's list and every table that has it
 * @rcu: drops the list's reference
 * @traffic: what was sent to it through this pool
 * @traffic_base: what that was at the last zeroing; under mgl_net.lock
 */
struct mgl_backend {
	struct mgl_endpoint *endpoint;
	const struct mgl_pool *pool;
	u32 id;
	enum maglev_state state;
	bool serves;
	u32 weight;
	u32 slots;
	bool draining;
	unsigned long drain_start;
	unsigned long deadline;
	u32 n_active;
	u32 n_inactive;
	struct list_head node;
	refcount_t ref;
	struct rcu_head rcu;
	struct mgl_traffic __percpu *traffic;
	struct mgl_traffic_sum traffic_base;
};

/**
 * struct mgl_backend_params - what a backend may be told
 * @has_weight: @weight is given
 * @has_state: @state is given
 * @has_deadline: @deadline is given, and @state is to drain
 * @weight: its share
 * @state: may it serve?
 * @deadline: jiffies from now on
 */
struct mgl_backend_params {
	bool has_weight;
	bool has_state;
	bool has_deadline;
	u32 weight;
	enum maglev_state state;
	unsigned long deadline;
};

/**
 * struct mgl_backend_spec - a backend that a pool is to get
 * @addr: its address
 * @params: weight and state
 * @attr: where it was asked for, to blame, or NULL
 * @backend: what was made of it
 */
struct mgl_backend_spec {
	struct mgl_addr addr;
	struct mgl_backend_params params;
	const struct nlattr *attr;
	struct mgl_backend *backend;
};

/**
 * struct mgl_backend_specs - backends that a pool is to get, all or none
 * @n: how many
 * @item: the backends
 */
struct mgl_backend_specs {
	u32 n;
	struct mgl_backend_spec *item;
};

/* May it serve flows that it has? RCU read side or mgl_net.lock. */
static inline bool mgl_backend_serves(const struct mgl_backend *b)
{
	/* Pairs with WRITE_ONCE() in backend.c. */
	return READ_ONCE(b->serves);
}

/* The weight that its turns for new flows go by. mgl_net.lock is held. */
static inline u32 mgl_backend_turns(const struct mgl_backend *b)
{
	return b->state == MAGLEV_STATE_UP ? b->weight : 0;
}

struct mgl_backend *mgl_backend_find(struct mgl_pool *pool,
				   const struct mgl_addr *addr);
int mgl_backends_add(struct mgl_net *mn, struct mgl_pool *pool,
		    struct mgl_backend_specs *new, struct mgl_dry_run *dry,
		    struct netlink_ext_ack *extack);
int mgl_backend_set(struct mgl_net *mn, struct mgl_pool *pool,
		   struct mgl_backend *b, const struct mgl_backend_params *params,
		   struct mgl_dry_run *dry, struct netlink_ext_ack *extack);
int mgl_backend_del(struct mgl_net *mn, struct mgl_pool *pool,
		   struct mgl_backend *b, struct mgl_dry_run *dry,
		   struct netlink_ext_ack *extack);

void mgl_backends_flush(struct mgl_net *mn, struct mgl_pool *pool);
void mgl_backend_put(struct mgl_backend *b);

#endif /* _MGL_MEMBER_H */
