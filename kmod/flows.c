// SPDX-License-Identifier: GPL-2.0
/*
 * The flow cache of a namespace. It is allocated for the first service that
 * tracks flows, so that the data path never has to allocate, and stays until
 * the configuration is flushed.
 *
 * Two hints save packets useless reads of the cache: mgl_net.has_flows is set
 * if it may have any flows, mgl_service.has_flows if it may have flows of the
 * service. Storing a flow sets them; mgl_flows_gc() clears them.
 */
#include <kunit/visibility.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/netlink.h>
#include <linux/random.h>

#include "backend.h"
#include "core/flow.h"
#include "core/rules.h"
#include "endpoint.h"
#include "flows.h"
#include "flows_full.h"
#include "limit.h"
#include "pool.h"
#include "service.h"
#include "table.h"

static const struct mgl_timeouts default_timeouts = { .seconds = {
	[MGL_KIND_TCP] = {
		[MAGLEV_FLOW_OPENING] = MAGLEV_TIMEOUT_TCP_SYN_DEFAULT,
		[MAGLEV_FLOW_ESTABLISHED] = MAGLEV_TIMEOUT_TCP_DEFAULT,
		[MAGLEV_FLOW_CLOSING] = MAGLEV_TIMEOUT_TCP_FIN_DEFAULT,
		[MAGLEV_FLOW_CLOSED] = MAGLEV_TIMEOUT_TCP_CLOSE_DEFAULT,
	},
	/* UDP flows are always established. */
	[MGL_KIND_UDP] = {
		[MAGLEV_FLOW_OPENING] = MAGLEV_TIMEOUT_UDP_DEFAULT,
		[MAGLEV_FLOW_ESTABLISHED] = MAGLEV_TIMEOUT_UDP_DEFAULT,
		[MAGLEV_FLOW_CLOSING] = MAGLEV_TIMEOUT_UDP_DEFAULT,
		[MAGLEV_FLOW_CLOSED] = MAGLEV_TIMEOUT_UDP_DEFAULT,
	},
	[MGL_KIND_SCTP] = {
		[MAGLEV_FLOW_OPENING] = MAGLEV_TIMEOUT_SCTP_INIT_DEFAULT,
		[MAGLEV_FLOW_ESTABLISHED] = MAGLEV_TIMEOUT_SCTP_DEFAULT,
		[MAGLEV_FLOW_CLOSING] = MAGLEV_TIMEOUT_SCTP_SHUTDOWN_DEFAULT,
		[MAGLEV_FLOW_CLOSED] = MAGLEV_TIMEOUT_SCTP_CLOSE_DEFAULT,
	},
} };

static void set_defaults(struct mgl_net *mn)
{
	int kind, state;

	mn->cache_size = MAGLEV_CACHE_SIZE_DEFAULT;
	for (kind = 0; kind < MGL_KIND_MAX; kind++)
		for (state = 0; state < __MAGLEV_FLOW_MAX; state++)
			/* Pairs with READ_ONCE() in mgl_cache_expired(). */
			WRITE_ONCE(mn->timeouts.seconds[kind][state],
				   default_timeouts.seconds[kind][state]);
}

/**
 * mgl_flows_init() - set secret, cache size and timeouts of a new namespace
 * @mn: the namespace, new
 *
 * The cache itself is allocated on first use, see mgl_flows_ensure().
 *
 * Context: any.
 */
void mgl_flows_init(struct mgl_net *mn)
{
	get_random_bytes(&mn->secret, sizeof(mn->secret));
	mn->backend_ids.lock = &mn->lock;
	mn->service_ids.lock = &mn->lock;
	set_defaults(mn);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_flows_init);

/**
 * mgl_flows_exit() - free the cache and the numbers of a namespace
 * @mn: the namespace, an RCU grace period after its last service and backend
 *	have been deleted
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
 * mgl_flows_reset() - free the cache and set size and timeouts to the defaults
 * @mn: the namespace, without services; mn->lock is held
 *
 * Context: may sleep; waits for an RCU grace period if there is a cache.
 */
void mgl_flows_reset(struct mgl_net *mn)
{
	struct mgl_cache *cache = mgl_flows_cache(mn);

	set_defaults(mn);
	mn->n_flows = 0;
	if (!cache)
		return;
	WRITE_ONCE(mn->has_flows, false);
	RCU_INIT_POINTER(mn->cache, NULL);
	synchronize_rcu();
	mgl_cache_free(cache);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_flows_reset);

/* Sizes are powers of two, so the texts are few: from this one on. */
#define TOO_LARGE_FIRST	1048576
#define TOO_LARGE(entries, mib)						\
	"a flow cache of " #entries " entries takes " #mib " MiB, which are not available"

static const char *const too_large[] = {
	TOO_LARGE(1048576, 41),
	TOO_LARGE(2097152, 81),
	TOO_LARGE(4194304, 161),
	TOO_LARGE(8388608, 321),
	TOO_LARGE(16777216, 642),
	TOO_LARGE(33554432, 1284),
	TOO_LARGE(67108864, 2568),
};

static_assert(TOO_LARGE_FIRST << (ARRAY_SIZE(too_large) - 1) ==
	      MAGLEV_CACHE_SIZE_MAX);
static_assert(MGL_CACHE_BYTES(MAGLEV_CACHE_SIZE_MAX) >> 20 == 2568);

/*
 * Memory cgroups limit charged memory where they are in use. Nothing else keeps
 * an allocation of gigabytes from driving the machine out of memory.
 */
static int check_memory(u32 entries, struct netlink_ext_ack *extack)
{
	u64 available = (u64)max(si_mem_available(), 0L) << PAGE_SHIFT;
	const char *text = "out of memory for the flow cache";

	if (MGL_CACHE_BYTES((u64)entries) <= available)
		return 0;
	if (entries >= TOO_LARGE_FIRST)
		text = too_large[ilog2(entries / TOO_LARGE_FIRST)];
	if (extack)
		extack->_msg = text;
	return -ENOMEM;
}

/**
 * mgl_flows_ensure() - allocate the cache on first use
 * @mn: the namespace; mn->lock is held
 * @track: flows that a service is about to track
 * @extack: set on error
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int mgl_flows_ensure(struct mgl_net *mn, enum maglev_track track,
		     struct netlink_ext_ack *extack)
{
	struct mgl_cache *cache;
	int err;

	if (track == MAGLEV_TRACK_NONE || mgl_flows_cache(mn))
		return 0;
	err = check_memory(mn->cache_size, extack);
	if (err)
		return err;
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
 * mgl_flows_resize() - change the size of the cache
 * @mn: the namespace; mn->lock is held
 * @entries: new capacity in flows, rounded up to a power of two
 * @extack: set on error
 *
 * Also sets the size of a cache that is not allocated yet.
 *
 * Context: may sleep; waits for an RCU grace period.
 * Return: 0, or with the size unchanged -ENOMEM, or -ENOSPC if the live flows
 * do not fit.
 */
int mgl_flows_resize(struct mgl_net *mn, u32 entries,
		     struct netlink_ext_ack *extack)
{
	struct mgl_cache *cache = mgl_flows_cache(mn);
	struct mgl_clock clock = mgl_clock(mn);
	struct mgl_cache_array *old;
	int err;

	entries = roundup_pow_of_two(entries);
	if (entries == mn->cache_size)
		return 0;
	err = check_memory(entries, extack);
	if (err)
		return err;
	if (cache) {
		err = mgl_cache_resize(cache, entries, &clock, &old);
		if (old) {
			synchronize_rcu();
			mgl_cache_array_free(old);
		}
		mn->flows_counted = false;
	}
	if (!err)
		mn->cache_size = entries;
	else if (err == -ENOSPC)
		NL_SET_ERR_MSG_MOD(extack,
				   "the tracked flows would not fit");
	else
		NL_SET_ERR_MSG_MOD(extack, "out of memory for the flow cache");
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_flows_resize);

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
	mn->n_flows++;
	if (flow->state == MAGLEV_FLOW_ESTABLISHED)
		b->n_active++;
	else
		b->n_inactive++;
	return false;
}

/**
 * mgl_flows_count() - count the tracked flows, in total and by backend
 * @mn: the namespace; mn->lock is held
 * @max_age: age in jiffies below which the last counts are good enough
 *
 * Sets mn->n_flows, and n_active and n_inactive of every backend, to the number
 * of live flows whose backend exists, and corrects the numbers that thresholds
 * are compared with. Sweeps the whole cache, so unprivileged readers get older
 * counts.
 *
 * Context: may sleep.
 */
void mgl_flows_count(struct mgl_net *mn, unsigned long max_age)
{
	struct mgl_cache *cache = mgl_flows_cache(mn);
	struct mgl_backend *b;
	struct mgl_pool *pool;

	lockdep_assert_held(&mn->lock);
	if (mn->flows_counted &&
	    time_before(jiffies, mn->flows_counted_at + max_age))
		return;
	mn->n_flows = 0;
	mgl_for_each_pool(pool, mn)
		list_for_each_entry(b, &pool->backends, node) {
			b->n_active = 0;
			b->n_inactive = 0;
			mgl_limit_count_begin(b);
		}
	/*
	 * Order the marks, and thresholds that have just been published, before
	 * the sweep; pairs with smp_mb() in mgl_flows_noted(). A flow that is stored
	 * in the meantime is seen by the sweep, or counted by who stored it, or both.
	 */
	smp_mb();
	if (cache)
		mgl_cache_sweep(cache, count_flow, mn);
	mgl_for_each_pool(pool, mn)
		list_for_each_entry(b, &pool->backends, node)
			mgl_limit_count_end(b);
	mn->flows_counted = true;
	mn->flows_counted_at = jiffies;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_flows_count);

struct flush {
	struct mgl_net *mn;
	const struct mgl_service *svc;
	const struct mgl_addr *backend;
};

static bool flush_flow(void *ctx, const struct mgl_cached *flow)
{
	const struct flush *f = ctx;
	const struct mgl_backend *b = backend_of(f->mn, flow);

	if (f->svc && flow->tuple.service != f->svc->number)
		return false;
	return !f->backend ||
	       (b && mgl_addr_equal(&b->endpoint->addr, f->backend));
}

/**
 * mgl_flows_flush() - remove tracked flows from the cache
 * @mn: the namespace; mn->lock is held
 * @svc: the service whose flows to remove, NULL for all services
 * @backend: address of the backend whose flows to remove, in any pool, NULL
 *	for all backends
 *
 * Context: may sleep.
 */
void mgl_flows_flush(struct mgl_net *mn, const struct mgl_service *svc,
		     const struct mgl_addr *backend)
{
	struct mgl_cache *cache = mgl_flows_cache(mn);
	struct flush f = { .mn = mn, .svc = svc, .backend = backend };

	if (cache)
		mgl_cache_sweep(cache, flush_flow, &f);
	mn->flows_counted = false;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_flows_flush);

/**
 * mgl_flows_redundant() - check whether a flow needs its entry
 * @ctx: the namespace
 * @tuple: the flow
 * @owner: number of its backend
 *
 * A mgl_redundant_fn. While a batch is published the answer is not clear.
 *
 * Context: RCU read side, or mn->lock is held.
 * Return: true if the flow would go to its backend without its entry, too, or if
 * its service or backend has been deleted.
 */
bool mgl_flows_redundant(void *ctx, const struct mgl_tuple *tuple, u32 owner)
{
	struct mgl_net *mn = ctx;
	unsigned int seq = mgl_seq_begin(mn);
	struct mgl_service *svc = mgl_ids_get(&mn->service_ids, tuple->service);
	struct mgl_backend *b = mgl_ids_get(&mn->backend_ids, owner);
	enum maglev_track track;
	struct mgl_flow flow;
	struct mgl_slot slot;
	bool is_owner, limited;

	if (!svc || !b)
		return true;
	track = READ_ONCE(svc->track);
	/* The slot only matters to MAGLEV_TRACK_CHANGED; save the lookup. */
	if (track != MAGLEV_TRACK_CHANGED)
		return mgl_rules_redundant(track, false, false, false);
	flow = mgl_flows_of_tuple(svc, tuple);
	rcu_read_lock();
	mgl_table_slot(rcu_dereference(svc->pool), &flow, &slot);
	is_owner = slot.cur == b;
	limited = slot.cur && mgl_backend_limited(slot.cur);
	rcu_read_unlock();
	return mgl_rules_redundant(track, slot.left, is_owner, limited) &&
	       !mgl_seq_retry(mn, seq);
}

static bool gc_flow(void *ctx, const struct mgl_cached *flow)
{
	struct mgl_net *mn = ctx;
	struct mgl_clock clock = mgl_clock(mn);
	struct mgl_service *svc;

	if (mgl_cache_expired(flow, &clock) ||
	    mgl_flows_redundant(mn, &flow->tuple, flow->owner))
		return true;
	svc = mgl_ids_get(&mn->service_ids, flow->tuple.service);
	/* Pairs with READ_ONCE() in mgl_flows_find(). */
	WRITE_ONCE(svc->has_flows, MGL_FLOWS_SOME);
	return false;
}

/**
 * mgl_flows_gc() - remove entries that no flow needs
 * @mn: the namespace; mn->lock is held
 *
 * Also clears the hints of services without flows in the cache, so that their
 * packets skip the lookup.
 *
 * Context: may sleep.
 */
void mgl_flows_gc(struct mgl_net *mn)
{
	struct mgl_cache *cache = mgl_flows_cache(mn);
	struct mgl_service *svc;
	struct mgl_bloom *old;

	if (!cache)
		return;
	mgl_for_each_service(svc, mn)
		if (READ_ONCE(svc->has_flows) == MGL_FLOWS_SOME)
			WRITE_ONCE(svc->has_flows, MGL_FLOWS_SOUGHT);
	/*
	 * Order the mark before the sweep; pairs with smp_mb() in
	 * mgl_flows_noted(). For a flow that is stored in the meantime, either the
	 * sweep sees the entry, or mgl_flows_noted() sees the mark and replaces it.
	 * Packets keep looking up flows during the sweep.
	 */
	smp_mb();
	old = mgl_cache_gc(cache, gc_flow, mn);
	if (old)
		kvfree_rcu(old, rcu);
	/*
	 * This may miss a flow that is being stored, until the next one is
	 * stored. That is fine for a hint that only controls prefetching.
	 */
	WRITE_ONCE(mn->has_flows, false);
	mgl_for_each_service(svc, mn)
		if (cmpxchg(&svc->has_flows, MGL_FLOWS_SOUGHT,
			    MGL_FLOWS_NONE) == MGL_FLOWS_SOME)
			WRITE_ONCE(mn->has_flows, true);
	mn->flows_counted = false;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_flows_gc);

/**
 * mgl_flows_prefetch() - prefetch a flow's entry during the service lookup
 * @mn: the namespace
 * @flow: the flow, not masked; its digest is set
 *
 * A cache of many flows does not fit into the CPU's caches. A read from memory
 * takes half as long as everything else that is done for a packet.
 *
 * Context: RCU read side.
 */
void mgl_flows_prefetch(struct mgl_net *mn, struct mgl_flow *flow)
{
	struct mgl_cache *cache = rcu_dereference(mn->cache);

	/* Pairs with WRITE_ONCE() in mgl_flows_gc() and mgl_flows_noted(). */
	if (!cache || !READ_ONCE(mn->has_flows))
		return;
	flow->digest = mgl_flow_digest(flow, &mn->secret);
	mgl_cache_prefetch(cache, flow->digest);
}

/**
 * mgl_flows_find() - look up a flow
 * @mn: the namespace
 * @svc: the flow's service
 * @track: flows that @svc tracks
 * @flow: the flow, masked by the service's affinity
 * @cached: the entry, without its tuple
 *
 * Has no side effect.
 *
 * Context: RCU read side.
 * Return: true if the flow has a live entry.
 */
bool mgl_flows_find(struct mgl_net *mn, const struct mgl_service *svc,
		    enum maglev_track track, const struct mgl_flow *flow,
		    struct mgl_cached *cached)
{
	struct mgl_cache *cache = rcu_dereference(mn->cache);
	struct mgl_clock clock;
	u64 key;

	/* Pairs with WRITE_ONCE() in mgl_flows_noted() and gc_flow(). */
	if (track == MAGLEV_TRACK_NONE || !cache ||
	    READ_ONCE(svc->has_flows) == MGL_FLOWS_NONE)
		return false;
	key = mgl_flow_key(flow, svc->number, &mn->secret);
	/* The cache has few flows of such a service: try the filter first. */
	if (track == MAGLEV_TRACK_CHANGED &&
	    !mgl_cache_may_contain(cache, key))
		return false;
	clock = mgl_clock(mn);
	return mgl_cache_find(cache, key, &clock, cached);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_flows_find);

/**
 * mgl_flows_touch() - update the entry of a flow for another packet
 * @mn: the namespace
 * @cached: the entry as mgl_flows_find() returned it
 * @pkt_state: the state implied by the packet alone
 *
 * Context: RCU read side, the same as that of mgl_flows_find().
 */
void mgl_flows_touch(struct mgl_net *mn, const struct mgl_cached *cached,
		     enum maglev_flow_state pkt_state)
{
	struct mgl_cache *cache = rcu_dereference(mn->cache);

	/* NULL if the configuration was flushed in between. */
	if (likely(cache))
		mgl_cache_touch(cache, cached,
				mgl_flow_state_next(cached->state, pkt_state),
				mgl_clock(mn).now);
}

/**
 * mgl_flows_noted() - note that a flow has been stored
 * @mn: the namespace
 * @svc: the flow's service
 *
 * Context: any.
 */
void mgl_flows_noted(struct mgl_net *mn, struct mgl_service *svc)
{
	/*
	 * Order the store of the entry before the check of the hints; pairs
	 * with smp_mb() in mgl_flows_gc().
	 */
	smp_mb();
	if (READ_ONCE(svc->has_flows) != MGL_FLOWS_SOME)
		WRITE_ONCE(svc->has_flows, MGL_FLOWS_SOME);
	if (!READ_ONCE(mn->has_flows))
		WRITE_ONCE(mn->has_flows, true);
}

/**
 * mgl_flows_store() - store the backend of a flow
 * @mn: the namespace
 * @svc: the flow's service
 * @flow: the flow, masked by the service's affinity
 * @b: the backend
 * @replace: replace an existing entry of the flow; otherwise it is kept,
 *	because another CPU has just stored it
 *
 * Context: RCU read side, BH disabled.
 * Return: the backend in an entry that was kept, if that is usable, valid until
 * the end of the RCU read side; otherwise @b.
 */
struct mgl_backend *mgl_flows_store(struct mgl_net *mn, struct mgl_service *svc,
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
		.kind = mgl_flows_kind(svc),
		.state = flow->pkt_state,
		.seen = clock.now,
	};
	const struct mgl_eviction evict = {
		.clock = &clock,
		.redundant = mgl_flows_redundant,
		.ctx = mn,
	};
	enum mgl_cache_stored stored;
	struct mgl_backend *kept;

	if (!cache)
		return b;
	stored = mgl_cache_store(cache, &new, replace, &evict);
	mgl_flows_noted(mn, svc);
	switch (stored) {
	case MGL_CACHE_KEPT:
		kept = backend_of(mn, &new);
		return kept && mgl_backend_serves(kept) ? kept : b;
	case MGL_CACHE_EVICTED:
		mgl_counters_event(mn->counters, MGL_EVENT_FLOWS_EVICTED);
		fallthrough;
	case MGL_CACHE_NEW:
		mgl_counters_event(mn->counters, MGL_EVENT_FLOWS_STORED);
		fallthrough;
	case MGL_CACHE_REPLACED:
		mgl_limit_stored(b);
		break;
	case MGL_CACHE_FULL:
		mgl_flows_full(mn);
		break;
	case MGL_CACHE_RENEWED:
		break;
	}
	return b;
}
