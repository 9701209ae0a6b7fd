/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Keys of the normative hashes. A program that follows Documentation/hashing.md
 * must select the same backend, so a change here needs a new name for the hash.
 * All are SipHash-2-4 (Aumasson and Bernstein, 2012).
 *
 * The 16 bytes of the key are the pool's seed, little-endian, and the eight
 * characters of a label. The label separates the uses: a value seen in one of
 * them reveals nothing about another. The result is a little-endian integer.
 */
#ifndef _MGL_HASH_H
#define _MGL_HASH_H

#include <linux/siphash.h>
#include <linux/types.h>

#define MGL_LABEL_OFFSET	0x73666f2d6c676d2eULL	/* ".mgl-ofs" in ASCII */
#define MGL_LABEL_SKIP		0x696b732d6c676d2eULL	/* ".mgl-ski" */
#define MGL_LABEL_FLOW		0x6f6c662d6c676d2eULL	/* ".mgl-flo" */
#define MGL_LABEL_PRINT		0x6972702d6c676d2eULL	/* ".mgl-pri" */

/* The SipHash key for one use, MGL_LABEL_*, of a pool's seed. */
static inline siphash_key_t mgl_hash_key(u64 seed, u64 label)
{
	return (siphash_key_t){ .key = { seed, label } };
}

#endif /* _MGL_HASH_H */
