// SPDX-License-Identifier: GPL-2.0
/* The router prefixes that GRE is taken from. */
#include "change.h"
#include "cmd.h"
#include "err.h"
#include "format.h"
#include "nl.h"
#include "out.h"
#include "parse.h"
#include "snapshot.h"

static int plan(const struct args *args, struct change *c, uint8_t cmd)
{
	const char *wrong;

	wrong = parse_prefix(args->operand, &c->router);
	if (wrong)
		return err_usage("router '%s': %s", args->operand, wrong);
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
	return plan(args, c, MAGLEV_CMD_ROUTER_NEW);
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
	return plan(args, c, MAGLEV_CMD_ROUTER_DEL);
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
	struct out o;
	size_t i;
	int err;

	if (!kern)
		return EXIT_FAILED;
	err = snapshot_take(kern, &s, !(args->given & OPT_NOSORT));
	if (err)
		goto out;
	out_begin(&o, args->given & OPT_JSON);
	out_array(&o, "routers");
	for (i = 0; i < s.routers.n; i++)
		out_str(&o, "", "%s\n", format_prefix(vec_at(&s.routers, i)));
	out_array_end(&o);
	out_end(&o);
out:
	snapshot_free(&s);
	return err;
}
