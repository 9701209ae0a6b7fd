// SPDX-License-Identifier: GPL-2.0
/*
 * The rewrite of the outer header. Nothing else may change in the packet, nor
 * anything in a buffer that shares its data.
 */
#include <kunit/test.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <net/checksum.h>
#include <net/ip.h>
#include <net/net_namespace.h>

#include "packet.h"
#include "report.h"
#include "rewrite.h"
#include "skb.h"

#define NEW_SADDR 0xc0000263	/* 192.0.2.99 */
#define NEW_DADDR 0xc6121305	/* 198.18.19.5 */

/* Before and after: the whole packet, since nothing else may change. */
struct rewrite_test {
	struct packet before;
	struct packet after;
};

static int rewrite_init(struct kunit *test)
{
	test->priv = kunit_kzalloc(test, sizeof(struct rewrite_test),
				   GFP_KERNEL);
	return test->priv ? 0 : -ENOMEM;
}

/* A GRE packet with an outer header of @ihl words. */
static void build(struct packet *p, u8 ihl, u8 tos, u8 ttl)
{
	p->len = 0;
	packet_ipv4(p, ihl, IPPROTO_GRE, 8 + 46);
	p->b[1] = tos;
	p->b[8] = ttl;
	packet_gre(p, 0x2000, ETH_P_IP);
	packet_inner(p, IPPROTO_TCP, 6);
	packet_set16(p, 10, packet_sum_v4(p->b, ihl * 4));
}

static u32 header_len(const struct packet *p)
{
	return (p->b[0] & 0xf) * 4;
}

/* Rewrites @f->before in the given shape, and expects @f->after of it. */
static void check_rewrite(struct kunit *test, struct rewrite_test *f,
			  u32 saddr, u32 daddr, u8 cost, enum skb_shape shape)
{
	u32 len = f->before.len, hlen = header_len(&f->before);
	struct test_skb t = test_skb_new(test, f->before.b, len, shape, hlen);
	__wsum sum;

	f->after = f->before;
	packet_set32(&f->after, 12, saddr);
	packet_set32(&f->after, 16, daddr);
	f->after.b[8] -= cost;
	packet_set16(&f->after, 10, packet_sum_v4(f->after.b, hlen));

	/* The network card's checksum of all of it has to stay true. */
	sum = skb_checksum(t.skb, 0, len, 0);
	if (mgl_rewrite_v4(t.skb, htonl(saddr), htonl(daddr), cost))
		FAIL_ONCE(test, "shape %d: refused", shape);
	if (!test_skb_holds(t.skb, f->after.b, len))
		FAIL_ONCE(test, "shape %d: not as expected", shape);
	if (csum_fold(sum) != csum_fold(skb_checksum(t.skb, 0, len, 0)))
		FAIL_ONCE(test, "shape %d: checksum of all changed", shape);
	if (t.clone && !test_skb_holds(t.clone, f->before.b, len))
		FAIL_ONCE(test, "shape %d: written through", shape);
	test_skb_free(&t);
}

/* A shared buffer is not ours to write to: the stack unshares it before. */
static bool can_write(enum skb_shape shape)
{
	return shape != SKB_SHARED;
}

static void test_rewrite_outer_header_only(struct kunit *test)
{
	struct rewrite_test *f = test->priv;
	u32 shape, cost;
	u8 ihl;

	for (shape = 0; shape < SKB_SHAPES; shape++)
		for (ihl = 5; ihl <= 15 && can_write(shape); ihl++)
			for (cost = 0; cost <= 1; cost++) {
				build(&f->before, ihl, 0xb9, 64);
				check_rewrite(test, f, NEW_SADDR, NEW_DADDR,
					      cost, shape);
			}
}

static void test_rewrite_every_ttl(struct kunit *test)
{
	struct rewrite_test *f = test->priv;
	u32 ttl;

	for (ttl = 2; ttl <= 255; ttl++) {
		build(&f->before, 5, 0, ttl);
		check_rewrite(test, f, NEW_SADDR, NEW_DADDR, 1, SKB_LINEAR);
	}
}

static void test_rewrite_keeps_tos(struct kunit *test)
{
	struct rewrite_test *f = test->priv;
	u32 tos;

	for (tos = 0; tos <= 255; tos++) {
		build(&f->before, 5, tos, 3);
		check_rewrite(test, f, NEW_SADDR, NEW_DADDR, 1, SKB_CLONED);
	}
}

/* The identification that makes the checksum of a header @want. */
static u16 id_for(struct packet *p, u16 want)
{
	u32 id;

	packet_set16(p, 4, 0);
	id = packet_sum_v4(p->b, 20) + (0xffff - want);
	return (id & 0xffff) + (id >> 16);
}

/*
 * The incremental update has to come to what a full one comes to, above all
 * around the two zeros of ones' complement: be it the checksum of the header
 * that came or of the one that goes.
 */
static void test_rewrite_checksum_around_zero(struct kunit *test)
{
	struct rewrite_test *f = test->priv;
	u32 i, id;

	for (i = 0; i < 1024; i++) {
		u16 want = i / 2 - 256;

		build(&f->before, 5, 0, 64);
		if (i & 1) {
			packet_set32(&f->before, 12, NEW_SADDR);
			packet_set32(&f->before, 16, NEW_DADDR);
			f->before.b[8] = 63;
		}
		id = id_for(&f->before, want);
		build(&f->before, 5, 0, 64);
		packet_set16(&f->before, 4, id);
		packet_set16(&f->before, 10, packet_sum_v4(f->before.b, 20));
		check_rewrite(test, f, NEW_SADDR, NEW_DADDR, 1, SKB_LINEAR);
	}
}

static void test_rewrite_addresses(struct kunit *test)
{
	static const u32 addrs[] = {
		0, 1, 0xffff, 0x10000, 0xffff0000, 0x0a000001, 0x7fffffff,
		0x80000000, 0xfffffffe, 0xffffffff, PACKET_SADDR, PACKET_DADDR,
	};
	struct rewrite_test *f = test->priv;
	u32 i, n = ARRAY_SIZE(addrs);

	for (i = 0; i < n * n; i++) {
		build(&f->before, 5, 0, 64);
		check_rewrite(test, f, addrs[i / n], addrs[i % n], i & 1,
			      SKB_LINEAR);
	}
}

/* A rewrite to the same addresses still takes the TTL down. */
static void test_rewrite_same_addresses(struct kunit *test)
{
	struct rewrite_test *f = test->priv;

	build(&f->before, 5, 0, 64);
	check_rewrite(test, f, PACKET_SADDR, PACKET_DADDR, 0, SKB_FRAGS);
	KUNIT_EXPECT_EQ(test, 0, memcmp(f->before.b, f->after.b,
					f->before.len));
}

/* Identifications of their own, under which the checksum stays right. */
static void test_rewrite_ident(struct kunit *test)
{
	struct rewrite_test *f = test->priv;
	u32 i, same = 0;
	struct iphdr *iph;
	struct test_skb t;

	for (i = 0; i < 1000; i++) {
		build(&f->before, 5 + i % 11, 0, 64);
		t = test_skb_new(test, f->before.b, f->before.len, SKB_LINEAR,
				 0);
		iph = ip_hdr(t.skb);
		mgl_rewrite_ident(&init_net, t.skb);
		same += ntohs(iph->id) == 0x1234;
		f->after = f->before;
		packet_set16(&f->after, 4, ntohs(iph->id));
		packet_set16(&f->after, 10, 0);
		packet_set16(&f->after, 10,
			     packet_sum_v4(f->after.b, iph->ihl * 4));
		if (!test_skb_holds(t.skb, f->after.b, f->after.len))
			FAIL_ONCE(test, "%u: not as expected", i);
		test_skb_free(&t);
	}
	KUNIT_EXPECT_LE(test, same, 1U);
}

static struct kunit_case rewrite_cases[] = {
	KUNIT_CASE(test_rewrite_outer_header_only),
	KUNIT_CASE(test_rewrite_every_ttl),
	KUNIT_CASE(test_rewrite_keeps_tos),
	KUNIT_CASE(test_rewrite_checksum_around_zero),
	KUNIT_CASE(test_rewrite_addresses),
	KUNIT_CASE(test_rewrite_same_addresses),
	KUNIT_CASE(test_rewrite_ident),
	{}
};

static struct kunit_suite rewrite_suite = {
	.name = "maglev_rewrite",
	.init = rewrite_init,
	.test_cases = rewrite_cases,
};

kunit_test_suite(rewrite_suite);
