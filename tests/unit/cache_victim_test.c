// SPDX-License-Identifier: GPL-2.0
/* Eviction: the way that a newcomer takes in a full bucket. */
#include <linux/kernel.h>
#include <stdlib.h>

#include "flows.h"
#include "ktap.h"
#include "prng.h"

#define SIZE	MAGLEV_CACHE_SIZE_MIN
#define BUCKET	17
#define NOW	5000

/* Contents of a way, in the order in which newcomers take it. */
enum what {
	NOTHING,
	EXPIRED,
	UNCONFIRMED,
	CLOSING,
	LIVE,
	SORTS
};

static struct mgl_clock now = { .now = NOW, .timeouts = &flows_timeouts };

/* A flow that is @what, with more than one way to be it. */
static struct mgl_cached flow_of(enum what what, u32 n, u32 idle)
{
	struct mgl_cached flow = flows_live(flows_key(BUCKET, n), n, NOW - idle);

	switch (what) {
	case EXPIRED:
		/* Confirmed and busy until a moment ago, or neither. */
		flow.state = n & 1 ? MAGLEV_FLOW_CLOSED : MAGLEV_FLOW_OPENING;
		flow.confirmed = n & 2;
		flow.seen -= flows_timeouts.seconds[flow.kind][flow.state];
		break;
	case UNCONFIRMED:
		flow.state = n % __MAGLEV_FLOW_MAX;
		flow.confirmed = false;
		break;
	case CLOSING:
		flow.state = n & 1 ? MAGLEV_FLOW_CLOSED : MAGLEV_FLOW_CLOSING;
		break;
	default:
		flow.state = n & 1 ? MAGLEV_FLOW_OPENING :
				     MAGLEV_FLOW_ESTABLISHED;
		flow.kind = n % MGL_KIND_MAX;
	}
	return flow;
}

static enum mgl_cache_stored store(struct mgl_cache *cache,
				   const struct mgl_cached *flow)
{
	struct mgl_cached copy = *flow;

	return flows_store(cache, &copy, false, &now);
}

static bool listed(struct mgl_cache *cache, u64 key)
{
	struct mgl_cached flows[MGL_CACHE_WAYS];
	u32 n = mgl_cache_read(cache, BUCKET, flows);

	while (n--)
		if (flows[n].key == key)
			return true;
	return false;
}

static bool visit_placeholder(void *ctx, const struct mgl_cached *flow)
{
	(void)ctx;
	return flow->owner == ~0u;
}

/* A bucket with a flow of @what in each way, and a free way for NOTHING. */
static struct mgl_cache *bucket_of(const enum what what[MGL_CACHE_WAYS],
				   const u32 idle[MGL_CACHE_WAYS])
{
	struct mgl_cache *cache = mgl_cache_alloc(SIZE);
	struct mgl_clock past = flows_clock(NOW - 1000);
	u32 i;

	/* In the past no flow had expired, so ways fill one by one. */
	for (i = 0; i < MGL_CACHE_WAYS; i++) {
		struct mgl_cached flow = flow_of(what[i], i, idle[i]);

		if (what[i] == NOTHING)
			flow.owner = ~0u;
		flow.confirmed |= what[i] == NOTHING;
		CHECK_EQ(flows_store(cache, &flow, false, &past), MGL_CACHE_NEW, "way %u", i);
	}
	mgl_cache_sweep(cache, visit_placeholder, NULL);
	return cache;
}

static const u32 no_idle[MGL_CACHE_WAYS];

/* One of each and the rest live, shuffled. */
static void test_victim_order(void)
{
	u64 state = 1;
	u32 turn, k;

	for (turn = 0; turn < 2000; turn++) {
		enum what what[MGL_CACHE_WAYS] = {
			LIVE, CLOSING, LIVE, UNCONFIRMED, EXPIRED, LIVE,
			NOTHING, LIVE,
		};
		struct mgl_cache *cache;
		u32 i;

		for (i = MGL_CACHE_WAYS; i > 1; i--) {
			u32 j = prng_below(&state, i);
			enum what tmp = what[i - 1];

			what[i - 1] = what[j];
			what[j] = tmp;
		}
		cache = bucket_of(what, no_idle);
		for (k = NOTHING; k < SORTS; k++) {
			struct mgl_cached new = flow_of(LIVE, 100 + k, 0);

			CHECK_EQ(store(cache, &new), k <= EXPIRED ?
				 MGL_CACHE_NEW : k < LIVE ? MGL_CACHE_EVICTED :
				 MGL_CACHE_FULL, "newcomer %u", k);
			CHECK_EQ(listed(cache, new.key), k < LIVE,
				 "newcomer %u", k);
			/* No other one has been evicted. */
			for (i = 0; i < MGL_CACHE_WAYS; i++)
				CHECK_EQ(listed(cache, flows_key(BUCKET, i)),
					 what[i] > k || what[i] == LIVE,
					 "way %u (%u) after newcomer %u", i,
					 what[i], k);
		}
		mgl_cache_free(cache);
	}
}

/* Among equals the one that has been idle for longest. */
static void test_victim_idle(void)
{
	static const enum what sorts[] = { EXPIRED, UNCONFIRMED, CLOSING };
	/* Seen a second ahead of the clock counts as seen now. */
	static const u32 idle[MGL_CACHE_WAYS] = { 3, 1, 8, 2, -1, 4, 7, 5 };
	static const u32 order[MGL_CACHE_WAYS] = { 2, 6, 7, 5, 0, 3, 1, 4 };
	u32 i, k;

	for (k = 0; k < ARRAY_SIZE(sorts); k++) {
		enum what what[MGL_CACHE_WAYS];
		struct mgl_cached new;
		struct mgl_cache *cache = mgl_cache_alloc(SIZE);

		/* Numbers that are equal modulo 4 are the same in all else. */
		for (i = 0; i < MGL_CACHE_WAYS; i++) {
			what[i] = sorts[k];
			new = flow_of(what[i], 4 * i + 1, idle[i]);
			now.now = NOW - 12;
			CHECK_EQ(store(cache, &new), MGL_CACHE_NEW, "%u", i);
			now.now = NOW;
		}
		for (i = 0; i < MGL_CACHE_WAYS; i++) {
			new = flow_of(LIVE, 100 + i, 0);
			store(cache, &new);
			CHECK(listed(cache, new.key), "newcomer %u", i);
			CHECK(!listed(cache, flows_key(BUCKET,
						      4 * order[i] + 1)),
			      "kind %u: way %u is still there", sorts[k],
			      order[i]);
			if (i < MGL_CACHE_WAYS - 1)
				CHECK(listed(cache, flows_key(BUCKET, 4 *
							     order[i + 1] + 1)),
				      "kind %u: way %u has gone", sorts[k],
				      order[i + 1]);
		}
		mgl_cache_free(cache);
	}
}

struct redundant {
	u32 owner;	/* its flows may go; ~0: none */
	u32 calls;
};

static bool redundant(void *ctx, const struct mgl_tuple *tuple, u32 owner)
{
	struct redundant *r = ctx;
	struct mgl_tuple want = flows_tuple(flows_key(BUCKET, owner));

	r->calls++;
	CHECK(flows_tuple_equal(tuple, &want), "owner %u, the tuple of another flow",
	      owner);
	return owner == r->owner;
}

/* A flow that would go to the same backend anyway is evicted last. */
static void test_victim_redundant(void)
{
	enum what what[MGL_CACHE_WAYS];
	u32 last, i, k;

	for (k = NOTHING; k < SORTS; k++)
	for (last = 0; last < MGL_CACHE_WAYS; last++) {
		struct redundant r = { .owner = last ^ 1 };
		const struct mgl_eviction evict = {
			.clock = &now, .redundant = redundant, .ctx = &r,
		};
		struct mgl_cached new = flow_of(LIVE, 100, 0);
		struct mgl_cache *cache;
		bool full = k == LIVE;

		for (i = 0; i < MGL_CACHE_WAYS; i++)
			what[i] = i == last ? k : LIVE;
		cache = bucket_of(what, no_idle);
		mgl_cache_store(cache, &new, false, &evict);
		CHECK_EQ(!!r.calls, full, "%u at %u", k, last);
		CHECK(listed(cache, new.key), "%u at %u", k, last);
		CHECK_EQ(listed(cache, flows_key(BUCKET, last ^ 1)), !full,
			 "%u at %u", k, last);
		mgl_cache_free(cache);
	}
	for (i = 0; i < MGL_CACHE_WAYS; i++)
		what[i] = LIVE;
	for (i = 0; i < 2; i++) {
		struct redundant r = { .owner = i ? 3 : ~0u };
		const struct mgl_eviction evict = {
			.clock = &now, .redundant = redundant, .ctx = &r,
		};
		struct mgl_cached new = flow_of(LIVE, 100, 0);
		struct mgl_cache *cache = bucket_of(what, no_idle);

		CHECK_EQ(mgl_cache_store(cache, &new, false, &evict),
			 i ? MGL_CACHE_EVICTED : MGL_CACHE_FULL,
			 "redundant: %u", i);
		/* Those at home in the first line, 0, 2, 4 and 6, then 1 and 3. */
		CHECK_EQ(r.calls, i ? 6 : MGL_CACHE_WAYS, "calls");
		CHECK_EQ(listed(cache, new.key), i, "newcomer");
		mgl_cache_free(cache);
	}
}

/* The entry of the same flow is found in any way, also behind a free one. */
static void test_victim_own_entry(void)
{
	u32 own;

	for (own = 0; own < MGL_CACHE_WAYS; own++) {
		enum what what[MGL_CACHE_WAYS] = {
			NOTHING, EXPIRED, UNCONFIRMED, CLOSING, NOTHING,
			EXPIRED, UNCONFIRMED, CLOSING,
		};
		struct mgl_cached flow;
		struct mgl_cache *cache;
		u32 i, n;

		what[own] = LIVE;
		cache = bucket_of(what, no_idle);
		free(flows_list(cache, &n));
		flow = flow_of(LIVE, own, 0);
		CHECK_EQ(store(cache, &flow), MGL_CACHE_KEPT, "at %u", own);
		CHECK_EQ(flows_store(cache, &flow, true, &now),
			 MGL_CACHE_RENEWED, "at %u", own);
		free(flows_list(cache, &i));
		CHECK_EQ(i, n, "at %u: flows", own);
		mgl_cache_free(cache);
	}
}

/* 64 newcomers for every entry, none of which sends a second packet. */
static void test_victim_flood(void)
{
	struct mgl_cache *cache = mgl_cache_alloc(SIZE);
	u64 state = 2, keys[SIZE];
	u32 i, n = 0, full = 0;
	struct mgl_cached flow;

	/* Some buckets are full of them, some have a few. */
	for (i = 0; i < SIZE; i++) {
		flow = flows_live(prng(&state), i, NOW);
		if (store(cache, &flow) == MGL_CACHE_NEW)
			keys[n++] = flow.key;
		else
			full++;
	}
	CHECK(n > SIZE / 2 && full > 10, "%u stored, %u not", n, full);
	for (i = 0; i < 64 * SIZE; i++) {
		enum mgl_cache_stored stored;

		flow = flows_new(prng(&state), ~0u, NOW + i / 1024);
		flow.state = prng_below(&state, __MAGLEV_FLOW_MAX);
		now.now = NOW + i / 1024;
		stored = store(cache, &flow);
		CHECK(stored != MGL_CACHE_REPLACED &&
		      stored != MGL_CACHE_RENEWED && stored != MGL_CACHE_KEPT,
		      "newcomer %u: %u", i, stored);
	}
	for (i = 0; i < n; i++) {
		CHECK(mgl_cache_find(cache, keys[i], &now, &flow), "flow %u", i);
		CHECK(flow.owner != ~0u, "flow %u", i);
	}
	now.now = NOW;
	mgl_cache_free(cache);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_victim_order,
		  "a newcomer takes a free, expired, unconfirmed or closing way, in this order, and never a live one"),
	KTAP_CASE(test_victim_idle,
		  "of equals the flow that has been idle for longest is evicted first"),
	KTAP_CASE(test_victim_redundant,
		  "a redundant live flow is evicted where nothing less worthy is"),
	KTAP_CASE(test_victim_own_entry,
		  "the entry of the same flow is used before any free or evictable way"),
	KTAP_CASE(test_victim_flood,
		  "a flood of one-packet flows evicts no confirmed flow"),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
