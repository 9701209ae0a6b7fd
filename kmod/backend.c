// SPDX-License-Identifier: GPL-2.0
/*
 * Backends of a pool: allocate, link, publish, release. Adding, editing and
 * deleting them changes the pool's table, see change.c.
 */
#include <kunit/visibility.h>
#include <linux/jiffies.h>
#include <linux/netlink.h>
#include <linux/slab.h>

#include "backend.h"
#include "ctx.h"
#include "endpoint.h"
#include "net.h"
#include "pool.h"
#include "tracepoints.h"

/**
 * mgl_backend_put() - drop a reference
 * @b: the backend; freed with its last reference
 *
 * Context: any but hard interrupts; an RCU grace period after readers could
 * find @b through the list or table whose reference this is.
 */
void mgl_backend_put(struct mgl_backend *b)
{
	if (!refcount_dec_and_test(&b->ref))
		return;
	mgl_endpoint_put(b->endpoint);
	free_percpu(b->traffic);
	kfree(b->userdata);
	kfree(b);
}

/**
 * mgl_backend_find() - look up a backend of a pool by address
 * @pool: the pool; its mgl_net.lock is held
 * @addr: the backend's address
 *
 * Context: any.
 * Return: the backend, or NULL if there is none.
 */
struct mgl_backend *mgl_backend_find(struct mgl_pool *pool,
				     const struct mgl_addr *addr)
{
	struct mgl_backend *b;

	list_for_each_entry(b, &pool->backends, node)
		if (mgl_addr_equal(&b->endpoint->addr, addr))
			return b;
	return NULL;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_backend_find);

/**
 * mgl_backend_position() - find the position of an address in a sorted list
 * @list: list of backends, sorted by address; tables are populated in this
 *	order, so they do not depend on the order in which backends were added
 * @addr: the address
 *
 * Searches from the end, because a saved configuration is sorted.
 *
 * Context: any; mgl_net.lock is held.
 * Return: the list entry to add a backend behind, or NULL if @addr is in @list.
 */
struct list_head *mgl_backend_position(struct list_head *list,
				       const struct mgl_addr *addr)
{
	struct mgl_backend *other;

	list_for_each_entry_reverse(other, list, node) {
		int cmp = mgl_addr_cmp(&other->endpoint->addr, addr);

		if (!cmp)
			return NULL;
		if (cmp < 0)
			return &other->node;
	}
	return list;
}

/**
 * mgl_backend_set_thresholds() - set what settings give of thresholds
 * @t: the thresholds
 * @params: the settings
 *
 * Without an upper threshold there is no lower one, unless that is given.
 *
 * Context: any.
 */
void mgl_backend_set_thresholds(struct mgl_thresholds *t,
				const struct mgl_backend_params *params)
{
	if (params->has_upper)
		t->upper = params->thresholds.upper;
	if (params->has_lower)
		t->lower = params->thresholds.lower;
	else if (!t->upper)
		t->lower = 0;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_backend_set_thresholds);

/**
 * mgl_backend_apply() - set the configured weight, thresholds and state of a
 *	backend
 * @b: the backend
 * @params: the settings
 *
 * The data path sees state and upper threshold after mgl_backend_publish().
 *
 * Context: any; mgl_net.lock is held, or @b is new.
 */
void mgl_backend_apply(struct mgl_backend *b,
		       const struct mgl_backend_params *params)
{
	if (params->has_weight)
		b->weight = params->weight;
	mgl_backend_set_thresholds(&b->thresholds, params);
	if (!params->has_state)
		return;
	b->state = params->state;
	b->draining = params->has_deadline;
	b->deadline = jiffies + params->deadline;
}

/**
 * mgl_backend_publish() - publish state and upper threshold of a backend to the
 *	data path
 * @b: the backend
 *
 * Called after the last point of failure, and in the order that is given at
 * mgl_change_commit().
 *
 * Context: any; mgl_net.lock is held.
 */
void mgl_backend_publish(struct mgl_backend *b)
{
	/* Pairs with READ_ONCE() in mgl_backend_serves(). */
	WRITE_ONCE(b->serves, b->state != MAGLEV_STATE_DOWN || b->n_panics);
	/* Without an upper threshold nothing reads what was counted for one. */
	if (!b->upper_now || !b->thresholds.upper) {
		atomic_set(&b->n_flows, 0);
		/* Pairs with READ_ONCE() in mgl_backend_overloaded(). */
		WRITE_ONCE(b->overloaded, false);
	}
	/* Pairs with READ_ONCE() in mgl_backend_limited() and limit.c. */
	WRITE_ONCE(b->upper_now, b->thresholds.upper);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_backend_publish);

/**
 * mgl_backend_stop() - stop a backend that is deleted
 * @b: the backend
 *
 * Context: any; mgl_net.lock is held.
 */
void mgl_backend_stop(struct mgl_backend *b)
{
	/* Pairs with READ_ONCE() in mgl_backend_serves(). */
	WRITE_ONCE(b->serves, false);
}

/**
 * mgl_backend_take_flows() - take away the flows that were counted
 * @b: the backend, after mgl_flows_count()
 *
 * Context: any; mgl_net.lock is held.
 * Return: their number.
 */
u32 mgl_backend_take_flows(struct mgl_backend *b)
{
	u32 n = b->n_active + b->n_inactive;

	b->n_active = 0;
	b->n_inactive = 0;
	return n;
}

static struct mgl_backend *backend_alloc(struct mgl_net *mn,
					 const struct mgl_addr *addr)
{
	struct mgl_backend *b;
	int err = -ENOMEM;

	b = kzalloc(sizeof(*b), GFP_KERNEL_ACCOUNT);
	if (!b)
		return ERR_PTR(err);
	b->traffic = mgl_traffic_alloc();
	if (!b->traffic)
		goto err_backend;
	b->endpoint = mgl_endpoint_use(mn, addr);
	if (IS_ERR(b->endpoint))
		goto err_traffic;
	/* Errors from the time before are not about this backend. */
	b->unreachable_base = atomic_read(&b->endpoint->unreachable);
	refcount_set(&b->ref, 1);
	INIT_LIST_HEAD(&b->leaving);
	err = mgl_ids_add(&mn->backend_ids, b, &b->id);
	if (err)
		goto err_endpoint;
	return b;

err_endpoint:
	mgl_endpoint_unuse(mn, b->endpoint);
	/* The path of an ICMP error may have found it. */
	synchronize_rcu();
	mgl_endpoint_put(b->endpoint);
err_traffic:
	free_percpu(b->traffic);
err_backend:
	kfree(b);
	return ERR_PTR(err);
}

/**
 * mgl_backend_alloc() - allocate a backend for a pool
 * @ctx: the context
 * @pool: the pool, which is left unchanged
 * @spec: address and settings
 *
 * Context: may sleep.
 * Return: the backend, which the caller has to link or release, or ERR_PTR() of
 * -ENOMEM or -ENOSPC with the extack set.
 */
struct mgl_backend *mgl_backend_alloc(const struct mgl_ctx *ctx,
				      const struct mgl_pool *pool,
				      const struct mgl_backend_spec *spec)
{
	struct mgl_userdata *userdata;
	struct mgl_backend *b;
	int err;

	lockdep_assert_held(&ctx->mn->lock);
	err = mgl_userdata_copy(ctx, &spec->params.userdata, &userdata);
	if (err)
		return ERR_PTR(err);
	b = backend_alloc(ctx->mn, &spec->addr);
	if (IS_ERR(b)) {
		if (PTR_ERR(b) == -ENOSPC)
			NL_SET_ERR_MSG_MOD(ctx->extack,
					   "too many backends in all pools");
		else
			NL_SET_ERR_MSG_MOD(ctx->extack,
					   "out of memory for the backend");
		kfree(userdata);
		return b;
	}
	b->userdata = userdata;
	b->pool = pool;
	b->weight = 1;
	b->state = MAGLEV_STATE_UP;
	mgl_backend_apply(b, &spec->params);
	mgl_backend_publish(b);
	return b;
}

/**
 * mgl_backend_link() - add a backend to the list of its pool
 * @pool: the pool, without a backend of that address; its mgl_net.lock is held
 * @b: the backend
 *
 * Context: any.
 */
void mgl_backend_link(struct mgl_pool *pool, struct mgl_backend *b)
{
	list_add(&b->node, mgl_backend_position(&pool->backends,
						&b->endpoint->addr));
	pool->n_backends++;
}

/**
 * mgl_backend_unlink() - remove a backend from the list of its pool
 * @mn: the namespace; mn->lock is held
 * @pool: the pool
 * @b: the backend, which the caller has to release
 *
 * Context: any.
 */
void mgl_backend_unlink(struct mgl_net *mn, struct mgl_pool *pool,
			struct mgl_backend *b)
{
	lockdep_assert_held(&mn->lock);
	list_del(&b->node);
	pool->n_backends--;
	mn->gc_flows = true;
}

static void backend_put_rcu(struct rcu_head *rcu)
{
	mgl_backend_put(container_of(rcu, struct mgl_backend, rcu));
}

/**
 * mgl_backend_release() - take a backend out of use and drop its reference
 * @mn: the namespace; mn->lock is held
 * @b: the backend, in no list; must not be used afterwards
 *
 * The backend is freed later: tables keep it until the end of their grace
 * period, and a packet of a tracked flow may just have found it by its number.
 *
 * Context: any.
 */
void mgl_backend_release(struct mgl_net *mn, struct mgl_backend *b)
{
	lockdep_assert_held(&mn->lock);
	b->state = MAGLEV_STATE_DOWN;
	/* Also if a pool panics whose table goes after it. */
	mgl_backend_stop(b);
	mgl_ids_del(&mn->backend_ids, b->id);
	mgl_endpoint_unuse(mn, b->endpoint);
	call_rcu(&b->rcu, backend_put_rcu);
}

/**
 * mgl_backends_flush() - release the backends of a pool that is deleted
 * @mn: the namespace; mn->lock is held
 * @pool: the pool, which no service uses; its table keeps the backends for
 *	packets that are still using it
 *
 * Context: any.
 */
void mgl_backends_flush(struct mgl_net *mn, struct mgl_pool *pool)
{
	struct mgl_backend *b, *next;

	lockdep_assert_held(&mn->lock);
	list_for_each_entry_safe(b, next, &pool->backends, node) {
		/* Of a pool that a batch was to create nobody has been told. */
		if (!pool->is_new)
			trace_maglev_backend(mn, b, MGL_BACKEND_FLUSHED,
					     b->state, b->weight);
		mgl_backend_unlink(mn, pool, b);
		mgl_backend_release(mn, b);
	}
}
