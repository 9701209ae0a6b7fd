/* SPDX-License-Identifier: GPL-2.0 */
/* Distributions on top of the unit tests' generator. */
#ifndef _SIM_RANDOM_H
#define _SIM_RANDOM_H

#include <math.h>

#include "prng.h"

/* In the range from 0 to 1, without 1. */
static inline double random_unit(u64 *state)
{
	return (prng(state) >> 11) * 0x1p-53;
}

/* Time to the next of events that do not depend on each other, @mean apart. */
static inline double random_exponential(u64 *state, double mean)
{
	return -mean * log(1.0 - random_unit(state));
}

/* A stream of its own for each use, so that one does not shift another. */
static inline u64 random_stream(u64 seed, u64 use)
{
	u64 state = seed * 0x100000001b3ULL + use;

	return prng(&state);
}

#endif /* _SIM_RANDOM_H */
