// SPDX-License-Identifier: GPL-2.0
/*
 * The Bloom filter of the flow cache under ThreadSanitizer: threads store flows
 * while one more collects garbage all the time and removes flows that are two
 * rounds old. The filter must not deny a flow that the cache finds. The test
 * ends when it has seen enough, however long that takes.
 */
#include <asm/barrier.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "flows.h"
#include "ktap.h"
#include "prng.h"

#ifndef __SANITIZE_THREAD__
#error "this test tells nothing without -fsanitize=thread"
#endif

#define SIZE	(16 * MAGLEV_CACHE_SIZE_MIN)
#define THREADS	3
/* Flows that a thread goes on asking for: its last ones. */
#define RECENT	16
/* Filters that are replaced before a grace period frees them. */
#define OLD	16
#define ROUNDS	512
/*
 * Each thread makes two turns in OLD rounds, and asks for a flow or more in
 * most of them: this many rounds are more than ENOUGH takes.
 */
#define ROUNDS_MAX (1 << 17)
/* Questions of each thread before the end. */
#define ENOUGH	1000

static struct mgl_cache *cache;
static u32 round_now;
static bool waiting;	/* for the threads, which may share a CPU */
static bool stop;

static struct thread {
	pthread_t id;
	u64 prng;
	u64 quiet;	/* counts the times at which it held nothing */
	u64 recent[RECENT];
	bool done;	/* it has asked enough */
	u64 asked;
	u64 wrong;
} threads[THREADS];

/* Now and then let another thread run where order matters. */
static void yield_sometimes(void)
{
	static __thread u64 state;

	if (!prng_below(&state, 16))
		sched_yield();
}

static bool is_there(u64 key, const struct mgl_clock *clock)
{
	struct mgl_cached flow;

	return mgl_cache_find(cache, key, clock, &flow);
}

/* Removed between the two questions, it may be denied. */
static void ask(struct thread *t, u64 key, const struct mgl_clock *clock)
{
	if (!key || !is_there(key, clock))
		return;
	t->asked++;
	t->wrong += !mgl_cache_may_contain(cache, key) && is_there(key, clock);
}

static void *packets(void *arg)
{
	struct mgl_clock clock = flows_clock(1000);
	struct thread *t = arg;
	u32 n = 0, i;

	while (!READ_ONCE(stop)) {
		u64 key = prng(&t->prng);
		struct mgl_cached flow = flows_live(key, READ_ONCE(round_now),
						    1000);

		flows_store(cache, &flow, false, &clock);
		t->recent[n++ % RECENT] = key;
		for (i = 0; i < RECENT; i++)
			ask(t, t->recent[i], &clock);
		if (t->asked >= ENOUGH)
			WRITE_ONCE(t->done, true);
		smp_store_release(&t->quiet, t->quiet + 1);
		if (READ_ONCE(waiting) || n % 4 == 0)
			sched_yield();
	}
	return NULL;
}

/* Waits until every thread has held nothing in between: a grace period. */
static void grace_period(void)
{
	u64 before;
	u32 i;

	WRITE_ONCE(waiting, true);
	for (i = 0; i < THREADS; i++) {
		before = smp_load_acquire(&threads[i].quiet);
		/* The one that is under way may have begun before. */
		while (smp_load_acquire(&threads[i].quiet) < before + 2)
			sched_yield();
	}
	WRITE_ONCE(waiting, false);
}

static bool all_done(void)
{
	u32 i;

	for (i = 0; i < THREADS; i++)
		if (!READ_ONCE(threads[i].done))
			return false;
	return true;
}

static bool visit_old(void *ctx, const struct mgl_cached *flow)
{
	return *(u32 *)ctx - flow->owner > 1;
}

static u32 rounds_of_collection(void)
{
	struct mgl_bloom *old[OLD];
	u32 n = 0, i;

	while (n < ROUNDS || (n < ROUNDS_MAX && !all_done())) {
		for (i = 0; i < OLD; i++, n++) {
			old[i] = mgl_cache_gc(cache, visit_old, &n);
			WRITE_ONCE(round_now, n + 1);
		}
		grace_period();
		for (i = 0; i < OLD; i++)
			kvfree(old[i]);
	}
	WRITE_ONCE(stop, true);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i].id, NULL);
	return n;
}

static void test_bloom_race(void)
{
	u64 asked = 0;
	u32 i, rounds;

	cache = mgl_cache_alloc(SIZE);
	shim_window_to = yield_sometimes;
	for (i = 0; i < THREADS; i++) {
		threads[i].prng = 99 + i;
		if (pthread_create(&threads[i].id, NULL, packets, &threads[i]))
			abort();
	}
	rounds = rounds_of_collection();
	for (i = 0; i < THREADS; i++) {
		CHECK_EQ(threads[i].wrong, 0, "thread %u", i);
		CHECK(threads[i].done, "thread %u asked %llu times", i,
		      (unsigned long long)threads[i].asked);
		asked += threads[i].asked;
	}
	NOTE("%u rounds, asked %llu times", rounds, (unsigned long long)asked);
	mgl_cache_free(cache);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_bloom_race,
		  "a flow that the cache finds is never denied by the Bloom filter, while garbage collection replaces it"),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
