// SPDX-License-Identifier: GPL-2.0
/*
 * Selecting a backend: the rules decide by what is in cache and table, and the
 * decision is committed to the cache. Deciding has no side effect, so code that
 * only explains where a flow goes decides and does not commit.
 */
#include <kunit/visibility.h>
#include <linux/in.h>

#include "backend.h"
#include "flows.h"
#include "limit.h"
#include "net.h"
#include "pool.h"
#include "select.h"
#include "service.h"

/* Fast path: only initialise what is read before it is set. */
static void choice_init(struct mgl_choice *c, const struct mgl_service *svc,
			const struct mgl_flow *flow)
{
	/* These pair with WRITE_ONCE() in service_change.c. */
	enum maglev_affinity affinity = READ_ONCE(svc->affinity);
	enum maglev_track track = READ_ONCE(svc->track);
	bool starts = flow->new_conn;

	if (affinity != MAGLEV_AFFINITY_5TUPLE) {
		c->masked = mgl_flow_mask(flow, affinity);
		flow = &c->masked;
	}
	c->flow = flow;
	c->facts = (struct mgl_facts){
		.track = track,
		.new_conn = flow->new_conn,
		.starts = starts,
	};
	c->cached_backend = NULL;
	c->fallback = false;
}

static void consult_cache(struct mgl_net *mn, const struct mgl_service *svc,
			  struct mgl_choice *c)
{
	struct mgl_facts *facts = &c->facts;

	facts->hit = mgl_flows_find(mn, svc, facts->track, c->flow, &c->cached);
	if (!facts->hit)
		return;
	c->cached_backend = mgl_ids_get(&mn->backend_ids, c->cached.owner);
	facts->cached_serves = c->cached_backend &&
			       mgl_backend_serves(c->cached_backend);
}

/*
 * The pool has backends with thresholds. UDP does not tell which packet is the
 * first one; of others, only those of a flow itself can be.
 */
static noinline void consult_limits(const struct mgl_service *svc,
				    struct mgl_choice *c)
{
	struct mgl_facts *facts = &c->facts;

	facts->limited = c->slot.cur && mgl_backend_limited(c->slot.cur);
	if (!facts->limited)
		return;
	if (c->flow->kind == MGL_PKT_OWN && svc->id.proto == IPPROTO_UDP)
		facts->starts = true;
	facts->cached_opening = facts->hit &&
				c->cached.state == MAGLEV_FLOW_OPENING;
	facts->full = mgl_backend_overloaded(c->slot.cur);
	/* Others do not go to another backend. */
	if (!facts->full ||
	    !(facts->starts || (facts->hit && !facts->cached_serves)))
		return;
	c->spare = mgl_limit_spare(c->pool, c->slot.number);
	facts->spare = c->spare;
}

static void consult_table(const struct mgl_pool *pool,
			  const struct mgl_service *svc, struct mgl_choice *c)
{
	c->pool = pool;
	mgl_table_slot(pool, c->flow, &c->slot);
	c->facts.unsettled = c->slot.left;
	c->facts.cur = c->slot.cur;
	c->facts.prev_serves = c->slot.prev && mgl_backend_serves(c->slot.prev);
	/* Pairs with WRITE_ONCE() in mgl_limit_commit(). */
	if (unlikely(READ_ONCE(pool->limited)))
		consult_limits(svc, c);
	c->decision = mgl_rules_decide(&c->facts);
}

/* No backend of the pool is usable for the flow. */
static bool is_nobody(const struct mgl_choice *c)
{
	return c->decision.rule == MAGLEV_RULE_NOBODY ||
	       c->decision.rule == MAGLEV_RULE_FULL;
}

/* The same service, and another pool. */
static void consult_another(const struct mgl_pool *pool,
			    const struct mgl_service *svc, struct mgl_choice *c)
{
	c->facts.limited = false;
	c->facts.full = false;
	c->facts.spare = false;
	consult_table(pool, svc, c);
}

/*
 * No backend of the service's own pool is. Where the pool panics, it has owners of slots
 * all the same, but a fallback with backends that are up goes first.
 */
static noinline void consult_fallback(const struct mgl_service *svc,
				      struct mgl_choice *c)
{
	const struct mgl_pool *own = c->pool, *fallback;
	bool own_panics = c->slot.last_resort;
	bool overloaded;

	/* Pairs with WRITE_ONCE() in service_change.c. */
	c->all_down = READ_ONCE(svc->all_down);
	fallback = rcu_dereference(svc->fallback);
	if (!fallback)
		return;
	consult_another(fallback, svc, c);
	if (is_nobody(c) || (own_panics && c->slot.last_resort)) {
		overloaded = c->decision.rule == MAGLEV_RULE_FULL;
		consult_another(own, svc, c);
		if (overloaded && is_nobody(c))
			c->decision.rule = MAGLEV_RULE_FULL;
		return;
	}
	c->fallback = true;
	/* The flow stays there when the service's own pool is usable again. */
	if (c->facts.track != MAGLEV_TRACK_NONE)
		c->decision.remember = true;
}

/**
 * mgl_select_decide() - decide where a packet goes
 * @mn: the namespace
 * @svc: the packet's service
 * @flow: the packet's flow, not masked; has to stay valid as long as @c
 * @c: the decision; objects in it are valid until the end of the RCU read side
 *
 * Has no side effect. The flows of most packets have an entry in the cache that
 * decides alone; their slot is not looked up.
 *
 * Context: RCU read side.
 */
void mgl_select_decide(struct mgl_net *mn, const struct mgl_service *svc,
		       const struct mgl_flow *flow, struct mgl_choice *c)
{
	choice_init(c, svc, flow);
	consult_cache(mn, svc, c);
	if (mgl_rules_decide_cached(&c->facts)) {
		c->decision = (struct mgl_decision){ .rule = MAGLEV_RULE_CACHED };
		return;
	}
	consult_table(rcu_dereference(svc->pool), svc, c);
	if (unlikely(is_nobody(c) || c->slot.last_resort))
		consult_fallback(svc, c);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_select_decide);

/**
 * mgl_select_backend() - get the backend of a decision
 * @c: the decision
 *
 * Context: RCU read side, the same as that of mgl_select_decide().
 * Return: the backend, or NULL if none is usable.
 */
struct mgl_backend *mgl_select_backend(const struct mgl_choice *c)
{
	switch (c->decision.rule) {
	case MAGLEV_RULE_CACHED:
		return c->cached_backend;
	case MAGLEV_RULE_OPEN:
	case MAGLEV_RULE_CURRENT:
	case MAGLEV_RULE_HASH:
		return c->slot.cur;
	case MAGLEV_RULE_PREVIOUS:
		return c->slot.prev;
	case MAGLEV_RULE_SPARE:
		return c->spare;
	default:
		return NULL;
	}
}
EXPORT_SYMBOL_IF_KUNIT(mgl_select_backend);

/**
 * mgl_select_commit() - commit a decision to the flow cache
 * @mn: the namespace
 * @svc: the packet's service
 * @c: the decision
 *
 * Updates the flow's entry, or stores one if the rules require it. Packets that
 * are only about the flow leave the cache as it is: anybody can forge an ICMP
 * error, and echo requests are not tracked.
 *
 * Context: RCU read side, the same as that of mgl_select_decide(); BH disabled.
 * Return: the backend for the packet, valid until the end of the RCU read side,
 * or NULL if none is usable. It differs from that of mgl_select_backend() if
 * another CPU has stored the flow in the meantime.
 */
struct mgl_backend *mgl_select_commit(struct mgl_net *mn,
				      struct mgl_service *svc,
				      const struct mgl_choice *c)
{
	struct mgl_backend *b = mgl_select_backend(c);

	if (unlikely(c->flow->kind != MGL_PKT_OWN))
		return b;
	if (c->decision.rule == MAGLEV_RULE_CACHED)
		mgl_flows_touch(mn, &c->cached, c->flow->pkt_state);
	else if (b && c->decision.remember)
		b = mgl_flows_store(mn, svc, c->flow, b,
				    c->facts.hit || c->flow->new_conn);
	return b;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_select_commit);
