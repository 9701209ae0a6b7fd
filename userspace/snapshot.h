/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_SNAPSHOT_H
#define _MAGLEVADM_SNAPSHOT_H

#include "types.h"
#include "vec.h"

struct kern;

/**
 * struct snapshot - the configuration at one moment
 * @info: what the namespace counts
 * @services: struct service
 * @pools: struct pool
 * @backends: struct backend, those of one pool together
 * @members: struct member, likewise
 * @routers: struct prefix
 * @sources: struct prefix
 */
struct snapshot {
	struct info info;
	struct vec services;
	struct vec pools;
	struct vec backends;
	struct vec members;
	struct vec routers;
	struct vec sources;
};

/**
 * struct members - the backends of one pool, within a snapshot
 * @first: the first of them, or NULL
 * @n: how many there are
 */
struct members {
	const struct backend *first;
	size_t n;
};

/**
 * struct submembers - the pools that are members of one pool, within a snapshot
 * @first: the first of them, or NULL
 * @n: how many there are
 */
struct submembers {
	const struct member *first;
	size_t n;
};

int snapshot_take(struct kern *kern, struct snapshot *s, bool sort);
int snapshot_take_service(struct kern *kern, struct snapshot *s,
			  const struct service_id *id, bool sort);
int snapshot_take_pool(struct kern *kern, struct snapshot *s,
		       const char *name, bool sort);
void snapshot_sort(struct snapshot *s);
void snapshot_sort_by_load(struct snapshot *s);
void snapshot_free(struct snapshot *s);
const struct pool *snapshot_pool(const struct snapshot *s, const char *name);
struct submembers snapshot_submembers(const struct snapshot *s,
				      const char *pool);
struct members snapshot_members(const struct snapshot *s, const char *pool);

#endif /* _MAGLEVADM_SNAPSHOT_H */
