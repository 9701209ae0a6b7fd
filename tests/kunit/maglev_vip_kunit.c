// SPDX-License-Identifier: GPL-2.0
/* Lookup of the service by inner destination, protocol and port. */
#include <kunit/test.h>
#include <linux/in.h>

#include "objects.h"
#include "report.h"
#include "service.h"
#include "vip.h"

#define VIP 0xcb007109	/* 203.0.113.9 */

static struct mgl_addr vip_addr(u32 n)
{
	return mgl_addr_v4(htonl(VIP + n));
}

static int vip_init(struct kunit *test)
{
	return test_net_init(test);
}

static void vip_exit(struct kunit *test)
{
	struct mgl_net *mn = test->priv;
	u32 n;

	if (!mn)
		return;
	mutex_lock(&mn->lock);
	for (n = 0; n < 3; n++) {
		struct mgl_addr addr = vip_addr(n);

		mgl_vip_remove(mn, &addr);
	}
	mutex_unlock(&mn->lock);
	test_net_exit(mn);
}

/* Ports 0 to 65535 are every port, as in struct mgl_service_id. */
static struct mgl_service *service(struct kunit *test, u32 vip, u8 proto,
				   u16 first, u16 last)
{
	struct mgl_service *svc;

	svc = kunit_kzalloc(test, sizeof(*svc), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, svc);
	svc->id = (struct mgl_service_id){
		.vip = vip_addr(vip),
		.proto = proto,
		.first = first,
		.last = last,
	};
	return svc;
}

static int listen(struct kunit *test, struct mgl_service *svc)
{
	struct mgl_net *mn = test->priv;
	int err;

	mutex_lock(&mn->lock);
	err = mgl_vip_listen(mn, svc);
	mutex_unlock(&mn->lock);
	return err;
}

static int unlisten(struct kunit *test, struct mgl_service *svc)
{
	struct mgl_net *mn = test->priv;
	int err;

	mutex_lock(&mn->lock);
	err = mgl_vip_unlisten(mn, svc);
	mutex_unlock(&mn->lock);
	return err;
}

static struct mgl_service *add(struct kunit *test, u32 vip, u8 proto,
			       u16 first, u16 last)
{
	struct mgl_service *svc = service(test, vip, proto, first, last);

	KUNIT_EXPECT_EQ(test, 0, listen(test, svc));
	return svc;
}

static struct mgl_service *find_addr(struct kunit *test,
				     const struct mgl_addr *addr, u8 proto,
				     u16 port)
{
	struct mgl_service *svc = NULL;
	struct mgl_vip *v;

	rcu_read_lock();
	v = mgl_vip_find(test->priv, addr);
	if (v)
		svc = mgl_vip_listener(v, proto, htons(port));
	rcu_read_unlock();
	return svc;
}

static struct mgl_service *find(struct kunit *test, u32 vip, u8 proto, u16 port)
{
	struct mgl_addr addr = vip_addr(vip);

	return find_addr(test, &addr, proto, port);
}

static void expect_finds(struct kunit *test, struct mgl_service *want, u32 vip,
			 u8 proto, u16 port)
{
	if (find(test, vip, proto, port) != want)
		FAIL_ONCE(test, "VIP %u, protocol %u, port %u", vip, proto,
			  port);
}

static void test_vip_exact_before_range_before_any(struct kunit *test)
{
	struct mgl_service *any = add(test, 0, IPPROTO_TCP, 0, 65535);
	struct mgl_service *range = add(test, 0, IPPROTO_TCP, 80, 89);
	struct mgl_service *exact = add(test, 0, IPPROTO_TCP, 85, 85);

	expect_finds(test, exact, 0, IPPROTO_TCP, 85);
	expect_finds(test, range, 0, IPPROTO_TCP, 80);
	expect_finds(test, range, 0, IPPROTO_TCP, 84);
	expect_finds(test, range, 0, IPPROTO_TCP, 86);
	expect_finds(test, range, 0, IPPROTO_TCP, 89);
	expect_finds(test, any, 0, IPPROTO_TCP, 79);
	expect_finds(test, any, 0, IPPROTO_TCP, 90);
	expect_finds(test, any, 0, IPPROTO_TCP, 0);
	expect_finds(test, any, 0, IPPROTO_TCP, 65535);

	KUNIT_EXPECT_EQ(test, 0, unlisten(test, exact));
	expect_finds(test, range, 0, IPPROTO_TCP, 85);
	KUNIT_EXPECT_EQ(test, 0, unlisten(test, range));
	expect_finds(test, any, 0, IPPROTO_TCP, 85);
	KUNIT_EXPECT_EQ(test, 0, unlisten(test, any));
	expect_finds(test, NULL, 0, IPPROTO_TCP, 85);
}

static void test_vip_port_space_ends(struct kunit *test)
{
	struct mgl_service *all = add(test, 0, IPPROTO_TCP, 1, 65535);
	struct mgl_service *low = add(test, 0, IPPROTO_TCP, 1, 1);
	struct mgl_service *high = add(test, 0, IPPROTO_TCP, 65535, 65535);

	expect_finds(test, NULL, 0, IPPROTO_TCP, 0);
	expect_finds(test, low, 0, IPPROTO_TCP, 1);
	expect_finds(test, all, 0, IPPROTO_TCP, 2);
	expect_finds(test, all, 0, IPPROTO_TCP, 65534);
	expect_finds(test, high, 0, IPPROTO_TCP, 65535);
}

static void test_vip_protocols_apart(struct kunit *test)
{
	static const u8 protos[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP };
	struct mgl_service *svc[3][3];
	u32 i;

	for (i = 0; i < 3; i++) {
		svc[i][0] = add(test, 0, protos[i], 0, 65535);
		svc[i][1] = add(test, 0, protos[i], 80, 89);
		svc[i][2] = add(test, 0, protos[i], 80, 80);
	}
	for (i = 0; i < 3; i++) {
		expect_finds(test, svc[i][0], 0, protos[i], 1);
		expect_finds(test, svc[i][1], 0, protos[i], 81);
		expect_finds(test, svc[i][2], 0, protos[i], 80);
	}
	/* The hook asks for whatever protocol a packet has. */
	for (i = 0; i <= 255; i++)
		if (i != IPPROTO_TCP && i != IPPROTO_UDP && i != IPPROTO_SCTP)
			expect_finds(test, NULL, 0, i, 0);
}

static void test_vip_gone_with_last_service(struct kunit *test)
{
	struct mgl_service *one = add(test, 0, IPPROTO_TCP, 80, 80);
	struct mgl_service *two = add(test, 1, IPPROTO_TCP, 80, 80);
	struct mgl_service *three = add(test, 1, IPPROTO_UDP, 0, 65535);
	struct mgl_net *mn = test->priv;

	expect_finds(test, one, 0, IPPROTO_TCP, 80);
	expect_finds(test, two, 1, IPPROTO_TCP, 80);
	expect_finds(test, NULL, 2, IPPROTO_TCP, 80);
	KUNIT_EXPECT_EQ(test, 2, atomic_read(&mn->vips.nelems));

	KUNIT_EXPECT_EQ(test, 0, unlisten(test, one));
	KUNIT_EXPECT_EQ(test, 1, atomic_read(&mn->vips.nelems));
	KUNIT_EXPECT_EQ(test, 0, unlisten(test, two));
	KUNIT_EXPECT_EQ(test, 1, atomic_read(&mn->vips.nelems));
	expect_finds(test, three, 1, IPPROTO_UDP, 80);
	KUNIT_EXPECT_EQ(test, 0, unlisten(test, three));
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&mn->vips.nelems));
}

static void test_vip_overlapping_ranges_refused(struct kunit *test)
{
	static const struct { u16 first, last; } bad[] = {
		{ 100, 199 }, { 50, 100 }, { 199, 250 }, { 120, 130 },
		{ 1, 65535 }, { 100, 101 }, { 198, 199 },
	};
	struct mgl_service *range = add(test, 0, IPPROTO_TCP, 100, 199);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_EQ(test, -EINVAL,
				listen(test, service(test, 0, IPPROTO_TCP,
						     bad[i].first,
						     bad[i].last)));
	expect_finds(test, NULL, 0, IPPROTO_TCP, 99);
	expect_finds(test, range, 0, IPPROTO_TCP, 100);
	expect_finds(test, range, 0, IPPROTO_TCP, 199);
	expect_finds(test, NULL, 0, IPPROTO_TCP, 200);

	/* These only touch it, lie in it, or are of something else. */
	add(test, 0, IPPROTO_TCP, 90, 99);
	add(test, 0, IPPROTO_TCP, 200, 210);
	add(test, 0, IPPROTO_TCP, 150, 150);
	add(test, 0, IPPROTO_TCP, 0, 65535);
	add(test, 0, IPPROTO_UDP, 100, 199);
	add(test, 1, IPPROTO_TCP, 100, 199);
}

static struct mgl_service *first(struct kunit *test, u32 vip)
{
	struct mgl_addr addr = vip_addr(vip);
	struct mgl_service *svc = NULL;
	struct mgl_vip *v;

	rcu_read_lock();
	v = mgl_vip_find(test->priv, &addr);
	if (v)
		svc = mgl_vip_first(v);
	rcu_read_unlock();
	return svc;
}

/* In the order of listings. */
static const struct { u8 proto; u16 first, last; } listed[] = {
	{ IPPROTO_TCP, 0, 65535 },
	{ IPPROTO_TCP, 80, 80 },
	{ IPPROTO_TCP, 80, 89 },
	{ IPPROTO_TCP, 443, 443 },
	{ IPPROTO_UDP, 0, 65535 },
	{ IPPROTO_UDP, 50, 60 },
	{ IPPROTO_UDP, 53, 53 },
	{ IPPROTO_SCTP, 0, 65535 },
	{ IPPROTO_SCTP, 7, 7 },
};

#define LISTED ARRAY_SIZE(listed)

/* Creates and deletes them in some order, from @start in steps of @step. */
static void first_of_all(struct kunit *test, struct mgl_service **svc,
			 u32 start, u32 step)
{
	bool has[LISTED] = {};
	u32 round, k, i, lowest;

	for (round = 0; round < 2; round++)
		for (k = 0; k < LISTED; k++) {
			i = (start + k * step) % LISTED;
			KUNIT_EXPECT_EQ(test, 0, round ?
					unlisten(test, svc[i]) :
					listen(test, svc[i]));
			has[i] = !round;
			for (lowest = 0; lowest < LISTED; lowest++)
				if (has[lowest])
					break;
			if (first(test, 0) != (lowest < LISTED ?
					       svc[lowest] : NULL))
				FAIL_ONCE(test, "start %u, step %u, round %u, %u: not %u",
					  start, step, round, k, lowest);
		}
}

/* 9 services: steps of 1, 2, 4, 5, 7 and 8 reach all of them. */
static void test_vip_first_whatever_order(struct kunit *test)
{
	static const u32 steps[] = { 1, 2, 4, 5, 7, 8 };
	struct mgl_service *svc[LISTED];
	u32 i, start;

	for (i = 0; i < LISTED; i++) {
		svc[i] = service(test, 0, listed[i].proto, listed[i].first,
				 listed[i].last);
		KUNIT_EXPECT_TRUE(test, !i ||
				  mgl_service_id_cmp(&svc[i - 1]->id,
						     &svc[i]->id) < 0);
	}
	for (i = 0; i < ARRAY_SIZE(steps); i++)
		for (start = 0; start < LISTED; start++)
			first_of_all(test, svc, start, steps[i]);
}

/* Random changes, after each of which every port is asked for. */
#define STEPS 3000
#define PORTS 24
#define SLOTS 12

static bool covers(const struct mgl_service *svc, u32 port)
{
	return svc && svc->id.first <= port && port <= svc->id.last;
}

static bool is_range(const struct mgl_service *svc)
{
	return svc->id.first && svc->id.first != svc->id.last;
}

/* By definition: the most specific of those that cover the port. */
static struct mgl_service *model_find(struct mgl_service **set, u32 port)
{
	struct mgl_service *best = NULL;
	u32 i, width = U32_MAX;

	for (i = 0; i < SLOTS; i++)
		if (covers(set[i], port) &&
		    (u32)(set[i]->id.last - set[i]->id.first) < width) {
			best = set[i];
			width = best->id.last - best->id.first;
		}
	return best;
}

static int model_refusal(struct mgl_service **set, const struct mgl_service *s)
{
	u32 i;

	for (i = 0; i < SLOTS; i++)
		if (set[i] && is_range(set[i]) && is_range(s) &&
		    set[i]->id.first <= s->id.last &&
		    s->id.first <= set[i]->id.last)
			return -EINVAL;
	return 0;
}

static bool model_has(struct mgl_service **set, const struct mgl_service *s)
{
	u32 i;

	for (i = 0; i < SLOTS; i++)
		if (set[i] && set[i]->id.first == s->id.first &&
		    set[i]->id.last == s->id.last)
			return true;
	return false;
}

static void model_change(struct kunit *test, struct mgl_service **set,
			 struct mgl_service *svc, u32 random)
{
	u32 a = 1 + random % PORTS, b = 1 + (random >> 8) % PORTS;
	u32 i = (random >> 16) % SLOTS;
	int want;

	if (set[i]) {
		if (unlisten(test, set[i]))
			FAIL_ONCE(test, "cannot delete");
		set[i] = NULL;
		return;
	}
	svc[i].id.first = random >> 28 ? min(a, b) : 0;
	svc[i].id.last = random >> 28 ? max(a, b) : 65535;
	if (random >> 31)
		svc[i].id.last = svc[i].id.first;
	/* An identity in use is refused before it comes here. */
	if (model_has(set, &svc[i]))
		return;
	want = model_refusal(set, &svc[i]);
	if (listen(test, &svc[i]) != want)
		FAIL_ONCE(test, "%u-%u: not %d", svc[i].id.first,
			  svc[i].id.last, want);
	if (!want)
		set[i] = &svc[i];
}

static void test_vip_random_changes(struct kunit *test)
{
	struct mgl_service *set[SLOTS] = {}, *svc;
	u32 step, port, i, random = 1;

	svc = kunit_kzalloc(test, SLOTS * sizeof(*svc), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, svc);
	for (i = 0; i < SLOTS; i++)
		svc[i].id = (struct mgl_service_id){
			.vip = vip_addr(0),
			.proto = IPPROTO_SCTP,
		};
	for (step = 0; step < STEPS; step++) {
		/* Marsaglia's xorshift: the same steps in every run. */
		random ^= random << 13;
		random ^= random >> 17;
		random ^= random << 5;
		model_change(test, set, svc, random);
		for (port = 0; port <= PORTS + 1; port++)
			if (find(test, 0, IPPROTO_SCTP, port) !=
			    model_find(set, port))
				FAIL_ONCE(test, "step %u, port %u", step, port);
	}
}

/* The table refuses what would make a chain too long. */
static void many_vips(struct kunit *test, struct mgl_addr (*nth)(u32 n))
{
	struct mgl_net *mn = test->priv;
	u32 n, added;

	for (n = 0; n < 2000; n++) {
		struct mgl_service *svc = service(test, 0, IPPROTO_TCP, 80, 80);

		svc->id.vip = nth(n);
		if (listen(test, svc)) {
			FAIL_ONCE(test, "no room for VIP %u", n);
			break;
		}
		if (find_addr(test, &svc->id.vip, IPPROTO_TCP, 80) != svc)
			FAIL_ONCE(test, "VIP %u is not found", n);
	}
	added = n;
	mutex_lock(&mn->lock);
	for (n = 0; n < added; n++) {
		struct mgl_addr addr = nth(n);

		mgl_vip_remove(mn, &addr);
	}
	mutex_unlock(&mn->lock);
}

static struct mgl_addr in_one_network(u32 n)
{
	return vip_addr(n << 8);
}

static void test_vip_many_in_one_network(struct kunit *test)
{
	many_vips(test, in_one_network);
}

/* 2001:db8:0:n:0:n::80, as if a subnet had its number twice in its addresses. */
static struct mgl_addr in_its_own_subnet(u32 n)
{
	return (struct mgl_addr){ .w = {
		htonl(0x20010db8), htonl(n), htonl(n), htonl(0x80),
	} };
}

static void test_vip_many_subnets(struct kunit *test)
{
	many_vips(test, in_its_own_subnet);
}

/* Addresses with the same words in another order, most of which hash alike. */
static void test_vip_families_apart(struct kunit *test)
{
	struct mgl_service *svc[4];
	u32 i, j;

	/* The first is IPv4, with 0xffff in front of its last word. */
	for (i = 0; i < ARRAY_SIZE(svc); i++) {
		svc[i] = service(test, 0, IPPROTO_TCP, 80, 80);
		swap(svc[i]->id.vip.w[2], svc[i]->id.vip.w[(2 + i) % 4]);
		KUNIT_EXPECT_EQ(test, mgl_addr_is_v4(&svc[i]->id.vip), !i);
		KUNIT_EXPECT_EQ(test, 0, listen(test, svc[i]));
	}
	for (i = 0; i < ARRAY_SIZE(svc); i++) {
		for (j = 0; j < ARRAY_SIZE(svc); j++) {
			struct mgl_service *want = j < i ? NULL : svc[j];

			if (find_addr(test, &svc[j]->id.vip, IPPROTO_TCP,
				      80) != want)
				FAIL_ONCE(test, "VIP %u of %u", j, i);
		}
		KUNIT_EXPECT_EQ(test, 0, unlisten(test, svc[i]));
	}
}

static struct kunit_case vip_cases[] = {
	KUNIT_CASE(test_vip_exact_before_range_before_any),
	KUNIT_CASE(test_vip_port_space_ends),
	KUNIT_CASE(test_vip_protocols_apart),
	KUNIT_CASE(test_vip_gone_with_last_service),
	KUNIT_CASE(test_vip_overlapping_ranges_refused),
	KUNIT_CASE(test_vip_first_whatever_order),
	KUNIT_CASE(test_vip_random_changes),
	KUNIT_CASE(test_vip_many_in_one_network),
	KUNIT_CASE(test_vip_many_subnets),
	KUNIT_CASE(test_vip_families_apart),
	{}
};

static struct kunit_suite vip_suite = {
	.name = "maglev_vip",
	.init = vip_init,
	.exit = vip_exit,
	.test_cases = vip_cases,
};

kunit_test_suite(vip_suite);
