/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One director: the module's table, history, rules and cache, put together as
 * its packet path does.
 */
#ifndef _SIM_DIRECTOR_H
#define _SIM_DIRECTOR_H

#include "cache.h"
#include "flow.h"
#include "history.h"
#include "pool.h"
#include "variant.h"

/* A packet as a director sees it. */
struct packet {
	const struct mgl_flow *flow;
	u32 slot;
	u64 key;
	bool new_conn;
	enum maglev_flow_state pkt_state;
};

struct director {
	const struct variant *variant;
	const struct pool *pool;
	const struct plan *plan;
	struct mgl_history *history;
	struct mgl_cache *cache;
	u64 now;	/* ms */
	u32 full;	/* flows that found no room in the cache */
};

void director_init(struct director *d, const struct variant *v,
		   const struct pool *p);
void director_free(struct director *d);
/* Use @plan, which stays the caller's; @map is from the plan in use to it. */
void director_configure(struct director *d, const struct plan *plan,
			const u16 *map, u64 now);
/* The number of the backend that gets the packet, or BACKEND_NONE. */
u32 director_pick(struct director *d, const struct packet *p, u64 now);
/* Entries of the cache that have not expired. */
u32 director_held(struct director *d, u64 now);
/* Forget everything, as a director does that starts anew. */
void director_restart(struct director *d, u64 now);

u32 flow_slot(const struct mgl_flow *flow, u64 seed, u32 size);

#endif /* _SIM_DIRECTOR_H */
