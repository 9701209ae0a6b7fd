// SPDX-License-Identifier: GPL-2.0
/*
 * --replace: make the configuration what a file says, by as few changes as that
 * takes. What the file does not have is deleted, what it has not said is the
 * default, and what is equal stays as it is, traffic and history included.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "apply.h"
#include "cmd.h"
#include "err.h"
#include "model.h"
#include "script.h"
#include "snapshot.h"

static int read_file(struct ctx *ctx, struct script *s, const char *name)
{
	FILE *file = stdin;
	int err;

	if (strcmp(name, "-")) {
		file = fopen(name, "r");
		if (!file)
			return err_failed("cannot open %s: %s", name,
					  strerror(errno));
		err_file(name);
	}
	err = script_read(ctx, s, file, "--replace");
	if (file != stdin)
		fclose(file);
	return err;
}

/**
 * cmd_replace() - --replace
 * @ctx: the program
 * @args: its command line
 *
 * Return: an exit code.
 */
int cmd_replace(struct ctx *ctx, const struct args *args)
{
	struct script s = SCRIPT_INIT;
	struct snapshot want;
	int err;

	snapshot_init(&want);
	err = read_file(ctx, &s, args->operand);
	if (!err)
		err = model_build(&want, &s.batch);
	/* The model has all of it by value. */
	script_free(&s);
	if (!err)
		err = apply_difference(ctx, &want, NULL, args);
	snapshot_free(&want);
	err_file(NULL);
	return err;
}
