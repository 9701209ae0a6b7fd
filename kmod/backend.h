/* SPDX-License-Identifier: GPL-2.0 */
/* Backends of a pool, each with its weight and state in that pool. */
#ifndef _MGL_BACKEND_H
#define _MGL_BACKEND_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/rcupdate.h>
#include <uapi/linux/maglev.h>

#include "core/addr.h"
#include "core/rules.h"
#include "stats.h"
#include "userdata.h"

struct mgl_ctx;
struct mgl_endpoint;
struct mgl_net;
struct mgl_pool;
struct nlattr;

/**
 * struct mgl_backend - a backend of one pool
 * @endpoint: outer address and route, referenced until the backend is freed
 * @pool: the pool, valid as long as @id finds the backend
 * @id: number of the backend in entries of the flow cache
 * @serves: usable for the flows that it has; false once it is deleted; written
 *	under mgl_net.lock, read by the data path
 * @overloaded: gets no new flows, see limit.c; written by the data path and under
 *	mgl_net.lock, read by the data path
 * @upper_now: upper threshold in effect, or 0: then @overloaded and @n_flows do
 *	not matter; written under mgl_net.lock, read by the data path
 * @traffic: traffic that was forwarded to it through this pool
 * @state: configured state; this and the following are under mgl_net.lock
 * @weight: configured weight
 * @thresholds: configured thresholds
 * @slots: number of slots of the published table that it owns
 * @n_panics: number of published tables that use it although it is down
 * @draining: to be deleted when it has drained, or at @deadline
 * @deadline: time in jiffies
 * @n_active: number of established flows at the last mgl_flows_count()
 * @n_inactive: number of other flows at the last count
 * @n_flows_mark: @n_flows when the count in progress began
 * @traffic_base: @traffic at the last zeroing
 * @unreachable_base: mgl_endpoint.unreachable at the last zeroing, or when it was
 *	added
 * @userdata: bytes that userspace keeps with it, or NULL
 * @node: entry of mgl_pool.backends, sorted by address
 * @leaving: entry of mgl_change.deleted, or empty
 * @ref: references of the pool's list and of every table that has it
 * @rcu: for dropping the list's reference
 * @n_flows: number of its flows in the cache: those of the last
 *	mgl_flows_count(), and those that have been stored since; written by the
 *	data path, away from what that only reads
 */
struct mgl_backend {
	struct mgl_endpoint *endpoint;
	const struct mgl_pool *pool;
	u32 id;
	bool serves;
	bool overloaded;
	u32 upper_now;
	struct mgl_traffic __percpu *traffic;

	enum maglev_state state;
	u32 weight;
	struct mgl_thresholds thresholds;
	u32 slots;
	u32 n_panics;
	bool draining;
	unsigned long deadline;
	u32 n_active;
	u32 n_inactive;
	int n_flows_mark;
	struct mgl_traffic_sum traffic_base;
	u32 unreachable_base;
	struct mgl_userdata *userdata;
	struct list_head node;
	struct list_head leaving;
	refcount_t ref;
	struct rcu_head rcu;
	atomic_t n_flows;
};

/**
 * struct mgl_backend_params - settings of a backend
 * @has_weight: @weight is given
 * @has_state: @state is given
 * @has_deadline: @deadline is given, and @state is MAGLEV_STATE_DRAIN
 * @has_upper: @thresholds.upper is given
 * @has_lower: @thresholds.lower is given
 * @weight: relative share of the slots
 * @state: administrative state
 * @deadline: jiffies from now on
 * @thresholds: numbers of flows
 * @userdata: bytes that userspace keeps with it
 */
struct mgl_backend_params {
	bool has_weight;
	bool has_state;
	bool has_deadline;
	bool has_upper;
	bool has_lower;
	u32 weight;
	enum maglev_state state;
	unsigned long deadline;
	struct mgl_thresholds thresholds;
	struct mgl_userdata_params userdata;
};

/**
 * struct mgl_backend_spec - a backend to be added to a pool
 * @addr: outer address
 * @params: settings
 * @attr: attribute that describes the backend, to report in an extack, or NULL
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

/* True if usable for flows that it has. RCU read side, or mgl_net.lock. */
static inline bool mgl_backend_serves(const struct mgl_backend *b)
{
	/* Pairs with WRITE_ONCE() in mgl_backend_publish(). */
	return READ_ONCE(b->serves);
}

/* True if it has an upper threshold, so that its flows are counted. */
static inline bool mgl_backend_limited(const struct mgl_backend *b)
{
	/* Pairs with WRITE_ONCE() in mgl_backend_publish(). */
	return READ_ONCE(b->upper_now);
}

/* True if it gets no new flows for now. */
static inline bool mgl_backend_overloaded(const struct mgl_backend *b)
{
	/* Pairs with WRITE_ONCE() in limit.c. */
	return READ_ONCE(b->overloaded);
}

/* The weight that it has if @params are applied, and 0 in another state than @in. */
static inline u32
mgl_backend_weight_in(const struct mgl_backend *b,
		      const struct mgl_backend_params *params,
		      enum maglev_state in)
{
	enum maglev_state state = params->has_state ? params->state : b->state;

	if (state != in)
		return 0;
	return params->has_weight ? params->weight : b->weight;
}

/* The weight by which it gets slots of the table. mgl_net.lock is held. */
static inline u32 mgl_backend_turns(const struct mgl_backend *b)
{
	return b->state == MAGLEV_STATE_UP ? b->weight : 0;
}

/* The same, if @params were applied. */
static inline u32
mgl_backend_turns_with(const struct mgl_backend *b,
		       const struct mgl_backend_params *params)
{
	return mgl_backend_weight_in(b, params, MAGLEV_STATE_UP);
}

/* The weight by which it gets slots if the pool panics, and no others. */
static inline u32
mgl_backend_reserve_with(const struct mgl_backend *b,
			 const struct mgl_backend_params *params)
{
	return mgl_backend_weight_in(b, params, MAGLEV_STATE_DOWN);
}

static inline u32 mgl_backend_reserve(const struct mgl_backend *b)
{
	return mgl_backend_reserve_with(b, &(struct mgl_backend_params){});
}

void mgl_backend_set_thresholds(struct mgl_thresholds *t,
				const struct mgl_backend_params *params);
struct mgl_backend *mgl_backend_find(struct mgl_pool *pool,
				     const struct mgl_addr *addr);
struct list_head *mgl_backend_position(struct list_head *list,
				       const struct mgl_addr *addr);

struct mgl_backend *mgl_backend_alloc(const struct mgl_ctx *ctx,
				      const struct mgl_pool *pool,
				      const struct mgl_backend_spec *spec);
void mgl_backend_link(struct mgl_pool *pool, struct mgl_backend *b);
void mgl_backend_unlink(struct mgl_net *mn, struct mgl_pool *pool,
			struct mgl_backend *b);
void mgl_backend_apply(struct mgl_backend *b,
		       const struct mgl_backend_params *params);
void mgl_backend_publish(struct mgl_backend *b);
void mgl_backend_stop(struct mgl_backend *b);
u32 mgl_backend_take_flows(struct mgl_backend *b);
void mgl_backend_release(struct mgl_net *mn, struct mgl_backend *b);
void mgl_backends_flush(struct mgl_net *mn, struct mgl_pool *pool);
void mgl_backend_put(struct mgl_backend *b);

#endif /* _MGL_BACKEND_H */
