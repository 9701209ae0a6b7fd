// SPDX-License-Identifier: GPL-2.0
/* kvmalloc() and its like, which fail on demand and are counted. */
#include <linux/slab.h>
#include <stdlib.h>
#include <string.h>

static unsigned int calls;
static unsigned int fail_at;
static long live;
static u64 requested;

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
	requested += bytes;
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

u64 shim_alloc_bytes(void)
{
	u64 bytes = requested;

	requested = 0;
	return bytes;
}
