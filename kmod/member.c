// SPDX-License-Identifier: GPL-2.0
/*
 * Members of a pool. Every change here changes the table: it is built before
 * anything else is visible, and where it cannot be, the pool is put back as
 * it was.
 */
#include <kunit/visibility.h>
#include <linux/netlink.h>
#include <linux/slab.h>

#include "backend.h"
#include "lookup.h"
#include "member.h"
#include "netns.h"
#include "pool.h"
#include "track.h"
#include "upkeep.h"

/**
 * mgl_member_put() - drop a reference
 * @m: the member; freed with the last one
 *
 * Context: any but hard interrupts; if a table had it, after that table's
 * grace period.
 */
void mgl_member_put(struct mgl_member *m)
{
	if (!refcount_dec_and_test(&m->ref))
		return;
	mgl_backend_put(m->backend);
	free_percpu(m->traffic);
	kfree(m);
}

/**
 * mgl_member_find() - look for an address in a pool
 * @pool: the pool; its mgl_net.lock is held
 * @addr: the backend's address
 *
 * Context: any.
 * Return: the member or NULL.
 */
struct mgl_member *mgl_member_find(struct mgl_pool *pool,
				   const struct mgl_addr *addr)
{
	struct mgl_member *m;

	list_for_each_entry(m, &pool->members, node)
		if (mgl_addr_equal(&m->backend->addr, addr))
			return m;
	return NULL;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_member_find);

static struct mgl_member *member_alloc(struct mgl_net *mn,
				       const struct mgl_pool *pool,
				       const struct mgl_addr *addr)
{
	struct mgl_member *m;

	m = kzalloc(sizeof(*m), GFP_KERNEL_ACCOUNT);
	if (!m)
		return NULL;
	m->traffic = mgl_traffic_alloc();
	if (!m->traffic)
		goto err_member;
	m->backend = mgl_backend_use(mn, addr);
	if (IS_ERR(m->backend))
		goto err_traffic;
	m->pool = pool;
	m->weight = 1;
	m->state = MAGLEV_STATE_UP;
	refcount_set(&m->ref, 1);
	if (!mgl_ids_add(&mn->member_ids, m, &m->id))
		return m;

	mgl_backend_unuse(mn, m->backend);
	mgl_backend_put(m->backend);
err_traffic:
	free_percpu(m->traffic);
err_member:
	kfree(m);
	return NULL;
}

/*
 * The member that the one of an address comes after, as a list head, or NULL
 * if the address is there. Sorted: tables are built from this order (design:
 * same everywhere). From the end, as what is saved comes sorted.
 */
static struct list_head *member_place(struct mgl_pool *pool,
				      const struct mgl_addr *addr)
{
	struct mgl_member *other;

	list_for_each_entry_reverse(other, &pool->members, node) {
		int cmp = mgl_addr_cmp(&other->backend->addr, addr);

		if (!cmp)
			return NULL;
		if (cmp < 0)
			return &other->node;
	}
	return &pool->members;
}

static void member_link(struct mgl_pool *pool, struct mgl_member *m,
			struct list_head *place)
{
	list_add(&m->node, place);
	pool->n_members++;
}

static void member_unlink(struct mgl_pool *pool, struct mgl_member *m)
{
	list_del(&m->node);
	pool->n_members--;
}

static void member_put_rcu(struct rcu_head *rcu)
{
	mgl_member_put(container_of(rcu, struct mgl_member, rcu));
}

/*
 * Tells packets of the state, once nothing can fail any more: a flow that
 * they find with a backend that may not serve moves for good.
 */
static void member_publish(struct mgl_member *m)
{
	/* Pairs with READ_ONCE() in mgl_member_serves(). */
	WRITE_ONCE(m->serves, m->state != MAGLEV_STATE_DOWN);
}

/*
 * The list's share of a member, unlinked. Tables may keep it until their grace
 * period, and a packet of a tracked flow may just have found it.
 */
static void member_release(struct mgl_net *mn, struct mgl_member *m)
{
	m->state = MAGLEV_STATE_DOWN;
	member_publish(m);
	mgl_ids_del(&mn->member_ids, m->id);
	mgl_backend_unuse(mn, m->backend);
	call_rcu(&m->rcu, member_put_rcu);
}

static void member_apply(struct mgl_member *m,
			 const struct mgl_member_params *params)
{
	if (params->has_weight)
		m->weight = params->weight;
	if (!params->has_state)
		return;
	m->state = params->state;
	m->draining = params->has_deadline;
	m->drain_start = jiffies;
	m->deadline = jiffies + params->deadline;
}

/* What a dry run says of flows that their backend could not keep. */
static void dry_run_lost(struct mgl_net *mn, const struct mgl_member *m,
			 struct mgl_dry_run *dry)
{
	mgl_track_count(mn);
	dry->flows = m->n_active + m->n_inactive;
}

/* As mgl_members_add(), but for the table. */
static int member_add(struct mgl_net *mn, struct mgl_pool *pool,
		      struct mgl_member_new *new,
		      struct netlink_ext_ack *extack)
{
	struct list_head *place = member_place(pool, &new->addr);
	struct mgl_member *m;

	if (!place) {
		NL_SET_ERR_MSG_MOD(extack, "backend is in the pool already");
		return -EEXIST;
	}
	if (pool->n_members >= MAGLEV_BACKENDS_MAX) {
		NL_SET_ERR_MSG_MOD(extack, "pool has as many backends as fit");
		return -ENOSPC;
	}
	m = member_alloc(mn, pool, &new->addr);
	if (!m) {
		NL_SET_ERR_MSG_MOD(extack, "out of memory for the backend");
		return -ENOMEM;
	}
	member_apply(m, &new->params);
	member_publish(m);
	member_link(pool, m, place);
	new->member = m;
	return 0;
}

/**
 * mgl_members_add() - add backends to a pool, all or none
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
int mgl_members_add(struct mgl_net *mn, struct mgl_pool *pool,
		    struct mgl_members_new *new, struct mgl_dry_run *dry,
		    struct netlink_ext_ack *extack)
{
	int err = 0;
	u32 i;

	lockdep_assert_held(&mn->lock);
	for (i = 0; i < new->n; i++) {
		err = member_add(mn, pool, &new->item[i], extack);
		if (err) {
			NL_SET_BAD_ATTR(extack, new->item[i].attr);
			break;
		}
	}
	if (!err && i)
		err = mgl_lookup_rebuild(mn, pool, dry, extack);
	while (err && i--) {
		member_unlink(pool, new->item[i].member);
		member_release(mn, new->item[i].member);
	}
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_members_add);

/**
 * mgl_member_set() - change weight or state of a backend in a pool
 * @mn: the namespace; mn->lock is held
 * @pool: the pool
 * @m: the member
 * @params: what to change
 * @dry: what it would do, or NULL to do it
 * @extack: says why not
 *
 * Context: may sleep.
 * Return: 0; -ENOMEM, or -ECANCELED for a dry run, with nothing changed.
 */
int mgl_member_set(struct mgl_net *mn, struct mgl_pool *pool,
		   struct mgl_member *m, const struct mgl_member_params *params,
		   struct mgl_dry_run *dry, struct netlink_ext_ack *extack)
{
	struct mgl_member_params back = {
		.has_weight = true,
		.has_state = true,
		.weight = m->weight,
		.state = m->state,
	};
	u32 turns = mgl_member_turns(m);
	bool drained = m->draining;
	unsigned long start = m->drain_start, deadline = m->deadline;
	int err = 0;

	lockdep_assert_held(&mn->lock);
	member_apply(m, params);
	if (mgl_member_turns(m) != turns || dry)
		err = mgl_lookup_rebuild(mn, pool, dry, extack);
	if (err) {
		if (dry && m->state == MAGLEV_STATE_DOWN &&
		    back.state != MAGLEV_STATE_DOWN)
			dry_run_lost(mn, m, dry);
		member_apply(m, &back);
		m->draining = drained;
		m->drain_start = start;
		m->deadline = deadline;
		return err;
	}
	member_publish(m);
	/* It may drain without a new table. */
	mgl_upkeep_soon(mn);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_member_set);

/**
 * mgl_member_del() - take a backend out of a pool
 * @mn: the namespace; mn->lock is held
 * @pool: the pool
 * @m: the member, not to be used afterwards
 * @dry: what it would do, or NULL to do it
 * @extack: says why not
 *
 * Context: may sleep.
 * Return: 0; -ENOMEM, or -ECANCELED for a dry run, with nothing changed.
 */
int mgl_member_del(struct mgl_net *mn, struct mgl_pool *pool,
		   struct mgl_member *m, struct mgl_dry_run *dry,
		   struct netlink_ext_ack *extack)
{
	int err;

	lockdep_assert_held(&mn->lock);
	member_unlink(pool, m);
	err = mgl_lookup_rebuild(mn, pool, dry, extack);
	if (err) {
		member_link(pool, m, member_place(pool, &m->backend->addr));
		if (dry)
			dry_run_lost(mn, m, dry);
		return err;
	}
	member_release(mn, m);
	mgl_upkeep_tidy(mn);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_member_del);

/**
 * mgl_members_flush() - empty a pool that is about to be freed
 * @mn: the namespace; mn->lock is held
 * @pool: the pool, out of use; its table keeps the members for packets that
 *	are still on their way through it
 *
 * Context: any.
 */
void mgl_members_flush(struct mgl_net *mn, struct mgl_pool *pool)
{
	struct mgl_member *m, *next;

	lockdep_assert_held(&mn->lock);
	list_for_each_entry_safe(m, next, &pool->members, node) {
		member_unlink(pool, m);
		member_release(mn, m);
	}
}
