// SPDX-License-Identifier: GPL-2.0
/*
 * The commands, as data, with the options each of them needs and takes. The
 * parser (cmdline.c) and --help walk this table.
 */
#include "options.h"

#define LISTING		(OPT_NUMERIC | OPT_SORT | OPT_NOSORT | OPT_JSON)
#define SCHEDULING	(OPT_SCHEDULER | OPT_SCHED_FLAGS)
#define SERVICE_PARAMS	(OPT_POOL | OPT_TRACK | OPT_AFFINITY | OPT_NETMASK | \
			 OPT_FALLBACK | OPT_ALL_DOWN)
#define POOL_PARAMS	(OPT_TABLE_SIZE | OPT_SEED | OPT_SETTLE)
#define BACKEND_PARAMS	(OPT_WEIGHT | OPT_STATE | OPT_DEADLINE)
#define TRIAL		(OPT_DRY_RUN | OPT_JSON)
#define TUNNELLING	(OPT_TUNNEL | OPT_TUN_TYPE | OPT_TUN_NOCSUM)

const struct command commands[] = {
	{ 'A', 0, "add-service", NULL, OPT_SERVICE, 0,
	  OPT_PORT | SCHEDULING | SERVICE_PARAMS | POOL_PARAMS,
	  NULL, "add a service", plan_service_add },
	{ 'E', 0, "edit-service", NULL, OPT_SERVICE, 0,
	  OPT_PORT | SCHEDULING | SERVICE_PARAMS | POOL_PARAMS,
	  NULL, "change a service", plan_service_edit },
	{ 'D', 0, "delete-service", NULL, OPT_SERVICE, 0,
	  OPT_PORT,
	  NULL, "delete a service", plan_service_delete },
	{ 'a', 0, "add-server", NULL, OPT_REAL, OPT_SERVICE | OPT_POOL,
	  OPT_PORT | BACKEND_PARAMS | TUNNELLING | TRIAL,
	  NULL, "add a backend to a service or a pool", plan_backend_add },
	{ 'e', 0, "edit-server", NULL, OPT_REAL, OPT_SERVICE | OPT_POOL,
	  OPT_PORT | BACKEND_PARAMS | TUNNELLING | TRIAL,
	  NULL, "change a backend of a service or a pool", plan_backend_edit },
	{ 'd', 0, "delete-server", NULL, OPT_REAL, OPT_SERVICE | OPT_POOL,
	  OPT_PORT | TRIAL,
	  NULL, "take a backend out of a service or a pool",
	  plan_backend_delete },
	{ 'L', 'l', "list", NULL, 0, 0,
	  OPT_SERVICE | OPT_PORT | LISTING | OPT_STATS | OPT_EXACT |
	  OPT_CONNECTION | OPT_TIMEOUT,
	  cmd_list, "list services and backends, flows or timeouts", NULL },
	{ 'Z', 0, "zero", NULL, 0, 0,
	  OPT_SERVICE | OPT_PORT,
	  NULL, "zero the counters of a service, or all of them", plan_zero },
	{ 'C', 0, "clear", NULL, 0, 0, 0,
	  NULL, "delete every service, pool, backend and router", plan_clear },
	{ 'S', 0, "save", NULL, 0, 0,
	  LISTING & ~OPT_JSON,
	  cmd_save, "print the configuration as lines for --restore", NULL },
	{ 'R', 0, "restore", NULL, 0, 0, 0,
	  cmd_restore, "carry out commands from standard input", NULL },
	{ 0, 0, "add-pool", "NAME", 0, 0,
	  POOL_PARAMS,
	  NULL, "add a pool for services to share", plan_pool_add },
	{ 0, 0, "edit-pool", "NAME", 0, 0,
	  POOL_PARAMS | TRIAL,
	  NULL, "change a pool", plan_pool_edit },
	{ 0, 0, "delete-pool", "NAME", 0, 0, 0,
	  NULL, "delete a pool that no service uses", plan_pool_delete },
	{ 0, 0, "list-pools", NULL, 0, 0,
	  LISTING,
	  cmd_pool_list, "list pools and their members", NULL },
	{ 0, 0, "table", "[POOL]", 0, 0,
	  OPT_SERVICE | OPT_PORT | LISTING,
	  cmd_table, "print a pool's table, or that of a service", NULL },
	{ 0, 0, "lookup", NULL, OPT_SERVICE | OPT_CLIENT, 0,
	  OPT_PORT | OPT_JSON,
	  cmd_lookup, "explain which backend a flow goes to", NULL },
	{ 0, 0, "flush-conns", NULL, 0, 0,
	  OPT_SERVICE | OPT_PORT | OPT_REAL,
	  NULL, "forget tracked flows", plan_conn_flush },
	{ 0, 0, "set", "NAME=TIME...", 0, 0, 0,
	  NULL, "set timeouts; or TCP TCPFIN UDP, in seconds", plan_set },
	{ 0, 0, "cache-size", "ENTRIES", 0, 0, 0,
	  NULL, "set the size of the flow cache", plan_cache_size },
	{ 0, 0, "add-router", "PREFIX", 0, 0, 0,
	  NULL, "take GRE from a router prefix", plan_router_add },
	{ 0, 0, "delete-router", "PREFIX", 0, 0, 0,
	  NULL, "take GRE from a router prefix no longer", plan_router_delete },
	{ 0, 0, "list-routers", NULL, 0, 0,
	  LISTING,
	  cmd_router_list, "list the router prefixes GRE is taken from", NULL },
	{ 0, 0, "counters", NULL, 0, 0,
	  OPT_JSON,
	  cmd_counters, "list the counters of the network namespace", NULL },
	{ 0, 0, "info", NULL, 0, 0,
	  OPT_JSON,
	  cmd_info, "print versions and sizes", NULL },
	{ 0, 0, "monitor", NULL, 0, 0,
	  OPT_JSON,
	  cmd_monitor, "report drained backends until interrupted", NULL },
	{ 'h', 0, "help", NULL, 0, 0, 0,
	  cmd_help, "print this text", NULL },
	{ 'v', 0, "version", NULL, 0, 0, 0,
	  cmd_version, "print the version of this program", NULL },
};
const size_t n_commands = ARRAY_SIZE(commands);
