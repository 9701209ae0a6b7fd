// SPDX-License-Identifier: GPL-2.0
/* Report what a prepared change of a pool would do, for a dry run. */
#include <kunit/visibility.h>

#include "backend.h"
#include "change.h"
#include "flows.h"
#include "net.h"
#include "panic.h"
#include "pool.h"
#include "table.h"

static bool would_go_down(const struct mgl_change *c)
{
	return c->edited && c->backend_params.has_state &&
	       c->backend_params.state == MAGLEV_STATE_DOWN &&
	       c->edited->state != MAGLEV_STATE_DOWN;
}

/* Tracked flows whose backend a change would make unusable. */
static u32 flows_lost(const struct mgl_ctx *ctx, const struct mgl_change *c)
{
	struct mgl_net *mn = ctx->mn;
	struct mgl_backend *b;
	u32 n = 0;

	if (list_empty(&c->deleted) && !would_go_down(c) &&
	    !mgl_panic_matters(c->pool))
		return 0;
	mgl_flows_count(mn, 0);
	if (would_go_down(c) && !mgl_panic_would_use(mn, c, c->edited))
		n += mgl_backend_take_flows(c->edited);
	list_for_each_entry(b, &c->deleted, leaving)
		n += mgl_backend_take_flows(b);
	n += mgl_panic_flows_lost(mn, c);
	/* They are not what was counted any more. */
	mn->flows_counted = false;
	return n;
}

/**
 * mgl_change_report() - compute the effect of a change, for a dry run
 * @ctx: the context
 * @c: the change; the caller still has to commit or abort it
 * @dry: the result
 *
 * Context: may sleep; may sweep the flow cache.
 * Return: 0 or -ENOMEM.
 */
int mgl_change_report(const struct mgl_ctx *ctx, const struct mgl_change *c,
		      struct mgl_dry_run *dry)
{
	struct mgl_moves moves;
	int err;
	u32 i;

	*dry = (struct mgl_dry_run){};
	dry->size = mgl_table_size(ctx->mn, c->pool);
	for (i = 0; i < c->n_rebuilds; i++) {
		const struct mgl_table_update *u = &c->rebuild[i].table;

		err = mgl_table_moves(ctx, u, &moves);
		if (err)
			return err;
		if (i) {
			dry->parents += !!moves.slots;
			dry->parent_slots += moves.slots;
			continue;
		}
		dry->moves = moves;
		if (u->table)
			dry->size = u->table->size;
	}
	dry->flows = flows_lost(ctx, c);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_change_report);
