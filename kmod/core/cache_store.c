// SPDX-License-Identifier: GPL-2.0
/*
 * Storing flows in the cache, and eviction.
 *
 * A new flow takes, in this order, an entry that is free, expired, unconfirmed,
 * closing, or redundant because its flow would go to the same backend without
 * it. Other confirmed live flows are never evicted, so a flood of one-packet
 * flows cannot displace them. Without such an entry the flow is not stored and
 * goes by its hash.
 */
#include <kunit/visibility.h>
#include <linux/kernel.h>

#include "cache_array.h"

/**
 * mgl_cache_get() - read one entry of a locked bucket
 * @ref: the bucket
 * @way: index of the entry, below MGL_CACHE_WAYS
 * @flow: the entry, with its tuple
 *
 * Context: the bucket's lock is held.
 * Return: true if the entry is in use.
 */
bool mgl_cache_get(const struct mgl_bucket_ref *ref, unsigned int way,
		   struct mgl_cached *flow)
{
	if (!mgl_entry_read(ref, way, flow))
		return false;
	flow->tuple = ref->array->names[ref->bucket].tuple[way];
	return true;
}

static void entry_write(const struct mgl_bucket_ref *ref, unsigned int way,
			const struct mgl_cached *flow)
{
	struct mgl_bucket *b = &ref->array->buckets[ref->bucket];

	u64 *key = mgl_entry_key(b, way);

	mgl_bloom_add(ref->array, flow->key);
	if (READ_ONCE(*key) != flow->key) {
		WRITE_ONCE(*key, 0);
		/* Pairs with smp_rmb() in entry_find(). */
		smp_wmb();
	}
	WRITE_ONCE(*mgl_entry_val(b, way), mgl_value_pack(flow));
	ref->array->names[ref->bucket].tuple[way] = flow->tuple;
	/* Pairs with smp_load_acquire() in entry_find(). */
	smp_store_release(key, flow->key);
}

/* Lower ranks are evicted first; RANK_LIVE is only evicted if redundant. */
enum rank {
	RANK_FREE,
	RANK_EXPIRED,
	RANK_UNCONFIRMED,
	RANK_CLOSING,
	RANK_LIVE,
};

static enum rank rank(const struct mgl_cached *flow,
		      const struct mgl_clock *clock)
{
	if (mgl_cache_expired(flow, clock))
		return RANK_EXPIRED;
	if (!flow->confirmed)
		return RANK_UNCONFIRMED;
	if (flow->state == MAGLEV_FLOW_CLOSING ||
	    flow->state == MAGLEV_FLOW_CLOSED)
		return RANK_CLOSING;
	return RANK_LIVE;
}

/**
 * mgl_cache_put() - store a flow in a locked bucket
 * @ref: the bucket
 * @flow: the flow; set to the flow's existing entry if that is kept
 * @replace: replace an existing entry of the flow instead of keeping it
 * @evict: criteria for evicting other entries
 *
 * Context: the bucket's lock is held.
 * Return: the result.
 */
enum mgl_cache_stored mgl_cache_put(const struct mgl_bucket_ref *ref,
				    struct mgl_cached *flow, bool replace,
				    const struct mgl_eviction *evict)
{
	unsigned int i, n, home = mgl_home_of(flow->key) * MGL_LINE_WAYS;
	u32 best_idle = 0, idle;
	enum rank best = RANK_LIVE, r;
	struct mgl_cached other;
	int victim = -1;

	/* Start at home, so that a free entry there is found first. */
	for (n = 0; n < MGL_CACHE_WAYS; n++) {
		i = (home + n) % MGL_CACHE_WAYS;
		r = RANK_FREE;
		idle = 0;
		if (mgl_entry_read(ref, i, &other)) {
			r = rank(&other, evict->clock);
			idle = mgl_idle_time(other.seen, evict->clock->now);
			if (other.key == flow->key) {
				if (!replace && r != RANK_EXPIRED) {
					mgl_cache_get(ref, i, flow);
					return MGL_CACHE_KEPT;
				}
				entry_write(ref, i, flow);
				if (r == RANK_EXPIRED)
					return MGL_CACHE_NEW;
				return other.owner == flow->owner ?
				       MGL_CACHE_RENEWED : MGL_CACHE_REPLACED;
			}
		}
		/* Among equal ranks, prefer the flow idle for longest. */
		if (r < best || (r == best && r != RANK_LIVE && idle > best_idle)) {
			best = r;
			best_idle = idle;
			victim = i;
		}
	}
	for (i = 0; victim < 0 && evict->redundant && i < MGL_CACHE_WAYS; i++)
		if (mgl_cache_get(ref, i, &other) &&
		    evict->redundant(evict->ctx, &other.tuple, other.owner))
			victim = i;
	if (victim < 0)
		return MGL_CACHE_FULL;
	entry_write(ref, victim, flow);
	return best <= RANK_EXPIRED ? MGL_CACHE_NEW : MGL_CACHE_EVICTED;
}

/**
 * mgl_cache_store() - store a flow
 * @cache: the cache
 * @flow: the flow; set to the flow's existing entry if that is kept
 * @replace: replace an existing entry of the flow, which is wrong; otherwise
 *	it is kept, because another CPU has just stored it
 * @evict: criteria for evicting other entries
 *
 * Context: RCU read side, BH disabled; takes a bucket's lock. Looks at
 * MGL_CACHE_WAYS entries.
 * Return: the result.
 */
enum mgl_cache_stored mgl_cache_store(struct mgl_cache *cache,
				      struct mgl_cached *flow, bool replace,
				      const struct mgl_eviction *evict)
{
	struct mgl_cache_array *array = rcu_dereference(cache->array), *next;
	struct mgl_bucket_ref ref = { .array = array };
	enum mgl_cache_stored stored;
	u32 bucket;

	flow->key = mgl_cache_key(flow->key);
	bucket = mgl_bucket_of(array, flow->key);
	ref.bucket = bucket;
	spin_lock(mgl_cache_lock(array, bucket));
	next = rcu_dereference(array->next);
	if (next && bucket < READ_ONCE(array->moved)) {
		/* The lock held here keeps the bucket from being moved back. */
		ref.array = next;
		ref.bucket = mgl_bucket_of(next, flow->key);
		spin_lock_nested(mgl_cache_lock(next, ref.bucket),
				 SINGLE_DEPTH_NESTING);
		stored = mgl_cache_put(&ref, flow, replace, evict);
		spin_unlock(mgl_cache_lock(next, ref.bucket));
	} else {
		stored = mgl_cache_put(&ref, flow, replace, evict);
	}
	spin_unlock(mgl_cache_lock(array, bucket));
	return stored;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_cache_store);
