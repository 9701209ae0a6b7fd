// SPDX-License-Identifier: GPL-2.0
/* Garbage collection: when backends are deleted, and flows removed. */
#include <kunit/test.h>
#include <linux/jiffies.h>
#include <linux/workqueue.h>

#include "backend.h"
#include "flows.h"
#include "gc.h"
#include "net.h"
#include "objects.h"
#include "pool.h"
#include "report.h"
#include "selection.h"
#include "service.h"
#include "snapshot.h"
#include "table.h"

/* So long that no machine is too slow for what happens in half of it. */
#define SETTLE_MS (3600 * MSEC_PER_SEC)

/* Drains the first backend, with a deadline that is not reached. */
static void drain(struct kunit *test)
{
	const struct mgl_backend_params params = {
		.has_state = true,
		.state = MAGLEV_STATE_DRAIN,
		.has_deadline = true,
		.deadline = 3600 * HZ,
	};

	KUNIT_EXPECT_EQ(test, 0, sel_set(test, 0, &params, NULL));
}

static u32 flows_with(struct mgl_backend **at, const struct mgl_backend *b)
{
	u32 i, n = 0;

	for (i = 0; i < FLOWS; i++)
		n += at[i] == b;
	return n;
}

/* Lets slots age, without the time that it would take. */
static void age(struct mgl_net *mn, u32 ms)
{
	struct mgl_history *h;
	u32 s;

	mutex_lock(&mn->lock);
	h = rcu_dereference_protected(table_of(sel_own)->history, true);
	for (s = 0; h && s < h->size; s++)
		h->changed_at[s] -= msecs_to_jiffies(ms);
	if (h)
		h->last -= msecs_to_jiffies(ms);
	mutex_unlock(&mn->lock);
}

static bool remembers(struct mgl_net *mn, const struct mgl_backend *b)
{
	bool yes;

	mutex_lock(&mn->lock);
	yes = mgl_table_remembers(mn, sel_own, b);
	mutex_unlock(&mn->lock);
	return yes;
}

static void collect(struct mgl_net *mn)
{
	mutex_lock(&mn->lock);
	mgl_gc_schedule(mn);
	mutex_unlock(&mn->lock);
	/* Does not wait until it is due. */
	flush_delayed_work(&mn->gc);
}

/* Slots of the draining backend are reassigned again before they settle. */
static void test_gc_drain_slots_change_again(struct kunit *test)
{
	struct mgl_net *mn = test->priv;
	struct mgl_backend *b;
	u32 before, again;

	sel_settle(test);
	sel_pool_set(test, sel_own, &(struct mgl_pool_params){
		.has_settle = true,
		.settle = SETTLE_MS,
	});
	b = sel_backend(test, sel_own, 0);
	KUNIT_EXPECT_FALSE(test, remembers(mn, b));
	drain(test);
	KUNIT_EXPECT_TRUE(test, remembers(mn, b));

	age(mn, SETTLE_MS / 2);
	mutex_lock(&mn->lock);
	before = mgl_table_unsettled(mn, sel_own);
	mutex_unlock(&mn->lock);
	/* Slots that went to backend 1 go on to others, and take longer. */
	sel_set_state(test, 1, MAGLEV_STATE_DOWN);
	age(mn, SETTLE_MS / 2);
	mutex_lock(&mn->lock);
	again = mgl_table_unsettled(mn, sel_own);
	mutex_unlock(&mn->lock);
	KUNIT_EXPECT_GT(test, before, 0);
	KUNIT_EXPECT_GT(test, again, 0);
	KUNIT_EXPECT_TRUE(test, remembers(mn, b));
	collect(mn);
	KUNIT_ASSERT_PTR_EQ(test, b, sel_backend(test, sel_own, 0));

	age(mn, SETTLE_MS / 2);
	KUNIT_EXPECT_FALSE(test, remembers(mn, b));
	collect(mn);
	KUNIT_EXPECT_TRUE(test, !sel_backend(test, sel_own, 0));
}

/* A tracked flow keeps a draining backend after its slots have settled. */
static void test_gc_drain_tracked_flow(struct kunit *test)
{
	struct mgl_backend *b, *at[FLOWS];
	struct mgl_net *mn = test->priv;
	u32 kind, state;

	sel_settle(test);
	sel_mid_all(test, at);
	b = sel_backend(test, sel_own, 0);
	KUNIT_ASSERT_GT(test, flows_with(at, b), 0);
	drain(test);
	sel_settle(test);
	KUNIT_EXPECT_FALSE(test, remembers(mn, b));
	collect(mn);
	KUNIT_ASSERT_PTR_EQ(test, b, sel_backend(test, sel_own, 0));
	KUNIT_EXPECT_EQ(test, flows_with(at, b), b->n_active + b->n_inactive);

	/* All flows expire at once. */
	for (kind = 0; kind < MGL_KIND_MAX; kind++)
		for (state = 0; state < __MAGLEV_FLOW_MAX; state++)
			WRITE_ONCE(mn->timeouts.seconds[kind][state], 0);
	collect(mn);
	KUNIT_EXPECT_TRUE(test, !sel_backend(test, sel_own, 0));
}

/* Backends that have drained at the same time are deleted by one change. */
static void test_gc_drain_several(struct kunit *test)
{
	const struct mgl_backend_params params = {
		.has_state = true,
		.state = MAGLEV_STATE_DRAIN,
		.has_deadline = true,
	};
	struct mgl_net *mn = test->priv;
	u32 generation = mn->generation, i;

	for (i = 0; i < BACKENDS - 1; i++)
		KUNIT_EXPECT_EQ(test, 0, sel_set(test, i, &params, NULL));
	collect(mn);
	for (i = 0; i < BACKENDS; i++)
		KUNIT_EXPECT_EQ(test, i == BACKENDS - 1,
				!!sel_backend(test, sel_own, i));
	KUNIT_EXPECT_EQ(test, 1, sel_own->n_backends);
	KUNIT_EXPECT_EQ(test, generation + 1, mn->generation);
	sel_expect_cur(test);
}

/*
 * Flows that were tracked while their slots were unsettled, and are where they
 * would go anyway, are removed, also if it is a change and not garbage
 * collection that finds the slots settled.
 */
static void test_gc_flows_of_settled_slots(struct kunit *test)
{
	struct mgl_backend_spec item = {
		.addr = sel_addr(sel_own, BACKENDS),
		.params = { .has_weight = true },
	};
	const struct mgl_backend_specs idle = { .n = 1, .item = &item };
	struct mgl_backend *at[FLOWS];
	struct mgl_net *mn = test->priv;
	u32 i, moved = 0;

	sel_settle(test);
	sel_svc->track = MAGLEV_TRACK_CHANGED;
	sel_pool_set(test, sel_own, &(struct mgl_pool_params){
		.has_settle = true,
		.settle = SETTLE_MS,
	});
	sel_reseed(test, 2);
	sel_mid_all(test, at);
	mutex_lock(&mn->lock);
	mgl_flows_count(mn, 0);
	mutex_unlock(&mn->lock);
	KUNIT_EXPECT_EQ(test, FLOWS, mn->n_flows);
	for (i = 0; i < FLOWS; i++)
		moved += at[i] != sel_cur(sel_own, i);
	KUNIT_EXPECT_LT(test, moved, FLOWS);
	collect(mn);

	age(mn, SETTLE_MS);
	mutex_lock(&mn->lock);
	KUNIT_EXPECT_EQ(test, 0, test_add(mn, sel_own, &idle));
	mutex_unlock(&mn->lock);
	KUNIT_EXPECT_TRUE(test, !rcu_access_pointer(table_of(sel_own)->history));
	collect(mn);
	mutex_lock(&mn->lock);
	mgl_flows_count(mn, 0);
	mutex_unlock(&mn->lock);
	KUNIT_EXPECT_EQ(test, moved, mn->n_flows);
}

static struct kunit_case gc_cases[] = {
	KUNIT_CASE(test_gc_drain_slots_change_again),
	KUNIT_CASE(test_gc_drain_tracked_flow),
	KUNIT_CASE(test_gc_drain_several),
	KUNIT_CASE(test_gc_flows_of_settled_slots),
	{}
};

static struct kunit_suite gc_suite = {
	.name = "maglev_gc",
	.init = sel_init,
	.exit = sel_exit,
	.test_cases = gc_cases,
};

kunit_test_suite(gc_suite);
