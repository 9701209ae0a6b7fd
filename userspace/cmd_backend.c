// SPDX-License-Identifier: GPL-2.0
/* Adding, changing and deleting backends and members, of a service or of a pool. */
#include "change.h"
#include "cmd.h"
#include "err.h"
#include "intern.h"
#include "ipvsadm.h"

/* The command for a member, in place of that for a backend. */
static uint8_t for_member(uint8_t cmd)
{
	switch (cmd) {
	case MAGLEV_CMD_BACKEND_NEW:
		return MAGLEV_CMD_MEMBER_NEW;
	case MAGLEV_CMD_BACKEND_SET:
		return MAGLEV_CMD_MEMBER_SET;
	default:
		return MAGLEV_CMD_MEMBER_DEL;
	}
}

static void plan_userdata(const struct args *args, struct backend_params *p)
{
	struct userdata u = args->userdata;
	struct given given = args->ipvs;

	if (args->given & OPT_GATEWAYING)
		given.tunnel = GIVEN_ROUTE;
	if (args->as_ipvsadm && !(args->given & OPT_USERDATA))
		given_write(&given, &u);
	p->userdata = intern_userdata(&u);
	if (args->given & OPT_USERDATA || p->userdata)
		p->mask |= BACKEND_USERDATA;
}

/* Returns false if it turned out to be a change of something else. */
static bool plan(const struct args *args, struct change *c, uint8_t cmd)
{
	c->cmd = args->member ? for_member(cmd) : cmd;
	c->member = args->member;
	c->pool = args->pool;
	c->service = args->service;
	c->backend = args->real.addr;
	c->set_backend = args->set_backend;
	if (args->lenient && ipvsadm_plan_local(args, c))
		return false;
	if (args->given & OPT_GATEWAYING)
		ipvsadm_note(NOTE_GATEWAYING);
	if (cmd != MAGLEV_CMD_BACKEND_DEL && !args->member)
		plan_userdata(args, &c->set_backend);
	return true;
}

/**
 * plan_backend_add() - -a
 * @ctx: the program
 * @args: its command line
 * @c: the change
 *
 * Return: an exit code.
 */
int plan_backend_add(const struct ctx *ctx, const struct args *args,
		     struct change *c)
{
	(void)ctx;
	if (!plan(args, c, MAGLEV_CMD_BACKEND_NEW))
		return EXIT_OK;
	if (!(c->set_backend.mask & BACKEND_WEIGHT))
		c->set_backend.weight = 1;
	c->set_backend.mask |= BACKEND_WEIGHT;
	return EXIT_OK;
}

/**
 * plan_backend_edit() - -e
 * @ctx: the program
 * @args: its command line
 * @c: the change
 *
 * As with ipvsadm, -e without -w sets the default weight: a command line
 * says all of what a backend is to be. ipvsadm knows no states, though, and
 * who changes that does not mean to change the weight; nor does who changes
 * thresholds. Where it is called ipvsadm, what was not given of these is cleared,
 * and so is what it was given before.
 *
 * Return: an exit code.
 */
int plan_backend_edit(const struct ctx *ctx, const struct args *args,
		      struct change *c)
{
	unsigned int own = BACKEND_WEIGHT | BACKEND_STATE;

	if (!plan(args, c, MAGLEV_CMD_BACKEND_SET))
		return EXIT_OK;
	if (!ctx->as_ipvsadm)
		own |= BACKEND_UPPER | BACKEND_LOWER | BACKEND_USERDATA;
	if (!(c->set_backend.mask & own)) {
		c->set_backend.weight = 1;
		c->set_backend.mask |= BACKEND_WEIGHT;
	}
	/* Those that were not given are 0, or empty. */
	if (ctx->as_ipvsadm && !args->member &&
	    !(c->set_backend.mask & BACKEND_STATE))
		c->set_backend.mask |= BACKEND_UPPER | BACKEND_LOWER |
				       BACKEND_USERDATA;
	return EXIT_OK;
}

/**
 * plan_backend_delete() - -d
 * @ctx: the program
 * @args: its command line
 * @c: the change
 *
 * Return: an exit code.
 */
int plan_backend_delete(const struct ctx *ctx, const struct args *args,
			struct change *c)
{
	(void)ctx;
	plan(args, c, MAGLEV_CMD_BACKEND_DEL);
	return EXIT_OK;
}
