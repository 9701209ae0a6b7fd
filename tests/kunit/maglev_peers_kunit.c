// SPDX-License-Identifier: GPL-2.0
/* Peers: which director owns a client's packets, and who is one. */
#include <kunit/test.h>
#include <linux/in6.h>
#include <linux/inetdevice.h>
#include <net/addrconf.h>
#include <net/net_namespace.h>
#include <net/route.h>

#include "backend.h"
#include "endpoint.h"
#include "flow.h"
#include "objects.h"
#include "peers.h"
#include "pool.h"
#include "report.h"
#include "selection.h"
#include "table.h"

/* run.sh gives the host these addresses. */
static const __be32 here_v4 = htonl(0xc6120001);
static const struct in6_addr here_v6 = { { .u6_addr8 = {
	0x20, 0x01, 0x0d, 0xb8, 0, 0x99, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 } } };

static void set_peers(struct kunit *test, struct mgl_pool *pool)
{
	struct mgl_net *mn = test->priv;

	mutex_lock(&mn->lock);
	mgl_peers_set(mn, pool);
	KUNIT_EXPECT_PTR_EQ(test, pool, mgl_peers_pool(mn));
	mutex_unlock(&mn->lock);
}

static int peers_init(struct kunit *test)
{
	int err = sel_init(test);

	if (!err)
		set_peers(test, sel_own);
	return err;
}

static void peers_exit(struct kunit *test)
{
	if (test->priv)
		set_peers(test, NULL);
	sel_exit(test);
}

static struct mgl_backend *owner_of(struct kunit *test,
				    const struct mgl_flow *flow)
{
	struct mgl_backend *b;

	rcu_read_lock();
	b = mgl_peers_owner(test->priv, flow);
	rcu_read_unlock();
	return b;
}

static struct mgl_backend *owner(struct kunit *test, u32 i)
{
	struct mgl_flow f = sel_flow(i, false);

	return owner_of(test, &f);
}

static bool has(struct kunit *test, struct mgl_addr addr)
{
	bool yes;

	rcu_read_lock();
	yes = mgl_peers_has(test->priv, &addr);
	rcu_read_unlock();
	return yes;
}

/* The slot of flow @i, without its ports. */
static struct mgl_slot slot(u32 i)
{
	struct mgl_flow f = sel_flow(i, false);
	struct mgl_slot s;

	f = mgl_flow_mask(&f, MAGLEV_AFFINITY_3TUPLE);
	rcu_read_lock();
	mgl_table_slot(sel_own, &f, &s);
	rcu_read_unlock();
	return s;
}

static void add_addr(struct kunit *test, struct mgl_addr addr)
{
	struct mgl_backend_spec item = { .addr = addr };
	struct mgl_backend_specs new = { .n = 1, .item = &item };
	struct mgl_net *mn = test->priv;

	mutex_lock(&mn->lock);
	if (test_add(mn, sel_own, &new))
		FAIL_ONCE(test, "cannot add a peer");
	mutex_unlock(&mn->lock);
}

static void test_peers_none(struct kunit *test)
{
	u32 i;

	for (i = 0; i < 2; i++) {
		/* None are configured; their pool is empty. */
		set_peers(test, i ? sel_other : NULL);
		KUNIT_EXPECT_NULL(test, owner(test, 1));
		KUNIT_EXPECT_FALSE(test, has(test, sel_addr(sel_own, 0)));
	}
}

static void test_peers_owner_by_3tuple(struct kunit *test)
{
	u32 i, owned[BACKENDS] = {};
	struct mgl_backend *b;
	struct mgl_flow f;

	for (i = 0; i < FLOWS; i++) {
		b = owner(test, i);
		KUNIT_ASSERT_NOT_NULL(test, b);
		if (b != slot(i).cur)
			FAIL_ONCE(test, "flow %u: not the slot's owner", i);
		owned[ntohl(b->endpoint->addr.w[3]) & (BACKENDS - 1)]++;
		f = sel_flow(i, true);
		f.sport = 0;
		f.dport = htons(443);
		if (owner_of(test, &f) != b)
			FAIL_ONCE(test, "flow %u: ports matter", i);
	}
	for (i = 0; i < BACKENDS; i++)
		KUNIT_EXPECT_GT(test, owned[i], 0);
}

/* Also while slots remember other owners, which flows of services follow. */
static void test_peers_owner_has_no_past(struct kunit *test)
{
	struct mgl_backend *before[FLOWS];
	u32 i, moved = 0;

	sel_settle(test);
	for (i = 0; i < FLOWS; i++)
		before[i] = owner(test, i);
	sel_reseed(test, 2);
	for (i = 0; i < FLOWS; i++) {
		struct mgl_slot s = slot(i);

		if (!s.left || s.prev != before[i])
			FAIL_ONCE(test, "slot %u does not remember", i);
		if (owner(test, i) != s.cur)
			FAIL_ONCE(test, "flow %u: not the owner", i);
		moved += s.cur != before[i];
	}
	KUNIT_EXPECT_GT(test, moved, FLOWS / 4);
}

static void test_peers_out_of_service(struct kunit *test)
{
	static const enum maglev_state states[] = {
		MAGLEV_STATE_DOWN, MAGLEV_STATE_DRAIN,
	};
	struct mgl_backend *b = sel_backend(test, sel_own, 1);
	u32 i, j;

	for (j = 0; j < ARRAY_SIZE(states); j++) {
		sel_set_state(test, 1, states[j]);
		for (i = 0; i < FLOWS; i++)
			if (!owner(test, i) || owner(test, i) == b)
				FAIL_ONCE(test, "state %u, flow %u", states[j], i);
		KUNIT_EXPECT_TRUE(test, has(test, sel_addr(sel_own, 1)));
	}
	sel_set_state(test, 1, MAGLEV_STATE_UP);
	for (i = 0; i < FLOWS && owner(test, i) != b; i++)
		;
	KUNIT_EXPECT_LT(test, i, FLOWS);
}

static void test_peers_without_weight(struct kunit *test)
{
	const struct mgl_backend_params params = { .has_weight = true };
	u32 i;

	for (i = 0; i < BACKENDS; i++)
		KUNIT_EXPECT_EQ(test, 0, sel_set(test, i, &params, NULL));
	for (i = 0; i < FLOWS; i++)
		if (owner(test, i))
			FAIL_ONCE(test, "flow %u has an owner", i);
	for (i = 0; i < BACKENDS; i++)
		if (!has(test, sel_addr(sel_own, i)))
			FAIL_ONCE(test, "peer %u is none", i);
}

static void test_peers_has_both_families(struct kunit *test)
{
	struct mgl_addr v6 = { .w = { htonl(0x20010db8), 0, 0, htonl(1) } };
	struct mgl_addr a;
	u32 i;

	for (i = 0; i < 3; i++) {
		add_addr(test, v6);
		v6.w[0] = htonl(ntohl(v6.w[0]) + 2);
	}
	for (i = 0; i < BACKENDS; i++)
		if (!has(test, sel_addr(sel_own, i)))
			FAIL_ONCE(test, "peer %u is none", i);
	KUNIT_EXPECT_FALSE(test, has(test, sel_addr(sel_own, BACKENDS)));
	KUNIT_EXPECT_FALSE(test, has(test, mgl_addr_v4(htonl(0x0a000000))));
	KUNIT_EXPECT_FALSE(test, has(test, mgl_addr_v4(0)));
	KUNIT_EXPECT_FALSE(test, has(test, (struct mgl_addr){}));
	for (i = 0; i < 7; i++) {
		a = v6;
		a.w[0] = htonl(0x20010db7 + i);
		if (has(test, a) != (i % 2))
			FAIL_ONCE(test, "IPv6 address %u", i);
		/* As the IPv4 address that it ends with. */
		a.w[3] = sel_addr(sel_own, 0).w[3];
		if (has(test, a))
			FAIL_ONCE(test, "IPv6 address %u by its end", i);
	}
	sel_del(test, sel_own, 0);
	KUNIT_EXPECT_FALSE(test, has(test, sel_addr(sel_own, 0)));
	KUNIT_EXPECT_TRUE(test, has(test, sel_addr(sel_own, 1)));
}

/* A director is one of its peers, and what it owns stays with it. */
static void owner_is_here(struct kunit *test, struct mgl_addr here)
{
	const struct mgl_addr other = { .w = { htonl(0x20010db8), 0, 0, 9 } };
	u32 i, mine = 0;

	add_addr(test, here);
	for (i = 0; i < FLOWS; i++) {
		struct mgl_slot s = slot(i);
		bool is_here = mgl_addr_equal(&s.cur->endpoint->addr, &here);

		if (owner(test, i) != (is_here ? NULL : s.cur))
			FAIL_ONCE(test, "flow %u, here: %u", i, is_here);
		mine += is_here;
	}
	KUNIT_EXPECT_GT(test, mine, 0);
	KUNIT_EXPECT_TRUE(test, has(test, here));
	KUNIT_EXPECT_FALSE(test, has(test, other));
}

static void test_peers_owner_is_here(struct kunit *test)
{
	if (inet_addr_type(&init_net, here_v4) != RTN_LOCAL)
		kunit_skip(test, "the host lacks the address");
	owner_is_here(test, mgl_addr_v4(here_v4));
}

static void test_peers_owner_is_here_v6(struct kunit *test)
{
	if (!ipv6_chk_addr(&init_net, &here_v6, NULL, 0))
		kunit_skip(test, "the host lacks the address");
	owner_is_here(test, mgl_addr_v6(&here_v6));
}

static void test_peers_pool_in_use(struct kunit *test)
{
	struct mgl_net *mn = test->priv;
	const struct mgl_ctx ctx = { .mn = mn };
	struct mgl_pool *pool;

	pool = sel_pool_new(mn, "third");
	KUNIT_ASSERT_FALSE(test, IS_ERR(pool));
	set_peers(test, pool);
	mutex_lock(&mn->lock);
	KUNIT_EXPECT_EQ(test, 0, mgl_peers_check(&ctx, NULL, NULL));
	KUNIT_EXPECT_EQ(test, 0, mgl_peers_check(&ctx, pool, NULL));
	pool->is_private = true;
	KUNIT_EXPECT_EQ(test, -EINVAL, mgl_peers_check(&ctx, pool, NULL));
	pool->is_private = false;
	KUNIT_EXPECT_EQ(test, -EBUSY, mgl_pool_delete(&ctx, pool, NULL));
	mutex_unlock(&mn->lock);
	set_peers(test, sel_own);
	mutex_lock(&mn->lock);
	KUNIT_EXPECT_EQ(test, 0, mgl_pool_delete(&ctx, pool, NULL));
	mutex_unlock(&mn->lock);
}

static struct kunit_case peers_cases[] = {
	KUNIT_CASE(test_peers_none),
	KUNIT_CASE(test_peers_owner_by_3tuple),
	KUNIT_CASE(test_peers_owner_has_no_past),
	KUNIT_CASE(test_peers_out_of_service),
	KUNIT_CASE(test_peers_without_weight),
	KUNIT_CASE(test_peers_has_both_families),
	KUNIT_CASE(test_peers_owner_is_here),
	KUNIT_CASE(test_peers_owner_is_here_v6),
	KUNIT_CASE(test_peers_pool_in_use),
	{}
};

static struct kunit_suite peers_suite = {
	.name = "maglev_peers",
	.init = peers_init,
	.exit = peers_exit,
	.test_cases = peers_cases,
};

kunit_test_suite(peers_suite);
