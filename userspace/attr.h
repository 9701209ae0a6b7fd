/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_ATTR_H
#define _MAGLEVADM_ATTR_H

#include <netlink/attr.h>
#include <netlink/msg.h>

#include "types.h"

struct vec;

/**
 * struct service_params - what may be set of a service
 * @pool: name of the pool it is to use, or NULL
 * @fallback: name of its fallback pool, empty for none, or NULL
 * @track: enum maglev_track
 * @affinity: enum maglev_affinity
 * @all_down: enum maglev_all_down
 * @has_track: set @track
 * @has_affinity: set @affinity
 * @has_all_down: set @all_down
 */
struct service_params {
	const char *pool;
	const char *fallback;
	uint8_t track;
	uint8_t affinity;
	uint8_t all_down;
	bool has_track;
	bool has_affinity;
	bool has_all_down;
};

/**
 * struct pool_params - what may be set of a pool
 * @table_size: slots of its table
 * @seed: its seed
 * @settle: its settle time in ms, 0 for the automatic one
 * @has_table_size: set @table_size
 * @has_seed: set @seed
 * @has_settle: set @settle
 */
struct pool_params {
	uint32_t table_size;
	uint64_t seed;
	uint32_t settle;
	bool has_table_size;
	bool has_seed;
	bool has_settle;
};

/**
 * struct backend_params - what may be set of a backend
 * @weight: its weight
 * @state: enum maglev_state
 * @deadline: ms after which it is removed if it drains
 * @has_weight: set @weight
 * @has_state: set @state
 * @has_deadline: set @deadline
 */
struct backend_params {
	uint32_t weight;
	uint8_t state;
	uint32_t deadline;
	bool has_weight;
	bool has_state;
	bool has_deadline;
};

void attr_put_service(struct nl_msg *msg, const struct service_id *id,
		      const struct service_params *params);
void attr_put_pool(struct nl_msg *msg, const char *name,
		   const struct pool_params *params);
void attr_put_backend(struct nl_msg *msg, const struct addr *addr,
		      const struct backend_params *params);
void attr_put_router(struct nl_msg *msg, const struct prefix *prefix);
void attr_put_config(struct nl_msg *msg, const struct config *config);
void attr_put_lookup(struct nl_msg *msg, const struct addr *client,
		     uint16_t port);
void attr_put_dry_run(struct nl_msg *msg);

void attr_get_info(struct nlmsghdr *h, struct vec *v);
void attr_get_service(struct nlmsghdr *h, struct vec *v);
void attr_get_pool(struct nlmsghdr *h, struct vec *v);
void attr_get_backend(struct nlmsghdr *h, struct vec *v);
void attr_get_router(struct nlmsghdr *h, struct vec *v);
void attr_get_counters(struct nlmsghdr *h, struct vec *v);
void attr_get_config(struct nlmsghdr *h, struct vec *v);
void attr_get_conn(struct nlmsghdr *h, struct vec *v);
void attr_get_lookup(struct nlmsghdr *h, struct vec *v);
void attr_get_moves(struct nlmsghdr *h, struct vec *v);

#endif /* _MAGLEVADM_ATTR_H */
