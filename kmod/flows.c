// SPDX-License-Identifier: GPL-2.0
/*
 * The flow cache of a namespace. It is made for the first service that tracks
 * flows, so that the packet path never has to allocate, and stays.
 */
#include <kunit/visibility.h>
#include <linux/log2.h>
#include <linux/netlink.h>
#include <linux/random.h>

#include "endpoint.h"
#include "core/flow.h"
#include "table.h"
#include "backend.h"
#include "pool.h"
#include "service.h"
#include "flows.h"

/* Those of IPVS where it has them. */
static const struct mgl_timeouts default_timeouts = { .seconds = {
	[MGL_KIND_TCP] = {
		[MAGLEV_FLOW_OPENING] = 60,
		[MAGLEV_FLOW_ESTABLISHED] = 900,
		[MAGLEV_FLOW_CLOSING] = 120,
		[MAGLEV_FLOW_CLOSED] = 10,
	},
	[MGL_KIND_UDP] = {
		[MAGLEV_FLOW_OPENING] = 300,
		[MAGLEV_FLOW_ESTABLISHED] = 300,
		[MAGLEV_FLOW_CLOSING] = 300,
		[MAGLEV_FLOW_CLOSED] = 300,
	},
	[MGL_KIND_SCTP] = {
		[MAGLEV_FLOW_OPENING] = 60,
		[MAGLEV_FLOW_ESTABLISHED] = 900,
		[MAGLEV_FLOW_CLOSING] = 120,
		[MAGLEV_FLOW_CLOSED] = 10,
	},
} };

/**
 * mgl_flows_init() - prepare a namespace, without a cache yet
 * @mn: the namespace, new
 *
 * Context: any.
 */
void mgl_flows_init(struct mgl_net *mn)
{
	get_random_bytes(&mn->secret, sizeof(mn->secret));
	mn->timeouts = default_timeouts;
	mn->cache_size = MAGLEV_CACHE_SIZE_DEFAULT;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_flows_init);

/**
 * mgl_flows_exit() - free what a namespace knows of flows
 * @mn: the namespace, without services and backends, and a grace period later
 *
 * Context: may sleep.
 */
void mgl_flows_exit(struct mgl_net *mn)
{
	mgl_cache_free(rcu_dereference_protected(mn->cache, true));
	mgl_ids_free(&mn->backend_ids);
	mgl_ids_free(&mn->service_ids);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_flows_exit);

/**
 * mgl_flows_ensure() - see to it that there is a cache if one is needed
 * @mn: the namespace; mn->lock is held
 * @track: what a service is about to remember
 * @extack: says why not
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int mgl_flows_ensure(struct mgl_net *mn, enum maglev_track track,
		   struct netlink_ext_ack *extack)
{
	struct mgl_cache *cache;

	if (track == MAGLEV_TRACK_NONE || mgl_flows_cache(mn))
		return 0;
	cache = mgl_cache_alloc(mn->cache_size);
	if (!cache) {
		NL_SET_ERR_MSG_MOD(extack, "out of memory for the flow cache");
		return -ENOMEM;
	}
	rcu_assign_pointer(mn->cache, cache);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_flows_ensure);

/**
 * mgl_flows_resize() - give the cache another size
 * @mn: the namespace; mn->lock is held
 * @entries: its size; rounded up to a power of two
 *
 * Context: may sleep; waits for a grace period.
 * Return: 0, -ENOMEM or -ENOSPC with nothing changed.
 */
int mgl_flows_resize(struct mgl_net *mn, u32 entries)
{
	struct mgl_cache *cache = mgl_flows_cache(mn);
	struct mgl_clock clock = mgl_clock(mn);
	struct mgl_cache_array *old;
	int err = 0;

	entries = roundup_pow_of_two(entries);
	if (cache) {
		err = mgl_cache_resize(cache, entries, &clock, &old);
		if (old) {
			synchronize_rcu();
			mgl_cache_array_free(old);
		}
	}
	if (!err)
		mn->cache_size = entries;
	return err;
}

static struct mgl_backend *backend_of(struct mgl_net *mn,
				    const struct mgl_cached *flow)
{
	return mgl_ids_get(&mn->backend_ids, flow->owner);
}

static bool count_flow(void *ctx, const struct mgl_cached *flow)
{
	struct mgl_net *mn = ctx;
	struct mgl_backend *b = backend_of(mn, flow);
	struct mgl_clock clock = mgl_clock(mn);

	if (!b || mgl_cache_expired(flow, &clock))
		return false;
	if (flow->state == MAGLEV_FLOW_ESTABLISHED)
		b->n_active++;
	else
		b->n_inactive++;
	return false;
}

/**
 * mgl_flows_count() - count the tracked flows of every backend
 * @mn: the namespace; mn->lock is held
 *
 * Sets n_active and n_inactive of the backends. Looks at the whole cache.
 *
 * Context: may sleep.
 */
void mgl_flows_count(struct mgl_net *mn)
{
	struct mgl_cache *cache = mgl_flows_cache(mn);
	struct mgl_backend *b;
	struct rb_node *n;

	for (n = rb_first(&mn->pools); n; n = rb_next(n))
		list_for_each_entry(b, &rb_entry(n, struct mgl_pool,
						 node)->backends, node) {
			b->n_active = 0;
			b->n_inactive = 0;
		}
	if (cache)
		mgl_cache_sweep(cache, count_flow, mn);
}

struct used {
	struct mgl_net *mn;
	u32 n;
};

static bool count_used(void *ctx, const struct mgl_cached *flow)
{
	struct used *used = ctx;
	struct mgl_clock clock = mgl_clock(used->mn);

	used->n += backend_of(used->mn, flow) &&
		   !mgl_cache_expired(flow, &clock);
	return false;
}

/**
 * mgl_flows_used() - count the flows in the cache
 * @mn: the namespace; mn->lock is held
 *
 * Context: may sleep.
 * Return: live ones, of backends that exist.
 */
u32 mgl_flows_used(struct mgl_net *mn)
{
	struct mgl_cache *cache = mgl_flows_cache(mn);
	struct used used = { .mn = mn };

	if (cache)
		mgl_cache_sweep(cache, count_used, &used);
	return used.n;
}

struct forget {
	struct mgl_net *mn;
	const struct mgl_service *svc;
	const struct mgl_addr *backend;
};

static bool forget_flow(void *ctx, const struct mgl_cached *flow)
{
	const struct forget *f = ctx;
	const struct mgl_backend *b = backend_of(f->mn, flow);

	if (f->svc && flow->tuple.service != f->svc->number)
		return false;
	return !f->backend ||
	       (b && mgl_addr_equal(&b->endpoint->addr, f->backend));
}

/**
 * mgl_flows_flush() - forget tracked flows
 * @mn: the namespace; mn->lock is held
 * @svc: only those of this service, or NULL
 * @backend: only those with this backend, in whatever pool, or NULL
 *
 * Context: may sleep.
 */
void mgl_flows_flush(struct mgl_net *mn, const struct mgl_service *svc,
		      const struct mgl_addr *backend)
{
	struct mgl_cache *cache = mgl_flows_cache(mn);
	struct forget f = { .mn = mn, .svc = svc, .backend = backend };

	if (cache)
		mgl_cache_sweep(cache, forget_flow, &f);
}

/**
 * mgl_flows_redundant() - would a flow go to its backend without an entry?
 * @ctx: struct mgl_net of the namespace
 * @tuple: the flow's name
 * @owner: number of the backend it is with
 *
 * So it is where the slot has settled on that backend and the service
 * remembers only what a change made ambiguous. A service that remembers
 * nothing any more does not ask for entries.
 *
 * Context: RCU read side, or mn->lock is held.
 * Return: true if it would or nobody asks, or if service or backend are gone.
 */
bool mgl_flows_redundant(void *ctx, const struct mgl_tuple *tuple, u32 owner)
{
	struct mgl_net *mn = ctx;
	struct mgl_service *svc = mgl_ids_get(&mn->service_ids, tuple->service);
	struct mgl_backend *b = mgl_ids_get(&mn->backend_ids, owner);
	struct mgl_flow flow;
	struct mgl_slot slot;
	bool redundant;

	if (!svc || !b)
		return true;
	switch (READ_ONCE(svc->track)) {
	case MAGLEV_TRACK_NONE:
		return true;
	case MAGLEV_TRACK_CHANGED:
		break;
	default:
		return false;
	}
	flow = (struct mgl_flow){
		.saddr = tuple->client,
		.daddr = svc->id.vip,
		.sport = tuple->sport,
		.dport = tuple->dport,
		.proto = svc->id.proto,
	};
	flow = mgl_flow_mask(&flow, READ_ONCE(svc->affinity));
	rcu_read_lock();
	mgl_table_slot(rcu_dereference(svc->pool), &flow, &slot);
	redundant = !slot.left && slot.cur == b;
	rcu_read_unlock();
	return redundant;
}

static bool tidy_flow(void *ctx, const struct mgl_cached *flow)
{
	struct mgl_net *mn = ctx;
	struct mgl_clock clock = mgl_clock(mn);
	struct mgl_service *svc;

	if (mgl_cache_expired(flow, &clock) ||
	    mgl_flows_redundant(mn, &flow->tuple, flow->owner))
		return true;
	svc = mgl_ids_get(&mn->service_ids, flow->tuple.service);
	/* Pairs with READ_ONCE() in the packet path. */
	WRITE_ONCE(svc->has_flows, MGL_FLOWS_SOME);
	return false;
}

/**
 * mgl_flows_gc() - forget what needs no entry any more
 * @mn: the namespace; mn->lock is held
 *
 * Also finds out which services have no flows in the cache, so that their
 * packets need not look there.
 *
 * Context: may sleep.
 */
void mgl_flows_gc(struct mgl_net *mn)
{
	struct mgl_cache *cache = mgl_flows_cache(mn);
	struct mgl_service *svc;
	struct mgl_bloom *old;
	struct rb_node *n;

	if (!cache)
		return;
	for (n = rb_first(&mn->services); n; n = rb_next(n)) {
		svc = rb_entry(n, struct mgl_service, node);
		if (svc->has_flows == MGL_FLOWS_SOME)
			WRITE_ONCE(svc->has_flows, MGL_FLOWS_SOUGHT);
	}
	/*
	 * First the mark, then look. Who stores a flow looks at the mark after
	 * that, so either the flow is seen here or the mark is seen there, and
	 * taken away. Packets go on looking for flows all the time.
	 */
	smp_mb();
	old = mgl_cache_gc(cache, tidy_flow, mn);
	if (old)
		kvfree_rcu(old, rcu);
	/* False, though a flow was stored just now, until the next one is. */
	WRITE_ONCE(mn->has_flows, false);
	for (n = rb_first(&mn->services); n; n = rb_next(n)) {
		svc = rb_entry(n, struct mgl_service, node);
		if (cmpxchg(&svc->has_flows, MGL_FLOWS_SOUGHT,
			    MGL_FLOWS_NONE) == MGL_FLOWS_SOME)
			WRITE_ONCE(mn->has_flows, true);
	}
}
EXPORT_SYMBOL_IF_KUNIT(mgl_flows_gc);
