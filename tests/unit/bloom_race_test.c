// SPDX-License-Identifier: GPL-2.0
/*
 * The filter of the flow cache under ThreadSanitizer: threads store flows that
 * each have a bit of their own while one more tidies all the time and forgets
 * what is two rounds old. A flow that is found must not be said to lack.
 */
#include <asm/barrier.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include "flows.h"
#include "ktap.h"
#include "prng.h"

#ifndef __SANITIZE_THREAD__
#error "this test tells nothing without -fsanitize=thread"
#endif

#define SIZE	(16 * MAGLEV_CACHE_SIZE_MIN)
#define THREADS	3
#define SECONDS	4
/* Of its flows a thread goes on to ask for that many. */
#define RECENT	16
/* A thread may be away for long: filters are kept, 2 KiB each, to the end. */
#define ROUNDS	16384

static struct mgl_cache *cache;
static u32 round_now;
static bool stop;

static struct thread {
	pthread_t id;
	u64 prng;
	u64 recent[RECENT];
	u64 asked;
	u64 wrong;
} threads[THREADS];

/* Where order matters somebody else goes on. */
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

/* Forgotten between the questions, it may be said to lack. */
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
		if (n % 4 == 0)
			sched_yield();
	}
	return NULL;
}

static bool visit_old(void *ctx, const struct mgl_cached *flow)
{
	return *(u32 *)ctx - flow->owner > 1;
}

static u32 tidy_all_the_time(void)
{
	static struct mgl_bloom *old[ROUNDS];
	time_t end = time(NULL) + SECONDS;
	u32 n = 0, i;

	for (; n < ROUNDS && time(NULL) < end; n++) {
		old[n] = mgl_cache_gc(cache, visit_old, &n);
		WRITE_ONCE(round_now, n + 1);
	}
	WRITE_ONCE(stop, true);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i].id, NULL);
	for (i = 0; i < n; i++)
		kvfree(old[i]);
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
	rounds = tidy_all_the_time();
	for (i = 0; i < THREADS; i++) {
		CHECK_EQ(threads[i].wrong, 0, "thread %u", i);
		asked += threads[i].asked;
	}
	CHECK(rounds > 10 && asked > 1000, "something happened");
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
