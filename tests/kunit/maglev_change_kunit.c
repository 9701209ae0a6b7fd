// SPDX-License-Identifier: GPL-2.0
/*
 * Changes of a pool: to prepare, report and abort one leaves no trace, and a
 * commit does what the report said.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/slab.h>

#include "backend.h"
#include "change.h"
#include "ctx.h"
#include "endpoint.h"
#include "net.h"
#include "pool.h"
#include "report.h"
#include "selection.h"
#include "snapshot.h"
#include "table.h"

#define OTHER_SIZE 257

enum kind {
	ADD,
	ADD_TO_EMPTY,
	EDIT_WEIGHT,
	EDIT_DRAIN,
	EDIT_DOWN,
	EDIT_SAME,
	DELETE,
	DELETE_LAST,
	POOL_SEED,
	POOL_SIZE,
	POOL_SETTLE,
	POOL_SAME,
	KINDS
};

/* Owners of slots by address, 0 for none. */
struct owners {
	u32 size;
	u64 seed;
	u32 addr[OTHER_SIZE];
};

static struct mgl_pool *pool_of(enum kind kind)
{
	return kind == ADD_TO_EMPTY || kind == DELETE_LAST ? sel_other :
							     sel_own;
}

static void expect_same(struct kunit *test, struct mgl_pool *pool,
			const struct snapshot *before, enum kind kind,
			const char *when)
{
	if (!snapshot_holds(test, pool, before))
		FAIL_ONCE(test, "kind %d: changed when %s", kind, when);
}

static struct owners *owners_of(struct kunit *test, struct mgl_pool *pool)
{
	const struct mgl_table *table = table_of(pool);
	struct owners *o;
	u32 s;

	o = kunit_kzalloc(test, sizeof(*o), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, o);
	if (!table)
		return o;
	o->size = table->size;
	o->seed = table->seed;
	for (s = 0; s < o->size; s++) {
		struct mgl_backend *b;

		if (table->slots[s] == MGL_SLOT_NONE)
			continue;
		b = table->backends[table->slots[s]];
		o->addr[s] = ntohl(mgl_addr_to_v4(&b->endpoint->addr));
	}
	return o;
}

static bool may_own(struct mgl_pool *pool, u32 addr)
{
	struct mgl_addr a = mgl_addr_v4(htonl(addr));
	struct mgl_backend *b = addr ? mgl_backend_find(pool, &a) : NULL;

	return b && b->state == MAGLEV_STATE_UP && b->weight;
}

/* By definition, after the commit. */
static struct mgl_moves count_moves(struct mgl_pool *pool,
				    const struct owners *before,
				    const struct owners *after)
{
	struct mgl_moves moves = {};
	u32 s;

	if (!after->size) {
		for (s = 0; s < before->size; s++)
			moves.slots += !!before->addr[s];
		return moves;
	}
	if (before->size != after->size || before->seed != after->seed) {
		moves.slots = after->size;
		moves.survivors = before->size ? after->size : 0;
		return moves;
	}
	for (s = 0; s < after->size; s++) {
		if (before->addr[s] == after->addr[s])
			continue;
		moves.slots++;
		moves.survivors += may_own(pool, before->addr[s]);
	}
	return moves;
}

/* Prepares a change of @kind; mn->lock is held. */
static int prepare(struct kunit *test, enum kind kind, struct mgl_change *c)
{
	struct mgl_backend_spec spec[2] = {};
	struct mgl_backend_specs specs = { .n = 2, .item = spec };
	struct mgl_backend_params edit = {};
	struct mgl_pool_params params = {};
	struct mgl_pool *pool = pool_of(kind);
	const struct mgl_ctx ctx = { .mn = test->priv };
	struct mgl_backend *b;

	b = list_first_entry_or_null(&pool->backends, struct mgl_backend, node);
	switch (kind) {
	case ADD:
	case ADD_TO_EMPTY:
		/* The later one first: the list is sorted. */
		spec[0].addr = sel_addr(pool, BACKENDS + 1);
		spec[1].addr = sel_addr(pool, BACKENDS);
		return mgl_change_add(&ctx, pool, &specs, c);
	case EDIT_WEIGHT:
		edit.has_weight = true;
		edit.weight = 5;
		return mgl_change_edit(&ctx, pool, b, &edit, c);
	case EDIT_DRAIN:
		edit.has_state = true;
		edit.state = MAGLEV_STATE_DRAIN;
		edit.has_deadline = true;
		edit.deadline = 3600 * HZ;
		return mgl_change_edit(&ctx, pool, b, &edit, c);
	case EDIT_DOWN:
		edit.has_state = true;
		edit.state = MAGLEV_STATE_DOWN;
		return mgl_change_edit(&ctx, pool, b, &edit, c);
	case EDIT_SAME:
		edit.has_weight = true;
		edit.weight = 1;
		edit.has_state = true;
		edit.state = MAGLEV_STATE_UP;
		return mgl_change_edit(&ctx, pool, b, &edit, c);
	case DELETE:
	case DELETE_LAST:
		return mgl_change_delete(&ctx, pool, b, c);
	case POOL_SEED:
		params.has_seed = true;
		params.seed = 77;
		break;
	case POOL_SIZE:
		params.has_size = true;
		params.size = OTHER_SIZE;
		break;
	case POOL_SETTLE:
		params.has_settle = true;
		params.settle = 7000;
		break;
	default:
		params.has_size = true;
		params.size = SIZE;
		params.has_seed = true;
		params.seed = 1;
	}
	return mgl_change_pool(&ctx, pool, &params, c);
}

/* Settled slots, and tracked flows with every backend. */
static void set_scene(struct kunit *test, enum kind kind,
		      struct mgl_backend **at)
{
	sel_settle(test);
	sel_mid_all(test, at);
	if (kind == DELETE_LAST)
		sel_add(test, sel_other, 0);
}

static void run(struct kunit *test, enum kind kind, bool commit,
		struct mgl_dry_run *dry)
{
	struct mgl_net *mn = test->priv;
	const struct mgl_ctx ctx = { .mn = mn };
	struct mgl_change c;

	mutex_lock(&mn->lock);
	if (prepare(test, kind, &c)) {
		FAIL_ONCE(test, "kind %d: cannot be prepared", kind);
		mutex_unlock(&mn->lock);
		return;
	}
	if (dry && mgl_change_report(&ctx, &c, dry))
		FAIL_ONCE(test, "kind %d: no report", kind);
	if (commit)
		mgl_change_commit(&ctx, &c);
	else
		mgl_change_abort(&ctx, &c);
	mutex_unlock(&mn->lock);
}

/* Packets go where they went while a change is in hand. */
static void test_change_prepare_invisible(struct kunit *test)
{
	struct mgl_net *mn = test->priv;
	const struct mgl_ctx ctx = { .mn = mn };
	struct mgl_backend *at[FLOWS];
	struct mgl_change c;
	u32 i;

	set_scene(test, ADD, at);
	mutex_lock(&mn->lock);
	KUNIT_EXPECT_EQ(test, 0, prepare(test, DELETE, &c));
	for (i = 0; i < FLOWS; i++)
		if (sel_mid(test, i) != at[i] || sel_syn(test, i) != at[i])
			FAIL_ONCE(test, "flow %u", i);
	mgl_change_abort(&ctx, &c);
	mutex_unlock(&mn->lock);
}

static void test_change_abort_no_trace(struct kunit *test)
{
	struct mgl_backend *at[FLOWS];
	struct mgl_dry_run dry;
	u32 kind, i;

	set_scene(test, ADD, at);
	for (kind = 0; kind < KINDS; kind++) {
		struct mgl_pool *pool = pool_of(kind);
		struct snapshot *before;

		if (kind == DELETE_LAST)
			sel_add(test, sel_other, 0);
		before = snapshot_take(test, pool);
		run(test, kind, false, NULL);
		expect_same(test, pool, before, kind, "aborted");
		run(test, kind, false, &dry);
		expect_same(test, pool, before, kind, "reported and aborted");
	}
	for (i = 0; i < FLOWS; i++)
		if (sel_mid(test, i) != at[i])
			FAIL_ONCE(test, "flow %u did not stay", i);
}

/* The second backend is refused when the first one has been prepared. */
static void test_change_refusal_no_trace(struct kunit *test)
{
	struct mgl_backend_spec spec[2] = {};
	struct mgl_backend_specs specs = { .n = 2, .item = spec };
	struct mgl_net *mn = test->priv;
	const struct mgl_ctx ctx = { .mn = mn };
	struct snapshot *before;
	struct mgl_change c;

	spec[0].addr = sel_addr(sel_own, BACKENDS);
	spec[1].addr = sel_addr(sel_own, 0);
	before = snapshot_take(test, sel_own);
	mutex_lock(&mn->lock);
	KUNIT_EXPECT_EQ(test, -EEXIST, mgl_change_add(&ctx, sel_own, &specs, &c));
	mutex_unlock(&mn->lock);
	expect_same(test, sel_own, before, ADD, "refused");
}

static u32 flows_with(struct mgl_backend **at, const struct mgl_backend *b)
{
	u32 i, n = 0;

	for (i = 0; i < FLOWS; i++)
		n += at[i] == b;
	return n;
}

static void check_kind(struct kunit *test, enum kind kind)
{
	struct mgl_pool *pool = pool_of(kind);
	struct mgl_backend *at[FLOWS], *first;
	struct owners *before, *after;
	u32 flows = 0, owned = 0;
	struct mgl_dry_run dry;
	struct mgl_moves moves;

	set_scene(test, kind, at);
	first = sel_backend(test, pool, 0);
	if (kind == DELETE || kind == EDIT_DOWN)
		flows = flows_with(at, first);
	if (first)
		owned = first->slots;
	before = owners_of(test, pool);
	run(test, kind, true, &dry);
	after = owners_of(test, pool);
	moves = count_moves(pool, before, after);

	KUNIT_EXPECT_EQ(test, moves.slots, dry.moves.slots);
	KUNIT_EXPECT_EQ(test, moves.survivors, dry.moves.survivors);
	KUNIT_EXPECT_EQ(test, flows, dry.flows);
	KUNIT_EXPECT_EQ(test, after->size ?: before->size, dry.size);
	switch (kind) {
	case EDIT_DRAIN:
	case EDIT_DOWN:
	case DELETE:
		KUNIT_EXPECT_EQ(test, owned, moves.slots - moves.survivors);
		break;
	case EDIT_SAME:
	case POOL_SETTLE:
	case POOL_SAME:
		KUNIT_EXPECT_EQ(test, 0, moves.slots);
		break;
	default:
		KUNIT_EXPECT_GT(test, moves.slots, 0);
	}
	if (kind == DELETE || kind == EDIT_DOWN)
		KUNIT_EXPECT_GT(test, flows, 0);
}

#define CHANGE_TEST(name, kind)						\
static void test_change_commit_##name(struct kunit *test)		\
{									\
	check_kind(test, kind);						\
}

CHANGE_TEST(add, ADD)
CHANGE_TEST(add_to_empty, ADD_TO_EMPTY)
CHANGE_TEST(weight, EDIT_WEIGHT)
CHANGE_TEST(drain, EDIT_DRAIN)
CHANGE_TEST(down, EDIT_DOWN)
CHANGE_TEST(same_backend, EDIT_SAME)
CHANGE_TEST(delete, DELETE)
CHANGE_TEST(delete_last, DELETE_LAST)
CHANGE_TEST(seed, POOL_SEED)
CHANGE_TEST(size, POOL_SIZE)
CHANGE_TEST(settle, POOL_SETTLE)
CHANGE_TEST(same_pool, POOL_SAME)

/* Lists, numbers, endpoints and settings follow a commit. */
static void test_change_commit_lists(struct kunit *test)
{
	struct mgl_net *mn = test->priv;
	struct mgl_backend *b;
	struct mgl_addr last = {};
	u32 n = 0, id;

	run(test, ADD, true, NULL);
	KUNIT_EXPECT_EQ(test, BACKENDS + 2, sel_own->n_backends);
	KUNIT_EXPECT_EQ(test, BACKENDS + 2, mn->n_endpoints);
	KUNIT_EXPECT_EQ(test, BACKENDS + 2, mn->backend_ids.used);
	list_for_each_entry(b, &sel_own->backends, node) {
		if (n && mgl_addr_cmp(&last, &b->endpoint->addr) >= 0)
			FAIL_ONCE(test, "backend %u is out of order", n);
		if (!backend_has_number(mn, b->id, b))
			FAIL_ONCE(test, "backend %u has no number", n);
		if (!mgl_backend_serves(b) || !b->slots)
			FAIL_ONCE(test, "backend %u is not in use", n);
		last = b->endpoint->addr;
		n++;
	}
	KUNIT_EXPECT_EQ(test, BACKENDS + 2, n);

	id = sel_backend(test, sel_own, 0)->id;
	run(test, DELETE, true, NULL);
	KUNIT_EXPECT_EQ(test, BACKENDS + 1, sel_own->n_backends);
	KUNIT_EXPECT_EQ(test, BACKENDS + 1, mn->n_endpoints);
	KUNIT_EXPECT_EQ(test, BACKENDS + 1, mn->backend_ids.used);
	KUNIT_EXPECT_TRUE(test, backend_has_number(mn, id, NULL));

	b = sel_backend(test, sel_own, 1);
	run(test, EDIT_DRAIN, true, NULL);
	KUNIT_EXPECT_EQ(test, MAGLEV_STATE_DRAIN, b->state);
	KUNIT_EXPECT_TRUE(test, b->draining && mgl_backend_serves(b));
	KUNIT_EXPECT_EQ(test, 0, b->slots);
	run(test, EDIT_DOWN, true, NULL);
	KUNIT_EXPECT_TRUE(test, !b->draining && !mgl_backend_serves(b));

	run(test, POOL_SIZE, true, NULL);
	run(test, POOL_SEED, true, NULL);
	run(test, POOL_SETTLE, true, NULL);
	KUNIT_EXPECT_EQ(test, OTHER_SIZE, sel_own->size);
	KUNIT_EXPECT_EQ(test, OTHER_SIZE, table_of(sel_own)->size);
	KUNIT_EXPECT_EQ(test, 77, sel_own->seed);
	KUNIT_EXPECT_EQ(test, 77, table_of(sel_own)->seed);
	KUNIT_EXPECT_EQ(test, 7000, sel_own->settle);
	KUNIT_EXPECT_EQ(test, msecs_to_jiffies(7000), sel_own->settle_now);
}

struct watch {
	struct mgl_flow flow;
	const struct mgl_backend *b;
	bool armed;
	u32 looks;
	u32 unusable;
};

/* What packets of a flow see, as often as possible. */
static int watch_owner(void *ctx)
{
	struct watch *w = ctx;
	struct mgl_slot slot;

	while (!kthread_should_stop()) {
		rcu_read_lock();
		mgl_table_slot(sel_own, &w->flow, &slot);
		if (READ_ONCE(w->armed) && slot.cur == w->b &&
		    !mgl_backend_serves(w->b))
			w->unusable++;
		rcu_read_unlock();
		WRITE_ONCE(w->looks, w->looks + 1);
		cond_resched();
	}
	return 0;
}

/* Waits until the watcher has begun and ended a look. */
static void wait_for_look(const struct watch *w)
{
	u32 seen = READ_ONCE(w->looks);

	while (READ_ONCE(w->looks) - seen < 2)
		usleep_range(10, 50);
}

/*
 * A slot never names a backend that comes up before it serves: the next packet
 * of a flow that opens there would go to the slot's previous owner.
 */
static void test_change_up_serves_first(struct kunit *test)
{
	struct watch w = { .flow = sel_flow(0, false) };
	struct task_struct *task;
	u32 i, n;

	w.b = sel_cur(sel_own, 0);
	for (n = 0; n < BACKENDS && sel_backend(test, sel_own, n) != w.b; n++)
		;
	KUNIT_ASSERT_LT(test, n, BACKENDS);
	task = kthread_run(watch_owner, &w, "maglev_watch");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	for (i = 0; i < 100; i++) {
		sel_set_state(test, n, MAGLEV_STATE_DOWN);
		wait_for_look(&w);
		WRITE_ONCE(w.armed, true);
		sel_set_state(test, n, MAGLEV_STATE_UP);
		wait_for_look(&w);
		WRITE_ONCE(w.armed, false);
		wait_for_look(&w);
	}
	kthread_stop(task);
	KUNIT_EXPECT_PTR_EQ(test, w.b, sel_cur(sel_own, 0));
	KUNIT_EXPECT_EQ(test, 0, w.unusable);
}

static struct kunit_case change_cases[] = {
	KUNIT_CASE(test_change_prepare_invisible),
	KUNIT_CASE(test_change_abort_no_trace),
	KUNIT_CASE(test_change_refusal_no_trace),
	KUNIT_CASE(test_change_commit_add),
	KUNIT_CASE(test_change_commit_add_to_empty),
	KUNIT_CASE(test_change_commit_weight),
	KUNIT_CASE(test_change_commit_drain),
	KUNIT_CASE(test_change_commit_down),
	KUNIT_CASE(test_change_commit_same_backend),
	KUNIT_CASE(test_change_commit_delete),
	KUNIT_CASE(test_change_commit_delete_last),
	KUNIT_CASE(test_change_commit_seed),
	KUNIT_CASE(test_change_commit_size),
	KUNIT_CASE(test_change_commit_settle),
	KUNIT_CASE(test_change_commit_same_pool),
	KUNIT_CASE(test_change_commit_lists),
	KUNIT_CASE(test_change_up_serves_first),
	{}
};

static struct kunit_suite change_suite = {
	.name = "maglev_change",
	.init = sel_init,
	.exit = sel_exit,
	.test_cases = change_cases,
};

kunit_test_suite(change_suite);
