// SPDX-License-Identifier: GPL-2.0
/*
 * Storing flows in the cache, and whose place a newcomer takes.
 *
 * It takes, in this order, a place that is free, that of an expired flow, of
 * an unconfirmed one, of one that is closing, of one that would go to the same
 * backend anyway. It never displaces a confirmed live flow, so a flood of
 * one-packet flows cannot. Where there is no place the flow goes without: by
 * hash.
 */
#include <kunit/visibility.h>
#include <linux/kernel.h>

#include "cache_array.h"

/**
 * mgl_cache_get() - read one place of a locked bucket
 * @place: the bucket
 * @way: which place of it
 * @flow: the flow
 *
 * Context: the bucket's lock is held.
 * Return: true if there is a flow.
 */
bool mgl_cache_get(const struct mgl_place *place, unsigned int way,
		   struct mgl_cached *flow)
{
	if (!mgl_entry_read(place, way, flow))
		return false;
	flow->tuple = place->array->names[place->bucket].tuple[way];
	return true;
}

static void entry_write(const struct mgl_place *place, unsigned int way,
			const struct mgl_cached *flow)
{
	struct mgl_bucket *b = &place->array->buckets[place->bucket];

	u64 *fp = mgl_entry_fp(b, way);

	mgl_filter_note(place->array, flow->fp);
	if (READ_ONCE(*fp) != flow->fp) {
		WRITE_ONCE(*fp, 0);
		/* Pairs with smp_rmb() in entry_find(). */
		smp_wmb();
	}
	WRITE_ONCE(*mgl_entry_val(b, way), mgl_value_pack(flow));
	place->array->names[place->bucket].tuple[way] = flow->tuple;
	/* Pairs with smp_load_acquire() in entry_find(). */
	smp_store_release(fp, flow->fp);
}

/* Lower ones go first; from RANK_LIVE on nothing is displaced. */
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
 * @place: the bucket
 * @flow: the flow; becomes what is there already if that is kept
 * @replace: an entry of the flow's own is not kept
 * @clock: time and timeouts
 * @redundant: says whether a flow may go without an entry, or NULL
 * @ctx: for @redundant
 *
 * Context: the bucket's lock is held.
 * Return: what became of it.
 */
enum mgl_cache_stored mgl_cache_put(const struct mgl_place *place,
				    struct mgl_cached *flow, bool replace,
				    const struct mgl_clock *clock,
				    mgl_redundant_fn redundant, void *ctx)
{
	unsigned int i, n, home = mgl_home_of(flow->fp) * MGL_LINE_WAYS;
	u32 best_idle = 0, idle;
	enum rank best = RANK_LIVE, r;
	struct mgl_cached other;
	int victim = -1;

	/* From home on, so that a free place there is the first one found. */
	for (n = 0; n < MGL_CACHE_WAYS; n++) {
		i = (home + n) % MGL_CACHE_WAYS;
		r = RANK_FREE;
		idle = 0;
		if (mgl_entry_read(place, i, &other)) {
			r = rank(&other, clock);
			idle = mgl_idle_time(other.seen, clock->now);
			if (other.fp == flow->fp) {
				if (!replace && r != RANK_EXPIRED) {
					mgl_cache_get(place, i, flow);
					return MGL_CACHE_KEPT;
				}
				entry_write(place, i, flow);
				return r == RANK_EXPIRED ? MGL_CACHE_NEW :
							   MGL_CACHE_REPLACED;
			}
		}
		/* The one that has been silent for longest among equals. */
		if (r < best || (r == best && r != RANK_LIVE && idle > best_idle)) {
			best = r;
			best_idle = idle;
			victim = i;
		}
	}
	for (i = 0; victim < 0 && redundant && i < MGL_CACHE_WAYS; i++)
		if (mgl_cache_get(place, i, &other) &&
		    redundant(ctx, &other.tuple, other.owner))
			victim = i;
	if (victim < 0)
		return MGL_CACHE_FULL;
	entry_write(place, victim, flow);
	return best <= RANK_EXPIRED ? MGL_CACHE_NEW : MGL_CACHE_EVICTED;
}

/**
 * mgl_cache_store() - remember a flow
 * @cache: the cache
 * @flow: the flow; becomes what is there already if that is kept
 * @replace: an entry that the flow has is wrong; otherwise it is kept, as
 *	another CPU was faster
 * @clock: time and timeouts
 * @redundant: says whether a flow may go without an entry, or NULL
 * @ctx: for @redundant
 *
 * Context: RCU read side, BH disabled. Looks at MGL_CACHE_WAYS entries.
 * Return: what became of it.
 */
enum mgl_cache_stored mgl_cache_store(struct mgl_cache *cache,
				      struct mgl_cached *flow, bool replace,
				      const struct mgl_clock *clock,
				      mgl_redundant_fn redundant, void *ctx)
{
	struct mgl_cache_array *array = rcu_dereference(cache->array), *next;
	struct mgl_place place = { .array = array };
	enum mgl_cache_stored stored;
	u32 bucket;

	flow->fp = mgl_cache_fp(flow->fp);
	bucket = mgl_bucket_of(array, flow->fp);
	place.bucket = bucket;
	spin_lock(mgl_cache_lock(array, bucket));
	next = rcu_dereference(array->next);
	if (next && bucket < READ_ONCE(array->moved)) {
		/* The lock that is held keeps it from being moved back. */
		place.array = next;
		place.bucket = mgl_bucket_of(next, flow->fp);
		spin_lock_nested(mgl_cache_lock(next, place.bucket),
				 SINGLE_DEPTH_NESTING);
		stored = mgl_cache_put(&place, flow, replace, clock, redundant,
				       ctx);
		spin_unlock(mgl_cache_lock(next, place.bucket));
	} else {
		stored = mgl_cache_put(&place, flow, replace, clock, redundant,
				       ctx);
	}
	spin_unlock(mgl_cache_lock(array, bucket));
	return stored;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_cache_store);
