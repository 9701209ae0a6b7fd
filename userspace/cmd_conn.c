// SPDX-License-Identifier: GPL-2.0
/*
 * Tracked flows: -L -c in ipvsadm's columns or as JSON, and --flush-conns.
 * There may be millions, so they are printed as they come, in the order in
 * which they come.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "change.h"
#include "cmd.h"
#include "enum_names.h"
#include "err.h"
#include "format.h"
#include "nl.h"
#include "out.h"
#include "vec.h"

/**
 * struct listing - a listing of flows while it is made
 * @v: the flow just read; first, so that a reader of answers finds the rest
 * @o: where it goes
 * @begun: its head has been printed
 * @given: OPT_*
 */
struct listing {
	struct vec v;
	struct out o;
	bool begun;
	optmask given;
};

/* The head line waits for the kernel's answer, which may be a refusal. */
static void begin(struct listing *l)
{
	if (l->begun)
		return;
	l->begun = true;
	out_begin(&l->o, l->given & OPT_JSON);
	out_text(&l->o, "IPVS connection entries\n");
	out_text(&l->o, "pro expire %-11s %-18s %-18s ", "state", "source",
		 "virtual");
	/* No flow has data of a persistence engine. */
	if (l->given & OPT_PERSISTENT_CONN)
		out_text(&l->o, "%-18s %-16s %s\n", "destination", "pe name",
			 "pe_data");
	else
		out_text(&l->o, "destination\n");
	out_array(&l->o, "connections");
}

static void show_json(struct out *o, const struct conn *c)
{
	out_object(o, NULL);
	out_str(o, "protocol", NULL, format_proto(c->service.proto));
	out_str(o, "state", NULL,
		flow_state_name(c->service.proto, c->state));
	out_bool(o, "confirmed", NULL, c->confirmed);
	out_u64(o, "expires", NULL, c->expires);
	out_str(o, "client", NULL, format_addr(&c->client));
	if (c->has_ports)
		out_u64(o, "client_port", NULL, c->client_port);
	out_str(o, "address", NULL, format_addr(&c->service.addr));
	if (c->has_ports)
		out_u64(o, "port", NULL, c->port);
	out_object(o, "service");
	out_u64(o, "port", NULL, c->service.ports.first);
	out_u64(o, "port_last", NULL, c->service.ports.last);
	out_object_end(o);
	out_str(o, "pool", NULL, c->pool);
	out_str(o, "backend", NULL, format_addr(&c->backend));
	out_object_end(o);
}

static void show_text(struct out *o, const struct conn *c, bool numeric)
{
	const struct service_id *id = &c->service;
	struct ports client = { c->client_port, c->client_port };
	struct ports ports = { c->port, c->port };
	char expire[16];

	/* The ports of a flow that goes by its client are not told apart. */
	if (!c->has_ports && id->ports.first == id->ports.last)
		ports = id->ports;
	snprintf(expire, sizeof(expire), "%02" PRIu32 ":%02" PRIu32,
		 c->expires / 60, c->expires % 60);
	out_text(o, "%-3s %-6s %-11s", format_proto_upper(id->proto), expire,
		 flow_state_name(id->proto, c->state));
	out_text(o, " %-18s", format_hostport(&c->client, id->proto, &client,
					      numeric));
	out_text(o, " %-18s", format_hostport(&id->addr, id->proto, &ports,
					      numeric));
	out_text(o, " %s\n", format_hostport(&c->backend, id->proto, &ports,
					     numeric));
}

static void show(struct nlmsghdr *h, struct vec *v)
{
	struct listing *l = (struct listing *)v;

	begin(l);
	attr_get_conn(h, v);
	if (l->o.json)
		show_json(&l->o, v->items);
	else
		show_text(&l->o, v->items, l->given & OPT_NUMERIC);
	v->n = 0;
}

/**
 * cmd_conn_list() - -L -c
 * @ctx: the program
 * @args: its command line
 *
 * Return: an exit code.
 */
int cmd_conn_list(struct ctx *ctx, const struct args *args)
{
	struct listing l = { .v = VEC_INIT(struct conn),
			     .given = args->given };
	struct kern *kern = ctx_kern(ctx);
	struct nl_msg *msg;
	int err;

	if (!kern)
		return EXIT_FAILED;
	msg = kern_request(kern, MAGLEV_CMD_CONN_GET);
	if (args->given & OPT_SERVICE)
		attr_put_service(msg, &args->service, NULL);
	err = kern_dump_once(kern, msg, show, &l.v);
	if (!err || err == -EINTR || l.begun) {
		begin(&l);
		out_array_end(&l.o);
		out_end(&l.o);
	}
	vec_free(&l.v);
	if (err == -EINTR)
		return err_failed("the configuration changed meanwhile: flows may be missing or listed twice");
	if (err)
		return kern_failed(kern, err, "cannot list flows");
	return EXIT_OK;
}

/**
 * plan_conn_flush() - --flush-conns
 * @ctx: the program
 * @args: its command line
 * @c: the change
 *
 * Return: an exit code.
 */
int plan_conn_flush(const struct ctx *ctx, const struct args *args,
		    struct change *c)
{
	(void)ctx;
	c->cmd = MAGLEV_CMD_CONN_DEL;
	c->service = args->service;
	c->backend = args->real.addr;
	return EXIT_OK;
}
