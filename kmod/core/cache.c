// SPDX-License-Identifier: GPL-2.0
/*
 * The flow cache: find, touch, list. Storing is in cache_store.c, resizing in
 * cache_resize.c, memory in cache_array.c, the Bloom filter in bloom.c.
 */
#include <kunit/visibility.h>
#include <linux/kernel.h>
#include <linux/prefetch.h>
#include <linux/sched.h>

#include "cache_array.h"

#define BUCKETS_AT_A_TIME 4096

/**
 * mgl_cache_expired() - check whether an entry has expired
 * @flow: the entry
 * @clock: time and timeouts
 *
 * Times have 24 bits: a flow idle for more than half a year may look recent.
 *
 * Context: any.
 * Return: true if the flow has been idle for its timeout.
 */
bool mgl_cache_expired(const struct mgl_cached *flow,
		       const struct mgl_clock *clock)
{
	/* Pairs with WRITE_ONCE() where timeouts are changed. */
	u32 timeout = READ_ONCE(clock->timeouts->seconds[flow->kind][flow->state]);

	return mgl_idle_time(flow->seen, clock->now) >= timeout;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_cache_expired);

/**
 * mgl_cache_expires() - get the remaining lifetime of an entry
 * @flow: the entry
 * @clock: time and timeouts
 *
 * Context: any.
 * Return: seconds until the entry expires, 0 if it has.
 */
u32 mgl_cache_expires(const struct mgl_cached *flow,
		      const struct mgl_clock *clock)
{
	u32 timeout = READ_ONCE(clock->timeouts->seconds[flow->kind][flow->state]);

	return timeout - min(timeout, mgl_idle_time(flow->seen, clock->now));
}

/* Reads the value of entry @i of a line; false if its key is not @key. */
static bool entry_find(const struct mgl_line *line, unsigned int i, u64 key,
		       u64 *val)
{
	do {
		/* Pairs with smp_store_release() in entry_write(). */
		if (smp_load_acquire(&line->key[i]) != key)
			return false;
		/* Pairs with the WRITE_ONCE() and cmpxchg() of writers. */
		*val = READ_ONCE(line->val[i]);
		/* Pairs with smp_wmb() in entry_write(). */
		smp_rmb();
		if (READ_ONCE(line->key[i]) != key)
			return false;
		/* Order the second read of the value after that of the key. */
		smp_rmb();
	} while (READ_ONCE(line->val[i]) != *val);
	return true;
}

static bool bucket_find(const struct mgl_bucket *b, u64 key,
			struct mgl_cached *flow)
{
	unsigned int home = mgl_home_of(key), n, i;
	u64 val;

	for (n = 0; n < MGL_CACHE_LINES; n++) {
		const struct mgl_line *line = &b->line[home ^ n];

		for (i = 0; i < MGL_LINE_WAYS; i++) {
			if (!entry_find(line, i, key, &val))
				continue;
			flow->key = key;
			mgl_value_unpack(val, flow);
			return true;
		}
	}
	return false;
}

/**
 * mgl_cache_prefetch() - prefetch the home line of a flow
 * @cache: the cache
 * @key: the key that mgl_cache_find() will look up; its lower half is enough
 *
 * A cache of many flows does not fit into the CPU's caches. A read from memory
 * takes half as long as everything else that is done for a packet.
 *
 * Context: RCU read side.
 */
void mgl_cache_prefetch(struct mgl_cache *cache, u64 key)
{
	struct mgl_cache_array *array = rcu_dereference(cache->array);

	prefetch(&array->buckets[mgl_bucket_of(array, key)].line[mgl_home_of(key)]);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_cache_prefetch);

/**
 * mgl_cache_find() - look up a flow
 * @cache: the cache
 * @key: the flow's key
 * @clock: time and timeouts
 * @flow: the entry, without its tuple
 *
 * Takes no lock. A resize that fails moves entries back; a lookup may miss an
 * entry at that moment, but mgl_cache_store() finds it.
 *
 * Context: RCU read side.
 * Return: true if the flow has an entry that has not expired.
 */
bool mgl_cache_find(struct mgl_cache *cache, u64 key,
		    const struct mgl_clock *clock, struct mgl_cached *flow)
{
	struct mgl_cache_array *array = rcu_dereference(cache->array);

	key = mgl_cache_key(key);
	/* An entry is added to the next array before it leaves this one. */
	for (; array; array = rcu_dereference(array->next))
		if (bucket_find(&array->buckets[mgl_bucket_of(array, key)], key,
				flow))
			return !mgl_cache_expired(flow, clock);
	return false;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_cache_find);

/**
 * mgl_cache_touch() - update the entry of a flow for another packet
 * @cache: the cache
 * @flow: the entry as mgl_cache_find() returned it
 * @state: the flow's new state
 * @now: the time in seconds
 *
 * Writes at most once a second unless the state changes. Writes nothing if
 * another CPU has changed the entry in the meantime.
 *
 * Context: RCU read side.
 */
void mgl_cache_touch(struct mgl_cache *cache, const struct mgl_cached *flow,
		     enum maglev_flow_state state, u32 now)
{
	struct mgl_cache_array *array = rcu_dereference(cache->array);
	struct mgl_cached touched = *flow;
	u64 old = mgl_value_pack(flow), val;

	touched.state = state;
	touched.confirmed = true;
	touched.seen = now & MGL_VALUE_SEEN;
	val = mgl_value_pack(&touched);
	if (val == old)
		return;
	for (; array; array = rcu_dereference(array->next)) {
		struct mgl_bucket *b = &array->buckets[mgl_bucket_of(array,
								 flow->key)];
		unsigned int i;

		for (i = 0; i < MGL_CACHE_WAYS; i++)
			if (READ_ONCE(*mgl_entry_key(b, i)) == flow->key) {
				cmpxchg(mgl_entry_val(b, i), old, val);
				return;
			}
	}
}
EXPORT_SYMBOL_IF_KUNIT(mgl_cache_touch);

/**
 * mgl_cache_read() - read the entries of one bucket, for listings
 * @cache: the cache
 * @bucket: number of the bucket, below mgl_cache_buckets()
 * @flows: the entries, including expired ones
 *
 * Context: process; the caller excludes a concurrent resize.
 * Return: number of entries.
 */
unsigned int mgl_cache_read(struct mgl_cache *cache, u32 bucket,
			    struct mgl_cached flows[MGL_CACHE_WAYS])
{
	struct mgl_bucket_ref ref = {
		.array = rcu_dereference_protected(cache->array, true),
		.bucket = bucket,
	};
	unsigned int i, n = 0;

	spin_lock_bh(mgl_cache_lock(ref.array, bucket));
	for (i = 0; i < MGL_CACHE_WAYS; i++)
		if (mgl_cache_get(&ref, i, &flows[n]))
			n++;
	spin_unlock_bh(mgl_cache_lock(ref.array, bucket));
	return n;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_cache_read);

static bool bucket_empty(struct mgl_bucket *b)
{
	unsigned int i;

	for (i = 0; i < MGL_CACHE_WAYS; i++)
		if (READ_ONCE(*mgl_entry_key(b, i)))
			return false;
	return true;
}

/**
 * mgl_bucket_sweep() - visit the entries of one bucket
 * @ref: the bucket
 * @visit: called for each entry; returns true to delete it
 * @ctx: first argument of @visit
 *
 * Context: any but hard interrupts; takes the bucket's lock.
 */
void mgl_bucket_sweep(const struct mgl_bucket_ref *ref, mgl_visit_fn visit,
		      void *ctx)
{
	spinlock_t *lock = mgl_cache_lock(ref->array, ref->bucket);
	struct mgl_cached flow;
	unsigned int i;

	spin_lock_bh(lock);
	for (i = 0; i < MGL_CACHE_WAYS; i++)
		if (mgl_cache_get(ref, i, &flow) && visit(ctx, &flow))
			mgl_entry_clear(ref, i);
	spin_unlock_bh(lock);
}

/**
 * mgl_cache_sweep() - visit every entry
 * @cache: the cache
 * @visit: called for each entry; returns true to delete it
 * @ctx: first argument of @visit
 *
 * Context: may sleep; the caller excludes a concurrent resize.
 */
void mgl_cache_sweep(struct mgl_cache *cache, mgl_visit_fn visit, void *ctx)
{
	struct mgl_bucket_ref ref = {
		.array = rcu_dereference_protected(cache->array, true),
	};

	for (; ref.bucket <= ref.array->mask; ref.bucket++) {
		if (!(ref.bucket % BUCKETS_AT_A_TIME))
			cond_resched();
		if (!bucket_empty(&ref.array->buckets[ref.bucket]))
			mgl_bucket_sweep(&ref, visit, ctx);
	}
}
EXPORT_SYMBOL_IF_KUNIT(mgl_cache_sweep);
