// SPDX-License-Identifier: GPL-2.0
/* Resizing the flow cache: nothing is lost, and refusals change nothing. */
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <stdlib.h>

#include "flows.h"
#include "ktap.h"
#include "prng.h"

#define SMALL	MAGLEV_CACHE_SIZE_MIN
#define LARGE	65536
#define NOW	5000

static struct mgl_clock now = { .now = NOW, .timeouts = &flows_timeouts };

static enum mgl_cache_stored store(struct mgl_cache *cache,
				   struct mgl_cached flow)
{
	return flows_store(cache, &flow, false, &now);
}

static int resize(struct mgl_cache *cache, u32 size)
{
	struct mgl_cache_array *old;
	int err;

	err = mgl_cache_resize(cache, size, &now, &old);
	mgl_cache_array_free(old);
	return err;
}

/* Are the same flows there as in @want, with their tuples? */
static void check_same(struct mgl_cache *cache, const struct mgl_cached *want,
		       u32 n_want, const char *what)
{
	struct mgl_cached *got, flow;
	u32 n, i;

	got = flows_list(cache, &n);
	CHECK_EQ(n, n_want, "%s: flows", what);
	for (i = 0; i < n && i < n_want; i++) {
		CHECK(flows_equal(&got[i], &want[i]), "%s: flow %u", what, i);
		CHECK(mgl_cache_find(cache, want[i].key, &now, &flow),
		      "%s: flow %u is listed, not found", what, i);
	}
	free(got);
}

/* A few flows of every kind in each bucket of the smallest cache. */
static struct mgl_cache *some_flows(u32 size)
{
	struct mgl_cache *cache = mgl_cache_alloc(size);
	u64 state = 3;
	u32 i, k;

	for (i = 0; i < SMALL / MGL_CACHE_WAYS; i++)
		for (k = 0; k < i % (MGL_CACHE_WAYS + 1); k++) {
			u64 key = (prng(&state) << 7) + i;
			struct mgl_cached flow;

			flow = flows_new(key, prng(&state), NOW - k % 8);
			flow.kind = prng_below(&state, MGL_KIND_MAX);
			flow.state = prng_below(&state, __MAGLEV_FLOW_MAX);
			flow.confirmed = prng_below(&state, 2);
			CHECK_EQ(store(cache, flow), MGL_CACHE_NEW, "flow");
		}
	return cache;
}

static void test_resize_keeps_flows(void)
{
	struct mgl_cache *cache = some_flows(SMALL);
	struct mgl_cached *want;
	u64 state = 4;
	u32 n, i, size;

	want = flows_list(cache, &n);
	for (i = 0; i < 40; i++) {
		size = SMALL << prng_below(&state, 8);
		CHECK_EQ(resize(cache, size), 0, "to %u", size);
		CHECK_EQ(mgl_cache_size(cache), size, "to %u", size);
		check_same(cache, want, n, "after a resize");
	}
	free(want);
	mgl_cache_free(cache);
}

/* A resize has one time for all: packets that come meanwhile are later. */
static void test_resize_later_packets(void)
{
	struct mgl_cache *cache = mgl_cache_alloc(SMALL);
	u32 i;

	for (i = 0; i < 8; i++)
		store(cache, flows_live(flows_key(i, i), i, NOW + 2 * i));
	CHECK_EQ(resize(cache, 2 * SMALL), 0, "grow");
	CHECK_EQ(resize(cache, SMALL), 0, "shrink");
	for (i = 0; i < 8; i++) {
		struct mgl_cached flow;

		CHECK(mgl_cache_find(cache, flows_key(i, i), &now, &flow),
		      "seen %u s later", 2 * i);
	}
	mgl_cache_free(cache);
}

static void test_resize_expired(void)
{
	struct mgl_cache *cache = mgl_cache_alloc(2 * SMALL);
	struct mgl_cached flow;
	u32 n, i;

	/* Eight and eight for the same bucket: one half is of the past. */
	for (i = 0; i < 16; i++)
		store(cache, flows_live(flows_key(i & 1 ? 128 : 0, i), i,
					i & 1 ? NOW : NOW - 800));
	now.now = NOW + 100;
	CHECK_EQ(resize(cache, SMALL), 0, "shrink");
	free(flows_list(cache, &n));
	CHECK_EQ(n, 8, "flows");
	for (i = 1; i < 16; i += 2)
		CHECK(mgl_cache_find(cache, flows_key(128, i), &now, &flow),
		      "flow %u", i);
	now.now = NOW;
	mgl_cache_free(cache);
}

/* Those that go are those that would have gone for any newcomer. */
static void test_resize_shrink_evicts(void)
{
	struct mgl_cache *cache = mgl_cache_alloc(2 * SMALL);
	struct mgl_cached flow;
	u32 n, i;

	for (i = 0; i < 8; i++) {
		store(cache, flows_new(flows_key(0, i), i, NOW));
		store(cache, flows_live(flows_key(128, i), i, NOW));
	}
	CHECK_EQ(resize(cache, SMALL), 0, "shrink");
	free(flows_list(cache, &n));
	CHECK_EQ(n, 8, "flows");
	for (i = 0; i < 8; i++)
		CHECK(mgl_cache_find(cache, flows_key(128, i), &now, &flow),
		      "flow %u", i);
	mgl_cache_free(cache);
}

/* The bucket in which it shows that there is no room may be any. */
static void test_resize_no_space(void)
{
	static const u32 buckets[] = { 0, 1, 77, 127 };
	u32 b, many, factor, i;

	for (b = 0; b < ARRAY_SIZE(buckets); b++)
	for (many = 1; many <= MGL_CACHE_WAYS; many++)
	for (factor = 2; factor <= 16; factor *= 2) {
		struct mgl_cache *cache = mgl_cache_alloc(factor * SMALL);
		u32 last = (factor - 1) * 128 + buckets[b], n;
		struct mgl_cached *want, flow;

		/* One more than there is room for, and the last bucket's. */
		for (i = 0; i < MGL_CACHE_WAYS + 1 - many; i++)
			store(cache, flows_live(flows_key(buckets[b], i), i,
						NOW));
		for (i = 0; i < many; i++)
			store(cache, flows_live(flows_key(last, 100 + i), i,
						NOW));
		/* And others with room. */
		for (i = 0; i < 128 * factor; i += factor + 1)
			if (i % 128 != buckets[b])
				store(cache, flows_live(flows_key(i, 200), i,
							NOW));
		want = flows_list(cache, &n);
		CHECK_EQ(-resize(cache, SMALL), ENOSPC, "%u in %u", many, last);
		CHECK_EQ(mgl_cache_size(cache), factor * SMALL, "size");
		check_same(cache, want, n, "refused");
		CHECK(!mgl_cache_find(cache, flows_key(64, 9), &now, &flow),
		      "what is not there is not looked for elsewhere");
		/* It works as if nothing had been. */
		CHECK_EQ(store(cache, flows_live(flows_key(64, 300), 0, NOW)),
			 MGL_CACHE_NEW, "a newcomer");
		CHECK_EQ(resize(cache, 2 * factor * SMALL), 0, "grow");
		free(want);
		mgl_cache_free(cache);
	}
}

static void test_resize_no_memory(void)
{
	struct mgl_cache *cache = some_flows(SMALL);
	struct mgl_cache_array *old = (void *)cache;
	struct mgl_cached *want;
	long live = shim_alloc_live();
	u32 n, nth;

	want = flows_list(cache, &n);
	for (nth = 1; nth <= 5; nth++) {
		shim_alloc_fail(nth);
		CHECK_EQ(-mgl_cache_resize(cache, LARGE, &now, &old), ENOMEM,
			 "allocation %u", nth);
		CHECK(!old, "nothing to free");
		CHECK_EQ(shim_alloc_live(), live, "allocation %u", nth);
		CHECK_EQ(mgl_cache_size(cache), SMALL, "allocation %u", nth);
		check_same(cache, want, n, "no memory");
	}
	/* The same size is no work. */
	shim_alloc_fail(1);
	CHECK_EQ(mgl_cache_resize(cache, SMALL, &now, &old), 0, "same size");
	CHECK(!old, "nothing to free");
	CHECK_EQ(shim_alloc_fail(0), 0, "allocations");
	CHECK_EQ(resize(cache, LARGE), 0, "grow");
	CHECK_EQ(shim_alloc_live(), live, "grown");
	check_same(cache, want, n, "grown");
	free(want);
	mgl_cache_free(cache);
	CHECK_EQ(shim_alloc_live(), live - 6, "freed");
}

/* Packets whenever the CPU is offered; one flow in each bucket of LARGE. */
static struct {
	struct mgl_cache *cache;
	u32 turns;
	u32 n;
	struct mgl_cached flow[2 * LARGE / MGL_CACHE_WAYS];
} busy;

static void packets(void)
{
	u32 i, buckets = LARGE / MGL_CACHE_WAYS;

	busy.turns++;
	for (i = 0; i < busy.n; i++) {
		struct mgl_cached *want = &busy.flow[i], got;
		enum mgl_cache_stored stored;

		CHECK(mgl_cache_find(busy.cache, want->key, &now, &got),
		      "turn %u, flow %u is missed", busy.turns, i);
		got.tuple = want->tuple;
		CHECK(flows_equal(&got, want), "turn %u, flow %u: owner %u",
		      busy.turns, i, got.owner);
		if ((i + busy.turns) % 7 == 0) {
			want->state = busy.turns % 2 ? MAGLEV_FLOW_OPENING :
						       MAGLEV_FLOW_ESTABLISHED;
			mgl_cache_touch(busy.cache, &got, want->state, NOW);
		} else if ((i + busy.turns) % 7 == 1) {
			bool same = want->owner == busy.turns;

			want->owner = busy.turns;
			got.owner = busy.turns;
			CHECK_EQ(flows_store(busy.cache, &got, true, &now),
				 same ? MGL_CACHE_RENEWED : MGL_CACHE_REPLACED,
				 "flow %u", i);
		} else if ((i + busy.turns) % 7 == 2) {
			got.owner = ~0u;
			stored = flows_store(busy.cache, &got, false, &now);
			CHECK_EQ(stored, MGL_CACHE_KEPT, "flow %u", i);
			CHECK(flows_equal(&got, want), "flow %u", i);
		}
	}
	/* Newcomers before, in and behind what has been moved. */
	for (i = 0; i < 50 && busy.n < 2 * buckets; i++, busy.n++) {
		busy.flow[busy.n] = flows_live(flows_key(busy.n * 3191 % buckets,
							2), i, NOW);
		CHECK_EQ(store(busy.cache, busy.flow[busy.n]), MGL_CACHE_NEW,
			 "flow %u", busy.n);
	}
}

static void busy_resize(u32 from, u32 to, int want)
{
	u32 i, n, buckets = LARGE / MGL_CACHE_WAYS;

	busy.cache = mgl_cache_alloc(from);
	busy.n = 0;
	busy.turns = 0;
	for (i = 0; i < buckets; i++) {
		busy.flow[busy.n] = flows_live(flows_key(i, 1), i, NOW);
		store(busy.cache, busy.flow[busy.n++]);
	}
	/* Too many for half of it, as is seen in its last bucket. */
	for (i = 0; want && i < MGL_CACHE_WAYS - 3; i++)
		store(busy.cache, flows_live(flows_key(buckets - 1, 10 + i), i,
					     NOW));
	for (i = 0; want && i < MGL_CACHE_WAYS - 3; i++)
		store(busy.cache, flows_live(flows_key(buckets / 2 - 1, 30 + i),
					     i, NOW));
	shim_resched_to = packets;
	CHECK_EQ(-resize(busy.cache, to), -want, "%u to %u", from, to);
	shim_resched_to = NULL;
	/* The CPU is offered on the way back, too. */
	CHECK(busy.turns >= (want ? 2 : 1) * from / MGL_CACHE_WAYS / 256,
	      "%u turns", busy.turns);
	packets();
	free(flows_list(busy.cache, &n));
	CHECK_EQ(n, busy.n + (want ? 2 * (MGL_CACHE_WAYS - 3) : 0), "flows");
	mgl_cache_free(busy.cache);
}

static void test_resize_busy(void)
{
	busy_resize(LARGE, 2 * LARGE, 0);
	busy_resize(LARGE, 8 * LARGE, 0);
	busy_resize(LARGE, LARGE / 2, 0);
	busy_resize(2 * LARGE, LARGE / 2, 0);
	busy_resize(LARGE, LARGE / 2, -ENOSPC);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_resize_keeps_flows,
		  "a resize keeps every flow that fits"),
	KTAP_CASE(test_resize_later_packets,
		  "a flow whose last packet is later than the time of the resize is kept"),
	KTAP_CASE(test_resize_expired,
		  "expired flows are not moved"),
	KTAP_CASE(test_resize_shrink_evicts,
		  "when shrinking, unconfirmed flows make room for live ones"),
	KTAP_CASE(test_resize_no_space,
		  "a resize into which the live flows do not fit is refused and changes nothing"),
	KTAP_CASE(test_resize_no_memory,
		  "a resize without memory is refused and changes nothing"),
	KTAP_CASE(test_resize_busy,
		  "packets during a resize find, touch and store flows as ever"),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
