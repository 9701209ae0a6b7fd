// SPDX-License-Identifier: GPL-2.0
#include <linux/sort.h>
#include <stdlib.h>
#include <string.h>

static cmp_func_t order;

/*
 * The kernel's sort() is not stable, so a comparison that calls two elements
 * equal leaves their order to chance: that would differ between machines.
 */
static int strict(const void *a, const void *b)
{
	int cmp = order(a, b);

	if (!cmp && a != b)
		abort();
	return cmp;
}

void sort(void *base, size_t num, size_t size, cmp_func_t cmp,
	  swap_func_t swap)
{
	(void)swap;
	order = cmp;
	qsort(base, num, size, strict);
}
