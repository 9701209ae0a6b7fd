// SPDX-License-Identifier: GPL-2.0
/*
 * The Maglev paper (Eisenbud et al., NSDI 2016, section 3.4): its example and
 * its pseudocode.
 */
#include <linux/kernel.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "backends.h"
#include "ktap.h"
#include "paper.h"

static void test_paper_table_1(void)
{
	static const struct mgl_turns turns[] = {
		{ 3, 4, 3 }, { 0, 2, 2 }, { 3, 1, 2 },
	};
	static const u16 want[7] = { 1, 0, 1, 0, 2, 2, 0 };
	u16 slots[7];
	u32 i;

	CHECK_EQ(mgl_maglev_fill(slots, 7, turns, 3), 0, "fill");
	for (i = 0; i < 7; i++)
		CHECK_EQ(slots[i], want[i], "slot %u", i);
}

static void test_paper_table_1_without_b1(void)
{
	static const struct mgl_turns turns[] = { { 3, 4, 4 }, { 3, 1, 3 } };
	static const u16 want[7] = { 0, 0, 0, 0, 2, 2, 2 };
	static const u16 backend[2] = { 0, 2 };
	u16 slots[7];
	u32 i;

	CHECK_EQ(mgl_maglev_fill(slots, 7, turns, 2), 0, "fill");
	for (i = 0; i < 7; i++)
		CHECK_EQ(backend[slots[i] & 1], want[i], "slot %u", i);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* Returns how much longer the pseudocode takes. */
static double check_same(u32 size, u32 n)
{
	struct mgl_candidate *cand = backends_new(n, 11, size + n);
	double start = now(), theirs, ours;
	u32 *permutation = paper_permutations(cand, n, size, 5);
	int *entry = paper_populate(permutation, n, size);
	u16 *slots;
	u32 s;

	theirs = now() - start;
	start = now();
	slots = table_new(size, 5, cand, n);
	ours = now() - start;
	for (s = 0; s < size; s++)
		CHECK_EQ(slots[s], entry[s], "M = %u, N = %u, slot %u", size,
			 n, s);
	free(slots);
	free(entry);
	free(permutation);
	free(cand);
	return theirs / ours;
}

static void test_paper_pseudocode(void)
{
	static const u32 sizes[] = { 257, 1021, 8191 };
	u32 i, n;

	for (n = 1; n <= 300; n++)
		check_same(251, n);
	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		for (n = 1; n <= 200; n += 1 + n / 4)
			check_same(sizes[i], n);
	for (n = 10; n <= 100; n *= 10)
		NOTE("M = 65537, N = %u: the pseudocode takes %.1f times as long",
		     n, check_same(65537, n));
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_paper_table_1,
		  "the permutations of table 1 of the paper give its lookup table"),
	KTAP_CASE(test_paper_table_1_without_b1,
		  "so they do after B1 is removed"),
	KTAP_CASE(test_paper_pseudocode,
		  "with equal weights the table is that of the pseudocode of the paper"),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
