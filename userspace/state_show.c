// SPDX-License-Identifier: GPL-2.0
/* Drains of a file of state, and what became of all that is in it. */
#include <endian.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "apply.h"
#include "batch.h"
#include "cmd.h"
#include "err.h"
#include "format.h"
#include "nl.h"
#include "out.h"
#include "snapshot.h"
#include "state.h"

static const struct backend *find_backend(const struct snapshot *now,
					  const struct state_drain *d)
{
	const struct members m = snapshot_members(now, d->pool);
	uint8_t address[16];
	size_t i;

	for (i = 0; i < m.n; i++) {
		state_addr_put(address, &m.first[i].addr);
		if (!memcmp(address, d->address, sizeof(address)))
			return &m.first[i];
	}
	return NULL;
}

/*
 * Who is down stays down. A deadline that has passed meanwhile is one that passes at
 * once.
 */
static void plan_drain(struct batch *b, const struct snapshot *now,
		       const struct state_drain *d, struct state_outcome *o)
{
	const struct backend *found = find_backend(now, d);
	uint32_t left = le32toh(d->left);
	struct change c = {
		.cmd = MAGLEV_CMD_BACKEND_SET,
		.pool = d->pool,
		.set_backend = {
			.mask = BACKEND_STATE | BACKEND_DEADLINE,
			.state = MAGLEV_STATE_DRAIN,
			.deadline = left > o->elapsed ? left - o->elapsed : 1,
		},
	};

	if (!found) {
		o->drains_gone++;
	} else if (found->state == MAGLEV_STATE_DOWN) {
		o->drains_own++;
	} else {
		c.backend = found->addr;
		batch_add(b, &c, 0);
		o->drains++;
	}
}

/**
 * state_restore_drains() - let backends go on draining
 * @ctx: the program
 * @s: the state
 * @o: what becomes of the drains is added there
 *
 * They are changes of the configuration, so they are made as such, in one step.
 *
 * Return: an exit code.
 */
int state_restore_drains(struct ctx *ctx, const struct state *s,
			 struct state_outcome *o)
{
	static const struct args none;
	struct batch b = BATCH_INIT;
	struct snapshot now;
	size_t i, at;
	int err;

	if (!le32toh(s->end->drains))
		return EXIT_OK;
	err = snapshot_take(ctx_kern(ctx), &now, true);
	for (i = 0; !err && i < s->parts.n; i++) {
		const struct state_part *part = vec_at(&s->parts, i);

		for (at = 0; part->type == STATE_DRAINS && at < part->len;
		     at += sizeof(struct state_drain))
			plan_drain(&b, &now, (void *)((char *)part->data + at),
				   o);
	}
	if (!err && b.steps.n)
		err = apply(ctx, &b, &none);
	batch_free(&b);
	snapshot_free(&now);
	return err;
}

static void show_json(struct out *o, const struct state_outcome *r)
{
	static const char *const fates[] = {
		[STATE_RESTORED] = "restored",
		[STATE_KEPT] = "kept",
		[STATE_EXPIRED] = "expired",
		[STATE_UNKNOWN] = "unknown",
		[STATE_FULL] = "full",
	};
	int i;

	out_object(o, "restored");
	out_u64(o, "elapsed_ms", NULL, r->elapsed);
	out_object(o, "flows");
	for (i = 0; i < STATE_FATES; i++)
		out_u64(o, fates[i], NULL, r->flows[i]);
	out_object_end(o);
	out_object(o, "tables");
	out_u64(o, "restored", NULL, r->tables);
	out_u64(o, "kept", NULL, r->tables_own);
	out_u64(o, "unknown", NULL, r->tables_gone);
	out_u64(o, "slots", NULL, r->slots);
	out_object_end(o);
	out_object(o, "drains");
	out_u64(o, "restored", NULL, r->drains);
	out_u64(o, "kept", NULL, r->drains_own);
	out_u64(o, "unknown", NULL, r->drains_gone);
	out_object_end(o);
	out_object_end(o);
}

static void line(const struct out *o, uint64_t n, const char *what)
{
	if (n)
		out_text(o, "not restored: %" PRIu64 " %s\n", n, what);
}

static void show_text(struct out *o, const struct state_outcome *r)
{
	out_text(o, "restored %" PRIu64 " flows, %" PRIu32 " tables, %" PRIu32 " drains after %" PRIu32 ".%03" PRIu32 " s\n",
		 r->flows[STATE_RESTORED], r->tables, r->drains,
		 r->elapsed / 1000, r->elapsed % 1000);
	line(o, r->flows[STATE_EXPIRED], "flows that have expired");
	line(o, r->flows[STATE_UNKNOWN],
	     "flows whose service or backend is not there, or does not track them");
	line(o, r->flows[STATE_KEPT],
	     "flows that have another backend by now");
	line(o, r->flows[STATE_FULL],
	     "flows for which the flow cache has no entry");
	line(o, r->tables_own, "tables that have a past of their own");
	line(o, r->tables_gone, "tables of pools that are not there");
	line(o, r->drains_own, "drains of backends that are down");
	line(o, r->drains_gone, "drains of backends that are not there");
}

/**
 * state_show() - print what became of a file of state
 * @r: that
 * @json: as JSON
 */
void state_show(const struct state_outcome *r, bool json)
{
	struct out o;

	out_begin(&o, json);
	if (json)
		show_json(&o, r);
	else
		show_text(&o, r);
	out_end(&o);
}
