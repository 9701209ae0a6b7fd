/* SPDX-License-Identifier: GPL-2.0 */
/* Sets of backends and the tables built from them. */
#ifndef _UNIT_BACKENDS_H
#define _UNIT_BACKENDS_H

#include "maglev.h"

/*
 * @n candidates of @weight each, with addresses drawn from @prng_seed, in the
 * order that tables are populated in.
 */
struct mgl_candidate *backends_new(u32 n, u32 weight, u64 prng_seed);
void backends_sort(struct mgl_candidate *cand, u32 n);
void backends_shuffle(struct mgl_candidate *cand, u32 n, u64 *state);
/* A copy of @n candidates without number @gone, which may be @n. */
struct mgl_candidate *backends_without(const struct mgl_candidate *cand, u32 n,
				       u32 gone);

/* Populates a table and counts the slots of each backend; aborts on error. */
u16 *table_new(u32 size, u64 seed, struct mgl_candidate *cand, u32 n);
/*
 * The order of @total turns; the sum of @quota is @total or less, and turns
 * beyond it have no owner.
 */
u16 *turns_new(const u32 *quota, u32 n, u32 total);
void table_count(const u16 *slots, u32 size, u32 *count, u32 n);
u64 table_fingerprint(const u16 *slots, u32 size,
		      const struct mgl_candidate *cand, u32 n);

#endif /* _UNIT_BACKENDS_H */
