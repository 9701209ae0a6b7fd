// SPDX-License-Identifier: GPL-2.0
/*
 * Backends of a pool: allocated, linked, published, released. Adding, editing
 * and deleting them changes the pool's table, see change.c.
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

/**
 * mgl_backend_put() - drop a reference
 * @b: the backend; freed with the last one
 *
 * Context: any but hard interrupts; if a table had it, after that table's
 * grace period.
 */
void mgl_backend_put(struct mgl_backend *b)
{
	if (!refcount_dec_and_test(&b->ref))
		return;
	mgl_endpoint_put(b->endpoint);
	free_percpu(b->traffic);
	kfree(b);
}

/**
 * mgl_backend_find() - look for an address in a pool
 * @pool: the pool; its mgl_net.lock is held
 * @addr: the backend's address
 *
 * Context: any.
 * Return: the backend or NULL.
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
 * mgl_backend_position() - where an address belongs in a list of backends
 * @list: the list, sorted by address, in which tables are populated: so the
 *	order in which backends were added is gone
 * @addr: the address
 *
 * Searches from the end, since what is saved comes sorted.
 *
 * Context: mgl_net.lock is held.
 * Return: the entry to add it behind, or NULL if the address is there.
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
 * mgl_backend_apply() - set what is listed of a backend
 * @b: the backend
 * @params: the settings
 *
 * Packets know of it after mgl_backend_publish().
 *
 * Context: any; mgl_net.lock is held, or @b is new.
 */
void mgl_backend_apply(struct mgl_backend *b,
		       const struct mgl_backend_params *params)
{
	if (params->has_weight)
		b->weight = params->weight;
	if (!params->has_state)
		return;
	b->state = params->state;
	b->draining = params->has_deadline;
	b->deadline = jiffies + params->deadline;
}

/**
 * mgl_backend_publish() - publish the state of a backend to the data path
 * @b: the backend
 *
 * Comes after the last point of failure: a flow that packets find with a
 * backend that is not usable is reassigned for good.
 *
 * Context: any; mgl_net.lock is held.
 */
void mgl_backend_publish(struct mgl_backend *b)
{
	/* Pairs with READ_ONCE() in mgl_backend_serves(). */
	WRITE_ONCE(b->serves, b->state != MAGLEV_STATE_DOWN);
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
	refcount_set(&b->ref, 1);
	err = mgl_ids_add(&mn->backend_ids, b, &b->id);
	if (err)
		goto err_endpoint;
	return b;

err_endpoint:
	mgl_endpoint_unuse(mn, b->endpoint);
	mgl_endpoint_put(b->endpoint);
err_traffic:
	free_percpu(b->traffic);
err_backend:
	kfree(b);
	return ERR_PTR(err);
}

/**
 * mgl_backend_alloc() - make a backend for a pool
 * @ctx: the context
 * @pool: the pool, which is not changed
 * @spec: address and settings
 *
 * Context: may sleep.
 * Return: the backend, to be linked or released, or ERR_PTR() of -ENOMEM or
 * -ENOSPC.
 */
struct mgl_backend *mgl_backend_alloc(const struct mgl_ctx *ctx,
				      const struct mgl_pool *pool,
				      const struct mgl_backend_spec *spec)
{
	struct mgl_backend *b;

	lockdep_assert_held(&ctx->mn->lock);
	b = backend_alloc(ctx->mn, &spec->addr);
	if (IS_ERR(b)) {
		if (PTR_ERR(b) == -ENOSPC)
			NL_SET_ERR_MSG_MOD(ctx->extack,
					   "as many backends as fit, in all pools");
		else
			NL_SET_ERR_MSG_MOD(ctx->extack,
					   "out of memory for the backend");
		return b;
	}
	b->pool = pool;
	b->weight = 1;
	b->state = MAGLEV_STATE_UP;
	mgl_backend_apply(b, &spec->params);
	mgl_backend_publish(b);
	return b;
}

/**
 * mgl_backend_link() - put a backend into its pool's list
 * @pool: the pool, which does not have its address; its mgl_net.lock is held
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
 * mgl_backend_unlink() - take a backend off its pool's list
 * @pool: the pool; its mgl_net.lock is held
 * @b: the backend, to be released
 *
 * Context: any.
 */
void mgl_backend_unlink(struct mgl_pool *pool, struct mgl_backend *b)
{
	list_del(&b->node);
	pool->n_backends--;
}

static void backend_put_rcu(struct rcu_head *rcu)
{
	mgl_backend_put(container_of(rcu, struct mgl_backend, rcu));
}

/**
 * mgl_backend_release() - drop the list's share of a backend
 * @mn: the namespace; mn->lock is held
 * @b: the backend, in no list; not to be used afterwards
 *
 * Tables may keep it until their grace period, and a packet of a tracked flow
 * may just have found it.
 *
 * Context: any.
 */
void mgl_backend_release(struct mgl_net *mn, struct mgl_backend *b)
{
	lockdep_assert_held(&mn->lock);
	b->state = MAGLEV_STATE_DOWN;
	mgl_backend_publish(b);
	mgl_ids_del(&mn->backend_ids, b->id);
	mgl_endpoint_unuse(mn, b->endpoint);
	mn->gc_flows = true;
	call_rcu(&b->rcu, backend_put_rcu);
}

/**
 * mgl_backends_flush() - empty a pool that is about to be freed
 * @mn: the namespace; mn->lock is held
 * @pool: the pool, out of use; its table keeps the backends for packets that
 *	are still on their way through it
 *
 * Context: any.
 */
void mgl_backends_flush(struct mgl_net *mn, struct mgl_pool *pool)
{
	struct mgl_backend *b, *next;

	lockdep_assert_held(&mn->lock);
	list_for_each_entry_safe(b, next, &pool->backends, node) {
		mgl_backend_unlink(pool, b);
		mgl_backend_release(mn, b);
	}
}
