// SPDX-License-Identifier: GPL-2.0
/* The Bloom filter of the cache, which must not deny a flow that is there. */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <stdlib.h>

#include "flows.h"
#include "ktap.h"
#include "prng.h"

#define SIZE	MAGLEV_CACHE_SIZE_MIN
#define NOW	5000

static struct mgl_clock now = { .now = NOW, .timeouts = &flows_timeouts };

static void store(struct mgl_cache *cache, u64 key, u32 owner)
{
	struct mgl_cached flow = flows_live(key, owner, NOW);

	flows_store(cache, &flow, false, &now);
}

static bool visit_owner(void *ctx, const struct mgl_cached *flow)
{
	return flow->owner == *(u32 *)ctx;
}

static void gc(struct mgl_cache *cache, u32 owner)
{
	kvfree(mgl_cache_gc(cache, visit_owner, &owner));
}

static void test_bloom_empty(void)
{
	struct mgl_cache *cache = mgl_cache_alloc(SIZE);
	u64 state = 1;
	u32 i;

	for (i = 0; i < 10000; i++)
		CHECK(!mgl_cache_may_contain(cache, prng(&state)), "flow %u", i);
	CHECK(!mgl_cache_may_contain(cache, 0), "no key");
	mgl_cache_free(cache);
}

/* Also the flow whose key stands for a free way. */
static void test_bloom_stored(void)
{
	static const u64 keys[] = { 0, ~0ULL, 1ULL << 63, 0xffffffff };
	struct mgl_cache *cache = mgl_cache_alloc(SIZE);
	u64 state = 2, denied = 0;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		store(cache, keys[i], i);
		CHECK(mgl_cache_may_contain(cache, keys[i]), "flow %u", i);
	}
	for (i = 0; i < SIZE / 4; i++) {
		u64 key = prng(&state);

		store(cache, key, i);
		CHECK(mgl_cache_may_contain(cache, key), "flow %u", i);
	}
	/* A quarter of the bits at most, so three quarters of all others. */
	for (i = 0; i < 10000; i++)
		denied += !mgl_cache_may_contain(cache, prng(&state));
	CHECK(denied > 7000, "%u of 10000 denied", (u32)denied);
	mgl_cache_free(cache);
}

static void test_bloom_resize(void)
{
	struct mgl_cache *cache = mgl_cache_alloc(SIZE);
	u32 sizes[] = { 4 * SIZE, SIZE, 64 * SIZE, 2 * SIZE };
	struct mgl_cache_array *old;
	u32 i, k;

	for (i = 0; i < 100; i++)
		store(cache, flows_key(i, i), i);
	for (k = 0; k < ARRAY_SIZE(sizes); k++) {
		CHECK_EQ(mgl_cache_resize(cache, sizes[k], &now, &old), 0,
			 "to %u", sizes[k]);
		mgl_cache_array_free(old);
		for (i = 0; i < 100; i++)
			CHECK(mgl_cache_may_contain(cache, flows_key(i, i)),
			      "flow %u at %u", i, sizes[k]);
	}
	mgl_cache_free(cache);
}

/* Bits of flows that are gone stay until garbage collection. */
static void test_bloom_gc(void)
{
	struct mgl_cache *cache = mgl_cache_alloc(SIZE);
	u32 i, gone = 1, none = ~0u;

	for (i = 0; i < 100; i++)
		store(cache, flows_key(i, i), i & 1);
	mgl_cache_sweep(cache, visit_owner, &gone);
	CHECK(mgl_cache_may_contain(cache, flows_key(1, 1)), "swept only");
	gc(cache, none);
	for (i = 0; i < 100; i++)
		CHECK_EQ(mgl_cache_may_contain(cache, flows_key(i, i)), !(i & 1),
			 "flow %u", i);
	/* Flows that the collection removes are not in the new filter. */
	gc(cache, 0);
	for (i = 0; i < 100; i++)
		CHECK(!mgl_cache_may_contain(cache, flows_key(i, i)), "flow %u", i);
	mgl_cache_free(cache);
}

static void test_bloom_no_memory(void)
{
	struct mgl_cache *cache = mgl_cache_alloc(SIZE);
	u32 i, gone = 1;

	for (i = 0; i < 100; i++)
		store(cache, flows_key(i, i), i & 1);
	shim_alloc_fail(1);
	CHECK(!mgl_cache_gc(cache, visit_owner, &gone), "nothing to free");
	shim_alloc_fail(0);
	for (i = 0; i < 100; i++) {
		struct mgl_cached flow;

		CHECK(mgl_cache_may_contain(cache, flows_key(i, i)), "flow %u", i);
		CHECK_EQ(mgl_cache_find(cache, flows_key(i, i), &now, &flow),
			 !(i & 1), "flow %u", i);
	}
	store(cache, flows_key(3, 500), 7);
	CHECK(mgl_cache_may_contain(cache, flows_key(3, 500)), "a flow stored later");
	mgl_cache_free(cache);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_bloom_empty,
		  "the Bloom filter of an empty cache denies every flow"),
	KTAP_CASE(test_bloom_stored,
		  "the Bloom filter denies no flow that is stored, and most others"),
	KTAP_CASE(test_bloom_resize,
		  "a resize keeps its flows in the Bloom filter"),
	KTAP_CASE(test_bloom_gc,
		  "garbage collection builds a Bloom filter without the flows that are gone"),
	KTAP_CASE(test_bloom_no_memory,
		  "without memory for a new Bloom filter the old one stays in use"),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
