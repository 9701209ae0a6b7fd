// SPDX-License-Identifier: GPL-2.0
/* Slots that remember, case by case, in tables small enough to see. */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <string.h>

#include "history.h"
#include "ktap.h"

#define SETTLE	100
#define NONE	MGL_SLOT_NONE
#define SETTLED	MGL_PREV_SETTLED
#define OLD	MGL_PREV_OLD

struct table {
	u16 slots[8];
	u32 size;
	u64 seed;
	struct mgl_history *history;
};

/* The map that leaves the index of every owner as it is. */
static const u16 same[] = { 0, 1, 2, 3, 4, 5, 6, 7 };

static struct mgl_table_view view_of(const struct table *t)
{
	return (struct mgl_table_view){
		.slots = t->slots, .size = t->size, .seed = t->seed,
		.history = t->history,
	};
}

static void change(struct table *t, const u16 *map, struct table to, u32 now)
{
	struct mgl_table_view old = view_of(t), new = view_of(&to);
	const struct mgl_transition tr = {
		.old = t->size ? &old : NULL, .map = map, .new = &new,
		.now = now, .settle = SETTLE,
	};

	CHECK_EQ(mgl_history_next(&to.history, &tr), 0, "change");
	mgl_history_free(t->history);
	*t = to;
}

/* Slot @s remembers @prev, for @left more ticks. */
static void check_slot(const struct table *t, u32 s, u32 now, u16 prev,
		       u32 left)
{
	CHECK_EQ(mgl_history_left(t->history, s, now, SETTLE), left,
		 "slot %u at %u", s, now);
	if (left && t->history)
		CHECK_EQ(t->history->prev[s], prev, "slot %u at %u", s, now);
}

static struct table table_of(u32 size, u64 seed, const u16 *slots)
{
	struct table t = { .size = size, .seed = seed };

	memcpy(t.slots, slots, size * sizeof(*slots));
	return t;
}

#define TABLE(seed, ...) \
	table_of(ARRAY_SIZE(((const u16[]){ __VA_ARGS__ })), seed, \
		 (const u16[]){ __VA_ARGS__ })

/* One that is at rest since a long time. */
#define AT_REST(...) TABLE(1, __VA_ARGS__)

static void test_history_first(void)
{
	struct table t = {};

	change(&t, NULL, TABLE(1, 0, NONE, 1), 7);
	check_slot(&t, 0, 7, NONE, SETTLE);
	check_slot(&t, 1, 7 + 1, NONE, SETTLE - 1);
	check_slot(&t, 2, 7 + SETTLE - 1, NONE, 1);
	check_slot(&t, 2, 7 + SETTLE, NONE, 0);
	CHECK_EQ(t.history->last, 7, "last");
	CHECK(!t.history->old, "no old table");
	mgl_history_free(t.history);
}

static void test_history_previous(void)
{
	struct table t = AT_REST(0, 1, NONE, 2);

	change(&t, same, TABLE(1, 0, 2, 1, NONE), 50);
	check_slot(&t, 0, 50, SETTLED, 0);
	check_slot(&t, 1, 50, 1, SETTLE);
	check_slot(&t, 2, 50, NONE, SETTLE);
	check_slot(&t, 3, 50, 2, SETTLE);
	CHECK_EQ(mgl_history_unsettled(t.history, 50, SETTLE), 3, "at once");
	CHECK_EQ(mgl_history_unsettled(t.history, 149, SETTLE), 3, "just");
	CHECK_EQ(mgl_history_unsettled(t.history, 150, SETTLE), 0, "over");
	CHECK_EQ(mgl_history_unsettled(t.history, 150, SETTLE + 1), 3,
		 "another settle time");
	CHECK_EQ(mgl_history_unsettled(NULL, 50, SETTLE), 0, "no history");
	CHECK_EQ(t.history->last, 50, "last");
	mgl_history_free(t.history);
}

static void test_history_oldest(void)
{
	struct table t = AT_REST(0, 0, 0);

	change(&t, same, TABLE(1, 1, 1, 1), 50);
	/* One changes again, one back again, one not. */
	change(&t, same, TABLE(1, 2, 0, 1), 149);
	check_slot(&t, 0, 149, 0, SETTLE);
	check_slot(&t, 1, 149, 0, SETTLE);
	check_slot(&t, 2, 149, 0, 1);
	CHECK_EQ(t.history->last, 149, "last");
	/* The memory is of a slot: it ends a settle time after its last. */
	change(&t, same, TABLE(1, 3, 3, 3), 150);
	check_slot(&t, 0, 150, 0, SETTLE);
	check_slot(&t, 1, 150, 0, SETTLE);
	check_slot(&t, 2, 150, 1, SETTLE);
	mgl_history_free(t.history);
}

static void test_history_settled(void)
{
	struct table t = AT_REST(0, 0);

	change(&t, same, TABLE(1, 0, 1), 50);
	change(&t, same, TABLE(1, 0, 1), 149);
	check_slot(&t, 1, 149, 0, 1);
	CHECK_EQ(t.history->last, 50, "last");
	change(&t, same, TABLE(1, 0, 1), 150);
	CHECK(!t.history, "there is nothing to remember");
	change(&t, same, TABLE(1, 0, 1), 151);
	CHECK(!t.history, "nor is there later");
}

/* Indices mean nothing, and an owner without an index any more is none. */
static void test_history_identity(void)
{
	static const u16 swap[] = { 1, 0, 2 };
	static const u16 gone[] = { NONE, 0, 1 };
	static const u16 back[] = { 1, 2 };
	struct table t = AT_REST(0, 1, 2);

	change(&t, swap, TABLE(1, 1, 0, 2), 50);
	CHECK(!t.history, "all that changed were indices");
	change(&t, swap, TABLE(1, 0, 0, 2), 51);
	check_slot(&t, 0, 51, SETTLED, 0);
	check_slot(&t, 1, 51, 1, SETTLE);
	/* The number before stays that of the same backend. */
	change(&t, gone, TABLE(1, 0, 0, 1), 52);
	check_slot(&t, 0, 52, NONE, SETTLE);
	check_slot(&t, 1, 52, 0, SETTLE);
	check_slot(&t, 2, 52, SETTLED, 0);
	/* It is added again, as another backend with the old number. */
	change(&t, back, TABLE(1, 0, 0, 2), 53);
	check_slot(&t, 0, 53, NONE, SETTLE);
	check_slot(&t, 1, 53, 1, SETTLE);
	check_slot(&t, 2, 53, SETTLED, 0);
	/* The remembered owner is deleted: none is remembered, for as long. */
	change(&t, (const u16[]){ 0, NONE, 1 }, TABLE(1, 0, 0, 1), 54);
	check_slot(&t, 1, 54, NONE, SETTLE - 1);
	mgl_history_free(t.history);
}

static void test_history_wrap(void)
{
	static const u32 starts[] = { 0xffffffff, 0xffffff9c, 0xffffff9d, 0 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(starts); i++) {
		struct table t = AT_REST(0, 0, 0);
		u32 now = starts[i];

		change(&t, same, TABLE(1, 1, 0, 0), now);
		CHECK_EQ(t.history->last, now, "from %#x", now);
		check_slot(&t, 0, now + 99, 0, 1);
		check_slot(&t, 0, now + 100, 0, 0);
		change(&t, same, TABLE(1, 1, 1, 0), now + 60);
		CHECK_EQ(t.history->last, now + 60, "from %#x", now);
		check_slot(&t, 0, now + 60, 0, 40);
		check_slot(&t, 1, now + 60, 0, 100);
		check_slot(&t, 2, now + 60, 0, 0);
		change(&t, same, TABLE(1, 1, 1, 0), now + 100);
		CHECK_EQ(t.history->last, now + 60, "from %#x", now);
		check_slot(&t, 0, now + 100, 0, 0);
		check_slot(&t, 1, now + 100, 0, 60);
		mgl_history_free(t.history);
	}
}

static void check_old(const struct table *t, struct table want)
{
	u32 s;

	CHECK(t->history && t->history->old, "there is an old table");
	if (!t->history || !t->history->old)
		return;
	CHECK_EQ(t->history->old_size, want.size, "size");
	CHECK_EQ(t->history->old_seed, want.seed, "seed");
	for (s = 0; s < want.size && s < t->history->old_size; s++)
		CHECK_EQ(t->history->old[s], want.slots[s], "slot %u", s);
}

static void test_history_old_table(void)
{
	static const u16 gone[] = { 0, NONE, 1 };
	struct table t = AT_REST(0, 1, 2, NONE), u = AT_REST(0, 1, 2, NONE);
	u32 s;

	change(&t, gone, TABLE(2, 0, 1, 1, 0), 50);
	check_old(&t, TABLE(1, 0, NONE, 1, NONE));
	change(&u, same, TABLE(1, 0, 1, 2), 50);
	check_old(&u, TABLE(1, 0, 1, 2, NONE));
	for (s = 0; s < 3; s++) {
		check_slot(&t, s, 51, OLD, SETTLE - 1);
		check_slot(&u, s, 149, OLD, 1);
		check_slot(&u, s, 150, OLD, 0);
	}
	CHECK_EQ(t.history->last, 50, "last");
	/* It is freed when all slots have settled. */
	change(&t, same, TABLE(2, 0, 1, 1, 0), 150);
	CHECK(!t.history, "no history");
	/* A slot that changes goes on with it; others do not keep it. */
	change(&u, same, TABLE(1, 0, 1, 1), 149);
	check_slot(&u, 2, 149, OLD, SETTLE);
	change(&u, gone, TABLE(1, 0, NONE, NONE), 200);
	check_old(&u, TABLE(1, 0, NONE, 1, NONE));
	check_slot(&u, 1, 200, SETTLED, 0);
	change(&u, same, TABLE(1, 0, 0, NONE), 249);
	CHECK(u.history && !u.history->old, "no old table");
	check_slot(&u, 1, 249, NONE, SETTLE);
	mgl_history_free(u.history);
}

/* An unknown flow went to the owner before: it still does. */
static void test_history_reseed_unsettled(void)
{
	struct table t = AT_REST(0, 1, 2);

	change(&t, same, TABLE(1, 0, 1, 0), 50);
	change(&t, same, TABLE(2, 1, 1, 1), 60);
	check_old(&t, TABLE(1, 0, 1, 2));
	/* And again: the flows are still where the first table had them. */
	change(&t, same, TABLE(3, 2, 2, 2, 2, 2), 70);
	check_old(&t, TABLE(1, 0, 1, 2));
	check_slot(&t, 4, 70, OLD, SETTLE);
	/* A change of the last moment makes one slot last longer, alone. */
	change(&t, same, TABLE(3, 2, 2, 0, 2, 2), 169);
	change(&t, same, TABLE(4, 1, 1), 170);
	check_old(&t, TABLE(3, 2, 2, 0, 2, 2));
	check_slot(&t, 0, 170, OLD, SETTLE);
	mgl_history_free(t.history);
}

static void test_history_moves(void)
{
	static const u16 gone[] = { 0, NONE, 1, 2 };
	struct table t = AT_REST(0, 1, 2, 3, NONE, 0), u;
	struct mgl_table_view old = view_of(&t), new;
	/* By new indices: one may not own slots any more. */
	static const bool may[] = { true, true, false, true };
	struct mgl_moves m;

	/* Same, deleted, taken from one that may stay, drained, new, same. */
	u = TABLE(1, 0, 0, 3, 1, 3, 0);
	new = view_of(&u);
	m = mgl_history_moves(&old, gone, may, &new);
	CHECK_EQ(m.slots, 4, "slots");
	CHECK_EQ(m.survivors, 1, "survivors");
	u = TABLE(1, 0, NONE, 1, 2, NONE, 0);
	m = mgl_history_moves(&old, gone, may, &new);
	CHECK_EQ(m.slots, 0, "only the slot of a deleted one, which has no owner");
	CHECK_EQ(m.survivors, 0, "survivors");
	u = TABLE(2, 0, 0, 1, 2, NONE, 0);
	new = view_of(&u);
	m = mgl_history_moves(&old, gone, may, &new);
	CHECK_EQ(m.slots, 6, "another seed");
	CHECK_EQ(m.survivors, 6, "another seed");
	u = TABLE(1, 0, 0, 1, 2, NONE);
	new = view_of(&u);
	m = mgl_history_moves(&old, gone, may, &new);
	CHECK_EQ(m.slots, 5, "another size");
	CHECK_EQ(m.survivors, 5, "another size");
	m = mgl_history_moves(NULL, NULL, may, &new);
	CHECK_EQ(m.slots, 5, "a first table");
	CHECK_EQ(m.survivors, 0, "a first table");
}

/* Number @n in base @base, lowest digit first. */
static void digits(u32 n, u32 base, u32 *to, u32 count)
{
	while (count--) {
		*to++ = n % base;
		n /= base;
	}
}

/* By definition: a flow of an unsettled slot may have had any slot of @old. */
static bool may_go_to(const struct mgl_history *h, u16 owner, const u32 *age)
{
	u32 s, k;

	for (s = 0; s < h->size; s++) {
		if (age[s] >= SETTLE)
			continue;
		if (h->prev[s] == owner)
			return true;
		for (k = 0; h->prev[s] == OLD && k < h->old_size; k++)
			if (h->old[k] == owner)
				return true;
	}
	return false;
}

/* Every history of three slots, two owners and an old table of two slots. */
static void test_history_remembers(void)
{
	static const u16 prevs[] = { 0, 1, NONE, SETTLED, OLD };
	static const u16 olds[] = { 0, 1, NONE };
	static const u32 ages[] = { 0, SETTLE - 1, SETTLE, 0x80000000 };
	static const u32 times[] = { 5, 50, 0x80000000, 0xffffffff };
	u16 prev[3], old[2];
	u32 changed_at[3], age[3], d[3], p, a, o, t, i, yes = 0, no = 0;
	struct mgl_history h = {
		.size = 3, .prev = prev, .changed_at = changed_at, .old = old,
	};

	for (t = 0; t < ARRAY_SIZE(times); t++)
	for (p = 0; p < 5 * 5 * 5; p++)
	for (a = 0; a < 4 * 4 * 4; a++)
	for (o = 0; o < 3 * 3; o++) {
		bool any_old = false;
		u16 owner;

		digits(p, 5, d, 3);
		for (i = 0; i < 3; i++) {
			prev[i] = prevs[d[i]];
			any_old |= prev[i] == OLD;
		}
		digits(a, 4, d, 3);
		for (i = 0; i < 3; i++) {
			age[i] = ages[d[i]];
			changed_at[i] = times[t] - age[i];
		}
		digits(o, 3, d, 2);
		for (i = 0; i < 2; i++)
			old[i] = olds[d[i]];
		/* There is no old table where no slot refers to it. */
		h.old_size = any_old ? 2 : 0;
		for (owner = 0; owner < 2; owner++) {
			bool want = may_go_to(&h, owner, age);

			CHECK_EQ(mgl_history_remembers(&h, owner, times[t],
						       SETTLE), want,
				 "time %#x, prev %u, ages %u, old %u, owner %u",
				 times[t], p, a, o, owner);
			yes += want;
			no += !want;
		}
	}
	CHECK(yes > 1000 && no > 1000, "%u do, %u do not", yes, no);
	CHECK(!mgl_history_remembers(NULL, 0, 50, SETTLE), "no history");
}

static void check_failures(const struct table *from, struct table to,
			   unsigned int expected, const char *what)
{
	struct mgl_table_view old = view_of(from), new = view_of(&to);
	const struct mgl_transition tr = {
		.old = from->size ? &old : NULL, .map = same, .new = &new,
		.now = 60, .settle = SETTLE,
	};
	struct mgl_history *next = NULL;
	long live = shim_alloc_live();
	unsigned int nth;

	for (nth = 1; nth <= expected; nth++) {
		shim_alloc_fail(nth);
		CHECK_EQ(-mgl_history_next(&next, &tr), ENOMEM,
			 "%s: allocation %u", what, nth);
		CHECK_EQ(shim_alloc_live(), live, "%s: %u", what, nth);
	}
	shim_alloc_fail(0);
	CHECK_EQ(mgl_history_next(&next, &tr), 0, "%s", what);
	CHECK_EQ(shim_alloc_fail(0), expected, "%s: allocations", what);
	mgl_history_free(next);
	CHECK_EQ(shim_alloc_live(), live, "%s: freed", what);
}

static void test_history_alloc_failure(void)
{
	struct table none = {}, t = AT_REST(0, 1, 2);
	long live = shim_alloc_live();

	check_failures(&none, TABLE(1, 0, 1, 2), 3, "first");
	check_failures(&t, TABLE(1, 0, 1, 1), 3, "change");
	check_failures(&t, TABLE(1, 0, 1, 2), 3, "no change");
	check_failures(&t, TABLE(2, 0, 1, 2), 4, "rotation");
	change(&t, same, TABLE(2, 0, 1, 2), 50);
	check_failures(&t, TABLE(2, 1, 1, 2), 4, "change after a rotation");
	check_failures(&t, TABLE(3, 1, 1), 4, "two rotations");
	mgl_history_free(t.history);
	CHECK_EQ(shim_alloc_live(), live, "freed");
	mgl_history_free(NULL);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_history_first,
		  "in a first table every owned slot remembers that it had no owner"),
	KTAP_CASE(test_history_previous,
		  "a reassigned slot remembers its previous owner for the settle time"),
	KTAP_CASE(test_history_oldest,
		  "a slot that is reassigned while unsettled goes on with the owner it remembers"),
	KTAP_CASE(test_history_settled,
		  "settled slots are forgotten by the next change"),
	KTAP_CASE(test_history_identity,
		  "owners are compared by identity, and a deleted one is none"),
	KTAP_CASE(test_history_wrap,
		  "ages are right while the clock wraps"),
	KTAP_CASE(test_history_old_table,
		  "with another seed or size every slot remembers by way of the old table"),
	KTAP_CASE(test_history_reseed_unsettled,
		  "a new seed while slots are unsettled keeps the table that older flows are spread by"),
	KTAP_CASE(test_history_moves,
		  "reassigned slots, and those of owners that could have stayed, are counted"),
	KTAP_CASE(test_history_remembers,
		  "an owner is remembered while an unsettled slot names it, itself or by way of the old table"),
	KTAP_CASE(test_history_alloc_failure,
		  "each allocation of a history may fail, and nothing leaks"),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
