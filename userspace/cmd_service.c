// SPDX-License-Identifier: GPL-2.0
/* Adding, changing and deleting services. */
#include "change.h"
#include "cmd.h"
#include "err.h"
#include "intern.h"
#include "ipvsadm.h"

/*
 * ipvsadm's command line says all of what a service is to be, so what was kept of
 * an earlier one ends.
 */
static void plan_userdata(const struct args *args, struct change *c)
{
	struct service_params *p = &c->set.service;
	struct userdata u = args->userdata;

	if (args->as_ipvsadm && !(args->given & OPT_USERDATA))
		given_write(&args->ipvs, &u);
	p->userdata = intern_userdata(&u);
	if (args->given & OPT_USERDATA || p->userdata ||
	    (args->as_ipvsadm && c->cmd == MAGLEV_CMD_SERVICE_SET))
		p->mask |= SERVICE_USERDATA;
}

static int plan(const struct args *args, struct change *c, uint8_t cmd)
{
	c->cmd = cmd;
	c->service = args->service;
	c->set.service = args->set_service;
	c->set.pool = args->set_pool;
	plan_userdata(args, c);
	if (args->persistent && args->as_ipvsadm)
		ipvsadm_note(NOTE_PERSISTENT);
	else if (args->persistent)
		err_note("persistence timeout %s has no effect: idle clients are remembered for as long as --set says",
			 args->persistent);
	return EXIT_OK;
}

/**
 * plan_service_add() - -A
 * @ctx: the program
 * @args: its command line
 * @c: the change
 *
 * Return: an exit code.
 */
int plan_service_add(const struct ctx *ctx, const struct args *args,
		     struct change *c)
{
	(void)ctx;
	return plan(args, c, MAGLEV_CMD_SERVICE_NEW);
}

/**
 * plan_service_edit() - -E
 * @ctx: the program
 * @args: its command line
 * @c: the change
 *
 * What is not given stays. Only ipvsadm's command line says all of what a
 * service is to be: there -E without -p ends persistence, and without -o one
 * packet scheduling.
 *
 * Return: an exit code.
 */
int plan_service_edit(const struct ctx *ctx, const struct args *args,
		      struct change *c)
{
	plan(args, c, MAGLEV_CMD_SERVICE_SET);
	if (ctx->as_ipvsadm) {
		c->set.service.mask |= SERVICE_AFFINITY;
		c->set.service.mask |= SERVICE_TRACK;
	}
	return EXIT_OK;
}

/**
 * plan_service_delete() - -D
 * @ctx: the program
 * @args: its command line
 * @c: the change
 *
 * Return: an exit code.
 */
int plan_service_delete(const struct ctx *ctx, const struct args *args,
			struct change *c)
{
	(void)ctx;
	return plan(args, c, MAGLEV_CMD_SERVICE_DEL);
}
