// SPDX-License-Identifier: GPL-2.0
/*
 * maglevadm: configure the maglev load balancer of the Linux kernel in the
 * language of ipvsadm.
 */
#include <stdio.h>
#include <string.h>

#include "change.h"
#include "cmd.h"
#include "cmdline.h"
#include "err.h"
#include "nl.h"

static int run_line(struct ctx *ctx, char **words)
{
	struct args args;
	int err;

	err = cmdline_parse(words, &args);
	if (err)
		return err;
	if (args.command->plan)
		return change_run(ctx, &args);
	return args.command->run(ctx, &args);
}

int main(int argc, char **argv)
{
	/* Without arguments ipvsadm lists the table. */
	char *list[] = { (char []){ "-L" }, NULL };
	struct ctx ctx = { .name = "maglevadm" };
	const char *base;
	int ret;

	if (argc > 0) {
		base = strrchr(argv[0], '/');
		base = base ? base + 1 : argv[0];
		/* The name of a symlink, or of a copy that a test made. */
		if (!strcmp(base, "ipvsadm")) {
			ctx.as_ipvsadm = true;
			ctx.name = base;
			err_program(base);
		}
	}

	ret = run_line(&ctx, argc > 1 ? argv + 1 : list);
	kern_close(ctx.kern);

	/* A listing cut short by a full disk must not look like a whole one. */
	if (fflush(stdout) || ferror(stdout)) {
		perror(ctx.name);
		return EXIT_FAILED;
	}
	return ret;
}
