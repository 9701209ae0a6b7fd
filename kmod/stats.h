/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters: what became of every GRE packet this host was sent, and how much
 * a service and a backend got. Per CPU, written without a lock.
 */
#ifndef _MGL_STATS_H
#define _MGL_STATS_H

#include <linux/types.h>

/*
 * One line per fate of a packet: enumerator, verdict, name, meaning. The name
 * is ABI; Documentation/counters.md says what to do when one grows.
 */
#define MGL_COUNTERS(X)							      \
	X(FORWARDED, STOLEN, "forwarded",				      \
	  "sent on to a backend")					      \
	X(LOCAL, ACCEPT, "forwarded_local",				      \
	  "given to this host, which is the backend itself")		      \
	X(UNTRUSTED, ACCEPT, "accept_untrusted",			      \
	  "from no trusted router")					      \
	X(OUTER_FRAGMENT, ACCEPT, "accept_outer_fragment",		      \
	  "the GRE packet itself is a fragment")			      \
	X(GRE_TRUNCATED, ACCEPT, "accept_gre_truncated",		      \
	  "ends, or source routes go on, before an inner destination")			      \
	X(GRE_PROTOCOL, ACCEPT, "accept_gre_protocol",			      \
	  "carries neither IPv4 nor IPv6")				      \
	X(INNER_IPV6, ACCEPT, "accept_inner_ipv6",			      \
	  "carries IPv6")						      \
	X(NOT_VIP, ACCEPT, "accept_not_vip",				      \
	  "inner destination is no VIP")				      \
	X(NO_SERVICE, ACCEPT, "accept_no_service",			      \
	  "VIP has no service for the protocol and port")		      \
	X(INNER_FRAGMENT, ACCEPT, "accept_inner_fragment",		      \
	  "inner packet to a VIP is a fragment")			      \
	X(INNER_ICMP, ACCEPT, "accept_inner_icmp",			      \
	  "inner packet to a VIP is ICMP")				      \
	X(GRE_VERSION, DROP, "drop_gre_version",			      \
	  "for a VIP, GRE version is not 0")				      \
	X(GRE_ROUTING, DROP, "drop_gre_routing",			      \
	  "for a VIP, GRE with source routes")				      \
	X(INNER_HEADER, DROP, "drop_inner_header",			      \
	  "inner IP header to a VIP is malformed")			      \
	X(INNER_L4, DROP, "drop_inner_l4",				      \
	  "inner transport header to a VIP is cut short")		      \
	X(NO_BACKEND, DROP, "drop_no_backend",				      \
	  "no backend of the service has a weight")			      \
	X(TTL, DROP, "drop_ttl",					      \
	  "outer TTL used up")						      \
	X(NO_ROUTE, DROP, "drop_no_route",				      \
	  "no route to the backend")					      \
	X(TOO_BIG, DROP, "drop_too_big",				      \
	  "does not fit the path to the backend and DF is set")		      \
	X(NO_MEMORY, DROP, "drop_no_memory",				      \
	  "headers could not be made writable")

/**
 * enum mgl_counter - the fate of a packet, and its counter
 * @MGL_CNT_NONE: not decided yet, or nothing of ours: not counted
 *
 * The others are described by MGL_COUNTERS().
 */
enum mgl_counter {
	MGL_CNT_NONE,
#define X(id, verdict, name, doc) MGL_CNT_##id,
	MGL_COUNTERS(X)
#undef X
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
 * @syncp: lets readers see the three as one
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
