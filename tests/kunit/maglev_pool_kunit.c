// SPDX-License-Identifier: GPL-2.0
/* Pools and their backends: the table follows every change. */
#include <kunit/test.h>
#include <linux/in.h>
#include <linux/sort.h>

#include "endpoint.h"
#include "flow.h"
#include "table.h"
#include "backend.h"
#include "objects.h"
#include "pool.h"
#include "report.h"
#include "maglev.h"

#define SIZE 1021
#define SEED 0xfeedULL
#define BACKENDS 30

static const char * const names[] = { "one", "two" };

static int pool_init(struct kunit *test)
{
	return test_net_init(test);
}

static void pool_exit(struct kunit *test)
{
	struct mgl_net *mn = test->priv;
	struct mgl_pool *pool;
	u32 i;

	if (!mn)
		return;
	mutex_lock(&mn->lock);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		pool = mgl_pool_find(mn, names[i]);
		if (pool)
			mgl_pool_destroy(mn, pool);
	}
	KUNIT_EXPECT_EQ(test, 0, mn->n_pools);
	KUNIT_EXPECT_EQ(test, 0, mn->n_endpoints);
	mutex_unlock(&mn->lock);
	test_net_exit(mn);
}

static struct mgl_pool *pool_new(struct kunit *test, const char *name)
{
	const struct mgl_pool_params params = {
		.has_size = true,
		.size = SIZE,
		.has_seed = true,
		.seed = SEED,
	};
	struct mgl_net *mn = test->priv;
	struct mgl_pool *pool;

	mutex_lock(&mn->lock);
	pool = mgl_pool_create(&(struct mgl_ctx){ .mn = mn }, name, &params,
			       NULL);
	mutex_unlock(&mn->lock);
	KUNIT_ASSERT_FALSE(test, IS_ERR(pool));
	return pool;
}

/* Every other address is IPv6; the last word tells them apart. */
static struct mgl_addr either(u32 i, u32 last)
{
	if (i % 2)
		return (struct mgl_addr){ .w = {
			htonl(0x20010db8), 0, 0, htonl(last),
		} };
	return mgl_addr_v4(htonl(last));
}

static struct mgl_addr backend(u32 i)
{
	/* Not in the order of the numbers: the bytes go round. */
	return either(i, 0x0a000000 | ((i * 7) & 0xff) << 8 | i);
}

static int add_all(struct kunit *test, struct mgl_pool *pool,
		   struct mgl_backend_spec *item, u32 n)
{
	struct mgl_backend_specs new = { .n = n, .item = item };
	struct mgl_net *mn = test->priv;
	int err;

	mutex_lock(&mn->lock);
	err = test_add(mn, pool, &new);
	mutex_unlock(&mn->lock);
	return err;
}

static int add(struct kunit *test, struct mgl_pool *pool, u32 i, u32 weight)
{
	struct mgl_backend_spec item = {
		.params.has_weight = true,
		.params.weight = weight,
		.addr = backend(i),
	};

	return add_all(test, pool, &item, 1);
}

static void del(struct kunit *test, struct mgl_pool *pool, u32 i)
{
	struct mgl_addr addr = backend(i);
	struct mgl_net *mn = test->priv;
	struct mgl_backend *b;

	mutex_lock(&mn->lock);
	b = mgl_backend_find(pool, &addr);
	if (!b || test_delete(mn, pool, b))
		FAIL_ONCE(test, "cannot delete %u", i);
	mutex_unlock(&mn->lock);
}

static void set_weight(struct kunit *test, struct mgl_pool *pool, u32 i,
		       u32 weight)
{
	const struct mgl_backend_params params = {
		.has_weight = true,
		.weight = weight,
	};
	struct mgl_addr addr = backend(i);
	struct mgl_net *mn = test->priv;
	struct mgl_backend *b;

	mutex_lock(&mn->lock);
	b = mgl_backend_find(pool, &addr);
	if (!b || test_edit(mn, pool, b, &params, NULL))
		FAIL_ONCE(test, "cannot weigh %u", i);
	mutex_unlock(&mn->lock);
}

static void set_params(struct kunit *test, struct mgl_pool *pool, u32 size,
		       u64 seed)
{
	const struct mgl_pool_params params = {
		.has_size = true,
		.size = size,
		.has_seed = true,
		.seed = seed,
	};
	struct mgl_net *mn = test->priv;

	mutex_lock(&mn->lock);
	KUNIT_EXPECT_EQ(test, 0, test_edit_pool(mn, pool, &params));
	mutex_unlock(&mn->lock);
}

/* 0 where there is no table. */
static u64 fingerprint(struct mgl_pool *pool)
{
	const struct mgl_table *table;
	u64 fp;

	rcu_read_lock();
	table = rcu_dereference(pool->table);
	fp = table ? table->fingerprint : 0;
	rcu_read_unlock();
	return fp;
}

static struct mgl_flow flow(u32 i)
{
	return (struct mgl_flow){
		.saddr = either(i, 0xc6336400 + i / 100),
		.daddr = either(i, 0xcb007109),
		.sport = htons(1024 + i % 100),
		.dport = htons(443),
		.proto = IPPROTO_TCP,
	};
}

/* The last word of the address that a flow is sent to, 0 if there is none. */
static u32 lookup(struct mgl_pool *pool, u32 i)
{
	struct mgl_flow f = flow(i);
	struct mgl_slot slot;
	u32 addr = 0;

	rcu_read_lock();
	mgl_table_slot(pool, &f, &slot);
	if (slot.cur)
		addr = ntohl(slot.cur->endpoint->addr.w[3]);
	rcu_read_unlock();
	return addr;
}

static int candidate_cmp(const void *a, const void *b)
{
	const struct mgl_candidate *x = a, *y = b;

	return mgl_addr_cmp(&x->addr, &y->addr);
}

/* The pool has to have the table of the sorted backends. */
static void expect_table(struct kunit *test, struct mgl_pool *pool,
			 const u32 *weights, u32 n)
{
	struct mgl_candidate *cand;
	u16 *slots;
	u64 fp;
	u32 i;

	cand = kunit_kzalloc(test, (n + 1) * sizeof(*cand), GFP_KERNEL);
	slots = kunit_kzalloc(test, pool->size * sizeof(*slots), GFP_KERNEL);
	KUNIT_ASSERT_TRUE(test, cand && slots);
	for (i = 0; i < n; i++)
		cand[i] = (struct mgl_candidate){
			.addr = backend(i),
			.weight = weights[i],
		};
	sort(cand, n, sizeof(*cand), candidate_cmp, NULL);
	KUNIT_ASSERT_EQ(test, 0, mgl_maglev_populate(slots, pool->size,
						     pool->seed, cand, n));
	KUNIT_ASSERT_EQ(test, 0, mgl_maglev_fingerprint(slots, pool->size, cand,
							n, &fp));
	KUNIT_EXPECT_EQ(test, fp, fingerprint(pool));
	for (i = 0; i < 2000; i++) {
		struct mgl_flow f = flow(i);
		u64 hash = mgl_flow_hash(&f, pool->seed);
		u32 slot = (hash >> 32) * pool->size >> 32;

		if (lookup(pool, i) !=
		    ntohl(cand[slots[slot]].addr.w[3]))
			FAIL_ONCE(test, "flow %u", i);
	}
}

static void test_pool_table_independent_of_order(struct kunit *test)
{
	static const u32 factors[] = { 1, 7, 11, 13, 29 };
	struct mgl_pool *pool = pool_new(test, names[0]);
	u32 weights[BACKENDS];
	u32 i, f;

	for (i = 0; i < BACKENDS; i++)
		weights[i] = 1 + i % 3;
	for (f = 0; f < ARRAY_SIZE(factors); f++) {
		for (i = 0; i < BACKENDS; i++) {
			u32 k = i * factors[f] % BACKENDS;

			KUNIT_EXPECT_EQ(test, 0,
					add(test, pool, k, weights[k]));
		}
		expect_table(test, pool, weights, BACKENDS);
		for (i = 0; i < BACKENDS; i++)
			del(test, pool, i);
		KUNIT_EXPECT_EQ(test, 0ULL, fingerprint(pool));
	}
}

static void test_pool_undone_change_same_table(struct kunit *test)
{
	struct mgl_pool *pool = pool_new(test, names[0]);
	u64 fp;
	u32 i;

	for (i = 0; i < 10; i++)
		KUNIT_EXPECT_EQ(test, 0, add(test, pool, i, 5));
	fp = fingerprint(pool);
	for (i = 0; i < 10; i++) {
		del(test, pool, i);
		KUNIT_EXPECT_NE(test, fp, fingerprint(pool));
		KUNIT_EXPECT_EQ(test, 0, add(test, pool, i, 5));
		KUNIT_EXPECT_EQ(test, fp, fingerprint(pool));
		set_weight(test, pool, i, 9);
		KUNIT_EXPECT_NE(test, fp, fingerprint(pool));
		set_weight(test, pool, i, 5);
		KUNIT_EXPECT_EQ(test, fp, fingerprint(pool));
	}
	set_params(test, pool, 2039, SEED);
	KUNIT_EXPECT_NE(test, fp, fingerprint(pool));
	set_params(test, pool, SIZE, SEED + 1);
	KUNIT_EXPECT_NE(test, fp, fingerprint(pool));
	set_params(test, pool, SIZE, SEED);
	KUNIT_EXPECT_EQ(test, fp, fingerprint(pool));
}

static void test_pool_size_and_seed(struct kunit *test)
{
	static const u32 weights[] = { 3, 1, 2, 1 };
	struct mgl_pool *pool = pool_new(test, names[0]);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(weights); i++)
		KUNIT_EXPECT_EQ(test, 0, add(test, pool, i, weights[i]));
	expect_table(test, pool, weights, ARRAY_SIZE(weights));
	set_params(test, pool, 65537, ~0ULL);
	expect_table(test, pool, weights, ARRAY_SIZE(weights));
}

static void test_pool_weight_0_no_owner(struct kunit *test)
{
	struct mgl_pool *pool = pool_new(test, names[0]);
	u32 i;

	KUNIT_EXPECT_EQ(test, 0, lookup(pool, 1));
	KUNIT_EXPECT_EQ(test, 0, add(test, pool, 1, 0));
	KUNIT_EXPECT_EQ(test, 0, add(test, pool, 2, 0));
	for (i = 0; i < 1000; i++)
		if (lookup(pool, i))
			FAIL_ONCE(test, "flow %u", i);
	set_weight(test, pool, 2, 1);
	for (i = 0; i < 1000; i++)
		if (lookup(pool, i) != (0x0a000e02))
			FAIL_ONCE(test, "flow %u", i);
	del(test, pool, 2);
	del(test, pool, 1);
	KUNIT_EXPECT_EQ(test, 0, lookup(pool, 1));
}

static void test_pool_endpoint_shared(struct kunit *test)
{
	struct mgl_pool *one = pool_new(test, names[0]);
	struct mgl_pool *two = pool_new(test, names[1]);
	struct mgl_net *mn = test->priv;

	KUNIT_EXPECT_EQ(test, 0, add(test, one, 1, 1));
	KUNIT_EXPECT_EQ(test, 0, add(test, two, 1, 7));
	KUNIT_EXPECT_EQ(test, 0, add(test, two, 2, 1));
	KUNIT_EXPECT_EQ(test, 2, mn->n_endpoints);
	KUNIT_EXPECT_EQ(test, -EEXIST, add(test, one, 1, 3));
	KUNIT_EXPECT_EQ(test, 1, one->n_backends);

	del(test, one, 1);
	KUNIT_EXPECT_EQ(test, 2, mn->n_endpoints);
	del(test, two, 1);
	KUNIT_EXPECT_EQ(test, 1, mn->n_endpoints);
	/* It comes back as a new object, which the old one must not hurt. */
	KUNIT_EXPECT_EQ(test, 0, add(test, one, 1, 1));
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, 2, mn->n_endpoints);
	KUNIT_EXPECT_EQ(test, 0x0a000701, lookup(one, 0));
}

static void test_pool_backend_slots(struct kunit *test)
{
	struct mgl_pool *pool = pool_new(test, names[0]);
	struct mgl_net *mn = test->priv;
	u32 i, sum = 0;

	for (i = 0; i < 10; i++)
		KUNIT_EXPECT_EQ(test, 0, add(test, pool, i, i));
	mutex_lock(&mn->lock);
	for (i = 0; i < 10; i++) {
		struct mgl_addr addr = backend(i);
		struct mgl_backend *b = mgl_backend_find(pool, &addr);

		if (!b || b->slots - SIZE * i / 45 > 1)
			FAIL_ONCE(test, "backend %u", i);
		sum += b ? b->slots : 0;
	}
	mutex_unlock(&mn->lock);
	KUNIT_EXPECT_EQ(test, SIZE, sum);
}

static void test_pool_find_by_name(struct kunit *test)
{
	struct mgl_pool *one = pool_new(test, names[0]);
	struct mgl_pool *two = pool_new(test, names[1]);
	const struct mgl_pool_params params = {};
	struct mgl_net *mn = test->priv;
	const struct mgl_ctx ctx = { .mn = mn };

	mutex_lock(&mn->lock);
	KUNIT_EXPECT_PTR_EQ(test, one, mgl_pool_find(mn, "one"));
	KUNIT_EXPECT_PTR_EQ(test, two, mgl_pool_find(mn, "two"));
	KUNIT_EXPECT_NULL(test, mgl_pool_find(mn, ""));
	KUNIT_EXPECT_NULL(test, mgl_pool_find(mn, "on"));
	KUNIT_EXPECT_NULL(test, mgl_pool_find(mn, "two2"));
	KUNIT_EXPECT_EQ(test, -EEXIST,
			PTR_ERR_OR_ZERO(mgl_pool_create(&ctx, "two", &params,
							NULL)));
	KUNIT_EXPECT_EQ(test, 2, mn->n_pools);
	mutex_unlock(&mn->lock);
}

/* The test alone changes it. */
static const struct mgl_table *table_of(const struct mgl_pool *pool)
{
	return rcu_dereference_protected(pool->table, true);
}

static void test_pool_add_all_or_none(struct kunit *test)
{
	struct mgl_pool *one = pool_new(test, names[0]);
	struct mgl_pool *two = pool_new(test, names[1]);
	struct mgl_backend_spec item[8] = {};
	struct mgl_net *mn = test->priv;
	const struct mgl_table *before;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(item); i++) {
		item[i].addr = backend(i);
		KUNIT_EXPECT_EQ(test, 0, add(test, one, i, 1));
	}
	/* In two steps, the second of which begins and ends elsewhere. */
	KUNIT_EXPECT_EQ(test, 0, add_all(test, two, item + 2, 3));
	before = table_of(two);

	/* One of them is there: the last that is tried. */
	KUNIT_EXPECT_EQ(test, -EEXIST, add_all(test, two, item, 3));
	/* One of them comes twice. */
	item[7].addr = backend(6);
	KUNIT_EXPECT_EQ(test, -EEXIST, add_all(test, two, item + 5, 3));
	item[7].addr = backend(7);
	KUNIT_EXPECT_EQ(test, 3, two->n_backends);
	KUNIT_EXPECT_EQ(test, 8, mn->n_endpoints);
	KUNIT_EXPECT_PTR_EQ(test, before, table_of(two));

	KUNIT_EXPECT_EQ(test, 0, add_all(test, two, item + 5, 3));
	KUNIT_EXPECT_EQ(test, 0, add_all(test, two, item, 2));
	KUNIT_EXPECT_EQ(test, 0, add_all(test, two, item, 0));
	KUNIT_EXPECT_EQ(test, 8, two->n_backends);
	KUNIT_EXPECT_EQ(test, table_of(one)->fingerprint,
			table_of(two)->fingerprint);
}

static struct kunit_case pool_cases[] = {
	KUNIT_CASE(test_pool_table_independent_of_order),
	KUNIT_CASE(test_pool_undone_change_same_table),
	KUNIT_CASE(test_pool_size_and_seed),
	KUNIT_CASE(test_pool_weight_0_no_owner),
	KUNIT_CASE(test_pool_endpoint_shared),
	KUNIT_CASE(test_pool_backend_slots),
	KUNIT_CASE(test_pool_find_by_name),
	KUNIT_CASE(test_pool_add_all_or_none),
	{}
};

static struct kunit_suite pool_suite = {
	.name = "maglev_pool",
	.init = pool_init,
	.exit = pool_exit,
	.test_cases = pool_cases,
};

kunit_test_suite(pool_suite);
