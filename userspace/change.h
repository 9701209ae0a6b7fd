/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_CHANGE_H
#define _MAGLEVADM_CHANGE_H

#include "attr.h"
#include "types.h"

struct args;
struct ctx;
struct kern;

/**
 * struct change - a change that a command line asks the kernel for
 * @cmd: MAGLEV_CMD_*, or MAGLEV_CMD_UNSPEC: nothing
 * @service: the service, if it has a protocol
 * @pool: the pool, or NULL
 * @member: the pool that is a member of that pool, or NULL
 * @backend: the backend, if it has a family
 * @set: what to set of service and pool
 * @set_backend: what to set of the backend or member
 * @prefix: the prefix, of ROUTER_* and SOURCE_*
 * @config: what to set, of CONFIG_SET
 */
struct change {
	uint8_t cmd;
	struct service_id service;
	const char *pool;
	const char *member;
	struct addr backend;
	union {
		struct {
			struct service_params service;
			struct pool_params pool;
		} set;
		struct backend_params set_backend;
		struct prefix prefix;
		struct config config;
	};
};

struct nl_msg *change_request(struct kern *kern, const struct change *c,
			      size_t backends);
bool change_has_names(const struct change *c);
bool change_blames(struct nl_msg *msg, size_t offset, size_t *backend);
const char *change_what(const struct change *c);
bool change_undo(const struct change *c, struct change *undo);
bool change_extends(const struct change *first, const struct change *c);
int change_failed(const struct ctx *ctx, const struct change *c, int err,
		  bool backend);
int change_run(struct ctx *ctx, const struct args *args);

#endif /* _MAGLEVADM_CHANGE_H */
