/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_WORLD_H
#define _MAGLEVADM_WORLD_H

#include "batch.h"
#include "snapshot.h"

/* Small, so that random configurations come to it. */
#define WORLD_BACKENDS_MAX	6

/**
 * struct world - a configuration that changes are made to, as the kernel does
 * @s: what it has; the counters of services and backends, and the fingerprints
 *	of pools, are numbers that no other object had before
 * @born: objects so far
 */
struct world {
	struct snapshot s;
	uint64_t born;
};

void world_init(struct world *w);
void world_free(struct world *w);
const char *world_change(struct world *w, const struct change *c);
const char *world_batch(struct world *w, const struct batch *b, size_t *step);

#endif /* _MAGLEVADM_WORLD_H */
