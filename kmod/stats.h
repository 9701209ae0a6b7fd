/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Per-CPU counters, written without a lock: reasons and events of a namespace,
 * traffic of a service or backend.
 */
#ifndef _MGL_STATS_H
#define _MGL_STATS_H

#include <linux/percpu.h>
#include <linux/types.h>
#include <linux/u64_stats_sync.h>

#include "core/reason.h"

/**
 * enum mgl_event - events that are counted in addition to reasons of packets
 * @MGL_EVENT_FLOWS_STORED: a flow was stored in the cache
 * @MGL_EVENT_FLOWS_EVICTED: another flow was evicted for it
 * @MGL_EVENT_FLOWS_UNSTORED: a flow was not stored, for want of an entry
 * @MGL_EVENT_PATH_MTU: an ICMP error told of a smaller MTU to a backend
 * @MGL_EVENT_PATH_UNREACHABLE: an ICMP error told of a backend that is not
 *	reached
 * @MGL_EVENT_PATH_REFUSED: an ICMP error about GRE of this host was not heeded:
 *	malformed, or no packet that was forwarded can have caused it
 * @MGL_EVENT_FRAGMENTS_HELD: an inner fragment came before its first one, and was
 *	held
 * @MGL_EVENT_FRAGMENTS_DISPLACED: a datagram in fragments was forgotten for
 *	another one before its time
 * @MGL_EVENT_MAX: number of events
 */
enum mgl_event {
	MGL_EVENT_FLOWS_STORED,
	MGL_EVENT_FLOWS_EVICTED,
	MGL_EVENT_FLOWS_UNSTORED,
	MGL_EVENT_PATH_MTU,
	MGL_EVENT_PATH_UNREACHABLE,
	MGL_EVENT_PATH_REFUSED,
	MGL_EVENT_FRAGMENTS_HELD,
	MGL_EVENT_FRAGMENTS_DISPLACED,
	MGL_EVENT_MAX
};

/**
 * struct mgl_traffic - traffic of a service or backend on one CPU
 * @packets: packets forwarded
 * @bytes: sum of the lengths of their inner packets
 * @flows: new connections seen
 * @syncp: for consistent reads
 */
struct mgl_traffic {
	u64_stats_t packets;
	u64_stats_t bytes;
	u64_stats_t flows;
	struct u64_stats_sync syncp;
};

/**
 * struct mgl_traffic_sum - traffic of a service or backend on all CPUs
 * @packets: packets forwarded
 * @bytes: sum of the lengths of their inner packets
 * @flows: new connections seen
 */
struct mgl_traffic_sum {
	u64 packets;
	u64 bytes;
	u64 flows;
};

/**
 * struct mgl_counters - counters of a namespace on one CPU
 * @reasons: packets by enum mgl_reason
 * @events: events by enum mgl_event
 * @syncp: for consistent reads
 */
struct mgl_counters {
	u64_stats_t reasons[MGL_REASON_MAX];
	u64_stats_t events[MGL_EVENT_MAX];
	struct u64_stats_sync syncp;
};

/**
 * struct mgl_counters_sum - counters of a namespace on all CPUs
 * @reasons: packets by enum mgl_reason
 * @events: events by enum mgl_event
 */
struct mgl_counters_sum {
	u64 reasons[MGL_REASON_MAX];
	u64 events[MGL_EVENT_MAX];
};

struct mgl_traffic __percpu *mgl_traffic_alloc(void);
void mgl_traffic_add(struct mgl_traffic __percpu *traffic, u32 len,
		     bool new_conn);
struct mgl_traffic_sum mgl_traffic_read(struct mgl_traffic __percpu *traffic);

struct mgl_counters __percpu *mgl_counters_alloc(void);
void mgl_counters_reason(struct mgl_counters __percpu *counters,
			 enum mgl_reason reason);
void mgl_counters_event(struct mgl_counters __percpu *counters,
			enum mgl_event event);
u64 mgl_counters_event_sum(struct mgl_counters __percpu *counters,
			   enum mgl_event event);
struct mgl_counters_sum
mgl_counters_read(struct mgl_counters __percpu *counters);
const char *mgl_event_name(enum mgl_event event);

#endif /* _MGL_STATS_H */
