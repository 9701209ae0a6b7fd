// SPDX-License-Identifier: GPL-2.0
/*
 * Per-CPU counters. The data path increments them without a lock. Zeroing does
 * not write to them: it sets the base that readers subtract (see struct
 * mgl_net, mgl_service and mgl_backend), so no event is lost in a race.
 */
#include <kunit/visibility.h>
#include <linux/build_bug.h>
#include <linux/cpumask.h>
#include <linux/kernel.h>

#include "stats.h"

/* The names are ABI. */
static const char *const event_names[] = {
	[MGL_EVENT_FLOWS_STORED] = "flows_stored",
	[MGL_EVENT_FLOWS_EVICTED] = "flows_evicted",
	[MGL_EVENT_FLOWS_UNSTORED] = "flows_unstored",
	[MGL_EVENT_PATH_MTU] = "path_mtu",
	[MGL_EVENT_PATH_UNREACHABLE] = "path_unreachable",
	[MGL_EVENT_PATH_REFUSED] = "path_refused",
	[MGL_EVENT_FRAGMENTS_HELD] = "fragments_held",
	[MGL_EVENT_FRAGMENTS_DISPLACED] = "fragments_displaced",
};

static_assert(ARRAY_SIZE(event_names) == MGL_EVENT_MAX);

/**
 * mgl_traffic_alloc() - allocate traffic counters of a service or backend
 *
 * Context: may sleep.
 * Return: the counters, zero, to be freed with free_percpu(), or NULL.
 */
struct mgl_traffic __percpu *mgl_traffic_alloc(void)
{
	struct mgl_traffic __percpu *traffic;
	int cpu;

	traffic = alloc_percpu_gfp(struct mgl_traffic,
				   GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!traffic)
		return NULL;
	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(traffic, cpu)->syncp);
	return traffic;
}

/**
 * mgl_traffic_add() - count a packet that was forwarded
 * @traffic: the counters
 * @len: length of the inner packet in bytes
 * @new_conn: the packet opens a new connection
 *
 * Context: BH disabled.
 */
void mgl_traffic_add(struct mgl_traffic __percpu *traffic, u32 len,
		     bool new_conn)
{
	struct mgl_traffic *t = this_cpu_ptr(traffic);

	u64_stats_update_begin(&t->syncp);
	u64_stats_inc(&t->packets);
	u64_stats_add(&t->bytes, len);
	if (new_conn)
		u64_stats_inc(&t->flows);
	u64_stats_update_end(&t->syncp);
}

/**
 * mgl_traffic_read() - sum the counters of all CPUs
 * @traffic: the counters
 *
 * Context: any.
 * Return: the sums since allocation.
 */
struct mgl_traffic_sum mgl_traffic_read(struct mgl_traffic __percpu *traffic)
{
	struct mgl_traffic_sum sum = {};
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct mgl_traffic *t = per_cpu_ptr(traffic, cpu);
		u64 packets, bytes, flows;
		unsigned int start;

		do {
			start = u64_stats_fetch_begin(&t->syncp);
			packets = u64_stats_read(&t->packets);
			bytes = u64_stats_read(&t->bytes);
			flows = u64_stats_read(&t->flows);
		} while (u64_stats_fetch_retry(&t->syncp, start));
		sum.packets += packets;
		sum.bytes += bytes;
		sum.flows += flows;
	}
	return sum;
}

/**
 * mgl_counters_alloc() - allocate the counters of a namespace
 *
 * Context: may sleep.
 * Return: the counters, zero, to be freed with free_percpu(), or NULL.
 */
struct mgl_counters __percpu *mgl_counters_alloc(void)
{
	struct mgl_counters __percpu *counters;
	int cpu;

	counters = alloc_percpu_gfp(struct mgl_counters,
				    GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!counters)
		return NULL;
	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(counters, cpu)->syncp);
	return counters;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_counters_alloc);

/**
 * mgl_counters_reason() - count the reason of a packet
 * @counters: the counters of the namespace
 * @reason: the reason
 *
 * Context: BH disabled.
 */
void mgl_counters_reason(struct mgl_counters __percpu *counters,
			 enum mgl_reason reason)
{
	struct mgl_counters *c = this_cpu_ptr(counters);

	u64_stats_update_begin(&c->syncp);
	u64_stats_inc(&c->reasons[reason]);
	u64_stats_update_end(&c->syncp);
}

/**
 * mgl_counters_event() - count an event
 * @counters: the counters of the namespace
 * @event: the event
 *
 * Context: BH disabled.
 */
void mgl_counters_event(struct mgl_counters __percpu *counters,
			enum mgl_event event)
{
	struct mgl_counters *c = this_cpu_ptr(counters);

	u64_stats_update_begin(&c->syncp);
	u64_stats_inc(&c->events[event]);
	u64_stats_update_end(&c->syncp);
}

/**
 * mgl_counters_event_sum() - sum the counter of an event of all CPUs
 * @counters: the counters of the namespace
 * @event: the event
 *
 * Context: any.
 * Return: the sum since allocation.
 */
u64 mgl_counters_event_sum(struct mgl_counters __percpu *counters,
			   enum mgl_event event)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct mgl_counters *c = per_cpu_ptr(counters, cpu);
		unsigned int start;
		u64 n;

		do {
			start = u64_stats_fetch_begin(&c->syncp);
			n = u64_stats_read(&c->events[event]);
		} while (u64_stats_fetch_retry(&c->syncp, start));
		sum += n;
	}
	return sum;
}

static void read_cpu(const struct mgl_counters *c, struct mgl_counters_sum *n)
{
	unsigned int start;
	int i;

	do {
		start = u64_stats_fetch_begin(&c->syncp);
		for (i = 0; i < MGL_REASON_MAX; i++)
			n->reasons[i] = u64_stats_read(&c->reasons[i]);
		for (i = 0; i < MGL_EVENT_MAX; i++)
			n->events[i] = u64_stats_read(&c->events[i]);
	} while (u64_stats_fetch_retry(&c->syncp, start));
}

/**
 * mgl_counters_read() - sum the counters of all CPUs
 * @counters: the counters of the namespace
 *
 * Context: any.
 * Return: the sums since allocation.
 */
struct mgl_counters_sum
mgl_counters_read(struct mgl_counters __percpu *counters)
{
	struct mgl_counters_sum sum = {}, n;
	int cpu, i;

	for_each_possible_cpu(cpu) {
		read_cpu(per_cpu_ptr(counters, cpu), &n);
		for (i = 0; i < MGL_REASON_MAX; i++)
			sum.reasons[i] += n.reasons[i];
		for (i = 0; i < MGL_EVENT_MAX; i++)
			sum.events[i] += n.events[i];
	}
	return sum;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_counters_read);

/**
 * mgl_event_name() - get the name of an event, which is ABI
 * @event: the event, below MGL_EVENT_MAX
 *
 * Context: any.
 * Return: the name, a static string.
 */
const char *mgl_event_name(enum mgl_event event)
{
	return event_names[event];
}
EXPORT_SYMBOL_IF_KUNIT(mgl_event_name);
