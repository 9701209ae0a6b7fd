// SPDX-License-Identifier: GPL-2.0
/*
 * Consistent hashing (Karger et al., 1997): each backend is at many points of
 * a ring; a slot belongs to the first point from its own place on.
 */
#include <linux/kernel.h>
#include <stdlib.h>

#include "method.h"

/* As in the Maglev paper, which calls them views. */
#define POINTS 1000

struct point {
	u64 at;
	u32 owner;
};

static int by_place(const void *a, const void *b)
{
	const struct point *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->owner < y->owner ? -1 : x->owner > y->owner;
}

static struct point *ring_new(u64 seed, const struct mgl_candidate *cand, u32 n,
			      u32 *n_points)
{
	struct point *points = calloc((size_t)n * POINTS, sizeof(*points));
	u32 i, j, k = 0;

	if (!points)
		abort();
	for (i = 0; i < n; i++) {
		u64 key = method_key(&cand[i], seed);

		for (j = 0; j < POINTS && cand[i].weight; j++)
			points[k++] = (struct point){
				.at = method_mix(key, j * 0x100000001b3ULL),
				.owner = i,
			};
	}
	qsort(points, k, sizeof(*points), by_place);
	*n_points = k;
	return points;
}

void ring_fill(u16 *slots, u32 size, u64 seed, struct mgl_candidate *cand,
	       u32 n)
{
	u32 n_points, s, k = 0;
	struct point *points = ring_new(seed, cand, n, &n_points);

	for (s = 0; s < size; s++) {
		/* Slots are at equal distances. */
		u64 at = ((unsigned __int128)s << 64) / size;

		while (k < n_points && points[k].at < at)
			k++;
		slots[s] = points[k < n_points ? k : 0].owner;
	}
	free(points);
}
