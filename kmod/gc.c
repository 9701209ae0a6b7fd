// SPDX-License-Identifier: GPL-2.0
/*
 * Garbage collection, in one delayed work per namespace: histories are freed
 * once their slots have settled, backends are deleted when they have drained,
 * overloaded ones get new flows again, packets are held off no longer than was
 * asked for, and entries that no flow needs are removed from the cache. The work is
 * pending while one of these is due, and idle otherwise.
 */
#include <kunit/visibility.h>
#include <linux/jiffies.h>
#include <linux/notifier.h>
#include <linux/workqueue.h>

#include "backend.h"
#include "change.h"
#include "endpoint.h"
#include "flows.h"
#include "gc.h"
#include "limit.h"
#include "member.h"
#include "net.h"
#include "netns.h"
#include "pool.h"
#include "table.h"

/* Changes come in groups, and stale entries do no harm for a second. */
#define GC_DELAY HZ

/* Interval of counting flows while a backend drains, or may be overloaded. */
#define COUNT_INTERVAL HZ

static BLOCKING_NOTIFIER_HEAD(gc_chain);

/* Unbound: a run may take long, and would hold up what else is due on its CPU. */
static struct workqueue_struct *gc_wq;

/**
 * mgl_gc_start() - allocate what garbage collection runs on
 *
 * Context: may sleep; before the first namespace is initialised.
 * Return: 0 or -ENOMEM.
 */
int mgl_gc_start(void)
{
	gc_wq = alloc_workqueue("maglev", WQ_UNBOUND, 0);
	return gc_wq ? 0 : -ENOMEM;
}

/**
 * mgl_gc_stop() - free what garbage collection ran on
 *
 * Context: may sleep; after the last namespace has exited.
 */
void mgl_gc_stop(void)
{
	destroy_workqueue(gc_wq);
}

/**
 * mgl_gc_notifier_register() - register for events of garbage collection
 * @nb: called with an enum mgl_gc_event and with mn->lock held; may sleep
 *
 * Context: may sleep.
 * Return: 0 or -EEXIST.
 */
int mgl_gc_notifier_register(struct notifier_block *nb)
{
	return blocking_notifier_chain_register(&gc_chain, nb);
}

/**
 * mgl_gc_notifier_unregister() - unregister from events of garbage collection
 * @nb: the notifier block, which is not called afterwards
 *
 * Context: may sleep.
 * Return: 0 or -ENOENT.
 */
int mgl_gc_notifier_unregister(struct notifier_block *nb)
{
	return blocking_notifier_chain_unregister(&gc_chain, nb);
}

static bool any_draining(struct mgl_net *mn)
{
	struct mgl_backend *b;
	struct mgl_pool *pool;

	mgl_for_each_pool(pool, mn)
		list_for_each_entry(b, &pool->backends, node)
			if (b->draining)
				return true;
	return false;
}

/* A pool that has the backend, or one that contains this pool, remembers it. */
static bool is_remembered(struct mgl_net *mn, struct mgl_pool *pool,
			  const struct mgl_backend *b)
{
	bool remembered = false;
	struct mgl_pool *p;
	LIST_HEAD(list);

	mgl_pools_above(pool, &list);
	list_for_each_entry(p, &list, above) {
		remembered = mgl_table_remembers(mn, p, b);
		if (remembered)
			break;
	}
	mgl_pools_above_done(&list);
	return remembered;
}

/*
 * A backend has drained when it has no tracked flows and no slot remembers it:
 * until then, flows that are not tracked here may still be sent to it. At its
 * deadline it is deleted in any case.
 */
static bool has_drained(struct mgl_net *mn, struct mgl_pool *pool,
			const struct mgl_backend *b)
{
	if (time_after_eq(jiffies, b->deadline))
		return true;
	return !b->n_active && !b->n_inactive &&
	       !is_remembered(mn, pool, b);
}

static void notify_drained(struct mgl_net *mn, const struct mgl_change *c)
{
	struct mgl_drained drained = { .mn = mn, .pool = c->pool };
	const struct mgl_backend *b;

	list_for_each_entry(b, &c->deleted, leaving) {
		drained.addr = b->endpoint->addr;
		drained.active = b->n_active;
		drained.inactive = b->n_inactive;
		blocking_notifier_call_chain(&gc_chain, MGL_GC_DRAINED,
					     &drained);
	}
}

/* A table takes milliseconds to build: one for all backends that are due. */
static void drain_pool(struct mgl_net *mn, struct mgl_pool *pool)
{
	const struct mgl_ctx ctx = { .mn = mn };
	struct mgl_change change;
	struct mgl_backend *b;
	LIST_HEAD(leaving);

	list_for_each_entry(b, &pool->backends, node)
		if (b->draining && has_drained(mn, pool, b))
			list_add_tail(&b->leaving, &leaving);
	if (list_empty(&leaving))
		return;
	/* Without memory for a table the next run tries again. */
	if (mgl_change_delete_list(&ctx, pool, &leaving, &change))
		return;
	/* Whoever is told has to wait for the lock to see the difference. */
	notify_drained(mn, &change);
	mgl_change_commit(&ctx, &change);
	mgl_net_changed(mn);
}

/*
 * Overloaded backends get new flows again when enough of their flows have ended.
 * A count that was made just before, for a drain or a reader, will do.
 */
static void relieve(struct mgl_net *mn, unsigned long *due)
{
	bool count;

	if (!mgl_limit_any(mn, &count))
		return;
	if (count)
		mgl_flows_count(mn, COUNT_INTERVAL / 2);
	*due = min_t(unsigned long, *due, COUNT_INTERVAL);
}

static void drain(struct mgl_net *mn, unsigned long *due)
{
	struct mgl_pool *pool;

	if (!any_draining(mn))
		return;
	mgl_flows_count(mn, 0);
	mgl_for_each_pool(pool, mn)
		drain_pool(mn, pool);
	*due = min_t(unsigned long, *due, COUNT_INTERVAL);
}

static void settle(struct mgl_net *mn, unsigned long *due)
{
	struct mgl_settled settled = { .mn = mn };
	struct mgl_pool *pool;

	mgl_for_each_pool(pool, mn) {
		settled.slots = mgl_table_settle(mn, pool, due);
		if (!settled.slots)
			continue;
		mn->gc_flows = true;
		settled.pool = pool;
		blocking_notifier_call_chain(&gc_chain, MGL_GC_SETTLED,
					     &settled);
	}
}

/* Schedules a run, but never delays a pending one: changes may keep coming. */
static void run_within(struct mgl_net *mn, unsigned long delay)
{
	unsigned long at = jiffies + delay;

	if (delayed_work_pending(&mn->gc) && time_after_eq(at, mn->gc_at))
		return;
	mn->gc_at = at;
	mod_delayed_work(gc_wq, &mn->gc, delay);
}

static void gc(struct work_struct *work)
{
	struct mgl_net *mn = container_of(to_delayed_work(work),
					  struct mgl_net, gc);
	unsigned long due = MAX_JIFFY_OFFSET;

	mutex_lock(&mn->lock);
	mgl_net_hold_expire(mn, &due);
	settle(mn, &due);
	/* The flows of backends that drain are about to be put back. */
	if (!mn->held)
		drain(mn, &due);
	relieve(mn, &due);
	if (mn->gc_flows) {
		mn->gc_flows = false;
		mgl_flows_gc(mn);
	}
	if (due != MAX_JIFFY_OFFSET)
		run_within(mn, due + 1);
	mutex_unlock(&mn->lock);
}

/**
 * mgl_gc_init() - initialise the garbage collection of a namespace
 * @mn: the namespace, new
 *
 * Context: any.
 */
void mgl_gc_init(struct mgl_net *mn)
{
	INIT_DELAYED_WORK(&mn->gc, gc);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_gc_init);

/**
 * mgl_gc_exit() - cancel the garbage collection of a namespace
 * @mn: the namespace, without services and pools; mn->lock must not be held
 *
 * Context: may sleep; waits for a run in progress.
 */
void mgl_gc_exit(struct mgl_net *mn)
{
	cancel_delayed_work_sync(&mn->gc);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_gc_exit);

/**
 * mgl_gc_schedule() - schedule garbage collection after a change
 * @mn: the namespace; mn->lock is held
 *
 * Runs within a second, and schedules itself for whatever is due later.
 *
 * Context: any.
 */
void mgl_gc_schedule(struct mgl_net *mn)
{
	lockdep_assert_held(&mn->lock);
	run_within(mn, GC_DELAY);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_gc_schedule);
