// SPDX-License-Identifier: GPL-2.0
/* The memory of the flow cache. */
#include <kunit/visibility.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "cache_array.h"

/* Far more locks than CPUs, so that contention is rare. */
#define LOCKS_MAX 1024

/**
 * mgl_cache_array_alloc() - allocate an empty array
 * @entries: capacity in flows, a power of two, at least MAGLEV_CACHE_SIZE_MIN
 *
 * Context: may sleep.
 * Return: the array, or NULL without memory.
 */
struct mgl_cache_array *mgl_cache_array_alloc(u32 entries)
{
	u32 n = entries / MGL_CACHE_WAYS, n_locks, i;
	struct mgl_cache_array *array;
	struct mgl_bloom *bloom;

	array = kvzalloc(sizeof(*array), GFP_KERNEL_ACCOUNT);
	if (!array)
		return NULL;
	n_locks = min_t(u32, n, LOCKS_MAX);
	array->locks = kvmalloc_array(n_locks, sizeof(*array->locks),
				      GFP_KERNEL_ACCOUNT);
	array->buckets = kvcalloc(n, sizeof(*array->buckets),
				  GFP_KERNEL_ACCOUNT);
	array->names = kvcalloc(n, sizeof(*array->names), GFP_KERNEL_ACCOUNT);
	bloom = mgl_bloom_alloc(entries, GFP_KERNEL_ACCOUNT);
	RCU_INIT_POINTER(array->bloom, bloom);
	if (!array->locks || !array->buckets || !array->names || !bloom) {
		mgl_cache_array_free(array);
		return NULL;
	}
	array->mask = n - 1;
	array->lock_mask = n_locks - 1;
	for (i = 0; i < n_locks; i++)
		spin_lock_init(&array->locks[i]);
	return array;
}

/**
 * mgl_cache_array_free() - free an array
 * @array: the array, which no reader can see any more, or NULL
 *
 * Context: may sleep.
 */
void mgl_cache_array_free(struct mgl_cache_array *array)
{
	if (!array)
		return;
	kvfree(rcu_dereference_protected(array->bloom, true));
	kvfree(array->names);
	kvfree(array->buckets);
	kvfree(array->locks);
	kvfree(array);
}

/**
 * mgl_cache_alloc() - allocate an empty cache
 * @entries: capacity in flows, a power of two, at least MAGLEV_CACHE_SIZE_MIN
 *
 * Context: may sleep.
 * Return: the cache, or NULL without memory.
 */
struct mgl_cache *mgl_cache_alloc(u32 entries)
{
	struct mgl_cache_array *array;
	struct mgl_cache *cache;

	cache = kvzalloc(sizeof(*cache), GFP_KERNEL_ACCOUNT);
	if (!cache)
		return NULL;
	array = mgl_cache_array_alloc(entries);
	if (!array) {
		kvfree(cache);
		return NULL;
	}
	RCU_INIT_POINTER(cache->array, array);
	return cache;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_cache_alloc);

/**
 * mgl_cache_free() - free a cache
 * @cache: the cache, which no reader can see any more, or NULL
 *
 * Context: may sleep.
 */
void mgl_cache_free(struct mgl_cache *cache)
{
	if (!cache)
		return;
	mgl_cache_array_free(rcu_dereference_protected(cache->array, true));
	kvfree(cache);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_cache_free);

/**
 * mgl_cache_buckets() - get the number of buckets, for mgl_cache_read()
 * @cache: the cache
 *
 * Context: any; the caller excludes a concurrent resize.
 * Return: number of buckets.
 */
u32 mgl_cache_buckets(struct mgl_cache *cache)
{
	return rcu_dereference_protected(cache->array, true)->mask + 1;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_cache_buckets);

/**
 * mgl_cache_size() - get the capacity of a cache
 * @cache: the cache
 *
 * Context: any; the caller excludes a concurrent resize.
 * Return: capacity in flows.
 */
u32 mgl_cache_size(struct mgl_cache *cache)
{
	return mgl_cache_buckets(cache) * MGL_CACHE_WAYS;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_cache_size);
