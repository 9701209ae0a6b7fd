// SPDX-License-Identifier: GPL-2.0
/*
 * Resizing the flow cache while packets use it, bucket by bucket under the
 * bucket's lock. An entry is added to the new array before it leaves the old
 * one, so readers, which search the arrays in the same order, do not miss it.
 */
#include <kunit/visibility.h>
#include <linux/kernel.h>
#include <linux/sched.h>

#include "cache_array.h"

#define BUCKETS_AT_A_TIME 256

/*
 * Moves the entries of a bucket. When shrinking, several buckets collapse into
 * one; move what fits. Returns false if a live flow does not.
 */
static bool bucket_move(struct mgl_cache_array *from, u32 bucket,
			struct mgl_cache_array *to,
			const struct mgl_clock *clock)
{
	struct mgl_bucket_ref src = { .array = from, .bucket = bucket };
	const struct mgl_eviction evict = { .clock = clock };
	enum mgl_cache_stored stored;
	struct mgl_cached flow;
	struct mgl_bucket_ref dst;
	unsigned int i;

	for (i = 0; i < MGL_CACHE_WAYS; i++) {
		if (!mgl_cache_get(&src, i, &flow))
			continue;
		dst = (struct mgl_bucket_ref){
			.array = to, .bucket = flow.key & to->mask,
		};
		if (!mgl_cache_expired(&flow, clock)) {
			spin_lock_nested(mgl_cache_lock(to, dst.bucket),
					 SINGLE_DEPTH_NESTING);
			stored = mgl_cache_put(&dst, &flow, true, &evict);
			spin_unlock(mgl_cache_lock(to, dst.bucket));
			if (stored == MGL_CACHE_FULL)
				return false;
		}
		mgl_entry_clear(&src, i);
	}
	return true;
}

/*
 * Moves entries back to bucket @b of the larger array: those whose keys select
 * @b by the larger array's mask, from the bucket of the smaller array that they
 * share with others. There is room: flows that were stored since @b was moved
 * took entries in the smaller array, which has no more in that bucket than fit
 * into @b. The lock of @b is held.
 */
static void bucket_back(struct mgl_cache_array *from, u32 b,
			struct mgl_cache_array *to,
			const struct mgl_clock *clock)
{
	struct mgl_bucket_ref src = { .array = to, .bucket = b & to->mask };
	struct mgl_bucket_ref dst = { .array = from, .bucket = b };
	const struct mgl_eviction evict = { .clock = clock };
	struct mgl_cached flow;
	unsigned int i;

	spin_lock_nested(mgl_cache_lock(to, src.bucket), SINGLE_DEPTH_NESTING);
	for (i = 0; i < MGL_CACHE_WAYS; i++) {
		if (!mgl_cache_get(&src, i, &flow) ||
		    (flow.key & from->mask) != b)
			continue;
		mgl_cache_put(&dst, &flow, true, &evict);
		mgl_entry_clear(&src, i);
	}
	spin_unlock(mgl_cache_lock(to, src.bucket));
}

static bool move_all(struct mgl_cache_array *from, struct mgl_cache_array *to,
		     const struct mgl_clock *clock)
{
	bool fits = true;
	u32 b;

	for (b = 0; fits && b <= from->mask; b++) {
		if (!(b % BUCKETS_AT_A_TIME))
			cond_resched();
		spin_lock_bh(mgl_cache_lock(from, b));
		fits = bucket_move(from, b, to, clock);
		/* Pairs with READ_ONCE() in mgl_cache_store(), same lock. */
		if (fits)
			WRITE_ONCE(from->moved, b + 1);
		else
			bucket_back(from, b, to, clock);
		spin_unlock_bh(mgl_cache_lock(from, b));
	}
	return fits;
}

static void move_back(struct mgl_cache_array *from, struct mgl_cache_array *to,
		      const struct mgl_clock *clock)
{
	u32 b;

	for (b = from->moved; b-- > 0;) {
		if (!(b % BUCKETS_AT_A_TIME))
			cond_resched();
		spin_lock_bh(mgl_cache_lock(from, b));
		bucket_back(from, b, to, clock);
		/* Pairs with READ_ONCE() in mgl_cache_store(), same lock. */
		WRITE_ONCE(from->moved, b);
		spin_unlock_bh(mgl_cache_lock(from, b));
	}
}

/**
 * mgl_cache_resize() - change the size of a cache
 * @cache: the cache
 * @entries: new capacity in flows, a power of two, at least
 *	MAGLEV_CACHE_SIZE_MIN
 * @clock: time and timeouts
 * @old: set to an array for the caller to free with mgl_cache_array_free()
 *	after an RCU grace period, or to NULL
 *
 * Live flows are kept, except those that a new flow could evict as well. Such
 * flows may be lost even if the resize fails.
 *
 * Context: may sleep. The caller excludes concurrent reads, sweeps and resizes,
 * and waits for a grace period before the next resize.
 * Return: 0, -ENOMEM, or -ENOSPC if the live flows do not fit into @entries;
 * the cache keeps its size then.
 */
int mgl_cache_resize(struct mgl_cache *cache, u32 entries,
		     const struct mgl_clock *clock,
		     struct mgl_cache_array **old)
{
	struct mgl_cache_array *from, *to;

	*old = NULL;
	from = rcu_dereference_protected(cache->array, true);
	if (entries == (from->mask + 1) * MGL_CACHE_WAYS)
		return 0;
	to = mgl_cache_array_alloc(entries);
	if (!to)
		return -ENOMEM;
	rcu_assign_pointer(from->next, to);
	if (!move_all(from, to, clock)) {
		move_back(from, to, clock);
		RCU_INIT_POINTER(from->next, NULL);
		*old = to;
		return -ENOSPC;
	}
	rcu_assign_pointer(cache->array, to);
	*old = from;
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_cache_resize);
