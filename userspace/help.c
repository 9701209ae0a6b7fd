// SPDX-License-Identifier: GPL-2.0
/*
 * --help, out of the tables that command lines are parsed by: of everything, of a
 * command with the options that it takes, or of an option with the commands that
 * take it. The bash completion reads the same lines.
 */
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "help.h"
#include "ipvsadm.h"
#include "options.h"

/* Columns of the first column; what is longer has its help below it. */
#define LEFT	29
#define WIDTH	80

static void row(char letter, char alias, const char *name, const char *arg,
		const char *help)
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
	n += snprintf(left + n, sizeof(left) - (size_t)n, "--%s%s%s", name,
		      arg ? " " : "", arg ? arg : "");
	if (3 + (n > LEFT ? (size_t)n : LEFT) + strlen(help) > WIDTH)
		printf("  %s\n%*s %s\n", left, LEFT + 2, "", help);
	else
		printf("  %-*s %s\n", LEFT, left, help);
}

static void command_row(const struct command *c)
{
	row(c->letter, c->alias, c->name, c->operand, c->help);
}

static void option_rows(const struct option_row *o, size_t n, optmask mask)
{
	for (; n--; o++)
		if (o->bit & mask)
			row(o->letter, 0, o->name, o->arg, o->help);
}

/* The options in @mask, under a head if there are any. */
static void options_of(const struct ctx *ctx, const char *head, optmask mask)
{
	size_t n = ctx->as_ipvsadm ? n_ipvsadm_options : 0;
	bool any = false;
	size_t i;

	for (i = 0; i < n_options; i++)
		any |= !!(options[i].bit & mask);
	for (i = 0; i < n; i++)
		any |= !!(ipvsadm_options[i].bit & mask);
	if (!any)
		return;
	printf("\n%s:\n", head);
	option_rows(options, n_options, mask);
	option_rows(ipvsadm_options, n, mask);
}

static void help_all(const struct ctx *ctx)
{
	size_t i;

	printf("Usage: %s COMMAND [OPTION]...\n\nCommands:\n", ctx->name);
	for (i = 0; i < n_commands; i++)
		command_row(&commands[i]);
	printf("\nOptions:\n");
	option_rows(options, n_options, ~(optmask)0);
	if (ctx->as_ipvsadm) {
		printf("\nOptions of ipvsadm:\n");
		option_rows(ipvsadm_options, n_ipvsadm_options, ~(optmask)0);
	}
	printf("\n--help COMMAND has the options of one; maglevadm(8) says more.\n");
}

static void help_command(const struct ctx *ctx, const struct command *c)
{
	optmask strict = ctx->as_ipvsadm ? OPT_STRICT : 0;
	size_t i;

	printf("Usage: %s --%s%s%s [OPTION]...\n\n", ctx->name, c->name,
	       c->operand ? " " : "", c->operand ? c->operand : "");
	command_row(c);
	options_of(ctx, "Needs", c->must);
	options_of(ctx, "Needs one of", c->either);
	options_of(ctx, c->either ? "And one of" : "Needs one of", c->whom);
	options_of(ctx, "Options", c->may | strict);
	for (i = 0; i < ARRAY_SIZE(c->examples) && c->examples[i]; i++)
		printf("%s  %s %s\n", i ? "" : "\nExamples:\n", ctx->name,
		       c->examples[i]);
}

static void help_option(const struct ctx *ctx, const struct option_row *o)
{
	size_t i;

	printf("Option of %s:\n\n", ctx->name);
	option_rows(o, 1, ~(optmask)0);
	printf("\nCommands that take it:\n");
	for (i = 0; i < n_commands; i++) {
		const struct command *c = &commands[i];

		if ((c->must | c->either | c->whom | c->may | OPT_STRICT) &
		    o->bit)
			command_row(c);
	}
}

static bool is(const char *word, char letter, char alias, const char *name)
{
	if (word[0] == '-' && word[1] && word[1] != '-' && !word[2])
		return word[1] == letter || word[1] == alias;
	return !strcmp(word[0] == '-' && word[1] == '-' ? word + 2 : word,
		       name);
}

static const struct option_row *find_option(const struct option_row *o,
					    size_t n, const char *word)
{
	for (; n--; o++)
		if (is(word, o->letter, 0, o->name))
			return o;
	return NULL;
}

static const struct command *find_command(const char *word)
{
	size_t i;

	for (i = 0; i < n_commands; i++)
		if (is(word, commands[i].letter, commands[i].alias,
		       commands[i].name))
			return &commands[i];
	return NULL;
}

static const struct refusal *find_refusal(const char *word)
{
	size_t i;

	for (i = 0; i < n_refusals; i++)
		if (is(word, refusals[i].letter, 0, refusals[i].name))
			return &refusals[i];
	return NULL;
}

/**
 * help_knows() - tell whether there is help on something
 * @word: the command or option, with dashes in front or without
 *
 * Return: true if there is.
 */
bool help_knows(const char *word)
{
	return find_command(word) || find_refusal(word) ||
	       find_option(options, n_options, word) ||
	       find_option(ipvsadm_options, n_ipvsadm_options, word);
}

/**
 * cmd_help() - -h
 * @ctx: the program
 * @args: its command line, which may name a command or an option
 *
 * Return: an exit code.
 */
int cmd_help(struct ctx *ctx, const struct args *args)
{
	const char *word = args->operand;
	const struct option_row *o;
	const struct command *c;
	const struct refusal *r;

	if (!word) {
		help_all(ctx);
		return EXIT_OK;
	}
	c = find_command(word);
	if (c) {
		help_command(ctx, c);
		return EXIT_OK;
	}
	o = find_option(options, n_options, word);
	if (!o && ctx->as_ipvsadm)
		o = find_option(ipvsadm_options, n_ipvsadm_options, word);
	if (o) {
		help_option(ctx, o);
		return EXIT_OK;
	}
	r = find_refusal(word);
	if (r)
		return err_usage("%s is not supported: %s", word, r->instead);
	return err_usage("unknown option %s, see --help", word);
}
