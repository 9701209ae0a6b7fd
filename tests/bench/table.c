// SPDX-License-Identifier: GPL-2.0
/*
 * How long building a table takes, beside the paper's pseudocode, how even it
 * is, and how much moves when a backend fails. Lines of comma separated values.
 *
 *   table [ROUNDS [BACKENDS]]   BACKENDS at most, 1000 if not said
 */
#include <linux/kernel.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "backends.h"
#include "paper.h"

#define SEED 5
#define FAILURES 20

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e3 + ts.tv_nsec / 1e6;
}

static u32 unevenness(const struct mgl_candidate *cand, u32 n)
{
	u32 i, least = ~0U, most = 0;

	for (i = 0; i < n; i++) {
		if (cand[i].slots < least)
			least = cand[i].slots;
		if (cand[i].slots > most)
			most = cand[i].slots;
	}
	return most - least;
}

static int differs(const u16 *slots, const int *entry, u32 size)
{
	u32 s;

	for (s = 0; s < size; s++)
		if (slots[s] != entry[s])
			return 1;
	return 0;
}

/* "build": M, N, round, ours and the paper's ms, max - min slots */
static void time_build(u32 size, u32 n, u32 round)
{
	struct mgl_candidate *cand = backends_new(n, 1, size + n);
	double begin = now_ms(), ours, theirs;
	u16 *slots = table_new(size, SEED, cand, n);
	u32 *permutation;
	int *entry;

	ours = now_ms() - begin;
	begin = now_ms();
	permutation = paper_permutations(cand, n, size, SEED);
	entry = paper_populate(permutation, n, size);
	theirs = now_ms() - begin;
	if (differs(slots, entry, size))
		abort();
	printf("build,%u,%u,%u,%.4f,%.4f,%u\n", size, n, round, ours, theirs,
	       unevenness(cand, n));
	fflush(stdout);
	free(slots);
	free(permutation);
	free(entry);
	free(cand);
}

/* "moved": M, N, percent of survivors' slots that move when one fails */
static void count_moved(u32 size, u32 n)
{
	struct mgl_candidate *cand = backends_new(n, 1, size + n);
	u16 *before = table_new(size, SEED, cand, n);
	u32 gone, s, stay = 0, lost = 0;

	for (gone = 0; gone < FAILURES; gone++) {
		struct mgl_candidate *left = backends_without(cand, n, gone);
		u16 *after = table_new(size, SEED, left, n - 1);

		for (s = 0; s < size; s++) {
			u32 was = before[s];

			if (was == gone)
				continue;
			stay++;
			lost += after[s] != (was > gone ? was - 1 : was);
		}
		free(after);
		free(left);
	}
	printf("moved,%u,%u,%.4f\n", size, n, lost * 100.0 / stay);
	free(before);
	free(cand);
}

int main(int argc, char **argv)
{
	static const u32 sizes[] = { 65537, 655373 };
	u32 rounds = argc > 1 ? atoi(argv[1]) : 7;
	u32 most = argc > 2 ? atoi(argv[2]) : 1000;
	u32 i, n, round;

	for (round = 0; round < rounds; round++)
		for (i = 0; i < ARRAY_SIZE(sizes); i++)
			for (n = 10; n <= most; n *= 10)
				time_build(sizes[i], n, round);
	count_moved(65537, 100);
	return 0;
}
