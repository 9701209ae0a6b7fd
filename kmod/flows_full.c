// SPDX-License-Identifier: GPL-2.0
/*
 * Notification that the flow cache has no entry for a new flow. The flow is
 * forwarded all the same, but its backend is not remembered.
 */
#include <kunit/visibility.h>
#include <linux/jiffies.h>
#include <linux/notifier.h>

#include "flows_full.h"
#include "net.h"
#include "stats.h"

/* Time between notifications of a namespace. */
#define FULL_INTERVAL HZ

static ATOMIC_NOTIFIER_HEAD(full_chain);

/**
 * mgl_flows_full_notifier_register() - register for flow caches that are full
 * @nb: called with a struct mgl_full, in softirq
 *
 * Context: may sleep.
 * Return: 0 or -EEXIST.
 */
int mgl_flows_full_notifier_register(struct notifier_block *nb)
{
	return atomic_notifier_chain_register(&full_chain, nb);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_flows_full_notifier_register);

/**
 * mgl_flows_full_notifier_unregister() - unregister from full flow caches
 * @nb: the notifier block, which is not called afterwards
 *
 * Context: may sleep; waits for an RCU grace period.
 * Return: 0 or -ENOENT.
 */
int mgl_flows_full_notifier_unregister(struct notifier_block *nb)
{
	return atomic_notifier_chain_unregister(&full_chain, nb);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_flows_full_notifier_unregister);

/**
 * mgl_flows_full() - count a flow that is not stored for want of an entry
 * @mn: the namespace
 *
 * Notifies of it unless that was done within the last second.
 *
 * Context: RCU read side, BH disabled.
 */
void mgl_flows_full(struct mgl_net *mn)
{
	unsigned long now = jiffies ?: 1, last = READ_ONCE(mn->full_at);
	struct mgl_full full = { .mn = mn };

	mgl_counters_event(mn->counters, MGL_EVENT_FLOWS_UNSTORED);
	if (last && time_before(now, last + FULL_INTERVAL))
		return;
	/* Of several CPUs one notifies. */
	if (cmpxchg(&mn->full_at, last, now) != last)
		return;
	full.unstored = mgl_counters_event_sum(mn->counters,
					       MGL_EVENT_FLOWS_UNSTORED);
	atomic_notifier_call_chain(&full_chain, 0, &full);
}
