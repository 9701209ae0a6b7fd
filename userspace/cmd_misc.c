// SPDX-License-Identifier: GPL-2.0
/* Commands that are about the namespace as a whole, or about this program. */
#include <stdio.h>

#include "change.h"
#include "cmd.h"
#include "err.h"
#include "ipvsadm.h"

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
	(void)args;
	if (ctx->as_ipvsadm)
		printf("ipvsadm %s (compiled with maglevadm v%s and IPVS v%s)\n",
		       IPVSADM_VERSION, VERSION, IPVS_VERSION);
	else
		printf("maglevadm v%s\n", VERSION);
	return EXIT_OK;
}

static void help_row(char letter, char alias, const char *name,
		     const char *arg, const char *help)
{
	char left[64];
	int n = 0;

	if (letter)
		n = snprintf(left, sizeof(left), "-%c", letter);
	if (alias)
		n += snprintf(left + n, sizeof(left) - (size_t)n, "|-%c",
			      alias);
	if (n)
		n += snprintf(left + n, sizeof(left) - (size_t)n, ", ");
	snprintf(left + n, sizeof(left) - (size_t)n, "--%s%s%s", name,
		 arg ? " " : "", arg ? arg : "");
	printf("  %-29s %s\n", left, help);
}

/**
 * cmd_help() - -h
 * @ctx: the program
 * @args: its command line
 *
 * Return: an exit code.
 */
int cmd_help(struct ctx *ctx, const struct args *args)
{
	size_t i;

	(void)args;
	printf("Usage: %s COMMAND [OPTION]...\n\nCommands:\n", ctx->name);
	for (i = 0; i < n_commands; i++)
		help_row(commands[i].letter, commands[i].alias,
			 commands[i].name, commands[i].operand,
			 commands[i].help);
	printf("\nOptions:\n");
	for (i = 0; i < n_options; i++)
		help_row(options[i].letter, 0, options[i].name,
			 options[i].arg, options[i].help);
	if (ctx->as_ipvsadm)
		printf("\nOptions of ipvsadm:\n");
	for (i = 0; ctx->as_ipvsadm && i < n_ipvsadm_options; i++)
		help_row(ipvsadm_options[i].letter, 0, ipvsadm_options[i].name,
			 ipvsadm_options[i].arg, ipvsadm_options[i].help);
	printf("\nmaglevadm(8) says more.\n");
	return EXIT_OK;
}
