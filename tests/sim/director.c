// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <linux/in.h>
#include <stdlib.h>

#include "rules.h"
#include "director.h"

#define CACHE_ENTRIES 16384

/* As IPVS has them, which has no time of its own for a reset. */
static const struct mgl_timeouts timeouts = { .seconds = {
	[MGL_KIND_TCP] = {
		[MAGLEV_FLOW_OPENING] = 60,
		[MAGLEV_FLOW_ESTABLISHED] = 900,
		[MAGLEV_FLOW_CLOSING] = 120,
		[MAGLEV_FLOW_CLOSED] = 10,
	},
} };

static struct mgl_clock clock_at(u64 now)
{
	return (struct mgl_clock){ .now = now / 1000, .timeouts = &timeouts };
}

void director_init(struct director *d, const struct variant *v,
		   const struct pool *p)
{
	*d = (struct director){ .variant = v, .pool = p };
	d->cache = mgl_cache_alloc(CACHE_ENTRIES);
	if (!d->cache)
		abort();
}

void director_free(struct director *d)
{
	mgl_history_free(d->history);
	mgl_cache_free(d->cache);
}

void director_configure(struct director *d, const struct plan *plan,
			const u16 *map, u64 now)
{
	struct mgl_table_view old = {
		.slots = d->plan ? d->plan->slots : NULL,
		.size = d->pool->size,
		.seed = d->pool->seed,
		.history = d->history,
	}, new = {
		.slots = plan->slots,
		.size = d->pool->size,
		.seed = d->pool->seed,
	};
	const struct mgl_transition t = {
		.old = d->plan ? &old : NULL, .map = map, .new = &new,
		.now = now, .settle = d->variant->settle * 1000,
	};
	struct mgl_history *next;

	if (mgl_history_next(&next, &t))
		abort();
	mgl_history_free(d->history);
	d->history = next;
	d->plan = plan;
}

static u32 owner_backend(const struct director *d, u16 owner)
{
	/* No table here ever has another size or seed. */
	if (owner == MGL_PREV_OLD)
		abort();
	if (owner == MGL_SLOT_NONE || owner == MGL_PREV_SETTLED)
		return BACKEND_NONE;
	return d->plan->backend[owner];
}

static u32 slot_left(const struct director *d, u32 slot)
{
	return mgl_history_left(d->history, slot, d->now,
				d->variant->settle * 1000);
}

u32 flow_slot(const struct mgl_flow *flow, u64 seed, u32 size)
{
	return reciprocal_scale(mgl_flow_hash(flow, seed) >> 32, size);
}

/* A settled slot's owner gets its flows without an entry, with `changed`. */
static bool redundant(void *ctx, const struct mgl_tuple *tuple, u32 owner)
{
	const struct director *d = ctx;
	struct mgl_flow flow = {
		.saddr = tuple->client,
		.daddr = mgl_addr_v4(0),
		.sport = tuple->sport,
		.dport = tuple->dport,
		.proto = IPPROTO_TCP,
	};
	u32 slot = flow_slot(&flow, d->pool->seed, d->pool->size);

	return mgl_rules_redundant(d->variant->track, slot_left(d, slot),
				   owner_backend(d, d->plan->slots[slot]) ==
				   owner, false);
}

static void remember(struct director *d, const struct packet *p, u32 backend,
		     bool replace)
{
	struct mgl_clock clock = clock_at(d->now);
	struct mgl_cached flow = {
		.key = p->key,
		.tuple = {
			.client = p->flow->saddr,
			.sport = p->flow->sport,
			.dport = p->flow->dport,
		},
		.owner = backend,
		.kind = MGL_KIND_TCP,
		.state = p->pkt_state,
		.seen = clock.now,
	};
	const struct mgl_eviction evict = {
		.clock = &clock, .redundant = redundant, .ctx = d,
	};

	d->full += mgl_cache_store(d->cache, &flow, replace, &evict) ==
		   MGL_CACHE_FULL;
}

u32 director_pick(struct director *d, const struct packet *p, u64 now)
{
	struct mgl_clock clock = clock_at(now);
	struct mgl_facts v = { .track = d->variant->track, .new_conn = p->new_conn };
	struct mgl_decision decision;
	struct mgl_cached cached;
	u32 cur, prev, backend;

	d->now = now;
	if (v.track != MAGLEV_TRACK_NONE) {
		v.hit = mgl_cache_find(d->cache, p->key, &clock, &cached);
		v.cached_serves = v.hit && pool_serves(d->pool, cached.owner);
	}
	if (mgl_rules_decide_cached(&v)) {
		mgl_cache_touch(d->cache, &cached,
				mgl_flow_state_next(cached.state, p->pkt_state),
				clock.now);
		return cached.owner;
	}
	cur = owner_backend(d, d->plan->slots[p->slot]);
	v.cur = cur != BACKEND_NONE;
	v.unsettled = slot_left(d, p->slot);
	prev = v.unsettled ? owner_backend(d, d->history->prev[p->slot]) :
			     BACKEND_NONE;
	v.prev_serves = !d->variant->no_prev && pool_serves(d->pool, prev);

	decision = mgl_rules_decide(&v);
	if (decision.rule == MAGLEV_RULE_NOBODY)
		return BACKEND_NONE;
	backend = decision.rule == MAGLEV_RULE_PREVIOUS ? prev : cur;
	if (decision.remember)
		remember(d, p, backend, v.new_conn || v.hit);
	return backend;
}

struct count {
	struct mgl_clock clock;
	u32 n;
};

static bool count_live(void *ctx, const struct mgl_cached *flow)
{
	struct count *count = ctx;

	count->n += !mgl_cache_expired(flow, &count->clock);
	return false;
}

u32 director_held(struct director *d, u64 now)
{
	struct count count = { .clock = clock_at(now) };

	mgl_cache_sweep(d->cache, count_live, &count);
	return count.n;
}

static bool forget(void *ctx, const struct mgl_cached *flow)
{
	(void)ctx;
	(void)flow;
	return true;
}

void director_restart(struct director *d, u64 now)
{
	const struct plan *plan = d->plan;

	mgl_cache_sweep(d->cache, forget, NULL);
	mgl_history_free(d->history);
	d->history = NULL;
	d->plan = NULL;
	director_configure(d, plan, NULL, now);
}
