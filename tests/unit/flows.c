// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "flows.h"

const struct mgl_timeouts flows_timeouts = {
	.seconds = {
		[MGL_KIND_TCP] = { 60, 900, 120, 10 },
		[MGL_KIND_UDP] = { 50, 300, 40, 30 },
		[MGL_KIND_SCTP] = { 61, 2678400, 121, 11 },
	},
};

struct mgl_clock flows_clock(u32 now)
{
	return (struct mgl_clock){ .now = now, .timeouts = &flows_timeouts };
}

struct mgl_tuple flows_tuple(u64 key)
{
	return (struct mgl_tuple){
		.client = mgl_addr_v4(cpu_to_be32(key >> 32)),
		.sport = cpu_to_be16(key),
		.dport = cpu_to_be16(key >> 16),
		.service = (key >> 32) * 3 + key,
	};
}

bool flows_tuple_equal(const struct mgl_tuple *a, const struct mgl_tuple *b)
{
	return mgl_addr_equal(&a->client, &b->client) &&
	       a->sport == b->sport && a->dport == b->dport &&
	       a->service == b->service;
}

struct mgl_cached flows_new(u64 key, u32 owner, u32 seen)
{
	return (struct mgl_cached){
		.key = key,
		.tuple = flows_tuple(key),
		.owner = owner,
		.kind = MGL_KIND_TCP,
		.state = MAGLEV_FLOW_ESTABLISHED,
		.seen = seen,
	};
}

struct mgl_cached flows_live(u64 key, u32 owner, u32 seen)
{
	struct mgl_cached flow = flows_new(key, owner, seen);

	flow.confirmed = true;
	return flow;
}

bool flows_equal(const struct mgl_cached *a, const struct mgl_cached *b)
{
	return a->key == b->key && flows_tuple_equal(&a->tuple, &b->tuple) &&
	       a->owner == b->owner && a->kind == b->kind &&
	       a->state == b->state && a->confirmed == b->confirmed &&
	       (a->seen & 0xffffff) == (b->seen & 0xffffff);
}

enum mgl_cache_stored flows_store(struct mgl_cache *cache,
				  struct mgl_cached *flow, bool replace,
				  const struct mgl_clock *clock)
{
	const struct mgl_eviction evict = { .clock = clock };

	return mgl_cache_store(cache, flow, replace, &evict);
}

static int by_key(const void *a, const void *b)
{
	const struct mgl_cached *x = a, *y = b;

	return x->key < y->key ? -1 : x->key > y->key;
}

struct mgl_cached *flows_list(struct mgl_cache *cache, u32 *n)
{
	struct mgl_cached *all, flows[MGL_CACHE_WAYS];
	u32 b, i, found;

	all = calloc(mgl_cache_size(cache) + 1, sizeof(*all));
	if (!all)
		abort();
	*n = 0;
	for (b = 0; b < mgl_cache_buckets(cache); b++) {
		found = mgl_cache_read(cache, b, flows);
		for (i = 0; i < found; i++)
			all[(*n)++] = flows[i];
	}
	qsort(all, *n, sizeof(*all), by_key);
	return all;
}
