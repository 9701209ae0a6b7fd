/* SPDX-License-Identifier: GPL-2.0 */
/* Memory layout of the flow cache, private to cache*.c and bloom.c. */
#ifndef _MGL_CACHE_ARRAY_H
#define _MGL_CACHE_ARRAY_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>

#include "cache.h"

/* owner 32 bits, kind 2, state 2, confirmed 1, spare 3, seen 24 */
#define MGL_VALUE_SEEN		GENMASK(23, 0)
#define MGL_VALUE_CONFIRMED	BIT(27)
#define MGL_VALUE_STATE_SHIFT	28
#define MGL_VALUE_KIND_SHIFT	30

/* Times up to about an hour in the future count as now; see mgl_idle_time(). */
#define MGL_CACHE_AHEAD_MAX	4095

/* Ways of a bucket that share a cache line. */
#define MGL_LINE_WAYS	4
#define MGL_CACHE_LINES	(MGL_CACHE_WAYS / MGL_LINE_WAYS)

/**
 * struct mgl_line - entries that share a cache line
 * @key: keys; 0 for a free entry
 * @val: owner, kind, state, confirmed and seen, packed; see mgl_value_pack()
 *
 * Readers take no lock: if key and value are the same when read a second time,
 * the value belongs to the key. So a writer clears the key before it gives the
 * entry to another flow, and sets the new key last.
 */
struct mgl_line {
	u64 key[MGL_LINE_WAYS];
	u64 val[MGL_LINE_WAYS];
} __aligned(64);

/**
 * struct mgl_bucket - flows whose keys have the same low bits
 * @line: cache lines, one of which is the home of a flow: it is read first, and
 *	takes the flow if it has a free entry; see mgl_home_of()
 */
struct mgl_bucket {
	struct mgl_line line[MGL_CACHE_LINES];
} __aligned(128);

/**
 * struct mgl_names - descriptions of a bucket's flows; under the bucket's lock
 * @tuple: tuples, indexed like the entries of the bucket
 */
struct mgl_names {
	struct mgl_tuple tuple[MGL_CACHE_WAYS];
};

static_assert(sizeof(struct mgl_bucket) + sizeof(struct mgl_names) ==
	      40 * MGL_CACHE_WAYS); /* MGL_CACHE_BYTES() */

/**
 * struct mgl_cache_array - a hash table of a fixed size
 * @mask: number of buckets, a power of two, - 1
 * @lock_mask: number of locks - 1
 * @moved: during a resize, buckets below this number are empty, their entries
 *	are in @next; advanced past a bucket under that bucket's lock
 * @next: during a resize, the new array
 * @locks: locks for writers, each shared by several buckets; see
 *	mgl_cache_lock()
 * @buckets: the entries
 * @names: descriptions of the flows, by bucket
 * @bloom: Bloom filter with every flow in @buckets; replaced by mgl_cache_gc(),
 *	read under RCU
 * @next_bloom: during garbage collection, the next Bloom filter
 */
struct mgl_cache_array {
	u32 mask;
	u32 lock_mask;
	u32 moved;
	struct mgl_cache_array __rcu *next;
	spinlock_t *locks; /* writers; readers take none */
	struct mgl_bucket *buckets;
	struct mgl_names *names;
	struct mgl_bloom __rcu *bloom;
	struct mgl_bloom __rcu *next_bloom;
};

/**
 * struct mgl_cache - a flow cache
 * @array: the hash table; replaced by mgl_cache_resize(), read under RCU
 */
struct mgl_cache {
	struct mgl_cache_array __rcu *array;
};

/**
 * struct mgl_bucket_ref - reference to a bucket
 * @array: the array of the bucket
 * @bucket: number of the bucket in @array
 */
struct mgl_bucket_ref {
	struct mgl_cache_array *array;
	u32 bucket;
};

struct mgl_cache_array *mgl_cache_array_alloc(u32 entries);
enum mgl_cache_stored mgl_cache_put(const struct mgl_bucket_ref *ref,
				    struct mgl_cached *flow, bool replace,
				    const struct mgl_eviction *evict);
bool mgl_cache_get(const struct mgl_bucket_ref *ref, unsigned int way,
		   struct mgl_cached *flow);
void mgl_bucket_sweep(const struct mgl_bucket_ref *ref, mgl_visit_fn visit,
		      void *ctx);

struct mgl_bloom *mgl_bloom_alloc(u32 entries, gfp_t gfp);
void mgl_bloom_add(struct mgl_cache_array *array, u64 key);

/* The lock for writers of a bucket. */
static inline spinlock_t *mgl_cache_lock(struct mgl_cache_array *array,
					 u32 bucket)
{
	return &array->locks[bucket & array->lock_mask];
}

static inline u64 mgl_value_pack(const struct mgl_cached *f)
{
	u32 low = (u32)f->kind << MGL_VALUE_KIND_SHIFT |
		  (u32)f->state << MGL_VALUE_STATE_SHIFT |
		  (f->confirmed ? MGL_VALUE_CONFIRMED : 0) |
		  (f->seen & MGL_VALUE_SEEN);

	return (u64)f->owner << 32 | low;
}

static inline void mgl_value_unpack(u64 val, struct mgl_cached *f)
{
	u32 low = val;

	f->owner = val >> 32;
	f->kind = low >> MGL_VALUE_KIND_SHIFT;
	f->state = (low >> MGL_VALUE_STATE_SHIFT) & 3;
	f->confirmed = low & MGL_VALUE_CONFIRMED;
	f->seen = low & MGL_VALUE_SEEN;
}

/* Key 0 marks a free entry, so a flow must not have it. */
static inline u64 mgl_cache_key(u64 key)
{
	return key ? key : 1;
}

static inline u32 mgl_bucket_of(const struct mgl_cache_array *array, u64 key)
{
	return key & array->mask;
}

/* A bit of the key's lower half, above those that select the bucket. */
#define MGL_HOME_BIT 31

static_assert(MAGLEV_CACHE_SIZE_MAX / MGL_CACHE_WAYS <= BIT(MGL_HOME_BIT));

static inline unsigned int mgl_home_of(u64 key)
{
	return key >> MGL_HOME_BIT & 1;
}

static inline u64 *mgl_entry_key(struct mgl_bucket *b, unsigned int way)
{
	return &b->line[way / MGL_LINE_WAYS].key[way % MGL_LINE_WAYS];
}

static inline u64 *mgl_entry_val(struct mgl_bucket *b, unsigned int way)
{
	return &b->line[way / MGL_LINE_WAYS].val[way % MGL_LINE_WAYS];
}

/*
 * Seconds since a flow was seen. @seen may be later than @now, which was read a
 * moment ago for a packet and a while ago for a resize that is still running:
 * other CPUs have gone on receiving. Such a flow has been idle for 0 seconds.
 */
static inline u32 mgl_idle_time(u32 seen, u32 now)
{
	u32 idle = (now - seen) & MGL_VALUE_SEEN;

	return idle > MGL_VALUE_SEEN - MGL_CACHE_AHEAD_MAX ? 0 : idle;
}

/* Reads an entry except its tuple, which is in another cache line. */
static inline bool mgl_entry_read(const struct mgl_bucket_ref *ref,
				  unsigned int way, struct mgl_cached *flow)
{
	struct mgl_bucket *b = &ref->array->buckets[ref->bucket];

	flow->key = READ_ONCE(*mgl_entry_key(b, way));
	if (!flow->key)
		return false;
	mgl_value_unpack(READ_ONCE(*mgl_entry_val(b, way)), flow);
	return true;
}

static inline void mgl_entry_clear(const struct mgl_bucket_ref *ref, unsigned int way)
{
	/* Pairs with smp_load_acquire() in entry_find(). */
	smp_store_release(mgl_entry_key(&ref->array->buckets[ref->bucket],
					way), 0);
}

#endif /* _MGL_CACHE_ARRAY_H */
