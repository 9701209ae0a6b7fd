// SPDX-License-Identifier: GPL-2.0
/*
 * Draining with a deadline. A backend has drained when no tracked flow is with
 * it and the slots that it had have settled: until then, flows that are not
 * tracked here may still be on their way to it. At its deadline it goes anyway.
 */
#include <linux/jiffies.h>

#include "endpoint.h"
#include "drain.h"
#include "backend.h"
#include "netns.h"
#include "nl/nl.h"
#include "pool.h"
#include "flows.h"

/* How often flows are counted while somebody drains. */
#define COUNT_INTERVAL HZ

static bool any_draining(struct mgl_net *mn)
{
	struct mgl_backend *b;
	struct rb_node *n;

	for (n = rb_first(&mn->pools); n; n = rb_next(n))
		list_for_each_entry(b, &rb_entry(n, struct mgl_pool,
						 node)->backends, node)
			if (b->draining)
				return true;
	return false;
}

static bool is_over(const struct mgl_pool *pool, const struct mgl_backend *b)
{
	if (time_after_eq(jiffies, b->deadline))
		return true;
	return !b->n_active && !b->n_inactive &&
	       time_after_eq(jiffies, b->drain_start + pool->settle_now);
}

static void pool_drain(struct mgl_net *mn, struct mgl_pool *pool)
{
	struct mgl_backend *b, *next;
	struct mgl_drained drained;

	list_for_each_entry_safe(b, next, &pool->backends, node) {
		if (!b->draining || !is_over(pool, b))
			continue;
		drained = (struct mgl_drained){
			.addr = b->endpoint->addr,
			.active = b->n_active,
			.inactive = b->n_inactive,
		};
		/* Without memory for a table it is tried again. */
		if (mgl_backend_del(mn, pool, b, NULL, NULL))
			continue;
		mgl_net_changed(mn);
		mgl_nl_notify_drained(mn, pool, &drained);
	}
}

/**
 * mgl_drain_run() - let the backends go that have drained
 * @mn: the namespace; mn->lock is held
 * @due: set to when it is worth to be called again, if that is sooner
 *
 * Context: may sleep.
 */
void mgl_drain_run(struct mgl_net *mn, unsigned long *due)
{
	struct rb_node *n;

	lockdep_assert_held(&mn->lock);
	if (!any_draining(mn))
		return;
	mgl_flows_count(mn);
	for (n = rb_first(&mn->pools); n; n = rb_next(n))
		pool_drain(mn, rb_entry(n, struct mgl_pool, node));
	*due = min_t(unsigned long, *due, COUNT_INTERVAL);
}
