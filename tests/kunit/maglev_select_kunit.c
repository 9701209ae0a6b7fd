// SPDX-License-Identifier: GPL-2.0
/* The rules on real objects: the backend of a packet while things change. */
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/in.h>
#include <linux/kthread.h>
#include <net/net_namespace.h>

#include "flow.h"
#include "table.h"
#include "backend.h"
#include "objects.h"
#include "pool.h"
#include "report.h"
#include "select.h"
#include "service.h"
#include "flows.h"
#include "selection.h"

/* Each sweeps the whole cache. */
#define GC_ROUNDS 20

static void test_select_all_stays(struct kunit *test)
{
	struct mgl_backend *at[FLOWS];
	u32 i;

	sel_settle(test);
	sel_mid_all(test, at);
	KUNIT_EXPECT_TRUE(test, sel_has_flows());
	sel_reseed(test, 2);
	sel_expect_stay(test, at);
	sel_settle(test);
	sel_expect_stay(test, at);
	sel_gc(test);
	sel_expect_stay(test, at);
	/* A new connection goes to the owner and stays there. */
	for (i = 0; i < FLOWS; i++)
		if (sel_syn(test, i) != sel_cur(sel_own, i))
			FAIL_ONCE(test, "SYN %u does not go to the owner", i);
	sel_expect_cur(test);
}

static void test_select_none_by_hash(struct kunit *test)
{
	sel_svc->track = MAGLEV_TRACK_NONE;
	sel_expect_cur(test);
	sel_reseed(test, 2);
	sel_expect_cur(test);
	KUNIT_EXPECT_FALSE(test, sel_has_flows());
}

/* Flows that were tracked before are removed, and not found later. */
static void test_select_none_forgets(struct kunit *test)
{
	struct mgl_backend *at[FLOWS];

	sel_settle(test);
	sel_mid_all(test, at);
	sel_reseed(test, 2);
	sel_settle(test);
	sel_svc->track = MAGLEV_TRACK_NONE;
	sel_gc(test);
	KUNIT_EXPECT_FALSE(test, sel_has_flows());
	sel_svc->track = MAGLEV_TRACK_ALL;
	sel_expect_cur(test);
}

static void test_select_changed_stores_reassigned(struct kunit *test)
{
	struct mgl_backend *at[FLOWS];
	u32 i;

	sel_svc->track = MAGLEV_TRACK_CHANGED;
	sel_settle(test);
	sel_mid_all(test, at);
	KUNIT_EXPECT_FALSE(test, sel_has_flows());
	sel_expect_cur(test);
	sel_reseed(test, 2);
	/* Every other flow is seen in time. */
	for (i = 0; i < FLOWS; i += 2)
		if (sel_mid(test, i) != at[i])
			FAIL_ONCE(test, "flow %u was sent away", i);
	sel_settle(test);
	sel_gc(test);
	KUNIT_EXPECT_TRUE(test, sel_has_flows());
	for (i = 0; i < FLOWS; i++)
		if (sel_mid(test, i) != (i % 2 ? sel_cur(sel_own, i) : at[i]))
			FAIL_ONCE(test, "flow %u is not where it was", i);
	/* Back where they came from, they need no entries. */
	sel_reseed(test, 1);
	sel_settle(test);
	sel_gc(test);
	KUNIT_EXPECT_FALSE(test, sel_has_flows());
	sel_expect_cur(test);
}

static void test_select_syn_in_unsettled_slot(struct kunit *test)
{
	struct mgl_backend *at[FLOWS];
	u32 i;

	sel_svc->track = MAGLEV_TRACK_CHANGED;
	sel_settle(test);
	for (i = 0; i < FLOWS; i++)
		sel_syn(test, i);
	KUNIT_EXPECT_FALSE(test, sel_has_flows());
	sel_reseed(test, 2);
	for (i = 0; i < FLOWS; i++) {
		at[i] = sel_syn(test, i);
		if (at[i] != sel_cur(sel_own, i))
			FAIL_ONCE(test, "SYN %u does not go to the owner", i);
	}
	for (i = 0; i < FLOWS; i++)
		if (sel_mid(test, i) != at[i])
			FAIL_ONCE(test, "flow %u did not stay", i);
	sel_reseed(test, 3);
	sel_settle(test);
	sel_expect_stay(test, at);
}

/* The same slots with other owners, this time. */
static void test_select_drain_keeps_flows(struct kunit *test)
{
	struct mgl_backend *b = sel_backend(test, sel_own, 0), *at[FLOWS];
	u32 i, had = 0, unknown = 0;

	sel_settle(test);
	for (i = 0; i < FLOWS; i++)
		at[i] = i % 2 ? sel_cur(sel_own, i) : sel_mid(test, i);
	sel_set_state(test, 0, MAGLEV_STATE_DRAIN);
	for (i = 0; i < FLOWS; i++) {
		if (sel_cur(sel_own, i) == b)
			FAIL_ONCE(test, "a slot is still its own");
		/* Flows that are new here are older than the change. */
		if (i % 4 != 3 && sel_mid(test, i) != at[i])
			FAIL_ONCE(test, "flow %u did not stay", i);
		had += at[i] == b && i % 4 != 3;
	}
	sel_settle(test);
	for (i = 0; i < FLOWS; i++) {
		bool known = i % 4 != 3;

		if (sel_mid(test, i) != (known ? at[i] : sel_cur(sel_own, i)))
			FAIL_ONCE(test, "flow %u after settling", i);
		unknown += !known && at[i] == b;
		if (sel_syn(test, i) == b)
			FAIL_ONCE(test, "it gets a new connection");
	}
	KUNIT_EXPECT_GT(test, had, 0);
	KUNIT_EXPECT_GT(test, unknown, 0);
}

static void test_select_down_loses_flows(struct kunit *test)
{
	struct mgl_backend *b = sel_backend(test, sel_own, 0), *at[FLOWS];
	u32 i, had = 0;

	sel_settle(test);
	sel_mid_all(test, at);
	sel_set_state(test, 0, MAGLEV_STATE_DOWN);
	for (i = 0; i < FLOWS; i++) {
		struct mgl_backend *now = sel_mid(test, i);

		if (at[i] == b ? now == b : now != at[i])
			FAIL_ONCE(test, "flow %u", i);
		had += at[i] == b;
		at[i] = now;
	}
	KUNIT_EXPECT_GT(test, had, 0);
	/* Reassigned flows stay where they are. */
	sel_set_state(test, 0, MAGLEV_STATE_UP);
	for (i = 0; i < FLOWS; i++)
		if (sel_mid(test, i) != at[i])
			FAIL_ONCE(test, "flow %u went back", i);
}

static void test_select_dry_run_no_effect(struct kunit *test)
{
	const struct mgl_backend_params down = {
		.has_state = true,
		.state = MAGLEV_STATE_DOWN,
	};
	struct mgl_backend *b = sel_backend(test, sel_own, 0), *at[FLOWS];
	struct mgl_dry_run dry = {};
	u32 i, had = 0, owned = b->slots;

	sel_settle(test);
	sel_mid_all(test, at);
	for (i = 0; i < FLOWS; i++)
		had += at[i] == b;
	KUNIT_EXPECT_EQ(test, 0, sel_set(test, 0, &down, &dry));
	KUNIT_EXPECT_EQ(test, had, dry.flows);
	/* Others may have to swap some slots. */
	KUNIT_EXPECT_EQ(test, owned, dry.moves.slots - dry.moves.survivors);
	KUNIT_EXPECT_EQ(test, MAGLEV_STATE_UP, b->state);
	KUNIT_EXPECT_TRUE(test, mgl_backend_serves(b));
	for (i = 0; i < FLOWS; i++)
		if (sel_mid(test, i) != at[i])
			FAIL_ONCE(test, "flow %u moved", i);
}

/* A backend that is added again has another number, and no old flows. */
static void test_select_deleted_loses_flows(struct kunit *test)
{
	struct mgl_backend *b = sel_backend(test, sel_own, 0), *at[FLOWS];
	u32 i, id = b->id, had = 0;

	sel_settle(test);
	sel_mid_all(test, at);
	for (i = 0; i < FLOWS; i++)
		had += at[i] == b;
	KUNIT_EXPECT_GT(test, had, 0);
	sel_del(test, sel_own, 0);
	for (i = 0; i < FLOWS; i += 2) {
		struct mgl_backend *now = sel_mid(test, i);

		if (!now || now != (at[i] == b ? sel_cur(sel_own, i) : at[i]))
			FAIL_ONCE(test, "flow %u", i);
		at[i] = now;
	}
	sel_add(test, sel_own, 0);
	KUNIT_EXPECT_NE(test, id, sel_backend(test, sel_own, 0)->id);
	/* For flows not seen meanwhile the slot knows only its owners. */
	for (i = 1; i < FLOWS; i += 2) {
		struct mgl_backend *now = sel_mid(test, i);

		if (!now || now->state != MAGLEV_STATE_UP)
			FAIL_ONCE(test, "flow %u", i);
		at[i] = now;
	}
	for (i = 0; i < FLOWS; i++)
		if (sel_mid(test, i) != at[i])
			FAIL_ONCE(test, "flow %u did not stay", i);
}

static void test_select_fallback(struct kunit *test)
{
	struct mgl_backend *at[FLOWS];
	struct mgl_choice c;
	struct mgl_flow f;
	u32 i, slot;

	sel_settle(test);
	for (i = 0; i < BACKENDS; i++)
		sel_set_state(test, i, MAGLEV_STATE_DOWN);
	f = sel_flow(0, false);
	KUNIT_EXPECT_TRUE(test, !sel_mid(test, 0));
	rcu_read_lock();
	mgl_select_decide(test->priv, sel_svc, &f, &c);
	slot = c.slot.number;
	rcu_assign_pointer(sel_svc->fallback, sel_other);
	/* It has no backend either: the own pool of the service counts. */
	mgl_select_decide(test->priv, sel_svc, &f, &c);
	rcu_read_unlock();
	KUNIT_EXPECT_TRUE(test, c.pool == sel_own && !c.fallback);
	KUNIT_EXPECT_EQ(test, slot, c.slot.number);
	KUNIT_EXPECT_TRUE(test, !sel_mid(test, 0) && !sel_syn(test, 0));
	KUNIT_EXPECT_FALSE(test, sel_has_flows());

	sel_add(test, sel_other, 0);
	sel_add(test, sel_other, 1);
	for (i = 0; i < FLOWS; i++) {
		at[i] = i % 2 ? sel_syn(test, i) : sel_mid(test, i);
		if (at[i] != sel_cur(sel_other, i))
			FAIL_ONCE(test, "flow %u is not with the fallback", i);
	}
	for (i = 0; i < BACKENDS; i++)
		sel_set_state(test, i, MAGLEV_STATE_UP);
	sel_settle(test);
	sel_gc(test);
	sel_expect_stay(test, at);
	for (i = 0; i < FLOWS; i++)
		if (sel_syn(test, i) != sel_cur(sel_own, i))
			FAIL_ONCE(test, "SYN %u is still with the fallback", i);
	rcu_assign_pointer(sel_svc->fallback, NULL);
	sel_expect_cur(test);
}

/* Connections of a client are one flow, which is never a new one. */
static void test_select_affinity(struct kunit *test)
{
	struct mgl_backend *at;
	struct mgl_flow f;
	u32 i, moved = 0;

	sel_svc->affinity = MAGLEV_AFFINITY_3TUPLE;
	for (i = 0; i < FLOWS; i++) {
		sel_settle(test);
		f = sel_flow(i, true);
		at = sel_send(test, &f);
		sel_reseed(test, 2 + i);
		f.sport = htons(7);
		if (sel_send(test, &f) != at)
			FAIL_ONCE(test, "client %u was sent away", i);
		f = mgl_flow_mask(&f, MAGLEV_AFFINITY_3TUPLE);
		moved += sel_owner(sel_own, &f) != at;
	}
	KUNIT_EXPECT_GT(test, moved, FLOWS / 4);
}

struct collector {
	struct mgl_net *mn;
	atomic_t rounds;
};

static int gc_thread(void *data)
{
	struct collector *c = data;

	while (!kthread_should_stop()) {
		mutex_lock(&c->mn->lock);
		mgl_flows_gc(c->mn);
		mutex_unlock(&c->mn->lock);
		atomic_inc(&c->rounds);
		cond_resched();
	}
	return 0;
}

/* The flow is the only one, and with another backend than its slot's owner. */
static void test_select_flow_visible_during_gc(struct kunit *test)
{
	struct collector collector = { .mn = test->priv };
	struct mgl_backend *at[FLOWS];
	struct task_struct *thread;
	u32 i = 0;

	sel_svc->track = MAGLEV_TRACK_CHANGED;
	sel_settle(test);
	sel_mid_all(test, at);
	sel_reseed(test, 2);
	while (i < FLOWS - 1 && sel_cur(sel_own, i) == at[i])
		i++;
	sel_mid(test, i);
	sel_settle(test);
	KUNIT_EXPECT_TRUE(test, sel_cur(sel_own, i) != at[i]);
	thread = kthread_run(gc_thread, &collector, "maglev_gc");
	KUNIT_ASSERT_FALSE(test, IS_ERR(thread));
	while (atomic_read(&collector.rounds) < GC_ROUNDS) {
		if (sel_mid(test, i) != at[i])
			FAIL_ONCE(test, "flow %u did not stay", i);
		cond_resched();
	}
	kthread_stop(thread);
}

/*
 * Changes that go on and on do not keep a backend beyond its deadline. The
 * number of changes bounds a test that fails.
 */
static void test_select_deadline_despite_changes(struct kunit *test)
{
	struct mgl_backend_params params = {
		.has_state = true,
		.state = MAGLEV_STATE_DRAIN,
		.has_deadline = true,
		.deadline = 1,
	};
	struct mgl_backend *at[FLOWS];
	u32 i;

	sel_mid_all(test, at);
	KUNIT_EXPECT_EQ(test, 0, sel_set(test, 0, &params, NULL));
	for (i = 0; i < 1000 && sel_backend(test, sel_own, 0); i++) {
		params = (struct mgl_backend_params){
			.has_weight = true,
			.weight = 1 + i % 2,
		};
		sel_set(test, 1, &params, NULL);
		msleep(200);
	}
	KUNIT_EXPECT_TRUE(test, !sel_backend(test, sel_own, 0));
}

static struct kunit_case select_cases[] = {
	KUNIT_CASE(test_select_all_stays),
	KUNIT_CASE(test_select_none_by_hash),
	KUNIT_CASE(test_select_none_forgets),
	KUNIT_CASE(test_select_changed_stores_reassigned),
	KUNIT_CASE(test_select_syn_in_unsettled_slot),
	KUNIT_CASE(test_select_drain_keeps_flows),
	KUNIT_CASE(test_select_down_loses_flows),
	KUNIT_CASE(test_select_dry_run_no_effect),
	KUNIT_CASE(test_select_deleted_loses_flows),
	KUNIT_CASE(test_select_fallback),
	KUNIT_CASE(test_select_affinity),
	KUNIT_CASE(test_select_flow_visible_during_gc),
	KUNIT_CASE(test_select_deadline_despite_changes),
	{}
};

static struct kunit_suite select_suite = {
	.name = "maglev_select",
	.init = sel_init,
	.exit = sel_exit,
	.test_cases = select_cases,
};

kunit_test_suite(select_suite);
