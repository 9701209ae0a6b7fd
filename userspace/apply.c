// SPDX-License-Identifier: GPL-2.0
/*
 * Batches to the kernel: it makes all changes of one or none, so what is left to
 * do here is to say which line of a file was refused, and to work a difference
 * out anew if the configuration that it was meant for is not the present one.
 */
#include <errno.h>
#include <string.h>

#include "apply.h"
#include "batch.h"
#include "cmd.h"
#include "config.h"
#include "diff.h"
#include "dry_run.h"
#include "err.h"
#include "model.h"
#include "nl.h"

/* As often in a row means that somebody changes it faster than it is read. */
#define APPLY_TRIES	20

/* Complains about the change to blame, with its line. */
static int refused(struct ctx *ctx, const struct batch *b, struct nl_msg *msg,
		   int err)
{
	const struct step *s = NULL;
	struct change c = { 0 };
	struct blame blame;
	uint32_t line;
	size_t n = 0;

	if (batch_blames(msg, kern_blames(ctx->kern), &blame))
		s = batch_step(b, blame.step);
	else if (b->steps.n == 1)
		s = batch_step(b, 0);
	/* ipvsadm has words for this whatever the change is. */
	if (!s && ctx->as_ipvsadm && err == -EPERM)
		return change_failed(ctx, &c, err, false);
	if (!s)
		return kern_failed(ctx->kern, err,
				   "cannot change the configuration");
	/* Those that it adds are its last changes. */
	if (blame.is_backend && blame.backend < s->n_more)
		n = batch_changes(s) - s->n_more + blame.backend;
	c = batch_change(b, s, n, &line);
	if (line)
		err_line(line);
	return change_failed(ctx, &c, err, blame.is_backend);
}

/*
 * Has a batch made, or tried if @moves is given. Returns an exit code, or -ESTALE
 * if the configuration is of another generation.
 */
static int make(struct ctx *ctx, const struct batch *b,
		const uint32_t *generation, struct dry_run *moves)
{
	struct vec answers = VEC_INIT(struct dry_run);
	struct kern *kern = ctx_kern(ctx);
	struct nl_msg *msg;
	int err;

	if (!kern)
		return EXIT_FAILED;
	msg = batch_request(kern, b, generation, moves);
	nlmsg_get(msg);
	if (moves) {
		err = kern_get(kern, msg, attr_get_dry_run, &answers);
		if (!err && !answers.n)
			err = -ENODATA;
		if (!err)
			memcpy(moves, answers.items, sizeof(*moves));
		vec_free(&answers);
	} else {
		err = kern_do(kern, msg);
	}
	if (err && !(err == -ESTALE && generation))
		err = refused(ctx, b, msg, err);
	nlmsg_free(msg);
	return err;
}

/* The same, with what a try has to print. */
static int make_or_show(struct ctx *ctx, const struct batch *b,
			const uint32_t *generation, const struct args *args)
{
	bool try = args->given & OPT_DRY_RUN;
	struct dry_run moves = { 0 };
	int err = EXIT_OK;

	if (b->steps.n)
		err = make(ctx, b, generation, try ? &moves : NULL);
	if (!err && try)
		dry_run_show(b, &moves, args->given & OPT_JSON);
	return err;
}

/**
 * apply() - make the changes of a batch, whatever is configured
 * @ctx: the program
 * @b: the batch
 * @args: the command line, which may have --dry-run
 *
 * Return: an exit code.
 */
int apply(struct ctx *ctx, const struct batch *b, const struct args *args)
{
	return make_or_show(ctx, b, NULL, args);
}

static void append(struct batch *to, const struct batch *from)
{
	const struct step *s;
	struct change c;
	uint32_t line;
	size_t i, k;

	for (i = 0; (s = batch_step(from, i)); i++)
		for (k = 0; k < batch_changes(s); k++) {
			c = batch_change(from, s, k, &line);
			batch_add(to, &c, line);
		}
}

static void begin(void *diff)
{
	diff_begin(diff);
}

static bool is_there(void *diff, const struct backend *b)
{
	return diff_is_there(diff, b);
}

/* Backends that are as they are to be are left out. */
static int read_present(struct kern *kern, struct snapshot *have,
			struct diff *diff)
{
	const struct known known = {
		.begin = begin,
		.has = is_there,
		.arg = diff,
	};
	int err = snapshot_take_unknown(kern, have, &known);

	if (!err && !snapshot_has_seeds(have))
		err = err_failed("cannot compare: the kernel shows the seeds of pools only with CAP_NET_ADMIN (be root)");
	return err ? err : config_read(kern, &have->config);
}

/**
 * apply_difference() - make the present configuration another one
 * @ctx: the program
 * @want: the other one
 * @after: changes to be made to that, or NULL
 * @args: the command line, which may have --dry-run
 *
 * Return: an exit code.
 */
int apply_difference(struct ctx *ctx, const struct model *want,
		     const struct batch *after, const struct args *args)
{
	struct kern *kern = ctx_kern(ctx);
	int err, tries = 0;

	if (!kern)
		return EXIT_FAILED;
	do {
		struct batch b = BATCH_INIT;
		struct snapshot have;
		struct diff diff;

		diff_init(&diff, &have, want);
		err = read_present(kern, &have, &diff);
		if (!err) {
			diff_end(&diff, &b);
			if (after)
				append(&b, after);
			err = make_or_show(ctx, &b, &have.info.generation,
					   args);
		}
		batch_free(&b);
		diff_free(&diff);
		snapshot_free(&have);
	} while (err == -ESTALE && ++tries < APPLY_TRIES);
	if (err == -ESTALE)
		return err_failed("cannot replace the configuration: it keeps changing, try again");
	return err;
}

static int try_line(struct ctx *ctx, const struct change *c,
		    const struct args *args)
{
	const struct model nothing = { .s.config = config_default };
	struct batch b = BATCH_INIT;
	int err;

	if (c->cmd == MAGLEV_CMD_FLUSH)
		return apply_difference(ctx, &nothing, NULL, args);
	if (c->cmd)
		batch_add(&b, c, 0);
	err = apply(ctx, &b, args);
	batch_free(&b);
	return err;
}

/**
 * apply_line() - carry out a command line that changes something
 * @ctx: the program
 * @args: the command line, which may have --dry-run
 *
 * Return: an exit code.
 */
int apply_line(struct ctx *ctx, const struct args *args)
{
	struct change c = { 0 };
	struct nl_msg *msg;
	struct kern *kern;
	bool backend;
	int err;

	err = args->command->plan(ctx, args, &c);
	if (err)
		return err;
	if (args->given & OPT_DRY_RUN)
		return try_line(ctx, &c, args);
	if (!c.cmd)
		return EXIT_OK;
	kern = ctx_kern(ctx);
	if (!kern)
		return EXIT_FAILED;
	msg = kern_request_sized(kern, c.cmd, change_size(0));
	change_put(msg, &c);
	nlmsg_get(msg);
	err = kern_do(kern, msg);
	backend = err && change_blames_backend(msg, kern_blames(kern));
	nlmsg_free(msg);
	return err ? change_failed(ctx, &c, err, backend) : EXIT_OK;
}
