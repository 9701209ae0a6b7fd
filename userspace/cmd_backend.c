// SPDX-License-Identifier: GPL-2.0
/* Adding, changing and deleting backends, of a service or of a pool. */
#include "cmd.h"
#include "err.h"
#include "format.h"
#include "moves.h"
#include "nl.h"

static int request(struct ctx *ctx, const struct args *args, uint8_t cmd,
		   const struct backend_params *params, const char *verb)
{
	struct kern *kern = ctx_kern(ctx);
	struct nl_msg *msg;
	int err;

	if (!kern)
		return EXIT_FAILED;
	msg = kern_request(kern, cmd);
	if (args->pool)
		attr_put_pool(msg, args->pool, NULL);
	else
		attr_put_service(msg, &args->service, NULL);
	attr_put_backend(msg, &args->real.addr, params);
	err = moves_do(kern, msg, args);
	if (err)
		return kern_failed(kern, err, "cannot %s backend %s of %s%s",
				   verb, format_addr(&args->real.addr),
				   args->pool ? "pool " : "",
				   args->pool ? args->pool :
				   format_service(&args->service));
	return EXIT_OK;
}

/**
 * cmd_backend_add() - -a
 * @ctx: the program
 * @args: its command line
 *
 * Return: an exit code.
 */
int cmd_backend_add(struct ctx *ctx, const struct args *args)
{
	struct backend_params params = args->set_backend;

	if (!params.has_weight)
		params.weight = 1;
	params.has_weight = true;
	return request(ctx, args, MAGLEV_CMD_BACKEND_NEW, &params, "add");
}

/**
 * cmd_backend_edit() - -e
 * @ctx: the program
 * @args: its command line
 *
 * As with ipvsadm, -e without -w sets the default weight: a command line
 * says all of what a backend is to be. ipvsadm knows no states, though, and
 * who changes that does not mean to change the weight.
 *
 * Return: an exit code.
 */
int cmd_backend_edit(struct ctx *ctx, const struct args *args)
{
	struct backend_params params = args->set_backend;

	if (!params.has_weight && !params.has_state) {
		params.weight = 1;
		params.has_weight = true;
	}
	return request(ctx, args, MAGLEV_CMD_BACKEND_SET, &params, "change");
}

/**
 * cmd_backend_delete() - -d
 * @ctx: the program
 * @args: its command line
 *
 * Return: an exit code.
 */
int cmd_backend_delete(struct ctx *ctx, const struct args *args)
{
	return request(ctx, args, MAGLEV_CMD_BACKEND_DEL, NULL, "delete");
}
