/* SPDX-License-Identifier: GPL-2.0 */
/* SplitMix64: the same numbers on every machine and in every run. */
#ifndef _UNIT_PRNG_H
#define _UNIT_PRNG_H

#include <linux/types.h>

static inline u64 prng(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/* Below @bound; the bias is of no interest to a test. */
static inline u32 prng_below(u64 *state, u32 bound)
{
	return (prng(state) >> 32) * bound >> 32;
}

#endif /* _UNIT_PRNG_H */
