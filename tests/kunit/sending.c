// SPDX-License-Identifier: GPL-2.0
#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <net/dst_cache.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/route.h>
#include <uapi/linux/maglev.h>

#include "forward.h"
#include "objects.h"
#include "pmtu.h"
#include "sending.h"

static const u8 saddr_v4[4] = { 192, 0, 2, 99 };
static const u8 daddr_v4[4] = { 198, 18, 19, 5 };
static const u8 saddr_v6[16] = { 0x20, 1, 0x0d, 0xb8, 0, 1, [15] = 0x99 };
static const u8 daddr_v6[16] = { 0x20, 1, 0x0d, 0xb8, 0, 2, [15] = 5 };

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

void sending_mtu(struct sending *f, u32 mtu)
{
	f->dev->mtu = mtu;
	dst_metric_set(&f->route_v6->dst, RTAX_MTU, mtu);
}

int sending_init(struct kunit *test)
{
	struct sending *f;
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
	/* Whose segments, with the largest outer header, fit by far. */
	sending_mtu(f, 1500);
	return 0;
}

void sending_exit(struct kunit *test)
{
	struct sending *f = test->priv;

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

/* The route is cached per CPU. */
enum mgl_reason sending_forward(struct sending *f, struct sk_buff *skb,
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
	f->sent = sent;
	return reason;
}

static struct super_form form(u32 i, u32 segments)
{
	static const u16 flags[] = {
		0, GRE_KEY_FLAG, GRE_CSUM_FLAG, GRE_CSUM_FLAG | GRE_KEY_FLAG,
	};

	return (struct super_form){
		.v6 = i % 3 > 0,
		.options = i % 3 == 2,
		.inner_v6 = i / 3 & 1,
		.flags = flags[i / 6 % ARRAY_SIZE(flags)],
		.udp = i / 24 & 1,
		.segments = segments,
	};
}

void sending_build(struct sending *f, u32 i, u32 segments)
{
	const struct super_form kind = form(i, segments);

	super_build(&f->s, &kind);
}

struct test_skb sending_build_list(struct kunit *test, u32 i)
{
	struct super_form kind = form(i, SENDING_SEGMENTS);
	struct sending *f = test->priv;

	kind.list = true;
	super_build(&f->s, &kind);
	return super_list(test, &f->s);
}

/* The device that came with the packet sends it from the address that it had. */
static struct super_expect expected(const struct sending *f, bool to_v6,
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

const char *sending_check(struct sending *f, struct sk_buff *skb, bool to_v6,
			  u32 segment)
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

void sending_note_pages(struct sending *f, const struct sk_buff *skb)
{
	f->n_before = skb_shinfo(skb)->nr_frags;
	memcpy(f->before, skb_shinfo(skb)->frags,
	       f->n_before * sizeof(skb_frag_t));
}

const char *sending_check_pages(const struct sending *f,
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
