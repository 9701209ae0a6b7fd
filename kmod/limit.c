// SPDX-License-Identifier: GPL-2.0
/*
 * Thresholds of backends, as in IPVS: with the upper one a backend is
 * overloaded, and gets no new flows until it has fewer than the lower one.
 *
 * A flow that is stored for a backend with thresholds is added to its number at
 * once. Flows end by their entries' age, which nothing tells of: garbage
 * collection counts them (gc.c) while any such backend is above its lower
 * threshold. So the number is never too low, and too high by no more than the
 * flows that have ended since the last count.
 */
#include <kunit/visibility.h>
#include <linux/netlink.h>
#include <linux/sched.h>

#include "backend.h"
#include "ctx.h"
#include "limit.h"
#include "member.h"
#include "net.h"
#include "pool.h"
#include "table.h"

#define UNTRACKED							\
	"thresholds need tracked flows, and a service of the pool has track none"

static bool has_limited(const struct mgl_pool *pool)
{
	const struct mgl_backend *b;

	list_for_each_entry(b, &pool->backends, node)
		if (b->thresholds.upper)
			return true;
	return false;
}

/* A backend of @pool, or of a pool in it, has thresholds. */
static bool contains_limited(struct mgl_pool *pool)
{
	bool found = false;
	struct mgl_pool *p;
	LIST_HEAD(list);

	mgl_pools_below(pool, &list);
	list_for_each_entry(p, &list, below)
		found |= has_limited(p);
	mgl_pools_below_done(&list);
	return found;
}

/* A service whose pool or fallback is or contains @pool tracks no flows. */
static bool is_untracked(struct mgl_pool *pool)
{
	bool found = false;
	struct mgl_pool *p;
	LIST_HEAD(list);

	mgl_pools_above(pool, &list);
	list_for_each_entry(p, &list, above)
		found |= p->untracked_users;
	mgl_pools_above_done(&list);
	return found;
}

/**
 * mgl_limit_check() - check thresholds that a backend is to get
 * @ctx: the context
 * @pool: the pool of the backend
 * @b: the backend, NULL if it is new
 * @params: its settings
 *
 * Context: any.
 * Return: 0, -ERANGE if the lower threshold would be above the upper one, or
 * -EINVAL if a service of the pool, or of one that contains it, tracks no flows;
 * with the extack set.
 */
int mgl_limit_check(const struct mgl_ctx *ctx, struct mgl_pool *pool,
		    const struct mgl_backend *b,
		    const struct mgl_backend_params *params)
{
	struct mgl_thresholds t = {};

	lockdep_assert_held(&ctx->mn->lock);
	if (!params->has_upper && !params->has_lower)
		return 0;
	if (b)
		t = b->thresholds;
	mgl_backend_set_thresholds(&t, params);
	if (t.lower > t.upper) {
		NL_SET_ERR_MSG_MOD(ctx->extack,
				   "lower threshold is above the upper threshold");
		return -ERANGE;
	}
	if (t.upper && is_untracked(pool)) {
		NL_SET_ERR_MSG_MOD(ctx->extack, UNTRACKED);
		return -EINVAL;
	}
	return 0;
}

/**
 * mgl_limit_check_member() - check the thresholds in a pool that is to be a member
 * @ctx: the context
 * @parent: the pool that is to get the member
 * @spec: the member
 *
 * Context: any.
 * Return: 0, or -EINVAL with the extack set if the member has thresholds and a
 * service of @parent, or of a pool that contains it, tracks no flows.
 */
int mgl_limit_check_member(const struct mgl_ctx *ctx, struct mgl_pool *parent,
			   const struct mgl_member_spec *spec)
{
	lockdep_assert_held(&ctx->mn->lock);
	if (!contains_limited(spec->pool) || !is_untracked(parent))
		return 0;
	NL_SET_ERR_MSG_ATTR(ctx->extack, spec->attr, UNTRACKED);
	return -EINVAL;
}

/**
 * mgl_limit_check_service() - check a service against the thresholds in its pools
 * @ctx: the context
 * @user: the service as it is to be
 * @specs: backends of its new private pool, or NULL
 *
 * Context: any.
 * Return: 0, or -EINVAL with the extack set if it tracks no flows and a backend
 * has thresholds.
 */
int mgl_limit_check_service(const struct mgl_ctx *ctx,
			    const struct mgl_limit_user *user,
			    const struct mgl_backend_specs *specs)
{
	bool found = false;
	u32 i;

	lockdep_assert_held(&ctx->mn->lock);
	if (user->track != MAGLEV_TRACK_NONE)
		return 0;
	if (user->pool)
		found |= contains_limited(user->pool);
	if (user->fallback)
		found |= contains_limited(user->fallback);
	for (i = 0; specs && i < specs->n; i++)
		found |= specs->item[i].params.has_upper &&
			 specs->item[i].params.thresholds.upper;
	if (!found)
		return 0;
	NL_SET_ERR_MSG_MOD(ctx->extack,
			   "track none: a backend has thresholds, which need tracked flows");
	return -EINVAL;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_limit_check_service);

/**
 * mgl_limit_commit() - tell the data path whether to look for thresholds
 * @mn: the namespace; mn->lock is held
 * @pool: a pool whose backends, members or thresholds have changed
 *
 * Pools without thresholds are told apart by a flag that packets read anyway. In a
 * batch, mgl_limits_set() and mgl_limits_clear() see to it.
 *
 * Context: any.
 */
void mgl_limit_commit(struct mgl_net *mn, struct mgl_pool *pool)
{
	struct mgl_pool *p;
	LIST_HEAD(list);

	lockdep_assert_held(&mn->lock);
	mgl_pools_above(pool, &list);
	list_for_each_entry(p, &list, above)
		/* Pairs with READ_ONCE() in select.c. */
		WRITE_ONCE(p->limited, contains_limited(p));
	mgl_pools_above_done(&list);
}

/**
 * mgl_limits_set() - have packets look for thresholds before a batch is published
 * @mn: the namespace; mn->lock is held
 *
 * A packet that looks and finds that the owner of its slot has none goes where it
 * would have gone.
 *
 * Context: may sleep.
 */
void mgl_limits_set(struct mgl_net *mn)
{
	struct mgl_pool *pool;

	lockdep_assert_held(&mn->lock);
	mgl_for_each_pool(pool, mn) {
		if (!pool->limited && contains_limited(pool))
			/* Pairs with READ_ONCE() in select.c. */
			WRITE_ONCE(pool->limited, true);
		cond_resched();
	}
}

/**
 * mgl_limits_clear() - have packets not look in vain once a batch is published
 * @mn: the namespace; mn->lock is held
 *
 * Context: may sleep.
 */
void mgl_limits_clear(struct mgl_net *mn)
{
	struct mgl_pool *pool;

	lockdep_assert_held(&mn->lock);
	mgl_for_each_pool(pool, mn) {
		if (pool->limited && !contains_limited(pool))
			/* Pairs with READ_ONCE() in select.c. */
			WRITE_ONCE(pool->limited, false);
		cond_resched();
	}
}

/**
 * mgl_limit_changes() - check whether a change makes it necessary to count flows
 * @b: the backend that is changed, as it is before, or NULL
 * @params: its new settings
 *
 * Context: any; mgl_net.lock is held.
 * Return: true if it gets thresholds, or other ones.
 */
bool mgl_limit_changes(const struct mgl_backend *b,
		       const struct mgl_backend_params *params)
{
	struct mgl_thresholds t;

	if (!b)
		return false;
	t = b->thresholds;
	mgl_backend_set_thresholds(&t, params);
	return t.upper && (t.upper != b->thresholds.upper ||
			   t.lower != b->thresholds.lower);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_limit_changes);

static void set_overloaded(struct mgl_backend *b, bool overloaded)
{
	/* Pairs with READ_ONCE() in mgl_backend_overloaded(). */
	if (mgl_backend_overloaded(b) != overloaded)
		WRITE_ONCE(b->overloaded, overloaded);
}

/**
 * mgl_limit_stored() - count a flow that has been stored
 * @b: its backend
 *
 * Costs one comparison for a backend without thresholds. A flow is in the cache
 * before it is counted, so none is missed by a count that begins in between.
 *
 * Context: RCU read side, BH disabled.
 */
void mgl_limit_stored(struct mgl_backend *b)
{
	/* Pairs with WRITE_ONCE() in mgl_backend_publish(). */
	u32 upper = READ_ONCE(b->upper_now);

	if (likely(!upper))
		return;
	if ((u32)atomic_inc_return(&b->n_flows) >= upper)
		set_overloaded(b, true);
}

/**
 * mgl_limit_count_begin() - note the number of flows before they are counted
 * @b: the backend; its mgl_net.lock is held
 *
 * Context: any.
 */
void mgl_limit_count_begin(struct mgl_backend *b)
{
	b->n_flows_mark = atomic_read(&b->n_flows);
}

/**
 * mgl_limit_count_end() - correct the number of flows after they were counted
 * @b: the backend; its mgl_net.lock is held
 *
 * Flows that were stored during the count may have been seen by it or not, so they
 * are added to what it found. A packet that stores one at this moment may set the
 * backend overloaded just before it is found not to be; the next one that is
 * stored sets it again. Or just after: then the next count ends that.
 *
 * Context: any.
 */
void mgl_limit_count_end(struct mgl_backend *b)
{
	int found = b->n_active + b->n_inactive;
	u32 n;

	if (!b->thresholds.upper)
		return;
	n = atomic_add_return(found - b->n_flows_mark, &b->n_flows);
	set_overloaded(b, mgl_rules_overloaded(&b->thresholds, n,
					       mgl_backend_overloaded(b)));
}

/**
 * mgl_limit_any() - check for backends with thresholds
 * @mn: the namespace; mn->lock is held
 * @due: set to true if flows have to be counted: a backend that is below its
 *	lower threshold and not overloaded stays so, however many of its flows
 *	have ended
 *
 * Context: any.
 * Return: true if there is one, so that this has to be checked again.
 */
bool mgl_limit_any(struct mgl_net *mn, bool *due)
{
	struct mgl_backend *b;
	struct mgl_pool *pool;
	bool any = false;

	lockdep_assert_held(&mn->lock);
	*due = false;
	mgl_for_each_pool(pool, mn) {
		if (!pool->limited)
			continue;
		any = true;
		list_for_each_entry(b, &pool->backends, node)
			if (b->thresholds.upper &&
			    (mgl_backend_overloaded(b) ||
			     !mgl_rules_relieved(&b->thresholds,
						 atomic_read(&b->n_flows))))
				*due = true;
	}
	return any;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_limit_any);

/* Eight cache lines of slots. */
#define SPARE_SLOTS 256

/**
 * mgl_limit_spare() - find a backend in place of an overloaded owner
 * @pool: the pool
 * @s: the slot whose owner is overloaded
 *
 * The slots behind @s are as good as those of further hashes of the flow:
 * permutations scatter the slots of a backend, so the next owner is any of the
 * others, in proportion to their weights. They are in the cache lines that
 * follow, and directors with equal tables look at the same ones.
 *
 * Context: RCU read side; the result is valid until its end.
 * Return: the first owner that is not overloaded, or NULL if none is among the
 * next 256 slots.
 */
struct mgl_backend *mgl_limit_spare(const struct mgl_pool *pool, u32 s)
{
	const struct mgl_table *table = rcu_dereference(pool->table);
	struct mgl_backend *b;
	u32 i;

	/* The slot may be of a table that has been replaced by a smaller one. */
	for (i = 0; table && i < SPARE_SLOTS; i++) {
		s = s + 1 < table->size ? s + 1 : 0;
		if (table->slots[s] == MGL_SLOT_NONE)
			continue;
		b = table->backends[table->slots[s]];
		if (!(mgl_backend_limited(b) && mgl_backend_overloaded(b)) &&
		    mgl_backend_serves(b))
			return b;
	}
	return NULL;
}
