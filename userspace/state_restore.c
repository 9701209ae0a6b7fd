// SPDX-License-Identifier: GPL-2.0
/*
 * Putting state back into a kernel that has the configuration already. Each request
 * stands for itself, so that a program which ends in the middle leaves a director
 * that works, and one that begins anew does no harm.
 */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <netlink/genl/genl.h>

#include "apply.h"
#include "batch.h"
#include "cmd.h"
#include "err.h"
#include "nl.h"
#include "snapshot.h"
#include "state.h"

/* So that they are shorter than the 64 KiB that an attribute may have. */
#define FLOWS_AT_ONCE	1700
#define PIECE_SIZE	60000

/* Headers, and all that is said beside records. */
#define REQUEST_SIZE	512

static void take_objects(struct nlmsghdr *h, struct vec *v)
{
	struct nlattr *tb[MAGLEV_A_MAX + 1], *a[MAGLEV_STATE_A_MAX + 1];
	struct objects *o = (struct objects *)v;
	struct nlattr *attr;
	int i;

	nlmsg_parse(h, GENL_HDRLEN, tb, MAGLEV_A_MAX, NULL);
	if (!tb[MAGLEV_A_STATE] ||
	    nla_parse_nested(a, MAGLEV_STATE_A_MAX, tb[MAGLEV_A_STATE], NULL))
		return;
	if (a[MAGLEV_STATE_A_SECRET])
		nla_memcpy(o->secret, a[MAGLEV_STATE_A_SECRET],
			   sizeof(o->secret));
	attr = a[MAGLEV_STATE_A_SERVICES];
	for (i = 0; attr && i + (int)o->services.size <= nla_len(attr);
	     i += (int)o->services.size)
		memcpy(vec_push(&o->services), (char *)nla_data(attr) + i,
		       o->services.size);
	attr = a[MAGLEV_STATE_A_BACKENDS];
	for (i = 0; attr && i + (int)o->backends.size <= nla_len(attr);
	     i += (int)o->backends.size)
		memcpy(vec_push(&o->backends), (char *)nla_data(attr) + i,
		       o->backends.size);
}

static int compare_services(const void *a, const void *b)
{
	size_t from = offsetof(struct maglev_state_service, protocol);

	return memcmp((char *)a + from, (char *)b + from,
		      sizeof(struct maglev_state_service) - from);
}

static int compare_backends(const void *a, const void *b)
{
	size_t from = offsetof(struct maglev_state_backend, address);

	return memcmp((char *)a + from, (char *)b + from,
		      sizeof(struct maglev_state_backend) - from);
}

/**
 * state_objects_read() - read what flows can refer to
 * @kern: the connection
 * @o: the result, sorted, for the caller to free
 *
 * Return: 0 or a negative errno.
 */
int state_objects_read(struct kern *kern, struct objects *o)
{
	int err, tries = 0;

	*o = (struct objects){
		.v = VEC_INIT(char),
		.services = VEC_INIT(struct maglev_state_service),
		.backends = VEC_INIT(struct maglev_state_backend),
	};
	do {
		struct nl_msg *msg = kern_request(kern, MAGLEV_CMD_STATE_GET);
		struct nlattr *nest = nla_nest_start(msg, MAGLEV_A_STATE);

		nla_put_flag(msg, MAGLEV_STATE_A_OBJECTS);
		nla_nest_end(msg, nest);
		o->services.n = 0;
		o->backends.n = 0;
		err = kern_dump_once(kern, msg, take_objects, &o->v);
	} while (err == -EINTR && ++tries < 20);
	vec_sort(&o->services, compare_services);
	vec_sort(&o->backends, compare_backends);
	return err;
}

/**
 * state_objects_free() - free what state_objects_read() read
 * @o: the objects
 */
void state_objects_free(struct objects *o)
{
	vec_free(&o->services);
	vec_free(&o->backends);
}

/* Says of each number of a file which one the kernel has instead, 0 for none. */
static void map(struct numbers *m, const struct vec *have,
		const struct state_part *part,
		int (*compare)(const void *a, const void *b))
{
	const __le32 *found, *number;
	size_t at;

	for (at = 0; at < part->len; at += have->size) {
		number = (void *)((char *)part->data + at);
		found = have->n ? bsearch(number, have->items, have->n,
					  have->size, compare) : NULL;
		*numbers_find(m, le32toh(*number)) =
			found ? le32toh(*found) : 0;
	}
}

static void map_numbers(struct state *s, const struct objects *o)
{
	size_t i;

	for (i = 0; i < s->parts.n; i++) {
		const struct state_part *part = vec_at(&s->parts, i);

		if (part->type == STATE_SERVICES)
			map(&s->services, &o->services, part, compare_services);
		if (part->type == STATE_BACKENDS)
			map(&s->backends, &o->backends, part, compare_backends);
	}
}

/**
 * struct request - a STATE_SET
 * @msg: the message
 * @nest: its MAGLEV_A_STATE
 */
struct request {
	struct nl_msg *msg;
	struct nlattr *nest;
};

static struct request begin(struct kern *kern, size_t size)
{
	struct request r;

	r.msg = kern_request_sized(kern, MAGLEV_CMD_STATE_SET,
				   REQUEST_SIZE + size);
	r.nest = nla_nest_start(r.msg, MAGLEV_A_STATE);
	if (!r.nest ||
	    nla_put_u32(r.msg, MAGLEV_STATE_A_VERSION, MAGLEV_STATE_VERSION))
		err_no_memory();
	return r;
}

/**
 * struct reply - an answer to a STATE_SET
 * @fates: number of flows by enum state_fate
 * @slots: number of slots
 */
struct reply {
	uint32_t fates[STATE_FATES];
	uint32_t slots;
};

static uint32_t number_of(struct nlattr *attr)
{
	return attr && nla_len(attr) >= 4 ? nla_get_u32(attr) : 0;
}

static void take_reply(struct nlmsghdr *h, struct vec *v)
{
	struct nlattr *tb[MAGLEV_A_MAX + 1], *a[MAGLEV_STATE_A_MAX + 1];
	struct reply *r = vec_push(v);
	int i;

	nlmsg_parse(h, GENL_HDRLEN, tb, MAGLEV_A_MAX, NULL);
	if (!tb[MAGLEV_A_STATE] ||
	    nla_parse_nested(a, MAGLEV_STATE_A_MAX, tb[MAGLEV_A_STATE], NULL))
		return;
	/* They follow each other in both. */
	for (i = 0; i < STATE_FATES; i++)
		r->fates[i] = number_of(a[MAGLEV_STATE_A_RESTORED + i]);
	r->slots = number_of(a[MAGLEV_STATE_A_SLOTS]);
}

/* Sends a request, whose nest has been ended. Returns 0 or a negative errno. */
static int finish(struct kern *kern, const struct request *r,
		  struct reply *reply)
{
	struct vec v = VEC_INIT(struct reply);
	int err = kern_get(kern, r->msg, take_reply, &v);

	*reply = (struct reply){ 0 };
	if (!err && v.n)
		memcpy(reply, v.items, sizeof(*reply));
	vec_free(&v);
	return err;
}

/**
 * state_hold() - have packets left alone until state is back
 * @kern: the connection
 * @ms: for how long at most, or 0 to end it
 *
 * Return: 0 or a negative errno, -EBUSY if packets are handled already.
 */
int state_hold(struct kern *kern, uint32_t ms)
{
	struct request r = begin(kern, 0);
	struct reply reply;

	nla_put_u32(r.msg, MAGLEV_STATE_A_HOLD, ms);
	nla_nest_end(r.msg, r.nest);
	return finish(kern, &r, &reply);
}

static int put_secret(struct kern *kern, const struct state *s)
{
	struct request r = begin(kern, 0);
	struct reply reply;

	nla_put(r.msg, MAGLEV_STATE_A_SECRET, sizeof(s->head->secret),
		s->head->secret);
	nla_nest_end(r.msg, r.nest);
	return finish(kern, &r, &reply);
}

static int put_table(struct kern *kern, const struct state_part *part,
		     struct state_outcome *o)
{
	size_t len = part->len - POOL_NAME_SIZE, at, n;
	const char *image = (char *)part->data + POOL_NAME_SIZE;
	struct reply reply;
	struct request r;
	int err;

	r = begin(kern, len + (len / PIECE_SIZE + 1) * 8);
	nla_put_u32(r.msg, MAGLEV_STATE_A_ELAPSED, o->elapsed);
	nla_put_string(r.msg, MAGLEV_STATE_A_POOL, part->data);
	nla_nest_end(r.msg, r.nest);
	for (at = 0; at < len; at += n) {
		n = len - at < PIECE_SIZE ? len - at : PIECE_SIZE;
		if (nla_put(r.msg, MAGLEV_A_TABLE, (int)n, image + at))
			err_no_memory();
	}
	err = finish(kern, &r, &reply);
	o->slots += reply.slots;
	if (err == -ENOENT)
		o->tables_gone++;
	else if (!err && reply.slots)
		o->tables++;
	else if (!err)
		o->tables_own++;
	return err == -ENOENT ? 0 : err;
}

static int put_flows(struct kern *kern, const struct maglev_state_flow *flows,
		     size_t n, bool restarted, struct state_outcome *o)
{
	size_t len = n * sizeof(*flows);
	struct request r = begin(kern, len);
	struct reply reply;
	int err, i;

	nla_put_u32(r.msg, MAGLEV_STATE_A_ELAPSED, o->elapsed);
	if (restarted)
		nla_put_flag(r.msg, MAGLEV_STATE_A_RESTARTED);
	if (nla_put(r.msg, MAGLEV_STATE_A_FLOWS, (int)len, flows))
		err_no_memory();
	nla_nest_end(r.msg, r.nest);
	err = finish(kern, &r, &reply);
	for (i = 0; i < STATE_FATES; i++)
		o->flows[i] += reply.fates[i];
	return err;
}

/* The same for all of a section, with the numbers of this kernel. */
static int put_section(struct kern *kern, const struct state *s,
		       const struct state_part *part, bool restarted,
		       struct state_outcome *o)
{
	struct maglev_state_flow *from = part->data, *to = part->data;
	size_t n = part->len / sizeof(*from), i, some;
	int err = 0;

	for (i = 0; i < n; i++) {
		uint32_t svc = *numbers_find(&s->services,
					     le32toh(from[i].service));
		uint32_t b = *numbers_find(&s->backends,
					   le32toh(from[i].backend));

		if (!svc || !b) {
			o->flows[STATE_UNKNOWN]++;
			continue;
		}
		*to = from[i];
		to->service = htole32(svc);
		to->backend = htole32(b);
		to++;
	}
	for (; !err && from < to; from += some) {
		some = (size_t)(to - from);
		if (some > FLOWS_AT_ONCE)
			some = FLOWS_AT_ONCE;
		err = put_flows(kern, from, some, restarted, o);
	}
	return err;
}

static int put_parts(struct kern *kern, const struct state *s, bool restarted,
		     enum state_type type, struct state_outcome *o)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < s->parts.n; i++) {
		const struct state_part *part = vec_at(&s->parts, i);

		if (part->type != type)
			continue;
		err = type == STATE_TABLE ?
		      put_table(kern, part, o) :
		      put_section(kern, s, part, restarted, o);
	}
	return err;
}

/**
 * state_restore() - put state back into the kernel
 * @ctx: the program
 * @s: the state, of which the numbers are changed
 * @o: what became of it
 *
 * Unless nothing has come in between, what a kernel knows that has not been restarted
 * since is newer.
 *
 * Return: an exit code.
 */
int state_restore(struct ctx *ctx, struct state *s, struct state_outcome *o)
{
	struct kern *kern = ctx_kern(ctx);
	struct objects objects;
	bool restarted;
	int err;

	if (!kern)
		return EXIT_FAILED;
	o->elapsed = state_elapsed(s->head);
	err = state_objects_read(kern, &objects);
	if (err == -EOPNOTSUPP) {
		err = err_failed("cannot restore state: the loaded module is one that does not know how");
		goto out;
	}
	if (err)
		goto failed;
	restarted = s->fresh ||
		    memcmp(objects.secret, s->head->secret,
			   sizeof(objects.secret));
	if (restarted) {
		err = state_restore_drains(ctx, s, o);
		if (err)
			goto out;
	}
	map_numbers(s, &objects);
	err = put_secret(kern, s);
	if (!err)
		err = put_parts(kern, s, restarted, STATE_TABLE, o);
	if (!err)
		err = put_parts(kern, s, restarted, STATE_FLOWS, o);
failed:
	if (err)
		err = kern_failed(kern, err, "cannot restore state");
out:
	state_objects_free(&objects);
	return err;
}
