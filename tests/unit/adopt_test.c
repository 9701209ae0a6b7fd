// SPDX-License-Identifier: GPL-2.0
/* The past of a table, after a restart, in tables small enough to see. */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <string.h>

#include "history.h"
#include "ktap.h"

#define SETTLE	100
#define NOW	1000
#define NONE	MGL_SLOT_NONE
#define SETTLED	MGL_PREV_SETTLED
#define OLD	MGL_PREV_OLD
#define SLOTS	4

struct table {
	u16 slots[SLOTS];
	u64 seed;
	struct mgl_history *history;
};

static const u16 same[] = { 0, 1, 2, 3 };

static struct mgl_table_view view_of(const struct table *t)
{
	return (struct mgl_table_view){
		.slots = t->slots, .size = SLOTS, .seed = t->seed,
		.history = t->history,
	};
}

/* A past, of which each slot that has one is @age old. */
static struct mgl_history *past(const u16 *prev, u32 age)
{
	struct mgl_history *h = mgl_history_alloc(SLOTS, 0);
	u32 s;

	for (s = 0; s < SLOTS; s++) {
		h->prev[s] = prev[s];
		h->changed_at[s] = NOW - age;
	}
	h->last = NOW - age;
	return h;
}

#define PAST(age, ...) past((const u16[]){ __VA_ARGS__ }, age)
#define FIRST(age) PAST(age, NONE, NONE, NONE, NONE)

/* @now has the past that it had as @was, and then it is checked. */
static u32 adopt(struct table *now, struct table *was, const u16 *map)
{
	struct mgl_table_view old = view_of(was), new = view_of(now);
	const struct mgl_transition t = {
		.old = &old, .map = map, .new = &new, .now = NOW,
		.settle = SETTLE,
	};
	struct mgl_history *next;
	u32 slots = 77;

	CHECK_EQ(mgl_history_adopt(&next, &t, &slots), 0, "adopt");
	if (slots) {
		mgl_history_free(now->history);
		now->history = next;
	}
	mgl_history_free(was->history);
	return slots;
}

static void check(const struct table *t, u32 s, u16 prev, u32 left)
{
	CHECK_EQ(mgl_history_left(t->history, s, NOW, SETTLE), left,
		 "slot %u", s);
	if (left && t->history)
		CHECK_EQ(t->history->prev[s], prev, "slot %u", s);
}

/* Nothing has changed: slots remember what they did, for as long. */
static void test_adopt_same(void)
{
	struct table was = { { 0, 1, 2, 3 }, 1, PAST(30, 3, SETTLED, NONE, 0) };
	struct table now = { { 0, 1, 2, 3 }, 1, FIRST(2) };

	CHECK_EQ(adopt(&now, &was, same), SLOTS, "all slots");
	check(&now, 0, 3, SETTLE - 30);
	check(&now, 1, SETTLED, 0);
	check(&now, 2, NONE, SETTLE - 30);
	check(&now, 3, 0, SETTLE - 30);
	CHECK_EQ(now.history->last, NOW - 30, "last");
	mgl_history_free(now.history);
}

/* All slots had settled, so they have now. */
static void test_adopt_settled(void)
{
	struct table was = { { 0, 1, 2, 3 }, 1, NULL };
	struct table now = { { 0, 1, 2, 3 }, 1, FIRST(2) };

	CHECK_EQ(adopt(&now, &was, same), SLOTS, "all slots");
	CHECK(!now.history, "no history");
}

/* What differs is a change, just now. */
static void test_adopt_change(void)
{
	static const u16 map[] = { 0, NONE, 2, 3 };
	struct table was = { { 0, 1, 2, 3 }, 1, PAST(30, 3, SETTLED, SETTLED, 2) };
	struct table now = { { 2, 2, 2, 0 }, 1, FIRST(2) };

	CHECK_EQ(adopt(&now, &was, map), SLOTS, "all slots");
	/* It keeps the one that it remembers already. */
	check(&now, 0, 3, SETTLE);
	/* The owner of then is not there any more. */
	check(&now, 1, NONE, SETTLE);
	check(&now, 2, SETTLED, 0);
	check(&now, 3, 2, SETTLE);
	mgl_history_free(now.history);
}

/* Another seed: the table of then is remembered as a whole. */
static void test_adopt_seed(void)
{
	struct table was = { { 0, 1, 2, 3 }, 1, NULL };
	struct table now = { { 3, 2, 1, 0 }, 2, FIRST(2) };

	CHECK_EQ(adopt(&now, &was, same), SLOTS, "all slots");
	check(&now, 0, OLD, SETTLE);
	CHECK_EQ(now.history->old_seed, 1, "seed");
	CHECK_EQ(now.history->old_size, SLOTS, "size");
	CHECK(!memcmp(now.history->old, same, sizeof(same)), "owners");
	mgl_history_free(now.history);
}

/* Slots that know more than that they are new keep what they know. */
static void test_adopt_own(void)
{
	struct table was = { { 0, 1, 2, 3 }, 1, PAST(30, 3, 3, 3, 3) };
	struct table now = { { 0, 1, 2, 3 }, 1, PAST(2, NONE, 1, SETTLED, NONE) };

	now.history->changed_at[3] = NOW - SETTLE;
	CHECK_EQ(adopt(&now, &was, same), 1, "one slot");
	check(&now, 0, 3, SETTLE - 30);
	check(&now, 1, 1, SETTLE - 2);
	check(&now, 2, SETTLED, 0);
	check(&now, 3, SETTLED, 0);
	CHECK_EQ(now.history->last, NOW - 2, "last");
	mgl_history_free(now.history);
}

static void test_adopt_nothing(void)
{
	struct table was = { { 0, 1, 2, 3 }, 1, PAST(30, 3, 3, 3, 3) };
	struct table now = { { 0, 1, 2, 3 }, 1, NULL };

	CHECK_EQ(adopt(&now, &was, same), 0, "a table that has settled");
	CHECK(!now.history, "no history");

	was.history = PAST(30, 3, 3, 3, 3);
	now.history = mgl_history_alloc(SLOTS, SLOTS);
	memcpy(now.history->prev, ((u16[]){ OLD, NONE, NONE, NONE }),
	       SLOTS * sizeof(u16));
	memset(now.history->changed_at, 0, SLOTS * sizeof(u32));
	CHECK_EQ(adopt(&now, &was, same), 0, "one that remembers a table");
	mgl_history_free(now.history);
}

static void test_adopt_no_memory(void)
{
	struct table was = { { 0, 1, 2, 3 }, 1, PAST(30, 3, 3, 3, 3) };
	struct table now = { { 0, 1, 2, 3 }, 1, FIRST(2) };
	struct mgl_table_view old = view_of(&was), new = view_of(&now);
	const struct mgl_transition t = {
		.old = &old, .map = same, .new = &new, .now = NOW,
		.settle = SETTLE,
	};
	struct mgl_history *next;
	unsigned int nth;
	u32 slots;

	for (nth = 1; nth <= 3; nth++) {
		shim_alloc_fail(nth);
		CHECK_EQ(mgl_history_adopt(&next, &t, &slots), -ENOMEM,
			 "allocation %u", nth);
	}
	shim_alloc_fail(0);
	mgl_history_free(was.history);
	mgl_history_free(now.history);
	CHECK_EQ(shim_alloc_live(), 0, "all is freed");
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_adopt_same,
		  "with the same table slots remember what they did, and for as long"),
	KTAP_CASE(test_adopt_settled,
		  "slots that had settled have"),
	KTAP_CASE(test_adopt_change,
		  "slots of another owner are reassigned just now"),
	KTAP_CASE(test_adopt_seed,
		  "with another seed the table from before is remembered"),
	KTAP_CASE(test_adopt_own,
		  "slots that know more than that they are new keep it"),
	KTAP_CASE(test_adopt_nothing,
		  "a table that has settled, or remembers another one, is left alone"),
	KTAP_CASE(test_adopt_no_memory,
		  "each allocation may fail, and nothing leaks"),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
