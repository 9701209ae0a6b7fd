// SPDX-License-Identifier: GPL-2.0
/*
 * Selecting a backend: what table and cache know is put before the rules, and
 * what they decide is carried out.
 */
#include <kunit/visibility.h>
#include <linux/in.h>

#include "flow.h"
#include "member.h"
#include "netns.h"
#include "pool.h"
#include "select.h"
#include "service.h"
#include "stats.h"
#include "track.h"

/**
 * struct choice - a flow on its way to a backend
 * @view: what the rules are shown
 * @slot: its slot, in the pool that decides
 * @cached: what the cache has, if there is a hit
 * @cached_member: the backend it has there, NULL if that is gone
 * @fallback: the fallback pool decides
 * @decision: what the rules say
 */
struct choice {
	struct mgl_view view;
	struct mgl_slot slot;
	struct mgl_cached cached;
	struct mgl_member *cached_member;
	bool fallback;
	struct mgl_decision decision;
};

/* Not what is found out later: this is done for every packet. */
static void choice_begin(struct choice *c, enum maglev_track track, bool opens)
{
	c->view = (struct mgl_view){ .track = track, .opens = opens };
	c->cached_member = NULL;
	c->fallback = false;
}

static void consult_cache(struct mgl_net *mn, const struct mgl_service *svc,
			  const struct mgl_flow *flow, struct choice *c)
{
	struct mgl_cache *cache = rcu_dereference(mn->cache);
	struct mgl_clock clock;
	u64 fp;

	/* Pairs with WRITE_ONCE() in remember() and mgl_track_tidy(). */
	if (c->view.track == MAGLEV_TRACK_NONE || !cache ||
	    READ_ONCE(svc->has_flows) == MGL_FLOWS_NONE)
		return;
	fp = mgl_flow_fingerprint(flow, svc->number, &mn->secret);
	/* Few flows of such a service are there, and most of all others'. */
	if (c->view.track == MAGLEV_TRACK_CHANGED && mgl_cache_lacks(cache, fp))
		return;
	clock = mgl_clock(mn);
	c->view.hit = mgl_cache_find(cache, fp, &clock, &c->cached);
	if (!c->view.hit)
		return;
	c->cached_member = mgl_ids_get(&mn->member_ids, c->cached.owner);
	c->view.cached_serves = c->cached_member &&
				mgl_member_serves(c->cached_member);
}

static void consult_table(const struct mgl_pool *pool,
			  const struct mgl_flow *flow, struct choice *c)
{
	mgl_lookup_slot(pool, flow, &c->slot);
	c->view.unsettled = c->slot.left;
	c->view.cur = c->slot.cur;
	c->view.prev_serves = c->slot.prev && mgl_member_serves(c->slot.prev);
	c->decision = mgl_decide(&c->view);
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

static struct mgl_member *chosen(const struct choice *c)
{
	switch (c->decision.rule) {
	case MAGLEV_RULE_OPEN:
	case MAGLEV_RULE_CURRENT:
	case MAGLEV_RULE_HASH:
		return c->slot.cur;
	case MAGLEV_RULE_PREVIOUS:
		return c->slot.prev;
	case MAGLEV_RULE_CACHED:
		return c->cached_member;
	default:
		return NULL;
	}
}

static enum mgl_kind kind_of(u8 proto)
{
	return proto == IPPROTO_TCP ? MGL_KIND_TCP :
	       proto == IPPROTO_UDP ? MGL_KIND_UDP : MGL_KIND_SCTP;
}

/* Returns the backend that the flow has in the cache afterwards, or @m. */
static struct mgl_member *remember(struct mgl_net *mn, struct mgl_service *svc,
				   const struct mgl_flow *flow,
				   struct mgl_member *m, bool replace)
{
	struct mgl_cache *cache = rcu_dereference(mn->cache);
	struct mgl_clock clock = mgl_clock(mn);
	struct mgl_cached new = {
		.fp = mgl_flow_fingerprint(flow, svc->number, &mn->secret),
		.tuple = {
			.client = flow->saddr,
			.sport = flow->sport,
			.dport = flow->dport,
			.service = svc->number,
		},
		.owner = m->id,
		.kind = kind_of(svc->id.proto),
		.state = flow->shown,
		.seen = clock.now,
	};
	enum mgl_cache_stored stored;
	struct mgl_member *had;

	if (!cache)
		return m;
	stored = mgl_cache_store(cache, &new, replace, &clock,
				 mgl_track_redundant, mn);
	/* Stored before looked: pairs with smp_mb() in mgl_track_tidy(). */
	smp_mb();
	if (READ_ONCE(svc->has_flows) != MGL_FLOWS_SOME)
		WRITE_ONCE(svc->has_flows, MGL_FLOWS_SOME);
	if (!READ_ONCE(mn->has_flows))
		WRITE_ONCE(mn->has_flows, true);
	switch (stored) {
	case MGL_CACHE_KEPT:
		/* Another CPU's packet of the flow came first. */
		had = mgl_ids_get(&mn->member_ids, new.owner);
		return had && mgl_member_serves(had) ? had : m;
	case MGL_CACHE_EVICTED:
		mgl_counters_inc(mn->counters, MGL_CNT_FLOWS_EVICTED);
		fallthrough;
	case MGL_CACHE_NEW:
		mgl_counters_inc(mn->counters, MGL_CNT_FLOWS_STORED);
		break;
	case MGL_CACHE_FULL:
		mgl_counters_inc(mn->counters, MGL_CNT_FLOWS_UNSTORED);
		break;
	case MGL_CACHE_REPLACED:
		break;
	}
	return m;
}

/**
 * mgl_select() - the backend for a packet
 * @mn: the namespace
 * @svc: the packet's service
 * @flow: the packet's flow
 *
 * Context: RCU read side, BH disabled; the result is valid until the RCU read
 * side ends.
 * Return: the member, or NULL if nobody may serve.
 */
struct mgl_member *mgl_select(struct mgl_net *mn, struct mgl_service *svc,
			      const struct mgl_flow *flow)
{
	/* These pair with WRITE_ONCE() in service.c. */
	enum maglev_affinity affinity = READ_ONCE(svc->affinity);
	enum maglev_track track = READ_ONCE(svc->track);
	struct mgl_flow masked;
	struct mgl_member *m;
	struct choice c;

	if (affinity != MAGLEV_AFFINITY_5TUPLE) {
		masked = mgl_flow_mask(flow, affinity);
		flow = &masked;
	}
	choice_begin(&c, track, flow->opens);
	consult_cache(mn, svc, flow, &c);
	if (mgl_decide_cached(&c.view)) {
		mgl_cache_touch(rcu_dereference(mn->cache), &c.cached,
				mgl_flow_state_next(c.cached.state,
						    flow->shown),
				mgl_clock(mn).now);
		return c.cached_member;
	}
	consult_pools(svc, flow, &c);
	m = chosen(&c);
	if (m && c.decision.remember)
		m = remember(mn, svc, flow, m, c.view.hit || flow->opens);
	return m;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_select);

/**
 * mgl_select_explain() - the backend for a flow, with reasons
 * @mn: the namespace
 * @svc: the flow's service
 * @flow: the flow
 * @e: where it would go; members are valid until the RCU read side ends
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
	open.view.opens = READ_ONCE(svc->affinity) == MAGLEV_AFFINITY_5TUPLE &&
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
		.cached_member = c.cached_member,
		.rule = c.decision.rule,
		.backend = chosen(&c),
		.open_rule = open.decision.rule,
		.open_backend = chosen(&open),
	};
}
EXPORT_SYMBOL_IF_KUNIT(mgl_select_explain);
