// SPDX-License-Identifier: GPL-2.0
/* State that is put back: flows, their places in the cache, and pasts of tables. */
#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "backend.h"
#include "cache.h"
#include "ctx.h"
#include "flows.h"
#include "net.h"
#include "pool.h"
#include "report.h"
#include "selection.h"
#include "service.h"
#include "state.h"
#include "table.h"

#define MANY 3000

struct records {
	struct maglev_state_flow rec[FLOWS];
	u32 n;
	u32 now;
};

static bool take(void *ctx, const struct mgl_cached *flow)
{
	struct records *r = ctx;

	if (r->n < FLOWS)
		mgl_state_flow_write(&r->rec[r->n++], flow, r->now);
	return true;
}

/* What a file has after a restart: the cache is empty. */
static struct records *take_all(struct kunit *test)
{
	struct records *r = kunit_kzalloc(test, sizeof(*r), GFP_KERNEL);
	struct mgl_net *mn = test->priv;

	KUNIT_ASSERT_NOT_NULL(test, r);
	r->now = mgl_clock(mn).now;
	mutex_lock(&mn->lock);
	mgl_cache_sweep(mgl_flows_cache(mn), take, r);
	mutex_unlock(&mn->lock);
	return r;
}

static void set(struct kunit *test, const struct mgl_state_flows *flows,
		u32 fates[MGL_STATE_FATES])
{
	struct mgl_net *mn = test->priv;

	memset(fates, 0, MGL_STATE_FATES * sizeof(*fates));
	KUNIT_EXPECT_TRUE(test, mgl_state_flows_valid(flows));
	mutex_lock(&mn->lock);
	mgl_state_flows_set(mn, flows, fates);
	mutex_unlock(&mn->lock);
}

static int set_secret(struct kunit *test, u64 first)
{
	const siphash_key_t secret = { { first, 2 } };
	struct mgl_net *mn = test->priv;
	int err;

	mutex_lock(&mn->lock);
	err = mgl_state_secret_set(&(struct mgl_ctx){ .mn = mn }, &secret);
	mutex_unlock(&mn->lock);
	return err;
}

/* Flows are with backends that the table would not send them to. */
static struct records *moved_flows(struct kunit *test, struct mgl_backend **at)
{
	sel_settle(test);
	sel_mid_all(test, at);
	sel_mid_all(test, at);
	sel_reseed(test, 2);
	sel_settle(test);
	return take_all(test);
}

static void test_state_flows(struct kunit *test)
{
	struct mgl_backend *at[FLOWS];
	struct records *r = moved_flows(test, at);
	struct mgl_state_flows flows = { .rec = r->rec, .n = r->n };
	u32 fates[MGL_STATE_FATES];

	KUNIT_EXPECT_EQ(test, FLOWS, r->n);
	sel_expect_cur(test);
	take_all(test);
	/* Another secret: keys come from the flows, not from the file. */
	KUNIT_EXPECT_EQ(test, 0, set_secret(test, 7));
	set(test, &flows, fates);
	KUNIT_EXPECT_EQ(test, FLOWS, fates[MGL_STATE_RESTORED]);
	sel_expect_stay(test, at);
}

static void test_state_secret(struct kunit *test)
{
	struct mgl_net *mn = test->priv;
	struct mgl_backend *at[FLOWS];
	u64 first;

	sel_settle(test);
	sel_mid_all(test, at);
	sel_reseed(test, 2);
	sel_settle(test);
	for (first = 1; first < 4; first++) {
		KUNIT_EXPECT_EQ(test, 0, set_secret(test, first));
		KUNIT_EXPECT_EQ(test, first, mn->secret.key[0]);
		sel_expect_stay(test, at);
	}
	KUNIT_EXPECT_EQ(test, 0, set_secret(test, 3));
	sel_expect_stay(test, at);
}

static void test_state_ages(struct kunit *test)
{
	struct mgl_net *mn = test->priv;
	struct mgl_backend *at[FLOWS];
	struct records *r = moved_flows(test, at), *again;
	struct mgl_state_flows flows = { .rec = r->rec, .n = r->n };
	u32 timeout = mn->timeouts.seconds[MGL_KIND_TCP][MAGLEV_FLOW_ESTABLISHED];
	u32 fates[MGL_STATE_FATES], i;

	for (i = 0; i < r->n; i++)
		r->rec[i].idle = cpu_to_le32(100);
	/* A second is lost where they are counted. */
	flows.elapsed = (timeout - 100) * 1000 - 1;
	set(test, &flows, fates);
	KUNIT_EXPECT_EQ(test, FLOWS, fates[MGL_STATE_RESTORED]);
	again = take_all(test);
	for (i = 0; i < again->n; i++)
		if (le32_to_cpu(again->rec[i].idle) + 1 < timeout)
			FAIL_ONCE(test, "idle for %u s only",
				  le32_to_cpu(again->rec[i].idle));
	flows.elapsed++;
	set(test, &flows, fates);
	KUNIT_EXPECT_EQ(test, FLOWS, fates[MGL_STATE_EXPIRED]);
	flows.elapsed = U32_MAX;
	set(test, &flows, fates);
	KUNIT_EXPECT_EQ(test, FLOWS, fates[MGL_STATE_EXPIRED]);
	KUNIT_EXPECT_EQ(test, 0, take_all(test)->n);
}

static void test_state_unknown(struct kunit *test)
{
	struct mgl_backend *at[FLOWS];
	struct records *r = moved_flows(test, at);
	struct mgl_state_flows flows = { .rec = r->rec, .n = 5 };
	u32 fates[MGL_STATE_FATES];

	r->rec[0].service = cpu_to_le32(sel_svc->number + MGL_ID_INDEXES);
	r->rec[1].backend = cpu_to_le32(MGL_ID_NONE);
	/* Of the other family, and of another affinity. */
	r->rec[2].client[0] = 0x20;
	r->rec[3].client_port = 0;
	r->rec[3].port = 0;
	set(test, &flows, fates);
	KUNIT_EXPECT_EQ(test, 4, fates[MGL_STATE_UNKNOWN]);
	KUNIT_EXPECT_EQ(test, 1, fates[MGL_STATE_RESTORED]);
	sel_svc->track = MAGLEV_TRACK_NONE;
	set(test, &flows, fates);
	KUNIT_EXPECT_EQ(test, 5, fates[MGL_STATE_UNKNOWN]);
}

static void test_state_not_a_record(struct kunit *test)
{
	struct mgl_backend *at[FLOWS];
	struct records *r = moved_flows(test, at);
	struct mgl_state_flows flows = { .rec = r->rec, .n = r->n };

	KUNIT_EXPECT_TRUE(test, mgl_state_flows_valid(&flows));
	r->rec[r->n - 1].state = __MAGLEV_FLOW_MAX;
	KUNIT_EXPECT_FALSE(test, mgl_state_flows_valid(&flows));
}

/* Packets came in between: of the same connection, or of one that is new. */
static void test_state_in_between(struct kunit *test)
{
	struct mgl_backend *at[FLOWS];
	struct records *r = moved_flows(test, at);
	struct mgl_state_flows flows = { .rec = r->rec, .n = r->n };
	u32 fates[MGL_STATE_FATES], i, other = 0;

	for (i = 0; i < FLOWS; i++)
		other += sel_mid(test, i) != at[i];
	KUNIT_ASSERT_GT(test, other, FLOWS / 4);
	set(test, &flows, fates);
	KUNIT_EXPECT_EQ(test, other, fates[MGL_STATE_KEPT]);
	sel_expect_cur(test);
	flows.restarted = true;
	set(test, &flows, fates);
	KUNIT_EXPECT_EQ(test, FLOWS, fates[MGL_STATE_RESTORED]);
	sel_expect_stay(test, at);

	/* An entry is replaced by a SYN, as the flow has one. */
	take_all(test);
	for (i = 0; i < FLOWS; i++) {
		sel_mid(test, i);
		sel_syn(test, i);
	}
	set(test, &flows, fates);
	KUNIT_EXPECT_EQ(test, other, fates[MGL_STATE_KEPT]);
	sel_expect_cur(test);

	for (i = 0; i < r->n; i++)
		r->rec[i].state = MAGLEV_FLOW_CLOSING;
	set(test, &flows, fates);
	KUNIT_EXPECT_EQ(test, other, fates[MGL_STATE_KEPT]);
}

static void test_state_full(struct kunit *test)
{
	struct mgl_net *mn = test->priv;
	struct mgl_backend *at[FLOWS];
	struct records *r = moved_flows(test, at);
	struct mgl_state_flows flows = { .n = MANY };
	u32 fates[MGL_STATE_FATES], i;
	struct maglev_state_flow *many;

	many = kvmalloc_array(MANY, sizeof(*many), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, many);
	for (i = 0; i < MANY; i++) {
		many[i] = r->rec[0];
		many[i].client_port = htons(i);
		many[i].confirmed = 1;
	}
	flows.rec = many;
	mutex_lock(&mn->lock);
	KUNIT_EXPECT_EQ(test, 0, mgl_flows_resize(mn, MAGLEV_CACHE_SIZE_MIN,
						  NULL));
	mutex_unlock(&mn->lock);
	set(test, &flows, fates);
	KUNIT_EXPECT_EQ(test, MANY, fates[MGL_STATE_RESTORED] +
				    fates[MGL_STATE_FULL]);
	KUNIT_EXPECT_LE(test, fates[MGL_STATE_RESTORED], MAGLEV_CACHE_SIZE_MIN);
	KUNIT_EXPECT_GT(test, fates[MGL_STATE_RESTORED],
			MAGLEV_CACHE_SIZE_MIN / 2);
	kvfree(many);
}

/* As the history of a table that was just built. */
static void make_first(struct kunit *test)
{
	struct mgl_history *h = mgl_history_alloc(SIZE, 0), *own;
	struct mgl_net *mn = test->priv;
	struct mgl_table *table;
	u32 s;

	KUNIT_ASSERT_NOT_NULL(test, h);
	for (s = 0; s < SIZE; s++) {
		h->prev[s] = MGL_SLOT_NONE;
		h->changed_at[s] = jiffies;
	}
	h->last = jiffies;
	mutex_lock(&mn->lock);
	table = rcu_dereference_protected(sel_own->table, true);
	own = rcu_dereference_protected(table->history, true);
	rcu_assign_pointer(table->history, h);
	mutex_unlock(&mn->lock);
	synchronize_rcu();
	mgl_history_free(own);
}

/* Puts an image back that is @elapsed ms old. */
static u32 set_table(struct kunit *test, const u8 *image, size_t len,
		     u32 elapsed)
{
	const struct mgl_ctx ctx = { .mn = test->priv };
	struct mgl_state_time time;
	struct mgl_state_image im;
	u32 slots = 0;

	mutex_lock(&ctx.mn->lock);
	time = mgl_state_time(sel_own, elapsed);
	KUNIT_EXPECT_EQ(test, 0, mgl_state_image_read(image, len, &time, &im));
	KUNIT_EXPECT_EQ(test, 0, mgl_state_table_set(&ctx, sel_own, &im,
						     &slots));
	mgl_state_image_free(&im);
	mutex_unlock(&ctx.mn->lock);
	return slots;
}

static u8 *get_table(struct kunit *test, const struct mgl_pool *pool,
		     size_t *len)
{
	struct mgl_net *mn = test->priv;
	u8 *image;

	mutex_lock(&mn->lock);
	image = mgl_state_table_get(mn, pool, len);
	mutex_unlock(&mn->lock);
	return image;
}

static u32 unsettled(struct kunit *test)
{
	struct mgl_net *mn = test->priv;
	u32 n;

	mutex_lock(&mn->lock);
	n = mgl_table_unsettled(mn, sel_own);
	mutex_unlock(&mn->lock);
	return n;
}

static void test_state_table(struct kunit *test)
{
	struct mgl_net *mn = test->priv;
	struct mgl_backend *at[FLOWS];
	size_t len;
	u8 *image;

	sel_settle(test);
	sel_mid_all(test, at);
	sel_reseed(test, 2);
	image = get_table(test, sel_own, &len);
	KUNIT_ASSERT_NOT_NULL(test, image);
	take_all(test);
	make_first(test);
	KUNIT_EXPECT_EQ(test, SIZE, set_table(test, image, len, 1000));
	KUNIT_EXPECT_EQ(test, SIZE, unsettled(test));
	KUNIT_EXPECT_TRUE(test, mn->gc_flows);
	/* By what slots remember: no flow is tracked. */
	sel_expect_stay(test, at);
	/* It has a past now, which stays. */
	KUNIT_EXPECT_EQ(test, 0, set_table(test, image, len, 1000));

	take_all(test);
	make_first(test);
	KUNIT_EXPECT_EQ(test, SIZE, set_table(test, image, len,
					      MAGLEV_SETTLE_DEFAULT));
	KUNIT_EXPECT_EQ(test, 0, unsettled(test));
	sel_expect_cur(test);
	kvfree(image);
}

static void test_state_table_of_others(struct kunit *test)
{
	size_t len = 1;
	u8 *image;
	u32 i;

	KUNIT_EXPECT_NULL(test, get_table(test, sel_other, &len));
	KUNIT_EXPECT_EQ(test, 0, len);
	for (i = 0; i < BACKENDS; i++)
		sel_add(test, sel_other, i);
	image = get_table(test, sel_other, &len);
	KUNIT_ASSERT_NOT_NULL(test, image);
	/* No owner of then is there: slots have none to remember. */
	make_first(test);
	KUNIT_EXPECT_EQ(test, SIZE, set_table(test, image, len, 0));
	KUNIT_EXPECT_EQ(test, SIZE, unsettled(test));
	sel_expect_cur(test);
	kvfree(image);
}

static struct kunit_case state_cases[] = {
	KUNIT_CASE(test_state_flows),
	KUNIT_CASE(test_state_secret),
	KUNIT_CASE(test_state_ages),
	KUNIT_CASE(test_state_unknown),
	KUNIT_CASE(test_state_not_a_record),
	KUNIT_CASE(test_state_in_between),
	KUNIT_CASE(test_state_full),
	KUNIT_CASE(test_state_table),
	KUNIT_CASE(test_state_table_of_others),
	{}
};

static struct kunit_suite state_suite = {
	.name = "maglev_state",
	.init = sel_init,
	.exit = sel_exit,
	.test_cases = state_cases,
};

kunit_test_suite(state_suite);
