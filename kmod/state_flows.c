// SPDX-License-Identifier: GPL-2.0
/*
 * Tracked flows that are put back after a restart, while packets of the same flows
 * may be coming. Keys are computed anew, from what a record says of the flow, so
 * that they do not depend on the numbers and the hashes of the build that wrote it.
 */
#include <kunit/visibility.h>
#include <linux/bottom_half.h>
#include <linux/mm.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "backend.h"
#include "core/flow.h"
#include "ctx.h"
#include "flows.h"
#include "limit.h"
#include "net.h"
#include "service.h"
#include "state.h"

#define RECORDS_AT_A_TIME 256

/**
 * struct moving - entries that move to other places of a cache
 * @flow: the entries
 * @n: number of entries
 * @max: length of @flow
 */
struct moving {
	struct mgl_cached *flow;
	u32 n;
	u32 max;
};

static bool count_entry(void *ctx, const struct mgl_cached *flow)
{
	(*(u32 *)ctx)++;
	return false;
}

static bool take_entry(void *ctx, const struct mgl_cached *flow)
{
	struct moving *m = ctx;

	if (m->n < m->max)
		m->flow[m->n++] = *flow;
	return true;
}

static bool set_key(struct mgl_net *mn, struct mgl_cached *flow)
{
	const struct mgl_service *svc = mgl_ids_get(&mn->service_ids,
						    flow->tuple.service);
	struct mgl_flow f;

	if (!svc)
		return false;
	f = mgl_flows_of_tuple(svc, &flow->tuple);
	flow->key = mgl_flow_key(&f, svc->number, &mn->secret);
	return true;
}

/* Takes the entries out, sets the secret, and puts them back by it. */
static int move_entries(struct mgl_net *mn, struct mgl_cache *cache,
			const siphash_key_t *secret)
{
	const struct mgl_clock clock = mgl_clock(mn);
	const struct mgl_eviction evict = { .clock = &clock };
	struct moving m = {};
	u32 i;

	mgl_cache_sweep(cache, count_entry, &m.max);
	m.flow = kvmalloc_array(m.max, sizeof(*m.flow),
				GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (m.max && !m.flow)
		return -ENOMEM;
	mgl_cache_sweep(cache, take_entry, &m);
	mn->secret = *secret;
	for (i = 0; i < m.n; i++) {
		if (!(i % RECORDS_AT_A_TIME))
			cond_resched();
		if (!set_key(mn, &m.flow[i]))
			continue;
		local_bh_disable();
		rcu_read_lock();
		mgl_cache_store(cache, &m.flow[i], true, &evict);
		rcu_read_unlock();
		local_bh_enable();
	}
	kvfree(m.flow);
	return 0;
}

/**
 * mgl_state_secret_set() - set the secret of flow keys
 * @ctx: the context
 * @secret: the secret
 *
 * With the secret of before, and a cache of the same size, all flows that had an
 * entry find room again. Flows that have one already move to their new places; for
 * the moment the table decides, as it has until now.
 *
 * A fragment that follows a first one from before is not matched with it. A packet
 * that is just being hashed has a digest of neither secret: its entry is stored
 * nowhere, and its outer source is another one, once.
 *
 * Context: may sleep; waits for RCU grace periods if there is a cache.
 * Return: 0, or -ENOMEM with the extack set and nothing changed.
 */
int mgl_state_secret_set(const struct mgl_ctx *ctx, const siphash_key_t *secret)
{
	struct mgl_net *mn = ctx->mn;
	struct mgl_cache *cache = mgl_flows_cache(mn);
	int err;

	if (mn->secret.key[0] == secret->key[0] &&
	    mn->secret.key[1] == secret->key[1])
		return 0;
	if (!cache) {
		mn->secret = *secret;
		return 0;
	}
	RCU_INIT_POINTER(mn->cache, NULL);
	/* Whoever has read the former secret has no cache to use it with. */
	synchronize_rcu();
	err = move_entries(mn, cache, secret);
	/* Nor has whoever may still read it. */
	synchronize_rcu();
	rcu_assign_pointer(mn->cache, cache);
	mn->flows_counted = false;
	if (err)
		NL_SET_ERR_MSG_MOD(ctx->extack,
				   "out of memory for moving the tracked flows");
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_state_secret_set);

/**
 * mgl_state_flows_valid() - check records of flows
 * @flows: the records
 *
 * Context: any.
 * Return: false if one is not a record.
 */
bool mgl_state_flows_valid(const struct mgl_state_flows *flows)
{
	struct mgl_cached flow;
	u32 i, idle;

	for (i = 0; i < flows->n; i++)
		if (!mgl_state_flow_read(&flows->rec[i], &flow, &idle))
			return false;
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_state_flows_valid);

/* True if the service can have the flow: by family, and by affinity. */
static bool suits(const struct mgl_service *svc, const struct mgl_tuple *t)
{
	if (mgl_addr_is_v4(&t->client) != mgl_addr_is_v4(&svc->id.vip))
		return false;
	/* Pairs with WRITE_ONCE() in service_change.c. */
	return READ_ONCE(svc->affinity) != MAGLEV_AFFINITY_5TUPLE ||
	       t->sport || t->dport;
}

/*
 * An entry of the flow is there: a packet has come since the restart. If that was
 * of the connection in the record it went where it could not know better, so its
 * backend is that of the record. It was not if it has opened another connection, or
 * if the one in the record was about to end and another packet has come since.
 */
static bool is_same(const struct mgl_cached *entry,
		    enum maglev_flow_state state)
{
	return entry->state != MAGLEV_FLOW_OPENING &&
	       state != MAGLEV_FLOW_CLOSING && state != MAGLEV_FLOW_CLOSED;
}

static enum mgl_state_fate store(struct mgl_net *mn, struct mgl_cached *flow,
				 const struct mgl_clock *clock, bool restarted)
{
	struct mgl_backend *b = mgl_ids_get(&mn->backend_ids, flow->owner);
	struct mgl_cache *cache = rcu_dereference(mn->cache);
	const struct mgl_eviction evict = {
		.clock = clock,
		.redundant = mgl_flows_redundant,
		.ctx = mn,
	};
	const struct mgl_cached rec = *flow;

	switch (mgl_cache_store(cache, flow, false, &evict)) {
	case MGL_CACHE_FULL:
		return MGL_STATE_FULL;
	case MGL_CACHE_KEPT:
		if (flow->owner == rec.owner)
			return MGL_STATE_RESTORED;
		if (!restarted || !is_same(flow, rec.state))
			return MGL_STATE_KEPT;
		flow->owner = rec.owner;
		mgl_cache_store(cache, flow, true, &evict);
		break;
	default:
		break;
	}
	/* Numbers that other entries had go down with the next count. */
	mgl_limit_stored(b);
	return MGL_STATE_RESTORED;
}

static enum mgl_state_fate restore(struct mgl_net *mn,
				   const struct maglev_state_flow *rec,
				   const struct mgl_state_flows *flows,
				   const struct mgl_clock *clock)
{
	enum mgl_state_fate fate;
	struct mgl_service *svc;
	struct mgl_cached flow;
	struct mgl_flow f;
	u32 idle;

	if (!mgl_state_flow_read(rec, &flow, &idle))
		return MGL_STATE_UNKNOWN;
	svc = mgl_ids_get(&mn->service_ids, flow.tuple.service);
	if (!svc || !mgl_ids_get(&mn->backend_ids, flow.owner) ||
	    svc->track == MAGLEV_TRACK_NONE || !suits(svc, &flow.tuple))
		return MGL_STATE_UNKNOWN;
	flow.kind = mgl_flows_kind(svc);
	idle += flows->elapsed / MSEC_PER_SEC;
	if (idle >= clock->timeouts->seconds[flow.kind][flow.state])
		return MGL_STATE_EXPIRED;
	flow.seen = clock->now - idle;
	f = mgl_flows_of_tuple(svc, &flow.tuple);
	/* Another affinity than then has flows without ports. */
	flow.tuple.sport = f.sport;
	flow.tuple.dport = f.dport;
	flow.key = mgl_flow_key(&f, svc->number, &mn->secret);
	local_bh_disable();
	rcu_read_lock();
	fate = store(mn, &flow, clock, flows->restarted);
	rcu_read_unlock();
	local_bh_enable();
	mgl_flows_noted(mn, svc);
	return fate;
}

/**
 * mgl_state_flows_set() - put flows back into the cache
 * @mn: the namespace; mn->lock is held
 * @flows: the records, for which mgl_state_flows_valid() is true
 * @fates: number of records by enum mgl_state_fate, added to what is there
 *
 * Context: may sleep.
 */
void mgl_state_flows_set(struct mgl_net *mn,
			 const struct mgl_state_flows *flows,
			 u32 fates[MGL_STATE_FATES])
{
	u32 i;

	lockdep_assert_held(&mn->lock);
	if (!mgl_flows_cache(mn)) {
		fates[MGL_STATE_UNKNOWN] += flows->n;
		return;
	}
	for (i = 0; i < flows->n; i++) {
		const struct mgl_clock clock = mgl_clock(mn);

		if (!(i % RECORDS_AT_A_TIME))
			cond_resched();
		fates[restore(mn, &flows->rec[i], flows, &clock)]++;
	}
	mn->flows_counted = false;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_state_flows_set);
