// SPDX-License-Identifier: GPL-2.0
/*
 * The flow cache under ThreadSanitizer: packets on several threads while one
 * more resizes it up and down. The owner of a flow follows from its key, so a
 * flow that was taken for another shows. The test ends when it has seen enough,
 * however long that takes.
 */
#include <asm/barrier.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <sched.h>
#include <stdlib.h>

#include "flows.h"
#include "ktap.h"
#include "prng.h"
#include "race.h"

#define SMALL	MAGLEV_CACHE_SIZE_MIN
#define ROUNDS	100
/*
 * Each round waits for two turns of every thread, so that this many come to
 * 16 times as many packets, which is more than ENOUGH and OWN take.
 */
#define ROUNDS_MAX 20000
/* Flows found, and evictions, of each thread before the end. */
#define ENOUGH	1000

/* Buckets of the smallest cache that are used, so that all meet there. */
#define BUCKETS	8
/* Confirmed and live, so never displaced; with room for the next. */
#define STABLE	(4 * BUCKETS)
/* Each displaces another. */
#define CHURN	(20 * BUCKETS)
/* Each thread's own, stored one by one, in buckets of their own. */
#define OWN_BUCKET 10
#define OWN	80
/* Too many for one bucket of the smallest cache. */
#define PINNED	(MGL_CACHE_WAYS + 1)

static struct mgl_cache *cache;
static u32 seconds = 1000;
static u32 refusing;	/* odd while a resize is under way that will not do */

static struct thread {
	struct race_thread race;
	u32 own;	/* of its own flows, those it has stored */
	u32 found, missed, late, stored, displaced;
	u32 failed;
	const char *first;
} threads[RACE_THREADS];

/* A bucket of the smallest cache is two of a larger one, also too small. */
static u64 key_of(u32 i)
{
	return flows_key(i % BUCKETS +
			SMALL / MGL_CACHE_WAYS * (i / BUCKETS % 2), i);
}

static u64 pinned_key(u32 i)
{
	return flows_key(100 + SMALL / MGL_CACHE_WAYS * i, 5000 + i);
}

static u64 own_key(const struct thread *t, u32 i)
{
	return flows_key(OWN_BUCKET + i, 1000 * (1 + (t - threads)) + i);
}

static u32 mixed(u64 key)
{
	return prng(&key);
}

/* One of eight that @key may have; no other flow has one of them. */
static u32 owner_of(u64 key, u32 version)
{
	return (mixed(key) & ~7u) | (version & 7);
}

static bool is_own(const struct mgl_cached *flow)
{
	return (flow->owner & ~7u) == owner_of(flow->key, 0) &&
	       (u32)flow->kind == mixed(flow->key) % MGL_KIND_MAX;
}

static struct mgl_cached flow_new(u64 key, u32 version, u32 seen)
{
	struct mgl_cached flow = flows_live(key, owner_of(key, version), seen);

	flow.kind = mixed(key) % MGL_KIND_MAX;
	return flow;
}

/* Now and then let another thread run where order matters. */
static void yield_sometimes(void)
{
	static __thread u64 state;

	if (!prng_below(&state, 64))
		sched_yield();
}

static void expect(struct thread *t, bool cond, const char *what)
{
	if (!cond && !t->failed++)
		t->first = what;
}

static bool is_named(const struct mgl_cached *flow)
{
	struct mgl_tuple want = flows_tuple(flow->key);

	return flows_tuple_equal(&flow->tuple, &want);
}

/* Only on its way back may a flow be missed, and never by a store. */
static void stable_packet(struct thread *t, struct mgl_clock *clock)
{
	u64 key = key_of(prng_below(&t->race.prng, STABLE));
	u32 before = smp_load_acquire(&refusing);
	struct mgl_cached flow;

	expect(t, mgl_cache_may_contain(cache, key), "the Bloom filter denies a flow");

	if (mgl_cache_find(cache, key, clock, &flow)) {
		t->found++;
		expect(t, is_own(&flow), "the owner of another flow is found");
		expect(t, flow.confirmed &&
		       flow.state == MAGLEV_FLOW_ESTABLISHED,
		       "the state of another flow is found");
		mgl_cache_touch(cache, &flow, MAGLEV_FLOW_ESTABLISHED,
				clock->now);
		return;
	}
	t->missed++;
	expect(t, before & 1 || smp_load_acquire(&refusing) != before,
	       "a flow is missed that does not move back");
	flow = flow_new(key, 0, clock->now);
	expect(t, flows_store(cache, &flow, false, clock) ==
	       MGL_CACHE_KEPT, "a flow has gone");
}

static void stable_store(struct thread *t, struct mgl_clock *clock)
{
	bool replace = prng_below(&t->race.prng, 2);
	enum mgl_cache_stored stored;
	struct mgl_cached flow;

	flow = flow_new(key_of(prng_below(&t->race.prng, STABLE)), prng(&t->race.prng),
			clock->now);
	stored = flows_store(cache, &flow, replace, clock);
	expect(t, replace ? stored == MGL_CACHE_REPLACED ||
			    stored == MGL_CACHE_RENEWED :
			    stored == MGL_CACHE_KEPT,
	       "a flow has gone before it is stored again");
	expect(t, is_own(&flow) && is_named(&flow), "another is kept");
}

/* Flows that are closing, and evict one another all the time. */
static void churn_packet(struct thread *t, struct mgl_clock *clock)
{
	u64 key = key_of(STABLE + prng_below(&t->race.prng, CHURN));
	enum mgl_cache_stored stored;
	struct mgl_cached flow;

	if (mgl_cache_find(cache, key, clock, &flow)) {
		t->found++;
		expect(t, is_own(&flow), "the owner of another flow is found");
		expect(t, !flow.confirmed || flow.state == MAGLEV_FLOW_CLOSING ||
		       flow.state == MAGLEV_FLOW_CLOSED,
		       "the state of another flow is found");
		if (prng_below(&t->race.prng, 4))
			mgl_cache_touch(cache, &flow, MAGLEV_FLOW_CLOSED,
					clock->now);
		return;
	}
	flow = flow_new(key, prng(&t->race.prng), clock->now);
	flow.state = MAGLEV_FLOW_CLOSING;
	flow.confirmed = prng_below(&t->race.prng, 2);
	stored = flows_store(cache, &flow, false, clock);
	t->stored++;
	t->displaced += stored == MGL_CACHE_EVICTED;
	t->late += stored == MGL_CACHE_KEPT;
	expect(t, stored != MGL_CACHE_FULL, "churn is not displaced");
	expect(t, is_own(&flow) && is_named(&flow), "another is kept");
}

/* A flow is in the Bloom filter once it is stored, also during collection. */
static void own_packet(struct thread *t, const struct mgl_clock *clock)
{
	struct mgl_cached flow;
	u64 key;

	if (t->own < OWN && !prng_below(&t->race.prng, 64)) {
		key = own_key(t, t->own++);
		flow = flow_new(key, 0, clock->now);
		expect(t, flows_store(cache, &flow, false, clock) ==
		       MGL_CACHE_NEW, "no room for an own flow");
	} else if (t->own) {
		key = own_key(t, prng_below(&t->race.prng, t->own));
	} else {
		return;
	}
	expect(t, mgl_cache_may_contain(cache, key), "the Bloom filter denies an own flow");
}

static void *packets(void *arg)
{
	struct thread *t = arg;

	while (race_goes_on()) {
		struct mgl_clock clock = flows_clock(READ_ONCE(seconds));
		u32 i;

		for (i = 0; i < 8; i++)
			switch (prng_below(&t->race.prng, 8)) {
			case 0 ... 2:
				stable_packet(t, &clock);
				break;
			case 3:
				stable_store(t, &clock);
				break;
			case 4:
				own_packet(t, &clock);
				break;
			default:
				churn_packet(t, &clock);
			}
		if (t->own == OWN && t->found >= ENOUGH &&
		    t->displaced >= ENOUGH)
			WRITE_ONCE(t->race.done, true);
		race_quiet(&t->race);
	}
	return NULL;
}

static void resize(u32 size, int want)
{
	struct mgl_clock clock = flows_clock(seconds);
	struct mgl_cache_array *old;

	CHECK_EQ(-mgl_cache_resize(cache, size, &clock, &old), -want,
		 "to %u", size);
	race_grace_period();
	mgl_cache_array_free(old);
}

static bool visit_pinned(void *ctx, const struct mgl_cached *flow)
{
	(void)ctx;
	CHECK(is_own(flow) && is_named(flow), "another is listed");
	return flow->key >> 32 > 5000;
}

/* To the smallest size, which does not hold what is put there before. */
static void resize_in_vain(void)
{
	struct mgl_clock clock = flows_clock(seconds);
	u32 i;

	for (i = 0; i < PINNED; i++) {
		struct mgl_cached flow = flow_new(pinned_key(i), 0, clock.now);

		CHECK_EQ(flows_store(cache, &flow, false, &clock), MGL_CACHE_NEW, "pinned %u", i);
	}
	smp_store_release(&refusing, refusing + 1);
	race_grace_period();
	resize(SMALL, -ENOSPC);
	smp_store_release(&refusing, refusing + 1);
	mgl_cache_sweep(cache, visit_pinned, NULL);
}

static bool visit_nobody(void *ctx, const struct mgl_cached *flow)
{
	(void)ctx;
	CHECK(is_own(flow) && is_named(flow), "another is seen");
	return false;
}

static void collect(void)
{
	struct mgl_bloom *old = mgl_cache_gc(cache, visit_nobody, NULL);

	CHECK(old, "no new Bloom filter");
	race_grace_period();
	kvfree(old);
}

static u32 rounds_of_resizing(void)
{
	u64 state = 7;
	u32 round;

	/* In the middle of a resize packets come, too. */
	shim_resched_to = race_grace_period;
	for (round = 0; round < ROUNDS ||
	     (round < ROUNDS_MAX && !race_all_done()); round++) {
		if (mgl_cache_size(cache) > SMALL && round % 3 == 0)
			resize_in_vain();
		else
			resize(SMALL << prng_below(&state, 6), 0);
		collect();
		if (round % 4 == 0)
			WRITE_ONCE(seconds, seconds + 1);
	}
	shim_resched_to = NULL;
	return round;
}

/* Each stable flow is there once, and every flow is consistent. */
static void check_left(void)
{
	struct mgl_cached *all;
	u32 n, i, k;

	all = flows_list(cache, &n);
	for (i = 0; i < n; i++)
		CHECK(is_own(&all[i]) && is_named(&all[i]), "flow %u", i);
	for (k = 0; k < STABLE; k++) {
		u32 times = 0;

		for (i = 0; i < n; i++)
			times += all[i].key == key_of(k);
		CHECK_EQ(times, 1, "stable flow %u", k);
	}
	free(all);
}

static void test_cache_race(void)
{
	struct mgl_clock clock = flows_clock(seconds);
	struct thread sum = {};
	u32 i, rounds;

	cache = mgl_cache_alloc(SMALL);
	for (i = 0; i < STABLE; i++) {
		struct mgl_cached flow = flow_new(key_of(i), 0, clock.now);

		flows_store(cache, &flow, false, &clock);
	}
	shim_window_to = yield_sometimes;
	for (i = 0; i < RACE_THREADS; i++)
		race_start(&threads[i].race, i, packets);
	rounds = rounds_of_resizing();
	race_stop();
	for (i = 0; i < RACE_THREADS; i++) {
		struct thread *t = &threads[i];

		CHECK(!t->failed, "thread %u: %u times; first: %s", i,
		      t->failed, t->first);
		sum.found += t->found;
		sum.missed += t->missed;
		sum.stored += t->stored;
		sum.displaced += t->displaced;
		sum.late += t->late;
		CHECK(t->race.done, "thread %u: %u own flows, %u found, %u displaced another",
		      i, t->own, t->found, t->displaced);
	}
	check_left();
	NOTE("%u resizes; %u found, %u stored: %u displaced another, %u were late; %u missed on their way back",
	     rounds, sum.found, sum.stored, sum.displaced, sum.late,
	     sum.missed);
	mgl_cache_free(cache);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_cache_race,
		  "packets on several threads lose no flow and find no other one, while the cache is resized and collected"),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
