// SPDX-License-Identifier: GPL-2.0
/*
 * Slots that remember against a model that knows owners by address, as the
 * design does, and time without end, through years of random changes.
 */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <stdlib.h>
#include <string.h>

#include "backends.h"
#include "history.h"
#include "ktap.h"
#include "prng.h"

#define BACKENDS	12	/* addresses that there are */
#define SLOTS_MAX	257
#define NOBODY		0	/* an address that no backend has */

struct model_slot {
	u32 cur;
	bool remembers;
	bool old;	/* by way of the old table */
	u32 prev;
	u64 changed_at;
};

struct model {
	struct model_slot slot[SLOTS_MAX];
	u32 size;
	u64 seed;
	u32 old[SLOTS_MAX];
	u32 old_size;
	u64 old_seed;
	bool any;
};

struct life {
	struct model m;
	u64 prng;
	u64 now;
	u32 settle;
	u32 weight[BACKENDS];
	bool there[BACKENDS];
	u32 size;
	u64 seed;

	/* The table as it is. */
	u32 n;
	struct mgl_candidate cand[BACKENDS];
	u16 *slots;
	struct mgl_history *history;
	u32 table_size;
	u64 table_seed;

	u32 unsettled, by_old, rotations, empty;
	u32 remembered[2];
};

static u32 address(const struct mgl_candidate *cand, u16 owner)
{
	if (owner == MGL_SLOT_NONE)
		return NOBODY;
	return be32_to_cpu(mgl_addr_to_v4(&cand[owner].addr));
}

static bool unsettled(const struct life *l, const struct model_slot *s)
{
	return s->remembers && l->now - s->changed_at < l->settle;
}

/* Backends that are not in the new table are none from now on. */
static void model_forget(struct model *m, u32 addr)
{
	u32 s;

	for (s = 0; s < m->size; s++) {
		if (m->slot[s].cur == addr)
			m->slot[s].cur = NOBODY;
		if (m->slot[s].prev == addr)
			m->slot[s].prev = NOBODY;
	}
	for (s = 0; s < m->old_size; s++)
		if (m->old[s] == addr)
			m->old[s] = NOBODY;
}

/* The old table is where an unknown flow of each slot went. */
static void model_rotate(struct life *l)
{
	struct model *m = &l->m;
	bool all_old = true;
	u32 s;

	for (s = 0; s < m->size; s++)
		all_old &= unsettled(l, &m->slot[s]) && m->slot[s].old;
	if (!all_old) {
		for (s = 0; s < m->size; s++) {
			const struct model_slot *slot = &m->slot[s];

			m->old[s] = unsettled(l, slot) && !slot->old ?
				    slot->prev : slot->cur;
		}
		m->old_size = m->size;
		m->old_seed = m->seed;
	}
	for (s = 0; s < l->size; s++)
		m->slot[s] = (struct model_slot){
			.remembers = true, .old = true, .changed_at = l->now,
		};
}

static void model_change(struct life *l, const u16 *slots,
			 const struct mgl_candidate *cand)
{
	struct model *m = &l->m;
	bool other = m->any && (m->size != l->size || m->seed != l->seed);
	u32 s;

	if (other)
		model_rotate(l);
	for (s = 0; s < l->size; s++) {
		struct model_slot *slot = &m->slot[s];
		u32 owner = address(cand, slots[s]);

		/* A slot that has settled by a change stays settled, with any settle time. */
		slot->remembers = unsettled(l, slot);
		if (!other && (!m->any || slot->cur != owner)) {
			if (!slot->remembers) {
				slot->prev = slot->cur;
				slot->old = false;
			}
			slot->remembers = true;
			slot->changed_at = l->now;
		}
		slot->cur = owner;
	}
	m->any = true;
	m->size = l->size;
	m->seed = l->seed;
}

static u32 table_build(struct life *l, struct mgl_candidate *cand, u16 *map,
		       u16 **slots)
{
	u32 i, k, n = 0;

	for (i = 0; i < BACKENDS; i++)
		if (l->there[i])
			cand[n++] = (struct mgl_candidate){
				.addr = mgl_addr_v4(cpu_to_be32(i + 1)),
				.weight = l->weight[i],
			};
	backends_sort(cand, n);
	*slots = table_new(l->size, l->seed, cand, n);
	for (k = 0; k < l->n; k++) {
		map[k] = MGL_SLOT_NONE;
		for (i = 0; i < n; i++)
			if (mgl_addr_equal(&cand[i].addr, &l->cand[k].addr))
				map[k] = i;
	}
	return n;
}

static bool model_remembers(const struct life *l, u32 settle, u32 addr)
{
	const struct model *m = &l->m;
	bool in_old = false;
	u32 s;

	for (s = 0; s < m->old_size; s++)
		in_old |= m->old[s] == addr;
	for (s = 0; s < m->size; s++) {
		const struct model_slot *slot = &m->slot[s];

		if (slot->remembers && l->now - slot->changed_at < settle &&
		    (slot->old ? in_old : slot->prev == addr))
			return true;
	}
	return false;
}

static void check_owners(struct life *l, u32 settle)
{
	u32 i;

	for (i = 0; i < l->n; i++) {
		bool want = model_remembers(l, settle, address(l->cand, i));

		CHECK_EQ(mgl_history_remembers(l->history, i, l->now, settle),
			 want, "owner %u", i);
		l->remembered[want]++;
	}
}

static void check(struct life *l, u32 settle)
{
	const struct mgl_history *h = l->history;
	const struct model *m = &l->m;
	u32 s, n = 0, by_old = 0;

	for (s = 0; s < m->size; s++) {
		const struct model_slot *slot = &m->slot[s];
		u32 left = mgl_history_left(h, s, l->now, settle);
		u64 age = l->now - slot->changed_at;

		CHECK_EQ(left, slot->remembers && age < settle ? settle - age :
			 0, "slot %u", s);
		if (!left)
			continue;
		n++;
		by_old += slot->old;
		CHECK_EQ(h->prev[s] == MGL_PREV_OLD, slot->old, "slot %u", s);
		if (!slot->old && h->prev[s] != MGL_PREV_OLD)
			CHECK_EQ(address(l->cand, h->prev[s]), slot->prev,
				 "slot %u", s);
	}
	CHECK_EQ(mgl_history_unsettled(h, l->now, settle), n, "unsettled");
	check_owners(l, settle);
	l->unsettled += n;
	l->by_old += by_old;
	if (!by_old)
		return;
	CHECK_EQ(h->old_size, m->old_size, "old size");
	CHECK_EQ(h->old_seed, m->old_seed, "old seed");
	for (s = 0; s < h->old_size && s < m->old_size; s++)
		CHECK_EQ(address(l->cand, h->old[s]), m->old[s],
			 "old slot %u", s);
}

/* After a change: is more kept than has to be? When will all be over? */
static void check_size(struct life *l)
{
	u64 last = 0;
	bool any = false, old = false;
	u32 s;

	for (s = 0; s < l->m.size; s++) {
		const struct model_slot *slot = &l->m.slot[s];

		any |= slot->remembers;
		old |= slot->remembers && slot->old;
		if (slot->remembers && slot->changed_at > last)
			last = slot->changed_at;
	}
	CHECK_EQ(!!l->history, any, "history");
	CHECK_EQ(l->history && l->history->old, old, "old table");
	if (l->history)
		CHECK_EQ(l->history->last, (u32)last, "last change");
	l->empty += !any;
}

static void change(struct life *l)
{
	struct mgl_candidate cand[BACKENDS];
	struct mgl_table_view old, new;
	struct mgl_transition tr;
	struct mgl_history *next;
	u16 map[BACKENDS], *slots;
	u32 i, k, n;

	n = table_build(l, cand, map, &slots);
	old = (struct mgl_table_view){
		l->slots, l->table_size, l->table_seed, l->history,
	};
	new = (struct mgl_table_view){ slots, l->size, l->seed, NULL };
	tr = (struct mgl_transition){
		.old = l->slots ? &old : NULL, .map = map, .new = &new,
		.now = l->now, .settle = l->settle,
	};
	CHECK_EQ(mgl_history_next(&next, &tr), 0, "change");
	for (k = 0; k < l->n; k++)
		if (map[k] == MGL_SLOT_NONE)
			model_forget(&l->m, address(l->cand, k));
	l->rotations += l->m.any && (l->m.size != l->size ||
				     l->m.seed != l->seed);
	model_change(l, slots, cand);

	mgl_history_free(l->history);
	free(l->slots);
	l->history = next;
	l->slots = slots;
	l->n = n;
	for (i = 0; i < n; i++)
		l->cand[i] = cand[i];
	l->table_size = l->size;
	l->table_seed = l->seed;
	check_size(l);
}

/* One thing that an administrator might do. */
static void reconfigure(struct life *l)
{
	static const u32 sizes[] = { 251, 257 };
	u32 i = prng_below(&l->prng, BACKENDS);

	switch (prng_below(&l->prng, 16)) {
	case 0:
		l->seed = prng_below(&l->prng, 4);
		break;
	case 1:
		l->size = sizes[prng_below(&l->prng, 2)];
		break;
	case 2:
		l->settle = 1000 + prng_below(&l->prng, 3) * 1000;
		break;
	case 3 ... 8:
		l->there[i] = !l->there[i];
		l->weight[i] = 5;
		break;
	case 9 ... 13:
		l->weight[i] = prng_below(&l->prng, 3) * 5;
		break;
	default:
		/* The same again. */
		break;
	}
}

static void live(u64 seed, u64 start, u32 turns)
{
	struct life *l = calloc(1, sizeof(*l));
	u32 turn, k;

	l->prng = seed;
	l->now = start;
	l->settle = 2000;
	l->size = 251;
	for (turn = 0; turn < turns; turn++) {
		reconfigure(l);
		change(l);
		check(l, l->settle);
		/* Mostly within the settle time; now and then all is over. */
		k = prng_below(&l->prng, 8);
		l->now += k < 2 ? 0 : k < 7 ? prng_below(&l->prng, 800) :
			  prng_below(&l->prng, 5000);
		check(l, l->settle);
	}
	CHECK(l->unsettled > turns * 10 && l->by_old > turns &&
	      l->rotations > turns / 50 && l->empty > turns / 100,
	      "%u unsettled, %u by the old table, %u rotations, %u empty",
	      l->unsettled, l->by_old, l->rotations, l->empty);
	CHECK(l->remembered[0] > turns && l->remembered[1] > turns,
	      "%u owners forgotten, %u remembered", l->remembered[0],
	      l->remembered[1]);
	mgl_history_free(l->history);
	free(l->slots);
	free(l);
}

static void test_history_model(void)
{
	live(1, 0, 3000);
	live(2, 123456789, 3000);
}

/* The clock of the module, which has 32 bits. */
static void test_history_model_wrap(void)
{
	u32 i;

	for (i = 0; i < 10; i++)
		live(3 + i, 0xffffffffULL - 20000 * i, 300);
	CHECK_EQ(shim_alloc_live(), 0, "all is freed");
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_history_model,
		  "through random changes slots remember as the model by address does"),
	KTAP_CASE(test_history_model_wrap,
		  "the same holds while the clock wraps"),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
