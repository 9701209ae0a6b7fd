// SPDX-License-Identifier: GPL-2.0
/*
 * What can be typed, as data: commands with the options each of them needs
 * and takes, options, and what ipvsadm knows that does not work here. The
 * parser (cmdline.c) and --help walk these tables; a new option is one row.
 */
#include <string.h>

#include "options.h"
#include "parse.h"

#define LISTING		(OPT_NUMERIC | OPT_SORT | OPT_NOSORT | OPT_JSON)
#define SCHEDULING	(OPT_SCHEDULER | OPT_SCHED_FLAGS)
#define POOL_PARAMS	(OPT_TABLE_SIZE | OPT_SEED)
#define TUNNELLING	(OPT_TUNNEL | OPT_TUN_TYPE | OPT_TUN_NOCSUM)

const struct command commands[] = {
	{ 'A', 0, "add-service", NULL, OPT_SERVICE, 0,
	  OPT_PORT | SCHEDULING | POOL_PARAMS | OPT_POOL,
	  cmd_service_add, "add a service" },
	{ 'E', 0, "edit-service", NULL, OPT_SERVICE, 0,
	  OPT_PORT | SCHEDULING | POOL_PARAMS | OPT_POOL,
	  cmd_service_edit, "change a service" },
	{ 'D', 0, "delete-service", NULL, OPT_SERVICE, 0,
	  OPT_PORT,
	  cmd_service_delete, "delete a service" },
	{ 'a', 0, "add-server", NULL, OPT_REAL, OPT_SERVICE | OPT_POOL,
	  OPT_PORT | OPT_WEIGHT | TUNNELLING,
	  cmd_backend_add, "add a backend to a service or a pool" },
	{ 'e', 0, "edit-server", NULL, OPT_REAL, OPT_SERVICE | OPT_POOL,
	  OPT_PORT | OPT_WEIGHT | TUNNELLING,
	  cmd_backend_edit, "change a backend of a service or a pool" },
	{ 'd', 0, "delete-server", NULL, OPT_REAL, OPT_SERVICE | OPT_POOL,
	  OPT_PORT,
	  cmd_backend_delete, "take a backend out of a service or a pool" },
	{ 'L', 'l', "list", NULL, 0, 0,
	  OPT_SERVICE | OPT_PORT | LISTING | OPT_STATS | OPT_EXACT,
	  cmd_list, "list services and their backends" },
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
	  POOL_PARAMS,
	  cmd_pool_edit, "change a pool" },
	{ 0, 0, "delete-pool", "NAME", 0, 0, 0,
	  cmd_pool_delete, "delete a pool that no service uses" },
	{ 0, 0, "list-pools", NULL, 0, 0,
	  LISTING,
	  cmd_pool_list, "list pools and their members" },
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
	  cmd_info, "print the module's version and sizes" },
	{ 'h', 0, "help", NULL, 0, 0, 0,
	  cmd_help, "print this text" },
	{ 'v', 0, "version", NULL, 0, 0, 0,
	  cmd_version, "print the version of this program" },
};
const size_t n_commands = ARRAY_SIZE(commands);

static const char *set_service(struct args *args, struct typed *typed,
			       const char *value, uint8_t proto)
{
	args->service.proto = proto;
	typed->service = value;
	return NULL;
}

static const char *set_tcp(struct args *args, struct typed *typed,
			   const char *value)
{
	return set_service(args, typed, value, IPPROTO_TCP);
}

static const char *set_udp(struct args *args, struct typed *typed,
			   const char *value)
{
	return set_service(args, typed, value, IPPROTO_UDP);
}

static const char *set_sctp(struct args *args, struct typed *typed,
			    const char *value)
{
	return set_service(args, typed, value, IPPROTO_SCTP);
}

static const char *set_port(struct args *args, struct typed *typed,
			    const char *value)
{
	(void)args;
	typed->ports = value;
	return NULL;
}

static const char *set_real(struct args *args, struct typed *typed,
			    const char *value)
{
	(void)args;
	typed->real = value;
	return NULL;
}

static const char *set_scheduler(struct args *args, struct typed *typed,
				 const char *value)
{
	(void)args;
	(void)typed;
	return parse_scheduler(value);
}

static const char *set_sched_flags(struct args *args, struct typed *typed,
				   const char *value)
{
	(void)args;
	(void)typed;
	return parse_sched_flags(value);
}

static const char *set_weight(struct args *args, struct typed *typed,
			      const char *value)
{
	(void)typed;
	return parse_weight(value, &args->weight);
}

static const char *set_tun_type(struct args *args, struct typed *typed,
				const char *value)
{
	(void)args;
	(void)typed;
	return strcmp(value, "gre") ?
	       "not supported, backends are reached through GRE: use gre" :
	       NULL;
}

static const char *set_pool(struct args *args, struct typed *typed,
			    const char *value)
{
	(void)typed;
	return parse_pool_name(value, &args->pool);
}

static const char *set_table_size(struct args *args, struct typed *typed,
				  const char *value)
{
	(void)typed;
	args->params.has_table_size = true;
	return parse_table_size(value, &args->params.table_size);
}

static const char *set_seed(struct args *args, struct typed *typed,
			    const char *value)
{
	(void)typed;
	args->params.has_seed = true;
	return parse_seed(value, &args->params.seed);
}

const struct option_row options[] = {
	{ 't', "tcp-service", "HOST[:PORT]", OPT_SERVICE, set_tcp,
	  "a TCP service; port 0 is every port" },
	{ 'u', "udp-service", "HOST[:PORT]", OPT_SERVICE, set_udp,
	  "a UDP service" },
	{ 0, "sctp-service", "HOST[:PORT]", OPT_SERVICE, set_sctp,
	  "an SCTP service" },
	{ 0, "port", "PORT|FIRST-LAST", OPT_PORT, set_port,
	  "the service's port or range, instead of :PORT" },
	{ 's', "scheduler", "NAME", OPT_SCHEDULER, set_scheduler,
	  "mh, or maglev, which is the same" },
	{ 'b', "sched-flags", "FLAGS", OPT_SCHED_FLAGS, set_sched_flags,
	  "mh-port and mh-fallback: always in effect" },
	{ 'r', "real-server", "HOST[:PORT]", OPT_REAL, set_real,
	  "a backend; its port is the service's" },
	{ 'w', "weight", "WEIGHT", OPT_WEIGHT, set_weight,
	  "the backend's share, 0 to 65535 (default 1)" },
	{ 'i', "ipip", NULL, OPT_TUNNEL, NULL,
	  "reach the backend through a tunnel (default)" },
	{ 0, "tun-type", "gre", OPT_TUN_TYPE, set_tun_type,
	  "the kind of tunnel (default)" },
	{ 0, "tun-nocsum", NULL, OPT_TUN_NOCSUM, NULL,
	  "add no tunnel checksum (default)" },
	{ 0, "pool", "NAME", OPT_POOL, set_pool,
	  "the shared pool of a service or a backend" },
	{ 0, "table-size", "PRIME", OPT_TABLE_SIZE, set_table_size,
	  "slots of the pool's table (default 65537)" },
	{ 0, "seed", "NUMBER", OPT_SEED, set_seed,
	  "keys the pool's hashes, equal on all directors" },
	{ 'n', "numeric", NULL, OPT_NUMERIC, NULL,
	  "print addresses and ports in numbers" },
	{ 0, "stats", NULL, OPT_STATS, NULL,
	  "list packets and bytes" },
	{ 0, "exact", NULL, OPT_EXACT, NULL,
	  "print counters in full, not in K, M or G" },
	{ 0, "json", NULL, OPT_JSON, NULL,
	  "print JSON" },
	{ 0, "sort", NULL, OPT_SORT, NULL,
	  "sort the listing (default)" },
	{ 0, "nosort", NULL, OPT_NOSORT, NULL,
	  "list in the kernel's order" },
};
const size_t n_options = ARRAY_SIZE(options);

const struct refusal refusals[] = {
	{ 'f', "fwmark-service",
	  "no services by firewall mark: use a port range (--port FIRST-LAST) or port 0 for every port" },
	{ '6', "ipv6",
	  "it goes with firewall marks: write an IPv6 service as -t [ADDRESS]:PORT" },
	{ 'p', "persistent",
	  "no persistence: every flow is hashed on addresses and ports" },
	{ 'M', "netmask",
	  "no persistence: every flow is hashed on addresses and ports" },
	{ 0, "pe",
	  "no persistence engines: every flow is hashed on addresses and ports" },
	{ 'o', "ops",
	  "no connection table to bypass: leave it out" },
	{ 'g', "gatewaying",
	  "no direct routing: use -i --tun-type gre" },
	{ 'm', "masquerading",
	  "no address translation: use -i --tun-type gre" },
	{ 0, "tun-csum",
	  "the packet keeps the GRE header it came with: leave it out" },
	{ 0, "tun-remcsum",
	  "backends are reached through GRE: leave it out" },
	{ 0, "tun-port",
	  "backends are reached through GRE, which has no ports: leave it out" },
	{ 'x', "u-threshold",
	  "no limits on connections: use weights (-w)" },
	{ 'y', "l-threshold",
	  "no limits on connections: use weights (-w)" },
	{ 'c', "connection",
	  "no connection table: use -L --stats" },
	{ 0, "timeout",
	  "no connection table, so no timeouts" },
	{ 0, "set",
	  "no connection table, so no timeouts" },
	{ 0, "rate",
	  "no rates: compare two runs of -L --stats --exact" },
	{ 0, "thresholds",
	  "no limits on connections: use -L" },
	{ 0, "persistent-conn",
	  "no persistence: use -L" },
	{ 0, "tun-info",
	  "every tunnel is GRE: use -L" },
	{ 0, "daemon",
	  "directors agree without talking: compare --list-pools" },
	{ 0, "start-daemon",
	  "directors agree without talking: give all of them the same configuration" },
	{ 0, "stop-daemon",
	  "directors agree without talking: there is nothing to stop" },
	{ 0, "syncid",
	  "directors agree without talking: leave it out" },
	{ 0, "sync-maxlen",
	  "directors agree without talking: leave it out" },
	{ 0, "mcast-interface",
	  "directors agree without talking: leave it out" },
	{ 0, "mcast-group",
	  "directors agree without talking: leave it out" },
	{ 0, "mcast-port",
	  "directors agree without talking: leave it out" },
	{ 0, "mcast-ttl",
	  "directors agree without talking: leave it out" },
};
const size_t n_refusals = ARRAY_SIZE(refusals);

/**
 * option_of_bit() - the row of an option
 * @bit: OPT_*, exactly one
 *
 * Return: its first row.
 */
const struct option_row *option_of_bit(unsigned int bit)
{
	size_t i;

	for (i = 0; i < n_options; i++)
		if (options[i].bit == bit)
			return &options[i];
	return NULL;
}
