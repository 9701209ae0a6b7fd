// SPDX-License-Identifier: GPL-2.0
/*
 * Holding fragments that came before the first one of their datagram, until that
 * comes. The socket buffers themselves are queued, so holding allocates nothing.
 *
 * Fragments without a first one cost a sender nothing, so what is held is bounded
 * in bytes, and the oldest datagrams make room for new ones: a datagram whose
 * fragments were reordered on the way needs a moment only. Sources are divided
 * into groups by a keyed hash, and no group holds more than a quarter, so that a
 * single source cannot have everything.
 */
#include <kunit/visibility.h>
#include <linux/export.h>
#include <linux/hashtable.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>

#include "core/datagram.h"
#include "drop.h"
#include "hold.h"
#include "net.h"
#include "trace.h"

#define CHAIN_BITS	9
#define SOURCES		64

/* Bounds what one packet may have to clean up. */
#define EVICTIONS_MAX	16

/**
 * struct waiting - a datagram that waits for its first fragment
 * @age: entry of mgl_hold.waiting, or of mgl_hold.unused
 * @node: entry of mgl_hold.by_key
 * @queue: its fragments in the order in which they came
 * @key: mgl_fragment_key()
 * @until: time in jiffies at which it is given up
 * @bytes: memory of @queue
 * @source: group of its source
 */
struct waiting {
	struct list_head age;
	struct hlist_node node;
	struct sk_buff_head queue;
	u64 key;
	unsigned long until;
	u32 bytes;
	u32 source;
};

/**
 * struct mgl_hold - fragments that a namespace holds
 * @mn: the namespace, for counters
 * @datagrams: datagrams whose first fragment has been seen
 * @patience: how long a datagram waits, in jiffies
 * @lock: protects all that follows
 * @bytes: memory of all that is held
 * @source_bytes: the same by group of sources
 * @waiting: datagrams that wait, the oldest first
 * @unused: the rest of @slot
 * @by_key: datagrams that wait, by key
 * @timer: pending while a datagram waits, for the oldest one
 * @slot: storage
 */
struct mgl_hold {
	struct mgl_net *mn;
	struct mgl_datagrams *datagrams;
	unsigned long patience;
	spinlock_t lock; /* all that follows; outside of those of @datagrams */
	u32 bytes;
	u32 source_bytes[SOURCES];
	struct list_head waiting;
	struct list_head unused;
	DECLARE_HASHTABLE(by_key, CHAIN_BITS);
	struct timer_list timer;
	struct waiting slot[MGL_HOLD_DATAGRAMS];
};

static struct waiting *oldest(struct mgl_hold *h)
{
	return list_first_entry_or_null(&h->waiting, struct waiting, age);
}

/* Takes the fragments of a datagram off, and its slot is free. */
static void remove(struct mgl_hold *h, struct waiting *w,
		   struct sk_buff_head *to)
{
	lockdep_assert_held(&h->lock);
	skb_queue_splice_tail_init(&w->queue, to);
	/* Pairs with READ_ONCE() in mgl_hold_bytes(). */
	WRITE_ONCE(h->bytes, h->bytes - w->bytes);
	h->source_bytes[w->source] -= w->bytes;
	w->bytes = 0;
	hash_del(&w->node);
	list_move(&w->age, &h->unused);
}

/* Without the lock. */
static void drop(struct mgl_hold *h, struct sk_buff_head *queue,
		 enum mgl_reason reason)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(queue))) {
		if (mgl_tracing(h->mn))
			mgl_trace_held(h->mn, skb, 0, reason);
		mgl_drop(h->mn, skb, reason);
		mgl_counters_reason(h->mn->counters, reason);
	}
}

static void timeout(struct timer_list *t)
{
	struct mgl_hold *h = timer_container_of(h, t, timer);
	struct sk_buff_head late;
	struct waiting *w;

	__skb_queue_head_init(&late);
	spin_lock(&h->lock);
	while ((w = oldest(h)) && time_after_eq(jiffies, w->until))
		remove(h, w, &late);
	if (w)
		mod_timer(&h->timer, w->until);
	spin_unlock(&h->lock);
	drop(h, &late, MGL_REASON_FRAGMENT_TIMEOUT);
}

/**
 * mgl_hold_alloc() - allocate what fragments are held in
 * @mn: the namespace
 * @datagrams: datagrams whose first fragment has been seen
 * @patience: how long a datagram waits, in jiffies
 *
 * Context: may sleep.
 * Return: the storage, to be freed before @mn and @datagrams, or NULL without
 * memory.
 */
struct mgl_hold *mgl_hold_alloc(struct mgl_net *mn,
				struct mgl_datagrams *datagrams,
				unsigned long patience)
{
	struct mgl_hold *h;
	unsigned int i;

	h = kvzalloc(sizeof(*h), GFP_KERNEL_ACCOUNT);
	if (!h)
		return NULL;
	h->mn = mn;
	h->datagrams = datagrams;
	h->patience = patience;
	spin_lock_init(&h->lock);
	INIT_LIST_HEAD(&h->waiting);
	INIT_LIST_HEAD(&h->unused);
	timer_setup(&h->timer, timeout, 0);
	for (i = 0; i < MGL_HOLD_DATAGRAMS; i++) {
		__skb_queue_head_init(&h->slot[i].queue);
		list_add_tail(&h->slot[i].age, &h->unused);
	}
	return h;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_hold_alloc);

/**
 * mgl_hold_free() - drop the fragments that are held, and free the storage
 * @h: the storage, which no packet uses any more, or NULL
 *
 * Context: may sleep; waits for the timer.
 */
void mgl_hold_free(struct mgl_hold *h)
{
	struct sk_buff_head left;
	struct waiting *w;

	if (!h)
		return;
	timer_shutdown_sync(&h->timer);
	__skb_queue_head_init(&left);
	spin_lock_bh(&h->lock);
	while ((w = oldest(h)))
		remove(h, w, &left);
	spin_unlock_bh(&h->lock);
	local_bh_disable();
	drop(h, &left, MGL_REASON_FRAGMENT_TIMEOUT);
	local_bh_enable();
	kvfree(h);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_hold_free);

static struct waiting *find(struct mgl_hold *h, u64 key)
{
	struct waiting *w;

	hash_for_each_possible(h->by_key, w, node, key)
		if (w->key == key)
			return w;
	return NULL;
}

/*
 * Makes room for @bytes more and, if @w is NULL, for another datagram. @w itself
 * stays.
 */
static bool make_room(struct mgl_hold *h, const struct waiting *w, u32 bytes,
		      struct sk_buff_head *evicted)
{
	struct waiting *old, *next;
	unsigned int n = 0;

	list_for_each_entry_safe(old, next, &h->waiting, age) {
		if (h->bytes + bytes <= MGL_HOLD_BYTES &&
		    (w || !list_empty(&h->unused)))
			return true;
		if (n++ == EVICTIONS_MAX)
			return false;
		if (old != w)
			remove(h, old, evicted);
	}
	return h->bytes + bytes <= MGL_HOLD_BYTES;
}

static struct waiting *begin(struct mgl_hold *h, u64 key, u32 source)
{
	struct waiting *w = list_first_entry(&h->unused, struct waiting, age);

	w->key = key;
	w->source = source;
	w->until = jiffies + h->patience;
	hash_add(h->by_key, &w->node, key);
	/* Begun later, given up later: the list is in the order of @until. */
	if (list_empty(&h->waiting))
		mod_timer(&h->timer, w->until);
	list_move_tail(&w->age, &h->waiting);
	return w;
}

/*
 * Drops references that must not be kept for long, and what forwarding would
 * drop later anyway.
 */
static void detach(struct sk_buff *skb, const struct mgl_offsets *at)
{
	*mgl_held(skb) = (struct mgl_held){
		.at = *at,
		.ifindex = skb->dev->ifindex,
	};
	skb->dev = NULL;
	skb_dst_drop(skb);
	skb_orphan(skb);
	nf_reset_ct(skb);
#if IS_ENABLED(CONFIG_BRIDGE_NETFILTER)
	/* May point to devices. */
	skb_ext_del(skb, SKB_EXT_BRIDGE_NF);
#endif
}

/**
 * mgl_hold_add() - hold a fragment whose first fragment has not been seen
 * @h: the storage
 * @skb: the fragment, at PRE_ROUTING
 * @at: where its headers are
 * @source: keyed hash of the client's address
 * @d: its datagram, of which only the key is set
 *
 * The first fragment may have come on another CPU since the caller looked for
 * it. It is noted first and the fragments that wait are taken after that, so it
 * is looked for again here, with the lock held.
 *
 * Context: RCU read side, BH disabled.
 * Return: MGL_REASON_HELD: @skb has been consumed. MGL_REASON_NONE: the first
 * fragment has come, and @d is set. MGL_REASON_FRAGMENT_FULL: no room. In the
 * latter two cases the caller keeps @skb, unmodified.
 */
enum mgl_reason mgl_hold_add(struct mgl_hold *h, struct sk_buff *skb,
			     const struct mgl_offsets *at, u32 source,
			     struct mgl_datagram *d)
{
	enum mgl_reason reason = MGL_REASON_NONE;
	struct sk_buff_head evicted;
	struct waiting *w;

	source %= SOURCES;
	__skb_queue_head_init(&evicted);
	spin_lock(&h->lock);
	if (mgl_datagrams_find(h->datagrams, (u32)jiffies, d))
		goto out;
	reason = MGL_REASON_FRAGMENT_FULL;
	w = find(h, d->key);
	if ((w && skb_queue_len(&w->queue) >= MGL_HOLD_FRAGMENTS) ||
	    h->source_bytes[source] + skb->truesize > MGL_HOLD_SHARE ||
	    !make_room(h, w, skb->truesize, &evicted))
		goto out;
	if (!w)
		w = begin(h, d->key, source);
	detach(skb, at);
	__skb_queue_tail(&w->queue, skb);
	w->bytes += skb->truesize;
	/* Pairs with READ_ONCE() in mgl_hold_bytes(). */
	WRITE_ONCE(h->bytes, h->bytes + skb->truesize);
	h->source_bytes[w->source] += skb->truesize;
	reason = MGL_REASON_HELD;
out:
	spin_unlock(&h->lock);
	drop(h, &evicted, MGL_REASON_FRAGMENT_FULL);
	return reason;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_hold_add);

/**
 * mgl_hold_take() - take the fragments of a datagram
 * @h: the storage
 * @key: the datagram's key; its first fragment has been noted
 * @to: a queue to which they are added in the order in which they came; the
 *	caller owns them, and sets their devices
 *
 * Context: BH disabled.
 */
void mgl_hold_take(struct mgl_hold *h, u64 key, struct sk_buff_head *to)
{
	struct waiting *w;

	spin_lock(&h->lock);
	w = find(h, key);
	if (w)
		remove(h, w, to);
	spin_unlock(&h->lock);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_hold_take);

/**
 * mgl_hold_bytes() - get the memory of the fragments that are held
 * @h: the storage
 *
 * Context: any.
 * Return: bytes, at most MGL_HOLD_BYTES.
 */
u32 mgl_hold_bytes(const struct mgl_hold *h)
{
	/* Pairs with WRITE_ONCE() where fragments come and go. */
	return READ_ONCE(h->bytes);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_hold_bytes);
