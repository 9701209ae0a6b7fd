// SPDX-License-Identifier: GPL-2.0
/* Thresholds: new flows keep away from an overloaded backend until it has few. */
#include <kunit/test.h>
#include <linux/in.h>

#include "backend.h"
#include "flow.h"
#include "flows.h"
#include "limit.h"
#include "member.h"
#include "objects.h"
#include "pool.h"
#include "report.h"
#include "select.h"
#include "selection.h"
#include "service.h"
#include "table.h"

#define UPPER 6
#define LOWER 4
/* Flows that are looked at for those of one slot owner. */
#define TRIES 2000

static int set_thresholds(struct kunit *test, u32 i, u32 upper, u32 lower)
{
	const struct mgl_backend_params params = {
		.has_upper = true,
		.has_lower = true,
		.thresholds = { .upper = upper, .lower = lower },
	};

	return sel_set(test, i, &params, NULL);
}

static int set_track(struct mgl_net *mn, enum maglev_track track)
{
	const struct mgl_ctx ctx = { .mn = mn };
	const struct mgl_service_params params = {
		.has_track = true,
		.track = track,
	};
	const struct mgl_pool_params none = {};

	return mgl_service_set(&ctx, sel_svc, &params, &none);
}

static void count(struct kunit *test)
{
	struct mgl_net *mn = test->priv;

	mutex_lock(&mn->lock);
	mgl_flows_count(mn, 0);
	mutex_unlock(&mn->lock);
}

/* The next flow after *@i whose slot @b owns. */
static void next_of(struct kunit *test, const struct mgl_backend *b, u32 *i)
{
	u32 n;

	for (n = 0; n < TRIES; n++)
		if (sel_cur(sel_own, ++*i) == b)
			return;
	FAIL_ONCE(test, "no flow of the backend");
}

/* Opens @n connections of @b's slots from *@i on; the last one is *@i. */
static void open_flows(struct kunit *test, struct mgl_backend *b, u32 n, u32 *i)
{
	while (n--) {
		next_of(test, b, i);
		if (sel_syn(test, *i) != b || sel_mid(test, *i) != b)
			FAIL_ONCE(test, "flow %u is not with the owner", *i);
	}
}

/* A reset ends a flow at once, as time does not pass here. */
static void end_flow(struct kunit *test, u32 i)
{
	struct mgl_flow f = sel_flow(i, false);
	struct mgl_net *mn = test->priv;

	WRITE_ONCE(mn->timeouts.seconds[MGL_KIND_TCP][MAGLEV_FLOW_CLOSED], 0);
	f.pkt_state = MAGLEV_FLOW_CLOSED;
	sel_send(test, &f);
}

static void test_limit_overload_and_relief(struct kunit *test)
{
	struct mgl_backend *b = sel_backend(test, sel_own, 0), *at;
	u32 flow[UPPER + 1], i = 0, n;

	sel_settle(test);
	KUNIT_EXPECT_EQ(test, 0, set_thresholds(test, 0, UPPER, LOWER));
	KUNIT_EXPECT_TRUE(test, sel_own->limited);
	for (n = 0; n < UPPER; n++) {
		KUNIT_EXPECT_FALSE(test, mgl_backend_overloaded(b));
		open_flows(test, b, 1, &i);
		flow[n] = i;
	}
	KUNIT_EXPECT_TRUE(test, mgl_backend_overloaded(b));
	/* Others get new flows, and keep them. */
	next_of(test, b, &i);
	at = sel_syn(test, i);
	KUNIT_EXPECT_TRUE(test, at && at != b);
	KUNIT_EXPECT_PTR_EQ(test, at, sel_syn(test, i));
	KUNIT_EXPECT_PTR_EQ(test, at, sel_mid(test, i));
	/* Its own flows stay. */
	for (n = 0; n < UPPER; n++)
		if (sel_mid(test, flow[n]) != b)
			FAIL_ONCE(test, "flow %u did not stay", flow[n]);
	/* So do connections of the backend that come from another director. */
	flow[UPPER] = i;
	next_of(test, b, &flow[UPPER]);
	KUNIT_EXPECT_PTR_EQ(test, b, sel_mid(test, flow[UPPER]));

	/* UPPER + 1 there are now. The count finds the same number. */
	count(test);
	KUNIT_EXPECT_EQ(test, UPPER + 1, atomic_read(&b->n_flows));
	for (n = 0; n <= UPPER - LOWER; n++)
		end_flow(test, flow[n]);
	count(test);
	KUNIT_EXPECT_EQ(test, LOWER, atomic_read(&b->n_flows));
	KUNIT_EXPECT_TRUE(test, mgl_backend_overloaded(b));
	end_flow(test, flow[n]);
	count(test);
	KUNIT_EXPECT_FALSE(test, mgl_backend_overloaded(b));
	KUNIT_EXPECT_PTR_EQ(test, at, sel_mid(test, i));
	next_of(test, b, &flow[UPPER]);
	KUNIT_EXPECT_PTR_EQ(test, b, sel_syn(test, flow[UPPER]));
}

/* Flows that a service remembers by chance only are remembered and counted. */
static void test_limit_changed_counts(struct kunit *test)
{
	struct mgl_backend *b = sel_backend(test, sel_own, 0), *at;
	u32 i = 0;

	sel_svc->track = MAGLEV_TRACK_CHANGED;
	sel_settle(test);
	KUNIT_EXPECT_EQ(test, 0, set_thresholds(test, 0, UPPER, 0));
	open_flows(test, b, UPPER, &i);
	sel_gc(test);
	count(test);
	KUNIT_EXPECT_EQ(test, UPPER, atomic_read(&b->n_flows));
	KUNIT_EXPECT_TRUE(test, mgl_backend_overloaded(b));
	next_of(test, b, &i);
	at = sel_syn(test, i);
	KUNIT_EXPECT_TRUE(test, at && at != b);
	sel_gc(test);
	KUNIT_EXPECT_PTR_EQ(test, at, sel_mid(test, i));
	/* Without thresholds those that the table would send there go. */
	KUNIT_EXPECT_EQ(test, 0, set_thresholds(test, 0, 0, 0));
	KUNIT_EXPECT_FALSE(test, sel_own->limited);
	KUNIT_EXPECT_FALSE(test, mgl_backend_overloaded(b));
	sel_gc(test);
	KUNIT_EXPECT_PTR_EQ(test, at, sel_mid(test, i));
	count(test);
	KUNIT_EXPECT_EQ(test, 0, b->n_active + b->n_inactive);
}

/* Flows that a backend has count when it gets thresholds, and other ones. */
static void test_limit_edit(struct kunit *test)
{
	struct mgl_backend *b = sel_backend(test, sel_own, 0);
	u32 i = 0;

	sel_settle(test);
	open_flows(test, b, UPPER, &i);
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&b->n_flows));
	KUNIT_EXPECT_EQ(test, 0, set_thresholds(test, 0, UPPER, 0));
	KUNIT_EXPECT_TRUE(test, mgl_backend_overloaded(b));
	KUNIT_EXPECT_EQ(test, 0, set_thresholds(test, 0, UPPER + 1, UPPER));
	KUNIT_EXPECT_TRUE(test, mgl_backend_overloaded(b));
	KUNIT_EXPECT_EQ(test, 0, set_thresholds(test, 0, UPPER + 2, UPPER + 1));
	KUNIT_EXPECT_FALSE(test, mgl_backend_overloaded(b));
	KUNIT_EXPECT_EQ(test, -ERANGE, set_thresholds(test, 0, 1, 2));
	KUNIT_EXPECT_EQ(test, -ERANGE, set_thresholds(test, 0, 0, 1));
	KUNIT_EXPECT_EQ(test, UPPER + 2, b->thresholds.upper);
	KUNIT_EXPECT_EQ(test, UPPER + 1, b->thresholds.lower);
}

/* The other slots' owners get the flows of an overloaded one evenly. */
static void test_limit_spare_is_spread(struct kunit *test)
{
	struct mgl_backend *b = sel_backend(test, sel_own, 0);
	u32 got[BACKENDS] = {}, i = 0, n, k;

	sel_settle(test);
	KUNIT_EXPECT_EQ(test, 0, set_thresholds(test, 0, 1, 0));
	open_flows(test, b, 1, &i);
	for (n = 0; n < 300; n++) {
		struct mgl_backend *at;

		next_of(test, b, &i);
		at = sel_syn(test, i);
		for (k = 0; k < BACKENDS; k++)
			got[k] += at == sel_backend(test, sel_own, k);
	}
	KUNIT_EXPECT_EQ(test, 0, got[0]);
	/* 100 each, by a table of 251 slots. */
	for (k = 1; k < BACKENDS; k++)
		if (got[k] < 50 || got[k] > 150)
			FAIL_ONCE(test, "backend %u got %u of 300", k, got[k]);
}

static enum maglev_rule rule_of(struct kunit *test, u32 i, bool new_conn)
{
	struct mgl_flow f = sel_flow(i, new_conn);
	struct mgl_choice c;

	rcu_read_lock();
	mgl_select_decide(test->priv, sel_svc, &f, &c);
	rcu_read_unlock();
	return c.decision.rule;
}

static void test_limit_all_full(struct kunit *test)
{
	struct mgl_backend *b = sel_backend(test, sel_own, 0);
	u32 i = 0, k;

	sel_settle(test);
	for (k = 0; k < BACKENDS; k++) {
		KUNIT_EXPECT_EQ(test, 0, set_thresholds(test, k, 1, 0));
		open_flows(test, sel_backend(test, sel_own, k), 1, &i);
	}
	next_of(test, b, &i);
	KUNIT_EXPECT_EQ(test, MAGLEV_RULE_FULL, rule_of(test, i, true));
	KUNIT_EXPECT_TRUE(test, !sel_syn(test, i));
	/* In mid-flow it is a connection of the owner. */
	KUNIT_EXPECT_EQ(test, MAGLEV_RULE_CURRENT, rule_of(test, i, false));

	/* The fallback takes over, and keeps what it got. */
	rcu_assign_pointer(sel_svc->fallback, sel_other);
	KUNIT_EXPECT_EQ(test, MAGLEV_RULE_FULL, rule_of(test, i, true));
	sel_add(test, sel_other, 0);
	KUNIT_EXPECT_PTR_EQ(test, sel_backend(test, sel_other, 0),
			    sel_syn(test, i));
	for (k = 0; k < BACKENDS; k++)
		KUNIT_EXPECT_EQ(test, 0, set_thresholds(test, k, 0, 0));
	KUNIT_EXPECT_PTR_EQ(test, sel_backend(test, sel_other, 0),
			    sel_mid(test, i));
	rcu_assign_pointer(sel_svc->fallback, NULL);
}

/* A client's first packet may be any; each of its connections is the same flow. */
static void test_limit_affinity_and_udp(struct kunit *test)
{
	struct mgl_backend *b, *at;
	struct mgl_flow f;

	sel_settle(test);
	sel_svc->affinity = MAGLEV_AFFINITY_SOURCE;
	f = sel_flow(1, true);
	b = sel_send(test, &f);
	count(test);
	KUNIT_EXPECT_EQ(test, 1, b->n_active);
	KUNIT_EXPECT_EQ(test, 0, set_thresholds(test, 0, 1, 0));
	KUNIT_EXPECT_EQ(test, 0, set_thresholds(test, 1, 1, 0));
	KUNIT_EXPECT_EQ(test, 0, set_thresholds(test, 2, 1, 0));
	KUNIT_EXPECT_EQ(test, 0, set_thresholds(test, 3, 1, 0));
	KUNIT_EXPECT_TRUE(test, mgl_backend_overloaded(b));
	f.sport = htons(9);
	KUNIT_EXPECT_PTR_EQ(test, b, sel_send(test, &f));
	KUNIT_EXPECT_EQ(test, 1, atomic_read(&b->n_flows));

	sel_svc->affinity = MAGLEV_AFFINITY_5TUPLE;
	sel_svc->id.proto = IPPROTO_UDP;
	f = sel_flow(2, false);
	f.proto = IPPROTO_UDP;
	while (sel_owner(sel_own, &f) != b)
		f.saddr = mgl_addr_v4(htonl(ntohl(mgl_addr_to_v4(&f.saddr)) + 1));
	at = sel_send(test, &f);
	KUNIT_EXPECT_TRUE(test, at && at != b);
	/* An error about a packet begins no flow. */
	f.sport = htons(10);
	while (sel_owner(sel_own, &f) != b)
		f.sport = htons(ntohs(f.sport) + 1);
	f.kind = MGL_PKT_ERROR;
	KUNIT_EXPECT_PTR_EQ(test, b, sel_send(test, &f));
	sel_svc->id.proto = IPPROTO_TCP;
}

/* Nothing to count without tracked flows: refused in every order. */
static void test_limit_needs_tracking(struct kunit *test)
{
	struct mgl_net *mn = test->priv;
	const struct mgl_ctx ctx = { .mn = mn };
	struct mgl_backend_spec item = {
		.addr = sel_addr(sel_own, 9),
		.params = { .has_upper = true, .thresholds.upper = 1 },
	};
	const struct mgl_backend_specs specs = { .n = 1, .item = &item };
	const struct mgl_member_spec member = { .pool = sel_other };
	struct mgl_limit_user user = { .track = MAGLEV_TRACK_NONE };
	struct mgl_change change;
	struct mgl_member *m;

	sel_add(test, sel_other, 0);
	mutex_lock(&mn->lock);
	KUNIT_ASSERT_EQ(test, 0, set_track(mn, MAGLEV_TRACK_NONE));
	mutex_unlock(&mn->lock);
	KUNIT_EXPECT_EQ(test, -EINVAL, set_thresholds(test, 0, 1, 0));
	KUNIT_EXPECT_EQ(test, 0, set_thresholds(test, 0, 0, 0));
	mutex_lock(&mn->lock);
	KUNIT_EXPECT_EQ(test, -EINVAL, test_add(mn, sel_own, &specs));
	/* As a fallback and as a member, too. */
	KUNIT_EXPECT_EQ(test, 0, test_add(mn, sel_other, &specs));
	KUNIT_EXPECT_TRUE(test, sel_other->limited);
	KUNIT_EXPECT_EQ(test, -EINVAL,
			mgl_change_member_add(&ctx, sel_own, &member, &change));
	KUNIT_EXPECT_EQ(test, 0, mgl_limit_check_service(&ctx, &user, NULL));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			mgl_limit_check_service(&ctx, &user, &specs));
	user.pool = sel_own;
	KUNIT_EXPECT_EQ(test, 0, mgl_limit_check_service(&ctx, &user, NULL));
	user.fallback = sel_other;
	KUNIT_EXPECT_EQ(test, -EINVAL,
			mgl_limit_check_service(&ctx, &user, NULL));
	user.track = MAGLEV_TRACK_CHANGED;
	KUNIT_EXPECT_EQ(test, 0, mgl_limit_check_service(&ctx, &user, NULL));

	KUNIT_ASSERT_EQ(test, 0, set_track(mn, MAGLEV_TRACK_ALL));
	KUNIT_ASSERT_EQ(test, 0,
			mgl_change_member_add(&ctx, sel_own, &member, &change));
	mgl_change_commit(&ctx, &change);
	KUNIT_EXPECT_TRUE(test, sel_own->limited);
	user = (struct mgl_limit_user){ .track = MAGLEV_TRACK_NONE,
					.pool = sel_own };
	KUNIT_EXPECT_EQ(test, -EINVAL,
			mgl_limit_check_service(&ctx, &user, NULL));
	m = mgl_member_find(sel_own, sel_other);
	KUNIT_ASSERT_EQ(test, 0, mgl_change_member_delete(&ctx, m, &change));
	mgl_change_commit(&ctx, &change);
	KUNIT_EXPECT_FALSE(test, sel_own->limited);
	mutex_unlock(&mn->lock);
}

/* A fallback pool that is overloaded is not the same as none that is usable. */
static void test_limit_fallback_full(struct kunit *test)
{
	const struct mgl_backend_params upper = {
		.has_upper = true,
		.thresholds.upper = 1,
	};
	struct mgl_net *mn = test->priv;
	struct mgl_backend *b;
	u32 k;

	sel_settle(test);
	sel_add(test, sel_other, 0);
	b = sel_backend(test, sel_other, 0);
	rcu_assign_pointer(sel_svc->fallback, sel_other);
	for (k = 0; k < BACKENDS; k++)
		sel_set_state(test, k, MAGLEV_STATE_DOWN);
	KUNIT_EXPECT_EQ(test, MAGLEV_RULE_OPEN, rule_of(test, 1, true));
	mutex_lock(&mn->lock);
	KUNIT_EXPECT_EQ(test, 0, test_edit(mn, sel_other, b, &upper, NULL));
	mutex_unlock(&mn->lock);
	KUNIT_EXPECT_PTR_EQ(test, b, sel_syn(test, 1));
	KUNIT_EXPECT_EQ(test, MAGLEV_RULE_FULL, rule_of(test, 2, true));
	KUNIT_EXPECT_EQ(test, MAGLEV_RULE_CURRENT, rule_of(test, 2, false));
	rcu_assign_pointer(sel_svc->fallback, NULL);
}

/* A packet may set the flag after a count has found that few flows are left. */
static void test_limit_late_flag(struct kunit *test)
{
	struct mgl_backend *b = sel_backend(test, sel_own, 0);
	struct mgl_net *mn = test->priv;
	bool due;

	KUNIT_EXPECT_EQ(test, 0, set_thresholds(test, 0, UPPER, 0));
	WRITE_ONCE(b->overloaded, true);
	mutex_lock(&mn->lock);
	KUNIT_EXPECT_TRUE(test, mgl_limit_any(mn, &due));
	mutex_unlock(&mn->lock);
	KUNIT_EXPECT_TRUE(test, due);
	count(test);
	KUNIT_EXPECT_FALSE(test, mgl_backend_overloaded(b));
}

/* What was counted for thresholds that are gone does not count for new ones. */
static void test_limit_again(struct kunit *test)
{
	struct mgl_backend *b = sel_backend(test, sel_own, 0);
	u32 flow[UPPER], i = 0, n;

	sel_settle(test);
	KUNIT_EXPECT_EQ(test, 0, set_thresholds(test, 0, UPPER, 0));
	for (n = 0; n < UPPER; n++) {
		open_flows(test, b, 1, &i);
		flow[n] = i;
	}
	KUNIT_EXPECT_TRUE(test, mgl_backend_overloaded(b));
	KUNIT_EXPECT_EQ(test, 0, set_thresholds(test, 0, 0, 0));
	end_flow(test, flow[0]);
	end_flow(test, flow[1]);
	/* As in mgl_change_commit(): they are counted after it is published. */
	b->thresholds.upper = UPPER;
	mgl_backend_publish(b);
	WRITE_ONCE(sel_own->limited, true);
	next_of(test, b, &i);
	KUNIT_EXPECT_PTR_EQ(test, b, sel_syn(test, i));
	KUNIT_EXPECT_FALSE(test, mgl_backend_overloaded(b));
	count(test);
	KUNIT_EXPECT_EQ(test, UPPER - 1, atomic_read(&b->n_flows));
	KUNIT_EXPECT_FALSE(test, mgl_backend_overloaded(b));
}

/* A port that is used again does not stick to a backend that drains. */
static void test_limit_used_port(struct kunit *test)
{
	struct mgl_backend *b = sel_backend(test, sel_own, 0), *at;
	u32 i = 0, k;

	sel_settle(test);
	open_flows(test, b, 1, &i);
	sel_mid(test, i);
	for (k = 1; k < BACKENDS; k++)
		KUNIT_EXPECT_EQ(test, 0, set_thresholds(test, k, 1000, 0));
	sel_set_state(test, 0, MAGLEV_STATE_DRAIN);
	at = sel_syn(test, i);
	KUNIT_EXPECT_TRUE(test, at && at != b);
	/* Its SYN comes again. */
	KUNIT_EXPECT_EQ(test, MAGLEV_RULE_CACHED, rule_of(test, i, true));
}

/* Settings that set what there is, and those that end thresholds, count nothing. */
static void test_limit_changes(struct kunit *test)
{
	struct mgl_backend *b = sel_backend(test, sel_own, 0);
	struct mgl_backend_params p = { .has_upper = true };

	KUNIT_EXPECT_FALSE(test, mgl_limit_changes(NULL, &p));
	KUNIT_EXPECT_FALSE(test, mgl_limit_changes(b, &p));
	p.thresholds.upper = UPPER;
	KUNIT_EXPECT_TRUE(test, mgl_limit_changes(b, &p));
	KUNIT_EXPECT_EQ(test, 0, set_thresholds(test, 0, UPPER, LOWER));
	KUNIT_EXPECT_FALSE(test, mgl_limit_changes(b, &p));
	p.thresholds.upper = 0;
	KUNIT_EXPECT_FALSE(test, mgl_limit_changes(b, &p));
	/* The lower threshold goes with the upper one. */
	mgl_backend_set_thresholds(&b->thresholds, &p);
	KUNIT_EXPECT_EQ(test, 0, b->thresholds.lower);
}

static struct kunit_case limit_cases[] = {
	KUNIT_CASE(test_limit_fallback_full),
	KUNIT_CASE(test_limit_late_flag),
	KUNIT_CASE(test_limit_again),
	KUNIT_CASE(test_limit_used_port),
	KUNIT_CASE(test_limit_changes),
	KUNIT_CASE(test_limit_overload_and_relief),
	KUNIT_CASE(test_limit_changed_counts),
	KUNIT_CASE(test_limit_edit),
	KUNIT_CASE(test_limit_spare_is_spread),
	KUNIT_CASE(test_limit_all_full),
	KUNIT_CASE(test_limit_affinity_and_udp),
	KUNIT_CASE(test_limit_needs_tracking),
	{}
};

static struct kunit_suite limit_suite = {
	.name = "maglev_limit",
	.init = sel_init,
	.exit = sel_exit,
	.test_cases = limit_cases,
};

kunit_test_suite(limit_suite);
