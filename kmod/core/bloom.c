// SPDX-License-Identifier: GPL-2.0
/*
 * Which flows are surely not in the cache. A bit for each place of the cache,
 * by the end of the key, is set when a flow is stored: an eighth of a
 * byte in place of a bucket's cache line to read, for services that have few of
 * their flows in the cache. Bits of flows that have gone stay until the cache
 * is tidied, which fills a fresh filter from what there is.
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
 * mgl_bloom_alloc() - a filter that says that nothing is there
 * @entries: places of the cache, a power of two
 * @gfp: how to allocate it
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

/* Written only where it says something new: others read the same line. */
static void note(struct mgl_bloom *bloom, u64 key)
{
	u32 bit = key & bloom->mask;

	if (!test_bit(bit, bloom->bits))
		set_bit(bit, bloom->bits);
}

/**
 * mgl_bloom_add() - a flow is about to be stored
 * @array: where
 * @key: its key
 *
 * Context: the lock of the flow's bucket is held.
 */
void mgl_bloom_add(struct mgl_cache_array *array, u64 key)
{
	spinlock_t *lock = mgl_cache_lock(array, mgl_bucket_of(array, key));
	struct mgl_bloom *fresh, *bloom;

	fresh = rcu_dereference_check(array->fresh, lockdep_is_held(lock));
	if (unlikely(fresh))
		note(fresh, key);
	/* Who sees no fresh one any more sees it as the filter: bloom_swap() */
	smp_rmb();
	bloom = rcu_dereference_check(array->bloom, lockdep_is_held(lock));
	note(bloom, key);
}

/**
 * mgl_cache_may_contain() - ask the Bloom filter for a flow
 * @cache: the cache
 * @key: the flow's key
 *
 * Context: RCU read side.
 * Return: false if mgl_cache_find() would not find it, which may miss a flow
 * that is moved back while the cache is resized; true says nothing.
 */
bool mgl_cache_may_contain(struct mgl_cache *cache, u64 key)
{
	struct mgl_cache_array *array = rcu_dereference(cache->array);
	struct mgl_bloom *bloom;

	key = mgl_cache_key(key);
	/* While it is resized a flow is noted there before it leaves here. */
	for (; array; array = rcu_dereference(array->next)) {
		bloom = rcu_dereference(array->bloom);
		if (test_bit(key & bloom->mask, bloom->bits))
			return true;
	}
	return false;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_cache_may_contain);

struct tidy {
	struct mgl_bloom *fresh;
	mgl_visit_fn visit;
	void *ctx;
};

static bool tidy_flow(void *ctx, const struct mgl_cached *flow)
{
	const struct tidy *t = ctx;

	if (t->visit(t->ctx, flow))
		return true;
	if (t->fresh)
		note(t->fresh, flow->key);
	return false;
}

static struct mgl_bloom *bloom_swap(struct mgl_cache_array *array,
				    struct mgl_bloom *fresh)
{
	struct mgl_bloom *old;

	old = rcu_dereference_protected(array->bloom, true);
	rcu_assign_pointer(array->bloom, fresh);
	/* Pairs with smp_rmb() in mgl_bloom_add(). */
	smp_wmb();
	RCU_INIT_POINTER(array->fresh, NULL);
	return old;
}

/**
 * mgl_cache_gc() - look at every flow, and forget those that have gone
 * @cache: the cache
 * @visit: called for each flow; returns true to have it forgotten
 * @ctx: for @visit
 *
 * Without memory for a fresh filter the old one stays, which knows less.
 *
 * Context: may sleep; not while it is resized, nor twice at a time, which the
 * caller sees to.
 * Return: a filter to be freed with kvfree() a grace period later, or NULL.
 */
struct mgl_bloom *mgl_cache_gc(struct mgl_cache *cache, mgl_visit_fn visit,
			       void *ctx)
{
	struct mgl_bucket_ref ref = {
		.array = rcu_dereference_protected(cache->array, true),
	};
	struct tidy t = { .visit = visit, .ctx = ctx };

	/* It is done without if need be. Nobody is there to be charged. */
	t.fresh = mgl_bloom_alloc(mgl_cache_size(cache), GFP_KERNEL |
				   __GFP_NOWARN | __GFP_RETRY_MAYFAIL);
	rcu_assign_pointer(ref.array->fresh, t.fresh);
	/*
	 * Empty buckets, too: who had a lock before and did not see the fresh
	 * filter has its flow seen here, who has it later sees the filter.
	 */
	for (; ref.bucket <= ref.array->mask; ref.bucket++) {
		if (!(ref.bucket % BUCKETS_AT_A_TIME))
			cond_resched();
		mgl_bucket_sweep(&ref, tidy_flow, &t);
	}
	return t.fresh ? bloom_swap(ref.array, t.fresh) : NULL;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_cache_gc);
