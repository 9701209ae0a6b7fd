// SPDX-License-Identifier: GPL-2.0
/* --table: one pool's table, and who has how much of it. */
#include <inttypes.h>
#include <stdio.h>

#include "cmd.h"
#include "enum_names.h"
#include "err.h"
#include "format.h"
#include "nl.h"
#include "out.h"
#include "parse.h"
#include "snapshot.h"

static void show_member(struct out *o, const struct args *args,
			const struct pool *p, const struct backend *b)
{
	out_object(o, NULL);
	out_str(o, "address", NULL, format_addr(&b->addr));
	out_str(o, NULL, "  -> %-28s",
		format_host(&b->addr, args->given & OPT_NUMERIC));
	out_u64(o, "weight", " %-6" PRIu64, b->weight);
	out_str(o, "state", " %-5s", enum_name(&state_names, b->state));
	if (b->has_deadline)
		out_u64(o, "deadline_ms", NULL, b->deadline);
	out_u64(o, "slots", " %-7" PRIu64, b->slots);
	out_percent(o, "percent", " %6.2f %%\n", b->slots, p->table_size);
	out_object_end(o);
}

static void show_submember(struct out *o, const struct pool *p,
			   const struct member *m)
{
	out_object(o, NULL);
	out_str(o, "pool", "  -> %-28s", m->name);
	out_u64(o, "weight", " %-6" PRIu64, m->weight);
	out_text(o, " %-5s", "pool");
	out_u64(o, "slots", " %-7" PRIu64, m->slots);
	out_percent(o, "percent", " %6.2f %%\n", m->slots, p->table_size);
	out_object_end(o);
}

static void show(const struct args *args, const struct snapshot *s,
		 const struct pool *p)
{
	const struct submembers sub = snapshot_submembers(s, p->name);
	const struct members m = snapshot_members(s, p->name);
	char hex[2 + 16 + 1];
	struct out o;
	size_t i;

	out_begin(&o, args->given & OPT_JSON);
	out_object(&o, "table");
	out_str(&o, "pool", "pool          %s\n", p->name);
	out_u64(&o, "table_size", "slots         %" PRIu64 "\n",
		p->table_size);
	if (p->has_fingerprint) {
		snprintf(hex, sizeof(hex), "0x%016" PRIx64, p->fingerprint);
		out_str(&o, "fingerprint", "fingerprint   %s\n", hex);
	} else {
		out_text(&o, "fingerprint   none, there is no backend\n");
	}
	out_u64(&o, "settle_ms", NULL, p->settle);
	out_u64(&o, "settle_now_ms", NULL, p->settle_now);
	out_str(&o, NULL, "settle time   %s", format_ms(p->settle_now));
	out_text(&o, p->settle ? "\n" : " (auto)\n");
	out_u64(&o, "unsettled", "not settled   %" PRIu64, p->unsettled);
	out_percent(&o, "unsettled_percent", " (%.1f %%)\n", p->unsettled,
		    p->table_size);
	if (p->panic) {
		out_u64(&o, "panic_percent", "panic         below %" PRIu64 " %%",
			p->panic);
		out_bool(&o, "panics", NULL, p->panics);
		out_text(&o, p->panics ? ", now\n" : "\n");
	}
	out_text(&o, "  -> %-28s %-6s %-5s %-7s %s\n", "RemoteAddress",
		 "Weight", "State", "Slots", "   Share");
	out_array(&o, "backends");
	for (i = 0; i < m.n; i++)
		show_member(&o, args, p, &m.first[i]);
	out_array_end(&o);
	if (sub.n)
		out_array(&o, "members");
	for (i = 0; i < sub.n; i++)
		show_submember(&o, p, &sub.first[i]);
	if (sub.n)
		out_array_end(&o);
	out_object_end(&o);
	out_end(&o);
}

/* The pool named, or the one that the service named uses. */
static int find_pool(struct kern *kern, const struct args *args,
		     const char **name)
{
	struct snapshot s;
	int err;

	if (args->operand) {
		*name = args->operand;
		return 0;
	}
	err = snapshot_take_service(kern, &s, &args->service, false);
	if (err)
		err = kern_failed(kern, err, "cannot list service %s",
				  format_service(&args->service));
	if (!err && s.services.n)
		*name = ((const struct service *)s.services.items)->pool;
	snapshot_free(&s);
	return err;
}

/**
 * cmd_table() - --table
 * @ctx: the program
 * @args: its command line
 *
 * Return: an exit code.
 */
int cmd_table(struct ctx *ctx, const struct args *args)
{
	bool sort = !(args->given & OPT_NOSORT);
	const char *wrong, *unused, *name = "";
	struct snapshot s;
	struct kern *kern;
	int err;

	if (!args->operand == !(args->given & OPT_SERVICE))
		return err_usage("--table needs a pool, or a service: -t, -u or --sctp-service");
	wrong = args->operand ? parse_pool_name(args->operand, &unused) : NULL;
	if (wrong)
		return err_usage("pool '%s': %s", args->operand, wrong);
	kern = ctx_kern(ctx);
	if (!kern)
		return EXIT_FAILED;
	err = find_pool(kern, args, &name);
	if (err)
		return err;
	err = snapshot_take_pool(kern, &s, name, sort);
	if (!err && s.pools.n)
		show(args, &s, s.pools.items);
	snapshot_free(&s);
	return err;
}
