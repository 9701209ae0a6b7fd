/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_CHANGE_H
#define _MAGLEVADM_CHANGE_H

#include "attr.h"
#include "types.h"

struct ctx;

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

/**
 * enum change_verb - what becomes of the object of a change
 * @CHANGE_ADD: it is added
 * @CHANGE_EDIT: it changes
 * @CHANGE_DELETE: it is deleted
 * @CHANGE_VERBS: how many there are
 */
enum change_verb {
	CHANGE_ADD,
	CHANGE_EDIT,
	CHANGE_DELETE,
	CHANGE_VERBS,
};

size_t change_size(size_t backends);
void change_put(struct nl_msg *msg, const struct change *c);
bool change_has_names(const struct change *c);
bool change_blames_backend(struct nl_msg *msg, size_t offset);
bool change_is_of_config(const struct change *c);
enum change_verb change_verb(const struct change *c);
const char *change_what(const struct change *c);
bool change_extends(const struct change *first, const struct change *c);
int change_failed(const struct ctx *ctx, const struct change *c, int err,
		  bool backend);

#endif /* _MAGLEVADM_CHANGE_H */
