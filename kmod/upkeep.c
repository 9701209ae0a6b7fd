// SPDX-License-Identifier: GPL-2.0
/*
 * What happens by itself, in one delayed work per namespace: tables forget
 * once their slots have settled, backends go when they have drained, flows
 * that need no entry leave the cache. It runs when the next of these is due,
 * and not at all while none is.
 */
#include <kunit/visibility.h>
#include <linux/jiffies.h>
#include <linux/workqueue.h>

#include "drain.h"
#include "table.h"
#include "net.h"
#include "pool.h"
#include "flows.h"
#include "upkeep.h"

/* Changes come in groups; flows of what is gone hurt nobody for a second. */
#define TIDY_DELAY HZ

/* Never later than it would be already: changes may go on and on. */
static void run_within(struct mgl_net *mn, unsigned long delay)
{
	unsigned long at = jiffies + delay;

	if (delayed_work_pending(&mn->upkeep) &&
	    time_after_eq(at, mn->upkeep_at))
		return;
	mn->upkeep_at = at;
	mod_delayed_work(system_unbound_wq, &mn->upkeep, delay);
}

static void upkeep(struct work_struct *work)
{
	struct mgl_net *mn = container_of(to_delayed_work(work),
					  struct mgl_net, upkeep);
	unsigned long due = MAX_JIFFY_OFFSET;
	struct rb_node *n;

	mutex_lock(&mn->lock);
	for (n = rb_first(&mn->pools); n; n = rb_next(n))
		if (mgl_table_settle(mn, rb_entry(n, struct mgl_pool, node),
				      &due))
			mn->tidy = true;
	mgl_drain_run(mn, &due);
	if (mn->tidy) {
		mn->tidy = false;
		mgl_flows_gc(mn);
	}
	if (due != MAX_JIFFY_OFFSET)
		run_within(mn, due + 1);
	mutex_unlock(&mn->lock);
}

/**
 * mgl_upkeep_init() - prepare a namespace
 * @mn: the namespace, new
 *
 * Context: any.
 */
void mgl_upkeep_init(struct mgl_net *mn)
{
	INIT_DELAYED_WORK(&mn->upkeep, upkeep);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_upkeep_init);

/**
 * mgl_upkeep_exit() - the end of it
 * @mn: the namespace, without services and pools; mn->lock is not held
 *
 * Context: may sleep.
 */
void mgl_upkeep_exit(struct mgl_net *mn)
{
	cancel_delayed_work_sync(&mn->upkeep);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_upkeep_exit);

/**
 * mgl_upkeep_soon() - something changed: find out what is due when
 * @mn: the namespace; mn->lock is held
 *
 * Context: any.
 */
void mgl_upkeep_soon(struct mgl_net *mn)
{
	lockdep_assert_held(&mn->lock);
	run_within(mn, TIDY_DELAY);
}

/**
 * mgl_upkeep_tidy() - something went that flows may be tracked for
 * @mn: the namespace; mn->lock is held
 *
 * Context: any.
 */
void mgl_upkeep_tidy(struct mgl_net *mn)
{
	mn->tidy = true;
	mgl_upkeep_soon(mn);
}
