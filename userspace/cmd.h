/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_CMD_H
#define _MAGLEVADM_CMD_H

#include "attr.h"
#include "given.h"
#include "types.h"

struct change;
struct kern;

/*
 * Options, as bits: a command says with them which options it needs, takes
 * and refuses together.
 */
typedef uint64_t optmask;

#define OPT_BIT(n)	((optmask)1 << (n))
#define OPT_SERVICE		OPT_BIT(0)
#define OPT_PORT		OPT_BIT(1)
#define OPT_SCHEDULER		OPT_BIT(2)
#define OPT_SCHED_FLAGS	OPT_BIT(3)
#define OPT_REAL		OPT_BIT(4)
#define OPT_WEIGHT		OPT_BIT(5)
#define OPT_TUNNEL		OPT_BIT(6)
#define OPT_TUN_TYPE		OPT_BIT(7)
#define OPT_TUN_NOCSUM		OPT_BIT(8)
#define OPT_POOL		OPT_BIT(9)
#define OPT_TABLE_SIZE		OPT_BIT(10)
#define OPT_SEED		OPT_BIT(11)
#define OPT_NUMERIC		OPT_BIT(12)
#define OPT_EXACT		OPT_BIT(13)
#define OPT_STATS		OPT_BIT(14)
#define OPT_SORT		OPT_BIT(15)
#define OPT_NOSORT		OPT_BIT(16)
#define OPT_JSON		OPT_BIT(17)
#define OPT_TRACK		OPT_BIT(18)
#define OPT_AFFINITY		OPT_BIT(19)
#define OPT_NETMASK		OPT_BIT(20)
#define OPT_FALLBACK		OPT_BIT(21)
#define OPT_ALL_DOWN		OPT_BIT(22)
#define OPT_SETTLE		OPT_BIT(23)
#define OPT_STATE		OPT_BIT(24)
#define OPT_DEADLINE		OPT_BIT(25)
#define OPT_DRY_RUN		OPT_BIT(26)
#define OPT_CONNECTION		OPT_BIT(27)
#define OPT_TIMEOUT		OPT_BIT(28)
#define OPT_CLIENT		OPT_BIT(29)
#define OPT_IPV6		OPT_BIT(30)
#define OPT_MEMBER		OPT_BIT(31)
#define OPT_TIMESTAMP		OPT_BIT(32)
#define OPT_COUNT		OPT_BIT(33)
#define OPT_LIMIT		OPT_BIT(34)
#define OPT_WITH_STATE		OPT_BIT(35)
#define OPT_UTHRESHOLD		OPT_BIT(36)
#define OPT_LTHRESHOLD		OPT_BIT(37)
#define OPT_THRESHOLDS		OPT_BIT(38)
#define OPT_USERDATA		OPT_BIT(39)
#define OPT_STRICT		OPT_BIT(40)
#define OPT_RATE		OPT_BIT(44)
#define OPT_WATCH		OPT_BIT(52)
#define OPT_COLOR		OPT_BIT(53)
#define OPT_PANIC		OPT_BIT(56)
/* Those that only ipvsadm has. */
#define OPT_GATEWAYING		OPT_BIT(41)
#define OPT_PERSISTENT_CONN	OPT_BIT(46)
#define OPT_TUN_INFO		OPT_BIT(47)
#define OPT_DAEMON		OPT_BIT(48)

/* Time from one reading to the next in ms, unless another one is given. */
#define INTERVAL_DEFAULT	1000

/**
 * struct args - a command line, parsed
 * @command: what to do
 * @given: OPT_* that were given
 * @operand: the argument of the command itself, as in --add-pool NAME
 * @more: the arguments after that, of a command that takes several
 * @n_more: how many these are
 * @service: the service, resolved, if OPT_SERVICE
 * @client: the client, resolved, if OPT_CLIENT
 * @real: the backend, resolved, if OPT_REAL
 * @pool: the pool, if OPT_POOL
 * @member: the pool that is a member, if OPT_MEMBER
 * @as_ipvsadm: ipvsadm's own options are known
 * @lenient: what cannot be done to the letter is done in another way
 * @persistent: the timeout given with -p, or NULL
 * @interval: ms from one reading to the next, or 0
 * @colour: colours in listings
 * @count: events or packets to print, if OPT_COUNT
 * @rate: packets to trace in a second, 0 for the default
 * @ipvs: what is done in another way than ipvsadm does it
 * @userdata: bytes to keep with the service or the backend, if OPT_USERDATA
 * @state_file: name of the file of state, if OPT_WITH_STATE
 * @set_service: settings of the service
 * @set_pool: settings of the service's pool or of the pool
 * @set_backend: settings of the backend
 */
struct args {
	const struct command *command;
	optmask given;
	const char *operand;
	char **more;
	size_t n_more;
	struct service_id service;
	struct hostport client;
	struct hostport real;
	const char *pool;
	const char *member;
	bool as_ipvsadm;
	bool lenient;
	const char *persistent;
	uint32_t interval;
	enum colour_choice colour;
	uint64_t count;
	uint32_t rate;
	struct given ipvs;
	struct userdata userdata;
	const char *state_file;
	struct service_params set_service;
	struct pool_params set_pool;
	struct backend_params set_backend;
};

/**
 * struct ctx - the program while it runs
 * @name: name that it was called by
 * @as_ipvsadm: that name is ipvsadm
 * @lenient: what ipvsadm takes and the kernel cannot do to the letter is done in
 *	another way, rather than refused
 * @afresh: -R deletes what is configured before, as ipvsadm-restore does
 * @kern: the connection to the kernel, opened when it is first needed
 */
struct ctx {
	const char *name;
	bool as_ipvsadm;
	bool lenient;
	bool afresh;
	struct kern *kern;
};

/**
 * struct command - a command as the table in commands.c lists it
 * @letter: its short form, or 0
 * @alias: a second short form, or 0
 * @name: its long form
 * @operand: what follows it, in brackets if it may be left out, with dots at
 *	its end if there may be several, or NULL
 * @any_operand: it may look like an option, if help_knows() it
 * @must: OPT_* it does not work without
 * @either: OPT_* of which it needs exactly one
 * @whom: likewise
 * @may: OPT_* it takes besides
 * @describes: it says what there is to be, so --replace takes it
 * @reads_script: it reads lines of which none may be another such command
 * @run: carries it out; returns an exit code. NULL: it is planned
 * @help: one line on what it does
 * @plan: says what it changes, without asking the kernel; returns an exit
 *	code. Of commands that change the configuration, instead of @run
 * @examples: of its use, without the name of the program
 */
struct command {
	char letter;
	char alias;
	const char *name;
	const char *operand;
	bool any_operand;
	optmask must;
	optmask either;
	optmask whom;
	optmask may;
	bool describes;
	bool reads_script;
	int (*run)(struct ctx *ctx, const struct args *args);
	const char *help;
	int (*plan)(const struct ctx *ctx, const struct args *args,
		    struct change *c);
	const char *examples[3];
};

int cmd_pool_list(struct ctx *ctx, const struct args *args);
int cmd_router_list(struct ctx *ctx, const struct args *args);
int cmd_source_list(struct ctx *ctx, const struct args *args);
int cmd_list(struct ctx *ctx, const struct args *args);
int cmd_save(struct ctx *ctx, const struct args *args);
int cmd_restore(struct ctx *ctx, const struct args *args);
int cmd_replace(struct ctx *ctx, const struct args *args);
int cmd_save_state(struct ctx *ctx, const struct args *args);
int cmd_restore_state(struct ctx *ctx, const struct args *args);
int cmd_counters(struct ctx *ctx, const struct args *args);
int cmd_info(struct ctx *ctx, const struct args *args);
int cmd_conn_list(struct ctx *ctx, const struct args *args);
int cmd_lookup(struct ctx *ctx, const struct args *args);
int cmd_table(struct ctx *ctx, const struct args *args);
int cmd_timeouts(struct ctx *ctx, const struct args *args);
int cmd_metrics(struct ctx *ctx, const struct args *args);
int cmd_monitor(struct ctx *ctx, const struct args *args);
int cmd_monitor_what(struct ctx *ctx, const struct args *args);
int cmd_trace(struct ctx *ctx, const struct args *args);
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
int plan_source_add(const struct ctx *ctx, const struct args *args,
		    struct change *c);
int plan_source_delete(const struct ctx *ctx, const struct args *args,
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
