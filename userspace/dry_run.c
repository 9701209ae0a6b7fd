// SPDX-License-Identifier: GPL-2.0
/*
 * --dry-run: what would change and what would move, of a single command line as
 * well as of a whole file.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "batch.h"
#include "dry_run.h"
#include "format.h"
#include "out.h"

enum kind {
	KIND_SERVICE,
	KIND_POOL,
	KIND_BACKEND,
	KIND_MEMBER,
	KIND_ROUTER,
	KIND_SOURCE,
	KIND_SETTINGS,
	KINDS,
};

static const struct {
	const char *one, *many;
} kinds[KINDS] = {
	[KIND_SERVICE] = { "service", "services" },
	[KIND_POOL] = { "pool", "pools" },
	[KIND_BACKEND] = { "backend", "backends" },
	[KIND_MEMBER] = { "member", "members" },
	[KIND_ROUTER] = { "router", "routers" },
	[KIND_SOURCE] = { "source", "sources" },
	[KIND_SETTINGS] = { "settings", "settings" },
};

static const char * const verbs[CHANGE_VERBS] = { "add", "change", "delete" };

/* How many objects of each kind a batch adds, changes and deletes. */
typedef uint64_t counts[CHANGE_VERBS][KINDS];

static enum kind kind(const struct change *c)
{
	switch (c->cmd) {
	case MAGLEV_CMD_ROUTER_NEW:
	case MAGLEV_CMD_ROUTER_DEL:
		return KIND_ROUTER;
	case MAGLEV_CMD_SOURCE_NEW:
	case MAGLEV_CMD_SOURCE_DEL:
		return KIND_SOURCE;
	case MAGLEV_CMD_CONFIG_SET:
		return KIND_SETTINGS;
	default:
		break;
	}
	if (c->member)
		return KIND_MEMBER;
	if (c->backend.family)
		return KIND_BACKEND;
	return c->service.proto ? KIND_SERVICE : KIND_POOL;
}

/* Members name themselves, and the pool or service that they are in. */
static void show_names(struct out *o, const struct change *c)
{
	switch (kind(c)) {
	case KIND_ROUTER:
	case KIND_SOURCE:
		out_str(o, "prefix", NULL, format_prefix(&c->prefix));
		return;
	case KIND_SETTINGS:
		return;
	default:
		break;
	}
	if (c->service.proto)
		out_str(o, "service", NULL, format_service(&c->service));
	if (c->pool)
		out_str(o, "pool", NULL, c->pool);
	if (c->backend.family)
		out_str(o, "address", NULL, format_addr(&c->backend));
	if (c->member)
		out_str(o, "member", NULL, c->member);
}

static void show_change(struct out *o, const struct change *c, counts n)
{
	const enum change_verb verb = change_verb(c);

	n[verb][kind(c)]++;
	out_object(o, NULL);
	out_str(o, "action", NULL, verbs[verb]);
	out_str(o, "object", NULL, kinds[kind(c)].one);
	show_names(o, c);
	out_object_end(o);
	out_text(o, "would %s\n", change_what(c));
}

static void show_changes(struct out *o, const struct batch *b, counts n)
{
	const struct step *s;
	struct change c;
	uint32_t line;
	size_t i, k;

	out_array(o, "changes");
	for (i = 0; (s = batch_step(b, i)); i++)
		for (k = 0; k < batch_changes(s); k++) {
			c = batch_change(b, s, k, &line);
			show_change(o, &c, n);
		}
	out_array_end(o);
}

/* "add 1 service and 2 backends" */
static void text_sums(struct out *o, const uint64_t n[KINDS],
		      const char *verb, bool first)
{
	size_t i, left = 0;

	for (i = 0; i < KINDS; i++)
		left += !!n[i];
	if (!left)
		return;
	out_text(o, first ? "would %s" : "; %s", verb);
	for (i = 0; i < KINDS; i++) {
		if (!n[i])
			continue;
		left--;
		if (i == KIND_SETTINGS)
			out_text(o, " settings");
		else
			out_text(o, " %" PRIu64 " %s", n[i],
				 n[i] == 1 ? kinds[i].one : kinds[i].many);
		if (left)
			out_text(o, left > 1 ? "," : " and");
	}
}

static void show_sums(struct out *o, counts n)
{
	uint64_t all = 0, before = 0;
	size_t i, k;

	out_object(o, "sums");
	for (i = 0; i < KINDS; i++) {
		out_object(o, kinds[i].many);
		for (k = 0; k < CHANGE_VERBS; k++) {
			out_u64(o, verbs[k], NULL, n[k][i]);
			all += n[k][i];
		}
		out_object_end(o);
	}
	out_object_end(o);
	if (!all)
		out_text(o, "would change nothing\n");
	/* One has been put into words already. */
	if (all < 2)
		return;
	for (k = 0; k < CHANGE_VERBS; k++) {
		text_sums(o, n[k], verbs[k], !before);
		for (i = 0; i < KINDS; i++)
			before += n[k][i];
	}
	out_text(o, "\n");
}

static void show_moves(struct out *o, const struct dry_run *m)
{
	out_object(o, "moves");
	out_text(o, "would move ");
	out_u64(o, "slots", "%" PRIu64, m->slots);
	out_u64(o, "table_size", " of %" PRIu64 " slots", m->table_size);
	out_percent(o, "slots_percent", " (%.1f %%), ", m->slots,
		    m->table_size);
	out_u64(o, "survivors", "%" PRIu64 " of them", m->survivors);
	out_percent(o, "survivors_percent",
		    " (%.1f %%) from backends that could keep them; ",
		    m->survivors, m->table_size);
	out_u64(o, "flows", "%" PRIu64, m->flows);
	out_text(o, " tracked flow%s would be re-selected\n",
		 m->flows == 1 ? "" : "s");
	if (m->parents) {
		out_u64(o, "parent_slots", "also %" PRIu64 " slots",
			m->parent_slots);
		out_u64(o, "parents", " of %" PRIu64, m->parents);
		out_text(o, " pool%s that contain%s what changes\n",
			 m->parents == 1 ? "" : "s",
			 m->parents == 1 ? "s" : "");
	}
	out_object_end(o);
}

/**
 * dry_run_show() - print what a batch would change, and what that would move
 * @b: the batch
 * @moves: what it would move, according to the kernel
 * @json: print JSON
 */
void dry_run_show(const struct batch *b, const struct dry_run *moves,
		  bool json)
{
	counts n = { 0 };
	struct out o;

	out_begin(&o, json);
	show_changes(&o, b, n);
	show_sums(&o, n);
	if (b->steps.n)
		show_moves(&o, moves);
	out_end(&o);
}
