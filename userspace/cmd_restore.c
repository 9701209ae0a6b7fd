// SPDX-License-Identifier: GPL-2.0
/*
 * -R: command lines from standard input. As with ipvsadm, what is configured
 * already stays; unlike it, all lines are understood before anything is done,
 * and all changes of the configuration are made in one step, or none of them.
 */
#include <stdio.h>

#include "apply.h"
#include "cmd.h"
#include "config.h"
#include "err.h"
#include "model.h"
#include "script.h"

/**
 * cmd_restore() - -R
 * @ctx: the program
 * @args: its command line
 *
 * Return: an exit code.
 */
int cmd_restore(struct ctx *ctx, const struct args *args)
{
	const struct model nothing = { .s.config = config_default };
	struct script s = SCRIPT_INIT;
	int err;

	s.afresh = ctx->afresh;
	err = script_read(ctx, &s, stdin, NULL);
	if (!err && s.afresh)
		err = apply_difference(ctx, &nothing, &s.batch, args);
	else if (!err && (s.batch.steps.n || args->given & OPT_DRY_RUN))
		err = apply(ctx, &s.batch, args);
	if (!err && !(args->given & OPT_DRY_RUN))
		err = script_run_others(ctx, &s);
	script_free(&s);
	return err;
}
