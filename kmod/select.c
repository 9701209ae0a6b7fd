// SPDX-License-Identifier: GPL-2.0
/*
 * Selecting a backend: what table and cache know is put before the rules, and
 * what they decide is carried out.
 */
#include <kunit/visibility.h>
#include <linux/in.h>

#include "core/flow.h"
#include "backend.h"
#include "net.h"
#include "pool.h"
#include "select.h"
#include "service.h"
#include "stats.h"
#include "flows.h"

/**
 * struct choice - a flow on its way to a backend
 * @view: what the rules are shown
 * @slot: its slot, in the pool that decides
 * @cached: what the cache has, if there is a hit
 * @cached_backend: the backend it has there, NULL if that is gone
 * @fallback: the fallback pool decides
 * @decision: what the rules say
 */
struct choice {
	struct mgl_facts view;
	struct mgl_slot slot;
	struct mgl_cached cached;
	struct mgl_backend *cached_backend;
	bool fallback;
	struct mgl_decision decision;
};

/* Not what is found out later: this is done for every packet. */
static void choice_begin(struct choice *c, enum maglev_track track, bool new_conn)
{
	c->view = (struct mgl_facts){ .track = track, .new_conn = new_conn };
	c->cached_backend = NULL;
	c->fallback = false;
}

static void consult_cache(struct mgl_net *mn, const struct mgl_service *svc,
			  const struct mgl_flow *flow, struct choice *c)
{
	struct mgl_cache *cache = rcu_dereference(mn->cache);
	struct mgl_clock clock;
	u64 key;

	/* Pairs with WRITE_ONCE() in remember() and mgl_flows_gc(). */
	if (c->view.track == MAGLEV_TRACK_NONE || !cache ||
	    READ_ONCE(svc->has_flows) == MGL_FLOWS_NONE)
		return;
	key = mgl_flow_key(flow, svc->number, &mn->secret);
	/* Few flows of such a service are there, and most of all others'. */
	if (c->view.track == MAGLEV_TRACK_CHANGED && mgl_cache_lacks(cache, key))
		return;
	clock = mgl_clock(mn);
	c->view.hit = mgl_cache_find(cache, key, &clock, &c->cached);
	if (!c->view.hit)
		return;
	c->cached_backend = mgl_ids_get(&mn->backend_ids, c->cached.owner);
	c->view.cached_serves = c->cached_backend &&
				mgl_backend_serves(c->cached_backend);
}

static void consult_table(const struct mgl_pool *pool,
			  const struct mgl_flow *flow, struct choice *c)
{
	mgl_table_slot(pool, flow, &c->slot);
	c->view.unsettled = c->slot.left;
	c->view.cur = c->slot.cur;
	c->view.prev_serves = c->slot.prev && mgl_backend_serves(c->slot.prev);
	c->decision = mgl_rules_decide(&c->view);
}

static noinline void consult_fallback(const struct mgl_service *svc,
				      const struct mgl_flow *flow,
				      struct choice *c)
{
	const struct mgl_pool *fallback;
	struct choice other;

	fallback = rcu_dereference(svc->fallback);
	if (!fallback)
		return;
	other = *c;
	consult_table(fallback, flow, &other);
	if (other.decision.rule == MAGLEV_RULE_NOBODY)
		return;
	*c = other;
	c->fallback = true;
	/* It is to stay there when the service's own pool is back. */
	if (c->view.track != MAGLEV_TRACK_NONE)
		c->decision.remember = true;
}

/* Pools are asked in turn until there is somebody. */
static void consult_pools(const struct mgl_service *svc,
			  const struct mgl_flow *flow, struct choice *c)
{
	consult_table(rcu_dereference(svc->pool), flow, c);
	if (unlikely(c->decision.rule == MAGLEV_RULE_NOBODY))
		consult_fallback(svc, flow, c);
}

static struct mgl_backend *pick(const struct choice *c)
{
	switch (c->decision.rule) {
	case MAGLEV_RULE_OPEN:
	case MAGLEV_RULE_CURRENT:
	case MAGLEV_RULE_HASH:
		return c->slot.cur;
	case MAGLEV_RULE_PREVIOUS:
		return c->slot.prev;
	case MAGLEV_RULE_CACHED:
		return c->cached_backend;
	default:
		return NULL;
	}
}

static enum mgl_kind kind_of(u8 proto)
{
	return proto == IPPROTO_TCP ? MGL_KIND_TCP :
	       proto == IPPROTO_UDP ? MGL_KIND_UDP : MGL_KIND_SCTP;
}

/* Returns the backend that the flow has in the cache afterwards, or @b. */
static struct mgl_backend *remember(struct mgl_net *mn, struct mgl_service *svc,
				   const struct mgl_flow *flow,
				   struct mgl_backend *b, bool replace)
{
	struct mgl_cache *cache = rcu_dereference(mn->cache);
	struct mgl_clock clock = mgl_clock(mn);
	struct mgl_cached new = {
		.key = mgl_flow_key(flow, svc->number, &mn->secret),
		.tuple = {
			.client = flow->saddr,
			.sport = flow->sport,
			.dport = flow->dport,
			.service = svc->number,
		},
		.owner = b->id,
		.kind = kind_of(svc->id.proto),
		.state = flow->pkt_state,
		.seen = clock.now,
	};
	enum mgl_cache_stored stored;
	struct mgl_backend *had;

	if (!cache)
		return b;
	stored = mgl_cache_store(cache, &new, replace, &clock,
				 mgl_flows_redundant, mn);
	/* Stored before looked: pairs with smp_mb() in mgl_flows_gc(). */
	smp_mb();
	if (READ_ONCE(svc->has_flows) != MGL_FLOWS_SOME)
		WRITE_ONCE(svc->has_flows, MGL_FLOWS_SOME);
	if (!READ_ONCE(mn->has_flows))
		WRITE_ONCE(mn->has_flows, true);
	switch (stored) {
	case MGL_CACHE_KEPT:
		/* Another CPU's packet of the flow came first. */
		had = mgl_ids_get(&mn->backend_ids, new.owner);
		return had && mgl_backend_serves(had) ? had : b;
	case MGL_CACHE_EVICTED:
		mgl_counters_event(mn->counters, MGL_EVENT_FLOWS_EVICTED);
		fallthrough;
	case MGL_CACHE_NEW:
		mgl_counters_event(mn->counters, MGL_EVENT_FLOWS_STORED);
		break;
	case MGL_CACHE_FULL:
		mgl_counters_event(mn->counters, MGL_EVENT_FLOWS_UNSTORED);
		break;
	case MGL_CACHE_REPLACED:
		break;
	}
	return b;
}

/**
 * mgl_select() - the backend for a packet
 * @mn: the namespace
 * @svc: the packet's service
 * @flow: the packet's flow
 *
 * Context: RCU read side, BH disabled; the result is valid until the RCU read
 * side ends.
 * Return: the backend, or NULL if nobody may serve.
 */
struct mgl_backend *mgl_select(struct mgl_net *mn, struct mgl_service *svc,
			      const struct mgl_flow *flow)
{
	/* These pair with WRITE_ONCE() in service.c. */
	enum maglev_affinity affinity = READ_ONCE(svc->affinity);
	enum maglev_track track = READ_ONCE(svc->track);
	struct mgl_flow masked;
	struct mgl_backend *b;
	struct choice c;

	if (affinity != MAGLEV_AFFINITY_5TUPLE) {
		masked = mgl_flow_mask(flow, affinity);
		flow = &masked;
	}
	choice_begin(&c, track, flow->new_conn);
	consult_cache(mn, svc, flow, &c);
	if (mgl_rules_decide_cached(&c.view)) {
		mgl_cache_touch(rcu_dereference(mn->cache), &c.cached,
				mgl_flow_state_next(c.cached.state,
						    flow->pkt_state),
				mgl_clock(mn).now);
		return c.cached_backend;
	}
	consult_pools(svc, flow, &c);
	b = pick(&c);
	if (b && c.decision.remember)
		b = remember(mn, svc, flow, b, c.view.hit || flow->new_conn);
	return b;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_select);

/**
 * mgl_select_explain() - the backend for a flow, with reasons
 * @mn: the namespace
 * @svc: the flow's service
 * @flow: the flow
 * @e: where it would go; backends are valid until the RCU read side ends
 *
 * Asks what mgl_select() asks, and changes nothing.
 *
 * Context: RCU read side.
 */
void mgl_select_explain(struct mgl_net *mn, const struct mgl_service *svc,
			const struct mgl_flow *flow, struct mgl_explained *e)
{
	struct mgl_flow f = mgl_flow_mask(flow, READ_ONCE(svc->affinity));
	struct choice c = {}, open;

	choice_begin(&c, READ_ONCE(svc->track), false);
	consult_cache(mn, svc, &f, &c);
	open = c;
	open.view.new_conn = READ_ONCE(svc->affinity) == MAGLEV_AFFINITY_5TUPLE &&
			  svc->id.proto != IPPROTO_UDP;
	consult_pools(svc, &f, &c);
	consult_pools(svc, &f, &open);
	*e = (struct mgl_explained){
		.pool = c.fallback ? rcu_dereference(svc->fallback) :
				     rcu_dereference(svc->pool),
		.fallback = c.fallback,
		.slot = c.slot,
		.tracked = c.view.hit,
		.cached = c.cached,
		.cached_backend = c.cached_backend,
		.rule = c.decision.rule,
		.backend = pick(&c),
		.open_rule = open.decision.rule,
		.open_backend = pick(&open),
	};
}
EXPORT_SYMBOL_IF_KUNIT(mgl_select_explain);
