// SPDX-License-Identifier: GPL-2.0
/*
 * How evenly slots are given out, and how many change hands when backends
 * fail: figures 11 and 12 of the Maglev paper (NSDI 2016), as CSV.
 *
 * usage: evenness [OPTION]...   with options as below
 */
#include <getopt.h>
#include <linux/kernel.h>
#include <stdio.h>
#include <stdlib.h>

#include "backends.h"
#include "method.h"
#include "prng.h"

static unsigned int size = 65537, n = 1000, tables = 5;
static bool resilience;

static const struct option options[] = {
	{ "size", required_argument, NULL, 'm' },
	{ "backends", required_argument, NULL, 'n' },
	{ "tables", required_argument, NULL, 't' },
	{ "resilience", no_argument, NULL, 'r' },
	{}
};

static void parse(int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		unsigned long arg = optarg ? strtoul(optarg, NULL, 0) : 0;

		switch (c) {
		case 'm':
			size = arg;
			break;
		case 'n':
			n = arg;
			break;
		case 't':
			tables = arg;
			break;
		case 'r':
			resilience = true;
			break;
		default:
			exit(2);
		}
	}
}

static u16 *fill(const struct method *method, u64 seed,
		 struct mgl_candidate *cand)
{
	u16 *slots = calloc(size, sizeof(*slots));

	if (!slots)
		abort();
	method->fill(slots, size, seed, cand, n);
	return slots;
}

/* Least and most loaded backend, in averages, each as the mean over tables. */
static void print_evenness(const struct method *method)
{
	double average = (double)size / n, least = 0, most = 0;
	u32 *count = calloc(n, sizeof(*count));
	u32 seed, i;

	for (seed = 1; seed <= tables; seed++) {
		struct mgl_candidate *cand = backends_new(n, 1, seed);
		u16 *slots = fill(method, seed, cand);
		u32 lo, hi;

		table_count(slots, size, count, n);
		lo = count[0];
		hi = count[0];
		for (i = 0; i < n; i++) {
			lo = min(lo, count[i]);
			hi = max(hi, count[i]);
		}
		least += lo / average / tables;
		most += hi / average / tables;
		free(slots);
		free(cand);
	}
	printf("%s,%u,%u,%u,%.4f,%.4f\n", method->name, size, n, tables, least,
	       most);
	free(count);
}

static void fail(struct mgl_candidate *cand, u32 failed, u64 *state)
{
	while (failed) {
		u32 i = prng_below(state, n);

		failed -= cand[i].weight;
		cand[i].weight = 0;
	}
}

/* Slots that change hands, and those of them whose owner could have stayed. */
struct moves {
	u64 all;
	u64 survivors;
};

static const u32 failed_of_1000[] = { 1, 2, 5, 10, 20, 50, 100 };

static u32 failures(u32 i)
{
	return max(1u, failed_of_1000[i] * n / 1000);
}

static void count_moves(const struct method *method, u32 seed,
			struct moves *moves)
{
	u64 state = seed;
	u16 *before = NULL, *after;
	u32 i, s;

	for (i = 0; i < ARRAY_SIZE(failed_of_1000); i++) {
		struct mgl_candidate *cand = backends_new(n, 1, seed);

		if (!before)
			before = fill(method, seed, cand);
		fail(cand, failures(i), &state);
		after = fill(method, seed, cand);
		for (s = 0; s < size; s++)
			if (before[s] != after[s]) {
				moves[i].all++;
				moves[i].survivors += cand[before[s]].weight;
			}
		free(after);
		free(cand);
	}
	free(before);
}

static void print_resilience(const struct method *method)
{
	struct moves moves[ARRAY_SIZE(failed_of_1000)] = {};
	double all = (double)size * tables / 100;
	u32 seed, i;

	for (seed = 1; seed <= tables; seed++)
		count_moves(method, seed, moves);
	for (i = 0; i < ARRAY_SIZE(failed_of_1000); i++)
		printf("%s,%u,%u,%u,%.2f,%.4f,%.4f\n", method->name, size, n,
		       tables, 100.0 * failures(i) / n, moves[i].all / all,
		       moves[i].survivors / all);
}

int main(int argc, char **argv)
{
	u32 m;

	parse(argc, argv);
	for (m = 0; m < n_methods; m++)
		if (resilience)
			print_resilience(&methods[m]);
		else
			print_evenness(&methods[m]);
	return 0;
}
