// SPDX-License-Identifier: GPL-2.0
/* Fingerprints: equal if and only if two tables agree. */
#include <linux/kernel.h>
#include <stdlib.h>

#include "backends.h"
#include "ktap.h"
#include "prng.h"

/* Swap two slots, see the fingerprint change, swap them back. */
static void check_swap(u16 *slots, u32 size, const struct mgl_candidate *cand,
		       u32 n, u64 base, u32 a, u32 b)
{
	u16 tmp = slots[a];

	if (slots[a] == slots[b])
		return;
	slots[a] = slots[b];
	slots[b] = tmp;
	CHECK(table_fingerprint(slots, size, cand, n) != base,
	      "slots %u and %u swapped", a, b);
	slots[b] = slots[a];
	slots[a] = tmp;
}

static void test_fingerprint_swap(void)
{
	enum { N = 20, SIZE = 251 };
	struct mgl_candidate *cand = backends_new(N, 1, 1);
	u16 *slots = table_new(SIZE, 1, cand, N);
	u64 base = table_fingerprint(slots, SIZE, cand, N);
	u32 a, b;

	for (a = 0; a < SIZE; a++)
		for (b = 0; b < a; b++)
			check_swap(slots, SIZE, cand, N, base, a, b);
	free(slots);
	free(cand);
}

static void test_fingerprint_swap_large(void)
{
	enum { N = 100, SIZE = 65537 };
	struct mgl_candidate *cand = backends_new(N, 1, 2);
	u16 *slots = table_new(SIZE, 1, cand, N);
	u64 base = table_fingerprint(slots, SIZE, cand, N);
	u64 state = 3;
	u32 i;

	for (i = 0; i < 1000; i++)
		check_swap(slots, SIZE, cand, N, base,
			   prng_below(&state, SIZE), prng_below(&state, SIZE));
	free(slots);
	free(cand);
}

static void test_fingerprint_slot(void)
{
	enum { N = 5, SIZE = 251 };
	struct mgl_candidate *cand = backends_new(N, 1, 4);
	u16 *slots = table_new(SIZE, 1, cand, N);
	u64 base = table_fingerprint(slots, SIZE, cand, N);
	u32 s, i;

	for (s = 0; s < SIZE; s++) {
		u16 owner = slots[s];

		for (i = 0; i <= N; i++) {
			slots[s] = i < N ? i : MGL_SLOT_NONE;
			CHECK((table_fingerprint(slots, SIZE, cand, N) ==
			       base) == (i == owner),
			      "slot %u given to %u", s, i);
		}
		slots[s] = owner;
	}
	free(slots);
	free(cand);
}

static void test_fingerprint_size(void)
{
	static const u32 sizes[] = { 251, 257, 263, 65537, 65539, 1048573 };
	struct mgl_candidate *cand = backends_new(1, 1, 5);
	u64 fp[ARRAY_SIZE(sizes)];
	u32 i, j;

	/* With one backend, a smaller table is the larger one's beginning. */
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		u16 *slots = table_new(sizes[i], 1, cand, 1);

		fp[i] = table_fingerprint(slots, sizes[i], cand, 1);
		for (j = 0; j < i; j++)
			CHECK(fp[i] != fp[j], "sizes %u and %u", sizes[i],
			      sizes[j]);
		free(slots);
	}
	free(cand);
}

/* One backend owns every slot whatever the seed: the table is the same. */
static void test_fingerprint_seed(void)
{
	struct mgl_candidate *cand = backends_new(1, 1, 6);
	u64 seed, base = 0;

	for (seed = 0; seed < 20; seed++) {
		u16 *slots = table_new(251, seed, cand, 1);
		u64 fp = table_fingerprint(slots, 251, cand, 1);

		if (!seed)
			base = fp;
		CHECK_EQ(fp, base, "seed %llu", seed);
		free(slots);
	}
	free(cand);
}

/* The same owners under other indices are the same table. */
static void test_fingerprint_identity(void)
{
	enum { N = 30, SIZE = 8191 };
	struct mgl_candidate *cand = backends_new(N, 1, 7);
	u16 *slots = table_new(SIZE, 1, cand, N);
	u64 base = table_fingerprint(slots, SIZE, cand, N);
	u32 i;

	for (i = 0; i < N / 2; i++) {
		struct mgl_candidate tmp = cand[i];

		cand[i] = cand[N - 1 - i];
		cand[N - 1 - i] = tmp;
	}
	CHECK(table_fingerprint(slots, SIZE, cand, N) != base,
	      "other owners at the same indices");
	for (i = 0; i < SIZE; i++)
		slots[i] = N - 1 - slots[i];
	CHECK_EQ(table_fingerprint(slots, SIZE, cand, N), base,
		 "the same owners at other indices");
	free(slots);
	free(cand);
}

static void test_fingerprint_address(void)
{
	struct mgl_candidate *cand = backends_new(3, 1, 8);
	u16 *slots = table_new(251, 1, cand, 3);
	u64 base = table_fingerprint(slots, 251, cand, 3);
	u32 bit;

	for (bit = 0; bit < 128; bit++) {
		cand[1].addr.w[bit / 32] ^= cpu_to_be32(1u << bit % 32);
		CHECK(table_fingerprint(slots, 251, cand, 3) != base,
		      "bit %u", bit);
		cand[1].addr.w[bit / 32] ^= cpu_to_be32(1u << bit % 32);
	}
	free(slots);
	free(cand);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_fingerprint_swap,
		  "tables with any two slots swapped have different fingerprints"),
	KTAP_CASE(test_fingerprint_swap_large,
		  "so have large tables with two slots swapped"),
	KTAP_CASE(test_fingerprint_slot,
		  "a slot with another owner changes the fingerprint"),
	KTAP_CASE(test_fingerprint_size,
		  "the size changes the fingerprint"),
	KTAP_CASE(test_fingerprint_seed,
		  "the seed itself does not change the fingerprint"),
	KTAP_CASE(test_fingerprint_identity,
		  "the fingerprint depends on identities of backends, not on their indices"),
	KTAP_CASE(test_fingerprint_address,
		  "any bit of an address changes the fingerprint"),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
