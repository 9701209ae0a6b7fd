// SPDX-License-Identifier: GPL-2.0
/* Quality of tables: evenness, weights, order of turns, disruption. */
#include <linux/kernel.h>
#include <stdlib.h>
#include <string.h>
#include <uapi/linux/maglev.h>

#include "backends.h"
#include "ktap.h"
#include "prng.h"

static void check_even(u32 size, u32 n)
{
	struct mgl_candidate *cand = backends_new(n, 7, n);
	u32 *count = calloc(n, sizeof(*count));
	u16 *slots = table_new(size, n * 31, cand, n);
	u32 i, least, most;

	table_count(slots, size, count, n);
	least = count[0];
	most = count[0];
	for (i = 0; i < n; i++) {
		least = min(least, count[i]);
		most = max(most, count[i]);
		CHECK_EQ(cand[i].slots, count[i], "N = %u, backend %u", n, i);
	}
	CHECK(most - least <= 1, "M = %u, N = %u: %u to %u", size, n, least,
	      most);
	CHECK_EQ(least, size / n, "M = %u, N = %u", size, n);
	free(slots);
	free(count);
	free(cand);
}

static void test_quality_even_65537(void)
{
	u32 n;

	for (n = 1; n <= 1000; n++)
		check_even(65537, n);
}

static void test_quality_even_sizes(void)
{
	static const u32 some[] = { 1, 2, 3, 10, 100, 997, 1000, 4096 };
	u32 i, n;

	for (n = 1; n <= 600; n++)
		check_even(251, n);
	for (i = 0; i < ARRAY_SIZE(some); i++) {
		check_even(655373, some[i]);
		check_even(1048573, some[i]);
	}
}

/* Every backend is within one slot of its exact share. */
static void check_proportional(u32 size, struct mgl_candidate *cand, u32 n,
			       const char *what)
{
	u32 *count = calloc(n, sizeof(*count));
	u16 *slots = table_new(size, n, cand, n);
	u64 total = 0, sum = 0;
	u32 i;

	for (i = 0; i < n; i++)
		total += cand[i].weight;
	table_count(slots, size, count, n);
	for (i = 0; i < n; i++) {
		s64 diff = (s64)(count[i] * total) -
			   (s64)((u64)size * cand[i].weight);

		sum += count[i];
		CHECK(llabs(diff) < (s64)total,
		      "%s: M = %u, backend %u of weight %u of %llu: %u slots",
		      what, size, i, cand[i].weight, total, count[i]);
		CHECK_EQ(cand[i].slots, count[i], "%s: backend %u", what, i);
	}
	CHECK_EQ(sum, size, "%s", what);
	free(slots);
	free(count);
}

static void test_quality_weights(void)
{
	static const u32 sizes[] = { 251, 8191, 65537, 1048573 };
	static const u32 tops[] = { 2, 10, 256, 65536 };
	u64 state = 11;
	u32 s, t, i, n;

	for (s = 0; s < ARRAY_SIZE(sizes); s++)
		for (t = 0; t < ARRAY_SIZE(tops); t++) {
			struct mgl_candidate *cand;

			n = 2 + prng_below(&state, 1500);
			cand = backends_new(n, 0, state);
			for (i = 0; i < n; i++)
				cand[i].weight = prng_below(&state, tops[t]);
			/* At least one has a weight. */
			cand[n / 2].weight = tops[t] - 1;
			check_proportional(sizes[s], cand, n, "random");
			free(cand);
		}
}

/* Two kinds of backends; the heavy ones come first, last or in the midst. */
static struct mgl_candidate *two_kinds(u32 heavy, u32 heavy_weight, u32 light,
				       u32 light_weight)
{
	u32 n = heavy + light, i;
	struct mgl_candidate *cand = backends_new(n, light_weight, n);

	for (i = 0; i < heavy; i++)
		cand[(i * (n / heavy) + n / 3) % n].weight = heavy_weight;
	return cand;
}

static void test_quality_weights_skewed(void)
{
	static const u32 sizes[] = { 251, 8191, 65537, 1048573 };
	struct mgl_candidate *cand;
	u32 s;

	for (s = 0; s < ARRAY_SIZE(sizes); s++) {
		cand = two_kinds(1, 1000, 1000, 1);
		check_proportional(sizes[s], cand, 1001, "1000 against 1s");
		free(cand);
		cand = two_kinds(1, 65535, 1, 1);
		check_proportional(sizes[s], cand, 2, "65535 against 1");
		free(cand);
		cand = two_kinds(1, 1, 500, 65535);
		check_proportional(sizes[s], cand, 501, "1 against 65535s");
		free(cand);
		cand = two_kinds(10, 3, 90, 2);
		check_proportional(sizes[s], cand, 100, "3s against 2s");
		free(cand);
		cand = backends_new(MAGLEV_BACKENDS_MAX, 65535, s);
		check_proportional(sizes[s], cand, MAGLEV_BACKENDS_MAX,
				   "all of 65535");
		free(cand);
	}
}

/*
 * Turns have no bursts: at every moment all backends are equally far through
 * their quotas, give or take one turn. With k of q turns taken, a backend is
 * somewhere from (k - 1) / q to (k + 1) / q of its way, and all these ranges
 * have a point in common.
 */
static void check_spread(u32 size, struct mgl_candidate *cand, u32 n,
			 const char *what)
{
	u32 *quota = calloc(n, sizeof(*quota));
	u32 *taken = calloc(n, sizeof(*taken));
	u16 *order;
	u32 i, t;

	free(table_new(size, 1, cand, n));
	for (i = 0; i < n; i++)
		quota[i] = cand[i].slots;
	order = turns_new(quota, n, size);
	for (t = 0; t < size; t++) {
		double first = 1, last = 0;

		taken[order[t]]++;
		for (i = 0; i < n; i++) {
			double q = quota[i];

			if (!quota[i])
				continue;
			last = max(last, (taken[i] - 1.0) / q);
			first = min(first, (taken[i] + 1.0) / q);
		}
		CHECK(last < first + 0.000001, "%s: turn %u: %f behind %f",
		      what, t, first, last);
	}
	for (i = 0; i < n; i++)
		CHECK_EQ(taken[i], quota[i], "%s: backend %u", what, i);
	free(order);
	free(taken);
	free(quota);
}

static void test_quality_turns(void)
{
	struct mgl_candidate *cand;
	u64 state = 12;
	u32 i;

	cand = backends_new(100, 1, 1);
	check_spread(8191, cand, 100, "equal");
	for (i = 0; i < 100; i++)
		cand[i].weight = prng_below(&state, 100);
	check_spread(8191, cand, 100, "random");
	free(cand);
	cand = two_kinds(1, 1000, 1000, 1);
	check_spread(8191, cand, 1001, "1000 against 1s");
	free(cand);
	cand = two_kinds(1, 1, 100, 1000);
	check_spread(8191, cand, 101, "1 against 1000s");
	free(cand);
	cand = two_kinds(3, 65535, 2, 1);
	check_spread(65537, cand, 5, "65535s against 1s");
	free(cand);
}

/* Slots of survivors that change owner when backend @gone leaves. */
static u32 moved(u32 size, u64 seed, const struct mgl_candidate *cand, u32 n,
		 const u16 *before, u32 gone)
{
	struct mgl_candidate *left = backends_without(cand, n, gone);
	u16 *after = table_new(size, seed, left, n - 1);
	u32 s, count = 0;

	for (s = 0; s < size; s++)
		count += before[s] != gone &&
			 before[s] != after[s] + (after[s] >= gone);
	free(after);
	free(left);
	return count;
}

/* Percentage of all slots, on average over seeds and leavers. */
static double disruption(u32 size, struct mgl_candidate *cand, u32 n, u32 seeds,
			 u32 step, double *worst)
{
	u64 sum = 0, seed;
	u32 tables = 0;

	*worst = 0;
	for (seed = 1; seed <= seeds; seed++) {
		u16 *before = table_new(size, seed, cand, n);
		u32 gone;

		for (gone = 0; gone < n; gone += step) {
			u32 count = moved(size, seed, cand, n, before, gone);

			sum += count;
			*worst = max(*worst, 100.0 * count / size);
			tables++;
		}
		free(before);
	}
	return 100.0 * sum / tables / size;
}

static void test_quality_removal(void)
{
	struct mgl_candidate *cand = backends_new(100, 1, 13);
	double mean, worst;

	mean = disruption(65537, cand, 100, 5, 1, &worst);
	NOTE("N = 100, M = 65537: %.3f %% moved, %.3f %% at worst", mean,
	     worst);
	CHECK(mean > 0 && mean <= 0.6, "%.3f %%", mean);
	CHECK(worst <= 1.2, "%.3f %%", worst);
	free(cand);
}

/* No bar of the paper's to hold: a regression would show as a leap. */
static void test_quality_removal_weights(void)
{
	struct mgl_candidate *cand = two_kinds(10, 20, 90, 2);
	double mean, worst;

	mean = disruption(65537, cand, 100, 2, 3, &worst);
	NOTE("10 x 20 and 90 x 2, M = 65537: %.3f %% moved, %.3f %% at worst",
	     mean, worst);
	CHECK(mean > 0 && mean <= 1.5, "%.3f %%", mean);
	free(cand);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_quality_even_65537,
		  "equal weights differ by one slot at most, at size 65537 and for each number of backends"),
	KTAP_CASE(test_quality_even_sizes,
		  "equal weights differ by one slot at most at other sizes"),
	KTAP_CASE(test_quality_weights,
		  "slots are proportional to weights"),
	KTAP_CASE(test_quality_weights_skewed,
		  "slots are proportional to very unequal weights"),
	KTAP_CASE(test_quality_turns,
		  "the turns of each backend are spread evenly"),
	KTAP_CASE(test_quality_removal,
		  "removing a backend moves few slots of the others"),
	KTAP_CASE(test_quality_removal_weights,
		  "removing a backend moves few slots of others with weights"),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
