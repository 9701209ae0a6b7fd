// SPDX-License-Identifier: GPL-2.0
/* Sources: the prefixes of an instance, and the address that a flow gets. */
#include <kunit/test.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <net/ipv6.h>
#include <uapi/linux/maglev.h>

#include "ctx.h"
#include "flow.h"
#include "objects.h"
#include "report.h"
#include "source.h"

#define FLOWS 200

static const __be32 otherwise = htonl(0x0a000001);

static int source_init(struct kunit *test)
{
	return test_net_init(test);
}

static void source_exit(struct kunit *test)
{
	struct mgl_net *mn = test->priv;

	if (!mn)
		return;
	mutex_lock(&mn->lock);
	mgl_sources_flush(mn);
	mutex_unlock(&mn->lock);
	test_net_exit(mn);
}

static struct mgl_prefix v4(u32 addr, u8 bits)
{
	return (struct mgl_prefix){
		.addr = mgl_addr_v4(htonl(addr)),
		.len = MGL_V4_BITS_BEFORE + bits,
	};
}

static struct mgl_prefix v6(u32 net, u8 bits)
{
	return (struct mgl_prefix){
		.addr.w = { htonl(0x20010db8), htonl(net) },
		.len = bits,
	};
}

static int add(struct kunit *test, struct mgl_prefix p)
{
	struct mgl_net *mn = test->priv;
	int err;

	mutex_lock(&mn->lock);
	err = mgl_source_add(&(struct mgl_ctx){ .mn = mn }, &p);
	mutex_unlock(&mn->lock);
	return err;
}

static int del(struct kunit *test, struct mgl_prefix p)
{
	struct mgl_net *mn = test->priv;
	int err;

	mutex_lock(&mn->lock);
	err = mgl_source_delete(&(struct mgl_ctx){ .mn = mn }, &p);
	mutex_unlock(&mn->lock);
	return err;
}

static struct mgl_flow flow(u32 i)
{
	return (struct mgl_flow){
		.saddr = mgl_addr_v4(htonl(0xc6336400 + i / 2)),
		.daddr = mgl_addr_v4(htonl(0xcb007101)),
		.sport = htons(1024 + i % 2),
		.dport = htons(80),
		.proto = IPPROTO_TCP,
	};
}

static u32 source_v4(struct kunit *test, const struct mgl_flow *f)
{
	__be32 addr;

	rcu_read_lock();
	addr = mgl_source_v4(test->priv, f, otherwise);
	rcu_read_unlock();
	return ntohl(addr);
}

static bool source_v6(struct kunit *test, const struct mgl_flow *f,
		      struct in6_addr *addr)
{
	bool yes;

	rcu_read_lock();
	yes = mgl_source_v6(test->priv, f, addr);
	rcu_read_unlock();
	return yes;
}

static bool has_v4(struct kunit *test, u32 addr)
{
	bool yes;

	rcu_read_lock();
	yes = mgl_source_has_v4(test->priv, htonl(addr));
	rcu_read_unlock();
	return yes;
}

static bool has_v6(struct kunit *test, struct mgl_addr addr)
{
	struct in6_addr a = { .s6_addr32 = {
		addr.w[0], addr.w[1], addr.w[2], addr.w[3],
	} };
	bool yes;

	rcu_read_lock();
	yes = mgl_source_has_v6(test->priv, &a);
	rcu_read_unlock();
	return yes;
}

static void test_source_none(struct kunit *test)
{
	struct mgl_net *mn = test->priv;
	struct mgl_flow f = flow(0);
	struct in6_addr addr;

	KUNIT_EXPECT_FALSE(test, mgl_sources_any(mn));
	KUNIT_EXPECT_EQ(test, ntohl(otherwise), source_v4(test, &f));
	KUNIT_EXPECT_FALSE(test, source_v6(test, &f, &addr));
	KUNIT_EXPECT_FALSE(test, has_v4(test, 0xc6120001));
	KUNIT_EXPECT_EQ(test, 0, add(test, v4(0xc6120000, 28)));
	KUNIT_EXPECT_TRUE(test, mgl_sources_any(mn));
	KUNIT_EXPECT_EQ(test, 0, del(test, v4(0xc6120000, 28)));
	KUNIT_EXPECT_FALSE(test, mgl_sources_any(mn));
}

/* Packets of a flow, errors about its answers: ports count, and nothing else. */
static void test_source_by_flow(struct kunit *test)
{
	struct mgl_net *mn = test->priv;
	u32 i, seen = 0, apart = 0;

	KUNIT_EXPECT_EQ(test, 0, add(test, v4(0xc6120000, 28)));
	for (i = 0; i < FLOWS; i++) {
		struct mgl_flow f = flow(i), of_client = flow(i ^ 1);
		u32 addr = source_v4(test, &f);

		if (addr <= 0xc6120000 || addr >= 0xc612000f)
			FAIL_ONCE(test, "flow %u: %#x", i, addr);
		seen |= 1U << (addr & 15);
		apart += source_v4(test, &of_client) != addr;
		f.kind = MGL_PKT_ERROR;
		f.pkt_state = MAGLEV_FLOW_CLOSING;
		f.len = 56;
		f.new_conn = true;
		if (source_v4(test, &f) != addr)
			FAIL_ONCE(test, "flow %u: an error differs", i);
		f.digest = mgl_flow_digest(&f, &mn->secret);
		if (source_v4(test, &f) != addr)
			FAIL_ONCE(test, "flow %u: a digest differs", i);
	}
	KUNIT_EXPECT_EQ(test, 0x7ffe, seen);
	KUNIT_EXPECT_GT(test, apart, FLOWS / 2);
}

static void test_source_families(struct kunit *test)
{
	const struct mgl_prefix net = v6(5, 64);
	struct mgl_flow f = flow(3);
	struct in6_addr addr, again;

	KUNIT_EXPECT_EQ(test, 0, add(test, net));
	KUNIT_EXPECT_EQ(test, ntohl(otherwise), source_v4(test, &f));
	KUNIT_EXPECT_TRUE(test, source_v6(test, &f, &addr));
	KUNIT_EXPECT_TRUE(test, has_v6(test, mgl_addr_v6(&addr)));
	KUNIT_EXPECT_EQ(test, 0, add(test, v4(0xc6120000, 31)));
	KUNIT_EXPECT_EQ(test, 0xc6120000, source_v4(test, &f) & ~1U);
	KUNIT_EXPECT_TRUE(test, source_v6(test, &f, &again));
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&addr, &again));
	KUNIT_EXPECT_EQ(test, 0, del(test, net));
	KUNIT_EXPECT_FALSE(test, source_v6(test, &f, &addr));
	KUNIT_EXPECT_EQ(test, 0xc6120000, source_v4(test, &f) & ~1U);
}

static void test_source_has(struct kunit *test)
{
	struct mgl_addr a = v6(5, 64).addr;

	KUNIT_EXPECT_EQ(test, 0, add(test, v4(0xc6120010, 28)));
	KUNIT_EXPECT_EQ(test, 0, add(test, v6(5, 64)));
	/* Those that are not chosen as well. */
	KUNIT_EXPECT_TRUE(test, has_v4(test, 0xc6120010));
	KUNIT_EXPECT_TRUE(test, has_v4(test, 0xc612001f));
	KUNIT_EXPECT_FALSE(test, has_v4(test, 0xc612000f));
	KUNIT_EXPECT_FALSE(test, has_v4(test, 0xc6120020));
	KUNIT_EXPECT_TRUE(test, has_v6(test, a));
	a.w[3] = htonl(~0U);
	KUNIT_EXPECT_TRUE(test, has_v6(test, a));
	a.w[1] = htonl(6);
	KUNIT_EXPECT_FALSE(test, has_v6(test, a));
	KUNIT_EXPECT_FALSE(test, has_v6(test, mgl_addr_v4(htonl(0xc6120011))));
}

static void test_source_refusal_changes_nothing(struct kunit *test)
{
	struct mgl_net *mn = test->priv;
	u32 i;

	KUNIT_EXPECT_EQ(test, -ENOENT, del(test, v4(0xc6120000, 28)));
	for (i = 0; i < MAGLEV_SOURCES_MAX; i++)
		if (add(test, v4(0x0a000000 + (i << 16), 28)))
			FAIL_ONCE(test, "source %u", i);
	KUNIT_EXPECT_EQ(test, -EEXIST, add(test, v4(0x0a000000, 28)));
	KUNIT_EXPECT_EQ(test, -ENOSPC, add(test, v4(0xc6120000, 28)));
	KUNIT_EXPECT_EQ(test, -ENOENT, del(test, v4(0x0a000000, 29)));
	KUNIT_EXPECT_FALSE(test, has_v4(test, 0xc6120001));
	mutex_lock(&mn->lock);
	KUNIT_EXPECT_EQ(test, MAGLEV_SOURCES_MAX, mgl_sources(mn)->set.n);
	mutex_unlock(&mn->lock);
	for (i = 0; i < MAGLEV_SOURCES_MAX; i++)
		if (del(test, v4(0x0a000000 + (i << 16), 28)))
			FAIL_ONCE(test, "source %u", i);
	KUNIT_EXPECT_FALSE(test, mgl_sources_any(mn));
}

static struct kunit_case source_cases[] = {
	KUNIT_CASE(test_source_none),
	KUNIT_CASE(test_source_by_flow),
	KUNIT_CASE(test_source_families),
	KUNIT_CASE(test_source_has),
	KUNIT_CASE(test_source_refusal_changes_nothing),
	{}
};

static struct kunit_suite source_suite = {
	.name = "maglev_source",
	.init = source_init,
	.exit = source_exit,
	.test_cases = source_cases,
};

kunit_test_suite(source_suite);
