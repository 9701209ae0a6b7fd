// SPDX-License-Identifier: GPL-2.0
/* Tables: exact results, edges, fingerprints, failures. */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <stdlib.h>
#include <string.h>
#include <uapi/linux/maglev.h>

#include "backends.h"
#include "ktap.h"
#include "prng.h"

static void test_fill_quota_0(void)
{
	static const struct mgl_turns turns[] = {
		{ 3, 4, 4 }, { 0, 2, 0 }, { 3, 1, 3 },
	};
	static const u16 want[7] = { 0, 0, 0, 0, 2, 2, 2 };
	u16 slots[7];
	u32 i;

	CHECK_EQ(mgl_maglev_fill(slots, 7, turns, 3), 0, "fill");
	for (i = 0; i < 7; i++)
		CHECK_EQ(slots[i], want[i], "slot %u", i);
}

/* Quotas need not use a table up: what is left has no owner. */
static void test_fill_rest(void)
{
	static const struct mgl_turns turns[] = { { 1, 2, 2 }, { 1, 3, 1 } };
	static const u16 want[7] = {
		MGL_SLOT_NONE, 0, MGL_SLOT_NONE, 0, 1, MGL_SLOT_NONE,
		MGL_SLOT_NONE,
	};
	u16 slots[7];
	u32 i;

	CHECK_EQ(mgl_maglev_fill(slots, 7, turns, 2), 0, "fill");
	for (i = 0; i < 7; i++)
		CHECK_EQ(slots[i], want[i], "slot %u", i);
}

/* Against a sieve, every number up to beyond the bound. */
static void test_maglev_sizes(void)
{
	enum { END = MAGLEV_TABLE_SIZE_MAX + 5000 };
	static const u32 no[] = {
		0, 1, 2, 3, 127, 241, 250, 252, 256, 289, 361, 65536, 65535,
		66049 /* 257^2 */, 994009 /* 997^2 */, 1042441 /* 1021^2 */,
		1048575, 1048576, 1048583, 0x7fffffff, 0x80000000, 0xfffffffb,
		0xffffffff,
	};
	static const u32 yes[] = { 251, 257, 8191, 65537, 655373, 1048573 };
	bool *composite = calloc(END, 1);
	u32 i, j;

	for (i = 2; i < END; i++) {
		bool want = !composite[i] && i >= MAGLEV_TABLE_SIZE_MIN &&
			    i <= MAGLEV_TABLE_SIZE_MAX;

		CHECK_EQ(mgl_maglev_size_valid(i), want, "size %u", i);
		for (j = i; !composite[i] && j < END; j += i)
			composite[j] = j > i;
	}
	for (i = 0; i < ARRAY_SIZE(no); i++)
		CHECK(!mgl_maglev_size_valid(no[i]), "size %u", no[i]);
	for (i = 0; i < ARRAY_SIZE(yes); i++)
		CHECK(mgl_maglev_size_valid(yes[i]), "size %u", yes[i]);
	free(composite);
}

static void test_maglev_permutation(void)
{
	static const u32 sizes[] = { 251, 65537, 1048573 };
	u32 n, i, offset, skip, same = 0, last = 0;

	for (n = 0; n < ARRAY_SIZE(sizes); n++)
		for (i = 0; i < 100000; i++) {
			struct mgl_addr addr = mgl_addr_v4(cpu_to_be32(i));

			mgl_maglev_permutation(&addr, n, sizes[n], &offset,
					      &skip);
			CHECK(offset < sizes[n], "offset %u", offset);
			CHECK(skip >= 1 && skip < sizes[n], "skip %u", skip);
			same += offset == last;
			last = offset;
		}
	/* One in 251 of the first hundred thousand: 398 by chance. */
	CHECK(same < 600, "%u neighbours have the same offset", same);
}

static void check_all_slots(const u16 *slots, u32 size, u16 want)
{
	u32 s;

	for (s = 0; s < size; s++)
		CHECK_EQ(slots[s], want, "slot %u", s);
}

static void test_maglev_no_backend(void)
{
	struct mgl_candidate *cand = backends_new(9, 0, 1);
	u16 *slots = table_new(251, 7, NULL, 0);
	u64 empty = table_fingerprint(slots, 251, NULL, 0);
	u32 i;

	check_all_slots(slots, 251, MGL_SLOT_NONE);
	free(slots);
	for (i = 0; i < 9; i++)
		cand[i].slots = 99;
	slots = table_new(251, 7, cand, 9);
	check_all_slots(slots, 251, MGL_SLOT_NONE);
	for (i = 0; i < 9; i++)
		CHECK_EQ(cand[i].slots, 0, "backend %u", i);
	CHECK_EQ(table_fingerprint(slots, 251, cand, 9), empty,
		 "no weight is like no backend");
	free(slots);
	free(cand);
}

static void test_maglev_one_backend(void)
{
	static const u32 weights[] = { 1, 77, 65535, 0xffffffff };
	struct mgl_candidate *cand = backends_new(3, 0, 1);
	u32 i, one;
	u16 *slots;

	for (i = 0; i < ARRAY_SIZE(weights); i++)
		for (one = 0; one < 3; one++) {
			cand[one].weight = weights[i];
			slots = table_new(65537, i, cand, 3);
			check_all_slots(slots, 65537, one);
			CHECK_EQ(cand[one].slots, 65537, "count");
			free(slots);
			cand[one].weight = 0;
		}
	free(cand);
}

/* A weight of 0 and absence are the same table but for the indices. */
static void test_maglev_weight_0(void)
{
	struct mgl_candidate *cand = backends_new(10, 5, 3);
	struct mgl_candidate *left;
	u32 gone, s;

	for (gone = 0; gone < 10; gone++) {
		u16 *with, *without;

		left = backends_without(cand, 10, gone);
		cand[gone].weight = 0;
		with = table_new(8191, 9, cand, 10);
		without = table_new(8191, 9, left, 9);
		for (s = 0; s < 8191; s++)
			CHECK_EQ(with[s], without[s] + (without[s] >= gone),
				 "backend %u, slot %u", gone, s);
		CHECK_EQ(cand[gone].slots, 0, "backend %u", gone);
		CHECK_EQ(table_fingerprint(with, 8191, cand, 10),
			 table_fingerprint(without, 8191, left, 9),
			 "fingerprint without backend %u", gone);
		cand[gone].weight = 5;
		free(with);
		free(without);
		free(left);
	}
	free(cand);
}

static void test_maglev_more_backends(void)
{
	u32 n = MAGLEV_BACKENDS_MAX, size = 251, i;
	struct mgl_candidate *cand = backends_new(n, 10, 4);
	u32 *count = calloc(n, sizeof(*count));
	u32 owners = 0;
	u16 *slots;

	slots = table_new(size, 3, cand, n);
	table_count(slots, size, count, n);
	for (i = 0; i < n; i++) {
		CHECK(count[i] <= 1, "backend %u has %u", i, count[i]);
		CHECK_EQ(cand[i].slots, count[i], "backend %u", i);
		owners += count[i];
	}
	CHECK_EQ(owners, size, "every slot has an owner");
	free(count);
	free(slots);
	free(cand);
}

/* As a pool does it: whatever the order they come in, sort, then populate. */
static void test_maglev_order(void)
{
	enum { N = 50, SIZE = 8191 };
	struct mgl_candidate *cand = backends_new(N, 1, 5);
	u64 state = 6, want_fp;
	u16 *want, *slots;
	u32 i;

	for (i = 0; i < N; i++)
		cand[i].weight = prng_below(&state, 10);
	want = table_new(SIZE, 1, cand, N);
	want_fp = table_fingerprint(want, SIZE, cand, N);
	for (i = 0; i < 100; i++) {
		backends_shuffle(cand, N, &state);
		backends_sort(cand, N);
		slots = table_new(SIZE, 1, cand, N);
		CHECK(!memcmp(slots, want, SIZE * sizeof(*slots)), "turn %u", i);
		CHECK_EQ(table_fingerprint(slots, SIZE, cand, N), want_fp,
			 "turn %u", i);
		free(slots);
	}
	free(want);
	free(cand);
}

static void test_maglev_seed(void)
{
	struct mgl_candidate *cand = backends_new(10, 1, 7);
	u16 *a = table_new(65537, 0, cand, 10);
	u64 bit;

	for (bit = 1; bit; bit <<= 1) {
		u16 *b = table_new(65537, bit, cand, 10);
		u32 s, same = 0;

		for (s = 0; s < 65537; s++)
			same += a[s] == b[s];
		/* One in ten by chance, with a deviation of 77. */
		CHECK(same > 6554 - 1000 && same < 6554 + 1000,
		      "seed %#llx: %u slots alike", bit, same);
		free(b);
	}
	free(a);
	free(cand);
}

/* Each allocation of @build fails once, and then none does. */
static void check_failures(const char *what, int (*build)(void),
			   unsigned int expected)
{
	long live = shim_alloc_live();
	unsigned int nth;

	for (nth = 1; nth <= expected; nth++) {
		shim_alloc_fail(nth);
		CHECK_EQ(-build(), ENOMEM, "%s, allocation %u", what, nth);
		CHECK_EQ(shim_alloc_live(), live, "%s leaks at %u", what, nth);
	}
	shim_alloc_fail(0);
	CHECK_EQ(build(), 0, "%s", what);
	CHECK_EQ(shim_alloc_fail(0), expected, "%s: allocations", what);
	CHECK_EQ(shim_alloc_live(), live, "%s leaks", what);
}

static struct mgl_candidate *some;
static u16 some_slots[251];

static int build_fill(void)
{
	static const struct mgl_turns turns[] = { { 3, 4, 3 }, { 0, 2, 2 } };

	return mgl_maglev_fill(some_slots, 251, turns, 2);
}

static int build_table(void)
{
	return mgl_maglev_populate(some_slots, 251, 1, some, 20);
}

static int build_fingerprint(void)
{
	u64 fp;

	return mgl_maglev_fingerprint(some_slots, 251, some, 20, &fp);
}

static void test_maglev_alloc_failure(void)
{
	some = backends_new(20, 3, 8);
	check_failures("fill", build_fill, 2);
	check_failures("populate", build_table, 5);
	check_failures("fingerprint", build_fingerprint, 1);
	free(some);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_fill_quota_0,
		  "a backend with a quota of 0 gets no slot"),
	KTAP_CASE(test_fill_rest,
		  "slots beyond the quotas have no owner"),
	KTAP_CASE(test_maglev_sizes,
		  "valid sizes are the primes in range, and no others"),
	KTAP_CASE(test_maglev_permutation,
		  "offset and skip are in range for every size"),
	KTAP_CASE(test_maglev_no_backend,
		  "slots have no owner where no backend has a weight"),
	KTAP_CASE(test_maglev_one_backend,
		  "one backend gets every slot"),
	KTAP_CASE(test_maglev_weight_0,
		  "a backend of weight 0 leaves the table of the others as without it"),
	KTAP_CASE(test_maglev_more_backends,
		  "with more backends than slots nobody gets more than one"),
	KTAP_CASE(test_maglev_order,
		  "the order of configuration does not change the table"),
	KTAP_CASE(test_maglev_seed,
		  "another seed gives another table"),
	KTAP_CASE(test_maglev_alloc_failure,
		  "each allocation of a table may fail, and nothing leaks"),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
