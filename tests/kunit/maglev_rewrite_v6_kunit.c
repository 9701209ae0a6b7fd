// SPDX-License-Identifier: GPL-2.0
/*
 * Outer IPv6: new addresses in its header, and headers of the other family in
 * its place. The GRE header and what is behind it may not change, nor anything
 * in a buffer that shares its data.
 */
#include <kunit/test.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "packet.h"
#include "report.h"
#include "rewrite.h"
#include "skb.h"

#define V4_LEN 20
#define V6_LEN 40
#define NEW_SADDR 0xc0000263	/* 192.0.2.99 */
#define NEW_DADDR 0xc6121305	/* 198.18.19.5 */
#define IIF 77
/* What test_skb_new() leaves in front of a packet. */
#define HEADROOM 64

static const u32 new_saddr_v6[4] = { 0x20010db8, 0x00010000, 0, 0x99 };
static const u32 new_daddr_v6[4] = { 0x20010db8, 0x00020000, 0xffff0000, 5 };

/* Before and after: the whole packet, since nothing else may change. */
struct rewrite_v6_test {
	struct packet before;
	struct packet after;
	u32 gre;
	u8 tos;
	u8 hops;
	bool no_df;
};

static int rewrite_v6_init(struct kunit *test)
{
	test->priv = kunit_kzalloc(test, sizeof(struct rewrite_v6_test),
				   GFP_KERNEL);
	return test->priv ? 0 : -ENOMEM;
}

static struct in6_addr addr_v6(const u32 *w)
{
	return (struct in6_addr){ .s6_addr32 = {
		htonl(w[0]), htonl(w[1]), htonl(w[2]), htonl(w[3]),
	} };
}

static void packet_addr_v6(struct packet *p, const u32 *w)
{
	u32 i;

	for (i = 0; i < 4; i++)
		packet_32(p, w[i]);
}

static void set_addr_v6(struct packet *p, u32 off, const u32 *w)
{
	u32 i;

	for (i = 0; i < 4; i++)
		packet_set32(p, off + 4 * i, w[i]);
}

/* GRE, with a key, around an IPv4 packet. */
static void add_gre(struct packet *p)
{
	packet_gre(p, 0x2000, ETH_P_IP);
	packet_inner(p, IPPROTO_TCP, 6);
}

#define CHAINS 4

/* A GRE packet in IPv6, with one of several chains of extension headers. */
static void build_v6(struct rewrite_v6_test *f, u32 chain, u8 tclass,
		     u32 label, u8 hops)
{
	static const u8 types[CHAINS][5] = {
		{ IPPROTO_GRE },
		{ IPPROTO_DSTOPTS, IPPROTO_GRE },
		{ IPPROTO_FRAGMENT, IPPROTO_GRE },
		{ IPPROTO_HOPOPTS, IPPROTO_ROUTING, IPPROTO_FRAGMENT,
		  IPPROTO_DSTOPTS, IPPROTO_GRE },
	};
	const u8 *type = types[chain];
	struct packet *p = &f->before;

	p->len = 0;
	packet_ipv6(p, type[0], 0);
	packet_set32(p, 0, 6U << 28 | (u32)tclass << 20 | label);
	p->b[7] = hops;
	for (; type[0] != IPPROTO_GRE; type++)
		packet_extension(p, type[1],
				 type[0] == IPPROTO_DSTOPTS ? 2 : 0);
	f->gre = p->len;
	add_gre(p);
	packet_set16(p, 4, p->len - V6_LEN);
	f->tos = tclass;
	f->hops = hops;
}

/* A GRE packet in IPv4 with a header of @ihl words. */
static void build_v4(struct rewrite_v6_test *f, u8 ihl, u8 tos, u16 frag,
		     u8 ttl)
{
	struct packet *p = &f->before;

	p->len = 0;
	packet_ipv4(p, ihl, IPPROTO_GRE, 0);
	f->gre = p->len;
	add_gre(p);
	p->b[1] = tos;
	packet_set16(p, 2, p->len);
	packet_set16(p, 6, frag);
	p->b[8] = ttl;
	packet_set16(p, 10, packet_sum_v4(p->b, ihl * 4));
	f->tos = tos;
	f->hops = ttl;
}

static void add_behind_header(struct rewrite_v6_test *f)
{
	u32 i;

	for (i = f->gre; i < f->before.len; i++)
		packet_8(&f->after, f->before.b[i]);
}

static void expect_v6(struct rewrite_v6_test *f)
{
	struct packet *p = &f->after;

	p->len = 0;
	packet_32(p, 6U << 28 | (u32)f->tos << 20);
	packet_16(p, f->before.len - f->gre);
	packet_8(p, IPPROTO_GRE);
	packet_8(p, f->hops);
	packet_addr_v6(p, new_saddr_v6);
	packet_addr_v6(p, new_daddr_v6);
	add_behind_header(f);
}

static void expect_v4(struct rewrite_v6_test *f)
{
	struct packet *p = &f->after;

	p->len = 0;
	packet_8(p, 0x45);
	packet_8(p, f->tos);
	packet_16(p, V4_LEN + f->before.len - f->gre);
	packet_16(p, 0);
	packet_16(p, f->no_df ? 0 : 0x4000);
	packet_8(p, f->hops);
	packet_8(p, IPPROTO_GRE);
	packet_16(p, 0);
	packet_32(p, NEW_SADDR);
	packet_32(p, NEW_DADDR);
	packet_set16(p, 10, packet_sum_v4(p->b, V4_LEN));
	add_behind_header(f);
}

/* A shared buffer is not ours to write to: the stack unshares it before. */
static bool can_write(enum skb_shape shape)
{
	return shape != SKB_SHARED;
}

/* As a packet that reception has been through, and that a card has summed up. */
static struct test_skb received(struct kunit *test, struct rewrite_v6_test *f,
				enum skb_shape shape, u32 cut, u16 proto)
{
	struct test_skb t = test_skb_new(test, f->before.b, f->before.len,
					 shape, cut);

	memset(t.skb->cb, 0xa5, sizeof(t.skb->cb));
	t.skb->protocol = htons(proto);
	t.skb->skb_iif = IIF;
	t.skb->ip_summed = CHECKSUM_COMPLETE;
	skb_set_mac_header(t.skb, -ETH_HLEN);
	skb_set_transport_header(t.skb,
				 proto == ETH_P_IP ? V4_LEN : V6_LEN);
	skb_set_inner_network_header(t.skb, f->gre + 8);
	return t;
}

/* Expects @f->after, and @f->before in a buffer that shares the data. */
static void check_bytes(struct kunit *test, struct rewrite_v6_test *f,
			const struct test_skb *t, enum skb_shape shape)
{
	if (!test_skb_holds(t->skb, f->after.b, f->after.len))
		FAIL_ONCE(test, "shape %d, GRE at %u: not as expected", shape,
			  f->gre);
	if (t->clone && !test_skb_holds(t->clone, f->before.b, f->before.len))
		FAIL_ONCE(test, "shape %d: written through", shape);
	if (t->skb->ip_summed == CHECKSUM_COMPLETE)
		FAIL_ONCE(test, "shape %d: the card's sum is kept", shape);
}

/* Rewrites @f->before within IPv6. */
static void check_same(struct kunit *test, struct rewrite_v6_test *f, u8 cost,
		       enum skb_shape shape, u32 cut)
{
	struct test_skb t = received(test, f, shape, cut, ETH_P_IPV6);
	struct in6_addr saddr = addr_v6(new_saddr_v6);
	struct in6_addr daddr = addr_v6(new_daddr_v6);

	f->after = f->before;
	f->after.b[7] -= cost;
	set_addr_v6(&f->after, 8, new_saddr_v6);
	set_addr_v6(&f->after, 24, new_daddr_v6);
	if (mgl_rewrite_v6(t.skb, &saddr, &daddr, cost))
		FAIL_ONCE(test, "shape %d: refused", shape);
	check_bytes(test, f, &t, shape);
	test_skb_free(&t);
}

static void test_rewrite_v6_header_only(struct kunit *test)
{
	struct rewrite_v6_test *f = test->priv;
	u32 shape, chain, cost;

	for (shape = 0; shape < SKB_SHAPES; shape++)
		for (chain = 0; chain < CHAINS && can_write(shape); chain++)
			for (cost = 0; cost <= 1; cost++) {
				build_v6(f, chain, 0xb9, 0xabcde, 64);
				check_same(test, f, cost, shape, V6_LEN);
				check_same(test, f, cost, shape, f->gre);
			}
}

static void test_rewrite_v6_keeps_class_and_label(struct kunit *test)
{
	struct rewrite_v6_test *f = test->priv;
	u32 i;

	for (i = 0; i <= 255; i++) {
		build_v6(f, i % CHAINS, i, 0, 3);
		check_same(test, f, 1, SKB_CLONED, V6_LEN);
	}
	for (i = 0; i < 20; i++) {
		build_v6(f, i % CHAINS, 0, 1U << i, 3);
		check_same(test, f, 1, SKB_CLONED, V6_LEN);
	}
}

static void test_rewrite_v6_every_hop_limit(struct kunit *test)
{
	struct rewrite_v6_test *f = test->priv;
	u32 hops;

	for (hops = 2; hops <= 255; hops++) {
		build_v6(f, 0, 0, 0, hops);
		check_same(test, f, 1, SKB_LINEAR, V6_LEN);
	}
}

/*
 * The new source is read from the header that is rewritten, whose data may move
 * on the way. That is what the data path does.
 */
static void test_rewrite_v6_source_in_packet(struct kunit *test)
{
	struct rewrite_v6_test *f = test->priv;
	struct in6_addr daddr = addr_v6(new_daddr_v6);
	u32 shape;

	for (shape = 0; shape < SKB_SHAPES; shape++) {
		struct test_skb t;

		if (!can_write(shape))
			continue;
		build_v6(f, 1, 0, 0, 64);
		t = received(test, f, shape, V6_LEN, ETH_P_IPV6);
		f->after = f->before;
		f->after.b[7] -= 1;
		set_addr_v6(&f->after, 8, packet_daddr_v6);
		set_addr_v6(&f->after, 24, new_daddr_v6);
		mgl_rewrite_v6(t.skb, &ipv6_hdr(t.skb)->daddr, &daddr, 1);
		check_bytes(test, f, &t, shape);
		test_skb_free(&t);
	}
}

/*
 * Offsets into the buffer move with the bytes that they point to. The link layer
 * header may have been overwritten, and nothing may take its place for it.
 */
static void check_offsets(struct kunit *test, struct rewrite_v6_test *f,
			  struct sk_buff *skb, u32 len, u32 headroom)
{
	if (skb_network_offset(skb))
		FAIL_ONCE(test, "network header at %d", skb_network_offset(skb));
	if (skb_transport_offset(skb) != len)
		FAIL_ONCE(test, "transport header at %d",
			  skb_transport_offset(skb));
	if (skb_inner_network_offset(skb) != len + 8)
		FAIL_ONCE(test, "inner network header at %d",
			  skb_inner_network_offset(skb));
	if (skb_mac_header_len(skb))
		FAIL_ONCE(test, "a link layer header of %d bytes",
			  (int)skb_mac_header_len(skb));
	if (skb_headroom(skb) < headroom)
		FAIL_ONCE(test, "headroom %u, not %u", skb_headroom(skb),
			  headroom);
}

static void check_6to4(struct kunit *test, struct rewrite_v6_test *f,
		       enum skb_shape shape, u32 cut, u32 headroom)
{
	struct test_skb t = received(test, f, shape, cut, ETH_P_IPV6);
	struct mgl_replacement r = {
		.gre = f->gre,
		.headroom = headroom,
		.hops = f->hops,
		.df = !f->no_df,
	};

	expect_v4(f);
	if (mgl_rewrite_6to4(t.skb, htonl(NEW_SADDR), htonl(NEW_DADDR), &r))
		FAIL_ONCE(test, "shape %d: refused", shape);
	check_bytes(test, f, &t, shape);
	check_offsets(test, f, t.skb, V4_LEN, headroom);
	if (t.skb->protocol != htons(ETH_P_IP))
		FAIL_ONCE(test, "protocol %#x", ntohs(t.skb->protocol));
	if (IPCB(t.skb)->iif != IIF || IPCB(t.skb)->flags ||
	    IPCB(t.skb)->opt.optlen || IPCB(t.skb)->frag_max_size)
		FAIL_ONCE(test, "control block is not as reception leaves it");
	test_skb_free(&t);
}

static void check_4to6(struct kunit *test, struct rewrite_v6_test *f,
		       enum skb_shape shape, u32 cut, u32 headroom)
{
	struct test_skb t = received(test, f, shape, cut, ETH_P_IP);
	struct in6_addr saddr = addr_v6(new_saddr_v6);
	struct in6_addr daddr = addr_v6(new_daddr_v6);
	struct mgl_replacement r = {
		.gre = f->gre,
		.headroom = headroom,
		.hops = f->hops,
	};

	expect_v6(f);
	if (mgl_rewrite_4to6(t.skb, &saddr, &daddr, &r))
		FAIL_ONCE(test, "shape %d: refused", shape);
	check_bytes(test, f, &t, shape);
	check_offsets(test, f, t.skb, V6_LEN, headroom);
	if (t.skb->protocol != htons(ETH_P_IPV6))
		FAIL_ONCE(test, "protocol %#x", ntohs(t.skb->protocol));
	if (IP6CB(t.skb)->iif != IIF || IP6CB(t.skb)->flags ||
	    IP6CB(t.skb)->frag_max_size ||
	    IP6CB(t.skb)->nhoff != offsetof(struct ipv6hdr, nexthdr))
		FAIL_ONCE(test, "control block is not as reception leaves it");
	test_skb_free(&t);
}

/*
 * None, that of Ethernet, and around what there is in front of the packet when
 * the header grows by 20 bytes.
 */
static const u32 headrooms[] = {
	0, 16, HEADROOM - 21, HEADROOM - 20, HEADROOM - 19, HEADROOM + 1, 300,
};

static void test_6to4_every_shape(struct kunit *test)
{
	struct rewrite_v6_test *f = test->priv;
	u32 shape, chain, i;

	for (shape = 0; shape < SKB_SHAPES; shape++)
		for (chain = 0; chain < CHAINS && can_write(shape); chain++)
			for (i = 0; i < ARRAY_SIZE(headrooms); i++) {
				build_v6(f, chain, 0xb9, 0xabcde, 64);
				check_6to4(test, f, shape, V6_LEN,
					   headrooms[i]);
				check_6to4(test, f, shape, f->gre,
					   headrooms[i]);
				check_6to4(test, f, shape, f->gre + 3,
					   headrooms[i]);
			}
}

static void test_4to6_every_shape(struct kunit *test)
{
	struct rewrite_v6_test *f = test->priv;
	u32 shape, ihl, i;

	for (shape = 0; shape < SKB_SHAPES; shape++)
		for (ihl = 5; ihl <= 15 && can_write(shape); ihl++)
			for (i = 0; i < ARRAY_SIZE(headrooms); i++) {
				build_v4(f, ihl, 0xb9, 0x4000, 64);
				check_4to6(test, f, shape, f->gre,
					   headrooms[i]);
				check_4to6(test, f, shape, f->gre + 3,
					   headrooms[i]);
			}
}

/* Each service class and ECN mark, and each hop limit. */
static void test_6to4_class_and_hops(struct kunit *test)
{
	struct rewrite_v6_test *f = test->priv;
	u32 i;

	for (i = 0; i <= 255; i++) {
		build_v6(f, i % CHAINS, i, 0xfffff, 255 - i);
		f->no_df = i & 1;
		check_6to4(test, f, SKB_CLONED, V6_LEN, 16);
	}
}

/* The fields that IPv6 has no place for do not matter: DF and others. */
static void test_4to6_tos_and_ttl(struct kunit *test)
{
	static const u16 frags[] = { 0, 0x4000, 0x8000, 0xc000 };
	struct rewrite_v6_test *f = test->priv;
	u32 i;

	for (i = 0; i <= 255; i++) {
		build_v4(f, 5, i, frags[i % ARRAY_SIZE(frags)], 255 - i);
		check_4to6(test, f, SKB_CLONED, f->gre, 16);
	}
}

/* The inner checksum may be left to the device, which is told where it starts. */
static void check_partial(struct kunit *test, struct rewrite_v6_test *f,
			  bool to_v6, u32 headroom)
{
	u32 start = f->gre + 8 + V4_LEN, len = to_v6 ? V6_LEN : V4_LEN;
	struct test_skb t = received(test, f, SKB_CLONED, start + 18,
				     to_v6 ? ETH_P_IP : ETH_P_IPV6);
	struct in6_addr saddr = addr_v6(new_saddr_v6);
	struct in6_addr daddr = addr_v6(new_daddr_v6);
	struct mgl_replacement r = { .gre = f->gre, .headroom = headroom };

	t.skb->ip_summed = CHECKSUM_PARTIAL;
	t.skb->csum_start = skb_headroom(t.skb) + start;
	t.skb->csum_offset = 16;
	if (to_v6)
		mgl_rewrite_4to6(t.skb, &saddr, &daddr, &r);
	else
		mgl_rewrite_6to4(t.skb, htonl(NEW_SADDR), htonl(NEW_DADDR),
				 &r);
	KUNIT_EXPECT_EQ(test, CHECKSUM_PARTIAL, (int)t.skb->ip_summed);
	KUNIT_EXPECT_EQ(test, (int)(len + start - f->gre),
			skb_checksum_start_offset(t.skb));
	test_skb_free(&t);
}

static void test_replace_keeps_partial_checksum(struct kunit *test)
{
	struct rewrite_v6_test *f = test->priv;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(headrooms); i++) {
		build_v6(f, 3, 0, 0, 64);
		check_partial(test, f, false, headrooms[i]);
		build_v4(f, 7, 0, 0x4000, 64);
		check_partial(test, f, true, headrooms[i]);
	}
}

static struct kunit_case rewrite_v6_cases[] = {
	KUNIT_CASE(test_rewrite_v6_header_only),
	KUNIT_CASE(test_rewrite_v6_keeps_class_and_label),
	KUNIT_CASE(test_rewrite_v6_every_hop_limit),
	KUNIT_CASE(test_rewrite_v6_source_in_packet),
	KUNIT_CASE(test_6to4_every_shape),
	KUNIT_CASE(test_4to6_every_shape),
	KUNIT_CASE(test_6to4_class_and_hops),
	KUNIT_CASE(test_4to6_tos_and_ttl),
	KUNIT_CASE(test_replace_keeps_partial_checksum),
	{}
};

static struct kunit_suite rewrite_v6_suite = {
	.name = "maglev_rewrite_v6",
	.init = rewrite_v6_init,
	.test_cases = rewrite_v6_cases,
};

kunit_test_suite(rewrite_v6_suite);
