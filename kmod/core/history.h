/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Slots that remember the owner they had before. Pure: time is an argument,
 * in ticks of any length that wrap around in 32 bits.
 */
#ifndef _MGL_HISTORY_H
#define _MGL_HISTORY_H

#include <linux/rcupdate.h>
#include <linux/types.h>

#include "maglev.h"

/* In mgl_history.prev, beside MGL_SLOT_NONE: nobody owned it before. */
#define MGL_PREV_SETTLED	0xfffe	/* there is nothing to remember */
#define MGL_PREV_OLD		0xfffd	/* look into the old table */

/**
 * struct mgl_history - what the slots of one table remember
 * @rcu: frees it
 * @size: slots of the table
 * @prev: owner before: an index as in the table's slots, or MGL_PREV_*
 * @changed_at: when the slot last changed hands
 * @last: latest of @changed_at
 * @old_size: slots of @old
 * @old_seed: keys the flow hash of @old
 * @old: a table with other slots, for those with MGL_PREV_OLD; NULL if there
 *	are none
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
 * @slots: the owners
 * @size: slots
 * @seed: keys the flow hash
 * @history: what the slots remember, NULL if nothing
 */
struct mgl_table_view {
	const u16 *slots;
	u32 size;
	u64 seed;
	const struct mgl_history *history;
};

/**
 * struct mgl_transition - from one table to the next
 * @old: the table that is replaced, or NULL if there was none
 * @map: the index in @new of each owner in @old, MGL_SLOT_NONE for those it
 *	does not have
 * @new: the new table; its history is not looked at
 * @now: the time
 * @settle: for how long a slot remembers, below 2^31
 */
struct mgl_transition {
	const struct mgl_table_view *old;
	const u16 *map;
	const struct mgl_table_view *new;
	u32 now;
	u32 settle;
};

/**
 * struct mgl_moves - how two tables differ
 * @slots: slots whose owner is not the same
 * @survivors: those of them whose owner could have stayed
 */
struct mgl_moves {
	u32 slots;
	u32 survivors;
};

int mgl_history_next(struct mgl_history **next, const struct mgl_transition *t);
void mgl_history_free(struct mgl_history *h);
bool mgl_history_remembers(const struct mgl_history *h, u16 owner, u32 now,
			   u32 settle);
u32 mgl_history_unsettled(const struct mgl_history *h, u32 now, u32 settle);
struct mgl_moves mgl_history_moves(const struct mgl_table_view *old,
				   const u16 *map, const bool *may_take,
				   const struct mgl_table_view *new);

/* Ticks for which slot @s of @h, which may be NULL, still remembers; 0: none. */
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
