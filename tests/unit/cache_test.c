// SPDX-License-Identifier: GPL-2.0
/* The flow cache: storing, finding, expiry, sweeps. */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <stdlib.h>

#include "flows.h"
#include "ktap.h"
#include "prng.h"

#define SIZE MAGLEV_CACHE_SIZE_MIN

static void check_found(struct mgl_cache *cache, const struct mgl_cached *want,
			u32 now)
{
	struct mgl_clock clock = flows_clock(now);
	struct mgl_cached got = {};

	CHECK(mgl_cache_find(cache, want->key, &clock, &got), "key %#llx",
	      (unsigned long long)want->key);
	/* mgl_cache_find() leaves the tuple out. */
	got.tuple = want->tuple;
	CHECK(flows_equal(&got, want), "key %#llx: owner %#x, state %u",
	      (unsigned long long)want->key, got.owner, got.state);
}

static bool found(struct mgl_cache *cache, u64 key, u32 now)
{
	struct mgl_clock clock = flows_clock(now);
	struct mgl_cached flow;

	return mgl_cache_find(cache, key, &clock, &flow);
}

static void test_cache_capacity(void)
{
	u32 size;

	for (size = SIZE; size <= 65536; size *= 2) {
		struct mgl_cache *cache = mgl_cache_alloc(size);
		u32 n;

		CHECK_EQ(mgl_cache_size(cache), size, "size");
		CHECK_EQ(mgl_cache_buckets(cache), size / MGL_CACHE_WAYS,
			 "size %u", size);
		free(flows_list(cache, &n));
		CHECK_EQ(n, 0, "size %u is empty", size);
		CHECK(!found(cache, 0, 5) && !found(cache, 1, 5),
		      "size %u", size);
		mgl_cache_free(cache);
	}
	mgl_cache_free(NULL);
}

/* Every field at its ends, and keys with a special meaning. */
static void test_cache_store_find(void)
{
	static const u64 keys[] = { 0, 2, 0x7f, ~0ULL, 1ULL << 63, 0xffffffff };
	static const u32 owners[] = { 0, 1, 0x80000000, ~0u };
	u32 i, kind, state, bits;

	for (i = 0; i < ARRAY_SIZE(keys) * ARRAY_SIZE(owners); i++)
	for (kind = 0; kind < MGL_KIND_MAX; kind++)
	for (state = 0; state < __MAGLEV_FLOW_MAX; state++)
	for (bits = 0; bits < 4; bits++) {
		struct mgl_cache *cache = mgl_cache_alloc(SIZE);
		u32 now = bits & 1 ? 0xffffff : 0;
		struct mgl_clock clock = flows_clock(now);
		struct mgl_cached flow, listed[MGL_CACHE_WAYS];

		flow = flows_new(keys[i % ARRAY_SIZE(keys)],
				 owners[i / ARRAY_SIZE(keys)], now);
		flow.kind = kind;
		flow.state = state;
		flow.confirmed = bits & 2;
		CHECK_EQ(flows_store(cache, &flow, false, &clock), MGL_CACHE_NEW, "store");
		check_found(cache, &flow, now);
		/* Key 0 stands for a free way: it is replaced by another one. */
		CHECK(flow.key, "key 0");
		CHECK(found(cache, keys[i % ARRAY_SIZE(keys)], now), "key %u", i);
		CHECK_EQ(mgl_cache_read(cache, flow.key % (SIZE / 8), listed),
			 1, "key %u", i);
		CHECK(flows_equal(&listed[0], &flow), "key %u", i);
		mgl_cache_free(cache);
	}
}

/* In both clocks' lifetimes: of 24 bits, and of 32. */
static void test_cache_expiry(void)
{
	static const u32 starts[] = { 0, 5, 0xfffff0, 0xffffff, 0xfffffffa };
	u32 kind, state, i;

	for (i = 0; i < ARRAY_SIZE(starts); i++)
	for (kind = 0; kind < MGL_KIND_MAX; kind++)
	for (state = 0; state < __MAGLEV_FLOW_MAX; state++) {
		struct mgl_cache *cache = mgl_cache_alloc(SIZE);
		u32 timeout = flows_timeouts.seconds[kind][state];
		u32 t = starts[i];
		struct mgl_clock clock = flows_clock(t);
		struct mgl_cached flow = flows_live(77, 3, t);

		flow.kind = kind;
		flow.state = state;
		flows_store(cache, &flow, false, &clock);
		CHECK(found(cache, 77, t), "%u/%u at once", kind, state);
		CHECK(found(cache, 77, t + timeout - 1), "%u/%u from %#x",
		      kind, state, t);
		CHECK(!found(cache, 77, t + timeout), "%u/%u from %#x", kind,
		      state, t);
		CHECK(!found(cache, 77, t + timeout + 5000000),
		      "%u/%u two months later", kind, state);
		mgl_cache_free(cache);
	}
}

/* A timeout counts from when it is set, for flows that are there, too. */
static void test_cache_timeout_change(void)
{
	struct mgl_timeouts timeouts = flows_timeouts;
	struct mgl_clock clock = { .now = 100, .timeouts = &timeouts };
	struct mgl_cache *cache = mgl_cache_alloc(SIZE);
	struct mgl_cached flow = flows_live(9, 1, 100);
	u32 *timeout = &timeouts.seconds[MGL_KIND_TCP][MAGLEV_FLOW_ESTABLISHED];

	flows_store(cache, &flow, false, &clock);
	clock.now = 150;
	CHECK(mgl_cache_find(cache, 9, &clock, &flow), "of 900 s");
	*timeout = 50;
	CHECK(!mgl_cache_find(cache, 9, &clock, &flow), "of 50 s");
	*timeout = 51;
	CHECK(mgl_cache_find(cache, 9, &clock, &flow), "of 51 s");
	mgl_cache_free(cache);
}

/*
 * Another CPU's packet came after this one took the time; so did many while a
 * cache was resized, which may take a while.
 */
static void test_cache_seen_ahead(void)
{
	static const u32 ahead[] = { 1, 2, 10, 60, 600, 3600 };
	u32 i, state;

	for (i = 0; i < ARRAY_SIZE(ahead); i++)
	for (state = 0; state < __MAGLEV_FLOW_MAX; state++) {
		struct mgl_cached flow = flows_new(9, 1, 5 + ahead[i]);
		struct mgl_clock clock = flows_clock(5);

		flow.state = state;
		CHECK(!mgl_cache_expired(&flow, &clock), "%u s ahead", ahead[i]);
		clock.now = 0xffffff;
		flow.seen = (clock.now + ahead[i]) & 0xffffff;
		CHECK(!mgl_cache_expired(&flow, &clock), "%u s ahead", ahead[i]);
	}
}

static void test_cache_touch(void)
{
	struct mgl_cache *cache = mgl_cache_alloc(SIZE);
	struct mgl_clock clock = flows_clock(100);
	struct mgl_cached flow = flows_new(9, 1, 100), want = flow;
	u32 state;

	flows_store(cache, &flow, false, &clock);
	want.confirmed = true;
	for (state = 0; state < __MAGLEV_FLOW_MAX; state++) {
		clock.now += 5;
		CHECK(mgl_cache_find(cache, 9, &clock, &flow), "state %u",
		      state);
		mgl_cache_touch(cache, &flow, state, clock.now);
		want.state = state;
		want.seen = clock.now;
		check_found(cache, &want, clock.now);
	}
	/* Times of more than 24 bits do not spill into what is beside them. */
	clock.now = 0xff000000 + clock.now;
	CHECK(mgl_cache_find(cache, 9, &clock, &flow), "far on");
	mgl_cache_touch(cache, &flow, MAGLEV_FLOW_OPENING, clock.now + 1);
	want.state = MAGLEV_FLOW_OPENING;
	want.seen = clock.now + 1;
	check_found(cache, &want, clock.now);
	mgl_cache_free(cache);
}

/* An entry that a packet found may have changed when it is touched. */
static void test_cache_touch_late(void)
{
	struct mgl_cache *cache = mgl_cache_alloc(SIZE);
	struct mgl_clock clock = flows_clock(100);
	struct mgl_cached flow = flows_new(9, 1, 100), late, want;
	u32 n;

	flows_store(cache, &flow, false, &clock);
	CHECK(mgl_cache_find(cache, 9, &clock, &late), "first");
	want = flows_new(9, 2, 100);
	CHECK_EQ(flows_store(cache, &want, true, &clock),
		 MGL_CACHE_REPLACED, "another owner");
	mgl_cache_touch(cache, &late, MAGLEV_FLOW_CLOSED, 101);
	check_found(cache, &want, 101);

	/* One that is not there is not put there. */
	late.key = 10;
	mgl_cache_touch(cache, &late, MAGLEV_FLOW_ESTABLISHED, 101);
	late.key = 9 + SIZE;
	mgl_cache_touch(cache, &late, MAGLEV_FLOW_ESTABLISHED, 101);
	free(flows_list(cache, &n));
	CHECK_EQ(n, 1, "flows");
	check_found(cache, &want, 101);
	mgl_cache_free(cache);
}

/* The first of two CPUs is right, unless its entry is said to be wrong. */
static void test_cache_replace(void)
{
	struct mgl_cache *cache = mgl_cache_alloc(SIZE);
	struct mgl_clock clock = flows_clock(100);
	struct mgl_cached first = flows_new(9, 1, 100), flow;

	flows_store(cache, &first, false, &clock);
	clock.now = 101;
	flow = flows_live(9, 2, 101);
	flow.tuple.service++;
	CHECK_EQ(flows_store(cache, &flow, false, &clock),
		 MGL_CACHE_KEPT, "a second");
	CHECK(flows_equal(&flow, &first), "owner %u", flow.owner);
	check_found(cache, &first, 101);

	flow = flows_live(9, 2, 101);
	CHECK_EQ(flows_store(cache, &flow, true, &clock),
		 MGL_CACHE_REPLACED, "a third");
	check_found(cache, &flow, 101);
	/* An expired entry counts as none: nothing is kept or replaced. */
	clock.now = 1001;
	flow = flows_new(9, 3, 1001);
	CHECK_EQ(flows_store(cache, &flow, false, &clock),
		 MGL_CACHE_NEW, "a fourth");
	check_found(cache, &flow, 1001);
	clock.now = 1901;
	flow = flows_new(9, 4, 1901);
	CHECK_EQ(flows_store(cache, &flow, true, &clock),
		 MGL_CACHE_NEW, "a fifth");
	check_found(cache, &flow, 1901);
	mgl_cache_free(cache);
}

/* Buckets are read line after line. */
static void test_cache_home_line(void)
{
	/* All are at home in the second line, which has no way for the last. */
	static const u32 numbers[] = { 1, 3, 5, 7, 9 };
	static const u32 order[] = { 9, 1, 3, 5, 7 };
	struct mgl_cache *cache = mgl_cache_alloc(SIZE);
	struct mgl_cached flows[MGL_CACHE_WAYS];
	struct mgl_clock clock = flows_clock(100);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		struct mgl_cached flow = flows_new(flows_key(3, numbers[i]), i,
						   100);

		flows_store(cache, &flow, false, &clock);
		mgl_cache_prefetch(cache, flow.key);
		check_found(cache, &flow, 100);
	}
	CHECK_EQ(mgl_cache_read(cache, 3, flows), ARRAY_SIZE(order), "flows");
	for (i = 0; i < ARRAY_SIZE(order); i++)
		CHECK_EQ(flows[i].key, flows_key(3, order[i]), "way %u", i);
	mgl_cache_free(cache);
}

struct visits {
	u32 seen;
	u64 sum;
};

static bool visit_odd(void *ctx, const struct mgl_cached *flow)
{
	struct visits *v = ctx;
	struct mgl_tuple want = flows_tuple(flow->key);

	v->seen++;
	v->sum += flow->key;
	CHECK(flows_tuple_equal(&flow->tuple, &want), "tuple");
	return flow->owner & 1;
}

/* Expired flows are listed, too: the caller knows the time. */
static void test_cache_sweep(void)
{
	struct mgl_cache *cache = mgl_cache_alloc(65536 * 8);
	struct mgl_clock clock = flows_clock(100);
	struct visits v = {};
	u32 i, n, kept = 0;
	u64 sum = 0;

	for (i = 0; i < 10000; i++) {
		struct mgl_cached flow = flows_new(i * 65537ULL + 1, i, 100);

		CHECK_EQ(flows_store(cache, &flow, false, &clock), MGL_CACHE_NEW, "flow %u", i);
		sum += flow.key;
	}
	mgl_cache_sweep(cache, visit_odd, &v);
	CHECK_EQ(v.seen, 10000, "visits");
	CHECK_EQ(v.sum, sum, "keys");
	for (i = 0; i < 10000; i++) {
		bool there = found(cache, i * 65537ULL + 1, 100);

		CHECK_EQ(there, !(i & 1), "flow %u", i);
		kept += there;
	}
	free(flows_list(cache, &n));
	CHECK_EQ(n, kept, "listed");
	mgl_cache_free(cache);
}

static void test_cache_alloc_failure(void)
{
	long live = shim_alloc_live();
	struct mgl_cache *cache;
	unsigned int nth;

	for (nth = 1; nth <= 6; nth++) {
		shim_alloc_fail(nth);
		cache = mgl_cache_alloc(SIZE);
		CHECK(!cache, "allocation %u", nth);
		CHECK_EQ(shim_alloc_live(), live, "allocation %u", nth);
	}
	shim_alloc_fail(0);
	cache = mgl_cache_alloc(SIZE);
	CHECK_EQ(shim_alloc_fail(0), 6, "allocations");
	mgl_cache_free(cache);
	CHECK_EQ(shim_alloc_live(), live, "freed");
}

/* Beside the locks, 1024 at most, only structures are left. */
static void test_cache_bytes(void)
{
	u32 size;

	for (size = SIZE; size <= 1 << 20; size *= 2) {
		struct mgl_cache *cache;
		u64 bytes;

		shim_alloc_bytes();
		cache = mgl_cache_alloc(size);
		bytes = shim_alloc_bytes() - sizeof(spinlock_t) *
			min_t(u32, size / MGL_CACHE_WAYS, 1024);
		CHECK(bytes >= MGL_CACHE_BYTES(size) &&
		      bytes < MGL_CACHE_BYTES(size) + 512,
		      "%u entries: %llu bytes, not %llu", size,
		      (unsigned long long)bytes,
		      (unsigned long long)MGL_CACHE_BYTES(size));
		mgl_cache_free(cache);
	}
	/* The largest one has more than 32 bits of them. */
	CHECK_EQ(MGL_CACHE_BYTES(MAGLEV_CACHE_SIZE_MAX),
		 (u64)MAGLEV_CACHE_SIZE_MAX * 321 / 8, "no overflow");
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_cache_capacity,
		  "a new cache is empty and holds as many flows as it was asked to"),
	KTAP_CASE(test_cache_store_find,
		  "a stored flow is found with every field as it was stored"),
	KTAP_CASE(test_cache_expiry,
		  "a flow expires after the timeout of its protocol and state, also when the clock wraps"),
	KTAP_CASE(test_cache_timeout_change,
		  "a changed timeout counts for flows that are in the cache already"),
	KTAP_CASE(test_cache_seen_ahead,
		  "a flow seen up to an hour ahead of the clock has not expired"),
	KTAP_CASE(test_cache_touch,
		  "a touch confirms the flow and sets its state and time"),
	KTAP_CASE(test_cache_touch_late,
		  "a touch of an entry that was replaced or removed meanwhile changes nothing"),
	KTAP_CASE(test_cache_replace,
		  "a live entry of the same flow is kept or replaced as asked, an expired one is neither"),
	KTAP_CASE(test_cache_home_line,
		  "a flow is stored in its home line while that has a free way"),
	KTAP_CASE(test_cache_sweep,
		  "a sweep visits every flow once and removes those that the visitor chooses"),
	KTAP_CASE(test_cache_bytes,
		  "a cache takes the memory that MGL_CACHE_BYTES() says"),
	KTAP_CASE(test_cache_alloc_failure,
		  "each allocation of a new cache may fail, and nothing leaks"),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
