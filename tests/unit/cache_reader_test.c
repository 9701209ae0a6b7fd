// SPDX-License-Identifier: GPL-2.0
/*
 * A reader of the flow cache and all that writers can do while it reads: in
 * each of the windows between its loads one of them does one thing, or none.
 */
#include <asm/barrier.h>
#include <linux/kernel.h>

#include "flows.h"
#include "ktap.h"

#define SIZE	MAGLEV_CACHE_SIZE_MIN
#define BUCKET	5
#define NOW	100
#define WINDOWS	6

enum deed {
	NOTHING,
	STORE_OTHER,	/* in the way of the one that is looked for */
	STORE_SAME,	/* the one that is looked for, with another owner */
	TOUCH,
	DEEDS
};

static struct mgl_clock now = { .now = NOW, .timeouts = &flows_timeouts };

static struct {
	struct mgl_cache *cache;
	u32 deeds;	/* to do, lowest digit first */
	u32 version;
	bool gone;	/* was it ever? */
} between;

static u64 key_of(bool other)
{
	return flows_key(BUCKET, 20 + other);
}

/* Not confirmed, so that the other one evicts it. */
static void store(bool other)
{
	struct mgl_cached flow;

	flow = flows_new(key_of(other), other << 16 | between.version++, NOW);
	flows_store(between.cache, &flow, true, &now);
}

static void do_next(void)
{
	u32 deed = between.deeds % DEEDS;
	struct mgl_cached flow;

	between.deeds /= DEEDS;
	shim_window_to = NULL;
	switch (deed) {
	case STORE_OTHER:
		store(true);
		between.gone = true;
		break;
	case STORE_SAME:
		store(false);
		break;
	case TOUCH:
		if (mgl_cache_find(between.cache, key_of(false), &now, &flow))
			mgl_cache_touch(between.cache, &flow,
					MAGLEV_FLOW_CLOSING, NOW + 1);
		break;
	}
	shim_window_to = do_next;
}

/* A cache in which all ways of the bucket but @way have live flows. */
static struct mgl_cache *cache_new(u32 way)
{
	struct mgl_cache *cache = mgl_cache_alloc(SIZE);
	struct mgl_cached flow;
	u32 i;

	between.cache = cache;
	for (i = 0; i < MGL_CACHE_WAYS; i++) {
		flow = flows_live(flows_key(BUCKET, i), ~0u, NOW);
		if (i == way)
			store(false);
		else
			flows_store(cache, &flow, false, &now);
	}
	return cache;
}

static void check_reader(u32 way, u32 deeds)
{
	struct mgl_cache *cache;
	struct mgl_cached flow;
	bool found;

	between.gone = false;
	cache = cache_new(way);
	between.deeds = deeds;
	shim_window_to = do_next;
	found = mgl_cache_find(cache, key_of(false), &now, &flow);
	shim_window_to = NULL;
	if (found)
		CHECK(flow.owner >> 16 == 0, "way %u, deeds %#x: owner %#x",
		      way, deeds, flow.owner);
	else
		CHECK(between.gone, "way %u, deeds %#x: missed", way, deeds);
	mgl_cache_free(cache);
}

static void test_cache_reader_interleaved(void)
{
	u32 deeds, end = 1, i;

	for (i = 0; i < WINDOWS; i++)
		end *= DEEDS;
	for (deeds = 0; deeds < end; deeds++)
		check_reader(0, deeds);
}

/* A reader comes to later ways in its last windows. */
static void test_cache_reader_ways(void)
{
	u32 way, deeds;

	for (way = 0; way < MGL_CACHE_WAYS; way++)
		for (deeds = 0; deeds < 256; deeds++)
			check_reader(way, deeds << 2 * way);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_cache_reader_interleaved,
		  "a lockless reader never finds the owner of another flow, whatever writers do between its loads"),
	KTAP_CASE(test_cache_reader_ways,
		  "the same holds in every way of the bucket"),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
