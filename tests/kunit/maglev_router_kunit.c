// SPDX-License-Identifier: GPL-2.0
/* Trusted routers: prefixes that GRE is taken from. */
#include <kunit/test.h>
#include <linux/in6.h>
#include <linux/minmax.h>
#include <uapi/linux/maglev.h>

#include "ctx.h"
#include "objects.h"
#include "report.h"
#include "router.h"

static int router_init(struct kunit *test)
{
	return test_net_init(test);
}

static void router_exit(struct kunit *test)
{
	struct mgl_net *mn = test->priv;

	if (!mn)
		return;
	mutex_lock(&mn->lock);
	mgl_routers_flush(mn);
	mutex_unlock(&mn->lock);
	test_net_exit(mn);
}

/* Mask of an IPv4 prefix, without a shift by all 32 bits. */
static u32 mask(u8 bits)
{
	return bits ? ~0U << (32 - bits) : 0;
}

static struct mgl_prefix prefix(u32 addr, u8 bits)
{
	return (struct mgl_prefix){
		.addr = mgl_addr_v4(htonl(addr & mask(bits))),
		.len = 96 + bits,
	};
}

/* An IPv6 address, with one bit changed if there is such a bit. */
static struct in6_addr addr_v6(const u32 *w, u32 bit)
{
	struct in6_addr a = { .s6_addr32 = {
		htonl(w[0]), htonl(w[1]), htonl(w[2]), htonl(w[3]),
	} };

	if (bit < 128)
		a.s6_addr[bit / 8] ^= 0x80 >> (bit % 8);
	return a;
}

#define ALL_BITS 128

static struct mgl_prefix prefix_v6(const u32 *w, u8 bits)
{
	u32 masked[4], i;

	for (i = 0; i < 4; i++)
		masked[i] = w[i] & mask(clamp((int)bits - 32 * (int)i, 0, 32));
	return (struct mgl_prefix){
		.addr = mgl_addr_v6(&(struct in6_addr){ .s6_addr32 = {
			htonl(masked[0]), htonl(masked[1]), htonl(masked[2]),
			htonl(masked[3]),
		} }),
		.len = bits,
	};
}

static int add_prefix(struct kunit *test, struct mgl_prefix p)
{
	struct mgl_net *mn = test->priv;
	int err;

	mutex_lock(&mn->lock);
	err = mgl_router_add(&(struct mgl_ctx){ .mn = mn }, &p);
	mutex_unlock(&mn->lock);
	return err;
}

static int del_prefix(struct kunit *test, struct mgl_prefix p)
{
	struct mgl_net *mn = test->priv;
	int err;

	mutex_lock(&mn->lock);
	err = mgl_router_delete(&(struct mgl_ctx){ .mn = mn }, &p);
	mutex_unlock(&mn->lock);
	return err;
}

static int add(struct kunit *test, u32 addr, u8 bits)
{
	return add_prefix(test, prefix(addr, bits));
}

static int del(struct kunit *test, u32 addr, u8 bits)
{
	return del_prefix(test, prefix(addr, bits));
}

static int add_v6(struct kunit *test, const u32 *w, u8 bits)
{
	return add_prefix(test, prefix_v6(w, bits));
}

static int del_v6(struct kunit *test, const u32 *w, u8 bits)
{
	return del_prefix(test, prefix_v6(w, bits));
}

static bool trusted(struct kunit *test, u32 addr)
{
	bool yes;

	rcu_read_lock();
	yes = mgl_router_trusted_v4(test->priv, htonl(addr));
	rcu_read_unlock();
	return yes;
}

static bool trusted_v6(struct kunit *test, const u32 *w, u32 bit)
{
	struct in6_addr addr = addr_v6(w, bit);
	bool yes;

	rcu_read_lock();
	yes = mgl_router_trusted_v6(test->priv, &addr);
	rcu_read_unlock();
	return yes;
}

static void test_router_none_trusts_all(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, trusted(test, 0));
	KUNIT_EXPECT_TRUE(test, trusted(test, 0x0a000001));
	KUNIT_EXPECT_TRUE(test, trusted(test, 0xffffffff));
	KUNIT_EXPECT_EQ(test, 0, add(test, 0x0a000001, 32));
	KUNIT_EXPECT_FALSE(test, trusted(test, 0x0a000002));
	KUNIT_EXPECT_EQ(test, 0, del(test, 0x0a000001, 32));
	KUNIT_EXPECT_TRUE(test, trusted(test, 0x0a000002));
}

/* Every length, and the addresses that differ from it in one bit. */
static void test_router_prefix_lengths(struct kunit *test)
{
	u32 addr = 0xc6336407, bit;
	u8 bits;

	for (bits = 0; bits <= 32; bits++) {
		KUNIT_EXPECT_EQ(test, 0, add(test, addr, bits));
		if (!trusted(test, addr))
			FAIL_ONCE(test, "itself, /%u", bits);
		for (bit = 0; bit < 32; bit++) {
			bool want = bit >= bits;

			if (trusted(test, addr ^ (0x80000000 >> bit)) != want)
				FAIL_ONCE(test, "/%u, bit %u", bits, bit);
		}
		KUNIT_EXPECT_EQ(test, 0, del(test, addr, bits));
	}
}

static void test_router_several_prefixes(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, add(test, 0x0a010000, 16));
	KUNIT_EXPECT_EQ(test, 0, add(test, 0xc0000201, 32));
	KUNIT_EXPECT_EQ(test, 0, add(test, 0x0a010000, 24));
	KUNIT_EXPECT_TRUE(test, trusted(test, 0x0a01ffff));
	KUNIT_EXPECT_TRUE(test, trusted(test, 0xc0000201));
	KUNIT_EXPECT_FALSE(test, trusted(test, 0xc0000202));
	KUNIT_EXPECT_FALSE(test, trusted(test, 0x0a020000));

	/* The shorter one goes, the longer one stays. */
	KUNIT_EXPECT_EQ(test, 0, del(test, 0x0a010000, 16));
	KUNIT_EXPECT_FALSE(test, trusted(test, 0x0a01ffff));
	KUNIT_EXPECT_TRUE(test, trusted(test, 0x0a0100ff));
}

static void test_router_refusal_changes_nothing(struct kunit *test)
{
	u32 i;

	KUNIT_EXPECT_EQ(test, -ENOENT, del(test, 0x0a000000, 8));
	for (i = 0; i < MAGLEV_ROUTERS_MAX; i++)
		if (add(test, 0xc0000000 + i, 32))
			FAIL_ONCE(test, "router %u", i);
	KUNIT_EXPECT_EQ(test, -EEXIST, add(test, 0xc0000000, 32));
	KUNIT_EXPECT_EQ(test, -ENOSPC, add(test, 0x0a000000, 8));
	KUNIT_EXPECT_EQ(test, -ENOENT, del(test, 0xc0000000, 31));
	KUNIT_EXPECT_FALSE(test, trusted(test, 0x0a000001));
	for (i = 0; i < MAGLEV_ROUTERS_MAX; i++)
		if (!trusted(test, 0xc0000000 + i))
			FAIL_ONCE(test, "router %u", i);
	for (i = 0; i < MAGLEV_ROUTERS_MAX; i++)
		if (del(test, 0xc0000000 + i, 32))
			FAIL_ONCE(test, "router %u", i);
	KUNIT_EXPECT_TRUE(test, trusted(test, 0x0a000001));
}

static const u32 router_v6[4] = {
	0x20010db8, 0x5a0f00ff, 0x80000001, 0xfffe0001,
};

static const u32 other_v6[4] = { 0x20010db8, 0x5a0f00fe, 0, 1 };

/* Every length, and the addresses that differ from it in one bit. */
static void test_router_prefix_lengths_v6(struct kunit *test)
{
	u32 bit;
	u8 bits;

	KUNIT_EXPECT_TRUE(test, trusted_v6(test, router_v6, ALL_BITS));
	for (bits = 0; bits <= 128; bits++) {
		KUNIT_EXPECT_EQ(test, 0, add_v6(test, router_v6, bits));
		if (!trusted_v6(test, router_v6, ALL_BITS))
			FAIL_ONCE(test, "itself, /%u", bits);
		for (bit = 0; bit < 128; bit++) {
			bool covered = bit >= bits;

			if (trusted_v6(test, router_v6, bit) != covered)
				FAIL_ONCE(test, "/%u, bit %u", bits, bit);
		}
		KUNIT_EXPECT_EQ(test, 0, del_v6(test, router_v6, bits));
	}
}

/* A prefix of one family, of whatever length, trusts no source of the other. */
static void test_router_families_apart(struct kunit *test)
{
	static const u32 zero[4];

	KUNIT_EXPECT_EQ(test, 0, add(test, 0, 0));
	KUNIT_EXPECT_TRUE(test, trusted(test, 0x0a000001));
	KUNIT_EXPECT_FALSE(test, trusted_v6(test, router_v6, ALL_BITS));
	KUNIT_EXPECT_FALSE(test, trusted_v6(test, zero, 127));
	KUNIT_EXPECT_EQ(test, 0, add_v6(test, zero, 0));
	KUNIT_EXPECT_TRUE(test, trusted_v6(test, router_v6, ALL_BITS));
	KUNIT_EXPECT_EQ(test, 0, del(test, 0, 0));
	KUNIT_EXPECT_FALSE(test, trusted(test, 0x0a000001));
	KUNIT_EXPECT_TRUE(test, trusted_v6(test, router_v6, ALL_BITS));
	KUNIT_EXPECT_EQ(test, 0, del_v6(test, zero, 0));
	KUNIT_EXPECT_TRUE(test, trusted(test, 0x0a000001));
}

static void test_router_several_families(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, add(test, 0x0a010000, 16));
	KUNIT_EXPECT_EQ(test, 0, add_v6(test, router_v6, 64));
	KUNIT_EXPECT_EQ(test, 0, add(test, 0xc0000201, 32));
	KUNIT_EXPECT_EQ(test, 0, add_v6(test, other_v6, 128));
	KUNIT_EXPECT_TRUE(test, trusted(test, 0x0a01ffff));
	KUNIT_EXPECT_TRUE(test, trusted(test, 0xc0000201));
	KUNIT_EXPECT_FALSE(test, trusted(test, 0xc0000202));
	KUNIT_EXPECT_TRUE(test, trusted_v6(test, router_v6, 64));
	KUNIT_EXPECT_FALSE(test, trusted_v6(test, router_v6, 62));
	KUNIT_EXPECT_TRUE(test, trusted_v6(test, other_v6, ALL_BITS));
	KUNIT_EXPECT_FALSE(test, trusted_v6(test, other_v6, 127));

	KUNIT_EXPECT_EQ(test, -EEXIST, add_v6(test, router_v6, 64));
	KUNIT_EXPECT_EQ(test, -ENOENT, del_v6(test, router_v6, 65));
	KUNIT_EXPECT_EQ(test, 0, del_v6(test, router_v6, 64));
	KUNIT_EXPECT_FALSE(test, trusted_v6(test, router_v6, ALL_BITS));
	KUNIT_EXPECT_TRUE(test, trusted_v6(test, other_v6, ALL_BITS));
	KUNIT_EXPECT_TRUE(test, trusted(test, 0x0a01ffff));
}

static struct kunit_case router_cases[] = {
	KUNIT_CASE(test_router_none_trusts_all),
	KUNIT_CASE(test_router_prefix_lengths),
	KUNIT_CASE(test_router_several_prefixes),
	KUNIT_CASE(test_router_refusal_changes_nothing),
	KUNIT_CASE(test_router_prefix_lengths_v6),
	KUNIT_CASE(test_router_families_apart),
	KUNIT_CASE(test_router_several_families),
	{}
};

static struct kunit_suite router_suite = {
	.name = "maglev_router",
	.init = router_init,
	.exit = router_exit,
	.test_cases = router_cases,
};

kunit_test_suite(router_suite);
