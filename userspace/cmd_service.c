// SPDX-License-Identifier: GPL-2.0
/* Adding, changing and deleting services. */
#include "cmd.h"
#include "err.h"
#include "format.h"
#include "nl.h"

static int request(struct ctx *ctx, const struct args *args, uint8_t cmd,
		   const struct service_params *params, const char *verb)
{
	struct kern *kern = ctx_kern(ctx);
	struct nl_msg *msg;
	int err;

	if (!kern)
		return EXIT_FAILED;
	msg = kern_request(kern, cmd);
	attr_put_service(msg, &args->service, params);
	attr_put_pool(msg, NULL, &args->set_pool);
	err = kern_do(kern, msg);
	if (err)
		return kern_failed(kern, err, "cannot %s service %s", verb,
				   format_service(&args->service));
	return EXIT_OK;
}

/**
 * cmd_service_add() - -A
 * @ctx: the program
 * @args: its command line
 *
 * Return: an exit code.
 */
int cmd_service_add(struct ctx *ctx, const struct args *args)
{
	return request(ctx, args, MAGLEV_CMD_SERVICE_NEW,
		       &args->set_service, "add");
}

/**
 * cmd_service_edit() - -E
 * @ctx: the program
 * @args: its command line
 *
 * What is not given stays. Only ipvsadm's command line says all of what a
 * service is to be: there -E without -p ends persistence, and without -o one
 * packet scheduling.
 *
 * Return: an exit code.
 */
int cmd_service_edit(struct ctx *ctx, const struct args *args)
{
	struct service_params params = args->set_service;

	if (ctx->as_ipvsadm) {
		params.has_affinity = true;
		params.has_track = true;
	}
	return request(ctx, args, MAGLEV_CMD_SERVICE_SET, &params, "change");
}

/**
 * cmd_service_delete() - -D
 * @ctx: the program
 * @args: its command line
 *
 * Return: an exit code.
 */
int cmd_service_delete(struct ctx *ctx, const struct args *args)
{
	return request(ctx, args, MAGLEV_CMD_SERVICE_DEL, NULL, "delete");
}
