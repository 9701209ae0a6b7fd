// SPDX-License-Identifier: GPL-2.0
/*
 * One-hash Bloom filter in front of the flow cache. It has as many bits as the
 * cache has entries, indexed by the low bits of the key; storing a flow sets
 * its bit. Services that have few of their flows in the cache read one bit
 * instead of a bucket's cache line. Bits of deleted flows stay set until
 * garbage collection, which builds a new filter from the entries it keeps.
 */
#include <kunit/visibility.h>
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "cache_array.h"

#define BUCKETS_AT_A_TIME 256

/**
 * mgl_bloom_alloc() - allocate an empty Bloom filter
 * @entries: capacity of the cache in flows, a power of two
 * @gfp: allocation flags
 *
 * Context: may sleep.
 * Return: the filter, to be freed with kvfree(), or NULL.
 */
struct mgl_bloom *mgl_bloom_alloc(u32 entries, gfp_t gfp)
{
	struct mgl_bloom *bloom;

	bloom = kvzalloc(struct_size(bloom, bits, BITS_TO_LONGS(entries)),
			 gfp);
	if (bloom)
		bloom->mask = entries - 1;
	return bloom;
}

/* Writes only if the bit is clear: other CPUs read the same cache line. */
static void note(struct mgl_bloom *bloom, u64 key)
{
	u32 bit = key & bloom->mask;

	if (!test_bit(bit, bloom->bits))
		set_bit(bit, bloom->bits);
}

/**
 * mgl_bloom_add() - add a flow to the Bloom filter, before it is stored
 * @array: the array that the flow is stored in
 * @key: the flow's key
 *
 * Context: the lock of the flow's bucket is held.
 */
void mgl_bloom_add(struct mgl_cache_array *array, u64 key)
{
	spinlock_t *lock = mgl_cache_lock(array, mgl_bucket_of(array, key));
	struct mgl_bloom *next, *bloom;

	next = rcu_dereference_check(array->next_bloom, lockdep_is_held(lock));
	if (unlikely(next))
		note(next, key);
	/*
	 * Once ->next_bloom is NULL again, ->bloom is the new filter. Pairs with
	 * smp_wmb() in bloom_swap().
	 */
	smp_rmb();
	bloom = rcu_dereference_check(array->bloom, lockdep_is_held(lock));
	note(bloom, key);
}

/**
 * mgl_cache_may_contain() - look up a flow in the Bloom filter
 * @cache: the cache
 * @key: the flow's key
 *
 * Like mgl_cache_find(), it may miss a flow that is moved back at that moment
 * because a resize has failed.
 *
 * Context: RCU read side.
 * Return: false if the flow is not in the cache, true if it may be.
 */
bool mgl_cache_may_contain(struct mgl_cache *cache, u64 key)
{
	struct mgl_cache_array *array = rcu_dereference(cache->array);
	struct mgl_bloom *bloom;

	key = mgl_cache_key(key);
	/* A resize adds a flow to the next filter before it leaves here. */
	for (; array; array = rcu_dereference(array->next)) {
		bloom = rcu_dereference(array->bloom);
		if (test_bit(key & bloom->mask, bloom->bits))
			return true;
	}
	return false;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_cache_may_contain);

struct rebuild {
	struct mgl_bloom *next;
	mgl_visit_fn visit;
	void *ctx;
};

static bool rebuild_visit(void *ctx, const struct mgl_cached *flow)
{
	const struct rebuild *r = ctx;

	if (r->visit(r->ctx, flow))
		return true;
	if (r->next)
		note(r->next, flow->key);
	return false;
}

static struct mgl_bloom *bloom_swap(struct mgl_cache_array *array,
				    struct mgl_bloom *next)
{
	struct mgl_bloom *old;

	old = rcu_dereference_protected(array->bloom, true);
	rcu_assign_pointer(array->bloom, next);
	/* Pairs with smp_rmb() in mgl_bloom_add(). */
	smp_wmb();
	RCU_INIT_POINTER(array->next_bloom, NULL);
	return old;
}

/**
 * mgl_cache_gc() - visit every entry and rebuild the Bloom filter
 * @cache: the cache
 * @visit: called for each entry; returns true to delete it
 * @ctx: first argument of @visit
 *
 * Without memory for a new filter the old one stays in use. It has more bits
 * set, so it excludes fewer flows.
 *
 * Context: may sleep; the caller excludes a concurrent resize or collection.
 * Return: the old filter, for the caller to free with kvfree() after an RCU
 * grace period, or NULL.
 */
struct mgl_bloom *mgl_cache_gc(struct mgl_cache *cache, mgl_visit_fn visit,
			       void *ctx)
{
	struct mgl_bucket_ref ref = {
		.array = rcu_dereference_protected(cache->array, true),
	};
	struct rebuild r = { .visit = visit, .ctx = ctx };

	/* Optional, so no warning. Not accounted: no task to charge. */
	r.next = mgl_bloom_alloc(mgl_cache_size(cache), GFP_KERNEL |
				   __GFP_NOWARN | __GFP_RETRY_MAYFAIL);
	rcu_assign_pointer(ref.array->next_bloom, r.next);
	/*
	 * Visit empty buckets, too, because of their locks: a writer that held
	 * the lock before and missed the new filter has stored its flow by now,
	 * so it is added here; a later writer sees the new filter.
	 */
	for (; ref.bucket <= ref.array->mask; ref.bucket++) {
		if (!(ref.bucket % BUCKETS_AT_A_TIME))
			cond_resched();
		mgl_bucket_sweep(&ref, rebuild_visit, &r);
	}
	return r.next ? bloom_swap(ref.array, r.next) : NULL;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_cache_gc);
