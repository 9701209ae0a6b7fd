// SPDX-License-Identifier: GPL-2.0
/*
 * --replace: make the configuration what a file says, by as few changes as that
 * takes. What the file does not have is deleted, what it has not said is the
 * default, and what is equal stays as it is, traffic and history included.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply.h"
#include "cmd.h"
#include "err.h"
#include "model.h"
#include "nl.h"
#include "script.h"
#include "state.h"

/* For which packets wait in vain for who has asked for it, at most. */
#define HOLD_MS	10000

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

/*
 * Packets that came between the two would be sent by tables alone, so that they are
 * left alone until then, if they have been until now.
 */
static int replace_with_state(struct ctx *ctx, const struct model *want,
			      struct state *state, const struct args *args)
{
	struct kern *kern = ctx_kern(ctx);
	struct state_outcome o = { 0 };
	int held, err;

	if (!kern)
		return EXIT_FAILED;
	held = state_hold(kern, HOLD_MS);
	if (held && held != -EBUSY)
		return kern_failed(kern, held, "cannot restore state");
	/* Without a service before, the kernel knows of no connection. */
	state->fresh = !held;
	err = apply_difference(ctx, want, NULL, args);
	if (!err)
		err = state_restore(ctx, state, &o);
	if (!held)
		held = state_hold(kern, 0);
	if (held && held != -EBUSY && !err)
		err = kern_failed(kern, held, "cannot handle packets");
	if (!err)
		state_show(&o, false);
	return err;
}

/* A broken file of state is found before anything is replaced. */
static int replace(struct ctx *ctx, const struct model *want,
		   const struct args *args)
{
	struct state state;
	void *data;
	int err;

	if (!(args->given & OPT_WITH_STATE))
		return apply_difference(ctx, want, NULL, args);
	err = state_load(&state, args->state_file, &data);
	if (!err)
		err = replace_with_state(ctx, want, &state, args);
	state_free(&state);
	free(data);
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
	struct model want;
	int err;

	model_init(&want);
	err = read_file(ctx, &s, args->operand);
	if (!err)
		err = model_build(&want, &s.batch);
	if (!err)
		err = replace(ctx, &want, args);
	model_free(&want);
	script_free(&s);
	err_file(NULL);
	return err;
}
