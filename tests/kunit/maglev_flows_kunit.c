// SPDX-License-Identifier: GPL-2.0
/* The flow cache of a namespace: counts by backend, and its reset. */
#include <kunit/test.h>
#include <linux/in.h>
#include <linux/jiffies.h>
#include <linux/notifier.h>

#include "backend.h"
#include "ctx.h"
#include "flows.h"
#include "flows_full.h"
#include "net.h"
#include "pool.h"
#include "report.h"
#include "selection.h"
#include "service.h"

#define MORE 10
/* Ages in hours: no machine is too slow for these. */
#define HOUR (3600UL * HZ)

static void count(struct kunit *test, unsigned long max_age)
{
	struct mgl_net *mn = test->priv;

	mutex_lock(&mn->lock);
	mgl_flows_count(mn, max_age);
	mutex_unlock(&mn->lock);
}

static void set_timeouts(struct mgl_net *mn, u32 seconds)
{
	u32 kind, state;

	for (kind = 0; kind < MGL_KIND_MAX; kind++)
		for (state = 0; state < __MAGLEV_FLOW_MAX; state++)
			WRITE_ONCE(mn->timeouts.seconds[kind][state], seconds);
}

static u32 flows_with(struct mgl_backend **at, const struct mgl_backend *b,
		      u32 first, u32 step)
{
	u32 i, n = 0;

	for (i = first; i < FLOWS; i += step)
		n += at[i] == b;
	return n;
}

static void test_flows_count_by_backend(struct kunit *test)
{
	struct mgl_net *mn = test->priv;
	struct mgl_backend *at[FLOWS];
	u32 i;

	count(test, 0);
	KUNIT_EXPECT_EQ(test, 0, mn->n_flows);
	sel_settle(test);
	sel_mid_all(test, at);
	/* A SYN of the same flow: it is opening again. */
	for (i = 0; i < FLOWS; i += 3)
		sel_syn(test, i);
	count(test, 0);
	KUNIT_EXPECT_EQ(test, FLOWS, mn->n_flows);
	for (i = 0; i < BACKENDS; i++) {
		struct mgl_backend *b = sel_backend(test, sel_own, i);
		u32 opening = flows_with(at, b, 0, 3);

		KUNIT_EXPECT_EQ(test, opening, b->n_inactive);
		KUNIT_EXPECT_EQ(test, flows_with(at, b, 0, 1) - opening,
				b->n_active);
	}
}

/* Neither flows of a deleted backend nor expired ones. */
static void test_flows_count_live_only(struct kunit *test)
{
	struct mgl_net *mn = test->priv;
	struct mgl_backend *at[FLOWS];
	u32 had;

	sel_settle(test);
	sel_mid_all(test, at);
	had = flows_with(at, sel_backend(test, sel_own, 0), 0, 1);
	KUNIT_EXPECT_GT(test, had, 0);
	sel_del(test, sel_own, 0);
	count(test, 0);
	KUNIT_EXPECT_EQ(test, FLOWS - had, mn->n_flows);
	set_timeouts(mn, 0);
	count(test, 0);
	KUNIT_EXPECT_EQ(test, 0, mn->n_flows);
	KUNIT_EXPECT_EQ(test, 0, sel_backend(test, sel_own, 1)->n_active);
}

static void test_flows_count_max_age(struct kunit *test)
{
	struct mgl_net *mn = test->priv;
	struct mgl_backend *at[FLOWS];
	u32 i;

	sel_settle(test);
	sel_mid_all(test, at);
	/* There was none: any age is too old. */
	count(test, HOUR);
	KUNIT_EXPECT_EQ(test, FLOWS, mn->n_flows);
	for (i = 0; i < MORE; i++)
		sel_mid(test, FLOWS + i);
	count(test, HOUR);
	KUNIT_EXPECT_EQ(test, FLOWS, mn->n_flows);
	count(test, 0);
	KUNIT_EXPECT_EQ(test, FLOWS + MORE, mn->n_flows);

	for (i = 0; i < MORE; i++)
		sel_mid(test, FLOWS + MORE + i);
	mn->flows_counted_at -= 2 * HOUR;
	count(test, 4 * HOUR);
	KUNIT_EXPECT_EQ(test, FLOWS + MORE, mn->n_flows);
	count(test, HOUR);
	KUNIT_EXPECT_EQ(test, FLOWS + 2 * MORE, mn->n_flows);
}

/* A count from before is not used once flows were removed. */
static void test_flows_count_after_removal(struct kunit *test)
{
	struct mgl_net *mn = test->priv;
	struct mgl_backend *at[FLOWS];

	sel_settle(test);
	sel_mid_all(test, at);
	count(test, 0);
	KUNIT_EXPECT_EQ(test, FLOWS, mn->n_flows);
	sel_svc->track = MAGLEV_TRACK_NONE;
	sel_gc(test);
	count(test, HOUR);
	KUNIT_EXPECT_EQ(test, 0, mn->n_flows);
}

/* Nor once the entries were moved to another array. */
static void test_flows_count_after_resize(struct kunit *test)
{
	struct mgl_net *mn = test->priv;
	struct mgl_backend *at[FLOWS];
	u32 i;

	sel_settle(test);
	sel_mid_all(test, at);
	count(test, 0);
	for (i = 0; i < MORE; i++)
		sel_mid(test, FLOWS + i);
	mutex_lock(&mn->lock);
	KUNIT_EXPECT_EQ(test, 0,
			mgl_flows_resize(mn, MAGLEV_CACHE_SIZE_MIN, NULL));
	mutex_unlock(&mn->lock);
	count(test, HOUR);
	KUNIT_EXPECT_EQ(test, FLOWS + MORE, mn->n_flows);
}

/* A refused service leaves no cache behind that nobody uses. */
static void test_flows_refused_service(struct kunit *test)
{
	const struct mgl_service_params params = {
		.has_track = true,
		.track = MAGLEV_TRACK_ALL,
	};
	const struct mgl_pool_params pool_params = {};
	const struct mgl_service_id id = {
		.vip = mgl_addr_v4(htonl(0xcb007102)),
		.proto = IPPROTO_TCP,
		.first = 80,
		.last = 80,
	};
	struct mgl_backend_spec item[] = {
		{ .addr = sel_addr(sel_own, 0) },
		{ .addr = sel_addr(sel_own, 0) },
	};
	const struct mgl_backend_specs twice = { .n = 2, .item = item };
	struct mgl_net *mn = test->priv;
	const struct mgl_ctx ctx = { .mn = mn };

	mutex_lock(&mn->lock);
	mgl_flows_reset(mn);
	KUNIT_EXPECT_EQ(test, 0, mgl_service_check(&ctx, &id, &params,
						   &pool_params, &twice));
	KUNIT_EXPECT_EQ(test, -EEXIST,
			mgl_service_create(&ctx, &id, &params, &pool_params,
					   &twice));
	KUNIT_EXPECT_TRUE(test, !mgl_flows_cache(mn));
	KUNIT_EXPECT_EQ(test, 1, mn->service_ids.used);
	mutex_unlock(&mn->lock);
}

static void test_flows_reset_defaults(struct kunit *test)
{
	struct mgl_net *mn = test->priv;
	struct mgl_backend *at[FLOWS];

	sel_settle(test);
	sel_mid_all(test, at);
	count(test, 0);
	set_timeouts(mn, 5);
	mutex_lock(&mn->lock);
	mgl_flows_reset(mn);
	KUNIT_EXPECT_TRUE(test, !mgl_flows_cache(mn));
	KUNIT_EXPECT_FALSE(test, mn->has_flows);
	KUNIT_EXPECT_EQ(test, 0, mn->n_flows);
	KUNIT_EXPECT_EQ(test, MAGLEV_CACHE_SIZE_DEFAULT, mn->cache_size);
	KUNIT_EXPECT_EQ(test, MAGLEV_TIMEOUT_TCP_DEFAULT,
			mn->timeouts.seconds[MGL_KIND_TCP][MAGLEV_FLOW_ESTABLISHED]);
	KUNIT_EXPECT_EQ(test, MAGLEV_TIMEOUT_UDP_DEFAULT,
			mn->timeouts.seconds[MGL_KIND_UDP][MAGLEV_FLOW_OPENING]);
	KUNIT_EXPECT_EQ(test, MAGLEV_TIMEOUT_SCTP_CLOSE_DEFAULT,
			mn->timeouts.seconds[MGL_KIND_SCTP][MAGLEV_FLOW_CLOSED]);
	/* Once more, without a cache. */
	mgl_flows_reset(mn);
	mutex_unlock(&mn->lock);
}

/* Packets go by hash without a cache, and are tracked in the next one. */
static void test_flows_reset_packets(struct kunit *test)
{
	struct mgl_net *mn = test->priv;
	struct mgl_backend *at[FLOWS];

	sel_settle(test);
	sel_mid_all(test, at);
	mutex_lock(&mn->lock);
	mgl_flows_reset(mn);
	mutex_unlock(&mn->lock);
	sel_reseed(test, 2);
	sel_settle(test);
	sel_expect_cur(test);
	count(test, 0);
	KUNIT_EXPECT_EQ(test, 0, mn->n_flows);

	mutex_lock(&mn->lock);
	mn->cache_size = MAGLEV_CACHE_SIZE_MIN;
	KUNIT_EXPECT_EQ(test, 0, mgl_flows_ensure(mn, MAGLEV_TRACK_ALL, NULL));
	mutex_unlock(&mn->lock);
	sel_mid_all(test, at);
	count(test, 0);
	KUNIT_EXPECT_EQ(test, FLOWS, mn->n_flows);
	sel_reseed(test, 3);
	sel_settle(test);
	sel_expect_stay(test, at);
}

struct watch {
	struct notifier_block nb;
	const struct mgl_net *mn;
	u32 calls;
	u64 unstored;
};

static int told_full(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct watch *w = container_of(nb, struct watch, nb);
	const struct mgl_full *full = ptr;

	/* Other instances are none of this test's. */
	if (full->mn != w->mn)
		return NOTIFY_DONE;
	w->calls++;
	w->unstored = full->unstored;
	return NOTIFY_OK;
}

/*
 * Sends packets of twice as many flows as there are entries. The second packet
 * confirms a flow, so that it is not evicted.
 */
static void overfill(struct kunit *test)
{
	struct mgl_net *mn = test->priv;
	u32 i;

	for (i = 0; i < 4 * MAGLEV_CACHE_SIZE_MIN; i++) {
		/* No time passes, however slow this is. */
		if (mn->full_at)
			mn->full_at = jiffies ?: 1;
		sel_mid(test, i / 2);
	}
}

static void test_flows_full_notified_once_a_second(struct kunit *test)
{
	struct watch w = { .nb.notifier_call = told_full, .mn = test->priv };
	struct mgl_net *mn = test->priv;
	u64 unstored;
	u32 i;

	sel_settle(test);
	mutex_lock(&mn->lock);
	KUNIT_EXPECT_EQ(test, 0,
			mgl_flows_resize(mn, MAGLEV_CACHE_SIZE_MIN, NULL));
	mutex_unlock(&mn->lock);
	KUNIT_ASSERT_EQ(test, 0, mgl_flows_full_notifier_register(&w.nb));
	overfill(test);
	KUNIT_EXPECT_EQ(test, 1, w.calls);
	KUNIT_EXPECT_EQ(test, 1, w.unstored);
	unstored = mgl_counters_read(mn->counters).events[MGL_EVENT_FLOWS_UNSTORED];
	KUNIT_EXPECT_GT(test, unstored, 100);

	mn->full_at = jiffies - HZ ?: 1;
	for (i = 0; w.calls == 1 && i < 2 * MAGLEV_CACHE_SIZE_MIN; i++)
		sel_mid(test, i);
	KUNIT_EXPECT_EQ(test, 2, w.calls);
	KUNIT_EXPECT_EQ(test, unstored + 1, w.unstored);
	mgl_flows_full_notifier_unregister(&w.nb);
}

static struct kunit_case flows_cases[] = {
	KUNIT_CASE(test_flows_count_by_backend),
	KUNIT_CASE(test_flows_count_live_only),
	KUNIT_CASE(test_flows_count_max_age),
	KUNIT_CASE(test_flows_count_after_removal),
	KUNIT_CASE(test_flows_count_after_resize),
	KUNIT_CASE(test_flows_refused_service),
	KUNIT_CASE(test_flows_reset_defaults),
	KUNIT_CASE(test_flows_reset_packets),
	KUNIT_CASE(test_flows_full_notified_once_a_second),
	{}
};

static struct kunit_suite flows_suite = {
	.name = "maglev_flows",
	.init = sel_init,
	.exit = sel_exit,
	.test_cases = flows_cases,
};

kunit_test_suite(flows_suite);
