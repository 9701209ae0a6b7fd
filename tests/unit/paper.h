/* SPDX-License-Identifier: GPL-2.0 */
/* The paper's pseudocode, to compare with; both results are to be freed. */
#ifndef _UNIT_PAPER_H
#define _UNIT_PAPER_H

#include "maglev.h"

/* "permutation", @n rows of @size */
u32 *paper_permutations(const struct mgl_candidate *cand, u32 n, u32 size,
			u64 seed);
/* "entry": the backend of each slot */
int *paper_populate(const u32 *permutation, u32 n_backends, u32 size);

#endif /* _UNIT_PAPER_H */
