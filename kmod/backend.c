// SPDX-License-Identifier: GPL-2.0
/*
 * Backends of a pool. Every change here changes the table: it is built before
 * anything else is visible, and where it cannot be, the pool is put back as
 * it was.
 */
#include <kunit/visibility.h>
#include <linux/netlink.h>
#include <linux/slab.h>

#include "endpoint.h"
#include "table.h"
#include "backend.h"
#include "net.h"
#include "pool.h"
#include "flows.h"

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

static struct mgl_backend *backend_alloc(struct mgl_net *mn,
				       const struct mgl_pool *pool,
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
	b->pool = pool;
	b->weight = 1;
	b->state = MAGLEV_STATE_UP;
	refcount_set(&b->ref, 1);
	err = mgl_ids_add(&mn->backend_ids, b, &b->id);
	if (!err)
		return b;

	mgl_endpoint_unuse(mn, b->endpoint);
	mgl_endpoint_put(b->endpoint);
err_traffic:
	free_percpu(b->traffic);
err_backend:
	kfree(b);
	return ERR_PTR(err);
}

/*
 * The backend that the one of an address comes after, as a list head, or NULL
 * if the address is there. Sorted: tables are built from this order (design:
 * same everywhere). From the end, as what is saved comes sorted.
 */
static struct list_head *backend_position(struct mgl_pool *pool,
				      const struct mgl_addr *addr)
{
	struct mgl_backend *other;

	list_for_each_entry_reverse(other, &pool->backends, node) {
		int cmp = mgl_addr_cmp(&other->endpoint->addr, addr);

		if (!cmp)
			return NULL;
		if (cmp < 0)
			return &other->node;
	}
	return &pool->backends;
}

static void backend_link(struct mgl_pool *pool, struct mgl_backend *b,
			struct list_head *pos)
{
	list_add(&b->node, pos);
	pool->n_backends++;
}

static void backend_unlink(struct mgl_pool *pool, struct mgl_backend *b)
{
	list_del(&b->node);
	pool->n_backends--;
}

static void backend_put_rcu(struct rcu_head *rcu)
{
	mgl_backend_put(container_of(rcu, struct mgl_backend, rcu));
}

/*
 * Tells packets of the state, once nothing can fail any more: a flow that
 * they find with a backend that may not serve moves for good.
 */
static void backend_publish(struct mgl_backend *b)
{
	/* Pairs with READ_ONCE() in mgl_backend_serves(). */
	WRITE_ONCE(b->serves, b->state != MAGLEV_STATE_DOWN);
}

/*
 * The list's share of a backend, unlinked. Tables may keep it until their grace
 * period, and a packet of a tracked flow may just have found it.
 */
static void backend_release(struct mgl_net *mn, struct mgl_backend *b)
{
	b->state = MAGLEV_STATE_DOWN;
	backend_publish(b);
	mgl_ids_del(&mn->backend_ids, b->id);
	mgl_endpoint_unuse(mn, b->endpoint);
	call_rcu(&b->rcu, backend_put_rcu);
}

static void backend_apply(struct mgl_backend *b,
			 const struct mgl_backend_params *params)
{
	if (params->has_weight)
		b->weight = params->weight;
	if (!params->has_state)
		return;
	b->state = params->state;
	b->draining = params->has_deadline;
	b->drain_start = jiffies;
	b->deadline = jiffies + params->deadline;
}

/* What a dry run says of flows that their backend could not keep. */
static void dry_run_lost(struct mgl_net *mn, const struct mgl_backend *b,
			 struct mgl_dry_run *dry)
{
	mgl_flows_count(mn, 0);
	dry->flows = b->n_active + b->n_inactive;
}

/* As mgl_backends_add(), but for the table. */
static int backend_add(struct mgl_net *mn, struct mgl_pool *pool,
		      struct mgl_backend_spec *new,
		      struct netlink_ext_ack *extack)
{
	struct list_head *pos = backend_position(pool, &new->addr);
	struct mgl_backend *b;

	if (!pos) {
		NL_SET_ERR_MSG_MOD(extack, "backend is in the pool already");
		return -EEXIST;
	}
	if (pool->n_backends >= MAGLEV_BACKENDS_MAX) {
		NL_SET_ERR_MSG_MOD(extack, "pool has as many backends as fit");
		return -ENOSPC;
	}
	b = backend_alloc(mn, pool, &new->addr);
	if (IS_ERR(b)) {
		if (PTR_ERR(b) == -ENOSPC)
			NL_SET_ERR_MSG_MOD(extack,
					   "as many backends as fit, in all pools");
		else
			NL_SET_ERR_MSG_MOD(extack, "out of memory for the backend");
		return PTR_ERR(b);
	}
	backend_apply(b, &new->params);
	backend_publish(b);
	backend_link(pool, b, pos);
	new->backend = b;
	return 0;
}

/**
 * mgl_backends_add() - add backends to a pool, all or none
 * @mn: the namespace; mn->lock is held
 * @pool: the pool
 * @new: the backends
 * @dry: what it would do, or NULL to do it
 * @extack: says why not, and which backend is to blame
 *
 * Packets see one change, whatever the number.
 *
 * Context: may sleep.
 * Return: 0; -EEXIST if the pool has one of them or one is there twice,
 * -ENOSPC, -ENOMEM, or -ECANCELED for a dry run, with nothing changed.
 */
int mgl_backends_add(struct mgl_net *mn, struct mgl_pool *pool,
		    struct mgl_backend_specs *new, struct mgl_dry_run *dry,
		    struct netlink_ext_ack *extack)
{
	int err = 0;
	u32 i;

	lockdep_assert_held(&mn->lock);
	for (i = 0; i < new->n; i++) {
		err = backend_add(mn, pool, &new->item[i], extack);
		if (err) {
			NL_SET_BAD_ATTR(extack, new->item[i].attr);
			break;
		}
	}
	if (!err && i)
		err = mgl_table_rebuild(mn, pool, dry, extack);
	while (err && i--) {
		backend_unlink(pool, new->item[i].backend);
		backend_release(mn, new->item[i].backend);
	}
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_backends_add);

/**
 * mgl_backend_set() - change weight or state of a backend in a pool
 * @mn: the namespace; mn->lock is held
 * @pool: the pool
 * @b: the backend
 * @params: what to change
 * @dry: what it would do, or NULL to do it
 * @extack: says why not
 *
 * Context: may sleep.
 * Return: 0; -ENOMEM, or -ECANCELED for a dry run, with nothing changed.
 */
int mgl_backend_set(struct mgl_net *mn, struct mgl_pool *pool,
		   struct mgl_backend *b, const struct mgl_backend_params *params,
		   struct mgl_dry_run *dry, struct netlink_ext_ack *extack)
{
	struct mgl_backend_params back = {
		.has_weight = true,
		.has_state = true,
		.weight = b->weight,
		.state = b->state,
	};
	u32 turns = mgl_backend_turns(b);
	bool drained = b->draining;
	unsigned long start = b->drain_start, deadline = b->deadline;
	int err = 0;

	lockdep_assert_held(&mn->lock);
	backend_apply(b, params);
	if (mgl_backend_turns(b) != turns || dry)
		err = mgl_table_rebuild(mn, pool, dry, extack);
	if (err) {
		if (dry && b->state == MAGLEV_STATE_DOWN &&
		    back.state != MAGLEV_STATE_DOWN)
			dry_run_lost(mn, b, dry);
		backend_apply(b, &back);
		b->draining = drained;
		b->drain_start = start;
		b->deadline = deadline;
		return err;
	}
	backend_publish(b);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_backend_set);

/**
 * mgl_backend_del() - take a backend out of a pool
 * @mn: the namespace; mn->lock is held
 * @pool: the pool
 * @b: the backend, not to be used afterwards
 * @dry: what it would do, or NULL to do it
 * @extack: says why not
 *
 * Context: may sleep.
 * Return: 0; -ENOMEM, or -ECANCELED for a dry run, with nothing changed.
 */
int mgl_backend_del(struct mgl_net *mn, struct mgl_pool *pool,
		   struct mgl_backend *b, struct mgl_dry_run *dry,
		   struct netlink_ext_ack *extack)
{
	int err;

	lockdep_assert_held(&mn->lock);
	backend_unlink(pool, b);
	err = mgl_table_rebuild(mn, pool, dry, extack);
	if (err) {
		backend_link(pool, b, backend_position(pool, &b->endpoint->addr));
		if (dry)
			dry_run_lost(mn, b, dry);
		return err;
	}
	backend_release(mn, b);
	mn->gc_flows = true;
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_backend_del);

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
		backend_unlink(pool, b);
		backend_release(mn, b);
	}
}
