// SPDX-License-Identifier: GPL-2.0
/* Commands that are about the namespace as a whole, or about this program. */
#include <stdio.h>

#include "change.h"
#include "cmd.h"
#include "err.h"
#include "ipvsadm.h"
#include "out.h"

/**
 * plan_clear() - -C
 * @ctx: the program
 * @args: its command line
 * @c: the change
 *
 * Return: an exit code.
 */
int plan_clear(const struct ctx *ctx, const struct args *args,
	       struct change *c)
{
	(void)ctx;
	(void)args;
	c->cmd = MAGLEV_CMD_FLUSH;
	return EXIT_OK;
}

/**
 * cmd_version() - -v
 * @ctx: the program
 * @args: its command line
 *
 * Return: an exit code.
 */
int cmd_version(struct ctx *ctx, const struct args *args)
{
	struct out o;

	if (args->given & OPT_JSON) {
		out_begin(&o, true);
		out_str(&o, "tool_version", NULL, VERSION);
		out_end(&o);
	} else if (ctx->as_ipvsadm) {
		printf("ipvsadm %s (compiled with maglevadm v%s and IPVS v%s)\n",
		       IPVSADM_VERSION, VERSION, IPVS_VERSION);
	} else {
		printf("maglevadm v%s\n", VERSION);
	}
	return EXIT_OK;
}
