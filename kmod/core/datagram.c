// SPDX-License-Identifier: GPL-2.0
/*
 * The table of datagrams whose first fragment has been seen. Only first
 * fragments enter it, so that a flood of others displaces nothing. Among first
 * fragments the latest wins: the rest of a datagram is on its way together with
 * its first fragment, so the oldest entry of a bucket is the one that is least
 * likely to be needed again.
 */
#include <kunit/visibility.h>
#include <linux/build_bug.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "datagram.h"

#define BUCKETS (MGL_DATAGRAMS / MGL_DATAGRAM_WAYS)

/* Far more than CPUs, so that contention is rare. */
#define LOCKS 128

/**
 * struct value - an entry without its key
 * @owner: mgl_datagram.owner
 * @service: mgl_datagram.service
 * @at: mgl_datagram.at
 * @reason: mgl_datagram.reason
 */
struct value {
	u32 owner;
	u32 service;
	u32 at;
	u32 reason;
};

/**
 * struct bucket - datagrams whose keys have the same low bits
 * @key: keys, in one cache line; 0 for a free entry
 * @value: values, indexed like the keys
 */
struct bucket {
	u64 key[MGL_DATAGRAM_WAYS];
	struct value value[MGL_DATAGRAM_WAYS];
} __aligned(64);

static_assert((BUCKETS & (BUCKETS - 1)) == 0 && BUCKETS % LOCKS == 0);

/**
 * struct mgl_datagrams - a table of datagrams
 * @lifetime: time after which an entry has expired
 * @locks: locks of the buckets, each of several
 * @buckets: the entries
 */
struct mgl_datagrams {
	u32 lifetime;
	spinlock_t locks[LOCKS]; /* the buckets */
	struct bucket *buckets;
};

/**
 * mgl_datagrams_alloc() - allocate an empty table
 * @lifetime: time after which an entry expires, in the caller's unit of time
 *
 * Context: may sleep.
 * Return: the table, or NULL without memory.
 */
struct mgl_datagrams *mgl_datagrams_alloc(u32 lifetime)
{
	struct mgl_datagrams *all;
	unsigned int i;

	all = kvzalloc(sizeof(*all), GFP_KERNEL_ACCOUNT);
	if (!all)
		return NULL;
	all->buckets = kvcalloc(BUCKETS, sizeof(*all->buckets),
				GFP_KERNEL_ACCOUNT);
	if (!all->buckets) {
		kvfree(all);
		return NULL;
	}
	all->lifetime = lifetime;
	for (i = 0; i < LOCKS; i++)
		spin_lock_init(&all->locks[i]);
	return all;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_datagrams_alloc);

/**
 * mgl_datagrams_free() - free a table
 * @all: the table, which nobody uses any more, or NULL
 *
 * Context: may sleep.
 */
void mgl_datagrams_free(struct mgl_datagrams *all)
{
	if (!all)
		return;
	kvfree(all->buckets);
	kvfree(all);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_datagrams_free);

static struct bucket *bucket_of(struct mgl_datagrams *all, u64 key)
{
	return &all->buckets[key & (BUCKETS - 1)];
}

/* The lock of that bucket. */
static spinlock_t *lock_of(struct mgl_datagrams *all, u64 key)
{
	return &all->locks[key & (LOCKS - 1)];
}

/*
 * Another CPU's time may be a little ahead. An age of more than that is not taken for
 * time to come, or an entry would be fresh again when half of the numbers are over.
 */
static bool expired(const struct mgl_datagrams *all, u32 at, u32 now)
{
	u32 age = now - at;

	return age >= all->lifetime && age < -all->lifetime;
}

static int way_of(const struct bucket *b, u64 key)
{
	int i;

	for (i = 0; i < MGL_DATAGRAM_WAYS; i++)
		if (b->key[i] == key)
			return i;
	return -1;
}

/**
 * mgl_datagrams_find() - look up a datagram
 * @all: the table
 * @now: the time
 * @d: the datagram, of which only the key is set; set to its entry if it has one
 *
 * Context: BH disabled; takes the lock of a bucket.
 * Return: true if the datagram has an entry that has not expired.
 */
bool mgl_datagrams_find(struct mgl_datagrams *all, u32 now,
			struct mgl_datagram *d)
{
	const struct bucket *b = bucket_of(all, d->key);
	const struct value *v;
	bool found;
	int i;

	spin_lock(lock_of(all, d->key));
	i = way_of(b, d->key);
	found = i >= 0 && !expired(all, b->value[i].at, now);
	if (found) {
		v = &b->value[i];
		d->owner = v->owner;
		d->service = v->service;
		d->at = v->at;
		d->reason = v->reason;
	}
	spin_unlock(lock_of(all, d->key));
	return found;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_datagrams_find);

/* An entry to give to another datagram: one that is free or expired, or the oldest. */
static int victim(const struct mgl_datagrams *all, const struct bucket *b,
		  u32 now)
{
	int i, oldest = 0;

	for (i = 0; i < MGL_DATAGRAM_WAYS; i++) {
		if (!b->key[i] || expired(all, b->value[i].at, now))
			return i;
		if ((s32)(b->value[i].at - b->value[oldest].at) < 0)
			oldest = i;
	}
	return oldest;
}

/**
 * mgl_datagrams_store() - store what became of a first fragment
 * @all: the table
 * @d: the datagram; @d->at is the present time
 * @replace: replace an entry of the same datagram that has not expired
 *
 * The identification of IPv4 has 16 bits, which a busy sender uses again within
 * seconds: an entry is replaced because it may be of another datagram.
 *
 * Context: BH disabled; takes the lock of a bucket. Looks at MGL_DATAGRAM_WAYS
 * entries.
 * Return: true if another datagram lost its entry, which had not expired.
 */
bool mgl_datagrams_store(struct mgl_datagrams *all,
			 const struct mgl_datagram *d, bool replace)
{
	struct bucket *b = bucket_of(all, d->key);
	bool displaced = false;
	int i;

	spin_lock(lock_of(all, d->key));
	i = way_of(b, d->key);
	if (i >= 0 && !replace && !expired(all, b->value[i].at, d->at))
		goto out;
	if (i < 0) {
		i = victim(all, b, d->at);
		displaced = b->key[i] &&
			    !expired(all, b->value[i].at, d->at);
	}
	b->key[i] = d->key;
	b->value[i] = (struct value){
		.owner = d->owner,
		.service = d->service,
		.at = d->at,
		.reason = d->reason,
	};
out:
	spin_unlock(lock_of(all, d->key));
	return displaced;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_datagrams_store);
