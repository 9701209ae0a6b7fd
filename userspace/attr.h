/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_ATTR_H
#define _MAGLEVADM_ATTR_H

#include <netlink/attr.h>
#include <netlink/msg.h>

#include "types.h"

struct vec;

/* Members of the following that are to be set, in their masks. */
enum {
	SERVICE_TRACK		= 1 << 0,
	SERVICE_AFFINITY	= 1 << 1,
	SERVICE_ALL_DOWN	= 1 << 2,
	SERVICE_USERDATA	= 1 << 8,

	POOL_TABLE_SIZE		= 1 << 0,
	POOL_SEED		= 1 << 1,
	POOL_SETTLE		= 1 << 2,
	POOL_PANIC		= 1 << 3,

	BACKEND_WEIGHT		= 1 << 0,
	BACKEND_STATE		= 1 << 1,
	BACKEND_DEADLINE	= 1 << 2,
	BACKEND_UPPER		= 1 << 3,
	BACKEND_LOWER		= 1 << 4,
	BACKEND_USERDATA	= 1 << 8,
};

/**
 * struct service_params - settings of a service
 * @mask: SERVICE_*, those of the numbers that are to be set
 * @pool: name of the pool it is to use, or NULL
 * @fallback: name of its fallback pool, empty for none, or NULL
 * @track: enum maglev_track
 * @affinity: enum maglev_affinity
 * @all_down: enum maglev_all_down
 * @userdata: bytes to keep with it, by intern_userdata(), or NULL for none
 */
struct service_params {
	unsigned int mask;
	const char *pool;
	const char *fallback;
	uint8_t track;
	uint8_t affinity;
	uint8_t all_down;
	const struct userdata *userdata;
};

/**
 * struct pool_params - settings of a pool
 * @mask: POOL_*, those that are to be set
 * @table_size: slots of its table
 * @seed: its seed
 * @settle: its settle time in ms, 0 for the automatic one
 * @panic: percentage of its backends below which it panics, 0 for never
 */
struct pool_params {
	unsigned int mask;
	uint32_t table_size;
	uint64_t seed;
	uint32_t settle;
	uint8_t panic;
};

/**
 * struct backend_params - settings of a backend
 * @mask: BACKEND_*, those that are to be set
 * @weight: its weight
 * @state: enum maglev_state
 * @deadline: ms after which it is removed if it drains
 * @upper: flows with which it is overloaded, 0 for never
 * @lower: flows below which it no longer is
 * @userdata: bytes to keep with it, by intern_userdata(), or NULL for none
 */
struct backend_params {
	unsigned int mask;
	uint32_t weight;
	uint8_t state;
	uint32_t deadline;
	uint32_t upper;
	uint32_t lower;
	const struct userdata *userdata;
};

void attr_put_service(struct nl_msg *msg, const struct service_id *id,
		      const struct service_params *params);
void attr_put_pool(struct nl_msg *msg, const char *name,
		   const struct pool_params *params);
void attr_put_backend(struct nl_msg *msg, const struct addr *addr,
		      const struct backend_params *params);
void attr_put_member(struct nl_msg *msg, const char *name,
		     const struct backend_params *params);
void attr_put_prefix(struct nl_msg *msg, int type, const struct prefix *prefix);
void attr_put_config(struct nl_msg *msg, const struct config *config);
void attr_put_lookup(struct nl_msg *msg, const struct addr *client,
		     uint16_t port);
void attr_put_tracer(struct nl_msg *msg, const struct hostport *client,
		     uint32_t rate);
void attr_put_dry_run(struct nl_msg *msg);
void attr_put_generation(struct nl_msg *msg, uint32_t generation);
struct nlattr *attr_begin_change(struct nl_msg *msg, uint8_t cmd);
void attr_end_change(struct nl_msg *msg, struct nlattr *attr);

void attr_get_info(struct nlmsghdr *h, struct vec *v);
void attr_get_service(struct nlmsghdr *h, struct vec *v);
void attr_get_pool(struct nlmsghdr *h, struct vec *v);
void attr_get_members(struct nlmsghdr *h, struct vec *v);
void attr_get_member(struct nlmsghdr *h, struct vec *v);
void attr_get_backend(struct nlmsghdr *h, struct vec *v);
void attr_get_backends(struct nlmsghdr *h, struct vec *v);
void attr_get_router(struct nlmsghdr *h, struct vec *v);
void attr_get_source(struct nlmsghdr *h, struct vec *v);
void attr_get_counters(struct nlmsghdr *h, struct vec *v);
void attr_get_config(struct nlmsghdr *h, struct vec *v);
void attr_get_conn(struct nlmsghdr *h, struct vec *v);
void attr_get_lookup(struct nlmsghdr *h, struct vec *v);
void attr_get_traced(struct nlmsghdr *h, struct vec *v);
void attr_get_dry_run(struct nlmsghdr *h, struct vec *v);

#endif /* _MAGLEVADM_ATTR_H */
