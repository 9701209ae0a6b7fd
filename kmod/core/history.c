// SPDX-License-Identifier: GPL-2.0
/*
 * Carry previous owners over from one table to the next. Owners are compared by
 * identity: a map gives the index of an owner in the new table.
 */
#include <kunit/visibility.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "history.h"

/* A backend that is not in the new table is not usable: same as no owner. */
static u16 renumber(const u16 *map, u16 owner)
{
	return owner == MGL_SLOT_NONE ? owner : map[owner];
}

/**
 * mgl_history_alloc() - allocate a history
 * @size: number of slots of the table
 * @old_size: number of slots of the former table, or 0
 *
 * Context: may sleep.
 * Return: the history, whose arrays are not initialised, or NULL without memory.
 */
struct mgl_history *mgl_history_alloc(u32 size, u32 old_size)
{
	struct mgl_history *h;

	h = kvzalloc(sizeof(*h), GFP_KERNEL_ACCOUNT);
	if (!h)
		return NULL;
	h->size = size;
	h->prev = kvmalloc_array(size, sizeof(*h->prev), GFP_KERNEL_ACCOUNT);
	h->changed_at = kvmalloc_array(size, sizeof(*h->changed_at),
				       GFP_KERNEL_ACCOUNT);
	if (old_size)
		h->old = kvmalloc_array(old_size, sizeof(*h->old),
					GFP_KERNEL_ACCOUNT);
	h->old_size = old_size;
	if (!h->prev || !h->changed_at || (old_size && !h->old)) {
		mgl_history_free(h);
		return NULL;
	}
	return h;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_history_alloc);

/**
 * mgl_history_free() - free a history
 * @h: the history, which no reader can see any more, or NULL
 *
 * Context: any but hard interrupts.
 */
void mgl_history_free(struct mgl_history *h)
{
	if (!h)
		return;
	kvfree(h->prev);
	kvfree(h->changed_at);
	kvfree(h->old);
	kvfree(h);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_history_free);

/* Sets @h->last. Returns true if a slot remembers. */
static bool find_last(struct mgl_history *h, u32 now, u32 settle)
{
	bool any = false;
	u32 s;

	h->last = now - settle;
	for (s = 0; s < h->size; s++) {
		if (h->prev[s] == MGL_PREV_SETTLED)
			continue;
		any = true;
		if ((s32)(h->changed_at[s] - h->last) > 0)
			h->last = h->changed_at[s];
	}
	return any;
}

/* Computes the history of one slot, whose former table had the same slots. */
static void slot_next(struct mgl_history *h, u32 s,
		      const struct mgl_transition *t)
{
	const struct mgl_table_view *old = t->old;
	u16 owner = old ? renumber(t->map, old->slots[s]) : MGL_SLOT_NONE;
	bool unsettled = old && mgl_history_left(old->history, s, t->now,
						 t->settle);
	u16 prev = MGL_PREV_SETTLED;

	if (unsettled) {
		prev = old->history->prev[s];
		if (prev != MGL_PREV_OLD)
			prev = renumber(t->map, prev);
	}
	if (old && t->new->slots[s] == owner) {
		h->prev[s] = prev;
		h->changed_at[s] = unsettled ? old->history->changed_at[s] : 0;
	} else {
		h->prev[s] = unsettled ? prev : owner;
		h->changed_at[s] = t->now;
	}
}

/* Same size and seed: each slot has a history of its own. */
static int same_slots(struct mgl_history **next, const struct mgl_transition *t)
{
	const struct mgl_history *past = t->old ? t->old->history : NULL;
	struct mgl_history *h;
	bool any_old = false;
	u32 s;

	h = mgl_history_alloc(t->new->size, past ? past->old_size : 0);
	if (!h)
		return -ENOMEM;
	for (s = 0; s < t->new->size; s++) {
		slot_next(h, s, t);
		any_old |= h->prev[s] == MGL_PREV_OLD;
	}
	if (any_old) {
		h->old_seed = past->old_seed;
		for (s = 0; s < h->old_size; s++)
			h->old[s] = renumber(t->map, past->old[s]);
	} else {
		kvfree(h->old);
		h->old = NULL;
		h->old_size = 0;
	}
	if (!find_last(h, t->now, t->settle)) {
		mgl_history_free(h);
		h = NULL;
	}
	*next = h;
	return 0;
}

/* True if every slot of @old still remembers by way of @old's old table. */
static bool all_old(const struct mgl_transition *t)
{
	const struct mgl_history *past = t->old->history;
	u32 s;

	if (!past || !past->old)
		return false;
	for (s = 0; s < t->old->size; s++)
		if (past->prev[s] != MGL_PREV_OLD ||
		    !mgl_history_left(past, s, t->now, t->settle))
			return false;
	return true;
}

/*
 * Another size or seed: every slot is reassigned and remembers by way of the
 * old table, in which the owner of each slot is the backend that unknown flows
 * in mid-flow were sent to so far.
 */
static int other_slots(struct mgl_history **next,
		       const struct mgl_transition *t)
{
	const struct mgl_history *past = t->old->history;
	bool older = all_old(t);
	struct mgl_history *h;
	u32 s;

	h = mgl_history_alloc(t->new->size, older ? past->old_size : t->old->size);
	if (!h)
		return -ENOMEM;
	h->old_seed = older ? past->old_seed : t->old->seed;
	for (s = 0; s < h->old_size; s++) {
		u16 owner = older ? past->old[s] : t->old->slots[s];

		/*
		 * The slots of two tables ago are not kept in addition to those
		 * of the last one: a flow that needs them goes to the owner.
		 */
		if (!older && mgl_history_left(past, s, t->now, t->settle) &&
		    past->prev[s] != MGL_PREV_OLD)
			owner = past->prev[s];
		h->old[s] = renumber(t->map, owner);
	}
	for (s = 0; s < t->new->size; s++) {
		h->prev[s] = MGL_PREV_OLD;
		h->changed_at[s] = t->now;
	}
	h->last = t->now;
	*next = h;
	return 0;
}

/**
 * mgl_history_next() - build the history of a new table
 * @next: the history of the new table, NULL if all slots are settled
 * @t: the tables, and the time
 *
 * A slot that is reassigned remembers its previous owner. An unsettled slot
 * keeps the one that it remembers already, because older flows are with that
 * one. The first table of a pool is a change from no owner. With another size
 * or seed every slot is reassigned, and the whole old table is remembered.
 *
 * Context: may sleep (allocates).
 * Return: 0 or -ENOMEM.
 */
int mgl_history_next(struct mgl_history **next, const struct mgl_transition *t)
{
	if (t->old && (t->old->size != t->new->size ||
		       t->old->seed != t->new->seed))
		return other_slots(next, t);
	return same_slots(next, t);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_history_next);

/* A slot that had no owner before, as all slots of a first table. */
static bool is_first(const struct mgl_history *h, u32 s,
		     const struct mgl_transition *t)
{
	return h->prev[s] == MGL_SLOT_NONE &&
	       mgl_history_left(h, s, t->now, t->settle);
}

/* Copies the past of the slots that have one of their own. */
static void keep_own(struct mgl_history *h, const struct mgl_history *own,
		     const struct mgl_transition *t)
{
	u32 s;

	for (s = 0; s < h->size; s++) {
		if (is_first(own, s, t))
			continue;
		h->prev[s] = mgl_history_left(own, s, t->now, t->settle) ?
			     own->prev[s] : MGL_PREV_SETTLED;
		h->changed_at[s] = own->changed_at[s];
	}
}

/**
 * mgl_history_adopt() - build the history of a first table after a restart
 * @next: the history that the table is to have, NULL if all slots are settled
 * @t: the table from before the restart, with its history, as @t->old, and the
 *	present one, with that of its own, as @t->new
 * @slots: number of slots that have a past from before the restart
 *
 * It is as if the present table had replaced the former one just now: so the past
 * is that of before if nothing has changed, and the rest is a change like any
 * other. Only slots which had no owner before get such a past. Slots that
 * remember one, or that have settled, have sent packets by that, and keep it; so
 * does a table that remembers one of another size or seed.
 *
 * Context: may sleep (allocates).
 * Return: 0, or -ENOMEM. If @slots is 0, the table is to keep the history that it
 * has, and @next is NULL.
 */
int mgl_history_adopt(struct mgl_history **next, const struct mgl_transition *t,
		      u32 *slots)
{
	const struct mgl_history *own = t->new->history;
	struct mgl_history *h;
	u32 s, n = 0;
	int err;

	*next = NULL;
	*slots = 0;
	if (!own || own->old_size)
		return 0;
	for (s = 0; s < own->size; s++)
		n += is_first(own, s, t);
	if (!n)
		return 0;
	err = mgl_history_next(&h, t);
	if (err)
		return err;
	if (!h) {
		h = mgl_history_alloc(own->size, 0);
		if (!h)
			return -ENOMEM;
		for (s = 0; s < h->size; s++) {
			h->prev[s] = MGL_PREV_SETTLED;
			h->changed_at[s] = 0;
		}
	}
	keep_own(h, own, t);
	if (find_last(h, t->now, t->settle))
		*next = h;
	else
		mgl_history_free(h);
	*slots = n;
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_history_adopt);

static bool owns_old_slot(const struct mgl_history *h, u16 owner)
{
	u32 s;

	for (s = 0; s < h->old_size; s++)
		if (h->old[s] == owner)
			return true;
	return false;
}

/**
 * mgl_history_remembers() - check whether an unsettled slot remembers an owner
 * @h: the history, or NULL
 * @owner: the owner's index in the table
 * @now: the time in ticks
 * @settle: settle time in ticks
 *
 * Context: any.
 * Return: true if a flow in mid-flow could still be sent to @owner because it
 * is the previous owner of the flow's slot.
 */
bool mgl_history_remembers(const struct mgl_history *h, u16 owner, u32 now,
			   u32 settle)
{
	bool in_old = h && owns_old_slot(h, owner);
	u32 s;

	for (s = 0; h && s < h->size; s++)
		if ((h->prev[s] == owner ||
		     (in_old && h->prev[s] == MGL_PREV_OLD)) &&
		    mgl_history_left(h, s, now, settle))
			return true;
	return false;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_history_remembers);

/**
 * mgl_history_unsettled() - count the unsettled slots
 * @h: the history, or NULL
 * @now: the time in ticks
 * @settle: settle time in ticks
 *
 * Context: any.
 * Return: number of slots that remember a previous owner.
 */
u32 mgl_history_unsettled(const struct mgl_history *h, u32 now, u32 settle)
{
	u32 s, n = 0;

	for (s = 0; h && s < h->size; s++)
		n += !!mgl_history_left(h, s, now, settle);
	return n;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_history_unsettled);

/**
 * mgl_history_moves() - count the slots that a change reassigns
 * @old: the current table, or NULL if there is none
 * @map: index in @new of each owner in @old, as in struct mgl_transition
 * @may_take: by index in @new, true if the backend may own slots
 * @new: the new table
 *
 * Slots of tables with different sizes or seeds cannot be compared: all of them
 * are reassigned.
 *
 * Context: any.
 * Return: the counts.
 */
struct mgl_moves mgl_history_moves(const struct mgl_table_view *old,
				   const u16 *map, const bool *may_take,
				   const struct mgl_table_view *new)
{
	struct mgl_moves moves = {};
	bool same;
	u32 s;

	same = old && old->size == new->size && old->seed == new->seed;
	for (s = 0; s < new->size; s++) {
		u16 owner = same ? renumber(map, old->slots[s]) : MGL_SLOT_NONE;

		if (same && new->slots[s] == owner)
			continue;
		moves.slots++;
		if (owner != MGL_SLOT_NONE && may_take[owner])
			moves.survivors++;
	}
	if (old && !same)
		moves.survivors = moves.slots;
	return moves;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_history_moves);
