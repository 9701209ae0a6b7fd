// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that are only about a flow: they go where the flow's own packets go,
 * by the same rules, and leave no trace.
 */
#include <kunit/test.h>
#include <linux/in.h>

#include "backend.h"
#include "flow.h"
#include "flows.h"
#include "pool.h"
#include "report.h"
#include "select.h"
#include "selection.h"
#include "service.h"

/* What a packet that is committed may change. */
struct trace {
	u32 entries;
	u64 content;
	int has_flows;
	bool any_flows;
	struct mgl_counters_sum counters;
};

static bool add_entry(void *ctx, const struct mgl_cached *flow)
{
	u64 values[] = { flow->key, flow->owner, flow->state, flow->confirmed,
			 flow->seen };
	struct trace *t = ctx;
	u32 i;

	t->entries++;
	for (i = 0; i < ARRAY_SIZE(values); i++)
		t->content = (t->content ^ values[i]) * 0x9e3779b97f4a7c15ULL;
	return false;
}

static struct trace trace_of(struct kunit *test)
{
	struct mgl_net *mn = test->priv;
	struct trace t;

	/* Padding is compared, too. */
	memset(&t, 0, sizeof(t));
	mutex_lock(&mn->lock);
	mgl_cache_sweep(mgl_flows_cache(mn), add_entry, &t);
	mutex_unlock(&mn->lock);
	t.has_flows = READ_ONCE(sel_svc->has_flows);
	t.any_flows = READ_ONCE(mn->has_flows);
	t.counters = mgl_counters_read(mn->counters);
	return t;
}

static void flush_flows(struct kunit *test)
{
	struct mgl_net *mn = test->priv;

	mutex_lock(&mn->lock);
	mgl_flows_flush(mn, NULL, NULL);
	mutex_unlock(&mn->lock);
	sel_gc(test);
}

/* An error about flow @i. */
static struct mgl_flow error_flow(u32 i)
{
	struct mgl_flow f = sel_flow(i, false);

	f.kind = MGL_PKT_ERROR;
	return f;
}

static struct mgl_flow echo_flow(u32 i)
{
	struct mgl_flow f = sel_flow(i, false);

	f.kind = MGL_PKT_ECHO;
	f.proto = IPPROTO_ICMP;
	f.sport = 0;
	f.dport = 0;
	return f;
}

static enum maglev_rule rule_of(struct kunit *test, const struct mgl_flow *f)
{
	struct mgl_choice c;

	rcu_read_lock();
	mgl_select_decide(test->priv, sel_svc, f, &c);
	rcu_read_unlock();
	return c.decision.rule;
}

static void all_down(struct kunit *test, enum maglev_state state)
{
	u32 i;

	for (i = 0; i < BACKENDS; i++)
		sel_set_state(test, i, state);
}

/* What happens to a service, one after the other. */
#define PHASES 7

static void next_phase(struct kunit *test, u32 phase)
{
	u32 i;

	switch (phase) {
	case 0:
		flush_flows(test);
		rcu_assign_pointer(sel_svc->fallback, NULL);
		all_down(test, MAGLEV_STATE_UP);
		sel_reseed(test, 1);
		sel_settle(test);
		break;
	case 1: /* Every third flow is tracked, if the service tracks at all. */
		for (i = 0; i < FLOWS; i += 3)
			sel_mid(test, i);
		break;
	case 2: /* And in unsettled slots every third opens a connection. */
		sel_reseed(test, 2);
		for (i = 1; i < FLOWS; i += 3)
			sel_syn(test, i);
		break;
	case 3:
		sel_settle(test);
		break;
	case 4: /* A backend of tracked flows, and a previous owner. */
		sel_set_state(test, 0, MAGLEV_STATE_DOWN);
		break;
	case 5:
		all_down(test, MAGLEV_STATE_DOWN);
		break;
	case 6:
		rcu_assign_pointer(sel_svc->fallback, sel_other);
		break;
	}
}

typedef void (*check_fn)(struct kunit *test, u32 phase);

static void in_every_phase(struct kunit *test, check_fn check)
{
	u32 track, affinity, phase;

	sel_add(test, sel_other, 0);
	sel_add(test, sel_other, 1);
	for (track = 0; track < __MAGLEV_TRACK_MAX; track++)
		for (affinity = 0; affinity < __MAGLEV_AFFINITY_MAX; affinity++) {
			sel_svc->track = track;
			sel_svc->affinity = affinity;
			for (phase = 0; phase < PHASES; phase++) {
				next_phase(test, phase);
				check(test, phase);
			}
		}
	rcu_assign_pointer(sel_svc->fallback, NULL);
}

static void check_no_trace(struct kunit *test, u32 phase)
{
	struct trace before = trace_of(test), after;
	bool served = phase != 5;
	u32 i;

	for (i = 0; i < FLOWS; i++) {
		struct mgl_flow error = error_flow(i), echo = echo_flow(i);

		if (!!sel_send(test, &error) != served)
			FAIL_ONCE(test, "error %u, phase %u", i, phase);
		if (!!sel_send(test, &echo) != served)
			FAIL_ONCE(test, "echo %u, phase %u", i, phase);
	}
	after = trace_of(test);
	if (memcmp(&before, &after, sizeof(before)))
		FAIL_ONCE(test, "phase %u, track %u, affinity %u: %u entries, then %u",
			  phase, sel_svc->track, sel_svc->affinity,
			  before.entries, after.entries);
}

static void test_icmp_no_trace(struct kunit *test)
{
	in_every_phase(test, check_no_trace);
}

static u32 rules_seen;

/* Before and after the flow's own packet, which may be remembered. */
static void check_follows(struct kunit *test, u32 phase)
{
	struct mgl_backend *before, *own, *after;
	u32 i;

	for (i = 0; i < FLOWS; i++) {
		struct mgl_flow error = error_flow(i);

		rules_seen |= BIT(rule_of(test, &error));
		before = sel_send(test, &error);
		/* The others are left for later phases. */
		own = i % 6 < 3 ? sel_mid(test, i) : before;
		after = sel_send(test, &error);
		if (before != own || after != own)
			FAIL_ONCE(test, "flow %u, phase %u, track %u, affinity %u",
				  i, phase, sel_svc->track, sel_svc->affinity);
	}
}

static void test_icmp_error_follows_flow(struct kunit *test)
{
	rules_seen = 0;
	in_every_phase(test, check_follows);
	KUNIT_EXPECT_EQ(test, rules_seen,
			BIT(MAGLEV_RULE_CACHED) | BIT(MAGLEV_RULE_PREVIOUS) |
			BIT(MAGLEV_RULE_CURRENT) | BIT(MAGLEV_RULE_HASH) |
			BIT(MAGLEV_RULE_NOBODY));
}

/* A packet of its own would say that the flow goes on, and confirm it. */
static void test_icmp_error_no_touch(struct kunit *test)
{
	static const enum maglev_flow_state states[] = {
		MAGLEV_FLOW_OPENING, MAGLEV_FLOW_ESTABLISHED,
		MAGLEV_FLOW_CLOSING, MAGLEV_FLOW_CLOSED,
	};
	struct mgl_cached cached;
	u32 i;

	sel_reseed(test, 2);
	for (i = 0; i < ARRAY_SIZE(states); i++) {
		struct mgl_flow f = sel_flow(i, i == 0);
		struct mgl_flow error = error_flow(i);

		f.pkt_state = states[i];
		KUNIT_EXPECT_PTR_EQ(test, sel_send(test, &f),
				    sel_send(test, &error));
		rcu_read_lock();
		KUNIT_EXPECT_TRUE(test, mgl_flows_find(test->priv, sel_svc,
						       MAGLEV_TRACK_ALL, &f,
						       &cached));
		rcu_read_unlock();
		KUNIT_EXPECT_EQ(test, states[i], cached.state);
		KUNIT_EXPECT_FALSE(test, cached.confirmed);
	}
}

/* A client's pings go to one backend, and clients' to all. */
static void test_icmp_echo_by_client(struct kunit *test)
{
	struct mgl_backend *b, *first = NULL;
	u32 i, differ = 0;

	sel_settle(test);
	for (i = 0; i < FLOWS; i++) {
		struct mgl_flow echo = echo_flow(i), reply = echo_flow(i);

		reply.kind = MGL_PKT_ERROR;
		b = sel_send(test, &echo);
		if (b != sel_owner(sel_own, &echo))
			FAIL_ONCE(test, "echo %u is not with the owner", i);
		if (b != sel_send(test, &reply))
			FAIL_ONCE(test, "error about echo reply %u", i);
		if (!first)
			first = b;
		differ += b != first;
	}
	KUNIT_EXPECT_GT(test, differ, FLOWS / 4);
	/* With the client's other packets where they are one flow. */
	sel_svc->affinity = MAGLEV_AFFINITY_SOURCE;
	for (i = 0; i < FLOWS; i++) {
		struct mgl_flow echo = echo_flow(i);

		b = sel_mid(test, i);
		sel_reseed(test, 3 + i);
		if (sel_send(test, &echo) != b)
			FAIL_ONCE(test, "echo %u is not with its client", i);
	}
}

static struct kunit_case icmp_cases[] = {
	KUNIT_CASE(test_icmp_no_trace),
	KUNIT_CASE(test_icmp_error_follows_flow),
	KUNIT_CASE(test_icmp_error_no_touch),
	KUNIT_CASE(test_icmp_echo_by_client),
	{}
};

static struct kunit_suite icmp_suite = {
	.name = "maglev_icmp",
	.init = sel_init,
	.exit = sel_exit,
	.test_cases = icmp_cases,
};

kunit_test_suite(icmp_suite);
