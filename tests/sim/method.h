/* SPDX-License-Identifier: GPL-2.0 */
/* Ways to give M slots to N backends, to be compared. */
#ifndef _SIM_METHOD_H
#define _SIM_METHOD_H

#include "maglev.h"

struct method {
	const char *name;
	/* A backend of weight 0 has failed; @cand is sorted by address. */
	void (*fill)(u16 *slots, u32 size, u64 seed, struct mgl_candidate *cand,
		     u32 n);
};

extern const struct method methods[];
extern const unsigned int n_methods;

void ring_fill(u16 *slots, u32 size, u64 seed, struct mgl_candidate *cand,
	       u32 n);
void rendezvous_fill(u16 *slots, u32 size, u64 seed,
		     struct mgl_candidate *cand, u32 n);

/* A random number that belongs to a backend. */
u64 method_key(const struct mgl_candidate *cand, u64 seed);

/* Mixes two random numbers into one that is as good as a hash of both. */
static inline u64 method_mix(u64 a, u64 b)
{
	u64 z = a ^ (b + 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

#endif /* _SIM_METHOD_H */
