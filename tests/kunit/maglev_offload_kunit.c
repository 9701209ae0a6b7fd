// SPDX-License-Identifier: GPL-2.0
/*
 * Packets in the forms that drivers, GRO and tunnels give them, on the way through
 * mgl_forward(): what is paged stays where it is, checksums stay true whoever is to
 * compute them, and segmentation behind the director makes the right packets.
 */
#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/if_ether.h>
#include <linux/if_vlan.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/dst_cache.h>
#include <net/gso.h>
#include <net/ip.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/route.h>
#include <uapi/linux/maglev.h>

#include "endpoint.h"
#include "forward.h"
#include "objects.h"
#include "pmtu.h"
#include "report.h"
#include "super.h"

#define V4_LEN 20
#define V6_LEN 40
/* Whose segments, with the largest outer header, fit by far. */
#define MTU 1500
#define SEGMENTS 8

static const u8 saddr_v4[4] = { 192, 0, 2, 99 };
static const u8 daddr_v4[4] = { 198, 18, 19, 5 };
static const u8 saddr_v6[16] = { 0x20, 1, 0x0d, 0xb8, 0, 1, [15] = 0x99 };
static const u8 daddr_v6[16] = { 0x20, 1, 0x0d, 0xb8, 0, 2, [15] = 5 };

/**
 * struct offload_test - a route of each family that ends here
 * @mn: the instance
 * @ep: the backend, of either family
 * @dev: a device that is not registered
 * @route_v4: the route to a backend of IPv4
 * @route_v6: the route to one of IPv6
 * @s: the packet that comes
 * @before: how it lay in memory
 * @n_before: valid entries of @before
 * @flat: a packet that went, as flat bytes
 */
struct offload_test {
	struct mgl_net *mn;
	struct mgl_endpoint ep;
	struct net_device *dev;
	struct rtable *route_v4;
	struct rt6_info *route_v6;
	struct super s;
	skb_frag_t before[MAX_SKB_FRAGS];
	u32 n_before;
	u8 flat[PACKET_MAX];
};

/* What the last packet became: sent, or delivered. */
static struct sk_buff *sent;

static int capture_output(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	sent = skb;
	return 0;
}

static int capture_input(struct sk_buff *skb)
{
	sent = skb;
	return 0;
}

static void capture(struct dst_entry *dst)
{
	dst->output = capture_output;
	dst->input = capture_input;
	/* Valid for good. */
	dst->obsolete = DST_OBSOLETE_NONE;
}

/* The MTU of both routes. */
static void set_mtu(struct offload_test *f, u32 mtu)
{
	f->dev->mtu = mtu;
	dst_metric_set(&f->route_v6->dst, RTAX_MTU, mtu);
}

static int offload_init(struct kunit *test)
{
	struct offload_test *f;
	int err;

	f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	if (!f)
		return -ENOMEM;
	err = test_net_init(test);
	if (err)
		return err;
	f->mn = test->priv;
	test->priv = f;
	f->mn->net = &init_net;
	/* The router of a packet that is too big is none of this host's. */
	f->mn->pmtu = MAGLEV_PMTU_CLIENT;
	err = dst_cache_init(&f->ep.dst, GFP_KERNEL);
	if (err)
		return err;
	/* A route that is looked up in the same jiffy would count as older. */
	f->ep.dst.reset_ts = jiffies - 1;
	f->dev = alloc_etherdev(0);
	if (!f->dev)
		return -ENOMEM;
	f->route_v4 = rt_dst_alloc(f->dev, 0, RTN_UNICAST, true);
	f->route_v6 = ip6_dst_alloc(&init_net, f->dev, 0);
	if (!f->route_v4 || !f->route_v6)
		return -ENOMEM;
	capture(&f->route_v4->dst);
	capture(&f->route_v6->dst);
	set_mtu(f, MTU);
	return 0;
}

static void offload_exit(struct kunit *test)
{
	struct offload_test *f = test->priv;

	if (!f)
		return;
	dst_cache_destroy(&f->ep.dst);
	dst_release(&f->route_v4->dst);
	dst_release(&f->route_v6->dst);
	/* The routes hold the device. */
	rcu_barrier();
	free_netdev(f->dev);
	test_net_exit(f->mn);
}

/* Forwards @skb to a backend of a family. The route is cached per CPU. */
static enum mgl_reason forward(struct offload_test *f, struct sk_buff *skb,
			       bool to_v6)
{
	struct mgl_offsets at = {
		.gre = f->s.gre,
		.inner = f->s.inner,
		.inner_v6 = f->s.form.inner_v6,
		.csum = f->s.form.flags & GRE_CSUM_FLAG,
	};
	enum mgl_reason reason;

	sent = NULL;
	skb->dev = f->dev;
	local_bh_disable();
	rcu_read_lock();
	/* What is set counts as looked up since the last look. */
	dst_release(dst_cache_get(&f->ep.dst));
	if (to_v6) {
		f->ep.addr = mgl_addr_v6((const struct in6_addr *)daddr_v6);
		dst_cache_set_ip6(&f->ep.dst, &f->route_v6->dst,
				  (const struct in6_addr *)saddr_v6);
	} else {
		f->ep.addr = mgl_addr_v4(*(const __be32 *)daddr_v4);
		dst_cache_set_ip4(&f->ep.dst, &f->route_v4->dst,
				  *(const __be32 *)saddr_v4);
	}
	reason = mgl_forward(f->mn, skb, &f->ep, &at, NULL);
	rcu_read_unlock();
	local_bh_enable();
	return reason;
}

/* Every kind of outer and inner header, GRE flags among them, by number. */
#define FORMS 24

static struct super_form form(u32 i, u32 segments)
{
	static const u16 flags[] = {
		0, GRE_KEY_FLAG, GRE_CSUM_FLAG, GRE_CSUM_FLAG | GRE_KEY_FLAG,
	};
	return (struct super_form){
		.v6 = i % 3 > 0,
		.options = i % 3 == 2,
		.inner_v6 = i / 3 & 1,
		.flags = flags[i / 6],
		.segments = segments,
	};
}

static void build(struct offload_test *f, u32 i, u32 segments)
{
	const struct super_form kind = form(i, segments);

	super_build(&f->s, &kind);
}

static struct test_skb build_list(struct kunit *test, u32 i)
{
	struct super_form kind = form(i, SEGMENTS);
	struct offload_test *f = test->priv;

	kind.list = true;
	super_build(&f->s, &kind);
	return super_list(test, &f->s);
}

/* The device that came with the packet sends it from the address that it had. */
static struct super_expect expected(const struct offload_test *f, bool to_v6,
				    u32 segment)
{
	bool same = f->s.form.v6 == to_v6;

	return (struct super_expect){
		.v6 = to_v6,
		.saddr = same ? f->s.p.b + (to_v6 ? 24 : 16) :
				to_v6 ? saddr_v6 : saddr_v4,
		.daddr = to_v6 ? daddr_v6 : daddr_v4,
		.i = segment,
	};
}

/* Finishes what is left to the device, and checks the packet. */
static const char *check(struct offload_test *f, struct sk_buff *skb,
			 bool to_v6, u32 segment)
{
	const struct super_expect e = expected(f, to_v6, segment);

	if (skb->ip_summed == CHECKSUM_PARTIAL && skb_checksum_help(skb))
		return "checksum cannot be computed";
	if (skb->len - skb_network_offset(skb) > sizeof(f->flat))
		return "too long";
	skb_copy_bits(skb, skb_network_offset(skb), f->flat,
		      skb->len - skb_network_offset(skb));
	return super_check(&f->s, &e, f->flat,
			   skb->len - skb_network_offset(skb));
}

/* A shared buffer is not ours to write to: the stack unshares it before. */
static bool can_write(enum skb_shape shape)
{
	return shape != SKB_SHARED;
}

/* --- what is paged ------------------------------------------------------- */

static void note_pages(struct offload_test *f, const struct sk_buff *skb)
{
	f->n_before = skb_shinfo(skb)->nr_frags;
	memcpy(f->before, skb_shinfo(skb)->frags,
	       f->n_before * sizeof(skb_frag_t));
}

/* Pages and lists are those that came, but for @pulled bytes at their start. */
static const char *check_pages(const struct offload_test *f,
			       const struct sk_buff *skb, u32 pulled)
{
	const struct skb_shared_info *info = skb_shinfo(skb);
	const skb_frag_t *frag = f->before;
	u32 n = f->n_before, i;

	for (; n && pulled >= skb_frag_size(frag); n--, frag++)
		pulled -= skb_frag_size(frag);
	if (info->nr_frags != n)
		return "another number of pages";
	for (i = 0; i < n; i++, frag++, pulled = 0)
		if (skb_frag_page(&info->frags[i]) != skb_frag_page(frag) ||
		    skb_frag_off(&info->frags[i]) !=
		    skb_frag_off(frag) + pulled ||
		    skb_frag_size(&info->frags[i]) !=
		    skb_frag_size(frag) - pulled)
			return "another page";
	return NULL;
}

/*
 * With a linear part of @cut bytes. The outer header is in it, as reception leaves it;
 * to the other family what is in front of GRE is pulled as well, and nothing more.
 */
static void check_paged(struct kunit *test, bool to_v6, enum skb_shape shape,
			u32 cut)
{
	struct offload_test *f = test->priv;
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
	note_pages(f, t.skb);
	if (forward(f, t.skb, to_v6) != MGL_REASON_FORWARDED || sent != t.skb) {
		FAIL_ONCE(test, "shape %d: not forwarded", shape);
		return;
	}
	if (sent->data_len != rest - pulled)
		FAIL_ONCE(test, "shape %d, cut %u: %u bytes paged, not %u",
			  shape, cut, sent->data_len, rest - pulled);
	error = check_pages(f, sent, pulled);
	if (error || (!pulled && shape != SKB_CLONED &&
		      skb_shinfo(sent)->frag_list != list))
		FAIL_ONCE(test, "shape %d, cut %u: %s", shape, cut,
			  error ?: "another list");
	if (t.clone && !test_skb_holds(t.clone, f->s.p.b, f->s.p.len))
		FAIL_ONCE(test, "shape %d: written through", shape);
	error = check(f, sent, to_v6, 0);
	if (error)
		FAIL_ONCE(test, "shape %d, cut %u: %s", shape, cut, error);
	test_skb_free(&t);
}

static void test_offload_pages_stay(struct kunit *test)
{
	struct offload_test *f = test->priv;
	u32 i, to_v6, shape;

	for (i = 0; i < FORMS; i++)
		for (to_v6 = 0; to_v6 <= 1; to_v6++)
			for (shape = 0; shape < SKB_SHAPES; shape++) {
				if (!can_write(shape))
					continue;
				build(f, i, 1);
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
	struct offload_test *f = test->priv;
	u32 i, to_v6;

	f->dev->needed_headroom = 300;
	for (i = 0; i < FORMS; i++)
		for (to_v6 = 0; to_v6 <= 1; to_v6++) {
			build(f, i, 1);
			super_checksums(&f->s);
			check_paged(test, to_v6, SKB_FRAGS, f->s.data);
			check_paged(test, to_v6, SKB_CLONED, f->s.data);
		}
}

/* --- checksums ----------------------------------------------------------- */

/* The device's sum over the packet that came is that of the packet that goes, or gone. */
static void test_offload_complete(struct kunit *test)
{
	struct offload_test *f = test->priv;
	u32 i, j, to_v6, local;

	for (i = 0; i < FORMS * 4; i++) {
		enum mgl_reason reason;
		struct test_skb t;

		j = i / 4, to_v6 = i & 1, local = i >> 1 & 1;
		build(f, j, 1);
		super_checksums(&f->s);
		t = super_skb(test, &f->s, SKB_FRAGS);
		t.skb->ip_summed = CHECKSUM_COMPLETE;
		t.skb->csum = skb_checksum(t.skb, 0, t.skb->len, 0);
		f->route_v4->rt_flags = local ? RTCF_LOCAL : 0;
		f->route_v6->rt6i_flags = local ? RTF_LOCAL : 0;
		reason = forward(f, t.skb, to_v6);
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
	struct offload_test *f = test->priv;
	u32 i, to_v6;

	for (i = 0; i < FORMS; i++)
		for (to_v6 = 0; to_v6 <= 1; to_v6++) {
			struct test_skb t;
			const char *error;

			build(f, i, 1);
			super_checksums(&f->s);
			t = super_skb(test, &f->s, SKB_FRAGS);
			t.skb->ip_summed = CHECKSUM_UNNECESSARY;
			t.skb->csum_level = 1;
			forward(f, t.skb, to_v6);
			error = check(f, t.skb, to_v6, 0);
			if (error || t.skb->csum_level != 1 ||
			    t.skb->ip_summed != CHECKSUM_UNNECESSARY)
				FAIL_ONCE(test, "form %u: %s", i,
					  error ?: "state");
			test_skb_free(&t);
		}
}

/* What the device is to compute it finds: in TCP, or in the GRE header. */
static void check_partial(struct kunit *test, u32 i, bool to_v6, bool in_gre)
{
	struct offload_test *f = test->priv;
	struct test_skb t;
	const char *error;

	build(f, i, 1);
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
	forward(f, t.skb, to_v6);
	if (t.skb->ip_summed != CHECKSUM_PARTIAL)
		FAIL_ONCE(test, "form %u: not left to the device", i);
	error = check(f, t.skb, to_v6, 0);
	if (error)
		FAIL_ONCE(test, "form %u, to IPv%d: %s", i, to_v6 ? 6 : 4, error);
	test_skb_free(&t);
}

static void test_offload_partial(struct kunit *test)
{
	u32 i, to_v6;

	for (i = 0; i < FORMS; i++)
		for (to_v6 = 0; to_v6 <= 1; to_v6++) {
			/* Without a GRE checksum, which covers that of TCP. */
			if (i < FORMS / 2)
				check_partial(test, i, to_v6, false);
			else
				check_partial(test, i, to_v6, true);
		}
}

/* --- segments ------------------------------------------------------------ */

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

static const char *check_segments(struct offload_test *f, struct sk_buff *skb,
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
			error = check(f, seg, to_v6, i++);
		kfree_skb(seg);
	}
	return error ?: i == SEGMENTS ? NULL : "another number of segments";
}

/* As a tunnel sends them, or as GRO makes them, which says nothing of the checksum. */
static void check_super(struct kunit *test, u32 i, enum skb_shape shape,
			bool gro)
{
	static const netdev_features_t features[] = {
		0, NETIF_F_SG, NETIF_F_SG | NETIF_F_HW_CSUM,
	};
	struct offload_test *f = test->priv;
	u32 j, to_v6;

	for (j = 0; j < 2 * ARRAY_SIZE(features); j++) {
		u32 rest, gso_type;
		struct test_skb t;
		const char *error;

		to_v6 = j & 1;
		build(f, i, SEGMENTS);
		t = super_skb(test, &f->s, shape);
		if (!gro && f->s.form.flags & GRE_CSUM_FLAG)
			skb_shinfo(t.skb)->gso_type ^= SKB_GSO_GRE |
						       SKB_GSO_GRE_CSUM;
		gso_type = skb_shinfo(t.skb)->gso_type;
		note_pages(f, t.skb);
		rest = t.skb->data_len;
		if (forward(f, t.skb, to_v6) != MGL_REASON_FORWARDED)
			FAIL_ONCE(test, "form %u: not forwarded", i);
		error = check_pages(f, t.skb, 0);
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

	for (i = 0; i < FORMS; i++)
		for (shape = 0; shape < ARRAY_SIZE(shapes); shape++)
			check_super(test, i, shapes[shape], gro);
}

static void test_offload_segments_of_tunnels(struct kunit *test)
{
	check_supers(test, false);
}

static void test_offload_segments_of_gro(struct kunit *test)
{
	check_supers(test, true);
}

/* Lists of TCP packets are cut up by other code of the kernel, where it has that. */
static void test_offload_segments_of_lists(struct kunit *test)
{
	static const netdev_features_t features[] = {
		NETIF_F_SG, NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HW_CSUM,
	};
	struct offload_test *f = test->priv;
	u32 i, j;

	for (i = 0; i < FORMS; i++)
		for (j = 0; j < 2 * ARRAY_SIZE(features); j++) {
			struct test_skb t;
			const char *error;

			t = build_list(test, i);
			if (forward(f, t.skb, j & 1) != MGL_REASON_FORWARDED)
				FAIL_ONCE(test, "form %u: not forwarded", i);
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
	struct offload_test *f = test->priv;
	u32 mtu, less;

	for (less = 0; less <= 1; less++) {
		enum mgl_reason reason;
		struct test_skb t;

		build(f, i, SEGMENTS);
		mtu = f->s.data - f->s.gre + SUPER_MSS;
		mtu += f->s.form.v6 == to_v6 ? f->s.gre : to_v6 ? V6_LEN : V4_LEN;
		set_mtu(f, mtu - less);
		t = list ? build_list(test, i) :
			   super_skb(test, &f->s, SKB_FRAGS);
		reason = forward(f, t.skb, to_v6);
		if (reason != (less ? MGL_REASON_TOO_BIG : MGL_REASON_FORWARDED))
			FAIL_ONCE(test, "form %u, to IPv%d, list %d, %u less: %d",
				  i, to_v6 ? 6 : 4, list, less, reason);
		test_skb_free(&t);
	}
}

static void test_offload_segments_fit(struct kunit *test)
{
	u32 i;

	for (i = 0; i < FORMS * 4; i++)
		check_fit(test, i / 4, i & 1, i & 2);
}

/* A tag of the link by which the packet came is none of the link by which it goes. */
static void test_offload_vlan(struct kunit *test)
{
	struct offload_test *f = test->priv;
	u32 i, to_v6;

	for (i = 0; i < FORMS; i++)
		for (to_v6 = 0; to_v6 <= 1; to_v6++) {
			struct test_skb t;

			build(f, i, SEGMENTS);
			t = super_skb(test, &f->s, SKB_FRAGS);
			__vlan_hwaccel_put_tag(t.skb, htons(ETH_P_8021Q), 10);
			forward(f, t.skb, to_v6);
			if (skb_vlan_tag_present(t.skb))
				FAIL_ONCE(test, "form %u: sent with a tag", i);
			test_skb_free(&t);
		}
}

/* Merged by the device: of what size the segments were, nobody knows. */
static void test_offload_lro(struct kunit *test)
{
	struct offload_test *f = test->priv;
	u32 i, to_v6;

	for (i = 0; i < FORMS; i++)
		for (to_v6 = 0; to_v6 <= 1; to_v6++) {
			struct test_skb t;

			build(f, i, SEGMENTS);
			t = super_skb(test, &f->s, SKB_FRAGS);
			skb_shinfo(t.skb)->gso_type = 0;
			if (forward(f, t.skb, to_v6) != MGL_REASON_LRO || sent)
				FAIL_ONCE(test, "form %u: not refused", i);
			if (!test_skb_holds(t.skb, f->s.p.b, f->s.p.len))
				FAIL_ONCE(test, "form %u: modified", i);
			test_skb_free(&t);
		}
}

static struct kunit_case offload_cases[] = {
	KUNIT_CASE(test_offload_pages_stay),
	KUNIT_CASE(test_offload_headroom),
	KUNIT_CASE(test_offload_complete),
	KUNIT_CASE(test_offload_unnecessary),
	KUNIT_CASE(test_offload_partial),
	KUNIT_CASE(test_offload_segments_of_tunnels),
	KUNIT_CASE(test_offload_segments_of_gro),
	KUNIT_CASE(test_offload_segments_of_lists),
	KUNIT_CASE(test_offload_segments_fit),
	KUNIT_CASE(test_offload_vlan),
	KUNIT_CASE(test_offload_lro),
	{}
};

static struct kunit_suite offload_suite = {
	.name = "maglev_offload",
	.init = offload_init,
	.exit = offload_exit,
	.test_cases = offload_cases,
};

kunit_test_suite(offload_suite);
