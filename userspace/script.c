// SPDX-License-Identifier: GPL-2.0
/*
 * Files of command lines: what -R carries out and --replace compares. All lines
 * are understood before anything is done about the first of them. Changes of the
 * configuration are collected, since they are made together; the other lines
 * wait until that has been done.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apply.h"
#include "cmd.h"
#include "cmdline.h"
#include "err.h"
#include "parse.h"
#include "script.h"

/* More than any command takes, each option with an argument. */
#define WORDS_MAX	64

/**
 * struct reader - a file while it is being read
 * @ctx: the program
 * @script: where its lines go
 * @description: the file describes a configuration; for messages, the option
 *	by which that was said. NULL: any line may come
 * @line: number of the present line
 * @text: that line; NULL once somebody has taken it over
 */
struct reader {
	struct ctx *ctx;
	struct script *script;
	const char *description;
	uint32_t line;
	char *text;
};

static void keep_other(struct reader *r, const struct args *args)
{
	struct other *other = vec_push(&r->script->others);

	other->line = r->line;
	other->text = r->text;
	other->args = malloc(sizeof(*args));
	if (!other->args)
		err_no_memory();
	*other->args = *args;
	r->text = NULL;
}

static int take_change(struct reader *r, const struct args *args)
{
	struct script *s = r->script;
	struct change c = { 0 };
	int err;

	err = args->command->plan(r->ctx, args, &c);
	if (err || !c.cmd)
		return err;
	if (args->given & OPT_DRY_RUN || !change_is_of_config(&c)) {
		keep_other(r, args);
		return EXIT_OK;
	}
	if (c.cmd == MAGLEV_CMD_FLUSH) {
		/* Nothing that was added before it is left to be seen. */
		batch_forget(&s->batch);
		s->afresh = true;
		return EXIT_OK;
	}
	if (batch_add(&s->batch, &c, r->line)) {
		batch_keep(&s->batch, r->text);
		r->text = NULL;
	}
	return EXIT_OK;
}

static int take_line(struct reader *r)
{
	char *words[WORDS_MAX + 1];
	char **first = words;
	const char *wrong;
	struct args args;
	size_t n;
	int err;

	wrong = parse_words(r->text, words, WORDS_MAX, &n);
	if (wrong)
		return err_usage("%s", wrong);
	words[n] = NULL;
	/* A script of ipvsadm calls is welcome, too. */
	if (n && (!strcmp(*first, "ipvsadm") || !strcmp(*first, "maglevadm")))
		first++;
	if (!*first)
		return EXIT_OK;
	err = cmdline_parse(r->ctx, first, &args);
	if (err)
		return err;
	if (args.command->reads_script)
		return err_usage("--%s cannot restore from within",
				 args.command->name);
	if (r->description && (!args.command->describes ||
			       args.given & OPT_DRY_RUN))
		return err_usage("--%s%s describes no configuration: %s takes what --save prints",
				 args.command->name,
				 args.given & OPT_DRY_RUN ? " --dry-run" : "",
				 r->description);
	if (args.command->plan)
		return take_change(r, &args);
	keep_other(r, &args);
	return EXIT_OK;
}

/**
 * script_read() - read a file of command lines
 * @ctx: the program
 * @s: the result, to be released with script_free() in any case
 * @file: the file
 * @description: if only lines that describe a configuration may come, the
 *	option that wants it so; else NULL
 *
 * Return: an exit code.
 */
int script_read(struct ctx *ctx, struct script *s, FILE *file,
		const char *description)
{
	struct reader r = {
		.ctx = ctx,
		.script = s,
		.description = description,
	};
	int err = EXIT_OK;
	size_t size = 0;

	while (!err && getline(&r.text, &size, file) >= 0) {
		err_line(++r.line);
		err = take_line(&r);
		if (!r.text)
			size = 0;
	}
	err_line(0);
	if (!err && ferror(file))
		err = err_failed("cannot read %s: %s",
				 file == stdin ? "standard input" : "the file",
				 strerror(errno));
	free(r.text);
	return err;
}

/**
 * script_run_others() - carry out the lines that change no configuration
 * @ctx: the program
 * @s: the file
 *
 * Return: an exit code, that of the first line that fails.
 */
int script_run_others(struct ctx *ctx, const struct script *s)
{
	int err = EXIT_OK;
	size_t i;

	for (i = 0; !err && i < s->others.n; i++) {
		const struct other *other = vec_at(&s->others, i);
		const struct command *c = other->args->command;

		err_line(other->line);
		err = c->plan ? apply_line(ctx, other->args) :
				c->run(ctx, other->args);
	}
	err_line(0);
	return err;
}

/**
 * script_free() - release what a script holds
 * @s: the script
 */
void script_free(struct script *s)
{
	size_t i;

	for (i = 0; i < s->others.n; i++) {
		struct other *other = vec_at(&s->others, i);

		free(other->args);
		free(other->text);
	}
	vec_free(&s->others);
	batch_free(&s->batch);
}
