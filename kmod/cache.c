// SPDX-License-Identifier: GPL-2.0
/*
 * The flow cache: find, touch, store, list. Resizing is in cache_resize.c.
 *
 * A newcomer takes, in this order, a place that is free, that of an expired
 * flow, of an unconfirmed one, of one that is closing, of one that would go to
 * the same backend anyway. It never displaces a confirmed live flow, so a
 * flood of one-packet flows cannot. Where there is no place the flow goes
 * without: by hash.
 */
#include <kunit/visibility.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "cache_array.h"

/* More locks than CPUs that could want one at a time. */
#define LOCKS_MAX 1024
#define BUCKETS_AT_A_TIME 4096

/* owner 32 bits, kind 2, state 2, confirmed 1, spare 3, seen 24 */
#define VALUE_SEEN_BITS		24
#define VALUE_SEEN_MASK		((1u << VALUE_SEEN_BITS) - 1)
#define VALUE_CONFIRMED		(1u << 27)
#define VALUE_STATE_SHIFT	28
#define VALUE_KIND_SHIFT	30

/* What is seen to come up to an hour from now came just now. */
#define AHEAD_MAX		4095

static u64 value_pack(const struct mgl_cached *f)
{
	u32 low = (u32)f->kind << VALUE_KIND_SHIFT |
		  (u32)f->state << VALUE_STATE_SHIFT |
		  (f->confirmed ? VALUE_CONFIRMED : 0) |
		  (f->seen & VALUE_SEEN_MASK);

	return (u64)f->owner << 32 | low;
}

static void value_unpack(u64 val, struct mgl_cached *f)
{
	u32 low = val;

	f->owner = val >> 32;
	f->kind = low >> VALUE_KIND_SHIFT;
	f->state = (low >> VALUE_STATE_SHIFT) & 3;
	f->confirmed = low & VALUE_CONFIRMED;
	f->seen = low & VALUE_SEEN_MASK;
}

/* 0 says that there is no flow. */
static u64 fingerprint(u64 fp)
{
	return fp ? fp : 1;
}

static u32 bucket_of(const struct mgl_cache_array *array, u64 fp)
{
	return fp & array->mask;
}

/*
 * Other CPUs' packets may be from seconds that had not begun when @now was
 * taken: for a packet a moment ago, for a resize that is under way a while.
 */
static u32 idle_time(u32 seen, u32 now)
{
	u32 idle = (now - seen) & VALUE_SEEN_MASK;

	return idle > VALUE_SEEN_MASK - AHEAD_MAX ? 0 : idle;
}

/**
 * mgl_cache_expired() - has a flow been idle for too long?
 * @flow: the flow
 * @clock: time and timeouts
 *
 * Times have 24 bits: a flow idle for more than half a year may look young.
 *
 * Context: any.
 * Return: true if it has.
 */
bool mgl_cache_expired(const struct mgl_cached *flow,
		       const struct mgl_clock *clock)
{
	/* Pairs with the WRITE_ONCE() of whoever changes timeouts. */
	u32 timeout = READ_ONCE(clock->timeouts->seconds[flow->kind][flow->state]);

	return idle_time(flow->seen, clock->now) >= timeout;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_cache_expired);

/**
 * mgl_cache_expires() - when will a flow be forgotten?
 * @flow: the flow, which has not expired
 * @clock: time and timeouts
 *
 * Context: any.
 * Return: seconds from now on.
 */
u32 mgl_cache_expires(const struct mgl_cached *flow,
		      const struct mgl_clock *clock)
{
	u32 timeout = READ_ONCE(clock->timeouts->seconds[flow->kind][flow->state]);

	return timeout - min(timeout, idle_time(flow->seen, clock->now));
}

/**
 * mgl_cache_array_alloc() - memory for a number of flows
 * @entries: flows, a power of two from MAGLEV_CACHE_SIZE_MIN
 *
 * Context: may sleep.
 * Return: the array, empty, or NULL.
 */
struct mgl_cache_array *mgl_cache_array_alloc(u32 entries)
{
	u32 n = entries / MGL_CACHE_WAYS, n_locks, i;
	struct mgl_cache_array *array;

	array = kvzalloc(sizeof(*array), GFP_KERNEL_ACCOUNT);
	if (!array)
		return NULL;
	n_locks = min_t(u32, n, LOCKS_MAX);
	array->locks = kvmalloc_array(n_locks, sizeof(*array->locks),
				      GFP_KERNEL_ACCOUNT);
	array->buckets = kvcalloc(n, sizeof(*array->buckets),
				  GFP_KERNEL_ACCOUNT);
	array->names = kvcalloc(n, sizeof(*array->names), GFP_KERNEL_ACCOUNT);
	if (!array->locks || !array->buckets || !array->names) {
		mgl_cache_array_free(array);
		return NULL;
	}
	array->mask = n - 1;
	array->lock_mask = n_locks - 1;
	for (i = 0; i < n_locks; i++)
		spin_lock_init(&array->locks[i]);
	return array;
}

/**
 * mgl_cache_array_free() - free the memory of a cache
 * @array: what no reader can see any more, or NULL
 *
 * Context: may sleep.
 */
void mgl_cache_array_free(struct mgl_cache_array *array)
{
	if (!array)
		return;
	kvfree(array->names);
	kvfree(array->buckets);
	kvfree(array->locks);
	kvfree(array);
}

/**
 * mgl_cache_alloc() - make an empty cache
 * @entries: flows it can hold, a power of two from MAGLEV_CACHE_SIZE_MIN
 *
 * Context: may sleep.
 * Return: the cache or NULL.
 */
struct mgl_cache *mgl_cache_alloc(u32 entries)
{
	struct mgl_cache_array *array;
	struct mgl_cache *cache;

	cache = kvzalloc(sizeof(*cache), GFP_KERNEL_ACCOUNT);
	if (!cache)
		return NULL;
	array = mgl_cache_array_alloc(entries);
	if (!array) {
		kvfree(cache);
		return NULL;
	}
	RCU_INIT_POINTER(cache->array, array);
	return cache;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_cache_alloc);

/**
 * mgl_cache_free() - free a cache
 * @cache: what no reader can see any more, or NULL
 *
 * Context: may sleep.
 */
void mgl_cache_free(struct mgl_cache *cache)
{
	if (!cache)
		return;
	mgl_cache_array_free(rcu_dereference_protected(cache->array, true));
	kvfree(cache);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_cache_free);

/**
 * mgl_cache_buckets() - how many buckets are there to read?
 * @cache: the cache
 *
 * Context: not while it is resized, which the caller sees to.
 * Return: their number.
 */
u32 mgl_cache_buckets(struct mgl_cache *cache)
{
	return rcu_dereference_protected(cache->array, true)->mask + 1;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_cache_buckets);

/**
 * mgl_cache_size() - how many flows can it hold?
 * @cache: the cache
 *
 * Context: not while it is resized, which the caller sees to.
 * Return: their number.
 */
u32 mgl_cache_size(struct mgl_cache *cache)
{
	return mgl_cache_buckets(cache) * MGL_CACHE_WAYS;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_cache_size);

/* The value at a place if @fp is there. */
static bool entry_find(const struct mgl_bucket *b, unsigned int way, u64 fp,
		       u64 *val)
{
	do {
		/* Pairs with smp_store_release() in entry_write(). */
		if (smp_load_acquire(&b->fp[way]) != fp)
			return false;
		/* Pairs with the WRITE_ONCE() and cmpxchg() of writers. */
		*val = READ_ONCE(b->val[way]);
		/* Pairs with smp_wmb() in entry_write(). */
		smp_rmb();
		if (READ_ONCE(b->fp[way]) != fp)
			return false;
		/* Likewise: another may have been there in between. */
		smp_rmb();
	} while (READ_ONCE(b->val[way]) != *val);
	return true;
}

static bool bucket_find(const struct mgl_bucket *b, u64 fp,
			struct mgl_cached *flow)
{
	unsigned int i;
	u64 val;

	for (i = 0; i < MGL_CACHE_WAYS; i++) {
		if (!entry_find(b, i, fp, &val))
			continue;
		flow->fp = fp;
		value_unpack(val, flow);
		return true;
	}
	return false;
}

/**
 * mgl_cache_find() - look for a flow
 * @cache: the cache
 * @fp: the flow's fingerprint
 * @clock: time and timeouts
 * @flow: what was found, without its name
 *
 * Takes no lock. While the cache is resized a flow may be missed that is
 * moved back at that moment; mgl_cache_store() finds it.
 *
 * Context: RCU read side.
 * Return: true if it is there and has not expired.
 */
bool mgl_cache_find(struct mgl_cache *cache, u64 fp,
		    const struct mgl_clock *clock, struct mgl_cached *flow)
{
	struct mgl_cache_array *array = rcu_dereference(cache->array);

	fp = fingerprint(fp);
	/* A flow is put into the next array before it leaves this one. */
	for (; array; array = rcu_dereference(array->next))
		if (bucket_find(&array->buckets[bucket_of(array, fp)], fp,
				flow))
			return !mgl_cache_expired(flow, clock);
	return false;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_cache_find);

/**
 * mgl_cache_touch() - note that one more packet of a flow has come
 * @cache: the cache
 * @flow: what mgl_cache_find() found
 * @state: the flow's state now
 * @now: the time
 *
 * Writes at most once a second unless the state changes. Where the entry is
 * not what it was any more, somebody else was faster and nothing is written.
 *
 * Context: RCU read side.
 */
void mgl_cache_touch(struct mgl_cache *cache, const struct mgl_cached *flow,
		     enum maglev_flow_state state, u32 now)
{
	struct mgl_cache_array *array = rcu_dereference(cache->array);
	struct mgl_cached touched = *flow;
	u64 old = value_pack(flow), val;

	touched.state = state;
	touched.confirmed = true;
	touched.seen = now & VALUE_SEEN_MASK;
	val = value_pack(&touched);
	if (val == old)
		return;
	for (; array; array = rcu_dereference(array->next)) {
		struct mgl_bucket *b = &array->buckets[bucket_of(array,
								 flow->fp)];
		unsigned int i;

		for (i = 0; i < MGL_CACHE_WAYS; i++)
			if (READ_ONCE(b->fp[i]) == flow->fp) {
				cmpxchg(&b->val[i], old, val);
				return;
			}
	}
}
EXPORT_SYMBOL_IF_KUNIT(mgl_cache_touch);

/* Without the name, which is in another cache line. */
static bool entry_read(const struct mgl_place *place, unsigned int way,
		       struct mgl_cached *flow)
{
	const struct mgl_bucket *b = &place->array->buckets[place->bucket];

	flow->fp = READ_ONCE(b->fp[way]);
	if (!flow->fp)
		return false;
	value_unpack(READ_ONCE(b->val[way]), flow);
	return true;
}

/**
 * mgl_cache_get() - read one place of a locked bucket
 * @place: the bucket
 * @way: which place of it
 * @flow: the flow
 *
 * Context: the bucket's lock is held.
 * Return: true if there is a flow.
 */
bool mgl_cache_get(const struct mgl_place *place, unsigned int way,
		   struct mgl_cached *flow)
{
	if (!entry_read(place, way, flow))
		return false;
	flow->tuple = place->array->names[place->bucket].tuple[way];
	return true;
}

static void entry_clear(const struct mgl_place *place, unsigned int way)
{
	/* Pairs with smp_load_acquire() in entry_find(). */
	smp_store_release(&place->array->buckets[place->bucket].fp[way], 0);
}

static void entry_write(const struct mgl_place *place, unsigned int way,
			const struct mgl_cached *flow)
{
	struct mgl_bucket *b = &place->array->buckets[place->bucket];

	if (READ_ONCE(b->fp[way]) != flow->fp) {
		WRITE_ONCE(b->fp[way], 0);
		/* Pairs with smp_rmb() in entry_find(). */
		smp_wmb();
	}
	WRITE_ONCE(b->val[way], value_pack(flow));
	place->array->names[place->bucket].tuple[way] = flow->tuple;
	/* Pairs with smp_load_acquire() in entry_find(). */
	smp_store_release(&b->fp[way], flow->fp);
}

/* Lower ones go first; from RANK_LIVE on nothing is displaced. */
enum rank {
	RANK_FREE,
	RANK_EXPIRED,
	RANK_UNCONFIRMED,
	RANK_CLOSING,
	RANK_LIVE,
};

static enum rank rank(const struct mgl_cached *flow,
		      const struct mgl_clock *clock)
{
	if (mgl_cache_expired(flow, clock))
		return RANK_EXPIRED;
	if (!flow->confirmed)
		return RANK_UNCONFIRMED;
	if (flow->state == MAGLEV_FLOW_CLOSING ||
	    flow->state == MAGLEV_FLOW_CLOSED)
		return RANK_CLOSING;
	return RANK_LIVE;
}

/**
 * mgl_cache_put() - store a flow in a locked bucket
 * @place: the bucket
 * @flow: the flow; becomes what is there already if that is kept
 * @replace: an entry of the flow's own is not kept
 * @clock: time and timeouts
 * @redundant: says whether a flow may go without an entry, or NULL
 * @ctx: for @redundant
 *
 * Context: the bucket's lock is held.
 * Return: what became of it.
 */
enum mgl_cache_stored mgl_cache_put(const struct mgl_place *place,
				    struct mgl_cached *flow, bool replace,
				    const struct mgl_clock *clock,
				    mgl_redundant_fn redundant, void *ctx)
{
	u32 best_idle = 0, idle;
	enum rank best = RANK_LIVE, r;
	struct mgl_cached other;
	int victim = -1;
	unsigned int i;

	for (i = 0; i < MGL_CACHE_WAYS; i++) {
		r = RANK_FREE;
		idle = 0;
		if (entry_read(place, i, &other)) {
			r = rank(&other, clock);
			idle = idle_time(other.seen, clock->now);
			if (other.fp == flow->fp) {
				if (!replace && r != RANK_EXPIRED) {
					mgl_cache_get(place, i, flow);
					return MGL_CACHE_KEPT;
				}
				entry_write(place, i, flow);
				return r == RANK_EXPIRED ? MGL_CACHE_NEW :
							   MGL_CACHE_REPLACED;
			}
		}
		/* The one that has been silent for longest among equals. */
		if (r < best || (r == best && r != RANK_LIVE && idle > best_idle)) {
			best = r;
			best_idle = idle;
			victim = i;
		}
	}
	for (i = 0; victim < 0 && redundant && i < MGL_CACHE_WAYS; i++)
		if (mgl_cache_get(place, i, &other) &&
		    redundant(ctx, &other.tuple, other.owner))
			victim = i;
	if (victim < 0)
		return MGL_CACHE_FULL;
	entry_write(place, victim, flow);
	return best <= RANK_EXPIRED ? MGL_CACHE_NEW : MGL_CACHE_EVICTED;
}

/* Locks the bucket where a flow is, or would be put, now. */
static void place_lock(struct mgl_cache *cache, u64 fp, struct mgl_place *place)
{
	struct mgl_cache_array *array = rcu_dereference(cache->array);
	struct mgl_cache_array *next;
	u32 bucket = bucket_of(array, fp);

	spin_lock(mgl_cache_lock(array, bucket));
	next = rcu_dereference(array->next);
	if (!next || bucket >= READ_ONCE(array->moved)) {
		*place = (struct mgl_place){
			.array = array, .bucket = bucket,
		};
		return;
	}
	/* The outer lock keeps it from being moved back. */
	*place = (struct mgl_place){
		.array = next, .bucket = bucket_of(next, fp), .outer = array,
	};
	spin_lock_nested(mgl_cache_lock(next, place->bucket),
			 SINGLE_DEPTH_NESTING);
}

static void place_unlock(const struct mgl_place *place, u64 fp)
{
	spin_unlock(mgl_cache_lock(place->array, place->bucket));
	if (place->outer)
		spin_unlock(mgl_cache_lock(place->outer,
					   bucket_of(place->outer, fp)));
}

/**
 * mgl_cache_store() - remember a flow
 * @cache: the cache
 * @flow: the flow; becomes what is there already if that is kept
 * @replace: an entry that the flow has is wrong; otherwise it is kept, as
 *	another CPU was faster
 * @clock: time and timeouts
 * @redundant: says whether a flow may go without an entry, or NULL
 * @ctx: for @redundant
 *
 * Context: RCU read side, BH disabled. Looks at MGL_CACHE_WAYS entries.
 * Return: what became of it.
 */
enum mgl_cache_stored mgl_cache_store(struct mgl_cache *cache,
				      struct mgl_cached *flow, bool replace,
				      const struct mgl_clock *clock,
				      mgl_redundant_fn redundant, void *ctx)
{
	enum mgl_cache_stored stored;
	struct mgl_place place;
	u64 fp;

	fp = fingerprint(flow->fp);
	flow->fp = fp;
	place_lock(cache, fp, &place);
	stored = mgl_cache_put(&place, flow, replace, clock, redundant, ctx);
	place_unlock(&place, fp);
	return stored;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_cache_store);

/**
 * mgl_cache_read() - the flows of one bucket, for listings
 * @cache: the cache
 * @bucket: below mgl_cache_buckets()
 * @flows: what it has, expired ones included
 *
 * Context: process; not while it is resized, which the caller sees to.
 * Return: how many.
 */
unsigned int mgl_cache_read(struct mgl_cache *cache, u32 bucket,
			    struct mgl_cached flows[MGL_CACHE_WAYS])
{
	struct mgl_place place = {
		.array = rcu_dereference_protected(cache->array, true),
		.bucket = bucket,
	};
	unsigned int i, n = 0;

	spin_lock_bh(mgl_cache_lock(place.array, bucket));
	for (i = 0; i < MGL_CACHE_WAYS; i++)
		if (mgl_cache_get(&place, i, &flows[n]))
			n++;
	spin_unlock_bh(mgl_cache_lock(place.array, bucket));
	return n;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_cache_read);

static bool bucket_empty(const struct mgl_bucket *b)
{
	unsigned int i;

	for (i = 0; i < MGL_CACHE_WAYS; i++)
		if (READ_ONCE(b->fp[i]))
			return false;
	return true;
}

/**
 * mgl_cache_sweep() - look at every flow
 * @cache: the cache
 * @visit: called for each; returns true to have it forgotten
 * @ctx: for @visit
 *
 * Context: may sleep; not while it is resized, which the caller sees to.
 */
void mgl_cache_sweep(struct mgl_cache *cache, mgl_visit_fn visit, void *ctx)
{
	struct mgl_place place = {
		.array = rcu_dereference_protected(cache->array, true),
	};
	struct mgl_cached flow;
	unsigned int i;

	for (; place.bucket <= place.array->mask; place.bucket++) {
		if (!(place.bucket % BUCKETS_AT_A_TIME))
			cond_resched();
		if (bucket_empty(&place.array->buckets[place.bucket]))
			continue;
		spin_lock_bh(mgl_cache_lock(place.array, place.bucket));
		for (i = 0; i < MGL_CACHE_WAYS; i++)
			if (mgl_cache_get(&place, i, &flow) &&
			    visit(ctx, &flow))
				entry_clear(&place, i);
		spin_unlock_bh(mgl_cache_lock(place.array, place.bucket));
	}
}
EXPORT_SYMBOL_IF_KUNIT(mgl_cache_sweep);
