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

#define NO_TABLE "out of memory for the pool's table"

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
				       const struct mgl_addr *addr, u32 weight)
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
	m->weight = weight;
	refcount_set(&m->ref, 1);
	return m;

err_traffic:
	free_percpu(m->traffic);
err_member:
	kfree(m);
	return NULL;
}

static void member_link(struct mgl_pool *pool, struct mgl_member *m)
{
	struct list_head *pos = &pool->members;
	struct mgl_member *other;

	/* Sorted: tables are built from this order (design: same everywhere) */
	list_for_each_entry(other, &pool->members, node)
		if (mgl_addr_cmp(&other->backend->addr,
				 &m->backend->addr) > 0) {
			pos = &other->node;
			break;
		}
	list_add_tail(&m->node, pos);
	pool->n_members++;
}

static void member_unlink(struct mgl_pool *pool, struct mgl_member *m)
{
	list_del(&m->node);
	pool->n_members--;
}

/* The list's share of a member; tables may keep it until their grace period. */
static void member_release(struct mgl_net *mn, struct mgl_member *m)
{
	mgl_backend_unuse(mn, m->backend);
	mgl_member_put(m);
}

/**
 * mgl_member_add() - add a backend to a pool
 * @mn: the namespace; mn->lock is held
 * @pool: the pool
 * @addr: the backend's address
 * @weight: its weight
 * @extack: says why not
 *
 * Context: may sleep.
 * Return: 0, -EEXIST, -ENOSPC or -ENOMEM with nothing changed.
 */
int mgl_member_add(struct mgl_net *mn, struct mgl_pool *pool,
		   const struct mgl_addr *addr, u32 weight,
		   struct netlink_ext_ack *extack)
{
	struct mgl_member *m;
	int err;

	lockdep_assert_held(&mn->lock);
	if (mgl_member_find(pool, addr)) {
		NL_SET_ERR_MSG_MOD(extack, "backend is in the pool already");
		return -EEXIST;
	}
	if (pool->n_members >= MAGLEV_BACKENDS_MAX) {
		NL_SET_ERR_MSG_MOD(extack, "pool has as many backends as fit");
		return -ENOSPC;
	}
	m = member_alloc(mn, addr, weight);
	if (!m) {
		NL_SET_ERR_MSG_MOD(extack, "out of memory for the backend");
		return -ENOMEM;
	}
	member_link(pool, m);
	err = mgl_lookup_rebuild(mn, pool);
	if (err) {
		NL_SET_ERR_MSG_MOD(extack, NO_TABLE);
		member_unlink(pool, m);
		member_release(mn, m);
		return err;
	}
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_member_add);

/**
 * mgl_member_set_weight() - change a backend's weight in a pool
 * @mn: the namespace; mn->lock is held
 * @pool: the pool
 * @m: the member
 * @weight: the new weight
 * @extack: says why not
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM with nothing changed.
 */
int mgl_member_set_weight(struct mgl_net *mn, struct mgl_pool *pool,
			  struct mgl_member *m, u32 weight,
			  struct netlink_ext_ack *extack)
{
	u32 old = m->weight;
	int err;

	lockdep_assert_held(&mn->lock);
	if (weight == old)
		return 0;
	m->weight = weight;
	err = mgl_lookup_rebuild(mn, pool);
	if (err) {
		NL_SET_ERR_MSG_MOD(extack, NO_TABLE);
		m->weight = old;
		return err;
	}
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_member_set_weight);

/**
 * mgl_member_del() - take a backend out of a pool
 * @mn: the namespace; mn->lock is held
 * @pool: the pool
 * @m: the member, not to be used afterwards
 * @extack: says why not
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM with nothing changed.
 */
int mgl_member_del(struct mgl_net *mn, struct mgl_pool *pool,
		   struct mgl_member *m, struct netlink_ext_ack *extack)
{
	int err;

	lockdep_assert_held(&mn->lock);
	member_unlink(pool, m);
	err = mgl_lookup_rebuild(mn, pool);
	if (err) {
		NL_SET_ERR_MSG_MOD(extack, NO_TABLE);
		member_link(pool, m);
		return err;
	}
	member_release(mn, m);
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
