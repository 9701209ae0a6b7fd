// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP errors about forwarded packets, wherever they are cut and however they lie
 * in memory. What they change in routes and send to clients shows on the wire
 * only; here they are counted and notified.
 */
#include <kunit/test.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/notifier.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>

#include "backend.h"
#include "endpoint.h"
#include "objects.h"
#include "path_error.h"
#include "pmtu.h"
#include "pool.h"
#include "report.h"
#include "skb.h"
#include "stats.h"

#define QUOTED_LEN 1500
#define MTU 1400

/**
 * struct gre_header - a GRE header without options
 * @flags: flags and version
 * @proto: EtherType
 */
struct gre_header {
	__be16 flags;
	__be16 proto;
};

/**
 * struct error_v4 - an ICMP error from its IPv4 header on
 * @ip: its header
 * @icmp: destination unreachable
 * @outer: the quoted header
 * @gre: the GRE header
 * @inner: the inner header
 * @udp: the inner transport header
 * @data: what is behind
 */
struct error_v4 {
	struct iphdr ip;
	struct icmphdr icmp;
	struct iphdr outer;
	struct gre_header gre;
	struct iphdr inner;
	struct udphdr udp;
	u8 data[20];
} __packed;

/**
 * struct error_v6 - the same in IPv6, about IPv6 in IPv6
 * @ip: its header
 * @icmp: packet too big
 * @outer: the quoted header
 * @options: destination options, as Linux puts them in front of GRE
 * @gre: the GRE header
 * @inner: the inner header
 * @udp: the inner transport header
 * @data: what is behind
 */
struct error_v6 {
	struct ipv6hdr ip;
	struct icmp6hdr icmp;
	struct ipv6hdr outer;
	u8 options[8];
	struct gre_header gre;
	struct ipv6hdr inner;
	struct udphdr udp;
	u8 data[20];
} __packed;

static const char pool_name[] = "web";
static const __be32 local_v4 = htonl(0x0a630001);
static const __be32 backend_v4 = htonl(0x0a630002);
static const struct in6_addr local_v6 = { { .u6_addr8 = {
	0x20, 0x01, 0x0d, 0xb8, 0, 0x99, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 } } };
static const struct in6_addr backend_v6 = { { .u6_addr8 = {
	0x20, 0x01, 0x0d, 0xb8, 0, 0x99, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2 } } };

static void add(struct kunit *test, struct mgl_pool *pool,
		const struct mgl_addr *addr)
{
	struct mgl_backend_spec item = { .addr = *addr };
	struct mgl_backend_specs specs = { .n = 1, .item = &item };
	struct mgl_net *mn = test->priv;

	mutex_lock(&mn->lock);
	KUNIT_EXPECT_EQ(test, 0, test_add(mn, pool, &specs));
	mutex_unlock(&mn->lock);
}

static int path_error_init(struct kunit *test)
{
	const struct mgl_addr v4 = mgl_addr_v4(backend_v4);
	const struct mgl_addr v6 = mgl_addr_v6(&backend_v6);
	const struct mgl_pool_params params = {};
	struct mgl_pool *pool;
	struct mgl_net *mn;
	int err;

	err = test_net_init(test);
	if (err)
		return err;
	mn = test->priv;
	/* No host has these addresses, and there are no routes to them. */
	mn->net = &init_net;
	ratelimit_state_init(&mn->icmp_limit, HZ, 1000000);
	ratelimit_set_flags(&mn->icmp_limit, RATELIMIT_MSG_ON_RELEASE);
	mn->counters = mgl_counters_alloc();
	if (!mn->counters)
		return -ENOMEM;
	mutex_lock(&mn->lock);
	pool = mgl_pool_create(&(struct mgl_ctx){ .mn = mn }, pool_name, &params,
			       NULL);
	mutex_unlock(&mn->lock);
	if (IS_ERR(pool))
		return PTR_ERR(pool);
	add(test, pool, &v4);
	add(test, pool, &v6);
	return 0;
}

static void path_error_exit(struct kunit *test)
{
	struct mgl_net *mn = test->priv;

	if (!mn)
		return;
	mutex_lock(&mn->lock);
	mgl_pool_destroy(mn, mgl_pool_find(mn, pool_name));
	mutex_unlock(&mn->lock);
	free_percpu(mn->counters);
	test_net_exit(mn);
}

static void sum_v4(struct error_v4 *e, u32 len)
{
	e->icmp.checksum = 0;
	e->icmp.checksum = ip_compute_csum(&e->icmp, len - sizeof(e->ip));
}

static struct error_v4 make_v4(u8 code)
{
	struct error_v4 e = {
		.ip = {
			.version = 4,
			.ihl = 5,
			.protocol = IPPROTO_ICMP,
			.saddr = htonl(0x0a630003),
			.daddr = local_v4,
		},
		.icmp = {
			.type = ICMP_DEST_UNREACH,
			.code = code,
			.un.frag.mtu = htons(MTU),
		},
		.outer = {
			.version = 4,
			.ihl = 5,
			.tot_len = htons(QUOTED_LEN),
			.frag_off = htons(IP_DF),
			.protocol = IPPROTO_GRE,
			.saddr = local_v4,
			.daddr = backend_v4,
		},
		.gre.proto = htons(ETH_P_IP),
		.inner = {
			.version = 4,
			.ihl = 5,
			.tot_len = htons(QUOTED_LEN - 24),
			.frag_off = htons(IP_DF),
			.protocol = IPPROTO_UDP,
			.saddr = htonl(0x0a640001),
			.daddr = htonl(0x0a650001),
		},
	};

	sum_v4(&e, sizeof(e));
	return e;
}

static void sum_v6(struct error_v6 *e, u32 len)
{
	u32 n = len - sizeof(e->ip);

	e->icmp.icmp6_cksum = 0;
	e->icmp.icmp6_cksum = csum_ipv6_magic(&e->ip.saddr, &e->ip.daddr, n,
					      IPPROTO_ICMPV6,
					      csum_partial(&e->icmp, n, 0));
}

static struct error_v6 make_v6(void)
{
	struct error_v6 e = {
		.ip = {
			.version = 6,
			.nexthdr = IPPROTO_ICMPV6,
			.saddr = backend_v6,
			.daddr = local_v6,
		},
		.icmp = {
			.icmp6_type = ICMPV6_PKT_TOOBIG,
			.icmp6_mtu = htonl(MTU),
		},
		.outer = {
			.version = 6,
			.payload_len = htons(QUOTED_LEN - sizeof(e.outer)),
			.nexthdr = IPPROTO_DSTOPTS,
			.saddr = local_v6,
			.daddr = backend_v6,
		},
		.options = { IPPROTO_GRE, 0, 4, 1, 4, 1, 1, 0 },
		.gre.proto = htons(ETH_P_IPV6),
		.inner = {
			.version = 6,
			.payload_len = htons(QUOTED_LEN - sizeof(e.outer) - 12),
			.nexthdr = IPPROTO_UDP,
			.saddr = backend_v6,
			.daddr = local_v6,
		},
	};

	sum_v6(&e, sizeof(e));
	return e;
}

/* Bits of the events that have been counted since the last call. */
static u32 events(struct mgl_net *mn)
{
	struct mgl_counters_sum now = mgl_counters_read(mn->counters);
	u32 i, found = 0;

	for (i = 0; i < MGL_EVENT_MAX; i++)
		if (now.events[i] != mn->counters_base.events[i])
			found |= BIT(i);
	mn->counters_base = now;
	return found;
}

static void process(struct kunit *test, struct sk_buff *skb)
{
	struct mgl_net *mn = test->priv;

	skb_reset_network_header(skb);
	local_bh_disable();
	rcu_read_lock();
	if (((const u8 *)skb->data)[0] >> 4 == 4)
		mgl_path_error_v4(mn, skb);
#if IS_ENABLED(CONFIG_IPV6)
	else
		mgl_path_error_v6(mn, skb);
#endif
	rcu_read_unlock();
	local_bh_enable();
}

/* Events of an error that lies in memory so. It has to stay as it is. */
static u32 events_of(struct kunit *test, const void *bytes, u32 len,
		     enum skb_shape shape, u32 cut)
{
	struct test_skb t = test_skb_new(test, bytes, len, shape, cut);
	u32 found;

	process(test, t.skb);
	found = events(test->priv);
	if (!test_skb_holds(t.skb, bytes, len))
		FAIL_ONCE(test, "shape %d, cut at %u: modified", shape, cut);
	test_skb_free(&t);
	return found;
}

static void every_shape(struct kunit *test, const void *bytes, u32 len,
			u32 header)
{
	enum skb_shape shape;
	u32 cut, found;

	for (shape = 0; shape < SKB_SHAPES; shape++) {
		for (cut = header; cut <= len; cut++) {
			found = events_of(test, bytes, len, shape, cut);
			if (found != BIT(MGL_EVENT_PATH_MTU))
				FAIL_ONCE(test, "shape %d, cut at %u: %#x",
					  shape, cut, found);
		}
	}
}

static void test_path_error_shapes(struct kunit *test)
{
	struct error_v4 v4 = make_v4(ICMP_FRAG_NEEDED);
	struct error_v6 v6 = make_v6();

	every_shape(test, &v4, sizeof(v4), sizeof(v4.ip));
	if (IS_ENABLED(CONFIG_IPV6))
		every_shape(test, &v6, sizeof(v6), sizeof(v6.ip));
}

/* What is quoted up to and with the protocol is enough to note an MTU. */
static void test_path_error_truncated(struct kunit *test)
{
	u32 len, found, want;

	for (len = sizeof(struct iphdr); len <= sizeof(struct error_v4); len++) {
		struct error_v4 e = make_v4(ICMP_FRAG_NEEDED);

		sum_v4(&e, len);
		want = len < offsetof(struct error_v4, gre) ?
		       0 : BIT(MGL_EVENT_PATH_MTU);
		found = events_of(test, &e, len, SKB_LINEAR, len);
		if (found != want)
			FAIL_ONCE(test, "%u bytes of IPv4: %#x", len, found);
	}
	for (len = sizeof(struct ipv6hdr);
	     IS_ENABLED(CONFIG_IPV6) && len <= sizeof(struct error_v6); len++) {
		struct error_v6 e = make_v6();

		sum_v6(&e, len);
		want = len < offsetof(struct error_v6, gre) ?
		       0 : BIT(MGL_EVENT_PATH_MTU);
		found = events_of(test, &e, len, SKB_FRAGS, sizeof(e.ip));
		if (found != want)
			FAIL_ONCE(test, "%u bytes of IPv6: %#x", len, found);
	}
}

/* A bit that has flipped makes the checksum wrong, whatever it is of. */
static void every_bit(struct kunit *test, u8 *bytes, u32 len, u32 header)
{
	u32 bit, found;

	for (bit = header * 8; bit < len * 8; bit++) {
		bytes[bit / 8] ^= BIT(bit % 8);
		found = events_of(test, bytes, len, SKB_LINEAR, len);
		if (found & ~BIT(MGL_EVENT_PATH_REFUSED))
			FAIL_ONCE(test, "bit %u: %#x", bit, found);
		bytes[bit / 8] ^= BIT(bit % 8);
	}
}

static void test_path_error_corrupted(struct kunit *test)
{
	struct error_v4 v4 = make_v4(ICMP_FRAG_NEEDED);
	struct error_v6 v6 = make_v6();

	every_bit(test, (u8 *)&v4, sizeof(v4), sizeof(v4.ip));
	if (IS_ENABLED(CONFIG_IPV6))
		every_bit(test, (u8 *)&v6, sizeof(v6), sizeof(v6.ip));
}

/* Quotes of every length, and inner headers that lie about theirs. */
static void test_path_error_client_truncated(struct kunit *test)
{
	struct mgl_offsets at = {
		.gre = offsetof(struct error_v6, gre),
		.inner = offsetof(struct error_v6, inner),
		.inner_v6 = true,
	};
	struct error_v6 e = make_v6();
	struct mgl_net *mn = test->priv;
	u32 len, next;

	for (next = 0; next < 256; next++) {
		e.inner.nexthdr = next;
		memset(&e.udp, next, sizeof(e.udp) + sizeof(e.data));
		for (len = at.inner; len <= sizeof(e); len++) {
			struct test_skb t;

			t = test_skb_new(test, &e, len, SKB_FRAGS, at.gre);
			at.inner_v6 = !at.inner_v6;
			local_bh_disable();
			rcu_read_lock();
			mgl_pmtu_tell_client(mn, t.skb, &at, MTU);
			rcu_read_unlock();
			local_bh_enable();
			if (!test_skb_holds(t.skb, &e, len))
				FAIL_ONCE(test, "%u bytes: modified", len);
			test_skb_free(&t);
		}
	}
}

/**
 * struct watch - a notifier, and what it has been told
 * @nb: the notifier block
 * @mn: the instance that it is to be told of
 * @calls: number of notifications
 * @last: the last one
 */
struct watch {
	struct notifier_block nb;
	const struct mgl_net *mn;
	u32 calls;
	struct mgl_suspect last;
};

static int suspected(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct watch *w = container_of(nb, struct watch, nb);
	const struct mgl_suspect *s = ptr;

	/* Other instances are none of this test's. */
	if (s->mn != w->mn)
		return NOTIFY_DONE;
	w->calls++;
	w->last = *s;
	return NOTIFY_OK;
}

static void test_path_error_notified_once_a_second(struct kunit *test)
{
	const struct mgl_addr addr = mgl_addr_v4(backend_v4);
	struct error_v4 e = make_v4(ICMP_HOST_UNREACH);
	struct watch w = { .nb.notifier_call = suspected, .mn = test->priv };
	struct mgl_net *mn = test->priv;
	struct mgl_endpoint *ep;
	u32 i;

	mutex_lock(&mn->lock);
	ep = mgl_backend_find(mgl_pool_find(mn, pool_name), &addr)->endpoint;
	mutex_unlock(&mn->lock);
	KUNIT_ASSERT_EQ(test, 0, mgl_path_error_notifier_register(&w.nb));
	for (i = 1; i <= 100; i++) {
		/* No time passes, however slow this is. */
		if (ep->suspect_at)
			ep->suspect_at = jiffies ?: 1;
		if (events_of(test, &e, sizeof(e), SKB_LINEAR, sizeof(e)) !=
		    BIT(MGL_EVENT_PATH_UNREACHABLE))
			FAIL_ONCE(test, "error %u is not counted", i);
	}
	KUNIT_EXPECT_EQ(test, 1, w.calls);
	KUNIT_EXPECT_EQ(test, 1, w.last.unreachable);
	KUNIT_EXPECT_TRUE(test, mgl_addr_equal(&w.last.addr, &addr));
	KUNIT_EXPECT_EQ(test, 100, atomic_read(&ep->unreachable));

	ep->suspect_at = jiffies - HZ ?: 1;
	events_of(test, &e, sizeof(e), SKB_LINEAR, sizeof(e));
	KUNIT_EXPECT_EQ(test, 2, w.calls);
	KUNIT_EXPECT_EQ(test, 101, w.last.unreachable);
	mgl_path_error_notifier_unregister(&w.nb);
	ep->suspect_at = 0;
	events_of(test, &e, sizeof(e), SKB_LINEAR, sizeof(e));
	KUNIT_EXPECT_EQ(test, 2, w.calls);
}

static struct kunit_case path_error_cases[] = {
	KUNIT_CASE(test_path_error_shapes),
	KUNIT_CASE(test_path_error_truncated),
	KUNIT_CASE(test_path_error_corrupted),
	KUNIT_CASE(test_path_error_client_truncated),
	KUNIT_CASE(test_path_error_notified_once_a_second),
	{}
};

static struct kunit_suite path_error_suite = {
	.name = "maglev_path_error",
	.init = path_error_init,
	.exit = path_error_exit,
	.test_cases = path_error_cases,
};

kunit_test_suite(path_error_suite);
