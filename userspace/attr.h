/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_ATTR_H
#define _MAGLEVADM_ATTR_H

#include <netlink/attr.h>
#include <netlink/msg.h>

#include "types.h"

struct vec;

/**
 * struct pool_params - what may be set of a pool
 * @table_size: slots of its table
 * @seed: its seed
 * @has_table_size: set @table_size
 * @has_seed: set @seed
 */
struct pool_params {
	uint32_t table_size;
	uint64_t seed;
	bool has_table_size;
	bool has_seed;
};

void attr_put_service(struct nl_msg *msg, const struct service_id *id,
		      const char *pool);
void attr_put_pool(struct nl_msg *msg, const char *name,
		   const struct pool_params *params);
void attr_put_backend(struct nl_msg *msg, const struct addr *addr,
		      const uint32_t *weight);
void attr_put_router(struct nl_msg *msg, const struct prefix *prefix);

void attr_get_info(struct nlmsghdr *h, struct vec *v);
void attr_get_service(struct nlmsghdr *h, struct vec *v);
void attr_get_pool(struct nlmsghdr *h, struct vec *v);
void attr_get_backend(struct nlmsghdr *h, struct vec *v);
void attr_get_router(struct nlmsghdr *h, struct vec *v);
void attr_get_counters(struct nlmsghdr *h, struct vec *v);

#endif /* _MAGLEVADM_ATTR_H */
