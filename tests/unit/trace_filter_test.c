// SPDX-License-Identifier: GPL-2.0
/* Which flows a trace is of. */
#include <linux/in.h>
#include <linux/kernel.h>

#include "flow.h"
#include "trace_filter.h"
#include "ktap.h"

static struct mgl_addr v4(u32 addr)
{
	return mgl_addr_v4(cpu_to_be32(addr));
}

static struct mgl_flow a_flow(void)
{
	return (struct mgl_flow){
		.saddr = v4(0xc6336407),
		.daddr = v4(0xcb007109),
		.sport = cpu_to_be16(50000),
		.dport = cpu_to_be16(443),
		.proto = IPPROTO_TCP,
	};
}

/* The filter of that flow alone. */
static struct mgl_trace_filter its_filter(void)
{
	struct mgl_flow flow = a_flow();

	return (struct mgl_trace_filter){
		.vip = flow.daddr,
		.client = flow.saddr,
		.has_client = true,
		.proto = flow.proto,
		.first = 443,
		.last = 443,
		.client_port = flow.sport,
	};
}

static void test_own_flow(void)
{
	struct mgl_trace_filter f = its_filter();
	struct mgl_flow flow = a_flow();

	CHECK(mgl_trace_filter_match(&f, &flow, true), "its own flow");
	/* How it is hashed and what it is about do not matter. */
	flow.kind = MGL_PKT_ERROR;
	flow.new_conn = true;
	flow.digest = 7;
	flow.len = 1500;
	CHECK(mgl_trace_filter_match(&f, &flow, true), "an error about it");
}

/* Changes flow @flow in bit @bit of what tells it from others. */
#define BITS (4 * 32 * 2 + 16 + 16 + 8)

static bool flip(struct mgl_flow *flow, u32 bit)
{
	u32 word = bit / 32;

	if (word < 4)
		flow->saddr.w[word] ^= cpu_to_be32(1U << bit % 32);
	else if (word < 8)
		flow->daddr.w[word - 4] ^= cpu_to_be32(1U << bit % 32);
	else if (bit < 272)
		flow->sport ^= cpu_to_be16(1U << (bit - 256));
	else if (bit < 288)
		flow->dport ^= cpu_to_be16(1U << (bit - 272));
	else
		flow->proto ^= 1U << (bit - 288);
	return bit < BITS;
}

static void test_no_other_flow(void)
{
	struct mgl_trace_filter f = its_filter();
	u32 bit;

	for (bit = 0; bit < BITS; bit++) {
		struct mgl_flow flow = a_flow();

		CHECK(flip(&flow, bit), "bit %u", bit);
		CHECK(!mgl_trace_filter_match(&f, &flow, true),
		      "another flow by bit %u", bit);
	}
}

static void test_wildcards(void)
{
	struct mgl_trace_filter f = its_filter();
	struct mgl_flow flow = a_flow();

	f.client_port = 0;
	flow.sport = cpu_to_be16(1);
	CHECK(mgl_trace_filter_match(&f, &flow, true), "any port of the client");
	flow.saddr = v4(0x01020304);
	CHECK(!mgl_trace_filter_match(&f, &flow, true), "another client");
	f.has_client = false;
	CHECK(mgl_trace_filter_match(&f, &flow, true), "any client");
	flow.dport = cpu_to_be16(80);
	CHECK(!mgl_trace_filter_match(&f, &flow, true), "another port");
	f.first = 0;
	f.last = 65535;
	CHECK(mgl_trace_filter_match(&f, &flow, true), "any port of the VIP");
	flow.dport = 0;
	CHECK(mgl_trace_filter_match(&f, &flow, true), "port 0 as well");
	flow.daddr = v4(0x01020304);
	CHECK(!mgl_trace_filter_match(&f, &flow, true), "another VIP");
}

static void test_range(void)
{
	struct mgl_trace_filter f = its_filter();
	u32 port;

	f.first = 8000;
	f.last = 8010;
	for (port = 0; port <= 65535; port++) {
		struct mgl_flow flow = a_flow();

		flow.dport = cpu_to_be16(port);
		CHECK_EQ(mgl_trace_filter_match(&f, &flow, true),
			 port >= 8000 && port <= 8010, "port %u", port);
	}
}

static void test_without_ports(void)
{
	struct mgl_trace_filter f = its_filter();
	struct mgl_flow flow = a_flow();

	/* Whatever stands in their place. */
	CHECK(!mgl_trace_filter_match(&f, &flow, false), "ports are not known");
	flow.sport = 0;
	flow.dport = 0;
	CHECK(!mgl_trace_filter_match(&f, &flow, false), "both ports wanted");
	f.client_port = 0;
	CHECK(!mgl_trace_filter_match(&f, &flow, false), "the VIP's wanted");
	f.first = 0;
	f.last = 65535;
	CHECK(mgl_trace_filter_match(&f, &flow, false), "none wanted");
	f.client_port = cpu_to_be16(1);
	CHECK(!mgl_trace_filter_match(&f, &flow, false), "the client's wanted");
	f.client_port = 0;
	flow.saddr = v4(0x01020304);
	CHECK(!mgl_trace_filter_match(&f, &flow, false), "another client");
}

static void test_family(void)
{
	struct mgl_trace_filter f = its_filter();
	struct mgl_flow flow = a_flow();

	f.has_client = false;
	/* The IPv6 address ::203.0.113.9 ends as the VIP does. */
	flow.daddr.w[2] = 0;
	CHECK(!mgl_trace_filter_match(&f, &flow, true), "another family");
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_own_flow, "a filter of a flow matches its packets, and errors about it"),
	KTAP_CASE(test_no_other_flow, "it matches no flow that differs in a bit"),
	KTAP_CASE(test_wildcards, "what is not given matches anything"),
	KTAP_CASE(test_range, "a range matches its ports"),
	KTAP_CASE(test_without_ports, "a packet without ports matches if every port does"),
	KTAP_CASE(test_family, "families are told apart"),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
