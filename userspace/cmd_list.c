// SPDX-License-Identifier: GPL-2.0
/*
 * -L: services and their backends, in ipvsadm's columns or as JSON. Scripts
 * cut these columns up, so widths and trailing blanks are part of them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "enum_names.h"
#include "err.h"
#include "format.h"
#include "ipvsadm.h"
#include "nl.h"
#include "out.h"
#include "snapshot.h"

static void header(const struct out *o, const struct args *args,
		   const struct snapshot *s)
{
	/* Like ipvsadm, which says who it is before a whole table only. */
	if (!(args->given & OPT_SERVICE))
		out_text(o, "Maglev load balancer version %s (services=%zu)\n",
			 s->info.version, s->services.n);
	if (args->given & OPT_STATS)
		out_text(o, "%-33s %8s %8s %8s %8s %8s\n"
			 "  -> RemoteAddress:Port\n",
			 "Prot LocalAddress:Port", "Conns", "InPkts",
			 "OutPkts", "InBytes", "OutBytes");
	else
		out_text(o, "Prot LocalAddress:Port Scheduler Flags\n"
			 "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n");
}

static void counter(struct out *o, const char *key, const struct args *args,
		    uint64_t value)
{
	out_u64(o, key, NULL, value);
	if (args->given & OPT_STATS)
		out_text(o, "%s",
			 format_count(value, args->given & OPT_EXACT));
}

static void traffic(struct out *o, const struct args *args,
		    const struct stats *stats)
{
	out_object(o, "stats");
	counter(o, "flows", args, stats->flows);
	counter(o, "packets", args, stats->packets);
	/* Answers go from the backend to the client: none pass here. */
	counter(o, NULL, args, 0);
	counter(o, "bytes", args, stats->bytes);
	counter(o, NULL, args, 0);
	out_object_end(o);
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
	traffic(o, args, &b->stats);
	out_str(o, "state", NULL, enum_name(&state_names, b->state));
	if (b->has_deadline)
		out_u64(o, "deadline_ms", NULL, b->deadline);
	out_u64(o, "active", NULL, b->active);
	out_u64(o, "inactive", NULL, b->inactive);
	out_u64(o, "unreachable", NULL, b->unreachable);
	if (!(args->given & OPT_STATS))
		out_text(o, " %-7s %-6u %-10u %-10u", "Tunnel", b->weight,
			 b->active, b->inactive);
	/* After the columns, so that who cuts them up finds them in place. */
	if (b->state != MAGLEV_STATE_UP)
		out_str(o, NULL, " %s", enum_name(&state_names, b->state));
	if (args->given & OPT_STATS && b->unreachable)
		out_u64(o, NULL, " unreachable %" PRIu64, b->unreachable);
	out_text(o, "\n");
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
	if (args->given & OPT_STATS)
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

	snprintf(text, sizeof(text), "%-4s %s", format_proto_upper(id->proto),
		 format_hostport(&id->addr, id->proto, &id->ports,
				 args->given & OPT_NUMERIC));
	if (args->given & OPT_STATS) {
		out_text(o, "%-33s", text);
	} else {
		out_text(o, "%s mh", text);
		flags(o, svc);
	}
	traffic(o, args, &svc->stats);
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

/**
 * cmd_list() - -L
 * @ctx: the program
 * @args: its command line
 *
 * Return: an exit code.
 */
int cmd_list(struct ctx *ctx, const struct args *args)
{
	bool sort = !(args->given & OPT_NOSORT);
	struct snapshot s;
	struct kern *kern;
	struct out o;
	size_t i;
	int err;

	if (args->given & OPT_CONNECTION)
		return cmd_conn_list(ctx, args);
	if (args->given & OPT_TIMEOUT)
		return cmd_timeouts(ctx, args);
	if (ctx->as_ipvsadm && !(args->given & OPT_JSON))
		return ipvsadm_list(ctx, args);
	kern = ctx_kern(ctx);
	if (!kern)
		return EXIT_FAILED;
	if (args->given & OPT_SERVICE) {
		err = snapshot_take_service(kern, &s, &args->service, sort);
		if (err)
			err = kern_failed(kern, err, "cannot list service %s",
					  format_service(&args->service));
	} else {
		err = snapshot_take(kern, &s, sort);
	}
	if (err)
		goto out;

	out_begin(&o, args->given & OPT_JSON);
	header(&o, args, &s);
	out_array(&o, "services");
	for (i = 0; i < s.services.n; i++)
		show_service(&o, args, &s, vec_at(&s.services, i));
	out_array_end(&o);
	out_end(&o);
out:
	snapshot_free(&s);
	return err;
}
