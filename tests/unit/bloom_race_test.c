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
#include <sched.h>

#include "flows.h"
#include "ktap.h"
#include "prng.h"
#include "race.h"

#define SIZE	(16 * MAGLEV_CACHE_SIZE_MIN)
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

static struct thread {
	struct race_thread race;
	u64 recent[RECENT];
	u64 asked;
	u64 wrong;
} threads[RACE_THREADS];

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

	while (race_goes_on()) {
		u64 key = prng(&t->race.prng);
		struct mgl_cached flow = flows_live(key, READ_ONCE(round_now),
						    1000);

		flows_store(cache, &flow, false, &clock);
		t->recent[n++ % RECENT] = key;
		for (i = 0; i < RECENT; i++)
			ask(t, t->recent[i], &clock);
		if (t->asked >= ENOUGH)
			WRITE_ONCE(t->race.done, true);
		race_quiet(&t->race);
		if (n % 4 == 0)
			sched_yield();
	}
	return NULL;
}

static bool visit_old(void *ctx, const struct mgl_cached *flow)
{
	return *(u32 *)ctx - flow->owner > 1;
}

static u32 rounds_of_collection(void)
{
	struct mgl_bloom *old[OLD];
	u32 n = 0, i;

	while (n < ROUNDS || (n < ROUNDS_MAX && !race_all_done())) {
		for (i = 0; i < OLD; i++, n++) {
			old[i] = mgl_cache_gc(cache, visit_old, &n);
			WRITE_ONCE(round_now, n + 1);
		}
		race_grace_period();
		for (i = 0; i < OLD; i++)
			kvfree(old[i]);
	}
	race_stop();
	return n;
}

static void test_bloom_race(void)
{
	u64 asked = 0;
	u32 i, rounds;

	cache = mgl_cache_alloc(SIZE);
	shim_window_to = yield_sometimes;
	for (i = 0; i < RACE_THREADS; i++)
		race_start(&threads[i].race, 99 + i, packets);
	rounds = rounds_of_collection();
	for (i = 0; i < RACE_THREADS; i++) {
		CHECK_EQ(threads[i].wrong, 0, "thread %u", i);
		CHECK(threads[i].race.done, "thread %u asked %llu times", i,
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
