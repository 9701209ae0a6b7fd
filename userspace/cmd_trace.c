// SPDX-License-Identifier: GPL-2.0
/* --trace: what becomes of the packets of a flow, as they come. */
#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>

#include <netlink/genl/genl.h>

#include "cmd.h"
#include "enum_names.h"
#include "err.h"
#include "format.h"
#include "nl.h"
#include "out.h"
#include "vec.h"

/**
 * struct watch - a trace while it runs
 * @v: the packet just read; first, so that a reader of messages finds the rest
 * @json: JSON is wanted
 * @left: packets still to be printed, or 0 for any number
 * @enough: all that was asked for has been printed
 */
struct watch {
	struct vec v;
	bool json;
	uint64_t left;
	bool enough;
};

static void show_addr(struct out *o, const char *key, const char *fmt,
		      const struct addr *addr)
{
	if (addr->family)
		out_str(o, key, fmt, format_addr(addr));
}

/* By its name, unless it has gone. */
static void show_device(struct out *o, const char *key, const char *fmt,
			uint32_t ifindex)
{
	char name[IF_NAMESIZE];

	if (!if_indextoname(ifindex, name))
		snprintf(name, sizeof(name), "%" PRIu32, ifindex);
	out_str(o, key, fmt, name);
}

static void show_end(struct out *o, const struct addr *addr, uint8_t proto,
		     uint16_t port, bool has_port)
{
	const struct ports ports = { port, port };

	if (has_port)
		out_text(o, "%s", format_hostport(addr, proto, &ports, true));
	else
		out_text(o, "%s", format_addr(addr));
}

static void show_packet(struct out *o, const struct traced *t)
{
	out_str(o, "reason", "%s", t->reason);
	out_str(o, "kind", t->kind == MAGLEV_TRACE_PACKET ? NULL : " %s",
		enum_name(&trace_kind_names, t->kind));
	out_str(o, "protocol", " %s ", format_proto(t->proto));
	show_end(o, &t->client, t->proto, t->client_port, t->has_ports);
	out_text(o, " -> ");
	show_end(o, &t->addr, t->proto, t->port, t->has_ports);
	out_str(o, "client", NULL, format_addr(&t->client));
	if (t->has_ports)
		out_u64(o, "client_port", NULL, t->client_port);
	out_str(o, "address", NULL, format_addr(&t->addr));
	if (t->has_ports)
		out_u64(o, "port", NULL, t->port);
	out_u64(o, "length", " length %" PRIu64, t->length);
	show_device(o, "in_device", " in %s", t->in_ifindex);
}

static void show_decision(struct out *o, const struct traced *t)
{
	if (t->has_service)
		out_str(o, "service", " service %s",
			format_service(&t->service));
	if (!t->has_rule)
		return;
	out_str(o, "pool", " pool %s", t->pool);
	out_bool(o, "fallback", NULL, t->fallback);
	out_text(o, "%s", t->fallback ? " (fallback)" : "");
	out_str(o, "rule", " rule %s", enum_name(&rule_names, t->rule));
	out_u64(o, "slot", " slot %" PRIu64, t->slot);
	show_addr(o, "current", " owner %s", &t->current);
	if (t->unsettled)
		out_u64(o, "unsettled_ms", NULL, t->unsettled);
	show_addr(o, "previous", " before %s", &t->previous);
}

static void show_way(struct out *o, const struct traced *t)
{
	show_addr(o, "backend", t->kind == MAGLEV_TRACE_FRAGMENT &&
		  !t->has_service ? " peer %s" : " backend %s", &t->backend);
	if (!t->next_hop.family)
		return;
	show_addr(o, "next_hop", " via %s", &t->next_hop);
	show_device(o, "out_device", " out %s", t->out_ifindex);
}

/* Of what is printed in front of the packet itself, or in it. */
static void show_missed(struct out *o, const struct traced *t)
{
	if (t->suppressed)
		out_u64(o, "suppressed", "... %" PRIu64 " more packets\n",
			t->suppressed);
	if (t->lost)
		out_u64(o, "lost", "... %" PRIu64 " messages lost\n", t->lost);
}

static void show(struct nlmsghdr *h, struct vec *v)
{
	struct watch *w = (struct watch *)v;
	const struct traced *t;
	struct out o;

	if (w->enough || genlmsg_hdr(h)->cmd != MAGLEV_CMD_TRACE_NTF)
		return;
	attr_get_traced(h, v);
	t = v->items;
	out_begin_line(&o, w->json);
	show_missed(&o, t);
	show_packet(&o, t);
	show_decision(&o, t);
	show_way(&o, t);
	out_text(&o, "\n");
	out_end(&o);
	fflush(stdout);
	v->n = 0;
	w->enough = w->left && !--w->left;
}

/**
 * cmd_trace() - --trace
 * @ctx: the program
 * @args: its command line
 *
 * Return: an exit code.
 */
int cmd_trace(struct ctx *ctx, const struct args *args)
{
	struct watch w = { .v = VEC_INIT(struct traced),
			   .json = args->given & OPT_JSON,
			   .left = args->count };
	struct kern *kern = ctx_kern(ctx);
	struct nl_msg *msg;
	int err;

	if (!kern)
		return EXIT_FAILED;
	msg = kern_request(kern, MAGLEV_CMD_TRACE_SET);
	attr_put_service(msg, &args->service, NULL);
	attr_put_tracer(msg, args->given & OPT_CLIENT ? &args->client : NULL,
			args->rate);
	err = kern_trace(kern, msg, show, &w.v, &w.enough);
	vec_free(&w.v);
	if (err)
		return kern_failed(kern, err, "cannot trace packets to %s",
				   format_service(&args->service));
	return EXIT_OK;
}
