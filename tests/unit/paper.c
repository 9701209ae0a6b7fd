// SPDX-License-Identifier: GPL-2.0
/*
 * The Maglev paper's pseudocode (Eisenbud et al., NSDI 2016, section 3.4),
 * written down as it is printed there.
 */
#include <stdlib.h>

#include "paper.h"

/* "Pseudocode 1: Populate Maglev hashing lookup table", entry is a signed -1 */
int *paper_populate(const u32 *permutation, u32 n_backends, u32 size)
{
	u32 *next = calloc(n_backends, sizeof(*next));
	int *entry = calloc(size, sizeof(*entry));
	u32 n = 0, i, j, c;

	for (j = 0; j < size; j++)
		entry[j] = -1;
	for (;;) {
		for (i = 0; i < n_backends; i++) {
			const u32 *row = permutation + (size_t)i * size;

			c = row[next[i]];
			while (entry[c] >= 0) {
				next[i]++;
				c = row[next[i]];
			}
			entry[c] = i;
			next[i]++;
			n++;
			if (n == size) {
				free(next);
				return entry;
			}
		}
	}
}

/* "permutation[i][j] <- (offset + j * skip) mod M" */
u32 *paper_permutations(const struct mgl_candidate *cand, u32 n, u32 size,
			u64 seed)
{
	u32 *permutation = calloc((size_t)n * size, sizeof(*permutation));
	u32 i, j, offset, skip;

	for (i = 0; i < n; i++) {
		mgl_maglev_permutation(&cand[i].addr, seed, size, &offset,
				      &skip);
		for (j = 0; j < size; j++)
			permutation[(size_t)i * size + j] =
				(offset + (u64)j * skip) % size;
	}
	return permutation;
}
