// SPDX-License-Identifier: GPL-2.0
/*
 * The parsers on real socket buffers: every answer is compared with that of
 * the oracle, which reads flat bytes.
 */
#include <kunit/test.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>

#include "oracle.h"
#include "packet.h"
#include "report.h"
#include "skb.h"

#define OUTER 20	/* bytes of the outer IPv4 header */
#define INNER 24	/* bytes in front of the inner one */
#define EXT (INNER + 40)	/* bytes in front of what is behind inner IPv6 */

static int packet_init(struct kunit *test)
{
	test->priv = kunit_kzalloc(test, sizeof(struct packet), GFP_KERNEL);
	return test->priv ? 0 : -ENOMEM;
}

/* The test's packet, with @off bytes of nothing in it. */
static struct packet *packet_at(struct kunit *test, u32 off)
{
	struct packet *p = test->priv;

	p->len = 0;
	packet_fill(p, 0x5a, off);
	return p;
}

/* Only what fails is worth a line in the log. */
static void expect_right(struct kunit *test, const char *error,
			 const struct packet *p, enum skb_shape shape, u32 cut)
{
	if (error)
		FAIL_ONCE(test, "flags %02x%02x, shape %d, cut %u: %s",
			  p->b[OUTER], p->b[OUTER + 1], shape, cut, error);
}

static void check_gre(struct kunit *test, const struct packet *p,
		      enum skb_shape shape, u32 cut)
{
	struct test_skb t = test_skb_new(test, p->b, p->len, shape, cut);
	enum mgl_reason result;
	struct mgl_gre gre;
	const char *error;

	error = oracle_check_gre(t.skb, p->b, OUTER, &gre, &result);
	expect_right(test, error, p, shape, cut);
	if (!test_skb_holds(t.skb, p->b, p->len))
		FAIL_ONCE(test, "shape %d, cut %u: changed", shape, cut);
	test_skb_free(&t);
}

static const char *check_either(const struct sk_buff *skb,
				const struct packet *p)
{
	bool v6 = p->b[INNER] >> 4 == 6;
	enum mgl_reason result;
	struct mgl_flow flow;

	return v6 ? oracle_check_flow_v6(skb, p->b, INNER, &flow, &result) :
		    oracle_check_flow(skb, p->b, INNER, &flow, &result);
}

/* Of the version in the first byte of the inner header. */
static void check_flow(struct kunit *test, const struct packet *p, bool gso,
		       enum skb_shape shape, u32 cut)
{
	struct test_skb t = test_skb_new(test, p->b, p->len, shape, cut);

	if (gso)
		skb_shinfo(t.skb)->gso_size = 1400;
	expect_right(test, check_either(t.skb, p), p, shape, cut);
	if (!test_skb_holds(t.skb, p->b, p->len))
		FAIL_ONCE(test, "shape %d, cut %u: changed", shape, cut);
	test_skb_free(&t);
}

static void test_gre_flags(struct kunit *test)
{
	u32 i, shape;

	for (i = 0; i < PACKET_GRE_MIXES; i++) {
		struct packet *p = packet_at(test, OUTER);

		packet_16(p, packet_gre_mix(i));
		packet_16(p, i % 5 ? ETH_P_IP : ETH_P_IPV6);
		packet_fill(p, 0, 28);
		for (shape = 0; shape < SKB_SHAPES; shape++)
			check_gre(test, p, shape, OUTER + i % 24);
	}
}

static void test_gre_pieces(struct kunit *test)
{
	struct packet *p = packet_at(test, OUTER);
	u32 cut, shape;

	packet_gre(p, 0xf000, ETH_P_IP);
	packet_32(p, 0x08000002);
	packet_16(p, 0);
	packet_32(p, 0);
	packet_fill(p, 0xff, 20);
	for (cut = 0; cut <= p->len; cut++)
		for (shape = 0; shape < SKB_SHAPES; shape++)
			check_gre(test, p, shape, cut);
}

static void test_gre_truncated(struct kunit *test)
{
	struct packet *p = packet_at(test, OUTER);
	u32 len, shape;

	packet_gre(p, 0xf081, ETH_P_IP);
	packet_32(p, 1);
	packet_32(p, 0);
	for (len = p->len; len >= OUTER; len--) {
		p->len = len;
		for (shape = 0; shape < SKB_SHAPES; shape++)
			check_gre(test, p, shape, min_t(u32, len, 22));
	}
}

static void test_flow_pieces(struct kunit *test)
{
	u32 i, cut, shape;

	for (i = 0; i < PACKET_ZOO; i++) {
		struct packet *p = packet_at(test, INNER);

		packet_zoo(p, i);
		for (cut = 0; cut <= p->len; cut++)
			for (shape = 0; shape < SKB_SHAPES; shape++)
				check_flow(test, p, false, shape, cut);
	}
}

static void test_flow_truncated(struct kunit *test)
{
	u32 i, left, shape;

	for (i = 0; i < PACKET_ZOO * SKB_SHAPES; i++)
		for (left = 20; left <= 46; left++) {
			struct packet *p = packet_at(test, INNER);

			shape = i / PACKET_ZOO;
			packet_zoo(p, i % PACKET_ZOO);
			p->len = min(p->len, INNER + left);
			check_flow(test, p, false, shape, 30);
			/* The same, with a total length that fits. */
			packet_set16(p, INNER + 2, p->len - INNER);
			check_flow(test, p, false, shape, 30);
		}
}

/* Only a GSO packet may say that it is of no length at all. */
static void test_flow_no_length_only_gso(struct kunit *test)
{
	struct packet *p = packet_at(test, INNER);
	u32 shape;

	packet_inner(p, IPPROTO_TCP, 1000);
	packet_set16(p, INNER + 2, 0);
	for (shape = 0; shape < SKB_SHAPES; shape++) {
		check_flow(test, p, false, shape, INNER + 10);
		check_flow(test, p, true, shape, INNER + 10);
	}
}

static void test_flow_v6_pieces(struct kunit *test)
{
	u32 i, cut, shape;

	for (i = 0; i < PACKET_ZOO_V6; i++) {
		struct packet *p = packet_at(test, INNER);

		packet_zoo_v6(p, i);
		for (cut = 0; cut <= p->len; cut++)
			for (shape = 0; shape < SKB_SHAPES; shape++)
				check_flow(test, p, false, shape, cut);
	}
}

static void test_flow_v6_truncated(struct kunit *test)
{
	u32 i, left, shape;

	for (i = 0; i < PACKET_ZOO_V6; i++)
		for (left = 0; left <= 90; left++) {
			struct packet *p = packet_at(test, INNER);

			shape = left % SKB_SHAPES;
			packet_zoo_v6(p, i);
			p->len = min(p->len, EXT + left);
			check_flow(test, p, false, shape, 50);
			/* The same, with a payload length that fits. */
			packet_set16(p, INNER + 4, p->len - EXT);
			check_flow(test, p, false, shape, 50);
		}
}

/* The length of the IP packet, and with it of the quote, fits or does not. */
static void test_flow_icmp(struct kunit *test)
{
	u32 i, n, shape;

	for (i = 0; i < PACKET_ZOO_ICMP; i++)
		for (n = 0;; n++) {
			struct packet *p = packet_at(test, INNER);
			u32 ip = i % 2 ? 40 : 20;

			packet_zoo_icmp(p, i);
			if (p->len - INNER < ip + n)
				break;
			p->len -= n;
			for (shape = 0; shape < SKB_SHAPES; shape++)
				check_flow(test, p, false, shape,
					   min(INNER + ip + n, p->len));
			packet_set_length(p, INNER);
			check_flow(test, p, false, n % SKB_SHAPES, p->len - 5);
		}
}

/* A GSO packet may have no length, and a jumbo payload option as well. */
static void test_flow_v6_no_length_only_gso(struct kunit *test)
{
	static const u8 types[] = { IPPROTO_HOPOPTS };
	u32 n, shape;

	for (n = 0; n <= 1; n++) {
		struct packet *p = packet_at(test, INNER);

		packet_inner_v6(p, types, n, IPPROTO_TCP, 1000);
		packet_set16(p, INNER + 4, 0);
		if (n)
			packet_set16(p, EXT + 2, 0xc204);
		for (shape = 0; shape < SKB_SHAPES; shape++) {
			check_flow(test, p, false, shape, EXT + 3);
			check_flow(test, p, true, shape, EXT + 3);
		}
	}
}

/* Known answer: another implementation came to it. */
static void test_flow_hash_known_answer(struct kunit *test)
{
	struct mgl_flow flow = {
		.saddr = mgl_addr_v4(htonl(PACKET_SADDR)),
		.daddr = mgl_addr_v4(htonl(PACKET_DADDR)),
		.sport = htons(PACKET_SPORT),
		.dport = htons(PACKET_DPORT),
		.proto = IPPROTO_TCP,
	};

	KUNIT_EXPECT_EQ(test, mgl_flow_hash(&flow, 0x0123456789abcdefULL),
			0x05f169c534ac5536ULL);
}

static struct kunit_case packet_cases[] = {
	KUNIT_CASE(test_gre_flags),
	KUNIT_CASE(test_gre_pieces),
	KUNIT_CASE(test_gre_truncated),
	KUNIT_CASE(test_flow_pieces),
	KUNIT_CASE(test_flow_truncated),
	KUNIT_CASE(test_flow_no_length_only_gso),
	KUNIT_CASE(test_flow_v6_pieces),
	KUNIT_CASE(test_flow_v6_truncated),
	KUNIT_CASE(test_flow_v6_no_length_only_gso),
	KUNIT_CASE(test_flow_icmp),
	KUNIT_CASE(test_flow_hash_known_answer),
	{}
};

static struct kunit_suite packet_suite = {
	.name = "maglev_packet",
	.init = packet_init,
	.test_cases = packet_cases,
};

kunit_test_suite(packet_suite);
