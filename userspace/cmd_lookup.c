// SPDX-License-Identifier: GPL-2.0
/* --lookup: which backend a flow goes to, and why. */
#include <errno.h>
#include <inttypes.h>

#include "cmd.h"
#include "enum_names.h"
#include "err.h"
#include "format.h"
#include "nl.h"
#include "out.h"
#include "vec.h"

static const char *because(uint8_t rule)
{
	static const char * const texts[] = {
		[MAGLEV_RULE_NOBODY] = "no backend is usable",
		[MAGLEV_RULE_OPEN] = "it opens the flow, so the slot's owner",
		[MAGLEV_RULE_CACHED] = "the flow is tracked to it",
		[MAGLEV_RULE_CURRENT] = "not tracked, and no previous owner is usable: the slot's owner",
		[MAGLEV_RULE_PREVIOUS] = "not tracked, and the slot has not settled: its previous owner",
		[MAGLEV_RULE_HASH] = "the service tracks nothing: the slot's owner",
		[MAGLEV_RULE_SPARE] = "new, and the slot's owner is overloaded: the owner of a slot behind it",
		[MAGLEV_RULE_FULL] = "new, and the backends of its slot and of those behind it are overloaded",
	};

	return rule < ARRAY_SIZE(texts) ? texts[rule] : "?";
}

static void show_addr(struct out *o, const char *key, const char *label,
		      const struct addr *addr)
{
	out_text(o, "%-10s", label);
	if (addr->family)
		out_str(o, key, "%s", format_addr(addr));
	else
		out_text(o, "none");
}

static void show_verdict(struct out *o, const char *key, const char *label,
			 const struct verdict *v)
{
	out_object(o, key);
	show_addr(o, "backend", label, &v->backend);
	out_str(o, "rule", NULL, enum_name(&rule_names, v->rule));
	out_text(o, ": %s\n", because(v->rule));
	out_object_end(o);
}

static void show_flow(struct out *o, const struct args *args,
		      const struct lookup *l)
{
	const struct ports client = { args->client.port, args->client.port };
	const struct service_id *id = &args->service;

	out_str(o, "protocol", NULL, format_proto(id->proto));
	out_str(o, "client", NULL, format_addr(&args->client.addr));
	out_u64(o, "client_port", NULL, args->client.port);
	out_str(o, "address", NULL, format_addr(&id->addr));
	out_u64(o, "port", NULL, id->ports.first);
	out_text(o, "%-10s%s %s", "flow", format_proto(id->proto),
		 format_hostport(&args->client.addr, id->proto, &client,
				 true));
	out_text(o, " -> %s\n", format_hostport(&id->addr, id->proto,
						&id->ports, true));

	out_str(o, "service", "service   %s\n", format_service(&l->service));
	out_str(o, "pool", "pool      %s", l->pool);
	out_bool(o, "fallback", NULL, l->fallback);
	out_text(o, "%s\n", l->fallback ?
		 ", the fallback: no backend of the service's own pool is usable" :
		 "");
}

static void show_slot(struct out *o, const struct lookup *l)
{
	if (l->has_slot)
		out_u64(o, "slot", "slot      %" PRIu64, l->slot);
	else
		out_text(o, "slot      none");
	out_bool(o, "settled", NULL, !l->is_unsettled);
	if (l->is_unsettled) {
		out_u64(o, "unsettled_ms", NULL, l->unsettled);
		out_text(o, ", not settled for another %.1f s\n",
			 l->unsettled / 1000.0);
	} else {
		out_text(o, l->has_slot ? ", settled\n" : "\n");
	}
	show_addr(o, "current", "owner", &l->current);
	out_text(o, "\n");
	show_addr(o, "previous", "before", &l->previous);
	out_text(o, "\n");
}

static void show(const struct args *args, const struct lookup *l)
{
	const char *state = flow_state_name(args->service.proto, l->state);
	struct out o;

	out_begin(&o, args->given & OPT_JSON);
	out_object(&o, "lookup");
	show_flow(&o, args, l);
	show_slot(&o, l);

	out_text(&o, "%-10s", "tracked");
	if (l->cached.family) {
		out_object(&o, "cached");
		out_str(&o, "backend", "to %s", format_addr(&l->cached));
		out_str(&o, "state", ", %s", state);
		out_u64(&o, "expires", ", for another %" PRIu64 " s\n",
			l->expires);
		out_object_end(&o);
	} else {
		out_text(&o, "no\n");
	}
	show_verdict(&o, "midflow", "mid-flow", &l->midflow);
	show_verdict(&o, "opening", "opening", &l->opening);
	out_object_end(&o);
	out_end(&o);
}

/**
 * cmd_lookup() - --lookup
 * @ctx: the program
 * @args: its command line
 *
 * Return: an exit code.
 */
int cmd_lookup(struct ctx *ctx, const struct args *args)
{
	struct vec v = VEC_INIT(struct lookup);
	struct nl_msg *msg;
	struct kern *kern;
	int err;

	if (args->service.ports.first != args->service.ports.last)
		return err_usage("a flow goes to one port, not to a range");
	kern = ctx_kern(ctx);
	if (!kern)
		return EXIT_FAILED;
	msg = kern_request(kern, MAGLEV_CMD_LOOKUP_GET);
	attr_put_service(msg, &args->service, NULL);
	attr_put_lookup(msg, &args->client.addr, args->client.port);
	err = kern_get(kern, msg, attr_get_lookup, &v);
	if (!err && !v.n)
		err = -ENODATA;
	if (!err)
		show(args, v.items);
	vec_free(&v);
	if (err)
		return kern_failed(kern, err, "cannot look up a flow to %s",
				   format_service(&args->service));
	return EXIT_OK;
}
