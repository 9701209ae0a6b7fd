// SPDX-License-Identifier: GPL-2.0
/*
 * Thresholds: rules, cache and counting put together as kmod/select.c and
 * kmod/limit.c do it, against a model that knows where each flow is and when it
 * ends, through hours of random packets.
 */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <stdlib.h>

#include "flows.h"
#include "ktap.h"
#include "prng.h"
#include "rules.h"

#define BACKENDS	6
#define SLOTS		251
#define FLOWS		300
#define CACHE		4096	/* room for all of them */
#define STEPS		50000
#define NONE		(~0u)

/* A flow as the model knows it; @at is NONE once it has ended. */
struct flow {
	u32 slot;
	struct mgl_cached entry;
	u32 at;
};

struct backend {
	struct mgl_thresholds limits;
	u32 number;	/* of flows, as it is counted */
	bool overloaded;
	u32 beyond;	/* flows that came though it was overloaded */
};

struct world {
	u64 prng;
	struct mgl_clock clock;
	enum maglev_track track;
	struct mgl_cache *cache;
	u32 owner[SLOTS];
	struct flow flow[FLOWS];
	struct backend backend[BACKENDS];
};

/* How often in all runs. */
static u32 turned, refused, relieved, repeated;

static void model_expire(struct world *w)
{
	u32 i;

	for (i = 0; i < FLOWS; i++) {
		struct flow *f = &w->flow[i];

		if (f->at != NONE && mgl_cache_expired(&f->entry, &w->clock))
			f->at = NONE;
	}
}

static u32 model_flows(const struct world *w, u32 backend)
{
	u32 i, n = 0;

	for (i = 0; i < FLOWS; i++)
		n += w->flow[i].at == backend;
	return n;
}

static u32 spare(const struct world *w, u32 slot)
{
	u32 i;

	for (i = 1; i < SLOTS; i++) {
		u32 b = w->owner[(slot + i) % SLOTS];

		if (!w->backend[b].overloaded)
			return b;
	}
	return NONE;
}

static bool limited(const struct world *w, u32 slot)
{
	return w->backend[w->owner[slot]].limits.upper;
}

static void stored(struct world *w, u32 b)
{
	struct backend *x = &w->backend[b];

	if (x->limits.upper && ++x->number >= x->limits.upper)
		x->overloaded = true;
}

static void remember(struct world *w, u32 i, u32 b, struct mgl_cached *new,
		     bool replace)
{
	enum mgl_cache_stored how;

	*new = flows_new(flows_key(i % 64, i / 64), b, w->clock.now);
	new->state = w->flow[i].entry.state;
	how = flows_store(w->cache, new, replace, &w->clock);
	CHECK(how != MGL_CACHE_KEPT && how != MGL_CACHE_FULL &&
	      how != MGL_CACHE_EVICTED, "flow %u: %u", i, how);
	if (how != MGL_CACHE_RENEWED)
		stored(w, b);
}

/* What is known before the packet is judged by what becomes of it. */
static void judge(struct world *w, u32 i, const struct mgl_facts *v, u32 to)
{
	struct flow *f = &w->flow[i];
	bool known = f->at != NONE;
	bool again = v->cached_opening && limited(w, f->slot);

	CHECK_EQ(v->hit, known, "flow %u", i);
	if (known && (again || !v->new_conn)) {
		CHECK_EQ(to, f->at, "flow %u is known", i);
		repeated += v->new_conn;
		return;
	}
	if (!v->full || !v->starts) {
		CHECK_EQ(to, w->owner[f->slot], "flow %u", i);
		w->backend[to].beyond += v->full;
		return;
	}
	CHECK_EQ(to, spare(w, f->slot), "flow %u is new", i);
	turned += to != NONE;
	refused += to == NONE;
}

static u32 packet(struct world *w, u32 i, enum maglev_flow_state state)
{
	struct flow *f = &w->flow[i];
	struct backend *owner = &w->backend[w->owner[f->slot]];
	struct mgl_cached cached = {}, new;
	struct mgl_decision d;
	struct mgl_facts v = {
		.track = w->track,
		.new_conn = state == MAGLEV_FLOW_OPENING,
		.starts = state == MAGLEV_FLOW_OPENING,
		.cur = true,
	};
	u32 to;

	v.hit = mgl_cache_find(w->cache, flows_key(i % 64, i / 64), &w->clock,
			       &cached);
	v.cached_serves = v.hit;
	v.limited = limited(w, f->slot);
	v.cached_opening = v.hit && cached.state == MAGLEV_FLOW_OPENING;
	v.full = v.limited && owner->overloaded;
	v.spare = v.full && spare(w, f->slot) != NONE;
	d = mgl_rules_decide(&v);
	to = d.rule == MAGLEV_RULE_CACHED ? cached.owner :
	     d.rule == MAGLEV_RULE_SPARE ? spare(w, f->slot) :
	     d.rule == MAGLEV_RULE_FULL ? NONE : w->owner[f->slot];
	judge(w, i, &v, to);

	if (d.rule == MAGLEV_RULE_CACHED) {
		state = mgl_flow_state_next(cached.state, state);
		mgl_cache_touch(w->cache, &cached, state, w->clock.now);
		f->entry = cached;
		f->entry.state = state;
		f->entry.seen = w->clock.now;
	} else if (d.remember) {
		f->entry.state = state;
		remember(w, i, to, &new, v.hit || v.new_conn);
		f->entry = new;
		f->at = to;
	}
	return to;
}

static bool count_one(void *ctx, const struct mgl_cached *flow)
{
	struct world *w = ctx;

	if (!mgl_cache_expired(flow, &w->clock))
		w->backend[flow->owner].number++;
	return false;
}

static void count(struct world *w)
{
	u32 b;

	for (b = 0; b < BACKENDS; b++)
		w->backend[b].number = 0;
	mgl_cache_sweep(w->cache, count_one, w);
	for (b = 0; b < BACKENDS; b++) {
		struct backend *x = &w->backend[b];
		bool was = x->overloaded;

		CHECK_EQ(x->number, model_flows(w, b), "backend %u", b);
		x->overloaded = mgl_rules_overloaded(&x->limits, x->number, was);
		relieved += was && !x->overloaded;
		if (!x->overloaded)
			x->beyond = 0;
	}
}

/*
 * The number that is compared with the threshold is never too low, and no
 * backend has more than its upper one, but for what it had to take.
 */
static void check_numbers(struct world *w)
{
	u32 b;

	for (b = 0; b < BACKENDS; b++) {
		const struct backend *x = &w->backend[b];
		u32 n = model_flows(w, b);

		if (!x->limits.upper)
			continue;
		CHECK(x->number >= n, "backend %u: %u of %u", b, x->number, n);
		CHECK(n <= x->limits.upper + x->beyond, "backend %u has %u, upper %u, %u beyond",
		      b, n, x->limits.upper, x->beyond);
		CHECK(x->overloaded || x->number < x->limits.upper,
		      "backend %u has %u", b, x->number);
	}
}

static void run(enum maglev_track track, u64 seed)
{
	static const enum maglev_flow_state states[] = {
		MAGLEV_FLOW_OPENING, MAGLEV_FLOW_OPENING,
		MAGLEV_FLOW_ESTABLISHED, MAGLEV_FLOW_ESTABLISHED,
		MAGLEV_FLOW_CLOSING, MAGLEV_FLOW_CLOSED,
	};
	struct world *w = calloc(1, sizeof(*w));
	u32 i;

	if (!w)
		abort();
	w->prng = seed;
	w->track = track;
	w->clock = flows_clock(1000);
	w->cache = mgl_cache_alloc(CACHE);
	for (i = 0; i < SLOTS; i++)
		w->owner[i] = prng_below(&w->prng, BACKENDS);
	for (i = 0; i < FLOWS; i++) {
		w->flow[i].slot = prng_below(&w->prng, SLOTS);
		w->flow[i].at = NONE;
	}
	/* Most have thresholds, in some runs all. */
	for (i = 0; i < BACKENDS - seed % 2; i++) {
		u32 upper = 1 + prng_below(&w->prng, 40);

		w->backend[i].limits.upper = upper;
		w->backend[i].limits.lower = prng_below(&w->prng, upper + 1);
	}
	for (i = 0; i < STEPS; i++) {
		u32 flow = prng_below(&w->prng, FLOWS);

		packet(w, flow, states[prng_below(&w->prng, ARRAY_SIZE(states))]);
		check_numbers(w);
		if (!prng_below(&w->prng, 4)) {
			w->clock.now += prng_below(&w->prng, 60);
			model_expire(w);
		}
		/* As often as garbage collection does. */
		if (!prng_below(&w->prng, 8))
			count(w);
	}
	mgl_cache_free(w->cache);
	free(w);
}

static void runs(enum maglev_track track)
{
	u64 seed;

	turned = refused = relieved = repeated = 0;
	for (seed = 0; seed < 8; seed++)
		run(track, seed);
	CHECK(turned > 1000 && refused > 1000 && relieved > 1000 &&
	      repeated > 1000, "too few of one kind");
	NOTE("%u turned away, %u refused, %u relieved, %u repeated", turned,
	     refused, relieved, repeated);
}

static void test_limit_model_all(void)
{
	runs(MAGLEV_TRACK_ALL);
}

/* Flows of backends without thresholds are not remembered in settled slots. */
static void test_limit_model_changed(void)
{
	runs(MAGLEV_TRACK_CHANGED);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_limit_model_all,
		  "flows are never counted too low, and no new one goes beyond a threshold"),
	KTAP_CASE(test_limit_model_changed,
		  "so where only flows of backends with thresholds are remembered"),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
