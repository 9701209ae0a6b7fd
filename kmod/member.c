// SPDX-License-Identifier: GPL-2.0
/*
 * Pools as members of pools: a graph without cycles, of bounded depth. What a
 * member means for a table is in plan.c; adding, editing and deleting one
 * changes tables, see change.c.
 */
#include <kunit/visibility.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "backend.h"
#include "batch.h"
#include "ctx.h"
#include "endpoint.h"
#include "member.h"
#include "net.h"
#include "pool.h"
#include "service.h"

static void collect_above(struct mgl_pool *pool, struct list_head *list, u32 *n)
{
	struct mgl_member *m;

	if (!list_empty(&pool->above))
		return;
	list_add_tail(&pool->above, list);
	++*n;
	/* As deep as pools are nested. */
	list_for_each_entry(m, &pool->parents, up)
		collect_above(m->parent, list, n);
}

/**
 * mgl_pools_above() - list a pool and all pools that contain it
 * @pool: the pool, first in the list
 * @list: list by mgl_pool.above, each pool once; the caller has to call
 *	mgl_pools_above_done() before the next list is made
 *
 * Context: any; mgl_net.lock is held.
 * Return: length of @list.
 */
u32 mgl_pools_above(struct mgl_pool *pool, struct list_head *list)
{
	u32 n = 0;

	collect_above(pool, list, &n);
	return n;
}

/**
 * mgl_pools_above_done() - empty a list of mgl_pools_above()
 * @list: the list
 *
 * Context: any; mgl_net.lock is held.
 */
void mgl_pools_above_done(struct list_head *list)
{
	struct mgl_pool *pool, *next;

	list_for_each_entry_safe(pool, next, list, above)
		list_del_init(&pool->above);
}

static void collect_below(struct mgl_pool *pool, struct list_head *list, u32 *n)
{
	struct mgl_member *m;

	if (!list_empty(&pool->below))
		return;
	list_for_each_entry(m, &pool->members, node)
		if (!m->leaving)
			collect_below(m->pool, list, n);
	/* In front of all of its members, and behind whoever contains it. */
	list_add(&pool->below, list);
	++*n;
}

/**
 * mgl_pools_below() - list a pool and all pools that it contains
 * @pool: the pool, first in the list
 * @list: list by mgl_pool.below, each pool once, in front of its members; the
 *	caller has to call mgl_pools_below_done() before the next list is made
 *
 * Members that are leaving do not count.
 *
 * Context: any; mgl_net.lock is held.
 * Return: length of @list.
 */
u32 mgl_pools_below(struct mgl_pool *pool, struct list_head *list)
{
	u32 n = 0;

	collect_below(pool, list, &n);
	return n;
}

/**
 * mgl_pools_below_done() - empty a list of mgl_pools_below()
 * @list: the list
 *
 * Context: any; mgl_net.lock is held.
 */
void mgl_pools_below_done(struct list_head *list)
{
	struct mgl_pool *pool, *next;

	list_for_each_entry_safe(pool, next, list, below)
		list_del_init(&pool->below);
}

/**
 * mgl_pool_contains() - check whether a pool is or contains another one
 * @pool: the pool
 * @other: the other one
 *
 * Context: any; mgl_net.lock is held.
 * Return: true if @other is @pool, a member of it, or a member of one of these.
 */
bool mgl_pool_contains(struct mgl_pool *pool, const struct mgl_pool *other)
{
	bool found = false;
	struct mgl_pool *p;
	LIST_HEAD(list);

	mgl_pools_below(pool, &list);
	list_for_each_entry(p, &list, below)
		found |= p == other;
	mgl_pools_below_done(&list);
	return found;
}

/**
 * mgl_pool_find_backend() - look up a backend in a pool and in its members
 * @pool: the pool
 * @addr: the backend's address
 *
 * Context: any; mgl_net.lock is held.
 * Return: a backend, or NULL if there is none.
 */
struct mgl_backend *mgl_pool_find_backend(struct mgl_pool *pool,
					  const struct mgl_addr *addr)
{
	struct mgl_backend *b = NULL;
	struct mgl_pool *p;
	LIST_HEAD(list);

	mgl_pools_below(pool, &list);
	list_for_each_entry(p, &list, below) {
		b = mgl_backend_find(p, addr);
		if (b)
			break;
	}
	mgl_pools_below_done(&list);
	return b;
}

/**
 * mgl_member_find() - look up a member of a pool
 * @parent: the pool
 * @pool: the pool that may be its member
 *
 * Context: any; mgl_net.lock is held.
 * Return: the member, or NULL.
 */
struct mgl_member *mgl_member_find(const struct mgl_pool *parent,
				   const struct mgl_pool *pool)
{
	struct mgl_member *m;

	list_for_each_entry(m, &parent->members, node)
		if (m->pool == pool)
			return m;
	return NULL;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_member_find);

/* Number of pools in the longest chain of parents that ends with @pool. */
static u32 levels_above(const struct mgl_pool *pool)
{
	struct mgl_member *m;
	u32 most = 0;

	list_for_each_entry(m, &pool->parents, up)
		most = max(most, levels_above(m->parent));
	return most + 1;
}

/* Number of pools in the longest chain of members that begins with @pool. */
static u32 levels_below(const struct mgl_pool *pool)
{
	struct mgl_member *m;
	u32 most = 0;

	list_for_each_entry(m, &pool->members, node)
		most = max(most, levels_below(m->pool));
	return most + 1;
}

static bool is_above(const struct mgl_pool *pool)
{
	return pool && !list_empty(&pool->above);
}

/**
 * mgl_pool_serves_vip() - check whether an address is a VIP of a pool
 * @mn: the namespace; mn->lock is held
 * @pool: the pool
 * @addr: the address
 *
 * A backend cannot be reached by the VIP of its own service: the backend has
 * that address, too, and the packet would come back. Most addresses are not
 * VIPs, so the search is rare.
 *
 * Context: any.
 * Return: true if @addr is the VIP of a service whose pool or fallback is or
 * contains @pool.
 */
bool mgl_pool_serves_vip(struct mgl_net *mn, struct mgl_pool *pool,
			 const struct mgl_addr *addr)
{
	struct mgl_service *svc;
	bool found = false;
	LIST_HEAD(list);

	svc = mgl_service_of_vip(mn, addr);
	if (!svc)
		return false;
	mgl_pools_above(pool, &list);
	for (; svc && mgl_addr_equal(&svc->id.vip, addr);
	     svc = mgl_service_next(svc))
		found |= is_above(mgl_service_pool(mn, svc)) ||
			 is_above(mgl_service_fallback(mn, svc));
	mgl_pools_above_done(&list);
	return found;
}

/* A backend of @pool, or of a pool in it, is a VIP of @parent. */
static bool has_vip(struct mgl_net *mn, struct mgl_pool *parent,
		    struct mgl_pool *pool)
{
	struct mgl_backend *b;
	bool found = false;
	struct mgl_pool *p;
	LIST_HEAD(list);

	mgl_pools_below(pool, &list);
	list_for_each_entry(p, &list, below)
		list_for_each_entry(b, &p->backends, node)
			found |= mgl_pool_serves_vip(mn, parent,
						     &b->endpoint->addr);
	mgl_pools_below_done(&list);
	return found;
}

static int refuse(const struct mgl_ctx *ctx, struct mgl_pool *parent,
		  const struct mgl_member_spec *spec)
{
	struct netlink_ext_ack *extack = ctx->extack;
	struct mgl_pool *pool = spec->pool;

	if (pool == parent)
		NL_SET_ERR_MSG_ATTR(extack, spec->attr,
				    "a pool cannot be a member of itself");
	else if (pool->is_private)
		NL_SET_ERR_MSG_ATTR(extack, spec->attr,
				    "pool is private to a service and cannot be a member");
	else if (mgl_pool_contains(pool, parent))
		NL_SET_ERR_MSG_ATTR(extack, spec->attr,
				    "pool contains the pool that it would be a member of: a cycle");
	else if (levels_above(parent) + levels_below(pool) >
		 MAGLEV_POOL_DEPTH_MAX)
		NL_SET_ERR_MSG_ATTR(extack, spec->attr,
				    "pools would be nested too deep");
	else if (has_vip(ctx->mn, parent, pool))
		NL_SET_ERR_MSG_ATTR(extack, spec->attr,
				    "a backend of the member is the VIP of a service of this pool");
	else
		return 0;
	return -EINVAL;
}

/**
 * mgl_member_link() - put a member into the lists of its pools
 * @m: the member
 *
 * Context: any; mgl_net.lock is held.
 */
void mgl_member_link(struct mgl_member *m)
{
	struct mgl_member *other;

	list_for_each_entry(other, &m->parent->members, node)
		if (strcmp(other->pool->name, m->pool->name) > 0)
			break;
	/* In front of @other, or at the end, where @other is the head's entry. */
	list_add_tail(&m->node, &other->node);
	list_add_tail(&m->up, &m->pool->parents);
	m->parent->n_members++;
	m->pool->n_parents++;
}

/**
 * mgl_member_add() - make a pool a member of another one
 * @ctx: the context
 * @parent: the pool that gets the member
 * @spec: the member
 *
 * Tables are left as they are; the caller has to build them, or delete the
 * member again.
 *
 * Context: may sleep.
 * Return: the member, or with nothing changed ERR_PTR() of -EEXIST, -EINVAL,
 * -ENOSPC or -ENOMEM with the extack set.
 */
struct mgl_member *mgl_member_add(const struct mgl_ctx *ctx,
				  struct mgl_pool *parent,
				  const struct mgl_member_spec *spec)
{
	struct mgl_member *m;
	int err;

	lockdep_assert_held(&ctx->mn->lock);
	if (mgl_member_find(parent, spec->pool)) {
		NL_SET_ERR_MSG_ATTR(ctx->extack, spec->attr,
				    "pool is a member already");
		return ERR_PTR(-EEXIST);
	}
	err = refuse(ctx, parent, spec);
	if (err)
		return ERR_PTR(err);
	if (parent->n_members >= MAGLEV_MEMBERS_MAX) {
		NL_SET_ERR_MSG_ATTR(ctx->extack, spec->attr,
				    "too many members in the pool");
		return ERR_PTR(-ENOSPC);
	}
	m = kzalloc(sizeof(*m), GFP_KERNEL_ACCOUNT);
	if (!m) {
		NL_SET_ERR_MSG_MOD(ctx->extack, "out of memory for the member");
		return ERR_PTR(-ENOMEM);
	}
	m->parent = parent;
	m->pool = spec->pool;
	m->weight = spec->has_weight ? spec->weight : 1;
	mgl_member_link(m);
	return m;
}

/**
 * mgl_member_unlink() - take a member out of its pool
 * @m: the member
 *
 * Context: any; mgl_net.lock is held.
 */
void mgl_member_unlink(struct mgl_member *m)
{
	list_del(&m->node);
	list_del(&m->up);
	m->parent->n_members--;
	m->pool->n_parents--;
}

/**
 * mgl_member_del() - take a member out of its pool and free it
 * @m: the member; must not be used afterwards
 *
 * Context: any; mgl_net.lock is held.
 */
void mgl_member_del(struct mgl_member *m)
{
	mgl_member_unlink(m);
	kfree(m);
}

static void member_deleted_done(struct mgl_net *mn, struct mgl_step *step)
{
	kfree(step->object);
}

static void member_deleted_undo(struct mgl_net *mn, struct mgl_step *step)
{
	struct mgl_member *m = step->object;

	m->leaving = false;
	mgl_member_link(m);
}

const struct mgl_step_ops mgl_member_deleted = {
	.done = member_deleted_done,
	.undo = member_deleted_undo,
};

/**
 * mgl_members_remove() - take all members out of a pool that a batch deletes
 * @ctx: the context
 * @parent: the pool, which no service and no pool uses
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM with the extack set.
 */
int mgl_members_remove(const struct mgl_ctx *ctx, struct mgl_pool *parent)
{
	struct mgl_member *m, *next;
	int err;

	list_for_each_entry_safe(m, next, &parent->members, node) {
		err = mgl_batch_log(ctx, &mgl_member_deleted, m);
		if (err)
			return err;
		mgl_member_unlink(m);
	}
	return 0;
}

/**
 * mgl_members_flush() - take all members out of a pool that is deleted
 * @parent: the pool, which no service and no pool uses
 *
 * Context: any; mgl_net.lock is held.
 */
void mgl_members_flush(struct mgl_pool *parent)
{
	struct mgl_member *m, *next;

	list_for_each_entry_safe(m, next, &parent->members, node)
		mgl_member_del(m);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_members_flush);
