// SPDX-License-Identifier: GPL-2.0
/* Tracers: who is told of a packet, how often, and when that ends. */
#include <kunit/test.h>
#include <linux/in.h>
#include <uapi/linux/maglev.h>

#include "core/flow.h"
#include "ctx.h"
#include "net.h"
#include "objects.h"
#include "report.h"
#include "traced.h"
#include "tracer.h"

/* Reports by owner. */
#define OWNERS (MAGLEV_TRACERS_MAX + 1)
static u32 told[OWNERS];

static void report(struct mgl_net *mn, struct mgl_tracer *t,
		   const struct mgl_traced *what)
{
	told[t->spec.owner]++;
}

static struct mgl_flow flow_to(u16 port)
{
	return (struct mgl_flow){
		.saddr = mgl_addr_v4(htonl(0xc6336407)),
		.daddr = mgl_addr_v4(htonl(0xcb007109)),
		.sport = htons(5000),
		.dport = htons(port),
		.proto = IPPROTO_TCP,
	};
}

/* A tracer of the flows to a port, or to all. */
static int trace(struct kunit *test, u32 owner, u16 port, u32 rate)
{
	const struct mgl_ctx ctx = { .mn = test->priv };
	const struct mgl_tracer_spec spec = {
		.owner = owner,
		.rate = rate,
		.report = report,
		.filter = {
			.vip = flow_to(port).daddr,
			.proto = IPPROTO_TCP,
			.first = port,
			.last = port ? port : 65535,
		},
	};

	return mgl_tracer_set(&ctx, &spec);
}

static void end_all(struct kunit *test)
{
	u32 i;

	for (i = 0; i < OWNERS; i++)
		mgl_tracer_end(test->priv, i);
}

static void packet(struct kunit *test, u16 port, u64 datagram, bool has_ports)
{
	struct mgl_flow flow = flow_to(port);
	const struct mgl_traced what = {
		.flow = &flow,
		.has_ports = has_ports,
		.datagram = datagram,
		.reason = MGL_REASON_FORWARDED,
	};

	local_bh_disable();
	rcu_read_lock();
	mgl_tracers_report(test->priv, &what);
	rcu_read_unlock();
	local_bh_enable();
}

static void first_fragment(struct kunit *test, u16 port, u64 datagram)
{
	struct mgl_flow flow = flow_to(port);

	local_bh_disable();
	rcu_read_lock();
	mgl_tracers_note(test->priv, &flow, datagram);
	rcu_read_unlock();
	local_bh_enable();
}

static void test_tracer_of_its_flow(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, mgl_tracing(test->priv));
	KUNIT_EXPECT_EQ(test, 1, trace(test, 0, 80, 1000));
	KUNIT_EXPECT_EQ(test, 1, trace(test, 1, 81, 1000));
	KUNIT_EXPECT_EQ(test, 1, trace(test, 2, 0, 1000));
	KUNIT_EXPECT_TRUE(test, mgl_tracing(test->priv));
	packet(test, 80, 0, true);
	packet(test, 81, 0, true);
	packet(test, 82, 0, true);
	packet(test, 80, 0, false);
	KUNIT_EXPECT_EQ(test, 1, told[0]);
	KUNIT_EXPECT_EQ(test, 1, told[1]);
	KUNIT_EXPECT_EQ(test, 4, told[2]);
	end_all(test);
	KUNIT_EXPECT_FALSE(test, mgl_tracing(test->priv));
	packet(test, 80, 0, true);
	KUNIT_EXPECT_EQ(test, 1, told[0]);
}

static void test_tracer_replaced(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 1, trace(test, 0, 80, 1000));
	KUNIT_EXPECT_EQ(test, 0, trace(test, 0, 81, 1000));
	packet(test, 80, 0, true);
	KUNIT_EXPECT_EQ(test, 0, told[0]);
	packet(test, 81, 0, true);
	KUNIT_EXPECT_EQ(test, 1, told[0]);
	KUNIT_EXPECT_TRUE(test, mgl_tracer_end(test->priv, 0));
	KUNIT_EXPECT_FALSE(test, mgl_tracer_end(test->priv, 0));
	KUNIT_EXPECT_FALSE(test, mgl_tracing(test->priv));
}

static void test_tracer_bound(struct kunit *test)
{
	u32 i;

	for (i = 0; i < MAGLEV_TRACERS_MAX; i++)
		KUNIT_EXPECT_EQ(test, 1, trace(test, i, 80, 1000));
	KUNIT_EXPECT_EQ(test, -ENOSPC, trace(test, i, 80, 1000));
	KUNIT_EXPECT_FALSE(test, mgl_tracer_end(test->priv, i));
	/* One that is there may still change. */
	KUNIT_EXPECT_EQ(test, 0, trace(test, 3, 81, 1000));
	packet(test, 80, 0, true);
	for (i = 0; i < MAGLEV_TRACERS_MAX; i++)
		KUNIT_EXPECT_EQ(test, i != 3, told[i]);
	KUNIT_EXPECT_TRUE(test, mgl_tracer_end(test->priv, 5));
	KUNIT_EXPECT_EQ(test, 1, trace(test, MAGLEV_TRACERS_MAX, 80, 1000));
}

static struct mgl_tracer *only_tracer(struct kunit *test)
{
	struct mgl_net *mn = test->priv;

	return list_first_entry(&mn->tracers, struct mgl_tracer, node);
}

/* As many as the rate says, and it counts the others. */
static void test_tracer_rate(struct kunit *test)
{
	u32 sent = 0;

	KUNIT_EXPECT_EQ(test, 1, trace(test, 0, 80, 5));
	/* However slow the machine is, some time many fit into a second. */
	do {
		packet(test, 80, 0, true);
		sent++;
		KUNIT_EXPECT_EQ(test, sent, told[0] +
				atomic_read(&only_tracer(test)->suppressed));
	} while (told[0] == sent && sent < 1000000);
	KUNIT_EXPECT_LT(test, told[0], sent);
	KUNIT_EXPECT_GE(test, told[0], 5);
}

/* Fragments without ports are of the flow of the first one of their datagram. */
static void test_tracer_fragments(struct kunit *test)
{
	u64 key;

	KUNIT_EXPECT_EQ(test, 1, trace(test, 0, 80, 1000));
	KUNIT_EXPECT_EQ(test, 1, trace(test, 1, 81, 1000));
	packet(test, 0, 7, false);
	first_fragment(test, 80, 7);
	first_fragment(test, 81, 8);
	packet(test, 0, 7, false);
	packet(test, 0, 8, false);
	packet(test, 0, 9, false);
	packet(test, 0, 0, false);
	KUNIT_EXPECT_EQ(test, 1, told[0]);
	KUNIT_EXPECT_EQ(test, 1, told[1]);
	/* The last ones are remembered, and one that comes twice counts once. */
	for (key = 100; key < 100 + MGL_TRACER_DATAGRAMS; key++) {
		first_fragment(test, 80, key);
		first_fragment(test, 80, key);
	}
	for (key = 100; key < 100 + MGL_TRACER_DATAGRAMS; key++)
		packet(test, 0, key, false);
	packet(test, 0, 7, false);
	KUNIT_EXPECT_EQ(test, 1 + MGL_TRACER_DATAGRAMS, told[0]);
}

static int tracer_init(struct kunit *test)
{
	memset(told, 0, sizeof(told));
	return test_net_init(test);
}

static void tracer_exit(struct kunit *test)
{
	end_all(test);
	test_net_exit(test->priv);
}

static struct kunit_case tracer_cases[] = {
	KUNIT_CASE(test_tracer_of_its_flow),
	KUNIT_CASE(test_tracer_replaced),
	KUNIT_CASE(test_tracer_bound),
	KUNIT_CASE(test_tracer_rate),
	KUNIT_CASE(test_tracer_fragments),
	{}
};

static struct kunit_suite tracer_suite = {
	.name = "maglev_tracer",
	.init = tracer_init,
	.exit = tracer_exit,
	.test_cases = tracer_cases,
};

kunit_test_suite(tracer_suite);
