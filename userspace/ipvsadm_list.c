// SPDX-License-Identifier: GPL-2.0
/*
 * -L of ipvsadm: its layouts, in its columns. Scripts cut these up, so widths
 * and trailing blanks are part of them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "config.h"
#include "enum_names.h"
#include "err.h"
#include "format.h"
#include "ipvsadm.h"
#include "nl.h"
#include "rate.h"
#include "snapshot.h"

/* Columns of addresses that are not longer than IPv4 ones have to be. */
#define SERVICE_COLUMNS	33
#define BACKEND_COLUMNS	28

/**
 * struct listing - a listing while it is made
 * @args: the command line
 * @layout: OPT_* that says what the columns are, 0: ipvsadm's usual ones
 * @rates: what is listed, with rates if OPT_RATE
 * @config: timeouts and sizes
 */
struct listing {
	const struct args *args;
	optmask layout;
	struct rates rates;
	struct config config;
};

/* Of several, the first of these counts for ipvsadm. */
static optmask layout(const struct args *args)
{
	static const optmask order[] = {
		OPT_STATS, OPT_RATE, OPT_THRESHOLDS, OPT_PERSISTENT_CONN,
		OPT_TUN_INFO,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(order); i++)
		if (args->given & order[i])
			return order[i];
	return 0;
}

static void title(const struct listing *l)
{
	static const char service[] = "Prot LocalAddress:Port";
	static const char backend[] = "  -> RemoteAddress:Port";

	switch (l->layout) {
	case OPT_STATS:
	case OPT_RATE:
		if (l->layout == OPT_STATS)
			printf("%-33s %8s %8s %8s %8s %8s\n", service, "Conns",
			       "InPkts", "OutPkts", "InBytes", "OutBytes");
		else
			printf("%-33s %8s %8s %8s %8s %8s\n", service, "CPS",
			       "InPPS", "OutPPS", "InBPS", "OutBPS");
		printf("%s\n", backend);
		break;
	case OPT_THRESHOLDS:
		printf("%-33s %-10s %-10s %-10s %-10s\n%s\n", service,
		       "Uthreshold", "Lthreshold", "ActiveConn", "InActConn",
		       backend);
		break;
	case OPT_PERSISTENT_CONN:
		printf("%-33s %-9s %-11s %-10s %-10s\n%s\n", service, "Weight",
		       "PersistConn", "ActiveConn", "InActConn", backend);
		break;
	case OPT_TUN_INFO:
		printf("%s Scheduler Flags\n"
		       "%s           Forward TunnelInfo    Weight ActiveConn InActConn\n",
		       service, backend);
		break;
	default:
		printf("%s Scheduler Flags\n"
		       "%s           Forward Weight ActiveConn InActConn\n",
		       service, backend);
	}
}

/* ipvsadm's words for settings, then those that it has none for. */
static void flags(const struct listing *l, const struct service *svc,
		  const struct given *given)
{
	if (given->sched_flags)
		printf(" (%s)", given_sched_flags(given, false));
	if (svc->affinity == MAGLEV_AFFINITY_SOURCE) {
		printf(" persistent %" PRIu32, given->persistent ?
		       given->persistent :
		       config_idle_time(&l->config, svc->id.proto));
		if (*given->netmask)
			printf(" mask %s", given->netmask);
	}
	if (svc->track == MAGLEV_TRACK_NONE)
		printf(" ops");
	if (pool_is_shared(svc->pool))
		printf(" pool %s", svc->pool);
	if (svc->affinity == MAGLEV_AFFINITY_3TUPLE)
		printf(" affinity %s",
		       enum_name(&affinity_names, svc->affinity));
	if (svc->track == MAGLEV_TRACK_CHANGED)
		printf(" track %s", enum_name(&track_names, svc->track));
	if (*svc->fallback)
		printf(" fallback %s", svc->fallback);
	if (svc->all_down == MAGLEV_ALL_DOWN_REJECT)
		printf(" all-down %s",
		       enum_name(&all_down_names, svc->all_down));
}

/* Answers go from the backend to the client: none pass here. */
static void traffic(const struct listing *l, const struct stats *stats,
		    const struct rate *rate)
{
	const uint64_t counted[] = {
		stats->flows, stats->packets, 0, stats->bytes, 0,
	};
	const double measured[] = {
		rate->flows, rate->packets, 0, rate->bytes, 0,
	};
	bool exact = l->args->given & OPT_EXACT;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(counted); i++)
		printf("%s", format_count(l->layout == OPT_RATE ?
					  (uint64_t)measured[i] : counted[i],
					  exact));
}

/* ipvsadm cuts names off where a column of IPv4 addresses ends. */
static void print_name(const char *text, bool cut, int columns)
{
	if (cut)
		printf("%-*.*s", columns, columns, text);
	else
		printf("%-*s", columns, text);
}

/* As ipvsadm was told to reach a backend: Forward and TunnelInfo. */
static void show_tunnel(const struct listing *l, const struct given *given,
			bool local)
{
	static const char * const forwards[] = {
		[GIVEN_GRE] = "Tunnel",
		[GIVEN_IPIP] = "Tunnel",
		[GIVEN_ROUTE] = "Route",
	};
	static const char * const tunnels[] = {
		[GIVEN_GRE] = "gre:-c",
		[GIVEN_IPIP] = "ipip",
		[GIVEN_ROUTE] = "n/a",
	};

	printf(" %-7s", local ? "Local" : forwards[given->tunnel]);
	if (l->layout == OPT_TUN_INFO)
		printf(" %-13s", local ? "n/a" : tunnels[given->tunnel]);
}

static void show_backend(const struct listing *l, const struct service *svc,
			 const struct backend *b, bool local)
{
	const struct service_id *id = &svc->id;
	static const struct ports any;
	const struct ports *ports = id->ports.first == id->ports.last ?
				    &id->ports : &any;
	bool persistent = svc->affinity == MAGLEV_AFFINITY_SOURCE;
	/* IPVS has no states: what gets no new flows has weight 0. */
	uint32_t weight = b->state == MAGLEV_STATE_UP ? b->weight : 0;
	struct given given;

	printf("  -> ");
	print_name(format_hostport(&b->addr, id->proto, ports,
				   l->args->given & OPT_NUMERIC),
		   b->addr.family == AF_INET, BACKEND_COLUMNS);
	switch (l->layout) {
	case OPT_STATS:
	case OPT_RATE:
		traffic(l, &b->stats, &b->rate);
		putchar('\n');
		return;
	case OPT_THRESHOLDS:
		printf(" %-10u %-10u", b->upper, b->lower);
		break;
	case OPT_PERSISTENT_CONN:
		/* What is tracked of such a service are its clients. */
		printf(" %-9u %-11u", weight,
		       persistent ? b->active + b->inactive : 0);
		break;
	default:
		given_read(b->userdata, &given);
		show_tunnel(l, &given, local);
		printf(" %-6u", weight);
	}
	printf(" %-10u %-10u\n", b->active, b->inactive);
}

static void show_service(const struct listing *l, const struct service *svc)
{
	const struct members m = snapshot_members(&l->rates.now, svc->pool);
	struct backend local = { .weight = 1 };
	char text[SERVICE_TEXT_MAX + 8];
	bool v4 = svc->id.addr.family == AF_INET;
	struct given given;
	size_t i;

	given_read(svc->userdata, &given);
	snprintf(text, sizeof(text), "%-4s %s",
		 format_proto_upper(svc->id.proto),
		 format_hostport(&svc->id.addr, svc->id.proto, &svc->id.ports,
				 l->args->given & OPT_NUMERIC));
	if (l->layout == OPT_STATS || l->layout == OPT_RATE) {
		print_name(text, v4, SERVICE_COLUMNS);
		traffic(l, &svc->stats, &svc->rate);
	} else {
		printf("%.*s %s", v4 ? SERVICE_COLUMNS : (int)sizeof(text),
		       text, given_scheduler(&given));
		flags(l, svc, &given);
	}
	putchar('\n');
	for (i = 0; i < m.n; i++)
		show_backend(l, svc, &m.first[i], false);
	if (svc->all_down == MAGLEV_ALL_DOWN_ACCEPT) {
		ipvsadm_local_host(&svc->id, &local.addr);
		show_backend(l, svc, &local, true);
	}
}

/**
 * ipvsadm_list() - -L of ipvsadm: services and backends
 * @ctx: the program
 * @args: its command line
 *
 * Return: an exit code.
 */
int ipvsadm_list(struct ctx *ctx, const struct args *args)
{
	struct listing l = { .args = args, .layout = layout(args) };
	struct kern *kern;
	size_t i;
	int err;

	/* There are none. */
	if (args->given & OPT_DAEMON)
		return EXIT_OK;
	kern = ctx_kern(ctx);
	if (!kern)
		return EXIT_FAILED;
	err = l.layout == OPT_RATE ?
	      rates_measure(kern, args, &l.rates, INTERVAL_DEFAULT) :
	      rates_read(kern, args, &l.rates);
	if (!err)
		err = config_read(kern, &l.config);
	if (err)
		goto out;

	if (!(args->given & OPT_SERVICE))
		printf("IP Virtual Server version %s (size=%" PRIu32 ")\n",
		       IPVS_VERSION, l.config.cache_size);
	title(&l);
	for (i = 0; i < l.rates.now.services.n; i++)
		show_service(&l, vec_at(&l.rates.now.services, i));
out:
	rates_free(&l.rates);
	return err;
}
