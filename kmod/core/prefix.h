/* SPDX-License-Identifier: GPL-2.0 */
/* Address prefixes of both families. Pure. */
#ifndef _MGL_PREFIX_H
#define _MGL_PREFIX_H

#include <linux/types.h>
#include <asm/byteorder.h>

#include "addr.h"

#define MGL_ADDR_BITS 128
/* Bits of struct mgl_addr before an IPv4 address. */
#define MGL_V4_BITS_BEFORE 96

/**
 * struct mgl_prefix - an address prefix
 * @addr: the address, no bit set beyond @len
 * @len: length in bits of struct mgl_addr: 96 more than that of an IPv4 prefix
 */
struct mgl_prefix {
	struct mgl_addr addr;
	u8 len;
};

static inline bool mgl_prefix_is_v4(const struct mgl_prefix *p)
{
	return mgl_addr_is_v4(&p->addr);
}

/*
 * Order of prefixes in listings: by address, then by length, which is 0 for
 * equal prefixes only.
 */
static inline int mgl_prefix_cmp(const struct mgl_prefix *a,
				 const struct mgl_prefix *b)
{
	int cmp = mgl_addr_cmp(&a->addr, &b->addr);

	return cmp ? cmp : (int)a->len - b->len;
}

/* True if @p covers @addr. */
static inline bool mgl_prefix_has(const struct mgl_prefix *p,
				  const struct mgl_addr *addr)
{
	u32 word, rest = p->len;

	for (word = 0; word < 4 && rest; word++) {
		u32 bits = rest < 32 ? rest : 32;
		__be32 mask = cpu_to_be32(~0U << (32 - bits));

		if ((p->addr.w[word] ^ addr->w[word]) & mask)
			return false;
		rest -= bits;
	}
	return true;
}

#endif /* _MGL_PREFIX_H */
