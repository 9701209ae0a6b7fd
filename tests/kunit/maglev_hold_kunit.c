// SPDX-License-Identifier: GPL-2.0
/*
 * Fragments that are held: the order in which they go on, bounds, time. A test
 * keeps a reference of its own on each buffer, which tells whether it was freed.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/dst_metadata.h>
#include <net/net_namespace.h>

#include "core/datagram.h"
#include "fragment.h"
#include "hold.h"
#include "objects.h"
#include "report.h"
#include "stats.h"

#define TRUESIZE 4096
#define LIFETIME (5 * HZ)
/* Longer than any test takes, and short. */
#define LONG (3600 * HZ)
#define SHORT (HZ / 5)
/* Ends what hangs. */
#define LIMIT (120 * HZ)
/* As many of these as one source may have, and all together. */
#define SHARE (MGL_HOLD_SHARE / TRUESIZE)
#define ALL (MGL_HOLD_BYTES / TRUESIZE)

struct fixture {
	struct mgl_net *mn;
	struct mgl_datagrams *datagrams;
	struct mgl_hold *hold;
};

static struct fixture fixture_new(struct kunit *test, unsigned long patience)
{
	struct fixture f = { .mn = test->priv };

	f.datagrams = mgl_datagrams_alloc(LIFETIME);
	KUNIT_ASSERT_NOT_NULL(test, f.datagrams);
	f.hold = mgl_hold_alloc(f.mn, f.datagrams, patience);
	KUNIT_ASSERT_NOT_NULL(test, f.hold);
	return f;
}

static void fixture_free(struct fixture *f)
{
	mgl_hold_free(f->hold);
	mgl_datagrams_free(f->datagrams);
}

static struct sk_buff *fragment_new(struct kunit *test, u32 mark)
{
	struct sk_buff *skb = alloc_skb(64, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb->dev = init_net.loopback_dev;
	skb->truesize = TRUESIZE;
	skb->mark = mark;
	IPCB(skb)->frag_max_size = 1280;
	return skb;
}

/* True if nobody but the test has the buffer; gives up the test's reference. */
static bool was_freed(struct sk_buff *skb)
{
	bool freed = refcount_read(&skb->users) == 1;

	kfree_skb(skb);
	return freed;
}

static enum mgl_reason add(struct fixture *f, struct sk_buff *skb, u64 key,
			   u32 source)
{
	const struct mgl_offsets at = { .gre = 20, .inner = 24 };
	struct mgl_datagram d = { .key = key };
	enum mgl_reason reason;

	local_bh_disable();
	rcu_read_lock();
	reason = mgl_hold_add(f->hold, skb, &at, source, &d);
	rcu_read_unlock();
	local_bh_enable();
	return reason;
}

/* Holds a new fragment; returns it with a reference of the test's own. */
static struct sk_buff *hold(struct kunit *test, struct fixture *f, u64 key,
			    u32 source)
{
	struct sk_buff *skb = skb_get(fragment_new(test, key));

	if (add(f, skb, key, source) != MGL_REASON_HELD)
		FAIL_ONCE(test, "datagram %llu is not held", key);
	return skb;
}

static void take(struct fixture *f, u64 key, struct sk_buff_head *queue)
{
	__skb_queue_head_init(queue);
	local_bh_disable();
	mgl_hold_take(f->hold, key, queue);
	local_bh_enable();
}

static u32 take_number(struct fixture *f, u64 key)
{
	struct sk_buff_head queue;
	u32 n;

	take(f, key, &queue);
	n = skb_queue_len(&queue);
	__skb_queue_purge(&queue);
	return n;
}

static u64 counted(struct fixture *f, enum mgl_reason reason)
{
	return mgl_counters_read(f->mn->counters).reasons[reason];
}

static void test_hold_order(struct kunit *test)
{
	struct fixture f = fixture_new(test, LONG);
	struct sk_buff_head queue;
	struct sk_buff *skb;
	u32 i;

	/* Of three datagrams in turn. */
	for (i = 0; i < 30; i++)
		KUNIT_EXPECT_EQ(test, MGL_REASON_HELD,
				add(&f, fragment_new(test, i), 1 + i % 3, 5));
	KUNIT_EXPECT_EQ(test, 30 * TRUESIZE, mgl_hold_bytes(f.hold));
	take(&f, 2, &queue);
	KUNIT_EXPECT_EQ(test, 10, skb_queue_len(&queue));
	for (i = 1; (skb = __skb_dequeue(&queue)); i += 3) {
		KUNIT_EXPECT_EQ(test, i, skb->mark);
		KUNIT_EXPECT_NULL(test, skb->dev);
		KUNIT_EXPECT_EQ(test, init_net.loopback_dev->ifindex,
				mgl_held(skb)->ifindex);
		KUNIT_EXPECT_EQ(test, 24, mgl_held(skb)->at.inner);
		KUNIT_EXPECT_EQ(test, 20, mgl_held(skb)->at.gre);
		KUNIT_EXPECT_EQ(test, 1280, IPCB(skb)->frag_max_size);
		kfree_skb(skb);
	}
	KUNIT_EXPECT_EQ(test, 20 * TRUESIZE, mgl_hold_bytes(f.hold));
	KUNIT_EXPECT_EQ(test, 0, take_number(&f, 2));
	KUNIT_EXPECT_EQ(test, 10, take_number(&f, 1));
	KUNIT_EXPECT_EQ(test, 10, take_number(&f, 3));
	KUNIT_EXPECT_EQ(test, 0, mgl_hold_bytes(f.hold));
	fixture_free(&f);
}

/* The first one has come between the caller's look and this. */
static void test_hold_resolved(struct kunit *test)
{
	struct fixture f = fixture_new(test, LONG);
	const struct mgl_datagram stored = {
		.key = 9,
		.owner = 7,
		.service = 8,
		.at = (u32)jiffies,
	};
	struct mgl_datagram d = { .key = 9 };
	struct sk_buff *skb = fragment_new(test, 0);

	local_bh_disable();
	mgl_datagrams_store(f.datagrams, &stored, true);
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, MGL_REASON_NONE,
			mgl_hold_add(f.hold, skb, &(struct mgl_offsets){}, 0, &d));
	rcu_read_unlock();
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, 7, d.owner);
	KUNIT_EXPECT_EQ(test, 8, d.service);
	KUNIT_EXPECT_PTR_EQ(test, init_net.loopback_dev, skb->dev);
	KUNIT_EXPECT_EQ(test, 0, mgl_hold_bytes(f.hold));
	kfree_skb(skb);
	fixture_free(&f);
}

static void test_hold_references(struct kunit *test)
{
	struct fixture f = fixture_new(test, LONG);
	struct sk_buff *skb = skb_get(fragment_new(test, 0));
	struct dst_entry *dst;

	/* A route, as early demultiplexing may set one. */
	dst = (struct dst_entry *)metadata_dst_alloc(0, METADATA_IP_TUNNEL,
						     GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, dst);
	skb_dst_set(skb, dst);
	KUNIT_EXPECT_EQ(test, MGL_REASON_HELD, add(&f, skb, 1, 0));
	KUNIT_EXPECT_NULL(test, skb_dst(skb));
	KUNIT_EXPECT_NULL(test, skb->dev);
	fixture_free(&f);
	KUNIT_EXPECT_TRUE(test, was_freed(skb));
}

static void test_hold_fragments(struct kunit *test)
{
	struct fixture f = fixture_new(test, LONG);
	struct sk_buff *skb;
	u32 i;

	for (i = 0; i < MGL_HOLD_FRAGMENTS; i++) {
		skb = fragment_new(test, i);
		skb->truesize = 512;
		KUNIT_EXPECT_EQ(test, MGL_REASON_HELD, add(&f, skb, 1, 0));
	}
	skb = fragment_new(test, i);
	KUNIT_EXPECT_EQ(test, MGL_REASON_FRAGMENT_FULL, add(&f, skb, 1, 0));
	KUNIT_EXPECT_PTR_EQ(test, init_net.loopback_dev, skb->dev);
	/* Another datagram has room. */
	KUNIT_EXPECT_EQ(test, MGL_REASON_HELD, add(&f, skb, 2, 0));
	KUNIT_EXPECT_EQ(test, MGL_HOLD_FRAGMENTS, take_number(&f, 1));
	fixture_free(&f);
}

/* A source has its share, and no more; another one is not affected. */
static void test_hold_share(struct kunit *test)
{
	struct fixture f = fixture_new(test, LONG);
	struct sk_buff *skb;
	u32 i;

	for (i = 0; i < SHARE; i++)
		KUNIT_EXPECT_EQ(test, MGL_REASON_HELD,
				add(&f, fragment_new(test, 0), 1 + i, 3));
	skb = fragment_new(test, 0);
	KUNIT_EXPECT_EQ(test, MGL_REASON_FRAGMENT_FULL,
			add(&f, skb, 1000, 3));
	KUNIT_EXPECT_EQ(test, MGL_REASON_HELD, add(&f, skb, 1000, 4));
	KUNIT_EXPECT_EQ(test, 0, counted(&f, MGL_REASON_FRAGMENT_FULL));
	/* What goes on makes room. */
	KUNIT_EXPECT_EQ(test, 1, take_number(&f, 1));
	KUNIT_EXPECT_EQ(test, MGL_REASON_HELD,
			add(&f, fragment_new(test, 0), 1001, 3));
	fixture_free(&f);
}

/* Many sources: the datagrams that have waited longest make room. */
static void test_hold_oldest(struct kunit *test)
{
	struct fixture f = fixture_new(test, LONG);
	static struct sk_buff *skb[3 * ALL];
	u32 i, freed = 0;

	for (i = 0; i < 3 * ALL; i++) {
		skb[i] = hold(test, &f, 1 + i, i);
		if (mgl_hold_bytes(f.hold) > MGL_HOLD_BYTES)
			FAIL_ONCE(test, "%u bytes", mgl_hold_bytes(f.hold));
	}
	KUNIT_EXPECT_EQ(test, MGL_HOLD_BYTES, mgl_hold_bytes(f.hold));
	KUNIT_EXPECT_EQ(test, 2 * ALL, counted(&f, MGL_REASON_FRAGMENT_FULL));
	for (i = 0; i < 2 * ALL; i++)
		freed += was_freed(skb[i]);
	KUNIT_EXPECT_EQ(test, 2 * ALL, freed);
	for (; i < 3 * ALL; i++)
		if (take_number(&f, 1 + i) != 1 || !was_freed(skb[i]))
			FAIL_ONCE(test, "datagram %u is gone", i);
	KUNIT_EXPECT_EQ(test, 0, mgl_hold_bytes(f.hold));
	fixture_free(&f);
}

/* Small ones: their number is bounded, too. */
static void test_hold_datagrams(struct kunit *test)
{
	struct fixture f = fixture_new(test, LONG);
	struct sk_buff *skb;
	u32 i;

	for (i = 0; i < 2 * MGL_HOLD_DATAGRAMS; i++) {
		skb = fragment_new(test, 0);
		skb->truesize = 1;
		if (add(&f, skb, 1 + i, i) != MGL_REASON_HELD)
			FAIL_ONCE(test, "datagram %u is not held", i);
	}
	KUNIT_EXPECT_EQ(test, MGL_HOLD_DATAGRAMS, mgl_hold_bytes(f.hold));
	KUNIT_EXPECT_EQ(test, MGL_HOLD_DATAGRAMS,
			counted(&f, MGL_REASON_FRAGMENT_FULL));
	KUNIT_EXPECT_EQ(test, 0, take_number(&f, 1));
	KUNIT_EXPECT_EQ(test, 1, take_number(&f, i));
	fixture_free(&f);
}

/* A large one must not have to clean up for long, nor push out its own datagram. */
static void test_hold_large(struct kunit *test)
{
	struct fixture f = fixture_new(test, LONG);
	struct sk_buff *skb;
	u32 i;

	KUNIT_EXPECT_EQ(test, MGL_REASON_HELD,
			add(&f, fragment_new(test, 0), 7000, 63));
	for (i = 1; i < ALL; i++)
		add(&f, fragment_new(test, 0), 1 + i, i % 63);
	skb = fragment_new(test, 0);
	skb->truesize = 15 * TRUESIZE;
	KUNIT_EXPECT_EQ(test, MGL_REASON_HELD, add(&f, skb, 7000, 63));
	KUNIT_EXPECT_EQ(test, 15, counted(&f, MGL_REASON_FRAGMENT_FULL));
	KUNIT_EXPECT_EQ(test, 2, take_number(&f, 7000));
	for (i = 0; i < 16; i++)
		add(&f, fragment_new(test, 0), 8000 + i, i);
	skb = fragment_new(test, 0);
	skb->truesize = 40 * TRUESIZE;
	KUNIT_EXPECT_EQ(test, MGL_REASON_FRAGMENT_FULL,
			add(&f, skb, 9000, 63));
	kfree_skb(skb);
	KUNIT_EXPECT_LE(test, mgl_hold_bytes(f.hold), MGL_HOLD_BYTES);
	fixture_free(&f);
}

static void wait_until_empty(struct fixture *f)
{
	unsigned long start = jiffies;

	while (mgl_hold_bytes(f->hold) && time_before(jiffies, start + LIMIT))
		msleep(20);
}

/* Nothing is early, and nothing is left. */
static void test_hold_timeout(struct kunit *test)
{
	struct fixture f = fixture_new(test, SHORT);
	unsigned long start = jiffies;
	struct sk_buff *skb[3];
	u32 i;

	for (i = 0; i < 3; i++)
		skb[i] = hold(test, &f, 1 + i, 0);
	while (counted(&f, MGL_REASON_FRAGMENT_TIMEOUT) < 3 &&
	       time_before(jiffies, start + LIMIT))
		msleep(20);
	KUNIT_EXPECT_TRUE(test, time_after_eq(jiffies, start + SHORT));
	KUNIT_EXPECT_EQ(test, 0, mgl_hold_bytes(f.hold));
	KUNIT_EXPECT_EQ(test, 3, counted(&f, MGL_REASON_FRAGMENT_TIMEOUT));
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_TRUE(test, was_freed(skb[i]));
	/* And it starts again. */
	skb[0] = hold(test, &f, 1, 0);
	wait_until_empty(&f);
	KUNIT_EXPECT_EQ(test, 4, counted(&f, MGL_REASON_FRAGMENT_TIMEOUT));
	KUNIT_EXPECT_TRUE(test, was_freed(skb[0]));
	fixture_free(&f);
}

/* A datagram's time begins with its first fragment that waits, for all of them. */
static void test_hold_timeout_once(struct kunit *test)
{
	struct fixture f = fixture_new(test, SHORT);
	unsigned long start = jiffies;
	u32 n = 0;

	while (!counted(&f, MGL_REASON_FRAGMENT_TIMEOUT) &&
	       n < MGL_HOLD_FRAGMENTS && time_before(jiffies, start + LIMIT)) {
		if (add(&f, fragment_new(test, 0), 1, 0) != MGL_REASON_HELD)
			FAIL_ONCE(test, "fragment %u is not held", n);
		n++;
		msleep(SHORT * 1000 / HZ / 20);
	}
	KUNIT_EXPECT_GT(test, counted(&f, MGL_REASON_FRAGMENT_TIMEOUT), 0);
	fixture_free(&f);
}

static void test_hold_freed(struct kunit *test)
{
	struct fixture f = fixture_new(test, LONG);
	struct sk_buff *skb[5];
	u32 i;

	for (i = 0; i < 5; i++)
		skb[i] = hold(test, &f, 1 + i / 2, 0);
	fixture_free(&f);
	for (i = 0; i < 5; i++)
		KUNIT_EXPECT_TRUE(test, was_freed(skb[i]));
	KUNIT_EXPECT_EQ(test, 5, counted(&f, MGL_REASON_FRAGMENT_TIMEOUT));
	mgl_hold_free(NULL);
}

/* As before the first service, and by FLUSH. */
static void test_hold_namespace(struct kunit *test)
{
	struct mgl_net *mn = test->priv;
	void *first;

	mutex_lock(&mn->lock);
	mgl_fragments_reset(mn);
	KUNIT_EXPECT_EQ(test, 0, mgl_fragments_ensure(mn, NULL));
	first = rcu_access_pointer(mn->fragments);
	KUNIT_EXPECT_NOT_NULL(test, first);
	KUNIT_EXPECT_EQ(test, 0, mgl_fragments_ensure(mn, NULL));
	KUNIT_EXPECT_PTR_EQ(test, first,
			    (void *)rcu_access_pointer(mn->fragments));
	mgl_fragments_reset(mn);
	KUNIT_EXPECT_NULL(test, (void *)rcu_access_pointer(mn->fragments));
	mutex_unlock(&mn->lock);
}

static int hold_init(struct kunit *test)
{
	int err = test_net_init(test);
	struct mgl_net *mn = test->priv;

	if (err)
		return err;
	mn->counters = mgl_counters_alloc();
	return mn->counters ? 0 : -ENOMEM;
}

static void hold_exit(struct kunit *test)
{
	struct mgl_net *mn = test->priv;

	if (!mn)
		return;
	test_net_exit(mn);
	free_percpu(mn->counters);
}

static struct kunit_case hold_cases[] = {
	KUNIT_CASE(test_hold_order),
	KUNIT_CASE(test_hold_resolved),
	KUNIT_CASE(test_hold_references),
	KUNIT_CASE(test_hold_fragments),
	KUNIT_CASE(test_hold_share),
	KUNIT_CASE(test_hold_oldest),
	KUNIT_CASE(test_hold_datagrams),
	KUNIT_CASE(test_hold_large),
	KUNIT_CASE(test_hold_timeout),
	KUNIT_CASE(test_hold_timeout_once),
	KUNIT_CASE(test_hold_freed),
	KUNIT_CASE(test_hold_namespace),
	{}
};

static struct kunit_suite hold_suite = {
	.name = "maglev_hold",
	.init = hold_init,
	.exit = hold_exit,
	.test_cases = hold_cases,
};

kunit_test_suite(hold_suite);
