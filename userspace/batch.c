// SPDX-License-Identifier: GPL-2.0
/*
 * Batches: changes in the one request that makes all of them or none. Lines
 * that add backends to what the line before them adds share a change, which
 * is most of what a large file consists of.
 */
#include <stdlib.h>
#include <string.h>

#include <netlink/genl/genl.h>

#include "batch.h"
#include "intern.h"
#include "nl.h"

/* A change stays below the 64 KiB that an attribute may have. */
#define STEP_SIZE_MAX	64000

/* What a backend takes with all of its settings, and what userdata does. */
#define MORE_SIZE	64
#define USERDATA_SIZE	(4 + MAGLEV_USERDATA_MAX)

/* Headers and what is said of the batch as a whole. */
#define BATCH_SIZE		64

/**
 * batch_step() - one change of a batch
 * @b: the batch
 * @i: its number
 *
 * Return: the change, or NULL behind the last one.
 */
struct step *batch_step(const struct batch *b, size_t i)
{
	return i < b->steps.n ? vec_at(&b->steps, i) : NULL;
}

/**
 * batch_changes() - count the changes of a step, as if each stood alone
 * @s: the step
 *
 * Return: how many there are, at least one.
 */
size_t batch_changes(const struct step *s)
{
	return s->n_more + (s->change.cmd != MAGLEV_CMD_BACKEND_NEW);
}

/**
 * batch_change() - one change of a step, as if it stood alone
 * @b: the batch
 * @s: the step
 * @i: its number
 * @line: the line that asks for it, or 0
 *
 * Return: the change.
 */
struct change batch_change(const struct batch *b, const struct step *s,
			   size_t i, uint32_t *line)
{
	const struct more *more;

	if (s->change.cmd != MAGLEV_CMD_BACKEND_NEW && !i--) {
		*line = s->line;
		return s->change;
	}
	more = vec_at(&b->more, s->more + i);
	*line = more->line;
	return (struct change){
		.cmd = MAGLEV_CMD_BACKEND_NEW,
		.service = s->change.service,
		.pool = s->change.pool,
		.backend = more->addr,
		.set_backend = *more->params,
	};
}

/* Padding is to be equal as well. */
static const struct backend_params *keep(const struct backend_params *p)
{
	struct backend_params kept;

	memset(&kept, 0, sizeof(kept));
	kept.mask = p->mask;
	kept.weight = p->weight;
	kept.state = p->state;
	kept.deadline = p->deadline;
	kept.upper = p->upper;
	kept.lower = p->lower;
	kept.userdata = p->userdata;
	return intern_bytes(&kept, sizeof(kept));
}

static uint32_t more_size(const struct change *c)
{
	return MORE_SIZE + (c->set_backend.mask & BACKEND_USERDATA ? USERDATA_SIZE : 0);
}

static void add_more(struct batch *b, struct step *s, const struct change *c,
		     uint32_t line)
{
	struct more *more;

	s->size += more_size(c);
	if (!s->n_more++)
		s->more = b->more.n;
	more = vec_push(&b->more);
	more->line = line;
	more->addr = c->backend;
	more->params = keep(&c->set_backend);
}

/**
 * batch_add() - add a change to a batch
 * @b: the batch
 * @c: the change
 * @line: the line that asks for it, or 0
 *
 * Return: true if the batch refers to the names of @c from now on; false if
 * the change before says all that they do.
 */
bool batch_add(struct batch *b, const struct change *c, uint32_t line)
{
	struct step *last = b->steps.n ? batch_step(b, b->steps.n - 1) : NULL;
	struct step *step;

	if (last && last->size + more_size(c) <= STEP_SIZE_MAX &&
	    change_extends(&last->change, c)) {
		add_more(b, last, c, line);
		return false;
	}
	step = vec_push(&b->steps);
	step->line = line;
	step->change = *c;
	if (c->cmd == MAGLEV_CMD_BACKEND_NEW) {
		step->change.backend = (struct addr){ 0 };
		add_more(b, step, c, line);
	}
	return change_has_names(c);
}

/**
 * batch_keep() - hand over what names of a batch point into
 * @b: the batch, which frees it in the end
 * @text: the text
 */
void batch_keep(struct batch *b, char *text)
{
	char **kept = vec_push(&b->texts);

	*kept = text;
}

/**
 * batch_forget() - empty a batch
 * @b: the batch
 */
void batch_forget(struct batch *b)
{
	size_t i;

	for (i = 0; i < b->texts.n; i++)
		free(*(char **)vec_at(&b->texts, i));
	b->texts.n = 0;
	b->more.n = 0;
	b->steps.n = 0;
}

/**
 * batch_free() - release what a batch holds
 * @b: the batch
 */
void batch_free(struct batch *b)
{
	batch_forget(b);
	vec_free(&b->texts);
	vec_free(&b->more);
	vec_free(&b->steps);
}

static void put_step(struct nl_msg *msg, const struct batch *b,
		     const struct step *s)
{
	struct nlattr *attr = attr_begin_change(msg, s->change.cmd);
	size_t i;

	change_put(msg, &s->change);
	for (i = 0; i < s->n_more; i++) {
		const struct more *more = vec_at(&b->more, s->more + i);

		attr_put_backend(msg, &more->addr, more->params);
	}
	attr_end_change(msg, attr);
}

/**
 * batch_request() - the request that makes all changes of a batch
 * @kern: the connection
 * @b: the batch
 * @generation: of the configuration that the changes are meant for, or NULL
 *	if they are for any
 * @try: none is to be made, only their effect to be told
 *
 * Return: the request.
 */
struct nl_msg *batch_request(struct kern *kern, const struct batch *b,
			     const uint32_t *generation, bool try)
{
	size_t i, size = BATCH_SIZE;
	const struct step *s;
	struct nl_msg *msg;

	for (i = 0; (s = batch_step(b, i)); i++)
		size += change_size(s->n_more);
	msg = kern_request_sized(kern, MAGLEV_CMD_BATCH, size);
	if (generation)
		attr_put_generation(msg, *generation);
	if (try)
		attr_put_dry_run(msg);
	for (i = 0; (s = batch_step(b, i)); i++)
		put_step(msg, b, s);
	return msg;
}

static bool has(const struct nlattr *attr, const char *place)
{
	return place >= (const char *)attr &&
	       place < (const char *)attr + attr->nla_len;
}

/**
 * batch_blames() - find the change of a batch that was refused
 * @msg: the request
 * @offset: what the kernel blames, from the start of the message
 * @blame: the change, and its backend if it is one of these
 *
 * Return: true if it is one of them.
 */
bool batch_blames(struct nl_msg *msg, size_t offset, struct blame *blame)
{
	struct nlmsghdr *h = nlmsg_hdr(msg);
	const char *place = (char *)h + offset;
	struct nlattr *attr, *inner;
	int rest, left;

	*blame = (struct blame){ 0 };
	nla_for_each_attr(attr, genlmsg_attrdata(genlmsg_hdr(h), 0),
			  genlmsg_attrlen(genlmsg_hdr(h), 0), rest) {
		if (nla_type(attr) != MAGLEV_A_CHANGE)
			continue;
		if (!has(attr, place)) {
			blame->step++;
			continue;
		}
		nla_for_each_nested(inner, attr, left) {
			if (nla_type(inner) != MAGLEV_A_BACKEND)
				continue;
			blame->is_backend = has(inner, place);
			if (blame->is_backend)
				break;
			blame->backend++;
		}
		return true;
	}
	return false;
}
