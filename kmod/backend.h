/* SPDX-License-Identifier: GPL-2.0 */
/* Backends: the backends of a pool, each with its weight and state there. */
#ifndef _MGL_BACKEND_H
#define _MGL_BACKEND_H

#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/rcupdate.h>
#include <uapi/linux/maglev.h>

#include "core/addr.h"
#include "stats.h"

struct mgl_ctx;
struct mgl_endpoint;
struct mgl_net;
struct mgl_pool;
struct nlattr;

/**
 * struct mgl_backend - a backend of one pool
 * @endpoint: its address; has a reference until the backend is freed
 * @pool: the pool, for as long as the backend has its number
 * @id: number that tracked flows know it by
 * @serves: is usable for flows that it has; false once it is deleted. Written
 *	under mgl_net.lock, read by packets
 * @traffic: what was sent to it through this pool
 * @state: as configured; under mgl_net.lock, as are the following
 * @weight: its share
 * @slots: slots of the current table that it owns
 * @draining: is deleted when it has drained, or at @deadline
 * @deadline: in jiffies
 * @n_active: established flows at the last count, see mgl_flows_count()
 * @n_inactive: other flows at the last count
 * @traffic_base: @traffic at the last zeroing
 * @node: in mgl_pool.backends, sorted by address
 * @ref: the pool's list and every table that has it
 * @rcu: drops the list's reference
 */
struct mgl_backend {
	struct mgl_endpoint *endpoint;
	const struct mgl_pool *pool;
	u32 id;
	bool serves;
	struct mgl_traffic __percpu *traffic;

	enum maglev_state state;
	u32 weight;
	u32 slots;
	bool draining;
	unsigned long deadline;
	u32 n_active;
	u32 n_inactive;
	struct mgl_traffic_sum traffic_base;
	struct list_head node;
	refcount_t ref;
	struct rcu_head rcu;
};

/**
 * struct mgl_backend_params - settings of a backend
 * @has_weight: @weight is given
 * @has_state: @state is given
 * @has_deadline: @deadline is given, and @state is to drain
 * @weight: its share
 * @state: whether it is usable
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
 * struct mgl_backend_spec - a backend to be added to a pool
 * @addr: its address
 * @params: weight and state
 * @attr: where it was asked for, to blame in an extack, or NULL
 */
struct mgl_backend_spec {
	struct mgl_addr addr;
	struct mgl_backend_params params;
	const struct nlattr *attr;
};

/**
 * struct mgl_backend_specs - backends to be added to a pool, all or none
 * @n: length of @item
 * @item: the backends
 */
struct mgl_backend_specs {
	u32 n;
	struct mgl_backend_spec *item;
};

/* Usable for flows that it has? RCU read side or mgl_net.lock. */
static inline bool mgl_backend_serves(const struct mgl_backend *b)
{
	/* Pairs with WRITE_ONCE() in mgl_backend_publish(). */
	return READ_ONCE(b->serves);
}

/* The weight that it gets slots by. mgl_net.lock is held. */
static inline u32 mgl_backend_turns(const struct mgl_backend *b)
{
	return b->state == MAGLEV_STATE_UP ? b->weight : 0;
}

/* The same, with other settings. */
static inline u32
mgl_backend_turns_with(const struct mgl_backend *b,
		       const struct mgl_backend_params *params)
{
	enum maglev_state state = params->has_state ? params->state : b->state;
	u32 weight = params->has_weight ? params->weight : b->weight;

	return state == MAGLEV_STATE_UP ? weight : 0;
}

struct mgl_backend *mgl_backend_find(struct mgl_pool *pool,
				     const struct mgl_addr *addr);
struct list_head *mgl_backend_position(struct list_head *list,
				       const struct mgl_addr *addr);

struct mgl_backend *mgl_backend_alloc(const struct mgl_ctx *ctx,
				      const struct mgl_pool *pool,
				      const struct mgl_backend_spec *spec);
void mgl_backend_link(struct mgl_pool *pool, struct mgl_backend *b);
void mgl_backend_unlink(struct mgl_pool *pool, struct mgl_backend *b);
void mgl_backend_apply(struct mgl_backend *b,
		       const struct mgl_backend_params *params);
void mgl_backend_publish(struct mgl_backend *b);
void mgl_backend_release(struct mgl_net *mn, struct mgl_backend *b);
void mgl_backends_flush(struct mgl_net *mn, struct mgl_pool *pool);
void mgl_backend_put(struct mgl_backend *b);

#endif /* _MGL_BACKEND_H */
