/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The pool that all directors are configured with, and what happens to its
 * backends.
 */
#ifndef _SIM_POOL_H
#define _SIM_POOL_H

#include "maglev.h"

/* No backend, in place of the number of one. */
#define BACKEND_NONE 0xffffffffu

/*
 * A backend has one number for as long as it has one address. It loses its
 * connections whenever it fails: lives counts them.
 */
struct backend {
	struct mgl_addr addr;
	bool member;	/* of the pool: a backend that was replaced is none */
	bool up;
	u32 lives;
};

/* A table with what its slots mean. */
struct plan {
	u16 *slots;
	u32 n;		/* members */
	u32 *backend;	/* number of each member's backend */
};

struct pool {
	struct backend *backends;
	u32 n;		/* ever used */
	u32 members;
	u32 size;	/* slots */
	u64 seed;
	u64 random;
	u32 failed, returned, replaced;
};

void pool_init(struct pool *p, u32 members, u32 size, u64 seed);
void pool_free(struct pool *p);
/* One fails, one that has failed returns, or one makes room for a new one. */
void pool_change(struct pool *p);
struct plan *pool_plan(const struct pool *p);
void plan_free(struct plan *plan);
/* The number in @new of each member of @old, as mgl_history_next() wants it. */
u16 *plan_map(const struct plan *old, const struct plan *new);

static inline bool pool_serves(const struct pool *p, u32 backend)
{
	return backend != BACKEND_NONE && p->backends[backend].up;
}

#endif /* _SIM_POOL_H */
