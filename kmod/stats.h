/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters: what became of every GRE packet this host was sent, and how much
 * a service and a backend got. Per CPU, written without a lock.
 */
#ifndef _MGL_STATS_H
#define _MGL_STATS_H

#include <linux/types.h>

/**
 * enum mgl_reason - the reason of a packet, and its counter
 * @MGL_REASON_NONE: not decided yet, or nothing of ours: not counted
 * @MGL_REASON_FORWARDED: sent on to a backend
 * @MGL_REASON_LOCAL: given to this host, which is the backend itself
 * @MGL_REASON_UNTRUSTED: from no trusted router
 * @MGL_REASON_MARTIAN: from an address that no other host can have
 * @MGL_REASON_OUTER_FRAGMENT: the GRE packet itself is a fragment
 * @MGL_REASON_GRE_TRUNCATED: ends, or source routes go on, before an inner destination
 * @MGL_REASON_GRE_PROTOCOL: carries neither IPv4 nor IPv6
 * @MGL_REASON_INNER_IPV6: carries IPv6
 * @MGL_REASON_NOT_VIP: inner destination is no VIP
 * @MGL_REASON_NO_SERVICE: VIP has no service for the protocol and port
 * @MGL_REASON_INNER_FRAGMENT: inner packet to a VIP is a fragment
 * @MGL_REASON_INNER_ICMP: inner packet to a VIP is ICMP
 * @MGL_REASON_GRE_VERSION: for a VIP, GRE version is not 0
 * @MGL_REASON_GRE_ROUTING: for a VIP, GRE with source routes
 * @MGL_REASON_INNER_HEADER: inner IP header to a VIP is malformed
 * @MGL_REASON_INNER_L4: inner transport header to a VIP is cut short
 * @MGL_REASON_POLICY: for a VIP, an IPsec policy forbids to receive it
 * @MGL_REASON_NO_BACKEND: no backend of the service may serve it
 * @MGL_REASON_REJECTED: the same, and the client was told
 * @MGL_REASON_NO_BACKEND_ACCEPT: the same, and the service leaves it to the stack
 * @MGL_REASON_TTL: outer TTL used up
 * @MGL_REASON_NO_ROUTE: no route to the backend
 * @MGL_REASON_TOO_BIG: does not fit the path to the backend and DF is set
 * @MGL_REASON_LRO: merged by a device that does large receive offload
 * @MGL_REASON_NO_MEMORY: headers could not be made writable
 * @MGL_EVENT_FLOWS_STORED: no reason: a flow was stored in the cache
 * @MGL_EVENT_FLOWS_EVICTED: no reason: another flow had to leave for it
 * @MGL_EVENT_FLOWS_UNSTORED: no reason: there was no place for a flow
 * @MGL_REASON_MAX: number of counters
 *
 * Names and verdicts are in stats.c; Documentation/counters.md says what to
 * do when one grows.
 */
enum mgl_reason {
	MGL_REASON_NONE,
	MGL_REASON_FORWARDED,
	MGL_REASON_LOCAL,
	MGL_REASON_UNTRUSTED,
	MGL_REASON_MARTIAN,
	MGL_REASON_OUTER_FRAGMENT,
	MGL_REASON_GRE_TRUNCATED,
	MGL_REASON_GRE_PROTOCOL,
	MGL_REASON_INNER_IPV6,
	MGL_REASON_NOT_VIP,
	MGL_REASON_NO_SERVICE,
	MGL_REASON_INNER_FRAGMENT,
	MGL_REASON_INNER_ICMP,
	MGL_REASON_GRE_VERSION,
	MGL_REASON_GRE_ROUTING,
	MGL_REASON_INNER_HEADER,
	MGL_REASON_INNER_L4,
	MGL_REASON_POLICY,
	MGL_REASON_NO_BACKEND,
	MGL_REASON_REJECTED,
	MGL_REASON_NO_BACKEND_ACCEPT,
	MGL_REASON_TTL,
	MGL_REASON_NO_ROUTE,
	MGL_REASON_TOO_BIG,
	MGL_REASON_LRO,
	MGL_REASON_NO_MEMORY,
	MGL_EVENT_FLOWS_STORED,
	MGL_EVENT_FLOWS_EVICTED,
	MGL_EVENT_FLOWS_UNSTORED,
	MGL_REASON_MAX
};

/**
 * enum mgl_verdict - what the hook does with the packet
 * @MGL_ACCEPT: leaves it to the stack, untouched but for MGL_REASON_LOCAL
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
 * @n: indexed by enum mgl_reason
 * @syncp: for readers
 */
struct mgl_counters {
	u64_stats_t n[MGL_REASON_MAX];
	struct u64_stats_sync syncp;
};

struct mgl_traffic __percpu *mgl_traffic_alloc(void);
void mgl_traffic_add(struct mgl_traffic __percpu *traffic, u32 len, bool new_conn);
struct mgl_traffic_sum mgl_traffic_read(struct mgl_traffic __percpu *traffic);

struct mgl_counters __percpu *mgl_counters_alloc(void);
void mgl_counters_inc(struct mgl_counters __percpu *counters,
		      enum mgl_reason id);
void mgl_counters_read(struct mgl_counters __percpu *counters,
		       u64 sum[MGL_REASON_MAX]);
const char *mgl_reason_name(enum mgl_reason id);
enum mgl_verdict mgl_reason_verdict(enum mgl_reason id);
#endif /* __KERNEL__ */

#endif /* _MGL_STATS_H */
