// SPDX-License-Identifier: GPL-2.0
/*
 * From one table to the next: what each slot remembers afterwards. Owners are
 * compared by identity: a map says what number an owner has in the new table.
 */
#include <kunit/visibility.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "history.h"

/* A backend that is not in the new table can serve nobody: it is nobody. */
static u16 renumber(const u16 *map, u16 owner)
{
	return owner == MGL_SLOT_NONE ? owner : map[owner];
}

static struct mgl_history *history_alloc(u32 size, u32 old_size)
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

/**
 * mgl_history_free() - free what slots remember
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

/* One slot of a table with the slots of the one before it. */
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

/* Slots as before: each has its own past. */
static int same_slots(struct mgl_history **next, const struct mgl_transition *t)
{
	const struct mgl_history *past = t->old ? t->old->history : NULL;
	bool any = false, any_old = false;
	struct mgl_history *h;
	u32 s;

	h = history_alloc(t->new->size, past ? past->old_size : 0);
	if (!h)
		return -ENOMEM;
	h->last = t->now - t->settle;
	for (s = 0; s < t->new->size; s++) {
		slot_next(h, s, t);
		if (h->prev[s] == MGL_PREV_SETTLED)
			continue;
		any = true;
		any_old |= h->prev[s] == MGL_PREV_OLD;
		if ((s32)(h->changed_at[s] - h->last) > 0)
			h->last = h->changed_at[s];
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
	if (!any) {
		mgl_history_free(h);
		h = NULL;
	}
	*next = h;
	return 0;
}

/* Is the old table of @old still what every one of its slots remembers? */
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
 * Other slots: every one changes, and remembers by way of the old table, in
 * which each slot has the owner that an unknown flow went to until now.
 */
static int other_slots(struct mgl_history **next,
		       const struct mgl_transition *t)
{
	const struct mgl_history *past = t->old->history;
	bool older = all_old(t);
	struct mgl_history *h;
	u32 s;

	h = history_alloc(t->new->size, older ? past->old_size : t->old->size);
	if (!h)
		return -ENOMEM;
	h->old_seed = older ? past->old_seed : t->old->seed;
	for (s = 0; s < h->old_size; s++) {
		u16 owner = older ? past->old[s] : t->old->slots[s];

		/*
		 * Slots of two tables ago are not kept beside those of the
		 * last one: a flow that only they would know goes to the owner.
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
 * mgl_history_next() - what the slots of a new table remember
 * @next: the history of the new table, NULL if no slot remembers anything
 * @t: the tables, and the time
 *
 * A slot that is reassigned remembers the owner it had, unless it remembers one
 * already: then it goes on with that one, which older flows are with. A first
 * table is a change from no owner. With another size or seed every slot
 * changes, and the whole old table is remembered.
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

static bool owns_old_slot(const struct mgl_history *h, u16 owner)
{
	u32 s;

	for (s = 0; s < h->old_size; s++)
		if (h->old[s] == owner)
			return true;
	return false;
}

/**
 * mgl_history_remembers() - does any slot remember an owner?
 * @h: the history, or NULL
 * @owner: the owner's index in the table
 * @now: the time
 * @settle: for how long a slot remembers
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
 * mgl_history_unsettled() - count the slots that remember
 * @h: the history, or NULL
 * @now: the time
 * @settle: for how long a slot remembers
 *
 * Context: any.
 * Return: slots.
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
 * mgl_history_moves() - how much a change would move
 * @old: the table now, or NULL if there is none
 * @map: the number in @new of each owner in @old
 * @may_take: by number in @new: may it own slots?
 * @new: the table to be
 *
 * With another size or seed slots cannot be compared: all of them move.
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
