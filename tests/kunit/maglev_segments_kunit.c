// SPDX-License-Identifier: GPL-2.0
/*
 * Super-packets, as tunnels and GRO make them, on the way through mgl_forward(): they
 * stay one packet, and the kernel's segmentation makes the right ones of them.
 */
#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/if_ether.h>
#include <linux/netdevice.h>
#include <net/gso.h>

#include "report.h"
#include "sending.h"

#define V4_LEN 20
#define V6_LEN 40

/* What the output of IP and a device do with a packet too long for the wire. */
static struct sk_buff *segment(struct sk_buff *skb, netdev_features_t features)
{
	if (skb_cow_head(skb, ETH_HLEN))
		return ERR_PTR(-ENOMEM);
	eth_zero_addr(skb_push(skb, ETH_ALEN));
	eth_zero_addr(skb_push(skb, ETH_ALEN));
	__skb_push(skb, ETH_HLEN - 2 * ETH_ALEN);
	skb_reset_mac_header(skb);
	return skb_gso_segment(skb, features);
}

static const char *check_segments(struct sending *f, struct sk_buff *skb,
				  bool to_v6, netdev_features_t features)
{
	struct sk_buff *segs, *seg, *next;
	const char *error = NULL;
	u32 i = 0;

	f->dev->features = features;
	f->dev->hw_enc_features = features;
	segs = segment(skb, features);
	if (IS_ERR_OR_NULL(segs))
		return "not segmented";
	skb_list_walk_safe(segs, seg, next) {
		skb_mark_not_on_list(seg);
		if (!error)
			error = sending_check(f, seg, to_v6, i++);
		kfree_skb(seg);
	}
	return error ?: i == SENDING_SEGMENTS ? NULL : "another number of segments";
}

/* As a tunnel sends them, or as GRO makes them, which says nothing of the checksum. */
static void check_super(struct kunit *test, u32 i, enum skb_shape shape,
			bool gro)
{
	static const netdev_features_t features[] = {
		0, NETIF_F_SG, NETIF_F_SG | NETIF_F_HW_CSUM,
	};
	struct sending *f = test->priv;
	u32 j, to_v6;

	for (j = 0; j < 2 * ARRAY_SIZE(features); j++) {
		u32 rest, gso_type;
		struct test_skb t;
		const char *error;

		to_v6 = j & 1;
		sending_build(f, i, SENDING_SEGMENTS);
		t = super_skb(test, &f->s, shape);
		if (!gro && f->s.form.flags & GRE_CSUM_FLAG)
			skb_shinfo(t.skb)->gso_type ^= SKB_GSO_GRE |
						       SKB_GSO_GRE_CSUM;
		gso_type = skb_shinfo(t.skb)->gso_type;
		sending_note_pages(f, t.skb);
		rest = t.skb->data_len;
		if (sending_forward(f, t.skb, to_v6) != MGL_REASON_FORWARDED)
			FAIL_ONCE(test, "form %u: not forwarded", i);
		error = sending_check_pages(f, t.skb, 0);
		if (error || t.skb->data_len != rest)
			FAIL_ONCE(test, "form %u, shape %d: %s", i, shape,
				  error ?: "bytes were moved");
		/* Devices look for GRE there, extension headers or not. */
		if (skb_transport_offset(t.skb) != f->s.gre &&
		    f->s.form.v6 == to_v6)
			FAIL_ONCE(test, "form %u: transport header at %d", i,
				  skb_transport_offset(t.skb));
		if (!gro && skb_shinfo(t.skb)->gso_type != gso_type)
			FAIL_ONCE(test, "form %u: GSO type %#x", i,
				  skb_shinfo(t.skb)->gso_type);
		error = check_segments(f, t.skb, to_v6, features[j / 2]);
		if (error)
			FAIL_ONCE(test, "form %u, shape %d, to IPv%d, %u: %s", i,
				  shape, to_v6 ? 6 : 4, j / 2, error);
		if (t.clone && !test_skb_holds(t.clone, f->s.p.b, f->s.p.len))
			FAIL_ONCE(test, "shape %d: written through", shape);
		test_skb_free(&t);
	}
}

static void check_supers(struct kunit *test, bool gro)
{
	static const enum skb_shape shapes[] = {
		SKB_LINEAR, SKB_FRAGS, SKB_FRAG_LIST, SKB_CLONED,
	};
	u32 i, shape;

	for (i = 0; i < SENDING_FORMS; i++)
		for (shape = 0; shape < ARRAY_SIZE(shapes); shape++)
			check_super(test, i, shapes[shape], gro);
}

static void test_segments_of_tunnels(struct kunit *test)
{
	check_supers(test, false);
}

static void test_segments_of_gro(struct kunit *test)
{
	check_supers(test, true);
}

/* Lists of TCP packets are cut up by other code of the kernel, where it has that. */
static void test_segments_of_lists(struct kunit *test)
{
	static const netdev_features_t features[] = {
		NETIF_F_SG, NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HW_CSUM,
	};
	struct sending *f = test->priv;
	u32 i, j;

	for (i = 0; i < SENDING_LIST_FORMS; i++)
		for (j = 0; j < 2 * ARRAY_SIZE(features); j++) {
			struct test_skb t;
			const char *error;

			t = sending_build_list(test, i);
			if (sending_forward(f, t.skb, j & 1) != MGL_REASON_FORWARDED)
				FAIL_ONCE(test, "form %u: not forwarded", i);
			if (skb_inner_transport_header(t.skb) -
			    skb_inner_network_header(t.skb) !=
			    f->s.l4 - f->s.inner)
				FAIL_ONCE(test, "form %u: inner transport header",
					  i);
			error = check_segments(f, t.skb, j & 1, features[j / 2]);
			if (error)
				FAIL_ONCE(test, "form %u, to IPv%d, %u: %s", i,
					  j & 1 ? 6 : 4, j / 2, error);
			test_skb_free(&t);
		}
}

/* The last MTU that segments fit, and the first that they do not. */
static void check_fit(struct kunit *test, u32 i, bool to_v6, bool list)
{
	struct sending *f = test->priv;
	u32 mtu, less;

	for (less = 0; less <= 1; less++) {
		enum mgl_reason reason;
		struct test_skb t;

		sending_build(f, i, SENDING_SEGMENTS);
		mtu = f->s.data - f->s.gre + SUPER_MSS;
		mtu += f->s.form.v6 == to_v6 ? f->s.gre : to_v6 ? V6_LEN : V4_LEN;
		sending_mtu(f, mtu - less);
		t = list ? sending_build_list(test, i) :
			   super_skb(test, &f->s, SKB_FRAGS);
		reason = sending_forward(f, t.skb, to_v6);
		if (reason != (less ? MGL_REASON_TOO_BIG : MGL_REASON_FORWARDED))
			FAIL_ONCE(test, "form %u, to IPv%d, list %d, %u less: %d",
				  i, to_v6 ? 6 : 4, list, less, reason);
		test_skb_free(&t);
	}
}

static void test_segments_fit(struct kunit *test)
{
	u32 i;

	for (i = 0; i < SENDING_FORMS * 2; i++)
		check_fit(test, i / 2, i & 1, false);
	for (i = 0; i < SENDING_LIST_FORMS * 2; i++)
		check_fit(test, i / 2, i & 1, true);
}

/* Merged by the device: of what size the segments were, nobody knows. */
static void test_segments_of_lro(struct kunit *test)
{
	struct sending *f = test->priv;
	u32 i, to_v6;

	for (i = 0; i < SENDING_FORMS; i++)
		for (to_v6 = 0; to_v6 <= 1; to_v6++) {
			struct test_skb t;

			sending_build(f, i, SENDING_SEGMENTS);
			t = super_skb(test, &f->s, SKB_FRAGS);
			skb_shinfo(t.skb)->gso_type = 0;
			if (sending_forward(f, t.skb, to_v6) != MGL_REASON_LRO ||
			    f->sent)
				FAIL_ONCE(test, "form %u: not refused", i);
			if (!test_skb_holds(t.skb, f->s.p.b, f->s.p.len))
				FAIL_ONCE(test, "form %u: modified", i);
			test_skb_free(&t);
		}
}

static struct kunit_case segments_cases[] = {
	KUNIT_CASE(test_segments_of_tunnels),
	KUNIT_CASE(test_segments_of_gro),
	KUNIT_CASE(test_segments_of_lists),
	KUNIT_CASE(test_segments_fit),
	KUNIT_CASE(test_segments_of_lro),
	{}
};

static struct kunit_suite segments_suite = {
	.name = "maglev_segments",
	.init = sending_init,
	.exit = sending_exit,
	.test_cases = segments_cases,
};

kunit_test_suite(segments_suite);
