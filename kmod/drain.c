// SPDX-License-Identifier: GPL-2.0
/*
 * Draining with a deadline. A backend has drained when no tracked flow is with
 * it and the slots that it had have settled: until then, flows that are not
 * tracked here may still be on their way to it. At its deadline it goes anyway.
 */
#include <linux/jiffies.h>

#include "backend.h"
#include "drain.h"
#include "member.h"
#include "netlink.h"
#include "pool.h"
#include "track.h"

/* How often flows are counted while somebody drains. */
#define COUNT_INTERVAL HZ

static bool anybody(struct mgl_net *mn)
{
	struct mgl_member *m;
	struct rb_node *n;

	for (n = rb_first(&mn->pools); n; n = rb_next(n))
		list_for_each_entry(m, &rb_entry(n, struct mgl_pool,
						 node)->members, node)
			if (m->draining)
				return true;
	return false;
}

static bool is_over(const struct mgl_pool *pool, const struct mgl_member *m)
{
	if (time_after_eq(jiffies, m->deadline))
		return true;
	return !m->n_active && !m->n_inactive &&
	       time_after_eq(jiffies, m->drain_start + pool->settle_now);
}

static void pool_drain(struct mgl_net *mn, struct mgl_pool *pool)
{
	struct mgl_member *m, *next;
	struct mgl_drained drained;

	list_for_each_entry_safe(m, next, &pool->members, node) {
		if (!m->draining || !is_over(pool, m))
			continue;
		drained = (struct mgl_drained){
			.addr = m->backend->addr,
			.active = m->n_active,
			.inactive = m->n_inactive,
		};
		/* Without memory for a table it is tried again. */
		if (mgl_member_del(mn, pool, m, NULL, NULL))
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
	if (!anybody(mn))
		return;
	mgl_track_count(mn);
	for (n = rb_first(&mn->pools); n; n = rb_next(n))
		pool_drain(mn, rb_entry(n, struct mgl_pool, node));
	*due = min_t(unsigned long, *due, COUNT_INTERVAL);
}
