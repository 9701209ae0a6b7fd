// SPDX-License-Identifier: GPL-2.0
/*
 * Packets in the forms that drivers give them, on the way through mgl_forward(): what
 * is paged stays where it is, and checksums stay true whoever is to compute them.
 */
#include <kunit/test.h>
#include <linux/if_ether.h>
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <net/ip6_fib.h>
#include <net/route.h>

#include "report.h"
#include "sending.h"

#define V4_LEN 20
#define V6_LEN 40

/* A shared buffer is not ours to write to: the stack unshares it before. */
static bool can_write(enum skb_shape shape)
{
	return shape != SKB_SHARED;
}

/*
 * With a linear part of @cut bytes. The outer header is in it, as reception leaves it;
 * to the other family what is in front of GRE is pulled as well, and nothing more.
 */
static void check_paged(struct kunit *test, bool to_v6, enum skb_shape shape,
			u32 cut)
{
	struct sending *f = test->priv;
	const struct super_form *form = &f->s.form;
	u32 needed = form->v6 == to_v6 ? 0 : f->s.gre;
	const struct skb_bytes bytes = {
		.bytes = f->s.p.b,
		.len = f->s.p.len,
		.cut = cut,
	};
	struct test_skb t = test_skb_steps(test, &bytes, shape, SUPER_MSS);
	u32 rest = t.skb->data_len;
	u32 pulled = rest ? max(needed, cut) - cut : 0;
	struct sk_buff *list = skb_shinfo(t.skb)->frag_list;
	const char *error;

	t.skb->protocol = htons(form->v6 ? ETH_P_IPV6 : ETH_P_IP);
	sending_note_pages(f, t.skb);
	if (sending_forward(f, t.skb, to_v6) != MGL_REASON_FORWARDED ||
	    f->sent != t.skb) {
		FAIL_ONCE(test, "shape %d: not forwarded", shape);
		return;
	}
	if (f->sent->data_len != rest - pulled)
		FAIL_ONCE(test, "shape %d, cut %u: %u bytes paged, not %u",
			  shape, cut, f->sent->data_len, rest - pulled);
	error = sending_check_pages(f, f->sent, pulled);
	if (error || (!pulled && shape != SKB_CLONED &&
		      skb_shinfo(f->sent)->frag_list != list))
		FAIL_ONCE(test, "shape %d, cut %u: %s", shape, cut,
			  error ?: "another list");
	if (t.clone && !test_skb_holds(t.clone, f->s.p.b, f->s.p.len))
		FAIL_ONCE(test, "shape %d: written through", shape);
	error = sending_check(f, f->sent, to_v6, 0);
	if (error)
		FAIL_ONCE(test, "shape %d, cut %u: %s", shape, cut, error);
	test_skb_free(&t);
}

static void test_offload_pages_stay(struct kunit *test)
{
	struct sending *f = test->priv;
	u32 i, to_v6, shape;

	for (i = 0; i < SENDING_FORMS; i++)
		for (to_v6 = 0; to_v6 <= 1; to_v6++)
			for (shape = 0; shape < SKB_SHAPES; shape++) {
				if (!can_write(shape))
					continue;
				sending_build(f, i, 1);
				super_checksums(&f->s);
				check_paged(test, to_v6, shape,
					    f->s.form.v6 ? V6_LEN : V4_LEN);
				check_paged(test, to_v6, shape, f->s.gre + 2);
				check_paged(test, to_v6, shape, f->s.data);
			}
}

/* The room that a device asks for is there, without a copy of what is paged. */
static void test_offload_headroom(struct kunit *test)
{
	struct sending *f = test->priv;
	u32 i, to_v6;

	f->dev->needed_headroom = 300;
	for (i = 0; i < SENDING_FORMS; i++)
		for (to_v6 = 0; to_v6 <= 1; to_v6++) {
			sending_build(f, i, 1);
			super_checksums(&f->s);
			check_paged(test, to_v6, SKB_FRAGS, f->s.data);
			check_paged(test, to_v6, SKB_CLONED, f->s.data);
		}
}

/* The device's sum over the packet that came is that of the packet that goes, or gone. */
static void test_offload_complete(struct kunit *test)
{
	struct sending *f = test->priv;
	u32 i, j, to_v6, local;

	for (i = 0; i < SENDING_FORMS * 4; i++) {
		enum mgl_reason reason;
		struct test_skb t;

		j = i / 4, to_v6 = i & 1, local = i >> 1 & 1;
		sending_build(f, j, 1);
		super_checksums(&f->s);
		t = super_skb(test, &f->s, SKB_FRAGS);
		t.skb->ip_summed = CHECKSUM_COMPLETE;
		t.skb->csum = skb_checksum(t.skb, 0, t.skb->len, 0);
		f->route_v4->rt_flags = local ? RTCF_LOCAL : 0;
		f->route_v6->rt6i_flags = local ? RTF_LOCAL : 0;
		reason = sending_forward(f, t.skb, to_v6);
		if (reason != (local && f->s.form.v6 == to_v6 ?
			       MGL_REASON_LOCAL : MGL_REASON_FORWARDED))
			FAIL_ONCE(test, "form %u: reason %d", j, reason);
		if (t.skb->ip_summed == CHECKSUM_COMPLETE &&
		    csum_fold(t.skb->csum) !=
		    csum_fold(skb_checksum(t.skb, 0, t.skb->len, 0)))
			FAIL_ONCE(test, "form %u, to IPv%d: sum of another packet",
				  j, to_v6 ? 6 : 4);
		if (t.skb->ip_summed == CHECKSUM_COMPLETE && !local)
			FAIL_ONCE(test, "form %u: sent with a sum", j);
		test_skb_free(&t);
	}
}

/* What the device has verified is in what stays. */
static void test_offload_unnecessary(struct kunit *test)
{
	struct sending *f = test->priv;
	u32 i, to_v6;

	for (i = 0; i < SENDING_FORMS; i++)
		for (to_v6 = 0; to_v6 <= 1; to_v6++) {
			struct test_skb t;
			const char *error;

			sending_build(f, i, 1);
			super_checksums(&f->s);
			t = super_skb(test, &f->s, SKB_FRAGS);
			t.skb->ip_summed = CHECKSUM_UNNECESSARY;
			t.skb->csum_level = 1;
			sending_forward(f, t.skb, to_v6);
			error = sending_check(f, t.skb, to_v6, 0);
			if (error || t.skb->csum_level != 1 ||
			    t.skb->ip_summed != CHECKSUM_UNNECESSARY)
				FAIL_ONCE(test, "form %u: %s", i,
					  error ?: "state");
			test_skb_free(&t);
		}
}

/*
 * What the device is to compute it finds: in the transport header, or in that of GRE,
 * if that has a checksum, for it covers the other one.
 */
static void check_partial(struct kunit *test, u32 i, bool to_v6)
{
	struct sending *f = test->priv;
	struct test_skb t;
	const char *error;
	bool in_gre;

	sending_build(f, i, 1);
	in_gre = f->s.form.flags & GRE_CSUM_FLAG;
	if (in_gre)
		super_checksums(&f->s);
	t = super_skb(test, &f->s, SKB_CLONED);
	if (in_gre) {
		t.skb->csum_start = skb_headroom(t.skb) + f->s.gre;
		t.skb->csum_offset = 4;
		/* The sum is to begin with nothing. */
		packet_set16(&f->s.p, f->s.gre + 4, 0);
		skb_store_bits(t.skb, f->s.gre + 4, f->s.p.b + f->s.gre + 4, 2);
	}
	sending_forward(f, t.skb, to_v6);
	if (t.skb->ip_summed != CHECKSUM_PARTIAL)
		FAIL_ONCE(test, "form %u: not left to the device", i);
	error = sending_check(f, t.skb, to_v6, 0);
	if (error)
		FAIL_ONCE(test, "form %u, to IPv%d: %s", i, to_v6 ? 6 : 4, error);
	test_skb_free(&t);
}

static void test_offload_partial(struct kunit *test)
{
	u32 i, to_v6;

	for (i = 0; i < SENDING_FORMS; i++)
		for (to_v6 = 0; to_v6 <= 1; to_v6++)
			check_partial(test, i, to_v6);
}

/* A tag of the link by which the packet came is none of the link by which it goes. */
static void test_offload_vlan(struct kunit *test)
{
	struct sending *f = test->priv;
	u32 i, to_v6;

	for (i = 0; i < SENDING_FORMS; i++)
		for (to_v6 = 0; to_v6 <= 1; to_v6++) {
			struct test_skb t;

			sending_build(f, i, SENDING_SEGMENTS);
			t = super_skb(test, &f->s, SKB_FRAGS);
			__vlan_hwaccel_put_tag(t.skb, htons(ETH_P_8021Q), 10);
			sending_forward(f, t.skb, to_v6);
			if (skb_vlan_tag_present(t.skb))
				FAIL_ONCE(test, "form %u: sent with a tag", i);
			test_skb_free(&t);
		}
}

/* Nor are those of the fragments of a packet that was reassembled. */
static void test_offload_vlan_fragments(struct kunit *test)
{
	struct sending *f = test->priv;
	struct sk_buff *fragment;
	u32 i, to_v6, n;

	for (i = 0; i < SENDING_LIST_FORMS; i++)
		for (to_v6 = 0; to_v6 <= 1; to_v6++) {
			struct test_skb t = sending_build_list(test, i);

			skb_walk_frags(t.skb, fragment)
				__vlan_hwaccel_put_tag(fragment,
						       htons(ETH_P_8021Q), 10);
			sending_forward(f, t.skb, to_v6);
			n = 0;
			skb_walk_frags(t.skb, fragment) {
				n++;
				if (skb_vlan_tag_present(fragment))
					FAIL_ONCE(test, "form %u: sent with a tag",
						  i);
			}
			if (!n)
				FAIL_ONCE(test, "form %u: no list", i);
			test_skb_free(&t);
		}
}

static struct kunit_case offload_cases[] = {
	KUNIT_CASE(test_offload_pages_stay),
	KUNIT_CASE(test_offload_headroom),
	KUNIT_CASE(test_offload_complete),
	KUNIT_CASE(test_offload_unnecessary),
	KUNIT_CASE(test_offload_partial),
	KUNIT_CASE(test_offload_vlan),
	KUNIT_CASE(test_offload_vlan_fragments),
	{}
};

static struct kunit_suite offload_suite = {
	.name = "maglev_offload",
	.init = sending_init,
	.exit = sending_exit,
	.test_cases = offload_cases,
};

kunit_test_suite(offload_suite);
