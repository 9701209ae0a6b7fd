// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "backends.h"
#include "prng.h"

static void *xcalloc(size_t n, size_t size)
{
	/* One more: a set may be empty. */
	void *p = calloc(n + 1, size);

	if (!p)
		abort();
	return p;
}

static int by_addr(const void *a, const void *b)
{
	const struct mgl_candidate *x = a, *y = b;

	return mgl_addr_cmp(&x->addr, &y->addr);
}

void backends_sort(struct mgl_candidate *cand, u32 n)
{
	qsort(cand, n, sizeof(*cand), by_addr);
}

void backends_shuffle(struct mgl_candidate *cand, u32 n, u64 *state)
{
	u32 i;

	for (i = n; i > 1; i--) {
		u32 j = prng_below(state, i);
		struct mgl_candidate tmp = cand[i - 1];

		cand[i - 1] = cand[j];
		cand[j] = tmp;
	}
}

struct mgl_candidate *backends_new(u32 n, u32 weight, u64 prng_seed)
{
	struct mgl_candidate *cand = xcalloc(n, sizeof(*cand));
	u32 first = prng(&prng_seed);
	u32 i;

	/* An odd factor maps the numbers one to one: no address twice. */
	for (i = 0; i < n; i++) {
		cand[i].addr = mgl_addr_v4(cpu_to_be32((first + i) *
						       2654435761u));
		cand[i].weight = weight;
	}
	backends_sort(cand, n);
	return cand;
}

struct mgl_candidate *backends_without(const struct mgl_candidate *cand, u32 n,
				       u32 gone)
{
	struct mgl_candidate *left = xcalloc(n, sizeof(*left));
	u32 i, k = 0;

	for (i = 0; i < n; i++)
		if (i != gone)
			left[k++] = cand[i];
	return left;
}

u16 *table_new(u32 size, u64 seed, struct mgl_candidate *cand, u32 n)
{
	u16 *slots = xcalloc(size, sizeof(*slots));

	if (mgl_maglev_populate(slots, size, seed, cand, n))
		abort();
	return slots;
}

/*
 * The order of turns shows in the slots if all backends want the same slot and
 * then the one next to it: each turn takes the next slot.
 */
u16 *turns_new(const u32 *quota, u32 n, u32 total)
{
	struct mgl_turns *turns = xcalloc(n, sizeof(*turns));
	u16 *order = xcalloc(total, sizeof(*order));
	u32 i;

	for (i = 0; i < n; i++)
		turns[i] = (struct mgl_turns){ 0, 1, quota[i] };
	if (mgl_maglev_fill(order, total, turns, n))
		abort();
	free(turns);
	return order;
}

void table_count(const u16 *slots, u32 size, u32 *count, u32 n)
{
	u32 s;

	memset(count, 0, n * sizeof(*count));
	for (s = 0; s < size; s++) {
		/* A slot may have no owner, and an index out of range is a bug. */
		if (slots[s] == MGL_SLOT_NONE)
			continue;
		if (slots[s] >= n)
			abort();
		count[slots[s]]++;
	}
}

u64 table_fingerprint(const u16 *slots, u32 size,
		      const struct mgl_candidate *cand, u32 n)
{
	u64 fp;

	if (mgl_maglev_fingerprint(slots, size, cand, n, &fp))
		abort();
	return fp;
}
