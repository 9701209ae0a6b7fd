// SPDX-License-Identifier: GPL-2.0
/*
 * -R: command lines from standard input. As with ipvsadm, what is configured
 * already stays; unlike it, all lines are understood before the first of them
 * is carried out, and the first that is refused ends the run and has what was
 * added taken back: a file that only adds, as those of -S do, is restored as
 * a whole or not at all.
 *
 * System calls are what restoring costs, so lines share them. Backends go in
 * one request with what they are added to, and requests that make something
 * of their own go to the kernel together: it carries out what comes after a
 * refused one, too, which must not touch anything that was there before.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "cmd.h"
#include "cmdline.h"
#include "config.h"
#include "err.h"
#include "nl.h"
#include "parse.h"
#include "vec.h"

/* More than any command takes, each option with an argument. */
#define WORDS_MAX	64

/* Bytes of requests sent in one system call, or one that has more. */
#define TOGETHER_MAX	32768

/**
 * struct step - one line, with those that one request makes together with it
 * @line: its number
 * @n_more: how many backends the lines after it add
 * @more: the first of them in struct restore
 * @done: it was carried out
 * @text: what names in it point into, or NULL if there are none
 * @args: the command to run, or NULL: it is a change
 * @change: the change; of settings, once they are made, what they were before
 */
struct step {
	uint32_t line;
	uint32_t n_more;
	size_t more;
	bool done;
	char *text;
	struct args *args;
	struct change change;
};

/**
 * struct more - a line that adds a backend to what is added just before
 * @line: its number
 * @addr: the backend
 * @params: what to set of it
 */
struct more {
	uint32_t line;
	struct addr addr;
	struct backend_params params;
};

/**
 * struct restore - a file on its way
 * @ctx: the program
 * @steps: struct step, in the order of the file
 * @more: struct more, likewise
 */
struct restore {
	struct ctx *ctx;
	struct vec steps;
	struct vec more;
};

/**
 * struct batch - requests sent in one system call
 * @n: how many
 * @msg: the requests
 * @step: what they are for
 */
struct batch {
	size_t n;
	struct nl_msg *msg[KERN_ALL_MAX];
	struct step *step[KERN_ALL_MAX];
};

static struct step *step_at(const struct restore *r, size_t i)
{
	return i < r->steps.n ? vec_at(&r->steps, i) : NULL;
}

/* A backend of a step, as if its line stood alone. */
static struct change more_change(const struct restore *r,
				 const struct step *s, size_t i)
{
	const struct more *more = vec_at(&r->more, s->more + i);

	return (struct change){
		.cmd = MAGLEV_CMD_BACKEND_NEW,
		.service = s->change.service,
		.pool = s->change.pool,
		.backend = more->addr,
		.set_backend = more->params,
	};
}

/* Merges @c into the last step, if one request can make both. */
static bool merge(struct restore *r, const struct change *c, uint32_t line)
{
	struct step *last = r->steps.n ? step_at(r, r->steps.n - 1) : NULL;
	struct more *more;

	/* One more than a pool has room for: the kernel is to blame it. */
	if (!last || last->args || last->n_more > MAGLEV_BACKENDS_MAX ||
	    !change_extends(&last->change, c))
		return false;
	if (!last->n_more++)
		last->more = r->more.n;
	more = vec_push(&r->more);
	more->line = line;
	more->addr = c->backend;
	more->params = c->set_backend;
	return true;
}

/* Takes @text over, and sets it to NULL, if it needs it. */
static int plan(struct restore *r, const struct args *args, uint32_t line,
		char **text)
{
	struct change c = { 0 };
	struct step *step;
	int err;

	if (args->command->run == cmd_restore)
		return err_usage("--restore cannot restore from within");
	if (args->command->plan) {
		err = args->command->plan(r->ctx, args, &c);
		if (err)
			return err;
		/* A try has an answer to be printed. */
		if (!(args->given & OPT_DRY_RUN)) {
			if (!c.cmd || merge(r, &c, line))
				return EXIT_OK;
			args = NULL;
		}
	}
	step = vec_push(&r->steps);
	step->line = line;
	step->change = c;
	if (args) {
		step->args = malloc(sizeof(*args));
		if (!step->args)
			err_no_memory();
		*step->args = *args;
	}
	if (args || change_has_names(&c)) {
		step->text = *text;
		*text = NULL;
	}
	return EXIT_OK;
}

static int parse_line(struct restore *r, char **line, uint32_t number)
{
	char *words[WORDS_MAX + 1];
	char **first = words;
	const char *wrong;
	struct args args;
	size_t n;
	int err;

	wrong = parse_words(*line, words, WORDS_MAX, &n);
	if (wrong)
		return err_usage("%s", wrong);
	words[n] = NULL;
	/* A script of ipvsadm calls is welcome, too. */
	if (n && (!strcmp(*first, "ipvsadm") || !strcmp(*first, "maglevadm")))
		first++;
	if (!*first)
		return EXIT_OK;
	err = cmdline_parse(r->ctx, first, &args);
	return err ? err : plan(r, &args, number, line);
}

static int parse(struct restore *r)
{
	uint32_t number = 0;
	char *line = NULL;
	int err = EXIT_OK;
	size_t size = 0;

	while (!err && getline(&line, &size, stdin) >= 0) {
		err_line(++number);
		err = parse_line(r, &line, number);
		if (!line)
			size = 0;
	}
	err_line(0);
	if (!err && ferror(stdin))
		err = err_failed("cannot read standard input: %s",
				 strerror(errno));
	free(line);
	return err;
}

/* True if the change adds something and modifies nothing that was there. */
static bool stands_alone(const struct step *s)
{
	switch (s ? s->change.cmd : MAGLEV_CMD_UNSPEC) {
	case MAGLEV_CMD_SERVICE_NEW:
	case MAGLEV_CMD_POOL_NEW:
	case MAGLEV_CMD_ROUTER_NEW:
	case MAGLEV_CMD_SOURCE_NEW:
		return !s->args;
	default:
		return false;
	}
}

static struct nl_msg *request(const struct restore *r, struct kern *kern,
			      const struct step *s)
{
	struct nl_msg *msg = change_request(kern, &s->change, s->n_more);
	size_t i;

	for (i = 0; i < s->n_more; i++) {
		const struct more *more = vec_at(&r->more, s->more + i);

		attr_put_backend(msg, &more->addr, &more->params);
	}
	return msg;
}

/* The requests from the i-th step on that can go together. */
static void collect(const struct restore *r, struct kern *kern, size_t i,
		    struct batch *t)
{
	size_t bytes = 0;

	t->n = 0;
	do {
		t->step[t->n] = step_at(r, i++);
		t->msg[t->n] = request(r, kern, t->step[t->n]);
		bytes += nlmsg_hdr(t->msg[t->n++])->nlmsg_len;
	} while (t->n < KERN_ALL_MAX && bytes < TOGETHER_MAX &&
		 stands_alone(t->step[0]) && stands_alone(step_at(r, i)));
}

static void release(struct batch *t)
{
	while (t->n)
		nlmsg_free(t->msg[--t->n]);
}

static int refused(const struct restore *r, struct kern *kern,
		   const struct batch *t, size_t i, int err)
{
	const struct step *s = t->step[i];
	struct change c = s->change;
	uint32_t line = s->line;
	bool backend;
	size_t n;

	backend = change_blames(t->msg[i], kern_blames(kern), &n);
	if (backend) {
		/* Its own backend, if it has one, is the first. */
		n -= s->change.cmd == MAGLEV_CMD_BACKEND_NEW;
		if (n < s->n_more) {
			c = more_change(r, s, n);
			line = ((struct more *)vec_at(&r->more,
						      s->more + n))->line;
		}
	}
	err_line(line);
	return change_failed(r->ctx, &c, err, backend);
}

/*
 * Keeps the settings as they were before a line. Those of the peers only if the
 * line is about them: their pool may be deleted by the time of taking back.
 */
static void keep_config(struct change *c, const struct config *before)
{
	bool peers = c->config.has_peers;

	c->config = *before;
	c->config.has_peers &= peers;
}

/* Makes the changes from the i-th step on that can go together. */
static int make(struct restore *r, size_t *i)
{
	struct kern *kern = ctx_kern(r->ctx);
	int errs[KERN_ALL_MAX], err = EXIT_OK;
	struct config config;
	struct batch t;
	size_t k;

	if (!kern)
		return EXIT_FAILED;
	if (step_at(r, *i)->change.cmd == MAGLEV_CMD_CONFIG_SET &&
	    config_read(kern, &config))
		return EXIT_FAILED;
	collect(r, kern, *i, &t);
	kern_do_all(kern, t.msg, t.n, errs);
	for (k = 0; k < t.n; k++) {
		t.step[k]->done = !errs[k];
		if (!errs[k] && t.step[k]->change.cmd == MAGLEV_CMD_CONFIG_SET)
			keep_config(&t.step[k]->change, &config);
		if (errs[k] && !err)
			err = refused(r, kern, &t, k, errs[k]);
	}
	*i += t.n;
	release(&t);
	return err;
}

static int carry_out(struct restore *r)
{
	const struct step *s;
	int err = EXIT_OK;
	size_t i = 0;

	while (!err && (s = step_at(r, i))) {
		err_line(s->line);
		if (!s->args) {
			err = make(r, &i);
			continue;
		}
		err = s->args->command->plan ?
		      change_run(r->ctx, s->args) :
		      s->args->command->run(r->ctx, s->args);
		i++;
	}
	err_line(0);
	return err;
}

static bool undo(struct kern *kern, const struct change *back, uint32_t line)
{
	int err;

	err = kern_do(kern, change_request(kern, back, 0));
	/* It is gone: by a later line, or somebody was quicker. */
	if (!err || err == -ENOENT)
		return true;
	err_line(line);
	kern_failed(kern, err, "cannot take it back, cannot %s",
		    change_what(back));
	err_line(0);
	return false;
}

static void take_back(struct restore *r)
{
	bool any = false, worked = true;
	struct kern *kern = r->ctx->kern;
	struct change back;
	uint32_t changed = 0;
	size_t i, k;

	for (i = r->steps.n; i--; ) {
		const struct step *s = step_at(r, i);

		if (!s->done)
			continue;
		any = true;
		/* Backends go with their service or pool. */
		for (k = s->n_more; k-- &&
		     s->change.cmd == MAGLEV_CMD_BACKEND_NEW; ) {
			const struct more *more = vec_at(&r->more,
							 s->more + k);
			struct change c = more_change(r, s, k);

			if (change_undo(&c, &back))
				worked &= undo(kern, &back, more->line);
		}
		if (change_undo(&s->change, &back))
			worked &= undo(kern, &back, s->line);
		else
			changed = s->line;
	}
	if (!worked)
		err_failed("not all that had been added is taken back");
	else if (changed)
		err_failed("what had been added is taken back, but not what was changed or deleted, from line %" PRIu32 " on",
			   changed);
	else if (any)
		err_failed("nothing is restored: what had been added is taken back");
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
	struct restore r = {
		.ctx = ctx,
		.steps = VEC_INIT(struct step),
		.more = VEC_INIT(struct more),
	};
	struct step *s;
	size_t i;
	int err;

	(void)args;
	err = parse(&r);
	if (!err) {
		err = carry_out(&r);
		if (err)
			take_back(&r);
	}
	for (i = 0; (s = step_at(&r, i)); i++) {
		free(s->args);
		free(s->text);
	}
	vec_free(&r.more);
	vec_free(&r.steps);
	return err;
}
