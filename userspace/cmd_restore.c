// SPDX-License-Identifier: GPL-2.0
/*
 * -R: command lines from standard input, one after the other. As with
 * ipvsadm, what is configured already stays; unlike it, the first line that
 * fails ends the run: what follows may rest on it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "err.h"
#include "parse.h"

/* More than any command takes, each option with an argument. */
#define WORDS_MAX	64

static int restore_line(struct ctx *ctx, char *line)
{
	char *words[WORDS_MAX + 1];
	const char *wrong;
	char **first = words;
	size_t n;

	wrong = parse_words(line, words, WORDS_MAX, &n);
	if (wrong)
		return err_usage("%s", wrong);
	words[n] = NULL;
	/* A script of ipvsadm calls is welcome, too. */
	if (n && (!strcmp(*first, "ipvsadm") || !strcmp(*first, "maglevadm")))
		first++;
	return *first ? run_line(ctx, first) : EXIT_OK;
}

/**
 * cmd_restore() - -R
 * @ctx: the program
 * @args: its command line
 *
 * Return: an exit code.
 */
int cmd_restore(struct ctx *ctx, const struct args *args)
{
	unsigned long n = 0;
	char *line = NULL;
	int err = EXIT_OK;
	size_t size = 0;

	(void)args;
	if (ctx->restoring)
		return err_usage("--restore cannot restore from within");
	ctx->restoring = true;

	while (!err && getline(&line, &size, stdin) >= 0) {
		err_line(++n);
		err = restore_line(ctx, line);
	}
	err_line(0);
	if (!err && ferror(stdin))
		err = err_failed("cannot read standard input: %s",
				 strerror(errno));
	free(line);
	ctx->restoring = false;
	return err;
}
