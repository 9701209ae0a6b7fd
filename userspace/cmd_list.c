// SPDX-License-Identifier: GPL-2.0
/*
 * -L: services and their backends, in ipvsadm's columns or as JSON, once or again
 * and again. Scripts cut these columns up, so widths and trailing blanks are part
 * of them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "enum_names.h"
#include "err.h"
#include "format.h"
#include "ipvsadm.h"
#include "nl.h"
#include "out.h"
#include "rate.h"
#include "screen.h"
#include "watch.h"

/**
 * struct listing - a listing while it is made
 * @args: the command line
 * @kern: the connection
 * @rates: what is listed, with rates if OPT_RATE or OPT_WATCH
 * @colours: text has colours
 */
struct listing {
	const struct args *args;
	struct kern *kern;
	struct rates rates;
	bool colours;
};

static void header(const struct out *o, const struct args *args,
		   const struct snapshot *s)
{
	out_colour(o, OUT_HEAD);
	/* Like ipvsadm, which says who it is before a whole table only. */
	if (!(args->given & OPT_SERVICE))
		out_text(o, "Maglev load balancer version %s (services=%zu)\n",
			 s->info.version, s->services.n);
	if (args->given & OPT_STATS)
		out_text(o, "%-33s %8s %8s %8s %8s %8s\n"
			 "  -> RemoteAddress:Port\n",
			 "Prot LocalAddress:Port", "Conns", "InPkts",
			 "OutPkts", "InBytes", "OutBytes");
	else if (args->given & OPT_RATE)
		out_text(o, "%-33s %8s %8s %8s %8s %8s\n"
			 "  -> RemoteAddress:Port\n",
			 "Prot LocalAddress:Port", "CPS", "InPPS", "OutPPS",
			 "InBPS", "OutBPS");
	else if (args->given & OPT_THRESHOLDS)
		out_text(o, "%-33s %-10s %-10s %-10s %-10s\n"
			 "  -> RemoteAddress:Port\n",
			 "Prot LocalAddress:Port", "Uthreshold", "Lthreshold",
			 "ActiveConn", "InActConn");
	else
		out_text(o, "Prot LocalAddress:Port Scheduler Flags\n"
			 "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n");
}

/* These have columns of numbers instead of settings. */
static bool has_numbers(const struct args *args)
{
	return args->given & (OPT_STATS | OPT_RATE);
}

static void columns(const struct out *o, const struct args *args,
		    const struct stats *stats, const struct rate *rate)
{
	const uint64_t counted[] = { stats->flows, stats->packets, 0,
				     stats->bytes, 0 };
	const double measured[] = { rate->flows, rate->packets, 0,
				    rate->bytes, 0 };
	size_t i;

	/* Answers go from the backend to the client: none pass here. */
	for (i = 0; i < ARRAY_SIZE(counted); i++)
		out_text(o, "%s", format_count(args->given & OPT_STATS ?
					       counted[i] :
					       (uint64_t)measured[i],
					       args->given & OPT_EXACT));
}

static void traffic(struct out *o, const struct args *args,
		    const struct stats *stats, const struct rate *rate)
{
	out_object(o, "stats");
	out_u64(o, "flows", NULL, stats->flows);
	out_u64(o, "packets", NULL, stats->packets);
	out_u64(o, "bytes", NULL, stats->bytes);
	out_object_end(o);
	if (args->given & OPT_RATE)
		rates_show(o, rate);
	if (has_numbers(args))
		columns(o, args, stats, rate);
}

/* After the columns, so that who cuts them up finds them in place. */
static void trailer(struct out *o, const struct args *args,
		    const struct backend *b)
{
	if (b->state != MAGLEV_STATE_UP) {
		out_colour(o, b->state == MAGLEV_STATE_DRAIN ? OUT_WARN :
							       OUT_BAD);
		out_str(o, NULL, " %s", enum_name(&state_names, b->state));
	}
	if (b->overloaded) {
		out_colour(o, OUT_WARN);
		out_text(o, " overloaded");
	}
	if (has_numbers(args) && b->unreachable) {
		out_colour(o, OUT_BAD);
		out_u64(o, NULL, " unreachable %" PRIu64, b->unreachable);
	}
	out_colour(o, OUT_PLAIN);
	out_text(o, "\n");
}

/* The columns behind the address, where those are not numbers of the traffic. */
static void settings(struct out *o, const struct args *args,
		     const struct backend *b)
{
	if (args->given & OPT_THRESHOLDS)
		out_text(o, " %-10u %-10u", b->upper, b->lower);
	else
		out_text(o, " %-7s %-6u", "Tunnel", b->weight);
	out_text(o, " %-10u %-10u", b->active, b->inactive);
}

/* What a backend need not have. */
static void extras(struct out *o, const struct backend *b)
{
	if (b->upper) {
		out_u64(o, "upper", NULL, b->upper);
		out_u64(o, "lower", NULL, b->lower);
		out_bool(o, "overloaded", NULL, b->overloaded);
	}
	if (b->userdata)
		out_str(o, "userdata", NULL, format_userdata(b->userdata));
}

static void show_backend(struct out *o, const struct args *args,
			 const struct service_id *id, const struct backend *b)
{
	static const struct ports any;
	const struct ports *ports = &id->ports;

	/* The column has room for one port: a range shows as port 0. */
	if (ports->first != ports->last)
		ports = &any;

	out_object(o, NULL);
	out_str(o, "address", NULL, format_addr(&b->addr));
	out_str(o, NULL, "  -> %-28s",
		format_hostport(&b->addr, id->proto, ports,
				args->given & OPT_NUMERIC));
	out_str(o, "forward", NULL, "tunnel");
	out_str(o, "tunnel_type", NULL, "gre");
	out_u64(o, "weight", NULL, b->weight);
	out_u64(o, "slots", NULL, b->slots);
	traffic(o, args, &b->stats, &b->rate);
	out_str(o, "state", NULL, enum_name(&state_names, b->state));
	if (b->has_deadline)
		out_u64(o, "deadline_ms", NULL, b->deadline);
	out_u64(o, "active", NULL, b->active);
	out_u64(o, "inactive", NULL, b->inactive);
	out_u64(o, "unreachable", NULL, b->unreachable);
	extras(o, b);
	if (!has_numbers(args))
		settings(o, args, b);
	trailer(o, args, b);
	out_object_end(o);
}

/* A member, in the columns of a backend. */
static void show_submember(struct out *o, const struct args *args,
			   const struct member *m)
{
	out_object(o, NULL);
	out_str(o, "pool", NULL, m->name);
	out_u64(o, "weight", NULL, m->weight);
	out_u64(o, "slots", NULL, m->slots);
	out_text(o, "  -> %-28s", m->name);
	if (has_numbers(args) || args->given & OPT_THRESHOLDS)
		out_text(o, " pool\n");
	else
		out_text(o, " %-7s %-6u %-10s %-10s\n", "Pool", m->weight,
			 "-", "-");
	out_object_end(o);
}

/* Settings of a service that are not the defaults. */
static void flags(struct out *o, const struct service *svc)
{
	if (pool_is_shared(svc->pool))
		out_text(o, " pool %s", svc->pool);
	if (svc->affinity != MAGLEV_AFFINITY_5TUPLE)
		out_text(o, " affinity %s",
			 enum_name(&affinity_names, svc->affinity));
	if (svc->track != MAGLEV_TRACK_ALL)
		out_text(o, " track %s", enum_name(&track_names, svc->track));
	if (*svc->fallback)
		out_text(o, " fallback %s", svc->fallback);
	if (svc->all_down != MAGLEV_ALL_DOWN_DROP)
		out_text(o, " all-down %s",
			 enum_name(&all_down_names, svc->all_down));
}

static void show_service(struct out *o, const struct args *args,
			 const struct snapshot *s, const struct service *svc)
{
	const struct submembers sub = snapshot_submembers(s, svc->pool);
	const struct members m = snapshot_members(s, svc->pool);
	const struct service_id *id = &svc->id;
	char text[SERVICE_TEXT_MAX + 8];
	size_t i;

	out_object(o, NULL);
	out_str(o, "protocol", NULL, format_proto(id->proto));
	out_str(o, "address", NULL, format_addr(&id->addr));
	out_u64(o, "port", NULL, id->ports.first);
	out_u64(o, "port_last", NULL, id->ports.last);
	out_str(o, "scheduler", NULL, "mh");
	out_str(o, "pool", NULL, svc->pool);
	out_str(o, "track", NULL, enum_name(&track_names, svc->track));
	out_str(o, "affinity", NULL, enum_name(&affinity_names, svc->affinity));
	out_str(o, "all_down", NULL, enum_name(&all_down_names, svc->all_down));
	if (*svc->fallback)
		out_str(o, "fallback", NULL, svc->fallback);
	if (svc->userdata)
		out_str(o, "userdata", NULL, format_userdata(svc->userdata));

	snprintf(text, sizeof(text), "%-4s %s", format_proto_upper(id->proto),
		 format_hostport(&id->addr, id->proto, &id->ports,
				 args->given & OPT_NUMERIC));
	if (has_numbers(args)) {
		out_text(o, "%-33s", text);
	} else {
		out_text(o, "%s mh", text);
		flags(o, svc);
	}
	traffic(o, args, &svc->stats, &svc->rate);
	out_text(o, "\n");

	out_array(o, "backends");
	for (i = 0; i < m.n; i++)
		show_backend(o, args, id, &m.first[i]);
	out_array_end(o);
	if (sub.n)
		out_array(o, "members");
	for (i = 0; i < sub.n; i++)
		show_submember(o, args, &sub.first[i]);
	if (sub.n)
		out_array_end(o);
	out_object_end(o);
}

static void show(const struct listing *l, struct out *o)
{
	const struct snapshot *s = &l->rates.now;
	size_t i;

	if (l->args->given & OPT_WATCH) {
		watch_time(o);
		out_text(o, " every %s\n", format_ms(rates_interval(l->args)));
	}
	if (l->args->given & OPT_RATE)
		out_u64(o, "interval_ms", NULL, l->rates.ms);
	header(o, l->args, s);
	out_colour(o, OUT_PLAIN);
	out_array(o, "services");
	for (i = 0; i < s->services.n; i++)
		show_service(o, l->args, s, vec_at(&s->services, i));
	out_array_end(o);
	out_end(o);
}

/* Once more, a JSON object on a line or a block with an empty line behind. */
static int frame(void *data)
{
	struct listing *l = data;
	uint64_t ms = rates_interval(l->args);
	struct out o;
	int err;

	/* The first rates should not let wait for long. */
	if (l->args->given & OPT_RATE && !l->rates.n)
		err = rates_measure(l->kern, l->args, &l->rates,
				    ms < INTERVAL_DEFAULT ? ms :
							    INTERVAL_DEFAULT);
	else
		err = rates_read(l->kern, l->args, &l->rates);
	if (err)
		return err;
	if (!(l->args->given & (OPT_SORT | OPT_NOSORT)))
		snapshot_sort_by_load(&l->rates.now);
	out_begin_line(&o, l->args->given & OPT_JSON);
	o.colours = l->colours;
	show(l, &o);
	out_text(&o, "\n");
	return EXIT_OK;
}

static int watch(struct listing *l)
{
	l->colours = l->args->colour == COLOUR_ALWAYS ||
		     (l->args->colour == COLOUR_AUTO &&
		      screen_has_colours(STDOUT_FILENO));
	return watch_run(rates_interval(l->args), !(l->args->given & OPT_JSON),
			 frame, l);
}

static int list(struct listing *l)
{
	const struct args *args = l->args;
	struct out o;
	int err;

	err = args->given & OPT_RATE ?
	      rates_measure(l->kern, args, &l->rates, rates_interval(args)) :
	      rates_read(l->kern, args, &l->rates);
	if (err)
		return err;
	out_begin(&o, args->given & OPT_JSON);
	show(l, &o);
	return EXIT_OK;
}

/**
 * cmd_list() - -L
 * @ctx: the program
 * @args: its command line
 *
 * Return: an exit code.
 */
int cmd_list(struct ctx *ctx, const struct args *args)
{
	struct listing l = { .args = args };
	int err;

	if (args->given & OPT_CONNECTION)
		return cmd_conn_list(ctx, args);
	if (args->given & OPT_TIMEOUT)
		return cmd_timeouts(ctx, args);
	if (ctx->as_ipvsadm && !(args->given & (OPT_JSON | OPT_WATCH)))
		return ipvsadm_list(ctx, args);
	l.kern = ctx_kern(ctx);
	if (!l.kern)
		return EXIT_FAILED;
	err = args->given & OPT_WATCH ? watch(&l) : list(&l);
	rates_free(&l.rates);
	return err;
}
