// SPDX-License-Identifier: GPL-2.0
/* The router prefixes that GRE is taken from. */
#include "cmd.h"
#include "err.h"
#include "format.h"
#include "nl.h"
#include "out.h"
#include "parse.h"
#include "snapshot.h"

static int request(struct ctx *ctx, const struct args *args, uint8_t cmd,
		   const char *verb)
{
	struct prefix prefix;
	struct nl_msg *msg;
	const char *wrong;
	struct kern *kern;
	int err;

	wrong = parse_prefix(args->operand, &prefix);
	if (wrong)
		return err_usage("router '%s': %s", args->operand, wrong);
	kern = ctx_kern(ctx);
	if (!kern)
		return EXIT_FAILED;
	msg = kern_request(kern, cmd);
	attr_put_router(msg, &prefix);
	err = kern_do(kern, msg);
	if (err)
		return kern_failed(kern, err, "cannot %s router %s", verb,
				   format_prefix(&prefix));
	return EXIT_OK;
}

/**
 * cmd_router_add() - --add-router
 * @ctx: the program
 * @args: its command line
 *
 * Return: an exit code.
 */
int cmd_router_add(struct ctx *ctx, const struct args *args)
{
	return request(ctx, args, MAGLEV_CMD_ROUTER_NEW, "add");
}

/**
 * cmd_router_delete() - --delete-router
 * @ctx: the program
 * @args: its command line
 *
 * Return: an exit code.
 */
int cmd_router_delete(struct ctx *ctx, const struct args *args)
{
	return request(ctx, args, MAGLEV_CMD_ROUTER_DEL, "delete");
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
