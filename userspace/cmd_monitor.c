// SPDX-License-Identifier: GPL-2.0
/* --monitor: what happens by itself, as it happens. */
#include <inttypes.h>
#include <stdio.h>

#include <netlink/genl/genl.h>

#include "cmd.h"
#include "err.h"
#include "format.h"
#include "nl.h"
#include "out.h"
#include "vec.h"

/**
 * struct watch - a monitor while it runs
 * @v: the backend just read; first, so that a reader of messages finds the
 *	rest
 * @json: JSON is wanted
 */
struct watch {
	struct vec v;
	bool json;
};

static void show(struct nlmsghdr *h, struct vec *v)
{
	const struct watch *w = (const struct watch *)v;
	const struct backend *b;
	struct out o;
	bool drained;

	drained = genlmsg_hdr(h)->cmd == MAGLEV_CMD_DRAINED_NTF;
	if (!drained && genlmsg_hdr(h)->cmd != MAGLEV_CMD_SUSPECT_NTF)
		return;
	attr_get_backend(h, v);
	b = v->items;
	out_begin_line(&o, w->json);
	out_str(&o, "event", "%s", drained ? "drained" : "suspect");
	if (drained)
		out_str(&o, "pool", " pool %s", b->pool);
	out_str(&o, "backend", " backend %s", format_addr(&b->addr));
	if (drained) {
		out_u64(&o, "active", " active %" PRIu64, b->active);
		out_u64(&o, "inactive", " inactive %" PRIu64, b->inactive);
	} else {
		out_u64(&o, "unreachable", " unreachable %" PRIu64,
			b->unreachable);
	}
	out_text(&o, "\n");
	out_end(&o);
	fflush(stdout);
	v->n = 0;
}

/**
 * cmd_monitor() - --monitor
 * @ctx: the program
 * @args: its command line
 *
 * Return: an exit code, if ever.
 */
int cmd_monitor(struct ctx *ctx, const struct args *args)
{
	struct watch w = { .v = VEC_INIT(struct backend),
			   .json = args->given & OPT_JSON };
	struct kern *kern = ctx_kern(ctx);
	int err;

	if (!kern)
		return EXIT_FAILED;
	err = kern_watch(kern, MAGLEV_GENL_MCGRP_CONFIG, show, &w.v);
	vec_free(&w.v);
	return kern_failed(kern, err, "cannot watch");
}
