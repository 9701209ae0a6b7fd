// SPDX-License-Identifier: GPL-2.0
/*
 * Reassembly of outer fragments: the packet that comes out, and that the queues
 * are apart from those of the stack and of connection tracking.
 */
#include <kunit/test.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/ipv6_frag.h>
#include <net/net_namespace.h>
#include <net/netfilter/ipv6/nf_defrag_ipv6.h>

#include "defrag.h"
#include "packet.h"
#include "packet_skb.h"
#include "report.h"
#include "skb.h"

/* Bytes behind the header in all fragments but the last, of which there are three. */
#define PIECE 64
#define PIECES 3

/* A packet from its outer header on, without a fragment header. */
struct defrag_test {
	struct packet whole;
	struct packet fragment;
	u16 ident;
	bool v6;
};

static int defrag_init(struct kunit *test)
{
	test->priv = kunit_kzalloc(test, sizeof(struct defrag_test), GFP_KERNEL);
	return test->priv ? 0 : -ENOMEM;
}

static u32 header_len(const struct defrag_test *f)
{
	return f->v6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
}

/* Each test has an identification of its own, or more. */
static void build(struct defrag_test *f, bool v6, u16 ident)
{
	const u16 payload = 4 + 46 + 100;
	struct packet *p = &f->whole;

	p->len = 0;
	f->v6 = v6;
	f->ident = ident;
	if (v6)
		packet_ipv6(p, IPPROTO_GRE, payload);
	else
		packet_ipv4(p, 5, IPPROTO_GRE, payload);
	packet_gre(p, 0, ETH_P_IP);
	packet_inner(p, IPPROTO_UDP, payload - 4 - 28);
	packet_set_length(p, 0);
	if (v6)
		return;
	packet_set16(p, 4, ident);
	packet_set16(p, 6, 0);
	packet_set16(p, 10, packet_sum_v4(p->b, sizeof(struct iphdr)));
}

/* The bytes from @from up to @to behind the outer header, in a fragment. */
static struct sk_buff *cut(struct kunit *test, u32 from, u32 to)
{
	struct defrag_test *f = test->priv;
	u32 header = header_len(f), more = header + to < f->whole.len, i;
	struct packet *p = &f->fragment;
	struct sk_buff *skb;

	p->len = 0;
	for (i = 0; i < header; i++)
		packet_8(p, f->whole.b[i]);
	if (f->v6) {
		p->b[6] = IPPROTO_FRAGMENT;
		packet_8(p, IPPROTO_GRE);
		packet_8(p, 0);
		packet_16(p, from | more);
		packet_32(p, f->ident);
	}
	for (i = from; i < to; i++)
		packet_8(p, f->whole.b[header + i]);
	packet_set_length(p, 0);
	if (!f->v6) {
		packet_set16(p, 6, more << 13 | from / 8);
		packet_set16(p, 10, packet_sum_v4(p->b, header));
	}
	skb = test_skb_new(test, p->b, p->len, SKB_LINEAR, 0).skb;
	skb->dev = init_net.loopback_dev;
	skb->protocol = htons(f->v6 ? ETH_P_IPV6 : ETH_P_IP);
	skb_set_transport_header(skb, header);
	return skb;
}

static struct sk_buff *piece(struct kunit *test, u32 n)
{
	struct defrag_test *f = test->priv;
	u32 end = f->whole.len - header_len(f);

	return cut(test, n * PIECE, n + 1 < PIECES ? (n + 1) * PIECE : end);
}

static enum mgl_reason defrag(struct kunit *test, struct sk_buff *skb)
{
	struct defrag_test *f = test->priv;
	enum mgl_reason reason;

	rcu_read_lock_bh();
	reason = f->v6 ? mgl_defrag_v6(&init_net, skb) :
			 mgl_defrag_v4(&init_net, skb);
	rcu_read_unlock_bh();
	return reason;
}

/* Reassembles as another user: the stack, or in IPv6 connection tracking. */
static int defrag_other(struct kunit *test, struct sk_buff *skb)
{
	struct defrag_test *f = test->priv;
	int err;

	rcu_read_lock_bh();
	err = f->v6 ?
	      nf_ct_frag6_gather(&init_net, skb, IP6_DEFRAG_CONNTRACK_IN) :
	      ip_defrag(&init_net, skb, IP_DEFRAG_LOCAL_DELIVER);
	rcu_read_unlock_bh();
	return err;
}

/* The buffer is the whole packet, for parsers and for the IP output. */
static void check_whole(struct kunit *test, struct sk_buff *skb)
{
	struct defrag_test *f = test->priv;
	struct mgl_packet packet = mgl_packet_skb(skb);
	u32 header = header_len(f), i;
	u32 largest = header + PIECE + (f->v6 ? sizeof(struct frag_hdr) : 0);
	const u8 *byte;
	u8 _byte;

	if (!test_skb_holds(skb, f->whole.b, f->whole.len))
		FAIL_ONCE(test, "not the bytes of the packet");
	KUNIT_EXPECT_PTR_EQ(test, skb_network_header(skb), skb->data);
	for (i = 0; i < f->whole.len; i++) {
		byte = mgl_packet_read(&packet, i, 1, &_byte);
		if (!byte || *byte != f->whole.b[i])
			FAIL_ONCE(test, "byte %u is read wrongly", i);
	}
	if (mgl_packet_read(&packet, f->whole.len, 1, &_byte))
		FAIL_ONCE(test, "something is read behind the end");
	KUNIT_EXPECT_EQ(test, (u32)skb->ignore_df, 1U);
	KUNIT_EXPECT_EQ(test, largest, f->v6 ? IP6CB(skb)->frag_max_size + 0U :
					       IPCB(skb)->frag_max_size + 0U);
}

static void test_defrag_any_order(struct kunit *test)
{
	static const u8 orders[][PIECES] = {
		{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
		{ 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 },
	};
	struct defrag_test *f = test->priv;
	enum mgl_reason reason;
	struct sk_buff *skb;
	u32 i, n;

	for (i = 0; i < 2 * ARRAY_SIZE(orders); i++) {
		build(f, i & 1, 100 + i);
		for (n = 0; n < PIECES; n++) {
			skb = piece(test, orders[i / 2][n]);
			reason = defrag(test, skb);
			if (reason != (n + 1 < PIECES ? MGL_REASON_OUTER_HELD :
							MGL_REASON_NONE))
				FAIL_ONCE(test, "IPv%d, order %u: reason %d",
					  f->v6 ? 6 : 4, i / 2, reason);
		}
		check_whole(test, skb);
		kfree_skb(skb);
	}
}

/* The same packet, fragment by fragment in turn, for two users. */
static void test_defrag_users_apart(struct kunit *test)
{
	struct defrag_test *f = test->priv;
	struct sk_buff *ours, *theirs;
	u32 family, n;

	for (family = 0; family < 2; family++) {
		build(f, family, 200);
		for (n = 0; n < PIECES; n++) {
			ours = piece(test, PIECES - 1 - n);
			KUNIT_ASSERT_EQ(test, (int)defrag(test, ours),
					n + 1 < PIECES ?
					(int)MGL_REASON_OUTER_HELD :
					(int)MGL_REASON_NONE);
			theirs = piece(test, n);
			KUNIT_ASSERT_EQ(test, defrag_other(test, theirs),
					n + 1 < PIECES ? -EINPROGRESS : 0);
		}
		check_whole(test, ours);
		if (!test_skb_holds(theirs, f->whole.b, f->whole.len))
			FAIL_ONCE(test, "not the packet of the other user");
		kfree_skb(ours);
		kfree_skb(theirs);
	}
}

/* An overlap frees what has come (RFC 5722), and the packet may come again. */
static void test_defrag_overlap(struct kunit *test)
{
	struct defrag_test *f = test->priv;
	struct sk_buff *skb;
	u32 family, n;

	for (family = 0; family < 2; family++) {
		build(f, family, 300);
		KUNIT_EXPECT_EQ(test, (int)MGL_REASON_OUTER_HELD,
				(int)defrag(test, piece(test, 0)));
		KUNIT_EXPECT_EQ(test, (int)MGL_REASON_OUTER_REASSEMBLY,
				(int)defrag(test, cut(test, PIECE - 8,
						      2 * PIECE)));
		for (n = 0; n < PIECES; n++) {
			skb = piece(test, n);
			KUNIT_ASSERT_EQ(test, (int)defrag(test, skb),
					n + 1 < PIECES ?
					(int)MGL_REASON_OUTER_HELD :
					(int)MGL_REASON_NONE);
		}
		check_whole(test, skb);
		kfree_skb(skb);
	}
}

/* The stack has to answer one whose length is not a multiple of 8. */
static void test_defrag_malformed_v6(struct kunit *test)
{
	struct defrag_test *f = test->priv;
	struct sk_buff *skb;

	build(f, true, 400);
	skb = cut(test, 0, PIECE - 1);
	KUNIT_ASSERT_EQ(test, (int)MGL_REASON_NONE, (int)defrag(test, skb));
	if (!test_skb_holds(skb, f->fragment.b, f->fragment.len))
		FAIL_ONCE(test, "not as it was");
	kfree_skb(skb);
}

static struct kunit_case defrag_cases[] = {
	KUNIT_CASE(test_defrag_any_order),
	KUNIT_CASE(test_defrag_users_apart),
	KUNIT_CASE(test_defrag_overlap),
	KUNIT_CASE(test_defrag_malformed_v6),
	{}
};

static struct kunit_suite defrag_suite = {
	.name = "maglev_defrag",
	.init = defrag_init,
	.test_cases = defrag_cases,
};

kunit_test_suite(defrag_suite);
