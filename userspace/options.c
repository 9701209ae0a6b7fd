// SPDX-License-Identifier: GPL-2.0
/*
 * Options as data, and those of ipvsadm that do not work here. The parser (cmdline.c) and --help walk these tables and that of
 * commands.c; a new option is one row.
 */
#include <string.h>

#include "enum_names.h"
#include "ipvsadm.h"
#include "options.h"
#include "parse.h"

static const char *set_service(struct args *args, struct raw_args *raw,
			       const char *value, uint8_t proto)
{
	args->service.proto = proto;
	raw->service = value;
	return NULL;
}

static const char *set_tcp(struct args *args, struct raw_args *raw,
			   const char *value)
{
	return set_service(args, raw, value, IPPROTO_TCP);
}

static const char *set_udp(struct args *args, struct raw_args *raw,
			   const char *value)
{
	return set_service(args, raw, value, IPPROTO_UDP);
}

static const char *set_sctp(struct args *args, struct raw_args *raw,
			    const char *value)
{
	return set_service(args, raw, value, IPPROTO_SCTP);
}

static const char *set_port(struct args *args, struct raw_args *raw,
			    const char *value)
{
	(void)args;
	raw->ports = value;
	return NULL;
}

static const char *set_real(struct args *args, struct raw_args *raw,
			    const char *value)
{
	(void)args;
	raw->real = value;
	return NULL;
}

static const char *set_scheduler(struct args *args, struct raw_args *raw,
				 const char *value)
{
	(void)raw;
	return args->lenient ? ipvsadm_scheduler(value, &args->ipvs) :
			       parse_scheduler(value);
}

static const char *set_sched_flags(struct args *args, struct raw_args *raw,
				   const char *value)
{
	(void)raw;
	return args->as_ipvsadm ?
	       ipvsadm_sched_flags(value, args->lenient, &args->ipvs) :
	       parse_sched_flags(value);
}

static const char *set_weight(struct args *args, struct raw_args *raw,
			      const char *value)
{
	(void)raw;
	args->set_backend.mask |= BACKEND_WEIGHT;
	return parse_weight(value, &args->set_backend.weight);
}

static const char *set_tun_type(struct args *args, struct raw_args *raw,
				const char *value)
{
	(void)raw;
	if (!strcmp(value, "gre"))
		return NULL;
	if (strcmp(value, "ipip") || !args->lenient)
		return "not supported, backends are reached through GRE: use gre";
	ipvsadm_note(NOTE_IPIP);
	args->ipvs.tunnel = GIVEN_IPIP;
	return NULL;
}

static const char *set_pool(struct args *args, struct raw_args *raw,
			    const char *value)
{
	(void)raw;
	return parse_pool_name(value, &args->pool);
}

static const char *set_member(struct args *args, struct raw_args *raw,
			      const char *value)
{
	(void)raw;
	return parse_pool_name(value, &args->member);
}

static const char *set_table_size(struct args *args, struct raw_args *raw,
				  const char *value)
{
	(void)raw;
	args->set_pool.mask |= POOL_TABLE_SIZE;
	return parse_table_size(value, &args->set_pool.table_size);
}

static const char *set_seed(struct args *args, struct raw_args *raw,
			    const char *value)
{
	(void)raw;
	args->set_pool.mask |= POOL_SEED;
	return parse_seed(value, &args->set_pool.seed);
}

static const char *set_settle(struct args *args, struct raw_args *raw,
			      const char *value)
{
	(void)raw;
	args->set_pool.mask |= POOL_SETTLE;
	return parse_settle(value, &args->set_pool.settle);
}

static const char *set_panic(struct args *args, struct raw_args *raw,
			     const char *value)
{
	(void)raw;
	args->set_pool.mask |= POOL_PANIC;
	return parse_panic(value, &args->set_pool.panic);
}

static const char *set_track(struct args *args, struct raw_args *raw,
			     const char *value)
{
	struct service_params *p = &args->set_service;

	(void)raw;
	p->mask |= SERVICE_TRACK;
	return enum_value(&track_names, value, strlen(value), &p->track) ?
	       NULL : "use all, changed or none";
}

static const char *set_ops(struct args *args, struct raw_args *raw,
			   const char *value)
{
	(void)raw;
	(void)value;
	args->set_service.mask |= SERVICE_TRACK;
	args->set_service.track = MAGLEV_TRACK_NONE;
	return NULL;
}

static const char *set_affinity(struct args *args, struct raw_args *raw,
				const char *value)
{
	struct service_params *p = &args->set_service;

	(void)raw;
	p->mask |= SERVICE_AFFINITY;
	return enum_value(&affinity_names, value, strlen(value),
			  &p->affinity) ?
	       NULL : "use 5tuple, 3tuple or source";
}

static const char *set_persistent(struct args *args, struct raw_args *raw,
				  const char *value)
{
	(void)raw;
	args->set_service.mask |= SERVICE_AFFINITY;
	args->set_service.affinity = MAGLEV_AFFINITY_SOURCE;
	args->persistent = value;
	return value ? parse_persistent(value, &args->ipvs.persistent) : NULL;
}

static const char *set_netmask(struct args *args, struct raw_args *raw,
			       const char *value)
{
	(void)raw;
	return args->lenient ? ipvsadm_netmask(value, &args->ipvs) :
			       parse_netmask(value);
}

static const char *set_fallback(struct args *args, struct raw_args *raw,
				const char *value)
{
	(void)raw;
	return parse_pool_or_none(value, &args->set_service.fallback);
}

static const char *set_all_down(struct args *args, struct raw_args *raw,
				const char *value)
{
	struct service_params *p = &args->set_service;

	(void)raw;
	p->mask |= SERVICE_ALL_DOWN;
	return enum_value(&all_down_names, value, strlen(value),
			  &p->all_down) ?
	       NULL : "use drop, reject or accept";
}

static const char *set_state(struct args *args, struct raw_args *raw,
			     const char *value)
{
	struct backend_params *p = &args->set_backend;

	(void)raw;
	p->mask |= BACKEND_STATE;
	return enum_value(&state_names, value, strlen(value), &p->state) ?
	       NULL : "use up, drain or down";
}

static const char *set_drain(struct args *args, struct raw_args *raw,
			     const char *value)
{
	(void)raw;
	(void)value;
	args->set_backend.mask |= BACKEND_STATE;
	args->set_backend.state = MAGLEV_STATE_DRAIN;
	return NULL;
}

static const char *set_deadline(struct args *args, struct raw_args *raw,
				const char *value)
{
	(void)raw;
	args->set_backend.mask |= BACKEND_DEADLINE;
	return parse_deadline(value, &args->set_backend.deadline);
}

static const char *set_upper(struct args *args, struct raw_args *raw,
			     const char *value)
{
	(void)raw;
	args->set_backend.mask |= BACKEND_UPPER;
	return parse_threshold(value, &args->set_backend.upper);
}

static const char *set_lower(struct args *args, struct raw_args *raw,
			     const char *value)
{
	(void)raw;
	args->set_backend.mask |= BACKEND_LOWER;
	return parse_threshold(value, &args->set_backend.lower);
}

static const char *set_userdata(struct args *args, struct raw_args *raw,
				const char *value)
{
	(void)raw;
	return parse_userdata(value, &args->userdata);
}

static const char *set_client(struct args *args, struct raw_args *raw,
			      const char *value)
{
	(void)args;
	raw->client = value;
	return NULL;
}

static const char *set_interval(struct args *args, struct raw_args *raw,
				const char *value)
{
	(void)raw;
	if (!value)
		return NULL;
	if (args->interval)
		return "a time was given already, with --rate or --watch";
	return parse_interval(value, &args->interval);
}

/* ipvsadm's takes no time. */
static const char *set_rate(struct args *args, struct raw_args *raw,
			    const char *value)
{
	if (value && args->as_ipvsadm)
		return "unexpected argument";
	return set_interval(args, raw, value);
}

static const char *set_color(struct args *args, struct raw_args *raw,
			     const char *value)
{
	uint8_t choice;

	(void)raw;
	if (!enum_value(&color_names, value, strlen(value), &choice))
		return "use auto, always or never";
	args->colour = choice;
	return NULL;
}

static const char *set_count(struct args *args, struct raw_args *raw,
			     const char *value)
{
	(void)raw;
	return parse_count(value, &args->count);
}

static const char *set_limit(struct args *args, struct raw_args *raw,
			     const char *value)
{
	(void)raw;
	return parse_trace_rate(value, &args->rate);
}

static const char *set_state_file(struct args *args, struct raw_args *raw,
				  const char *value)
{
	(void)raw;
	args->state_file = value;
	return NULL;
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
	{ '6', "ipv6", NULL, OPT_IPV6, NULL,
	  "the service has an IPv6 address" },
	{ 's', "scheduler", "NAME", OPT_SCHEDULER, set_scheduler,
	  "mh, or maglev, which is the same" },
	{ 'b', "sched-flags", "FLAGS", OPT_SCHED_FLAGS, set_sched_flags,
	  "mh-port and mh-fallback: always in effect" },
	{ 'r', "real-server", "HOST[:PORT]", OPT_REAL, set_real,
	  "a backend; its port is the service's" },
	{ 'w', "weight", "WEIGHT", OPT_WEIGHT, set_weight,
	  "its share of the slots, 0 to 65535 (default 1)" },
	{ 'x', "u-threshold", "FLOWS", OPT_UTHRESHOLD, set_upper,
	  "with so many it gets no new ones; 0: no limit" },
	{ 'y', "l-threshold", "FLOWS", OPT_LTHRESHOLD, set_lower,
	  "with fewer it gets them again; 0: 3/4 of -x" },
	{ 'i', "ipip", NULL, OPT_TUNNEL, NULL,
	  "reach the backend through a tunnel (default)" },
	{ 0, "tun-type", "gre", OPT_TUN_TYPE, set_tun_type,
	  "the kind of tunnel (default)" },
	{ 0, "tun-nocsum", NULL, OPT_TUN_NOCSUM, NULL,
	  "add no tunnel checksum (default)" },
	{ 0, "pool", "NAME", OPT_POOL, set_pool,
	  "the shared pool of a service or a backend" },
	{ 0, "member-pool", "NAME", OPT_MEMBER, set_member,
	  "a shared pool as part of another, instead of -r" },
	{ 0, "table-size", "PRIME", OPT_TABLE_SIZE, set_table_size,
	  "slots of the pool's table (default 65537)" },
	{ 0, "seed", "NUMBER", OPT_SEED, set_seed,
	  "key of the pool's hashes, equal on all directors" },
	{ 0, "settle", "TIME", OPT_SETTLE, set_settle,
	  "time for which slots remember (default auto)" },
	{ 0, "panic", "PERCENT", OPT_PANIC, set_panic,
	  "use all backends while fewer are up (default 0)" },
	{ 0, "track", "all|changed|none", OPT_TRACK, set_track,
	  "flows to remember (default all)" },
	{ 'o', "ops", NULL, OPT_TRACK, set_ops,
	  "the same as --track none" },
	{ 0, "affinity", "5tuple|3tuple|source", OPT_AFFINITY, set_affinity,
	  "packets that share a backend (default 5tuple)" },
	{ 'p', "persistent", "[SECONDS]", OPT_AFFINITY, set_persistent,
	  "the same as --affinity source" },
	{ 'M', "netmask", "MASK", OPT_NETMASK, set_netmask,
	  "255.255.255.255: each client by itself" },
	{ 0, "fallback", "POOL|none", OPT_FALLBACK, set_fallback,
	  "pool that takes over while no backend is usable" },
	{ 0, "all-down", "drop|reject|accept", OPT_ALL_DOWN, set_all_down,
	  "policy for packets then (default drop)" },
	{ 0, "state", "up|drain|down", OPT_STATE, set_state,
	  "state of the backend (default up)" },
	{ 0, "drain", NULL, OPT_STATE, set_drain,
	  "the same as --state drain" },
	{ 0, "deadline", "TIME", OPT_DEADLINE, set_deadline,
	  "delete it when it has drained, or then" },
	{ 0, "userdata", "HEX|none", OPT_USERDATA, set_userdata,
	  "bytes to keep with it, for other programs" },
	{ 0, "dry-run", NULL, OPT_DRY_RUN, NULL,
	  "change nothing, print what would move" },
	{ 'c', "connection", NULL, OPT_CONNECTION, NULL,
	  "list tracked flows" },
	{ 0, "timeout", NULL, OPT_TIMEOUT, NULL,
	  "list timeouts" },
	{ 0, "client", "HOST[:PORT]", OPT_CLIENT, set_client,
	  "client of the flow to look up, or to trace" },
	{ 0, "limit", "NUMBER", OPT_LIMIT, set_limit,
	  "packets a second, 1 to 10000 (default 100)" },
	{ 'n', "numeric", NULL, OPT_NUMERIC, NULL,
	  "print addresses and ports in numbers" },
	{ 0, "stats", NULL, OPT_STATS, NULL,
	  "list packets and bytes" },
	{ 0, "rate", "[TIME]", OPT_RATE, set_rate,
	  "list rates, measured for that time (default 1s)" },
	{ 0, "thresholds", NULL, OPT_THRESHOLDS, NULL,
	  "list limits on connections" },
	{ 0, "watch", "[TIME]", OPT_WATCH, set_interval,
	  "list again and again, busiest first (default 1s)" },
	{ 0, "color", "auto|always|never", OPT_COLOR, set_color,
	  "colours with --watch (default auto)" },
	{ 'X', "exact", NULL, OPT_EXACT, NULL,
	  "print counters in full, not in K, M or G" },
	{ 0, "json", NULL, OPT_JSON, NULL,
	  "print JSON" },
	{ 0, "timestamp", NULL, OPT_TIMESTAMP, NULL,
	  "print the time of each event" },
	{ 0, "count", "NUMBER", OPT_COUNT, set_count,
	  "end after that many events or packets" },
	{ 0, "sort", NULL, OPT_SORT, NULL,
	  "sort the listing (default)" },
	{ 0, "nosort", NULL, OPT_NOSORT, NULL,
	  "list in the kernel's order" },
	{ 0, "with-state", "FILE", OPT_WITH_STATE, set_state_file,
	  "restore state before packets are handled" },
	{ 0, "strict", NULL, OPT_STRICT, NULL,
	  "as ipvsadm: refuse what is done another way" },
};
const size_t n_options = ARRAY_SIZE(options);

const struct refusal refusals[] = {
	{ 'f', "fwmark-service",
	  "no services by firewall mark: use a port range (--port FIRST-LAST) or port 0 for every port" },
	{ 0, "pe",
	  "no persistence engines: use --affinity" },
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
	{ 0, "persistent-conn",
	  "no persistence engines: use -L -c" },
	{ 0, "tun-info",
	  "every tunnel is GRE: use -L" },
	{ 0, "daemon",
	  "directors do not talk to each other: compare --list-pools" },
	{ 0, "start-daemon",
	  "directors do not talk to each other: give all of them the same configuration" },
	{ 0, "stop-daemon",
	  "directors do not talk to each other: there is nothing to stop" },
	{ 0, "syncid",
	  "directors do not talk to each other: leave it out" },
	{ 0, "sync-maxlen",
	  "directors do not talk to each other: leave it out" },
	{ 0, "mcast-interface",
	  "directors do not talk to each other: leave it out" },
	{ 0, "mcast-group",
	  "directors do not talk to each other: leave it out" },
	{ 0, "mcast-port",
	  "directors do not talk to each other: leave it out" },
	{ 0, "mcast-ttl",
	  "directors do not talk to each other: leave it out" },
};
const size_t n_refusals = ARRAY_SIZE(refusals);

/**
 * option_of_bit() - the row of an option
 * @bit: OPT_*, exactly one
 *
 * Return: its first row.
 */
const struct option_row *option_of_bit(optmask bit)
{
	size_t i;

	for (i = 0; i < n_options; i++)
		if (options[i].bit == bit)
			return &options[i];
	for (i = 0; i < n_ipvsadm_options; i++)
		if (ipvsadm_options[i].bit == bit)
			return &ipvsadm_options[i];
	return NULL;
}
