/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ECMP as most routers do it (RFC 2992, hash threshold): each next hop has an
 * equal part of the range of hashes, in order; when one comes or goes, half of
 * the flows or less get another.
 */
#ifndef _SIM_ROUTER_H
#define _SIM_ROUTER_H

#include <linux/types.h>

#include "prng.h"

#define DIRECTORS 5

struct router {
	u32 hops[DIRECTORS];
	u32 n;
	u32 absent;	/* valid if n < DIRECTORS */
};

static inline void router_init(struct router *r)
{
	for (r->n = 0; r->n < DIRECTORS; r->n++)
		r->hops[r->n] = r->n;
}

static inline u32 router_pick(const struct router *r, u32 hash)
{
	return r->hops[(u64)hash * r->n >> 32];
}

/* One leaves, or the one that did comes back. Returns true if one came. */
static inline bool router_change(struct router *r, u64 *random)
{
	u32 i, gone;

	if (r->n < DIRECTORS) {
		gone = r->absent;
		router_init(r);
		r->absent = gone;
		return true;
	}
	gone = prng_below(random, DIRECTORS);
	r->absent = r->hops[gone];
	r->n--;
	for (i = gone; i < r->n; i++)
		r->hops[i] = r->hops[i + 1];
	return false;
}

#endif /* _SIM_ROUTER_H */
