// SPDX-License-Identifier: GPL-2.0
/*
 * The commands, as data, with the options each of them needs and takes. The
 * parser (cmdline.c) and --help walk this table.
 */
#include "options.h"

/* With OPT_SERVICE. */
#define SERVICE_ID	(OPT_PORT | OPT_IPV6)
#define LISTING		(OPT_NUMERIC | OPT_SORT | OPT_NOSORT | OPT_JSON)
#define SCHEDULING	(OPT_SCHEDULER | OPT_SCHED_FLAGS)
#define SERVICE_PARAMS	(OPT_POOL | OPT_TRACK | OPT_AFFINITY | OPT_NETMASK | \
			 OPT_FALLBACK | OPT_ALL_DOWN)
#define POOL_PARAMS	(OPT_TABLE_SIZE | OPT_SEED | OPT_SETTLE)
#define BACKEND_PARAMS	(OPT_WEIGHT | OPT_STATE | OPT_DEADLINE)
#define TRIAL		(OPT_DRY_RUN | OPT_JSON)
#define TUNNELLING	(OPT_TUNNEL | OPT_TUN_TYPE | OPT_TUN_NOCSUM | \
			 OPT_GATEWAYING | OPT_UTHRESHOLD | OPT_LTHRESHOLD)

const struct command commands[] = {
	{
		.name = "add-service",
		.letter = 'A',
		.help = "add a service",
		.must = OPT_SERVICE,
		.may = SERVICE_ID | SCHEDULING | SERVICE_PARAMS | POOL_PARAMS,
		.plan = plan_service_add,
	},
	{
		.name = "edit-service",
		.letter = 'E',
		.help = "change a service",
		.must = OPT_SERVICE,
		.may = SERVICE_ID | SCHEDULING | SERVICE_PARAMS | POOL_PARAMS,
		.plan = plan_service_edit,
	},
	{
		.name = "delete-service",
		.letter = 'D',
		.help = "delete a service",
		.must = OPT_SERVICE,
		.may = SERVICE_ID,
		.plan = plan_service_delete,
	},
	{
		.name = "add-server",
		.letter = 'a',
		.help = "add a backend or member to a service or pool",
		.either = OPT_SERVICE | OPT_POOL,
		.whom = OPT_REAL | OPT_MEMBER,
		.may = SERVICE_ID | BACKEND_PARAMS | TUNNELLING | TRIAL,
		.plan = plan_backend_add,
	},
	{
		.name = "edit-server",
		.letter = 'e',
		.help = "change a backend or member of a service or pool",
		.either = OPT_SERVICE | OPT_POOL,
		.whom = OPT_REAL | OPT_MEMBER,
		.may = SERVICE_ID | BACKEND_PARAMS | TUNNELLING | TRIAL,
		.plan = plan_backend_edit,
	},
	{
		.name = "delete-server",
		.letter = 'd',
		.help = "take one out of a service or pool",
		.either = OPT_SERVICE | OPT_POOL,
		.whom = OPT_REAL | OPT_MEMBER,
		.may = SERVICE_ID | TRIAL,
		.plan = plan_backend_delete,
	},
	{
		.name = "list",
		.letter = 'L',
		.alias = 'l',
		.help = "list services and backends, flows or timeouts",
		.may = OPT_SERVICE | SERVICE_ID | LISTING | OPT_STATS |
		       OPT_EXACT | OPT_CONNECTION | OPT_TIMEOUT | OPT_RATE |
		       OPT_WATCH | OPT_COLOR | OPT_THRESHOLDS | OPT_PERSISTENT_CONN | OPT_TUN_INFO |
		       OPT_DAEMON,
		.run = cmd_list,
	},
	{
		.name = "zero",
		.letter = 'Z',
		.help = "zero the counters of a service, or all of them",
		.may = OPT_SERVICE | SERVICE_ID,
		.plan = plan_zero,
	},
	{
		.name = "clear",
		.letter = 'C',
		.help = "delete everything, reset --set and --cache-size",
		.plan = plan_clear,
	},
	{
		.name = "save",
		.letter = 'S',
		.help = "print the configuration as lines for --restore",
		.may = LISTING & ~OPT_JSON,
		.run = cmd_save,
	},
	{
		.name = "restore",
		.letter = 'R',
		.help = "execute commands from standard input",
		.run = cmd_restore,
	},
	{
		.name = "add-pool",
		.operand = "NAME",
		.help = "add a pool for services to share",
		.may = POOL_PARAMS,
		.plan = plan_pool_add,
	},
	{
		.name = "edit-pool",
		.operand = "NAME",
		.help = "change a pool",
		.may = POOL_PARAMS | TRIAL,
		.plan = plan_pool_edit,
	},
	{
		.name = "delete-pool",
		.operand = "NAME",
		.help = "delete a pool that no service uses",
		.plan = plan_pool_delete,
	},
	{
		.name = "list-pools",
		.help = "list pools and their backends",
		.may = LISTING,
		.run = cmd_pool_list,
	},
	{
		.name = "table",
		.operand = "[POOL]",
		.help = "print a pool's table, or that of a service",
		.may = OPT_SERVICE | SERVICE_ID | LISTING,
		.run = cmd_table,
	},
	{
		.name = "lookup",
		.help = "explain which backend a flow goes to",
		.must = OPT_SERVICE | OPT_CLIENT,
		.may = SERVICE_ID | OPT_JSON,
		.run = cmd_lookup,
	},
	{
		.name = "flush-conns",
		.help = "remove tracked flows",
		.may = OPT_SERVICE | SERVICE_ID | OPT_REAL,
		.plan = plan_conn_flush,
	},
	{
		.name = "set",
		.operand = "NAME=VALUE...",
		.help = "set timeouts, pmtu, peers; or TCP TCPFIN UDP",
		.plan = plan_set,
	},
	{
		.name = "cache-size",
		.operand = "ENTRIES",
		.help = "set the size of the flow cache",
		.plan = plan_cache_size,
	},
	{
		.name = "add-router",
		.operand = "PREFIX",
		.help = "trust a router prefix",
		.plan = plan_router_add,
	},
	{
		.name = "delete-router",
		.operand = "PREFIX",
		.help = "trust a router prefix no longer",
		.plan = plan_router_delete,
	},
	{
		.name = "list-routers",
		.help = "list trusted router prefixes",
		.may = LISTING,
		.run = cmd_router_list,
	},
	{
		.name = "add-source",
		.operand = "PREFIX",
		.help = "send packets on from addresses of a prefix",
		.plan = plan_source_add,
	},
	{
		.name = "delete-source",
		.operand = "PREFIX",
		.help = "send packets on from a prefix no longer",
		.plan = plan_source_delete,
	},
	{
		.name = "list-sources",
		.help = "list prefixes of sources",
		.may = LISTING,
		.run = cmd_source_list,
	},
	{
		.name = "counters",
		.help = "list the counters of the network namespace",
		.may = OPT_JSON,
		.run = cmd_counters,
	},
	{
		.name = "info",
		.help = "print versions and sizes",
		.may = OPT_JSON,
		.run = cmd_info,
		.examples = {
			"--info",
		},
	},
	{
		.name = "metrics",
		.operand = "[summary|services|backends]",
		.help = "print metrics for Prometheus",
		.run = cmd_metrics,
		.examples = {
			"--metrics",
			"--metrics backends",
		},
	},
	{
		.name = "monitor",
		.operand = "[config|stats]",
		.help = "report drained and suspect backends, or rates",
		.may = OPT_JSON,
		.run = cmd_monitor_what,
		.examples = {
			"--monitor --json",
			"--monitor stats",
		},
	},
	{
		.name = "help",
		.letter = 'h',
		.help = "print this text",
		.run = cmd_help,
	},
	{
		.name = "version",
		.letter = 'v',
		.help = "print the version of this program",
		.run = cmd_version,
	},
};
const size_t n_commands = ARRAY_SIZE(commands);
