// SPDX-License-Identifier: GPL-2.0
/* kvmalloc() and its like that fail on demand and know what is not freed. */
#include <linux/slab.h>
#include <stdlib.h>
#include <string.h>

static unsigned int calls;
static unsigned int fail_at;
static long live;

void *shim_alloc(size_t n, size_t size, bool zero)
{
	size_t bytes;
	void *p;

	if (++calls == fail_at || __builtin_mul_overflow(n, size, &bytes))
		return NULL;
	p = malloc(bytes);
	if (!p)
		abort();
	/* Rubbish, so that what is read before it is written shows. */
	memset(p, zero ? 0 : 0xa5, bytes);
	live++;
	return p;
}

void shim_free(const void *p)
{
	if (!p)
		return;
	live--;
	free((void *)p);
}

unsigned int shim_alloc_fail(unsigned int nth)
{
	unsigned int seen = calls;

	calls = 0;
	fail_at = nth;
	return seen;
}

long shim_alloc_live(void)
{
	return live;
}
