// SPDX-License-Identifier: GPL-2.0
/*
 * maglevadm: configure the maglev load balancer of the Linux kernel in the
 * language of ipvsadm.
 */
#include <stdio.h>
#include <string.h>

#include "apply.h"
#include "cmd.h"
#include "cmdline.h"
#include "err.h"
#include "intern.h"
#include "ipvsadm.h"
#include "nl.h"

static int run_line(struct ctx *ctx, char **words)
{
	struct args args;
	int err;

	err = cmdline_parse(ctx, words, &args);
	if (err)
		return err;
	/* For the lines of a file as well. */
	if (args.given & OPT_STRICT)
		ctx->lenient = false;
	if (args.command->plan)
		return apply_line(ctx, &args);
	return args.command->run(ctx, &args);
}

/* As ipvsadm's scripts do: only -n means something to them. */
static int save(struct ctx *ctx, char **words)
{
	char *line[] = { (char []){ "-S" }, NULL, NULL };

	for (; *words; words++) {
		if (!strcmp(*words, "-n"))
			line[1] = *words;
		else if (**words == '-')
			return err_usage("unknown option %s, only -n is known",
					 *words);
	}
	return run_line(ctx, line);
}

static int restore(struct ctx *ctx)
{
	char *line[] = { (char []){ "-R" }, NULL };

	ctx->afresh = true;
	return run_line(ctx, line);
}

static int run(struct ctx *ctx, enum ipvsadm_name name, char **words)
{
	/* Without arguments ipvsadm lists the table. */
	char *list[] = { (char []){ "-L" }, NULL };

	switch (name) {
	case IPVSADM_SAVE:
		return save(ctx, words);
	case IPVSADM_RESTORE:
		return restore(ctx);
	default:
		return run_line(ctx, *words ? words : list);
	}
}

int main(int argc, char **argv)
{
	enum ipvsadm_name name = NOT_IPVSADM;
	struct ctx ctx = { .name = "maglevadm" };
	const char *base;
	int ret;

	if (argc > 0) {
		base = strrchr(argv[0], '/');
		base = base ? base + 1 : argv[0];
		/* The name of a symlink, or of a copy that a test made. */
		name = ipvsadm_name(base);
		if (name != NOT_IPVSADM) {
			ctx.as_ipvsadm = true;
			ctx.lenient = true;
			ctx.name = base;
			err_program(base);
		}
	}

	ret = run(&ctx, name, argc > 0 ? argv + 1 : argv);
	kern_close(ctx.kern);
	intern_free();

	/* A listing cut short by a full disk must not look like a whole one. */
	if (fflush(stdout) || ferror(stdout)) {
		perror(ctx.name);
		return EXIT_FAILED;
	}
	return ret;
}
