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
			 OPT_FALLBACK | OPT_ALL_DOWN | OPT_USERDATA)
#define POOL_PARAMS	(OPT_TABLE_SIZE | OPT_SEED | OPT_SETTLE | OPT_PANIC)
#define BACKEND_PARAMS	(OPT_WEIGHT | OPT_STATE | OPT_DEADLINE | \
			 OPT_UTHRESHOLD | OPT_LTHRESHOLD | OPT_USERDATA)
#define TRIAL		(OPT_DRY_RUN | OPT_JSON)
#define TUNNELLING	(OPT_TUNNEL | OPT_TUN_TYPE | OPT_TUN_NOCSUM | \
			 OPT_GATEWAYING)

const struct command commands[] = {
	{
		.name = "add-service",
		.letter = 'A',
		.help = "add a service",
		.must = OPT_SERVICE,
		.may = SERVICE_ID | SCHEDULING | SERVICE_PARAMS | POOL_PARAMS |
		       TRIAL,
		.describes = true,
		.plan = plan_service_add,
		.examples = {
			"-A -t 192.0.2.80:443 --pool web",
			"-A -u 192.0.2.80 --port 8000-8999 --track changed",
		},
	},
	{
		.name = "edit-service",
		.letter = 'E',
		.help = "change a service",
		.must = OPT_SERVICE,
		.may = SERVICE_ID | SCHEDULING | SERVICE_PARAMS | POOL_PARAMS |
		       TRIAL,
		.plan = plan_service_edit,
		.examples = {
			"-E -t 192.0.2.80:443 --fallback spare",
		},
	},
	{
		.name = "delete-service",
		.letter = 'D',
		.help = "delete a service",
		.must = OPT_SERVICE,
		.may = SERVICE_ID | TRIAL,
		.plan = plan_service_delete,
		.examples = {
			"-D -t 192.0.2.80:443",
		},
	},
	{
		.name = "add-server",
		.letter = 'a',
		.help = "add a backend or member to a service or pool",
		.either = OPT_SERVICE | OPT_POOL,
		.whom = OPT_REAL | OPT_MEMBER,
		.may = SERVICE_ID | BACKEND_PARAMS | TUNNELLING | TRIAL,
		.describes = true,
		.plan = plan_backend_add,
		.examples = {
			"-a --pool web -r 198.51.100.21 -w 2",
			"-a -t 192.0.2.80:443 -r 198.51.100.21 --dry-run",
			"-a --pool web --member-pool fra",
		},
	},
	{
		.name = "edit-server",
		.letter = 'e',
		.help = "change a backend or member of a service or pool",
		.either = OPT_SERVICE | OPT_POOL,
		.whom = OPT_REAL | OPT_MEMBER,
		.may = SERVICE_ID | BACKEND_PARAMS | TUNNELLING | TRIAL,
		.plan = plan_backend_edit,
		.examples = {
			"-e --pool web -r 198.51.100.21 -w 2",
			"-e --pool web -r 198.51.100.21 --drain --deadline 10m",
		},
	},
	{
		.name = "delete-server",
		.letter = 'd',
		.help = "take one out of a service or pool",
		.either = OPT_SERVICE | OPT_POOL,
		.whom = OPT_REAL | OPT_MEMBER,
		.may = SERVICE_ID | TRIAL,
		.plan = plan_backend_delete,
		.examples = {
			"-d --pool web -r 198.51.100.21",
		},
	},
	{
		.name = "list",
		.letter = 'L',
		.alias = 'l',
		.help = "list services and backends, flows or timeouts",
		.may = OPT_SERVICE | SERVICE_ID | LISTING | OPT_STATS |
		       OPT_EXACT | OPT_CONNECTION | OPT_TIMEOUT | OPT_RATE |
		       OPT_WATCH | OPT_COLOR | OPT_THRESHOLDS |
		       OPT_PERSISTENT_CONN | OPT_TUN_INFO | OPT_DAEMON,
		.run = cmd_list,
		.examples = {
			"-L -n --stats --exact",
			"-L -n --rate --watch 2",
			"-L --json -t 192.0.2.80:443",
		},
	},
	{
		.name = "zero",
		.letter = 'Z',
		.help = "zero the counters of a service, or all of them",
		.may = OPT_SERVICE | SERVICE_ID,
		.plan = plan_zero,
		.examples = {
			"-Z -t 192.0.2.80:443",
		},
	},
	{
		.name = "clear",
		.letter = 'C',
		.help = "delete everything, reset --set and --cache-size",
		.may = TRIAL,
		.plan = plan_clear,
		.examples = {
			"-C",
		},
	},
	{
		.name = "save",
		.letter = 'S',
		.help = "print the configuration as lines for --restore",
		.may = LISTING & ~OPT_JSON,
		.run = cmd_save,
		.examples = {
			"-S -n",
		},
	},
	{
		.name = "restore",
		.letter = 'R',
		.help = "execute commands from standard input",
		.may = TRIAL,
		.reads_script = true,
		.run = cmd_restore,
		.examples = {
			"-R",
		},
	},
	{
		.name = "replace",
		.operand = "FILE",
		.help = "make the configuration what a file says",
		.may = TRIAL | OPT_WITH_STATE,
		.reads_script = true,
		.run = cmd_replace,
		.examples = {
			"--replace /etc/maglev/rules --dry-run",
			"--replace /etc/maglev/rules",
			"--replace /etc/maglev/rules --with-state /run/maglev.state",
		},
	},
	{
		.name = "save-state",
		.operand = "FILE",
		.help = "save flows, pasts of slots and drains to a file",
		.may = OPT_JSON,
		.run = cmd_save_state,
		.examples = {
			"--save-state /run/maglev.state",
		},
	},
	{
		.name = "restore-state",
		.operand = "FILE",
		.help = "put them back where the configuration is again",
		.may = OPT_JSON,
		.run = cmd_restore_state,
		.examples = {
			"--restore-state /run/maglev.state",
		},
	},
	{
		.name = "add-pool",
		.operand = "NAME",
		.help = "add a pool for services to share",
		.may = POOL_PARAMS | TRIAL,
		.describes = true,
		.plan = plan_pool_add,
		.examples = {
			"--add-pool web --seed 0x1122334455667788",
		},
	},
	{
		.name = "edit-pool",
		.operand = "NAME",
		.help = "change a pool",
		.may = POOL_PARAMS | TRIAL,
		.plan = plan_pool_edit,
		.examples = {
			"--edit-pool web --table-size 131071 --dry-run",
		},
	},
	{
		.name = "delete-pool",
		.operand = "NAME",
		.help = "delete a pool that no service uses",
		.may = TRIAL,
		.plan = plan_pool_delete,
		.examples = {
			"--delete-pool web",
		},
	},
	{
		.name = "list-pools",
		.help = "list pools and their backends",
		.may = LISTING,
		.run = cmd_pool_list,
		.examples = {
			"--list-pools --json",
		},
	},
	{
		.name = "table",
		.operand = "[POOL]",
		.help = "print a pool's table, or that of a service",
		.may = OPT_SERVICE | SERVICE_ID | LISTING,
		.run = cmd_table,
		.examples = {
			"--table web",
			"--table -t 192.0.2.80:443",
		},
	},
	{
		.name = "lookup",
		.help = "explain which backend a flow goes to",
		.must = OPT_SERVICE | OPT_CLIENT,
		.may = SERVICE_ID | OPT_JSON,
		.run = cmd_lookup,
		.examples = {
			"--lookup -t 192.0.2.80:443 --client 203.0.113.7:40000",
		},
	},
	{
		.name = "trace",
		.help = "print what becomes of the packets of a flow",
		.must = OPT_SERVICE,
		.may = SERVICE_ID | OPT_CLIENT | OPT_COUNT | OPT_LIMIT |
		       OPT_JSON,
		.run = cmd_trace,
		.examples = {
			"--trace -t 192.0.2.80:443 --client 203.0.113.7 --count 10",
		},
	},
	{
		.name = "flush-conns",
		.help = "remove tracked flows",
		.may = OPT_SERVICE | SERVICE_ID | OPT_REAL,
		.plan = plan_conn_flush,
		.examples = {
			"--flush-conns -r 198.51.100.21",
		},
	},
	{
		.name = "set",
		.operand = "NAME=VALUE...",
		.help = "set timeouts, pmtu, peers; or TCP TCPFIN UDP",
		.may = TRIAL,
		.describes = true,
		.plan = plan_set,
		.examples = {
			"--set tcp=15m udp=30s",
			"--set pmtu=router",
			"--set peers=directors",
		},
	},
	{
		.name = "cache-size",
		.operand = "ENTRIES",
		.help = "set the size of the flow cache",
		.may = TRIAL,
		.describes = true,
		.plan = plan_cache_size,
		.examples = {
			"--cache-size 4194304",
		},
	},
	{
		.name = "add-router",
		.operand = "PREFIX",
		.help = "trust a router prefix",
		.may = TRIAL,
		.describes = true,
		.plan = plan_router_add,
		.examples = {
			"--add-router 203.0.113.0/28",
		},
	},
	{
		.name = "delete-router",
		.operand = "PREFIX",
		.help = "trust a router prefix no longer",
		.may = TRIAL,
		.plan = plan_router_delete,
		.examples = {
			"--delete-router 203.0.113.0/28",
		},
	},
	{
		.name = "list-routers",
		.help = "list trusted router prefixes",
		.may = LISTING,
		.run = cmd_router_list,
		.examples = {
			"--list-routers",
		},
	},
	{
		.name = "add-source",
		.operand = "PREFIX",
		.help = "send packets on from addresses of a prefix",
		.may = TRIAL,
		.describes = true,
		.plan = plan_source_add,
		.examples = {
			"--add-source 198.18.11.0/24",
		},
	},
	{
		.name = "delete-source",
		.operand = "PREFIX",
		.help = "send packets on from a prefix no longer",
		.may = TRIAL,
		.plan = plan_source_delete,
		.examples = {
			"--delete-source 198.18.11.0/24",
		},
	},
	{
		.name = "list-sources",
		.help = "list prefixes of sources",
		.may = LISTING,
		.run = cmd_source_list,
		.examples = {
			"--list-sources",
		},
	},
	{
		.name = "counters",
		.help = "list the counters of the network namespace",
		.may = OPT_JSON,
		.run = cmd_counters,
		.examples = {
			"--counters --json",
		},
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
		.help = "report what changes and happens, or rates",
		.may = OPT_JSON | OPT_TIMESTAMP | OPT_COUNT,
		.run = cmd_monitor_what,
		.examples = {
			"--monitor --json",
			"--monitor stats",
		},
	},
	{
		.name = "help",
		.letter = 'h',
		.operand = "[COMMAND]",
		.any_operand = true,
		.help = "print this text, or that of a command",
		.run = cmd_help,
		.examples = {
			"--help add-service",
			"--help -a",
		},
	},
	{
		.name = "version",
		.letter = 'v',
		.help = "print the version of this program",
		.may = OPT_JSON,
		.run = cmd_version,
		.examples = {
			"--version",
		},
	},
};
const size_t n_commands = ARRAY_SIZE(commands);
