// SPDX-License-Identifier: GPL-2.0
/*
 * Mutations for libFuzzer: its own, and now and then an input that is a packet
 * already, since it would take it long to come by one. So it needs no seeds.
 */
#include <linux/kernel.h>
#include <string.h>

#include "fuzz.h"

size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t max_size,
			       unsigned int seed)
{
	u64 state = seed;
	struct packet p;

	if (seed % 16)
		return LLVMFuzzerMutate(data, size, max_size);
	fuzz_input(&p, &state);
	size = min_t(size_t, p.len, max_size);
	memcpy(data, p.b, size);
	return size;
}
