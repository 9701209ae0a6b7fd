/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the fuzzers share. An input is four bytes that say what the packet is and
 * how the buffer that holds it is built, and the packet:
 *
 *   0  bytes in front of the packet, modulo 64
 *   1  where the linear part ends, modulo the length + 1
 *   2  bytes of the next part
 *   3  bit 0: the buffer is a GSO packet; bits 1 and 2: enum fuzz_kind; bits 3 to
 *      5: see fuzz_first()
 */
#ifndef _UNIT_FUZZ_H
#define _UNIT_FUZZ_H

#include <linux/types.h>

#include "packet.h"

#define FUZZ_CONTROL 4

/**
 * enum fuzz_kind - what an input is
 * @FUZZ_GRE: GRE header and payload, as behind an outer IPv4 header
 * @FUZZ_OUTER_V6: what is behind an outer IPv6 header
 * @FUZZ_ERROR_V4: ICMP message to a director's outer address
 * @FUZZ_ERROR_V6: ICMPv6 message to a director's outer address
 */
enum fuzz_kind {
	FUZZ_GRE,
	FUZZ_OUTER_V6,
	FUZZ_ERROR_V4,
	FUZZ_ERROR_V6,
	FUZZ_KINDS
};

/* Outer addresses of a director and of a backend, in packets that are quoted. */
#define FUZZ_DIRECTOR 0x0a010002	/* 10.1.0.2 */
#define FUZZ_BACKEND 0x0a02000d		/* 10.2.0.13 */
#define FUZZ_PREFIX_V6 0x20010db8	/* 2001:db8:1::2, 2001:db8:2::13 */

static inline enum fuzz_kind fuzz_kind(const u8 *control)
{
	return control[3] >> 1 & 3;
}

/* For FUZZ_OUTER_V6, the type of the first header. */
static inline u8 fuzz_first(const u8 *control)
{
	static const u8 types[] = { 47, 60, 43, 44, 47, 0, 51, 6 };

	return types[control[3] >> 3 & 7];
}

/* An input: a good packet, and some random mutations of it. */
void fuzz_input(struct packet *p, u64 *state);

/* The names and types of libFuzzer. */
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
size_t LLVMFuzzerMutate(u8 *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t max_size,
			       unsigned int seed);

#endif /* _UNIT_FUZZ_H */
