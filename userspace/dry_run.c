// SPDX-License-Identifier: GPL-2.0
/* --dry-run: send a change to be tried, and print what it would reassign. */
#include <errno.h>
#include <inttypes.h>

#include "cmd.h"
#include "dry_run.h"
#include "nl.h"
#include "out.h"
#include "vec.h"

static void show(const struct dry_run *m, bool json)
{
	struct out o;

	out_begin(&o, json);
	out_object(&o, "moves");
	out_text(&o, "would move ");
	out_u64(&o, "slots", "%" PRIu64, m->slots);
	out_u64(&o, "table_size", " of %" PRIu64 " slots", m->table_size);
	out_percent(&o, "slots_percent", " (%.1f %%), ", m->slots,
		    m->table_size);
	out_u64(&o, "survivors", "%" PRIu64 " of them", m->survivors);
	out_percent(&o, "survivors_percent",
		    " (%.1f %%) from backends that could keep them; ",
		    m->survivors, m->table_size);
	out_u64(&o, "flows", "%" PRIu64, m->flows);
	out_text(&o, " tracked flow%s would be re-selected\n",
		 m->flows == 1 ? "" : "s");
	if (m->parents) {
		out_u64(&o, "parent_slots", "also %" PRIu64 " slots",
			m->parent_slots);
		out_u64(&o, "parents", " of %" PRIu64, m->parents);
		out_text(&o, " pool%s that contain%s this one\n",
			 m->parents == 1 ? "" : "s",
			 m->parents == 1 ? "s" : "");
	}
	out_object_end(&o);
	out_end(&o);
}

/**
 * change_send() - send a change, to be made or tried
 * @kern: the connection
 * @msg: the change
 * @args: the command line, which may have --dry-run
 *
 * Return: 0 or a negative errno.
 */
int change_send(struct kern *kern, struct nl_msg *msg, const struct args *args)
{
	struct vec v = VEC_INIT(struct dry_run);
	int err;

	if (!(args->given & OPT_DRY_RUN))
		return kern_do(kern, msg);
	attr_put_dry_run(msg);
	err = kern_get(kern, msg, attr_get_dry_run, &v);
	if (!err && !v.n)
		err = -ENODATA;
	if (!err)
		show(v.items, args->given & OPT_JSON);
	vec_free(&v);
	return err;
}
