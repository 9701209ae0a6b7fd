// SPDX-License-Identifier: GPL-2.0
/* Pools: adding, changing and deleting shared ones, listing all. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "change.h"
#include "cmd.h"
#include "enum_names.h"
#include "err.h"
#include "format.h"
#include "nl.h"
#include "out.h"
#include "parse.h"
#include "snapshot.h"

static int plan(const struct args *args, struct change *c, uint8_t cmd)
{
	const char *wrong;

	wrong = parse_pool_name(args->operand, &c->pool);
	if (wrong)
		return err_usage("pool '%s': %s", args->operand, wrong);
	if (cmd == MAGLEV_CMD_POOL_NEW && !strcmp(c->pool, "none"))
		return err_usage("pool '%s': --fallback takes that to mean no pool, use another name",
				 c->pool);
	c->cmd = cmd;
	c->set.pool = args->set_pool;
	return EXIT_OK;
}

/**
 * plan_pool_add() - --add-pool
 * @ctx: the program
 * @args: its command line
 * @c: the change
 *
 * Return: an exit code.
 */
int plan_pool_add(const struct ctx *ctx, const struct args *args,
		  struct change *c)
{
	(void)ctx;
	return plan(args, c, MAGLEV_CMD_POOL_NEW);
}

/**
 * plan_pool_edit() - --edit-pool
 * @ctx: the program
 * @args: its command line
 * @c: the change
 *
 * Return: an exit code.
 */
int plan_pool_edit(const struct ctx *ctx, const struct args *args,
		   struct change *c)
{
	(void)ctx;
	return plan(args, c, MAGLEV_CMD_POOL_SET);
}

/**
 * plan_pool_delete() - --delete-pool
 * @ctx: the program
 * @args: its command line
 * @c: the change
 *
 * Return: an exit code.
 */
int plan_pool_delete(const struct ctx *ctx, const struct args *args,
		     struct change *c)
{
	(void)ctx;
	return plan(args, c, MAGLEV_CMD_POOL_DEL);
}

static void show_member(struct out *o, const struct args *args,
			const struct backend *b)
{
	out_object(o, NULL);
	out_str(o, "address", NULL, format_addr(&b->addr));
	out_str(o, NULL, "  -> %-28s",
		format_host(&b->addr, args->given & OPT_NUMERIC));
	out_u64(o, "weight", " %-9" PRIu64, b->weight);
	out_u64(o, "slots", b->state == MAGLEV_STATE_UP ? " %" PRIu64 :
		" %-9" PRIu64, b->slots);
	out_str(o, "state", b->state == MAGLEV_STATE_UP ? NULL : " %s",
		enum_name(&state_names, b->state));
	if (b->upper) {
		out_u64(o, "upper", NULL, b->upper);
		out_u64(o, "lower", NULL, b->lower);
		out_bool(o, "overloaded", b->overloaded ? " overloaded" : NULL,
			 b->overloaded);
	}
	if (b->userdata)
		out_str(o, "userdata", NULL, format_userdata(b->userdata));
	out_text(o, "\n");
	out_object_end(o);
}

static void show_submember(struct out *o, const struct member *m)
{
	out_object(o, NULL);
	out_str(o, "pool", "  -> %-28s", m->name);
	out_u64(o, "weight", " %-9" PRIu64, m->weight);
	out_u64(o, "slots", " %-9" PRIu64, m->slots);
	out_text(o, " pool\n");
	out_object_end(o);
}

static void show_pool(struct out *o, const struct args *args,
		      const struct snapshot *s, const struct pool *p)
{
	const struct submembers sub = snapshot_submembers(s, p->name);
	const struct members m = snapshot_members(s, p->name);
	char hex[2 + 16 + 1];
	size_t i;

	out_object(o, NULL);
	out_str(o, "name", "%-32s", p->name);
	out_bool(o, "private", NULL, p->is_private);
	out_u64(o, "table_size", " %-9" PRIu64, p->table_size);
	out_u64(o, "services", " %-8" PRIu64, p->services);
	/*
	 * These two are compared, not counted with, and JSON readers that
	 * keep numbers as doubles would round them: strings.
	 */
	if (p->has_fingerprint) {
		snprintf(hex, sizeof(hex), "0x%016" PRIx64, p->fingerprint);
		out_str(o, "fingerprint", " %-18s", hex);
	} else {
		out_text(o, " %-18s", "-");
	}
	out_str(o, NULL, " %-8s", format_ms(p->settle_now));
	out_u64(o, "settle_ms", NULL, p->settle);
	out_u64(o, "settle_now_ms", NULL, p->settle_now);
	out_u64(o, "unsettled", " %" PRIu64, p->unsettled);
	out_text(o, p->panics ? " panics\n" : "\n");
	if (p->panic) {
		out_u64(o, "panic_percent", NULL, p->panic);
		out_bool(o, "panics", NULL, p->panics);
	}
	if (p->has_seed) {
		snprintf(hex, sizeof(hex), "0x%" PRIx64, p->seed);
		out_str(o, "seed", NULL, hex);
	}
	out_array(o, "backends");
	for (i = 0; i < m.n; i++)
		show_member(o, args, &m.first[i]);
	out_array_end(o);
	if (p->parents)
		out_u64(o, "parents", NULL, p->parents);
	if (sub.n)
		out_array(o, "members");
	for (i = 0; i < sub.n; i++)
		show_submember(o, &sub.first[i]);
	if (sub.n)
		out_array_end(o);
	out_object_end(o);
}

/**
 * cmd_pool_list() - --list-pools
 * @ctx: the program
 * @args: its command line
 *
 * Return: an exit code.
 */
int cmd_pool_list(struct ctx *ctx, const struct args *args)
{
	struct kern *kern = ctx_kern(ctx);
	struct snapshot s;
	struct out o;
	size_t i;
	int err;

	if (!kern)
		return EXIT_FAILED;
	err = snapshot_take(kern, &s, !(args->given & OPT_NOSORT));
	if (err)
		goto out;
	out_begin(&o, args->given & OPT_JSON);
	out_text(&o, "%-32s %-9s %-8s %-18s %-8s %s\n", "Pool", "TableSize",
		 "Services", "Fingerprint", "Settle", "Unsettled");
	out_text(&o, "  -> %-28s %-9s %s\n", "RemoteAddress", "Weight",
		 "Slots");
	out_array(&o, "pools");
	for (i = 0; i < s.pools.n; i++)
		show_pool(&o, args, &s, vec_at(&s.pools, i));
	out_array_end(&o);
	out_end(&o);
out:
	snapshot_free(&s);
	return err;
}
