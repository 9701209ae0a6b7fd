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
	  cmd_service_add, "add a service" },
	{ 'E', 0, "edit-service", NULL, OPT_SERVICE, 0,
	  OPT_PORT | SCHEDULING | SERVICE_PARAMS | POOL_PARAMS,
	  cmd_service_edit, "change a service" },
	{ 'D', 0, "delete-service", NULL, OPT_SERVICE, 0,
	  OPT_PORT,
	  cmd_service_delete, "delete a service" },
	{ 'a', 0, "add-server", NULL, OPT_REAL, OPT_SERVICE | OPT_POOL,
	  OPT_PORT | BACKEND_PARAMS | TUNNELLING | TRIAL,
	  cmd_backend_add, "add a backend to a service or a pool" },
	{ 'e', 0, "edit-server", NULL, OPT_REAL, OPT_SERVICE | OPT_POOL,
	  OPT_PORT | BACKEND_PARAMS | TUNNELLING | TRIAL,
	  cmd_backend_edit, "change a backend of a service or a pool" },
	{ 'd', 0, "delete-server", NULL, OPT_REAL, OPT_SERVICE | OPT_POOL,
	  OPT_PORT | TRIAL,
	  cmd_backend_delete, "take a backend out of a service or a pool" },
	{ 'L', 'l', "list", NULL, 0, 0,
	  OPT_SERVICE | OPT_PORT | LISTING | OPT_STATS | OPT_EXACT |
	  OPT_CONNECTION | OPT_TIMEOUT,
	  cmd_list, "list services and backends, flows or timeouts" },
	{ 'Z', 0, "zero", NULL, 0, 0,
	  OPT_SERVICE | OPT_PORT,
	  cmd_zero, "zero the counters of a service, or all of them" },
	{ 'C', 0, "clear", NULL, 0, 0, 0,
	  cmd_clear, "delete every service, pool, backend and router" },
	{ 'S', 0, "save", NULL, 0, 0,
	  LISTING & ~OPT_JSON,
	  cmd_save, "print the configuration as lines for --restore" },
	{ 'R', 0, "restore", NULL, 0, 0, 0,
	  cmd_restore, "carry out commands from standard input" },
	{ 0, 0, "add-pool", "NAME", 0, 0,
	  POOL_PARAMS,
	  cmd_pool_add, "add a pool for services to share" },
	{ 0, 0, "edit-pool", "NAME", 0, 0,
	  POOL_PARAMS | TRIAL,
	  cmd_pool_edit, "change a pool" },
	{ 0, 0, "delete-pool", "NAME", 0, 0, 0,
	  cmd_pool_delete, "delete a pool that no service uses" },
	{ 0, 0, "list-pools", NULL, 0, 0,
	  LISTING,
	  cmd_pool_list, "list pools and their members" },
	{ 0, 0, "table", "[POOL]", 0, 0,
	  OPT_SERVICE | OPT_PORT | LISTING,
	  cmd_table, "print a pool's table, or that of a service" },
	{ 0, 0, "lookup", NULL, OPT_SERVICE | OPT_CLIENT, 0,
	  OPT_PORT | OPT_JSON,
	  cmd_lookup, "explain which backend a flow goes to" },
	{ 0, 0, "flush-conns", NULL, 0, 0,
	  OPT_SERVICE | OPT_PORT | OPT_REAL,
	  cmd_conn_flush, "forget tracked flows" },
	{ 0, 0, "set", "NAME=TIME...", 0, 0, 0,
	  cmd_set, "set timeouts; or TCP TCPFIN UDP, in seconds" },
	{ 0, 0, "cache-size", "ENTRIES", 0, 0, 0,
	  cmd_cache_size, "set the size of the flow cache" },
	{ 0, 0, "add-router", "PREFIX", 0, 0, 0,
	  cmd_router_add, "take GRE from a router prefix" },
	{ 0, 0, "delete-router", "PREFIX", 0, 0, 0,
	  cmd_router_delete, "take GRE from a router prefix no longer" },
	{ 0, 0, "list-routers", NULL, 0, 0,
	  LISTING,
	  cmd_router_list, "list the router prefixes GRE is taken from" },
	{ 0, 0, "counters", NULL, 0, 0,
	  OPT_JSON,
	  cmd_counters, "list the counters of the network namespace" },
	{ 0, 0, "info", NULL, 0, 0,
	  OPT_JSON,
	  cmd_info, "print versions and sizes" },
	{ 0, 0, "monitor", NULL, 0, 0,
	  OPT_JSON,
	  cmd_monitor, "report drained backends until interrupted" },
	{ 'h', 0, "help", NULL, 0, 0, 0,
	  cmd_help, "print this text" },
	{ 'v', 0, "version", NULL, 0, 0, 0,
	  cmd_version, "print the version of this program" },
};
const size_t n_commands = ARRAY_SIZE(commands);
