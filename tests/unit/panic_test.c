// SPDX-License-Identifier: GPL-2.0
/* When a pool panics, and what that means for pools that contain it. */
#include <linux/kernel.h>
#include <string.h>

#include "panic.h"
#include "ktap.h"
#include "prng.h"

/* A backend that is up, one that is down, and a group, of a weight. */
#define UP(w) { .weight = (w) }
#define DOWN(w) { .reserve = (w) }
#define G(w, i) { .weight = (w), .is_group = true, .index = (i) }
#define GROUP(parts, percent)						\
	{ .part = (parts), .n = ARRAY_SIZE(parts), .share = (percent) }

static bool panics(u8 share, u64 usable, u64 all)
{
	return mgl_panic(share, &(struct mgl_panic_count){ usable, all });
}

static void test_panic_share(void)
{
	CHECK(!panics(0, 0, 4), "never with a share of 0");
	CHECK(!panics(50, 2, 4), "half of them are half of them");
	CHECK(panics(50, 1, 4), "a quarter is less");
	CHECK(panics(51, 2, 4), "half is less than 51 percent");
	CHECK(panics(1, 0, 4), "none is less than one percent");
	CHECK(!panics(1, 1, 100), "one of a hundred is one percent");
	CHECK(panics(100, 3, 4), "not all are up");
	CHECK(!panics(100, 4, 4), "all are up");
	CHECK(!panics(100, 0, 0), "an empty pool");
	CHECK(panics(34, 1ULL << 50, 3ULL << 50), "of very many");
	CHECK(!panics(33, 1ULL << 50, 3ULL << 50), "of very many");
}

/* Weights are of no interest, but to those that have none. */
static void test_panic_weights(void)
{
	struct mgl_part part[] = { UP(1), DOWN(9), DOWN(7), UP(0), UP(0) };
	struct mgl_group group[] = { GROUP(part, 33) };
	struct mgl_panic_count n = mgl_panic_nest(group, 1);

	CHECK_EQ(n.usable, 1, "usable");
	CHECK_EQ(n.all, 3, "without those of weight 0");
	CHECK(!group[0].panics && !part[1].weight, "a third is up");
	group[0].share = 34;
	mgl_panic_nest(group, 1);
	CHECK(group[0].panics, "less than 34 percent");
	CHECK_EQ(part[0].weight, 1, "one that is up");
	CHECK_EQ(part[1].weight, 9, "one that is down");
	CHECK_EQ(part[2].weight, 7, "the other");
	CHECK_EQ(part[3].weight, 0, "one of weight 0");
}

/* A member that panics does so in the table above; the pool itself does not. */
static void test_panic_member(void)
{
	struct mgl_part top[] = { UP(1), DOWN(1), G(1, 1) };
	struct mgl_part member[] = { DOWN(3), DOWN(4), UP(1) };
	struct mgl_group group[] = { GROUP(top, 40), GROUP(member, 50) };
	struct mgl_panic_count n = mgl_panic_nest(group, 2);

	CHECK_EQ(n.usable, 2, "of both pools");
	CHECK_EQ(n.all, 5, "of both pools");
	CHECK(!group[0].panics && group[1].panics, "two fifths, and a third");
	CHECK_EQ(top[1].weight, 0, "down in the pool above");
	CHECK_EQ(member[0].weight, 3, "down in the member");
}

/* A pool that panics uses all that is below, but for members of weight 0. */
static void test_panic_above(void)
{
	struct mgl_part top[] = { G(1, 1), G(0, 3) };
	struct mgl_part member[] = { DOWN(2), G(1, 2) };
	struct mgl_part below[] = { DOWN(5), UP(1) };
	struct mgl_part unused[] = { DOWN(1), UP(1), UP(1) };
	struct mgl_group group[] = {
		GROUP(top, 40), GROUP(member, 0), GROUP(below, 0),
		GROUP(unused, 0),
	};
	struct mgl_panic_count n = mgl_panic_nest(group, 4);

	CHECK_EQ(n.usable, 1, "without the member of weight 0");
	CHECK_EQ(n.all, 3, "without the member of weight 0");
	CHECK(group[0].panics && group[1].panics && group[2].panics, "all");
	CHECK(!group[3].panics, "but for the one of weight 0");
	CHECK_EQ(member[0].weight, 2, "in the member");
	CHECK_EQ(below[0].weight, 5, "in the member's member");
	CHECK_EQ(unused[0].weight, 0, "not in the one of weight 0");
}

/* A group that is reached in two ways counts for each. */
static void test_panic_twice(void)
{
	struct mgl_part top[] = { G(1, 1), G(1, 2) };
	struct mgl_part left[] = { UP(1), G(1, 2) };
	struct mgl_part both[] = { DOWN(1) };
	struct mgl_group group[] = {
		GROUP(top, 34), GROUP(left, 0), GROUP(both, 0),
	};
	struct mgl_panic_count n = mgl_panic_nest(group, 3);

	CHECK_EQ(n.usable, 1, "one way");
	CHECK_EQ(n.all, 3, "two ways, and one");
	CHECK_EQ(both[0].weight, 1, "used");
}

/* Random chains: a pool that is judged anew, in its own words, agrees. */
static void test_panic_random(void)
{
	enum { LEVELS = 4, PARTS = 6 };
	struct mgl_part part[LEVELS][PARTS];
	struct mgl_group group[LEVELS];
	u64 state = 5;
	u32 run, g, i;

	for (run = 0; run < 5000; run++) {
		u32 up[LEVELS + 1] = {}, all[LEVELS + 1] = {};
		bool forced = false;

		memset(part, 0, sizeof(part));
		for (g = LEVELS; g--; ) {
			group[g] = (struct mgl_group){
				.part = part[g], .n = PARTS,
				.share = prng_below(&state, 101),
			};
			for (i = 0; i < PARTS - 1; i++) {
				u32 kind = prng_below(&state, 3);

				part[g][i].weight = kind == 0;
				part[g][i].reserve = kind == 1;
				up[g] += kind == 0;
				all[g] += kind < 2;
			}
			if (g == LEVELS - 1)
				continue;
			part[g][i] = (struct mgl_part)G(prng_below(&state, 4), g + 1);
			if (part[g][i].weight) {
				up[g] += up[g + 1];
				all[g] += all[g + 1];
			}
		}
		mgl_panic_nest(group, LEVELS);
		for (g = 0; g < LEVELS; g++) {
			if (g && !part[g - 1][PARTS - 1].weight)
				forced = false;
			forced |= up[g] * 100 < all[g] * group[g].share;
			CHECK_EQ(group[g].panics, forced, "run %u, group %u", run, g);
			for (i = 0; i < PARTS - 1; i++)
				CHECK(!part[g][i].reserve ||
				      part[g][i].weight == forced,
				      "run %u, group %u, part %u", run, g, i);
		}
	}
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_panic_share,
		  "a pool panics while fewer than its share are up"),
	KTAP_CASE(test_panic_weights,
		  "backends are counted, without those of weight 0"),
	KTAP_CASE(test_panic_member,
		  "a member that panics uses its backends in the table above, too"),
	KTAP_CASE(test_panic_above,
		  "a pool that panics uses all that is below"),
	KTAP_CASE(test_panic_twice,
		  "a pool that is reached in two ways counts for each"),
	KTAP_CASE(test_panic_random,
		  "random pools of pools are judged as by hand"),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
