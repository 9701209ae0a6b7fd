/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_CMD_H
#define _MAGLEVADM_CMD_H

#include "attr.h"
#include "types.h"

struct change;
struct kern;

/*
 * Options, as bits: a command says with them which options it needs, takes
 * and refuses together.
 */
enum {
	OPT_SERVICE	= 1 << 0,
	OPT_PORT	= 1 << 1,
	OPT_SCHEDULER	= 1 << 2,
	OPT_SCHED_FLAGS	= 1 << 3,
	OPT_REAL	= 1 << 4,
	OPT_WEIGHT	= 1 << 5,
	OPT_TUNNEL	= 1 << 6,
	OPT_TUN_TYPE	= 1 << 7,
	OPT_TUN_NOCSUM	= 1 << 8,
	OPT_POOL	= 1 << 9,
	OPT_TABLE_SIZE	= 1 << 10,
	OPT_SEED	= 1 << 11,
	OPT_NUMERIC	= 1 << 12,
	OPT_EXACT	= 1 << 13,
	OPT_STATS	= 1 << 14,
	OPT_SORT	= 1 << 15,
	OPT_NOSORT	= 1 << 16,
	OPT_JSON	= 1 << 17,
	OPT_TRACK	= 1 << 18,
	OPT_AFFINITY	= 1 << 19,
	OPT_NETMASK	= 1 << 20,
	OPT_FALLBACK	= 1 << 21,
	OPT_ALL_DOWN	= 1 << 22,
	OPT_SETTLE	= 1 << 23,
	OPT_STATE	= 1 << 24,
	OPT_DEADLINE	= 1 << 25,
	OPT_DRY_RUN	= 1 << 26,
	OPT_CONNECTION	= 1 << 27,
	OPT_TIMEOUT	= 1 << 28,
	OPT_CLIENT	= 1 << 29,
};

/**
 * struct args - a command line, parsed
 * @command: what to do
 * @given: OPT_* that were given
 * @operand: the argument of the command itself, as in --add-pool NAME
 * @more: the arguments after that, of a command that takes several
 * @n_more: how many these are
 * @service: the service meant, if OPT_SERVICE
 * @client: the client meant, if OPT_CLIENT
 * @real: the backend meant, if OPT_REAL
 * @pool: the pool meant, if OPT_POOL
 * @set_service: what to set of the service
 * @set_pool: what to set of the service's pool or of the pool
 * @set_backend: what to set of the backend
 */
struct args {
	const struct command *command;
	unsigned int given;
	const char *operand;
	char **more;
	size_t n_more;
	struct service_id service;
	struct hostport client;
	struct hostport real;
	const char *pool;
	struct service_params set_service;
	struct pool_params set_pool;
	struct backend_params set_backend;
};

/**
 * struct ctx - the program while it runs
 * @name: what it was called as
 * @as_ipvsadm: that name is ipvsadm
 * @kern: the connection to the kernel, opened when it is first needed
 */
struct ctx {
	const char *name;
	bool as_ipvsadm;
	struct kern *kern;
};

/**
 * struct command - a command as the table in commands.c lists it
 * @letter: its short form, or 0
 * @alias: a second short form, or 0
 * @name: its long form
 * @operand: what follows it, in brackets if it may be left out, with dots at
 *	its end if there may be several, or NULL
 * @must: OPT_* it does not work without
 * @either: OPT_* of which it needs exactly one
 * @may: OPT_* it takes besides
 * @run: carries it out; returns an exit code. NULL: it is planned
 * @help: one line on what it does
 * @plan: says what it changes, without asking the kernel; returns an exit
 *	code. Of commands that change the configuration, instead of @run
 */
struct command {
	char letter;
	char alias;
	const char *name;
	const char *operand;
	unsigned int must;
	unsigned int either;
	unsigned int may;
	int (*run)(struct ctx *ctx, const struct args *args);
	const char *help;
	int (*plan)(const struct ctx *ctx, const struct args *args,
		    struct change *c);
};

/* Returns the connection, opened if it was not yet, or NULL: complained. */
struct kern *ctx_kern(struct ctx *ctx);

int cmd_pool_list(struct ctx *ctx, const struct args *args);
int cmd_router_list(struct ctx *ctx, const struct args *args);
int cmd_list(struct ctx *ctx, const struct args *args);
int cmd_save(struct ctx *ctx, const struct args *args);
int cmd_restore(struct ctx *ctx, const struct args *args);
int cmd_counters(struct ctx *ctx, const struct args *args);
int cmd_info(struct ctx *ctx, const struct args *args);
int cmd_conn_list(struct ctx *ctx, const struct args *args);
int cmd_lookup(struct ctx *ctx, const struct args *args);
int cmd_table(struct ctx *ctx, const struct args *args);
int cmd_timeouts(struct ctx *ctx, const struct args *args);
int cmd_monitor(struct ctx *ctx, const struct args *args);
int cmd_help(struct ctx *ctx, const struct args *args);
int cmd_version(struct ctx *ctx, const struct args *args);

int plan_service_add(const struct ctx *ctx, const struct args *args,
		     struct change *c);
int plan_service_edit(const struct ctx *ctx, const struct args *args,
		      struct change *c);
int plan_service_delete(const struct ctx *ctx, const struct args *args,
			struct change *c);
int plan_backend_add(const struct ctx *ctx, const struct args *args,
		     struct change *c);
int plan_backend_edit(const struct ctx *ctx, const struct args *args,
		      struct change *c);
int plan_backend_delete(const struct ctx *ctx, const struct args *args,
			struct change *c);
int plan_pool_add(const struct ctx *ctx, const struct args *args,
		  struct change *c);
int plan_pool_edit(const struct ctx *ctx, const struct args *args,
		   struct change *c);
int plan_pool_delete(const struct ctx *ctx, const struct args *args,
		     struct change *c);
int plan_router_add(const struct ctx *ctx, const struct args *args,
		    struct change *c);
int plan_router_delete(const struct ctx *ctx, const struct args *args,
		       struct change *c);
int plan_clear(const struct ctx *ctx, const struct args *args,
	       struct change *c);
int plan_zero(const struct ctx *ctx, const struct args *args,
	      struct change *c);
int plan_conn_flush(const struct ctx *ctx, const struct args *args,
		    struct change *c);
int plan_set(const struct ctx *ctx, const struct args *args,
	     struct change *c);
int plan_cache_size(const struct ctx *ctx, const struct args *args,
		    struct change *c);

#endif /* _MAGLEVADM_CMD_H */
