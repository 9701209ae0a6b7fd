// SPDX-License-Identifier: GPL-2.0
/*
 * Pools as members of pools: tables follow every change below, refused and
 * aborted ones leave no trace.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/workqueue.h>

#include "backend.h"
#include "change.h"
#include "ctx.h"
#include "endpoint.h"
#include "gc.h"
#include "maglev.h"
#include "member.h"
#include "net.h"
#include "objects.h"
#include "pool.h"
#include "report.h"
#include "selection.h"
#include "snapshot.h"
#include "table.h"

/* So long that no machine is too slow for what happens in half of it. */
#define SETTLE_MS (3600 * MSEC_PER_SEC)
#define QUOTAS_MAX (BACKENDS + 4)

/* A backend of a pool, and its slots. */
struct quota {
	struct mgl_pool *pool;
	u32 i;
	u32 slots;
};

static int member_add(struct kunit *test, struct mgl_pool *parent,
		      struct mgl_pool *pool, u32 weight)
{
	const struct mgl_ctx ctx = { .mn = test->priv };
	const struct mgl_member_spec spec = {
		.pool = pool, .has_weight = true, .weight = weight,
	};
	struct mgl_change c;
	int err;

	mutex_lock(&ctx.mn->lock);
	err = mgl_change_member_add(&ctx, parent, &spec, &c);
	if (!err)
		mgl_change_commit(&ctx, &c);
	mutex_unlock(&ctx.mn->lock);
	return err;
}

static void member_edit(struct kunit *test, u32 weight)
{
	const struct mgl_ctx ctx = { .mn = test->priv };
	struct mgl_change c;
	struct mgl_member *m;

	mutex_lock(&ctx.mn->lock);
	m = mgl_member_find(sel_own, sel_other);
	KUNIT_EXPECT_EQ(test, 0, mgl_change_member_edit(&ctx, m, weight, &c));
	mgl_change_commit(&ctx, &c);
	mutex_unlock(&ctx.mn->lock);
}

static void member_delete(struct kunit *test)
{
	const struct mgl_ctx ctx = { .mn = test->priv };
	struct mgl_change c;
	struct mgl_member *m;

	mutex_lock(&ctx.mn->lock);
	m = mgl_member_find(sel_own, sel_other);
	KUNIT_EXPECT_EQ(test, 0, mgl_change_member_delete(&ctx, m, &c));
	mgl_change_commit(&ctx, &c);
	mutex_unlock(&ctx.mn->lock);
}

static void set(struct kunit *test, struct mgl_backend *b,
		const struct mgl_backend_params *params,
		struct mgl_dry_run *dry)
{
	struct mgl_net *mn = test->priv;
	struct mgl_pool *pool = b->pool == sel_own ? sel_own : sel_other;

	mutex_lock(&mn->lock);
	KUNIT_EXPECT_EQ(test, 0, test_edit(mn, pool, b, params, dry));
	mutex_unlock(&mn->lock);
}

static void set_weight(struct kunit *test, u32 i, u32 weight)
{
	set(test, sel_backend(test, sel_other, i), &(struct mgl_backend_params){
		.has_weight = true,
		.weight = weight,
	}, NULL);
}

static void set_state(struct kunit *test, struct mgl_backend *b,
		      enum maglev_state state)
{
	set(test, b, &(struct mgl_backend_params){
		.has_state = true,
		.state = state,
	}, NULL);
}

/* The table is that of backends with these numbers of slots, sorted. */
static void expect_table(struct kunit *test, const struct quota *want, u32 n,
			 const char *when)
{
	struct mgl_candidate cand[QUOTAS_MAX] = {};
	u32 i, member = 0;
	u16 *slots;
	u64 fp;

	slots = kunit_kzalloc(test, SIZE * sizeof(*slots), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, slots);
	for (i = 0; i < n; i++) {
		cand[i].addr = sel_addr(want[i].pool, want[i].i);
		cand[i].weight = want[i].slots;
		if (want[i].pool == sel_other)
			member += want[i].slots;
	}
	KUNIT_ASSERT_EQ(test, 0, mgl_maglev_populate(slots, SIZE, 1, cand, n));
	KUNIT_ASSERT_EQ(test, 0, mgl_maglev_fingerprint(slots, SIZE, cand, n,
							&fp));
	if (fp != table_of(sel_own)->fingerprint)
		FAIL_ONCE(test, "another table %s", when);
	if (mgl_member_find(sel_own, sel_other)->slots != member)
		FAIL_ONCE(test, "the member has %u slots, not %u, %s",
			  mgl_member_find(sel_own, sel_other)->slots, member,
			  when);
}

#define EXPECT_TABLE(test, when, ...) do {				\
	const struct quota _want[] = { __VA_ARGS__ };			\
									\
	expect_table(test, _want, ARRAY_SIZE(_want), when);		\
} while (0)
#define OWN(i, slots) { sel_own, i, slots }
#define OTHER(i, slots) { sel_other, i, slots }

/* Two backends in a member of weight 2, beside four of weight 1. */
static void set_scene(struct kunit *test)
{
	sel_add(test, sel_other, 0);
	sel_add(test, sel_other, 1);
	KUNIT_ASSERT_EQ(test, 0, member_add(test, sel_own, sel_other, 2));
}

/*
 * Of 251 slots, 4 times 41.83 and 83.67: 42 and 83, and of these twice 41.5.
 */
static void test_member_tables_follow(struct kunit *test)
{
	set_scene(test);
	EXPECT_TABLE(test, "with the member", OWN(0, 42), OWN(1, 42),
		     OWN(2, 42), OWN(3, 42), OTHER(0, 42), OTHER(1, 41));
	/* 4 times 35.86, 107.57. */
	member_edit(test, 3);
	EXPECT_TABLE(test, "with weight 3", OWN(0, 36), OWN(1, 36), OWN(2, 36),
		     OWN(3, 36), OTHER(0, 54), OTHER(1, 53));
	set_weight(test, 1, 3);
	EXPECT_TABLE(test, "with weights below", OWN(0, 36), OWN(1, 36),
		     OWN(2, 36), OWN(3, 36), OTHER(0, 27), OTHER(1, 80));
	sel_add(test, sel_other, 2);
	EXPECT_TABLE(test, "with one more below", OWN(0, 36), OWN(1, 36),
		     OWN(2, 36), OWN(3, 36), OTHER(0, 22), OTHER(1, 64),
		     OTHER(2, 21));
	set_state(test, sel_backend(test, sel_other, 1), MAGLEV_STATE_DRAIN);
	EXPECT_TABLE(test, "with one that drains", OWN(0, 36), OWN(1, 36),
		     OWN(2, 36), OWN(3, 36), OTHER(0, 54), OTHER(1, 0),
		     OTHER(2, 53));
	sel_del(test, sel_other, 1);
	set_state(test, sel_backend(test, sel_other, 0), MAGLEV_STATE_DOWN);
	EXPECT_TABLE(test, "with one that is down", OWN(0, 36), OWN(1, 36),
		     OWN(2, 36), OWN(3, 36), OTHER(0, 0), OTHER(2, 107));
	set_state(test, sel_backend(test, sel_other, 2), MAGLEV_STATE_DOWN);
	EXPECT_TABLE(test, "with none that is usable", OWN(0, 63), OWN(1, 63),
		     OWN(2, 63), OWN(3, 62), OTHER(0, 0), OTHER(2, 0));
	member_edit(test, 0);
	set_state(test, sel_backend(test, sel_other, 2), MAGLEV_STATE_UP);
	EXPECT_TABLE(test, "with weight 0", OWN(0, 63), OWN(1, 63), OWN(2, 63),
		     OWN(3, 62), OTHER(0, 0), OTHER(2, 0));
}

/* Slots of a pool's own backends are counted without those of its members. */
static void test_member_slots_listed(struct kunit *test)
{
	set_scene(test);
	KUNIT_EXPECT_EQ(test, 42, sel_backend(test, sel_own, 0)->slots);
	KUNIT_EXPECT_EQ(test, 126, sel_backend(test, sel_other, 0)->slots);
	KUNIT_EXPECT_EQ(test, 125, sel_backend(test, sel_other, 1)->slots);
}

/* A table that is two pools further up follows, too. */
static void test_member_of_member(struct kunit *test)
{
	struct mgl_net *mn = test->priv;
	struct mgl_pool *top = sel_pool_new(mn, "top");
	u64 before;

	set_scene(test);
	KUNIT_ASSERT_EQ(test, 0, member_add(test, top, sel_own, 7));
	/* An only member, with the same size and seed. */
	KUNIT_EXPECT_EQ(test, table_of(sel_own)->fingerprint,
			table_of(top)->fingerprint);
	before = table_of(top)->fingerprint;
	set_state(test, sel_backend(test, sel_other, 0), MAGLEV_STATE_DOWN);
	KUNIT_EXPECT_NE(test, before, table_of(top)->fingerprint);
	KUNIT_EXPECT_EQ(test, table_of(sel_own)->fingerprint,
			table_of(top)->fingerprint);
	set_state(test, sel_backend(test, sel_other, 0), MAGLEV_STATE_UP);
	KUNIT_EXPECT_EQ(test, before, table_of(top)->fingerprint);
	/* Seed and size are each pool's own. */
	sel_pool_set(test, sel_other, &(struct mgl_pool_params){
		.has_seed = true, .seed = 5, .has_size = true, .size = 257,
	});
	KUNIT_EXPECT_EQ(test, before, table_of(top)->fingerprint);
	mutex_lock(&mn->lock);
	mgl_pool_destroy(mn, top);
	mutex_unlock(&mn->lock);
}

enum kind {
	MEMBER_ADD,
	MEMBER_EDIT,
	MEMBER_DELETE,
	BELOW_ADD,
	BELOW_WEIGHT,
	BELOW_DOWN,
	BELOW_DELETE,
	KINDS
};

/* mn->lock is held. */
static int prepare(struct kunit *test, enum kind kind, struct mgl_pool *spare,
		   struct mgl_change *c)
{
	struct mgl_member *m = mgl_member_find(sel_own, sel_other);
	const struct mgl_ctx ctx = { .mn = test->priv };
	struct mgl_member_spec member = { .pool = spare };
	struct mgl_backend_spec item = { .addr = sel_addr(sel_other, 9) };
	struct mgl_backend_specs specs = { .n = 1, .item = &item };
	struct mgl_backend_params params = {};
	struct mgl_backend *b;

	b = list_first_entry(&sel_other->backends, struct mgl_backend, node);
	switch (kind) {
	case MEMBER_ADD:
		return mgl_change_member_add(&ctx, sel_own, &member, c);
	case MEMBER_EDIT:
		return mgl_change_member_edit(&ctx, m, 9, c);
	case MEMBER_DELETE:
		return mgl_change_member_delete(&ctx, m, c);
	case BELOW_ADD:
		return mgl_change_add(&ctx, sel_other, &specs, c);
	case BELOW_WEIGHT:
		params.has_weight = true;
		params.weight = 7;
		return mgl_change_edit(&ctx, sel_other, b, &params, c);
	case BELOW_DOWN:
		params.has_state = true;
		params.state = MAGLEV_STATE_DOWN;
		return mgl_change_edit(&ctx, sel_other, b, &params, c);
	default:
		return mgl_change_delete(&ctx, sel_other, b, c);
	}
}

static void test_member_abort_no_trace(struct kunit *test)
{
	struct snapshot *own, *other;
	struct mgl_net *mn = test->priv;
	const struct mgl_ctx ctx = { .mn = mn };
	struct mgl_pool *spare = sel_pool_new(mn, "spare");
	struct mgl_member *m;
	struct mgl_dry_run dry;
	struct mgl_change c;
	u32 kind;

	set_scene(test);
	m = mgl_member_find(sel_own, sel_other);
	own = snapshot_take(test, sel_own);
	other = snapshot_take(test, sel_other);
	for (kind = 0; kind < KINDS; kind++) {
		mutex_lock(&mn->lock);
		if (prepare(test, kind, spare, &c))
			FAIL_ONCE(test, "kind %u: not prepared", kind);
		else if (mgl_change_report(&ctx, &c, &dry))
			FAIL_ONCE(test, "kind %u: no report", kind);
		mgl_change_abort(&ctx, &c);
		mutex_unlock(&mn->lock);
		if (!snapshot_holds(test, sel_own, own) ||
		    !snapshot_holds(test, sel_other, other))
			FAIL_ONCE(test, "kind %u: left a trace", kind);
		if (mgl_member_find(sel_own, sel_other) != m || m->weight != 2 ||
		    m->slots != 83 || m->leaving || sel_own->n_members != 1 ||
		    spare->n_parents || sel_other->n_parents != 1)
			FAIL_ONCE(test, "kind %u: left a trace at the member",
				  kind);
	}
	mutex_lock(&mn->lock);
	mgl_pool_destroy(mn, spare);
	mutex_unlock(&mn->lock);
}

static void test_member_dry_run(struct kunit *test)
{
	struct mgl_backend_params params = { .has_weight = true, .weight = 0 };
	struct mgl_backend *b, *at[FLOWS];
	u32 i, slots, flows = 0;
	struct mgl_dry_run dry;

	set_scene(test);
	sel_mid_all(test, at);
	b = sel_backend(test, sel_other, 0);
	for (i = 0; i < FLOWS; i++)
		flows += at[i] == b;
	KUNIT_EXPECT_GT(test, flows, 0);
	slots = b->slots;
	set(test, b, &params, &dry);
	KUNIT_EXPECT_EQ(test, slots, dry.moves.slots - dry.moves.survivors);
	KUNIT_EXPECT_EQ(test, 0, dry.flows);
	KUNIT_EXPECT_EQ(test, 1, dry.parents);
	KUNIT_EXPECT_GE(test, dry.parent_slots, 42ULL);
	params = (struct mgl_backend_params){
		.has_state = true, .state = MAGLEV_STATE_DOWN,
	};
	set(test, b, &params, &dry);
	/* Flows of services of the pool above count for the backend below. */
	KUNIT_EXPECT_EQ(test, flows, dry.flows);
	params = (struct mgl_backend_params){ .has_weight = true, .weight = 1 };
	set(test, b, &params, &dry);
	KUNIT_EXPECT_EQ(test, 0, dry.parents);
	KUNIT_EXPECT_EQ(test, 0ULL, dry.parent_slots);
}

/* Tracked flows stay while the backend below serves, in whatever pool it is. */
static void test_member_flows(struct kunit *test)
{
	struct mgl_backend *b, *at[FLOWS];
	u32 i, with = 0;

	set_scene(test);
	sel_settle(test);
	sel_mid_all(test, at);
	b = sel_backend(test, sel_other, 0);
	for (i = 0; i < FLOWS; i++)
		with += at[i] == b;
	KUNIT_ASSERT_GT(test, with, 0);
	member_delete(test);
	for (i = 0; i < FLOWS; i++) {
		if (sel_mid(test, i) != at[i])
			FAIL_ONCE(test, "flow %u did not stay", i);
		if (sel_cur(sel_own, i)->pool != sel_own)
			FAIL_ONCE(test, "slot of flow %u", i);
	}
	KUNIT_ASSERT_EQ(test, 0, member_add(test, sel_own, sel_other, 2));
	set_state(test, b, MAGLEV_STATE_DOWN);
	for (i = 0; i < FLOWS; i++) {
		if (at[i] != b && sel_mid(test, i) != at[i])
			FAIL_ONCE(test, "flow %u did not stay", i);
		if (at[i] == b && sel_mid(test, i) == b)
			FAIL_ONCE(test, "flow %u is with who is down", i);
	}
}

/* The last backends of a pool may be those of its member. */
static void test_member_last(struct kunit *test)
{
	u32 i;

	set_scene(test);
	for (i = 0; i < BACKENDS; i++)
		sel_del(test, sel_own, i);
	for (i = 0; i < FLOWS; i++)
		if (sel_mid(test, i)->pool != sel_other)
			FAIL_ONCE(test, "flow %u", i);
	sel_del(test, sel_other, 0);
	sel_del(test, sel_other, 1);
	KUNIT_EXPECT_NULL(test, table_of(sel_own));
	KUNIT_EXPECT_TRUE(test, !sel_mid(test, 0));
}

static u32 flows_at(const struct mgl_backend *b)
{
	u32 i, n = 0;

	for (i = 0; i < FLOWS; i++)
		n += sel_cur(sel_own, i) == b;
	return n;
}

/*
 * An address of two pools is in the table once, with the slots of both. One of
 * its backends stands for it, and the other one when that cannot.
 */
static void test_member_same_address(struct kunit *test)
{
	struct mgl_backend_spec item = { .addr = sel_addr(sel_own, 0) };
	struct mgl_backend_specs specs = { .n = 1, .item = &item };
	struct mgl_backend *own = sel_backend(test, sel_own, 0), *twin;
	struct mgl_net *mn = test->priv;
	u32 before;

	set_scene(test);
	before = flows_at(own);
	mutex_lock(&mn->lock);
	KUNIT_ASSERT_EQ(test, 0, test_add(mn, sel_other, &specs));
	twin = mgl_backend_find(sel_other, &item.addr);
	mutex_unlock(&mn->lock);
	/* 83 among three, in the order of addresses: 28, 28, 27. */
	KUNIT_EXPECT_EQ(test, 42 + 28, own->slots);
	KUNIT_EXPECT_EQ(test, 83, mgl_member_find(sel_own, sel_other)->slots);
	KUNIT_EXPECT_GT(test, flows_at(own), before);
	KUNIT_EXPECT_EQ(test, 0, flows_at(twin));

	set_state(test, own, MAGLEV_STATE_DRAIN);
	KUNIT_EXPECT_EQ(test, 0, own->slots);
	KUNIT_EXPECT_EQ(test, 0, flows_at(own));
	KUNIT_EXPECT_GT(test, flows_at(twin), 0);
	set_state(test, own, MAGLEV_STATE_DOWN);
	KUNIT_EXPECT_GT(test, flows_at(twin), 0);
	set_state(test, own, MAGLEV_STATE_UP);
	set_state(test, twin, MAGLEV_STATE_DOWN);
	KUNIT_EXPECT_EQ(test, 42, own->slots);
	KUNIT_EXPECT_EQ(test, 0, flows_at(twin));
}

/* Lets slots of a pool age, without the time that it would take. */
static void age(struct mgl_net *mn, struct mgl_pool *pool, u32 ms)
{
	struct mgl_history *h;
	u32 s;

	mutex_lock(&mn->lock);
	h = rcu_dereference_protected(table_of(pool)->history, true);
	for (s = 0; h && s < h->size; s++)
		h->changed_at[s] -= msecs_to_jiffies(ms);
	if (h)
		h->last -= msecs_to_jiffies(ms);
	mutex_unlock(&mn->lock);
}

static void collect(struct mgl_net *mn)
{
	mutex_lock(&mn->lock);
	mgl_gc_schedule(mn);
	mutex_unlock(&mn->lock);
	/* Does not wait until it is due. */
	flush_delayed_work(&mn->gc);
}

/* A backend that drains is kept while the pool above remembers it. */
static void test_member_drain(struct kunit *test)
{
	const struct mgl_backend_params params = {
		.has_state = true,
		.state = MAGLEV_STATE_DRAIN,
		.has_deadline = true,
		.deadline = 3600 * HZ,
	};
	const struct mgl_pool_params settle = {
		.has_settle = true,
		.settle = SETTLE_MS,
	};
	struct mgl_net *mn = test->priv;
	struct mgl_backend *b;

	set_scene(test);
	sel_pool_set(test, sel_own, &settle);
	sel_pool_set(test, sel_other, &settle);
	age(mn, sel_own, 2 * SETTLE_MS);
	age(mn, sel_other, 2 * SETTLE_MS);
	b = sel_backend(test, sel_other, 0);
	set(test, b, &params, NULL);
	age(mn, sel_other, 2 * SETTLE_MS);
	mutex_lock(&mn->lock);
	KUNIT_EXPECT_FALSE(test, mgl_table_remembers(mn, sel_other, b));
	KUNIT_EXPECT_TRUE(test, mgl_table_remembers(mn, sel_own, b));
	mutex_unlock(&mn->lock);
	collect(mn);
	KUNIT_ASSERT_PTR_EQ(test, b, sel_backend(test, sel_other, 0));
	age(mn, sel_own, 2 * SETTLE_MS);
	collect(mn);
	KUNIT_EXPECT_TRUE(test, !sel_backend(test, sel_other, 0));
	EXPECT_TABLE(test, "when it has drained", OWN(0, 42), OWN(1, 42),
		     OWN(2, 42), OWN(3, 42), OTHER(1, 83));
}

static void test_member_refused(struct kunit *test)
{
	struct mgl_net *mn = test->priv;
	struct mgl_pool *deep = sel_pool_new(mn, "deep");
	struct snapshot *own, *other;

	set_scene(test);
	KUNIT_ASSERT_EQ(test, 0, member_add(test, sel_other, deep, 1));
	own = snapshot_take(test, sel_own);
	other = snapshot_take(test, sel_other);
	KUNIT_EXPECT_EQ(test, -EEXIST, member_add(test, sel_own, sel_other, 1));
	KUNIT_EXPECT_EQ(test, -EINVAL, member_add(test, sel_own, sel_own, 1));
	KUNIT_EXPECT_EQ(test, -EINVAL, member_add(test, sel_other, sel_own, 1));
	KUNIT_EXPECT_EQ(test, -EINVAL, member_add(test, deep, sel_own, 1));
	mutex_lock(&mn->lock);
	KUNIT_EXPECT_EQ(test, -EBUSY,
			mgl_pool_delete(&(struct mgl_ctx){ .mn = mn }, deep,
					NULL));
	sel_own->is_private = true;
	mutex_unlock(&mn->lock);
	KUNIT_EXPECT_EQ(test, -EINVAL, member_add(test, deep, sel_own, 1));
	sel_own->is_private = false;
	KUNIT_EXPECT_TRUE(test, snapshot_holds(test, sel_own, own));
	KUNIT_EXPECT_TRUE(test, snapshot_holds(test, sel_other, other));
	/* In the order of mgl_pools_flush(): members first. */
	mutex_lock(&mn->lock);
	mgl_members_flush(sel_other);
	mgl_pool_destroy(mn, deep);
	mutex_unlock(&mn->lock);
}

/* A chain of as many pools as may be, a member more, and members at once. */
static void test_member_limits(struct kunit *test)
{
	struct mgl_pool *chain[MAGLEV_POOL_DEPTH_MAX + 1];
	struct mgl_pool *many[MAGLEV_MEMBERS_MAX + 1];
	struct mgl_net *mn = test->priv;
	char name[16];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(chain); i++) {
		snprintf(name, sizeof(name), "chain%u", i);
		chain[i] = sel_pool_new(mn, name);
	}
	/* From both ends, so that each side counts. */
	KUNIT_EXPECT_EQ(test, 0, member_add(test, chain[0], chain[1], 1));
	for (i = ARRAY_SIZE(chain) - 1; i > 2; i--)
		KUNIT_EXPECT_EQ(test, 0, member_add(test, chain[i - 1],
						    chain[i], 1));
	KUNIT_EXPECT_EQ(test, -EINVAL, member_add(test, chain[1], chain[2], 1));
	KUNIT_EXPECT_EQ(test, 0, member_add(test, chain[1], chain[3], 1));
	for (i = 0; i < ARRAY_SIZE(many); i++) {
		snprintf(name, sizeof(name), "many%u", i);
		many[i] = sel_pool_new(mn, name);
		KUNIT_EXPECT_EQ(test, i < MAGLEV_MEMBERS_MAX ? 0 : -ENOSPC,
				member_add(test, sel_own, many[i], 1));
	}
	KUNIT_EXPECT_EQ(test, MAGLEV_MEMBERS_MAX, sel_own->n_members);
	mutex_lock(&mn->lock);
	mgl_members_flush(sel_own);
	for (i = 0; i < ARRAY_SIZE(many); i++)
		mgl_pool_destroy(mn, many[i]);
	for (i = 0; i < ARRAY_SIZE(chain); i++)
		mgl_members_flush(chain[i]);
	for (i = 0; i < ARRAY_SIZE(chain); i++)
		mgl_pool_destroy(mn, chain[i]);
	mutex_unlock(&mn->lock);
}

static struct kunit_case member_cases[] = {
	KUNIT_CASE(test_member_tables_follow),
	KUNIT_CASE(test_member_slots_listed),
	KUNIT_CASE(test_member_of_member),
	KUNIT_CASE(test_member_abort_no_trace),
	KUNIT_CASE(test_member_dry_run),
	KUNIT_CASE(test_member_flows),
	KUNIT_CASE(test_member_last),
	KUNIT_CASE(test_member_same_address),
	KUNIT_CASE(test_member_drain),
	KUNIT_CASE(test_member_refused),
	KUNIT_CASE(test_member_limits),
	{}
};

static struct kunit_suite member_suite = {
	.name = "maglev_member",
	.init = sel_init,
	.exit = sel_exit,
	.test_cases = member_cases,
};

kunit_test_suite(member_suite);
