/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Maglev lookup tables (Eisenbud et al., NSDI 2016, section 3.4).
 *
 * Pure: no locks, no globals, no kernel objects. The module, the unit tests
 * and the fuzzers compile the same file.
 */
#ifndef _MGL_MAGLEV_H
#define _MGL_MAGLEV_H

#include <linux/types.h>
#include "addr.h"

/* Slot without an owner: no backend has a weight above 0. */
#define MGL_SLOT_NONE 0xffff

/**
 * struct mgl_candidate - a backend as input of table building
 * @addr: identity; candidates are sorted by it, ascending
 * @weight: relative share of the slots; 0 for no slots
 * @slots: number of slots owned, set by mgl_maglev_populate()
 */
struct mgl_candidate {
	struct mgl_addr addr;
	u32 weight;
	u32 slots;
};

/**
 * struct mgl_turns - permutation and quota of one backend
 * @offset: the most preferred slot, below the table's size
 * @skip: distance to the next preferred slot, 1 to size - 1
 * @quota: number of slots to take
 */
struct mgl_turns {
	u32 offset;
	u32 skip;
	u32 quota;
};

bool mgl_maglev_size_valid(u32 size);
void mgl_maglev_permutation(const struct mgl_addr *addr, u64 seed, u32 size,
			    u32 *offset, u32 *skip);
int mgl_maglev_fill(u16 *slots, u32 size, const struct mgl_turns *turns, u32 n);
int mgl_maglev_populate(u16 *slots, u32 size, u64 seed,
			struct mgl_candidate *cand, u32 n);
int mgl_maglev_fingerprint(const u16 *slots, u32 size,
			   const struct mgl_candidate *cand, u32 n, u64 *fp);

#endif /* _MGL_MAGLEV_H */
