/* SPDX-License-Identifier: GPL-2.0 */
/* Outer sources of forwarded packets, chosen from prefixes by flow. Pure. */
#ifndef _MGL_SOURCE_SET_H
#define _MGL_SOURCE_SET_H

#include <linux/types.h>
#include <uapi/linux/maglev.h>

#include "prefix.h"

/* Largest number of addresses of one prefix that are used: the first ones. */
#define MGL_SOURCE_ADDRS_MAX 65536

/**
 * struct mgl_source_set - prefixes of outer sources
 * @n: number of entries in @prefix
 * @n_v4: number of IPv4 addresses to choose from
 * @n_v6: number of IPv6 addresses to choose from
 * @prefix: the prefixes, sorted by mgl_prefix_cmp()
 */
struct mgl_source_set {
	u32 n;
	u32 n_v4;
	u32 n_v6;
	struct mgl_prefix prefix[MAGLEV_SOURCES_MAX];
};

bool mgl_source_set_find(const struct mgl_source_set *set,
			 const struct mgl_prefix *p);
void mgl_source_set_add(struct mgl_source_set *set, const struct mgl_prefix *p);
void mgl_source_set_del(struct mgl_source_set *set, const struct mgl_prefix *p);
bool mgl_source_set_has(const struct mgl_source_set *set,
			const struct mgl_addr *addr);
bool mgl_source_set_choose(const struct mgl_source_set *set, bool v4, u32 hash,
			   struct mgl_addr *addr);

#endif /* _MGL_SOURCE_SET_H */
