/* SPDX-License-Identifier: GPL-2.0 */
/* The memory of the flow cache, for the files cache*.c alone. */
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

/* What is seen to come up to an hour from now came just now. */
#define MGL_CACHE_AHEAD_MAX	4095

/* Ways of a bucket that share a cache line. */
#define MGL_LINE_WAYS	4
#define MGL_CACHE_LINES	(MGL_CACHE_WAYS / MGL_LINE_WAYS)

/**
 * struct mgl_line - flows that are found together, in one cache line
 * @key: keys; 0 where there is no flow
 * @val: owner, kind, state, confirmed and seen, packed; see mgl_value_pack()
 *
 * Readers take no lock: a value that is the same before and after its
 * key was read belongs to it. So a writer takes the key away
 * before it changes what it stands for to another flow's, and sets it last.
 */
struct mgl_line {
	u64 key[MGL_LINE_WAYS];
	u64 val[MGL_LINE_WAYS];
} __aligned(64);

/**
 * struct mgl_bucket - flows whose keys end alike
 * @line: for each flow one is home, where it is looked for first and put if
 *	there is a place; see mgl_home_of()
 */
struct mgl_bucket {
	struct mgl_line line[MGL_CACHE_LINES];
} __aligned(128);

/**
 * struct mgl_names - the names of a bucket's flows; under the bucket's lock
 * @tuple: by the place of the key
 */
struct mgl_names {
	struct mgl_tuple tuple[MGL_CACHE_WAYS];
};

static_assert(sizeof(struct mgl_bucket) + sizeof(struct mgl_names) ==
	      40 * MGL_CACHE_WAYS); /* MGL_CACHE_BYTES() */

/**
 * struct mgl_cache_array - buckets of one size
 * @mask: buckets - 1; their number is a power of two
 * @lock_mask: locks - 1
 * @moved: while it is resized: buckets below are empty, their flows are in
 *	@next; under the bucket's lock for the bucket that it passes
 * @next: while it is resized, what it is resized to
 * @locks: writers of a bucket hold the one it falls on
 * @buckets: the flows
 * @names: their names
 * @bloom: knows of every flow; replaced by mgl_cache_gc(), read under RCU
 * @fresh: during garbage collection, the Bloom filter to come
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
	struct mgl_bloom __rcu *fresh;
};

/**
 * struct mgl_cache - a flow cache
 * @array: its memory; replaced by mgl_cache_resize()
 */
struct mgl_cache {
	struct mgl_cache_array __rcu *array;
};

/**
 * struct mgl_bucket_ref - a bucket, locked
 * @array: where it is
 * @bucket: its number there
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

/* 0 says that there is no flow. */
static inline u64 mgl_cache_key(u64 key)
{
	return key ? key : 1;
}

static inline u32 mgl_bucket_of(const struct mgl_cache_array *array, u64 key)
{
	return key & array->mask;
}

/* Of the lower half, but none of the bits that pick the bucket. */
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
 * Other CPUs' packets may be from seconds that had not begun when @now was
 * taken: for a packet a moment ago, for a resize that is under way a while.
 */
static inline u32 mgl_idle_time(u32 seen, u32 now)
{
	u32 idle = (now - seen) & MGL_VALUE_SEEN;

	return idle > MGL_VALUE_SEEN - MGL_CACHE_AHEAD_MAX ? 0 : idle;
}

/* Without the name, which is in another cache line. */
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
