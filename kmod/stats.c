// SPDX-License-Identifier: GPL-2.0
/*
 * Per-CPU counters. The packet path adds without a lock; zeroing never writes
 * to them, it moves the base that readers subtract (see struct mgl_net,
 * struct mgl_service and struct mgl_backend), so no event is lost in a race.
 */
#include <kunit/visibility.h>
#include <linux/build_bug.h>
#include <linux/cpumask.h>
#include <linux/kernel.h>

#include "stats.h"

/* The names are ABI. */
static const struct {
	const char *name;
	enum mgl_verdict verdict;
} counters_info[] = {
	[MGL_REASON_NONE] = { "none", MGL_ACCEPT },
	[MGL_REASON_FORWARDED] = { "forwarded", MGL_STOLEN },
	[MGL_REASON_LOCAL] = { "forwarded_local", MGL_ACCEPT },
	[MGL_REASON_UNTRUSTED] = { "accept_untrusted", MGL_ACCEPT },
	[MGL_REASON_MARTIAN] = { "accept_martian", MGL_ACCEPT },
	[MGL_REASON_OUTER_FRAGMENT] = { "accept_outer_fragment", MGL_ACCEPT },
	[MGL_REASON_GRE_TRUNCATED] = { "accept_gre_truncated", MGL_ACCEPT },
	[MGL_REASON_GRE_PROTOCOL] = { "accept_gre_protocol", MGL_ACCEPT },
	[MGL_REASON_INNER_IPV6] = { "accept_inner_ipv6", MGL_ACCEPT },
	[MGL_REASON_NOT_VIP] = { "accept_not_vip", MGL_ACCEPT },
	[MGL_REASON_NO_SERVICE] = { "accept_no_service", MGL_ACCEPT },
	[MGL_REASON_INNER_FRAGMENT] = { "accept_inner_fragment", MGL_ACCEPT },
	[MGL_REASON_INNER_ICMP] = { "accept_inner_icmp", MGL_ACCEPT },
	[MGL_REASON_GRE_VERSION] = { "drop_gre_version", MGL_DROP },
	[MGL_REASON_GRE_ROUTING] = { "drop_gre_routing", MGL_DROP },
	[MGL_REASON_INNER_HEADER] = { "drop_inner_header", MGL_DROP },
	[MGL_REASON_INNER_L4] = { "drop_inner_l4", MGL_DROP },
	[MGL_REASON_POLICY] = { "drop_ipsec_policy", MGL_DROP },
	[MGL_REASON_NO_BACKEND] = { "drop_no_backend", MGL_DROP },
	[MGL_REASON_REJECTED] = { "drop_rejected", MGL_DROP },
	[MGL_REASON_NO_BACKEND_ACCEPT] = { "accept_no_backend", MGL_ACCEPT },
	[MGL_REASON_TTL] = { "drop_ttl", MGL_DROP },
	[MGL_REASON_NO_ROUTE] = { "drop_no_route", MGL_DROP },
	[MGL_REASON_TOO_BIG] = { "drop_too_big", MGL_DROP },
	[MGL_REASON_LRO] = { "drop_lro", MGL_DROP },
	[MGL_REASON_NO_MEMORY] = { "drop_no_memory", MGL_DROP },
	[MGL_EVENT_FLOWS_STORED] = { "flows_stored", MGL_ACCEPT },
	[MGL_EVENT_FLOWS_EVICTED] = { "flows_evicted", MGL_ACCEPT },
	[MGL_EVENT_FLOWS_UNSTORED] = { "flows_unstored", MGL_ACCEPT },
};

static_assert(ARRAY_SIZE(counters_info) == MGL_REASON_MAX);

/**
 * mgl_traffic_alloc() - traffic counters for a service or backend
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
 * mgl_traffic_add() - count one packet
 * @traffic: whose
 * @len: length of the inner packet in bytes
 * @new_conn: the packet opens a flow
 *
 * Context: BH disabled.
 */
void mgl_traffic_add(struct mgl_traffic __percpu *traffic, u32 len, bool new_conn)
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
 * mgl_traffic_read() - add up all CPUs
 * @traffic: what to read
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
 * mgl_counters_alloc() - counters for a namespace
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
 * mgl_counters_inc() - count one packet's reason
 * @counters: the namespace's
 * @id: the reason
 *
 * Context: BH disabled.
 */
void mgl_counters_inc(struct mgl_counters __percpu *counters,
		      enum mgl_reason id)
{
	struct mgl_counters *c = this_cpu_ptr(counters);

	u64_stats_update_begin(&c->syncp);
	u64_stats_inc(&c->n[id]);
	u64_stats_update_end(&c->syncp);
}

/**
 * mgl_counters_read() - add up all CPUs
 * @counters: the namespace's
 * @sum: the sums since allocation, by enum mgl_reason
 *
 * Context: any.
 */
void mgl_counters_read(struct mgl_counters __percpu *counters,
		       u64 sum[MGL_REASON_MAX])
{
	int cpu, i;

	for (i = 0; i < MGL_REASON_MAX; i++)
		sum[i] = 0;
	for_each_possible_cpu(cpu) {
		const struct mgl_counters *c = per_cpu_ptr(counters, cpu);
		u64 n[MGL_REASON_MAX];
		unsigned int start;

		do {
			start = u64_stats_fetch_begin(&c->syncp);
			for (i = 0; i < MGL_REASON_MAX; i++)
				n[i] = u64_stats_read(&c->n[i]);
		} while (u64_stats_fetch_retry(&c->syncp, start));
		for (i = 0; i < MGL_REASON_MAX; i++)
			sum[i] += n[i];
	}
}

/**
 * mgl_reason_name() - a counter's name, which is ABI
 * @id: the counter
 *
 * Context: any.
 * Return: the name, static.
 */
const char *mgl_reason_name(enum mgl_reason id)
{
	return counters_info[id].name;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_reason_name);

/**
 * mgl_reason_verdict() - what becomes of a packet with this reason
 * @id: the reason
 *
 * Context: any.
 * Return: the verdict.
 */
enum mgl_verdict mgl_reason_verdict(enum mgl_reason id)
{
	return counters_info[id].verdict;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_reason_verdict);
