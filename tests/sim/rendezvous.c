// SPDX-License-Identifier: GPL-2.0
/*
 * Rendezvous hashing (Thaler and Ravishankar, 1998): each backend draws a
 * number for each slot; the highest one has it.
 */
#include <linux/kernel.h>
#include <stdlib.h>

#include "method.h"

void rendezvous_fill(u16 *slots, u32 size, u64 seed,
		     struct mgl_candidate *cand, u32 n)
{
	u64 *keys = calloc(n, sizeof(*keys));
	u32 *alive = calloc(n, sizeof(*alive));
	u32 i, s, k = 0;

	if (!keys || !alive)
		abort();
	for (i = 0; i < n; i++)
		if (cand[i].weight) {
			keys[k] = method_key(&cand[i], seed);
			alive[k++] = i;
		}
	for (s = 0; s < size; s++) {
		u64 place = method_mix(seed, s), best = 0;
		u32 winner = 0;

		for (i = 0; i < k; i++) {
			u64 drawn = method_mix(place, keys[i]);

			if (drawn > best) {
				best = drawn;
				winner = i;
			}
		}
		slots[s] = alive[winner];
	}
	free(alive);
	free(keys);
}
