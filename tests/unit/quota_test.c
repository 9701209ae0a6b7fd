// SPDX-License-Identifier: GPL-2.0
/* Quotas: of weights, and of groups in groups. */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <string.h>

#include "ktap.h"
#include "prng.h"
#include "quota.h"

#define SIZE 65537

/* A backend, and a group, of a weight. */
#define B(w) { .weight = (w) }
#define G(w, i) { .weight = (w), .is_group = true, .index = (i) }
#define GROUP(parts) { .part = (parts), .n = ARRAY_SIZE(parts) }

static void test_quota_remainders(void)
{
	struct mgl_part part[] = { B(1), B(1), B(1), B(0) };
	struct mgl_part uneven[] = { B(5), B(3), B(2) };

	CHECK_EQ(mgl_quota_divide(8, part, 4), 0, "divide");
	CHECK_EQ(part[0].quota, 3, "first of equal remainders");
	CHECK_EQ(part[1].quota, 3, "second");
	CHECK_EQ(part[2].quota, 2, "third");
	CHECK_EQ(part[3].quota, 0, "weight 0");
	/* Exact shares are 3.5, 2.1 and 1.4. */
	CHECK_EQ(mgl_quota_divide(7, uneven, 3), 0, "divide");
	CHECK_EQ(uneven[0].quota, 4, "largest remainder");
	CHECK_EQ(uneven[1].quota, 2, "smallest");
	CHECK_EQ(uneven[2].quota, 1, "middle");
}

static void test_quota_nothing(void)
{
	struct mgl_part none[] = { B(0), B(0) }, one[] = { B(7) };

	none[0].quota = 9;
	CHECK_EQ(mgl_quota_divide(SIZE, none, 2), 0, "no weight");
	CHECK_EQ(none[0].quota, 0, "no weight");
	CHECK_EQ(mgl_quota_divide(0, one, 1), 0, "no slots");
	CHECK_EQ(one[0].quota, 0, "no slots");
	CHECK_EQ(mgl_quota_divide(SIZE, NULL, 0), 0, "no parts");
}

/* A member's weight is that of all of its backends together. */
static void test_quota_member(void)
{
	struct mgl_part top[] = { B(1), G(3, 1) };
	struct mgl_part member[] = { B(10), B(20) };
	struct mgl_group group[] = { GROUP(top), GROUP(member) };

	CHECK_EQ(mgl_quota_nest(1200, group, 2), 0, "nest");
	CHECK_EQ(top[0].quota, 300, "backend beside the member");
	CHECK_EQ(group[1].slots, 900, "member");
	CHECK_EQ(member[0].quota, 300, "first backend of the member");
	CHECK_EQ(member[1].quota, 600, "second");
}

/* The only member of a pool has the quotas that it has by itself. */
static void test_quota_only_member(void)
{
	struct mgl_part top[] = { G(77, 1) };
	struct mgl_part member[] = { B(3), B(1), B(9) };
	struct mgl_part alone[] = { B(3), B(1), B(9) };
	struct mgl_group group[] = { GROUP(top), GROUP(member) };
	u32 i;

	CHECK_EQ(mgl_quota_nest(SIZE, group, 2), 0, "nest");
	CHECK_EQ(mgl_quota_divide(SIZE, alone, 3), 0, "divide");
	for (i = 0; i < 3; i++)
		CHECK_EQ(member[i].quota, alone[i].quota, "backend %u", i);
}

/* A pool that is reached in two ways divides the sum. */
static void test_quota_twice(void)
{
	struct mgl_part top[] = { G(1, 1), G(1, 2) };
	struct mgl_part left[] = { B(1), G(1, 2) };
	struct mgl_part both[] = { B(1), B(2) };
	struct mgl_group group[] = { GROUP(top), GROUP(left), GROUP(both) };

	CHECK_EQ(mgl_quota_nest(1200, group, 3), 0, "nest");
	CHECK_EQ(left[0].quota, 300, "the other way");
	CHECK_EQ(group[2].slots, 900, "600 and 300");
	CHECK_EQ(both[0].quota, 300, "a third");
	CHECK_EQ(both[1].quota, 600, "two thirds");
}

/* A member without a usable backend leaves its slots to the others. */
static void test_quota_dead(void)
{
	struct mgl_part top[] = { B(1), G(5, 1), G(1, 2), G(0, 3) };
	struct mgl_part dead[] = { B(0), G(1, 4) };
	struct mgl_part alive[] = { B(0), B(1) };
	struct mgl_part unused[] = { B(1) };
	struct mgl_part empty[] = { B(0) };
	struct mgl_group group[] = {
		GROUP(top), GROUP(dead), GROUP(alive), GROUP(unused),
		GROUP(empty),
	};

	CHECK_EQ(mgl_quota_nest(1000, group, 5), 0, "nest");
	CHECK_EQ(top[0].quota, 500, "backend");
	CHECK_EQ(top[1].quota, 0, "member without a weight in it");
	CHECK_EQ(alive[1].quota, 500, "member with one");
	CHECK_EQ(unused[0].quota, 0, "member of weight 0");
	CHECK(group[0].reached && group[2].reached, "get slots");
	CHECK(!group[1].reached && !group[3].reached && !group[4].reached,
	      "get none");
	alive[1].weight = 0;
	top[0].weight = 0;
	CHECK_EQ(mgl_quota_nest(1000, group, 5), 0, "nest");
	CHECK(!group[0].reached, "nobody has a weight");
	CHECK_EQ(top[0].quota + alive[1].quota, 0, "nobody has a weight");
}

/*
 * Chains of random groups: no slot is lost, and a backend is away from its exact
 * share by less than a slot for each group on its way.
 */
static void test_quota_exact(void)
{
	enum { LEVELS = 4, PARTS = 9 };
	struct mgl_part part[LEVELS][PARTS];
	struct mgl_group group[LEVELS];
	u64 state = 99;
	u32 run, g, i;

	for (run = 0; run < 2000; run++) {
		double share = SIZE;
		u32 sum = 0;

		memset(part, 0, sizeof(part));
		for (g = 0; g < LEVELS; g++) {
			group[g] = (struct mgl_group){
				.part = part[g], .n = PARTS,
			};
			for (i = 0; i < PARTS; i++)
				part[g][i].weight = 1 + prng_below(&state, 65535);
			if (g < LEVELS - 1) {
				part[g][PARTS - 1].is_group = true;
				part[g][PARTS - 1].index = g + 1;
			}
		}
		CHECK_EQ(mgl_quota_nest(SIZE, group, LEVELS), 0, "nest");
		for (g = 0; g < LEVELS; g++) {
			double total = 0;

			for (i = 0; i < PARTS; i++)
				total += part[g][i].weight;
			for (i = 0; i < PARTS; i++) {
				double exact = share * part[g][i].weight / total;
				double off = part[g][i].quota - exact;

				CHECK(off < g + 1 && off > -1.0 - g,
				      "run %u, group %u, part %u: %f", run, g, i,
				      off);
				if (!part[g][i].is_group)
					sum += part[g][i].quota;
			}
			share = share * part[g][PARTS - 1].weight / total;
		}
		CHECK_EQ(sum, SIZE, "run %u", run);
	}
}

static void test_quota_alloc_failure(void)
{
	struct mgl_part top[] = { B(1), G(3, 1) };
	struct mgl_part member[] = { B(10), B(20) };
	struct mgl_group group[] = { GROUP(top), GROUP(member) };
	int n;

	for (n = 1; n <= 2; n++) {
		shim_alloc_fail(n);
		CHECK_EQ(mgl_quota_nest(100, group, 2), -ENOMEM, "failure %d", n);
	}
	shim_alloc_fail(0);
	CHECK_EQ(mgl_quota_nest(100, group, 2), 0, "no failure");
	CHECK_EQ(shim_alloc_fail(0), 2, "allocations");
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_quota_remainders,
		  "slots left over go to the largest remainders, lower index first"),
	KTAP_CASE(test_quota_nothing,
		  "without weight or slots nobody gets any"),
	KTAP_CASE(test_quota_member,
		  "backends of a member share its weight by their own"),
	KTAP_CASE(test_quota_only_member,
		  "an only member has the quotas that it has by itself"),
	KTAP_CASE(test_quota_twice,
		  "a member that is reached in two ways gets the slots of both"),
	KTAP_CASE(test_quota_dead,
		  "a member without a weight in it gets no slot"),
	KTAP_CASE(test_quota_exact,
		  "quotas add up, and are off by less than a slot per pool on the way"),
	KTAP_CASE(test_quota_alloc_failure,
		  "each allocation may fail, and nothing leaks"),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
