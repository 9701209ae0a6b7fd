// SPDX-License-Identifier: GPL-2.0
/*
 * Pools that panic: backends that are down are in the table and serve, as long as a
 * table uses them.
 */
#include <kunit/test.h>

#include "backend.h"
#include "batch.h"
#include "change.h"
#include "ctx.h"
#include "flows.h"
#include "member.h"
#include "net.h"
#include "../../kmod/panic.h"
#include "pool.h"
#include "report.h"
#include "selection.h"
#include "service.h"
#include "snapshot.h"
#include "table.h"

static void set_share(struct kunit *test, struct mgl_pool *pool, u8 share)
{
	sel_pool_set(test, pool, &(struct mgl_pool_params){
		.has_panic = true, .panic = share,
	});
}

static bool panics(struct kunit *test, const struct mgl_pool *pool)
{
	struct mgl_net *mn = test->priv;
	bool now;

	mutex_lock(&mn->lock);
	now = mgl_panic_now(mn, pool);
	mutex_unlock(&mn->lock);
	return now;
}

/* Which backends of the service's pool own slots and serve, a bit for each. */
static u32 in_use(struct kunit *test)
{
	u32 i, used = 0;

	for (i = 0; i < BACKENDS; i++) {
		const struct mgl_backend *b = sel_backend(test, sel_own, i);

		if (!b)
			continue;
		KUNIT_EXPECT_EQ(test, b->slots > 0, mgl_backend_serves(b));
		used |= (b->slots > 0) << i;
	}
	return used;
}

static void take_down(struct kunit *test, u32 i)
{
	sel_set_state(test, i, MAGLEV_STATE_DOWN);
}

static void bring_up(struct kunit *test, u32 i)
{
	sel_set_state(test, i, MAGLEV_STATE_UP);
}

static void expect_stay(struct kunit *test, struct mgl_backend **at)
{
	u32 i;

	for (i = 0; i < FLOWS; i++)
		if (sel_mid(test, i) != at[i])
			FAIL_ONCE(test, "flow %u did not stay", i);
}

static void member_add(struct kunit *test, struct mgl_pool *parent,
		       struct mgl_pool *pool)
{
	const struct mgl_ctx ctx = { .mn = test->priv };
	const struct mgl_member_spec spec = { .pool = pool };
	struct mgl_change c;

	mutex_lock(&ctx.mn->lock);
	KUNIT_ASSERT_EQ(test, 0, mgl_change_member_add(&ctx, parent, &spec, &c));
	mgl_change_commit(&ctx, &c);
	mutex_unlock(&ctx.mn->lock);
}

static void test_panic_begins_and_ends(struct kunit *test)
{
	u64 whole = table_of(sel_own)->fingerprint;

	take_down(test, 0);
	take_down(test, 1);
	take_down(test, 2);
	KUNIT_EXPECT_EQ(test, 8, in_use(test));
	set_share(test, sel_own, 50);
	KUNIT_EXPECT_EQ(test, 15, in_use(test));
	KUNIT_EXPECT_EQ(test, whole, table_of(sel_own)->fingerprint);
	KUNIT_EXPECT_TRUE(test, panics(test, sel_own));
	bring_up(test, 0);
	KUNIT_EXPECT_EQ(test, 9, in_use(test));
	KUNIT_EXPECT_FALSE(test, panics(test, sel_own));
	take_down(test, 3);
	KUNIT_EXPECT_EQ(test, 15, in_use(test));
	set_share(test, sel_own, 25);
	KUNIT_EXPECT_EQ(test, 1, in_use(test));
	set_share(test, sel_own, 26);
	set_share(test, sel_own, 0);
	KUNIT_EXPECT_EQ(test, 1, in_use(test));
}

/* Flows of the backend that makes the pool panic stay with it. */
static void test_panic_flows_stay(struct kunit *test)
{
	const struct mgl_backend_params params = {
		.has_state = true, .state = MAGLEV_STATE_DOWN,
	};
	struct mgl_backend *at[FLOWS];
	struct mgl_dry_run dry;
	u32 i, lost = 0;

	set_share(test, sel_own, 75);
	take_down(test, 0);
	sel_settle(test);
	sel_mid_all(test, at);
	KUNIT_EXPECT_EQ(test, 14, in_use(test));
	KUNIT_EXPECT_EQ(test, 0, sel_set(test, 1, &params, &dry));
	KUNIT_EXPECT_EQ(test, 0, dry.flows);
	take_down(test, 1);
	expect_stay(test, at);
	/* They lose it when the pool does not panic any more. */
	for (i = 0; i < FLOWS; i++)
		lost += at[i] == sel_backend(test, sel_own, 1);
	KUNIT_EXPECT_GT(test, lost, 0);
	KUNIT_EXPECT_EQ(test, 0, sel_set(test, 0, &(struct mgl_backend_params){
		.has_state = true, .state = MAGLEV_STATE_UP }, &dry));
	KUNIT_EXPECT_EQ(test, lost, dry.flows);
	bring_up(test, 0);
	for (i = 0; i < FLOWS; i++) {
		const struct mgl_backend *now = sel_mid(test, i);

		if (now == sel_backend(test, sel_own, 1) ||
		    (at[i] != sel_backend(test, sel_own, 1) && now != at[i]))
			FAIL_ONCE(test, "flow %u", i);
	}
}

/* Administrators take out backends that are not to be used, whatever happens. */
static void test_panic_not_for_all(struct kunit *test)
{
	set_share(test, sel_own, 100);
	sel_set_state(test, 0, MAGLEV_STATE_DRAIN);
	sel_set(test, 1, &(struct mgl_backend_params){ .has_weight = true }, NULL);
	KUNIT_EXPECT_FALSE(test, panics(test, sel_own));
	take_down(test, 2);
	KUNIT_EXPECT_TRUE(test, panics(test, sel_own));
	KUNIT_EXPECT_EQ(test, 0, sel_backend(test, sel_own, 0)->slots);
	KUNIT_EXPECT_EQ(test, 0, sel_backend(test, sel_own, 1)->slots);
	KUNIT_EXPECT_GT(test, sel_backend(test, sel_own, 2)->slots, 0);
	/* From down to drain: no turns before and after, but it is not counted. */
	sel_set_state(test, 2, MAGLEV_STATE_DRAIN);
	KUNIT_EXPECT_FALSE(test, panics(test, sel_own));
	KUNIT_EXPECT_EQ(test, 0, sel_backend(test, sel_own, 2)->slots);
	KUNIT_EXPECT_TRUE(test, mgl_backend_serves(sel_backend(test, sel_own, 2)));
	take_down(test, 2);
	KUNIT_EXPECT_TRUE(test, panics(test, sel_own));
	sel_del(test, sel_own, 2);
	KUNIT_EXPECT_FALSE(test, panics(test, sel_own));
}

/* A fallback whose backends are up goes before backends that are all down. */
static void test_panic_fallback(struct kunit *test)
{
	struct mgl_backend *at[FLOWS];
	u32 i;

	sel_add(test, sel_other, 0);
	rcu_assign_pointer(sel_svc->fallback, sel_other);
	set_share(test, sel_own, 50);
	sel_settle(test);
	for (i = 0; i < FLOWS / 2; i++)
		at[i] = sel_mid(test, i);
	for (i = 0; i < BACKENDS - 1; i++)
		take_down(test, i);
	KUNIT_EXPECT_TRUE(test, panics(test, sel_own));
	KUNIT_EXPECT_PTR_EQ(test, (const struct mgl_pool *)sel_own,
			    sel_syn(test, FLOWS - 1)->pool);
	take_down(test, BACKENDS - 1);
	KUNIT_EXPECT_EQ(test, 15, in_use(test));
	for (i = 0; i < FLOWS; i++) {
		const struct mgl_backend *b = sel_mid(test, i);

		/* Tracked flows stay in the pool; no others get there. */
		if (b->pool != (i < FLOWS / 2 ? sel_own : sel_other))
			FAIL_ONCE(test, "flow %u", i);
		if (i >= FLOWS / 2)
			continue;
		if (at[i] == sel_backend(test, sel_own, BACKENDS - 1) && b != at[i])
			FAIL_ONCE(test, "flow %u left the last backend", i);
	}
	sel_del(test, sel_other, 0);
	KUNIT_EXPECT_PTR_EQ(test, (const struct mgl_pool *)sel_own,
			    sel_syn(test, 0)->pool);
	bring_up(test, 0);
	RCU_INIT_POINTER(sel_svc->fallback, NULL);
}

/* One that is used by the table of another pool only serves as long as that. */
static void test_panic_above(struct kunit *test)
{
	struct mgl_net *mn = test->priv;
	struct mgl_pool *top = sel_pool_new(mn, "top");
	u32 i;

	member_add(test, top, sel_own);
	set_share(test, top, 50);
	for (i = 1; i < BACKENDS; i++)
		take_down(test, i);
	KUNIT_EXPECT_TRUE(test, panics(test, top));
	KUNIT_EXPECT_FALSE(test, panics(test, sel_own));
	for (i = 0; i < BACKENDS; i++) {
		const struct mgl_backend *b = sel_backend(test, sel_own, i);

		KUNIT_EXPECT_TRUE(test, mgl_backend_serves(b));
		KUNIT_EXPECT_EQ(test, i > 0, b->n_panics);
	}
	/* The pool below as well: used twice. */
	set_share(test, sel_own, 50);
	KUNIT_EXPECT_EQ(test, 2, sel_backend(test, sel_own, 1)->n_panics);
	set_share(test, sel_own, 0);
	KUNIT_EXPECT_EQ(test, 1, sel_backend(test, sel_own, 1)->n_panics);
	mutex_lock(&mn->lock);
	mgl_pool_destroy(mn, top);
	mutex_unlock(&mn->lock);
	KUNIT_EXPECT_EQ(test, 1, in_use(test));
	bring_up(test, 1);
	KUNIT_EXPECT_EQ(test, 3, in_use(test));
}

/* In a batch, everything is as if made by single changes. */
static void test_panic_batch(struct kunit *test)
{
	const struct mgl_ctx ctx = { .mn = test->priv };
	const struct mgl_pool_params share = { .has_panic = true, .panic = 50 };
	const struct mgl_backend_params params = {
		.has_state = true, .state = MAGLEV_STATE_DOWN,
	};
	struct mgl_backend *b[BACKENDS], *at[FLOWS];
	struct mgl_dry_run dry;
	struct mgl_batch batch;
	struct mgl_change c;
	u32 i, round;

	for (i = 0; i < BACKENDS; i++)
		b[i] = sel_backend(test, sel_own, i);
	sel_settle(test);
	sel_mid_all(test, at);
	for (round = 0; round < 2; round++) {
		mutex_lock(&ctx.mn->lock);
		mgl_flows_count(ctx.mn, 0);
		mgl_batch_begin(&ctx, &batch);
		for (i = 0; i < BACKENDS; i++) {
			KUNIT_EXPECT_EQ(test, 0, mgl_change_edit(&ctx, sel_own,
								 b[i], &params,
								 &c));
			mgl_change_commit(&ctx, &c);
		}
		KUNIT_EXPECT_EQ(test, 0, mgl_change_pool(&ctx, sel_own, &share,
							 &c));
		mgl_change_commit(&ctx, &c);
		KUNIT_EXPECT_EQ(test, 0, mgl_batch_prepare(&ctx));
		if (!round) {
			KUNIT_EXPECT_EQ(test, 0, mgl_batch_report(&ctx, &dry));
			KUNIT_EXPECT_EQ(test, 0, dry.flows);
			mgl_batch_abort(&ctx);
			KUNIT_EXPECT_EQ(test, 0, sel_own->panic);
		} else {
			KUNIT_EXPECT_EQ(test, 0, mgl_batch_commit(&ctx));
		}
		mutex_unlock(&ctx.mn->lock);
		KUNIT_EXPECT_EQ(test, round, panics(test, sel_own));
		KUNIT_EXPECT_EQ(test, 15, in_use(test));
		expect_stay(test, at);
	}
	set_share(test, sel_own, 0);
	KUNIT_EXPECT_EQ(test, 0, in_use(test));
}

static struct kunit_case panic_cases[] = {
	KUNIT_CASE(test_panic_begins_and_ends),
	KUNIT_CASE(test_panic_flows_stay),
	KUNIT_CASE(test_panic_not_for_all),
	KUNIT_CASE(test_panic_fallback),
	KUNIT_CASE(test_panic_above),
	KUNIT_CASE(test_panic_batch),
	{}
};

static struct kunit_suite panic_suite = {
	.name = "maglev_panic",
	.init = sel_init,
	.exit = sel_exit,
	.test_cases = panic_cases,
};

kunit_test_suite(panic_suite);
