// SPDX-License-Identifier: GPL-2.0
/*
 * Prefixes: those of routers that GRE is taken from, and those of the sources that
 * it is sent on from.
 */
#include "change.h"
#include "cmd.h"
#include "err.h"
#include "format.h"
#include "nl.h"
#include "out.h"
#include "parse.h"
#include "snapshot.h"

static int plan(const struct args *args, struct change *c, uint8_t cmd,
		const char *what)
{
	const char *wrong;

	wrong = parse_prefix(args->operand, &c->prefix);
	if (wrong)
		return err_usage("%s '%s': %s", what, args->operand, wrong);
	c->cmd = cmd;
	return EXIT_OK;
}

/**
 * plan_router_add() - --add-router
 * @ctx: the program
 * @args: its command line
 * @c: the change
 *
 * Return: an exit code.
 */
int plan_router_add(const struct ctx *ctx, const struct args *args,
		    struct change *c)
{
	(void)ctx;
	return plan(args, c, MAGLEV_CMD_ROUTER_NEW, "router");
}

/**
 * plan_router_delete() - --delete-router
 * @ctx: the program
 * @args: its command line
 * @c: the change
 *
 * Return: an exit code.
 */
int plan_router_delete(const struct ctx *ctx, const struct args *args,
		       struct change *c)
{
	(void)ctx;
	return plan(args, c, MAGLEV_CMD_ROUTER_DEL, "router");
}

/**
 * plan_source_add() - --add-source
 * @ctx: the program
 * @args: its command line
 * @c: the change
 *
 * Return: an exit code.
 */
int plan_source_add(const struct ctx *ctx, const struct args *args,
		    struct change *c)
{
	(void)ctx;
	return plan(args, c, MAGLEV_CMD_SOURCE_NEW, "source");
}

/**
 * plan_source_delete() - --delete-source
 * @ctx: the program
 * @args: its command line
 * @c: the change
 *
 * Return: an exit code.
 */
int plan_source_delete(const struct ctx *ctx, const struct args *args,
		       struct change *c)
{
	(void)ctx;
	return plan(args, c, MAGLEV_CMD_SOURCE_DEL, "source");
}

static void show(const struct args *args, const char *key,
		 const struct vec *prefixes)
{
	struct out o;
	size_t i;

	out_begin(&o, args->given & OPT_JSON);
	out_array(&o, key);
	for (i = 0; i < prefixes->n; i++)
		out_str(&o, "", "%s\n", format_prefix(vec_at(prefixes, i)));
	out_array_end(&o);
	out_end(&o);
}

/**
 * cmd_router_list() - --list-routers
 * @ctx: the program
 * @args: its command line
 *
 * Return: an exit code.
 */
int cmd_router_list(struct ctx *ctx, const struct args *args)
{
	struct kern *kern = ctx_kern(ctx);
	struct snapshot s;
	int err;

	if (!kern)
		return EXIT_FAILED;
	err = snapshot_take(kern, &s, !(args->given & OPT_NOSORT));
	if (!err)
		show(args, "routers", &s.routers);
	snapshot_free(&s);
	return err;
}

/**
 * cmd_source_list() - --list-sources
 * @ctx: the program
 * @args: its command line
 *
 * Return: an exit code.
 */
int cmd_source_list(struct ctx *ctx, const struct args *args)
{
	struct kern *kern = ctx_kern(ctx);
	struct snapshot s;
	int err;

	if (!kern)
		return EXIT_FAILED;
	err = snapshot_take(kern, &s, !(args->given & OPT_NOSORT));
	if (!err)
		show(args, "sources", &s.sources);
	snapshot_free(&s);
	return err;
}
