/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_SNAPSHOT_H
#define _MAGLEVADM_SNAPSHOT_H

#include "types.h"
#include "vec.h"

struct kern;

/**
 * struct config_lines - where a file has settings, 0 for nowhere
 * @cache_size: the size of the flow cache
 * @peers: the pool of the peers
 * @others: all others
 */
struct config_lines {
	uint32_t cache_size;
	uint32_t peers;
	uint32_t others;
};

/**
 * struct known - backends that a snapshot is to leave out
 * @begin: called when all but backends has been read, and sorted; and again if
 *	the configuration has changed meanwhile, and all is read anew
 * @has: tells if a backend is one of them; they come pool by pool
 * @arg: argument of both
 */
struct known {
	void (*begin)(void *arg);
	bool (*has)(void *arg, const struct backend *b);
	void *arg;
};

/**
 * struct snapshot - the configuration at one moment, or as a file describes it
 * @info: what the namespace counts
 * @services: struct service
 * @pools: struct pool
 * @backends: struct backend, those of one pool together
 * @members: struct member, likewise
 * @routers: struct prefix
 * @sources: struct prefix
 * @config: the settings; snapshot_take() leaves them out
 * @lines: the last lines of a file that say something of the settings
 * @known: backends that are left out of @backends while it is read, or NULL
 */
struct snapshot {
	struct info info;
	struct vec services;
	struct vec pools;
	struct vec backends;
	struct vec members;
	struct vec routers;
	struct vec sources;
	struct config config;
	struct config_lines lines;
	const struct known *known;
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

void snapshot_init(struct snapshot *s);
void snapshot_sort(struct snapshot *s);
int snapshot_take(struct kern *kern, struct snapshot *s, bool sort);
int snapshot_take_unknown(struct kern *kern, struct snapshot *s,
			  const struct known *known);
int snapshot_take_service(struct kern *kern, struct snapshot *s,
			  const struct service_id *id, bool sort);
int snapshot_take_pool(struct kern *kern, struct snapshot *s,
		       const char *name, bool sort);
void snapshot_sort_by_load(struct snapshot *s);
void snapshot_free(struct snapshot *s);
bool snapshot_has_seeds(const struct snapshot *s);
const struct service *snapshot_service(const struct snapshot *s,
				       const struct service_id *id);
const struct pool *snapshot_pool(const struct snapshot *s, const char *name);
struct submembers snapshot_submembers(const struct snapshot *s,
				      const char *pool);
struct members snapshot_members(const struct snapshot *s, const char *pool);

#endif /* _MAGLEVADM_SNAPSHOT_H */
