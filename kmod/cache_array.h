/* SPDX-License-Identifier: GPL-2.0 */
/* The memory of the flow cache, for cache.c and cache_resize.c alone. */
#ifndef _MGL_CACHE_ARRAY_H
#define _MGL_CACHE_ARRAY_H

#include <linux/rcupdate.h>
#include <linux/spinlock.h>

#include "cache.h"

/**
 * struct mgl_bucket - flows whose fingerprints end alike
 * @fp: fingerprints; 0 where there is no flow
 * @val: owner, kind, state, confirmed and seen, packed; see value_pack()
 *
 * Readers take no lock: a value that is the same before and after its
 * fingerprint was read belongs to it. So a writer takes the fingerprint away
 * before it changes what it stands for to another flow's, and sets it last.
 */
struct mgl_bucket {
	u64 fp[MGL_CACHE_WAYS];
	u64 val[MGL_CACHE_WAYS];
} __aligned(128);

/**
 * struct mgl_names - the names of a bucket's flows; under the bucket's lock
 * @tuple: by the place of the fingerprint
 */
struct mgl_names {
	struct mgl_tuple tuple[MGL_CACHE_WAYS];
};

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
 */
struct mgl_cache_array {
	u32 mask;
	u32 lock_mask;
	u32 moved;
	struct mgl_cache_array __rcu *next;
	spinlock_t *locks;
	struct mgl_bucket *buckets;
	struct mgl_names *names;
};

/**
 * struct mgl_cache - a flow cache
 * @array: its memory; replaced by mgl_cache_resize()
 */
struct mgl_cache {
	struct mgl_cache_array __rcu *array;
};

/**
 * struct mgl_place - a bucket, locked
 * @array: where it is
 * @bucket: its number there
 * @outer: the array in front, whose lock is held as well, or NULL
 */
struct mgl_place {
	struct mgl_cache_array *array;
	u32 bucket;
	struct mgl_cache_array *outer;
};

struct mgl_cache_array *mgl_cache_array_alloc(u32 entries);
enum mgl_cache_stored mgl_cache_put(const struct mgl_place *place,
				    struct mgl_cached *flow, bool replace,
				    const struct mgl_clock *clock,
				    mgl_redundant_fn redundant, void *ctx);
bool mgl_cache_get(const struct mgl_place *place, unsigned int way,
		   struct mgl_cached *flow);

static inline spinlock_t *mgl_cache_lock(struct mgl_cache_array *array,
					 u32 bucket)
{
	return &array->locks[bucket & array->lock_mask];
}

#endif /* _MGL_CACHE_ARRAY_H */
