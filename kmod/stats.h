/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters: what became of every GRE packet this host was sent, and how much
 * a service and a backend got. Per CPU, written without a lock.
 */
#ifndef _MGL_STATS_H
#define _MGL_STATS_H

#include <linux/types.h>

/**
 * enum mgl_counter - the fate of a packet, and its counter
 * @MGL_CNT_NONE: not decided yet, or nothing of ours: not counted
 * @MGL_CNT_FORWARDED: sent on to a backend
 * @MGL_CNT_LOCAL: given to this host, which is the backend itself
 * @MGL_CNT_UNTRUSTED: from no trusted router
 * @MGL_CNT_MARTIAN: from an address that no other host can have
 * @MGL_CNT_OUTER_FRAGMENT: the GRE packet itself is a fragment
 * @MGL_CNT_GRE_TRUNCATED: ends, or source routes go on, before an inner destination
 * @MGL_CNT_GRE_PROTOCOL: carries neither IPv4 nor IPv6
 * @MGL_CNT_INNER_IPV6: carries IPv6
 * @MGL_CNT_NOT_VIP: inner destination is no VIP
 * @MGL_CNT_NO_SERVICE: VIP has no service for the protocol and port
 * @MGL_CNT_INNER_FRAGMENT: inner packet to a VIP is a fragment
 * @MGL_CNT_INNER_ICMP: inner packet to a VIP is ICMP
 * @MGL_CNT_GRE_VERSION: for a VIP, GRE version is not 0
 * @MGL_CNT_GRE_ROUTING: for a VIP, GRE with source routes
 * @MGL_CNT_INNER_HEADER: inner IP header to a VIP is malformed
 * @MGL_CNT_INNER_L4: inner transport header to a VIP is cut short
 * @MGL_CNT_POLICY: for a VIP, an IPsec policy forbids to receive it
 * @MGL_CNT_NO_BACKEND: no backend of the service may serve it
 * @MGL_CNT_REJECTED: the same, and the client was told
 * @MGL_CNT_NO_BACKEND_ACCEPT: the same, and the service leaves it to the stack
 * @MGL_CNT_TTL: outer TTL used up
 * @MGL_CNT_NO_ROUTE: no route to the backend
 * @MGL_CNT_TOO_BIG: does not fit the path to the backend and DF is set
 * @MGL_CNT_LRO: merged by a device that does large receive offload
 * @MGL_CNT_NO_MEMORY: headers could not be made writable
 * @MGL_CNT_FLOWS_STORED: no fate: a flow was stored in the cache
 * @MGL_CNT_FLOWS_EVICTED: no fate: another flow had to leave for it
 * @MGL_CNT_FLOWS_UNSTORED: no fate: there was no place for a flow
 * @MGL_CNT_MAX: number of counters
 *
 * Names and verdicts are in stats.c; Documentation/counters.md says what to
 * do when one grows.
 */
enum mgl_counter {
	MGL_CNT_NONE,
	MGL_CNT_FORWARDED,
	MGL_CNT_LOCAL,
	MGL_CNT_UNTRUSTED,
	MGL_CNT_MARTIAN,
	MGL_CNT_OUTER_FRAGMENT,
	MGL_CNT_GRE_TRUNCATED,
	MGL_CNT_GRE_PROTOCOL,
	MGL_CNT_INNER_IPV6,
	MGL_CNT_NOT_VIP,
	MGL_CNT_NO_SERVICE,
	MGL_CNT_INNER_FRAGMENT,
	MGL_CNT_INNER_ICMP,
	MGL_CNT_GRE_VERSION,
	MGL_CNT_GRE_ROUTING,
	MGL_CNT_INNER_HEADER,
	MGL_CNT_INNER_L4,
	MGL_CNT_POLICY,
	MGL_CNT_NO_BACKEND,
	MGL_CNT_REJECTED,
	MGL_CNT_NO_BACKEND_ACCEPT,
	MGL_CNT_TTL,
	MGL_CNT_NO_ROUTE,
	MGL_CNT_TOO_BIG,
	MGL_CNT_LRO,
	MGL_CNT_NO_MEMORY,
	MGL_CNT_FLOWS_STORED,
	MGL_CNT_FLOWS_EVICTED,
	MGL_CNT_FLOWS_UNSTORED,
	MGL_CNT_MAX
};

/**
 * enum mgl_verdict - what the hook does with the packet
 * @MGL_ACCEPT: leaves it to the stack, untouched but for MGL_CNT_LOCAL
 * @MGL_DROP: has it freed
 * @MGL_STOLEN: it has been given away
 */
enum mgl_verdict {
	MGL_ACCEPT,
	MGL_DROP,
	MGL_STOLEN,
};

#ifdef __KERNEL__
#include <linux/percpu.h>
#include <linux/u64_stats_sync.h>

/**
 * struct mgl_traffic - traffic of a service or backend on one CPU
 * @packets: packets sent on
 * @bytes: their inner lengths added up
 * @flows: new flows seen
 * @syncp: keeps a value from being read half written
 */
struct mgl_traffic {
	u64_stats_t packets;
	u64_stats_t bytes;
	u64_stats_t flows;
	struct u64_stats_sync syncp;
};

/**
 * struct mgl_traffic_sum - the same, all CPUs added up
 * @packets: packets sent on
 * @bytes: their inner lengths added up
 * @flows: new flows seen
 */
struct mgl_traffic_sum {
	u64 packets;
	u64 bytes;
	u64 flows;
};

/**
 * struct mgl_counters - a namespace's counters on one CPU
 * @n: indexed by enum mgl_counter
 * @syncp: for readers
 */
struct mgl_counters {
	u64_stats_t n[MGL_CNT_MAX];
	struct u64_stats_sync syncp;
};

struct mgl_traffic __percpu *mgl_traffic_alloc(void);
void mgl_traffic_add(struct mgl_traffic __percpu *traffic, u32 len, bool opens);
struct mgl_traffic_sum mgl_traffic_read(struct mgl_traffic __percpu *traffic);

struct mgl_counters __percpu *mgl_counters_alloc(void);
void mgl_counters_inc(struct mgl_counters __percpu *counters,
		      enum mgl_counter id);
void mgl_counters_read(struct mgl_counters __percpu *counters,
		       u64 sum[MGL_CNT_MAX]);
const char *mgl_counter_name(enum mgl_counter id);
enum mgl_verdict mgl_counter_verdict(enum mgl_counter id);
#endif /* __KERNEL__ */

#endif /* _MGL_STATS_H */
