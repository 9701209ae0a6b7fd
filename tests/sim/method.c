// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <stdlib.h>

#include "hash.h"
#include "method.h"

static void maglev_fill(u16 *slots, u32 size, u64 seed,
			struct mgl_candidate *cand, u32 n)
{
	if (mgl_maglev_populate(slots, size, seed, cand, n))
		abort();
}

const struct method methods[] = {
	{ "maglev", maglev_fill },
	{ "ring", ring_fill },
	{ "rendezvous", rendezvous_fill },
};

const unsigned int n_methods = ARRAY_SIZE(methods);

u64 method_key(const struct mgl_candidate *cand, u64 seed)
{
	siphash_key_t key = { .key = { seed, 0 } };

	return siphash(&cand->addr, sizeof(cand->addr), &key);
}
