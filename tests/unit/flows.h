/* SPDX-License-Identifier: GPL-2.0 */
/* Flows to put into a cache: all that is known of one follows from its key. */
#ifndef _UNIT_FLOWS_H
#define _UNIT_FLOWS_H

#include "cache.h"

/* Different for each kind and state. */
extern const struct mgl_timeouts flows_timeouts;

/*
 * Number @n of those that fall into @bucket of a cache, whatever its size.
 * Every other one has its home in the other line.
 */
static inline u64 flows_key(u32 bucket, u32 n)
{
	return (u64)(n + 1) << 32 | (u64)(n & 1) << 31 | bucket;
}

struct mgl_clock flows_clock(u32 now);
struct mgl_tuple flows_tuple(u64 key);
bool flows_tuple_equal(const struct mgl_tuple *a, const struct mgl_tuple *b);
/* An unconfirmed TCP flow that is established. */
struct mgl_cached flows_new(u64 key, u32 owner, u32 seen);
/* The same, confirmed. */
struct mgl_cached flows_live(u64 key, u32 owner, u32 seen);

/* But for the bits of @seen that a cache does not keep. */
bool flows_equal(const struct mgl_cached *a, const struct mgl_cached *b);
/* mgl_cache_store() where no live flow is redundant. */
enum mgl_cache_stored flows_store(struct mgl_cache *cache,
				  struct mgl_cached *flow, bool replace,
				  const struct mgl_clock *clock);
/* Everything that @cache has, sorted by key; to be freed by the caller. */
struct mgl_cached *flows_list(struct mgl_cache *cache, u32 *n);

#endif /* _UNIT_FLOWS_H */
