/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Previous owners of a table's unsettled slots. Pure: time is an argument, in
 * ticks of any length that wrap around in 32 bits.
 */
#ifndef _MGL_HISTORY_H
#define _MGL_HISTORY_H

#include <linux/rcupdate.h>
#include <linux/types.h>

#include "maglev.h"

/* In mgl_history.prev, beside MGL_SLOT_NONE for "had no owner". */
#define MGL_PREV_SETTLED	0xfffe	/* no previous owner to remember */
#define MGL_PREV_OLD		0xfffd	/* look it up in the old table */

/**
 * struct mgl_history - previous owners of the slots of a table
 * @rcu: for call_rcu()
 * @size: number of slots of the table
 * @prev: previous owner by slot: an index as in the table's slots, or
 *	MGL_PREV_*
 * @changed_at: time of the last reassignment by slot
 * @last: latest time in @changed_at
 * @old_size: number of slots of @old
 * @old_seed: seed of the flow hash for @old
 * @old: former table of another size or seed, for slots with MGL_PREV_OLD; NULL
 *	if there are none
 */
struct mgl_history {
	struct rcu_head rcu;
	u32 size;
	u16 *prev;
	u32 *changed_at;
	u32 last;
	u32 old_size;
	u64 old_seed;
	u16 *old;
};

/**
 * struct mgl_table_view - a table with its history
 * @slots: owners by slot
 * @size: number of slots
 * @seed: seed of the flow hash
 * @history: previous owners, NULL if all slots are settled
 */
struct mgl_table_view {
	const u16 *slots;
	u32 size;
	u64 seed;
	const struct mgl_history *history;
};

/**
 * struct mgl_transition - the replacement of a table
 * @old: the table that is replaced, or NULL if there was none
 * @map: index in @new of each owner in @old, MGL_SLOT_NONE if it has none
 * @new: the new table; its history is ignored
 * @now: the time in ticks
 * @settle: settle time in ticks, below 2^31
 */
struct mgl_transition {
	const struct mgl_table_view *old;
	const u16 *map;
	const struct mgl_table_view *new;
	u32 now;
	u32 settle;
};

/**
 * struct mgl_moves - slots that a change reassigns
 * @slots: number of slots that are reassigned
 * @survivors: number of those whose owner could have kept them
 */
struct mgl_moves {
	u32 slots;
	u32 survivors;
};

struct mgl_history *mgl_history_alloc(u32 size, u32 old_size);
int mgl_history_next(struct mgl_history **next, const struct mgl_transition *t);
int mgl_history_adopt(struct mgl_history **next, const struct mgl_transition *t,
		      u32 *slots);
void mgl_history_free(struct mgl_history *h);
bool mgl_history_remembers(const struct mgl_history *h, u16 owner, u32 now,
			   u32 settle);
u32 mgl_history_unsettled(const struct mgl_history *h, u32 now, u32 settle);
struct mgl_moves mgl_history_moves(const struct mgl_table_view *old,
				   const u16 *map, const bool *may_take,
				   const struct mgl_table_view *new);

/* Ticks until slot @s of @h, which may be NULL, settles; 0 if it has. */
static inline u32 mgl_history_left(const struct mgl_history *h, u32 s, u32 now,
				   u32 settle)
{
	u32 age;

	if (!h || h->prev[s] == MGL_PREV_SETTLED)
		return 0;
	age = now - h->changed_at[s];
	return age < settle ? settle - age : 0;
}

#endif /* _MGL_HISTORY_H */
