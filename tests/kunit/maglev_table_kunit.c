// SPDX-License-Identifier: GPL-2.0
/*
 * Tables as the kernel builds them. What they have to be like is the subject
 * of the unit tests in userspace; here it is that the kernel's SipHash, sort
 * and divisions come to the same.
 */
#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <uapi/linux/maglev.h>

#include "report.h"
#include "maglev.h"

#define SEED 0x0123456789abcdefULL

/* For the exit function to free: an assertion may have ended the test. */
struct table_test {
	struct mgl_candidate *cand;
	u16 *slots;
};

static int table_init(struct kunit *test)
{
	struct table_test *t;

	t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
	if (!t)
		return -ENOMEM;
	test->priv = t;
	t->cand = kvcalloc(MAGLEV_BACKENDS_MAX, sizeof(*t->cand), GFP_KERNEL);
	t->slots = kvmalloc_array(MAGLEV_TABLE_SIZE_MAX, sizeof(*t->slots),
				  GFP_KERNEL);
	if (t->cand && t->slots)
		return 0;
	kvfree(t->cand);
	kvfree(t->slots);
	return -ENOMEM;
}

static void table_exit(struct kunit *test)
{
	struct table_test *t = test->priv;

	if (!t)
		return;
	kvfree(t->cand);
	kvfree(t->slots);
}

/* @n backends from 192.0.2.1 on, all of the same weight. */
static struct table_test *populate(struct kunit *test, u32 size, u32 n,
				   u32 weight)
{
	struct table_test *t = test->priv;
	u32 i;

	for (i = 0; i < n; i++)
		t->cand[i] = (struct mgl_candidate){
			.addr = mgl_addr_v4(htonl(0xc0000201 + i)),
			.weight = weight ? weight : i + 1,
		};
	KUNIT_ASSERT_EQ(test, 0, mgl_maglev_populate(t->slots, size, SEED,
						     t->cand, n));
	return t;
}

static u64 fingerprint(struct kunit *test, u32 size, u32 n)
{
	struct table_test *t = test->priv;
	u64 fp = 0;

	KUNIT_ASSERT_EQ(test, 0, mgl_maglev_fingerprint(t->slots, size, t->cand,
							n, &fp));
	return fp;
}

static void test_fill_paper_table_1(struct kunit *test)
{
	static const struct mgl_turns turns[] = {
		{ 3, 4, 3 }, { 0, 2, 2 }, { 3, 1, 2 },
	};
	static const u16 want[7] = { 1, 0, 1, 0, 2, 2, 0 };
	u16 slots[7];

	KUNIT_ASSERT_EQ(test, 0, mgl_maglev_fill(slots, 7, turns, 3));
	KUNIT_EXPECT_EQ(test, 0, memcmp(slots, want, sizeof(want)));
}

static void test_fill_paper_table_1_without_b1(struct kunit *test)
{
	static const struct mgl_turns turns[] = {
		{ 3, 4, 4 }, { 0, 2, 0 }, { 3, 1, 3 },
	};
	static const u16 want[7] = { 0, 0, 0, 0, 2, 2, 2 };
	u16 slots[7];

	KUNIT_ASSERT_EQ(test, 0, mgl_maglev_fill(slots, 7, turns, 3));
	KUNIT_EXPECT_EQ(test, 0, memcmp(slots, want, sizeof(want)));
}

/* Known answers: another implementation came to them. */
static void test_table_known_answers(struct kunit *test)
{
	static const u16 weighted[16] = {
		1, 1, 3, 1, 2, 2, 4, 2, 4, 3, 3, 4, 4, 2, 4, 3,
	};
	static const u16 equal[16] = {
		37, 85, 31, 51, 25, 5, 62, 47, 2, 30, 93, 91, 75, 55, 70, 96,
	};
	struct table_test *t;
	u32 offset, skip;

	t = populate(test, 251, 5, 0);
	KUNIT_EXPECT_EQ(test, 0, memcmp(t->slots, weighted, sizeof(weighted)));
	KUNIT_EXPECT_EQ(test, 0x95dd8ecdcc77b778ULL,
			fingerprint(test, 251, 5));
	mgl_maglev_permutation(&t->cand[0].addr, SEED, 251, &offset, &skip);
	KUNIT_EXPECT_EQ(test, 205, offset);
	KUNIT_EXPECT_EQ(test, 69, skip);

	t = populate(test, 65537, 100, 1);
	KUNIT_EXPECT_EQ(test, 0, memcmp(t->slots, equal, sizeof(equal)));
	KUNIT_EXPECT_EQ(test, 0xee80f6a420f2fddfULL,
			fingerprint(test, 65537, 100));
	mgl_maglev_permutation(&t->cand[0].addr, SEED, 65537, &offset, &skip);
	KUNIT_EXPECT_EQ(test, 22712, offset);
	KUNIT_EXPECT_EQ(test, 19527, skip);
}

static void expect_even(struct kunit *test, u32 size, u32 n)
{
	struct table_test *t = populate(test, size, n, 3);
	u32 i, s;

	for (s = 0; s < size; s++) {
		KUNIT_ASSERT_LT(test, (u32)t->slots[s], n);
		t->cand[t->slots[s]].slots--;
	}
	/* populate() counted up, so nothing is left, and each had its share */
	for (i = 0; i < n; i++)
		if (t->cand[i].slots)
			FAIL_ONCE(test, "M = %u, N = %u: %d left to %u", size,
				  n, (s32)t->cand[i].slots, i);
	populate(test, size, n, 3);
	for (i = 0; i < n; i++)
		if (t->cand[i].slots - size / n > 1)
			FAIL_ONCE(test, "M = %u, N = %u: %u has %u", size, n,
				  i, t->cand[i].slots);
}

static void test_table_equal_weights_even(struct kunit *test)
{
	static const u32 counts[] = { 1, 2, 3, 10, 100, 1000, 4096 };
	static const u32 sizes[] = { 251, 65537, MAGLEV_TABLE_SIZE_MAX };
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		for (j = 0; j < ARRAY_SIZE(counts); j++)
			expect_even(test, sizes[i], counts[j]);
}

static void test_table_no_backend_no_owner(struct kunit *test)
{
	struct table_test *t = populate(test, 251, 0, 1);
	u32 s;

	for (s = 0; s < 251; s++)
		KUNIT_ASSERT_EQ(test, MGL_SLOT_NONE, t->slots[s]);
}

static void test_table_sizes_are_primes(struct kunit *test)
{
	static const u32 no[] = {
		0, 1, 2, 241, 252, 289, 65535, 65536, 66049, 994009, 1042441,
		1048575, 1048576, 1048583, U32_MAX,
	};
	static const u32 yes[] = { 251, 257, 8191, 65537, 655373, 1048573 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(no); i++)
		KUNIT_EXPECT_FALSE_MSG(test, mgl_maglev_size_valid(no[i]), "%u",
				       no[i]);
	for (i = 0; i < ARRAY_SIZE(yes); i++)
		KUNIT_EXPECT_TRUE_MSG(test, mgl_maglev_size_valid(yes[i]), "%u",
				      yes[i]);
}

static struct kunit_case table_cases[] = {
	KUNIT_CASE(test_fill_paper_table_1),
	KUNIT_CASE(test_fill_paper_table_1_without_b1),
	KUNIT_CASE(test_table_known_answers),
	KUNIT_CASE(test_table_equal_weights_even),
	KUNIT_CASE(test_table_no_backend_no_owner),
	KUNIT_CASE(test_table_sizes_are_primes),
	{}
};

static struct kunit_suite table_suite = {
	.name = "maglev_table",
	.init = table_init,
	.exit = table_exit,
	.test_cases = table_cases,
};

kunit_test_suite(table_suite);
