/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The flow cache: maps a flow to its backend. Bounded by construction: an array
 * of buckets, without allocation, timer or reference per flow. Pure: time is an
 * argument, in seconds, and backends are numbers.
 */
#ifndef _MGL_CACHE_H
#define _MGL_CACHE_H

#include <linux/rcupdate.h>
#include <linux/types.h>
#include <uapi/linux/maglev.h>

#include "addr.h"

/* Two cache lines; most flows are found in the one that is read first. */
#define MGL_CACHE_WAYS 8

/* Bytes for @entries flows: key, value, tuple and Bloom filter bit of each. */
#define MGL_CACHE_BYTES(entries) ((u64)(entries) * 321 / 8)

/**
 * enum mgl_kind - protocols that have timeouts of their own
 * @MGL_KIND_TCP: TCP
 * @MGL_KIND_UDP: UDP
 * @MGL_KIND_SCTP: SCTP
 * @MGL_KIND_MAX: number of kinds
 */
enum mgl_kind {
	MGL_KIND_TCP,
	MGL_KIND_UDP,
	MGL_KIND_SCTP,
	MGL_KIND_MAX
};

/**
 * struct mgl_timeouts - idle times after which entries expire
 * @seconds: timeouts by enum mgl_kind and enum maglev_flow_state; accessed with
 *	READ_ONCE() and WRITE_ONCE()
 */
struct mgl_timeouts {
	u32 seconds[MGL_KIND_MAX][__MAGLEV_FLOW_MAX];
};

/**
 * struct mgl_tuple - description of a flow, for listings
 * @client: the client's address
 * @sport: the client's port, network byte order
 * @dport: the VIP's port, network byte order
 * @service: number of the service
 */
struct mgl_tuple {
	struct mgl_addr client;
	__be16 sport;
	__be16 dport;
	u32 service;
};

/**
 * struct mgl_cached - an entry of the cache
 * @key: key of the flow, see mgl_flow_key()
 * @tuple: description of the flow; not set by mgl_cache_find()
 * @owner: number of the flow's backend
 * @kind: protocol
 * @state: state of the flow
 * @confirmed: a second packet has been seen
 * @seen: time of the last packet
 */
struct mgl_cached {
	u64 key;
	struct mgl_tuple tuple;
	u32 owner;
	enum mgl_kind kind;
	enum maglev_flow_state state;
	bool confirmed;
	u32 seen;
};

/**
 * enum mgl_cache_stored - result of storing a flow
 * @MGL_CACHE_NEW: stored in a free or expired entry
 * @MGL_CACHE_REPLACED: stored in place of the flow's own entry, which had
 *	another owner
 * @MGL_CACHE_RENEWED: stored in place of the flow's own entry, which had the same
 *	owner
 * @MGL_CACHE_KEPT: not stored, the flow has an entry that was to be kept
 * @MGL_CACHE_EVICTED: stored in place of another flow of lower priority
 * @MGL_CACHE_FULL: not stored, no flow of the bucket has lower priority
 */
enum mgl_cache_stored {
	MGL_CACHE_NEW,
	MGL_CACHE_REPLACED,
	MGL_CACHE_RENEWED,
	MGL_CACHE_KEPT,
	MGL_CACHE_EVICTED,
	MGL_CACHE_FULL
};

/**
 * struct mgl_clock - time and timeouts, to tell which entries have expired
 * @now: the time in seconds
 * @timeouts: the timeouts
 */
struct mgl_clock {
	u32 now;
	const struct mgl_timeouts *timeouts;
};

/*
 * Returns true if the flow would go to @owner without its entry, too. Called
 * with a bucket's lock held.
 */
typedef bool (*mgl_redundant_fn)(void *ctx, const struct mgl_tuple *tuple,
				 u32 owner);
/**
 * struct mgl_eviction - criteria for evicting an entry
 * @clock: time and timeouts
 * @redundant: returns true if a flow needs no entry, or NULL
 * @ctx: first argument of @redundant
 */
struct mgl_eviction {
	const struct mgl_clock *clock;
	mgl_redundant_fn redundant;
	void *ctx;
};

/* Returns true to delete the entry. Called with the bucket's lock held. */
typedef bool (*mgl_visit_fn)(void *ctx, const struct mgl_cached *flow);

/**
 * struct mgl_bloom - one-hash Bloom filter in front of a cache array
 * @rcu: for kvfree_rcu()
 * @mask: number of bits - 1
 * @bits: the bit of a stored flow is set, indexed by the low bits of its key
 */
struct mgl_bloom {
	struct rcu_head rcu;
	u32 mask;
	unsigned long bits[];
};

struct mgl_cache;
struct mgl_cache_array;

struct mgl_cache *mgl_cache_alloc(u32 entries);
void mgl_cache_free(struct mgl_cache *cache);
u32 mgl_cache_size(struct mgl_cache *cache);
u32 mgl_cache_buckets(struct mgl_cache *cache);

void mgl_cache_prefetch(struct mgl_cache *cache, u64 key);
bool mgl_cache_find(struct mgl_cache *cache, u64 key,
		    const struct mgl_clock *clock, struct mgl_cached *flow);
void mgl_cache_touch(struct mgl_cache *cache, const struct mgl_cached *flow,
		     enum maglev_flow_state state, u32 now);
enum mgl_cache_stored mgl_cache_store(struct mgl_cache *cache,
				      struct mgl_cached *flow, bool replace,
				      const struct mgl_eviction *evict);
unsigned int mgl_cache_read(struct mgl_cache *cache, u32 bucket,
			    struct mgl_cached flows[MGL_CACHE_WAYS]);
void mgl_cache_sweep(struct mgl_cache *cache, mgl_visit_fn visit, void *ctx);

bool mgl_cache_may_contain(struct mgl_cache *cache, u64 key);
struct mgl_bloom *mgl_cache_gc(struct mgl_cache *cache, mgl_visit_fn visit,
			       void *ctx);

int mgl_cache_resize(struct mgl_cache *cache, u32 entries,
		     const struct mgl_clock *clock,
		     struct mgl_cache_array **old);
void mgl_cache_array_free(struct mgl_cache_array *array);

u32 mgl_cache_expires(const struct mgl_cached *flow,
		      const struct mgl_clock *clock);
bool mgl_cache_expired(const struct mgl_cached *flow,
		       const struct mgl_clock *clock);

#endif /* _MGL_CACHE_H */
