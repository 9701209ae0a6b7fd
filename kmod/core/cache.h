/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The flow cache: which backend a flow is with. Bounded by construction: an
 * array of buckets, no allocation, timer or reference for a flow. Pure: time
 * is an argument, in seconds, and owners are numbers.
 */
#ifndef _MGL_CACHE_H
#define _MGL_CACHE_H

#include <linux/rcupdate.h>
#include <linux/types.h>
#include <uapi/linux/maglev.h>

#include "addr.h"

/* Two cache lines, of which a flow is mostly found in the first one read. */
#define MGL_CACHE_WAYS 8

/* Memory of a cache: keys, values, tuples, and a bit of the Bloom filter. */
#define MGL_CACHE_BYTES(entries) ((u64)(entries) * 321 / 8)

/**
 * enum mgl_kind - protocols as timeouts know them
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
 * struct mgl_timeouts - after how much idle time a flow is forgotten
 * @seconds: by enum mgl_kind and enum maglev_flow_state; read and written
 *	with READ_ONCE() and WRITE_ONCE()
 */
struct mgl_timeouts {
	u32 seconds[MGL_KIND_MAX][__MAGLEV_FLOW_MAX];
};

/**
 * struct mgl_tuple - what a flow is called in listings
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
 * struct mgl_cached - a flow in the cache
 * @key: its key
 * @tuple: its name; not filled in by mgl_cache_find()
 * @owner: number of the backend it is with
 * @kind: its protocol
 * @state: its state
 * @confirmed: a second packet has been seen
 * @seen: when the last packet came
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
 * enum mgl_cache_stored - what became of a flow to be stored
 * @MGL_CACHE_NEW: stored where nothing, or something expired, was
 * @MGL_CACHE_REPLACED: stored in place of the flow's own entry
 * @MGL_CACHE_KEPT: there was an entry and it was to be kept
 * @MGL_CACHE_EVICTED: stored in place of another flow that mattered less
 * @MGL_CACHE_FULL: not stored, no other mattered less
 */
enum mgl_cache_stored {
	MGL_CACHE_NEW,
	MGL_CACHE_REPLACED,
	MGL_CACHE_KEPT,
	MGL_CACHE_EVICTED,
	MGL_CACHE_FULL
};

/**
 * struct mgl_clock - what ages are judged by
 * @now: the time
 * @timeouts: the timeouts
 */
struct mgl_clock {
	u32 now;
	const struct mgl_timeouts *timeouts;
};

/* Would the flow go to @owner anyway? Called with a lock held. */
typedef bool (*mgl_redundant_fn)(void *ctx, const struct mgl_tuple *tuple,
				 u32 owner);
/**
 * struct mgl_eviction - how entries are judged that a newcomer could replace
 * @clock: time and timeouts
 * @redundant: says whether a flow may go without an entry, or NULL
 * @ctx: for @redundant
 */
struct mgl_eviction {
	const struct mgl_clock *clock;
	mgl_redundant_fn redundant;
	void *ctx;
};

/* Returns true to have the flow forgotten. Called with a lock held. */
typedef bool (*mgl_visit_fn)(void *ctx, const struct mgl_cached *flow);

/**
 * struct mgl_bloom - what surely is not in a cache array
 * @rcu: frees it
 * @mask: bits - 1
 * @bits: set by the end of a key where a flow has been stored
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
