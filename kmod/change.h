/* SPDX-License-Identifier: GPL-2.0 */
/* Changes of a pool: prepared, then committed, or reported and aborted. */
#ifndef _MGL_CHANGE_H
#define _MGL_CHANGE_H

#include "backend.h"
#include "ctx.h"
#include "pool.h"
#include "rebuild.h"

struct mgl_member;
struct mgl_member_spec;

/**
 * enum mgl_member_op - what a change does with a member
 * @MGL_MEMBER_NONE: nothing
 * @MGL_MEMBER_ADD: it is new, and in the lists already
 * @MGL_MEMBER_EDIT: it gets another weight
 * @MGL_MEMBER_DELETE: it is deleted
 */
enum mgl_member_op {
	MGL_MEMBER_NONE,
	MGL_MEMBER_ADD,
	MGL_MEMBER_EDIT,
	MGL_MEMBER_DELETE,
};

/**
 * struct mgl_change - a prepared change of a pool, not visible yet
 * @pool: the pool
 * @n_rebuilds: length of @rebuild, 0 if no table changes
 * @rebuild: pools that get other tables: @pool first, then those that contain it
 * @added: list of new backends, sorted by address, by mgl_backend.node
 * @n_added: length of @added
 * @deleted: list of backends to delete, by mgl_backend.leaving
 * @steps: list of struct mgl_step, the steps of a batch that committing it makes
 * @edited: backend to edit, or NULL
 * @backend_params: new settings of @edited
 * @userdata: new userdata of @edited, if @backend_params gives any, or NULL
 * @pool_params: new settings of @pool
 * @member_op: what becomes of @member
 * @member: the member, unless @member_op is MGL_MEMBER_NONE
 * @member_weight: its weight after the change
 */
struct mgl_change {
	struct mgl_pool *pool;
	u32 n_rebuilds;
	struct mgl_rebuild *rebuild;
	struct list_head added;
	u32 n_added;
	struct list_head deleted;
	struct list_head steps;
	struct mgl_backend *edited;
	struct mgl_backend_params backend_params;
	struct mgl_userdata *userdata;
	struct mgl_pool_params pool_params;
	enum mgl_member_op member_op;
	struct mgl_member *member;
	u32 member_weight;
};

/**
 * struct mgl_dry_run - effect that a change would have
 * @size: number of slots of the table
 * @moves: slots that would be reassigned
 * @flows: number of tracked flows that would lose their backend
 * @parents: number of other pools, which contain this one, that would have slots
 *	reassigned
 * @parent_slots: number of these slots
 */
struct mgl_dry_run {
	u32 size;
	struct mgl_moves moves;
	u32 flows;
	u32 parents;
	u64 parent_slots;
};

void mgl_change_init(struct mgl_change *c, struct mgl_pool *pool);
int mgl_change_add(const struct mgl_ctx *ctx, struct mgl_pool *pool,
		   const struct mgl_backend_specs *specs, struct mgl_change *c);
int mgl_change_edit(const struct mgl_ctx *ctx, struct mgl_pool *pool,
		    struct mgl_backend *b,
		    const struct mgl_backend_params *params,
		    struct mgl_change *c);
int mgl_change_delete_list(const struct mgl_ctx *ctx, struct mgl_pool *pool,
			   struct list_head *leaving, struct mgl_change *c);
int mgl_change_delete(const struct mgl_ctx *ctx, struct mgl_pool *pool,
		      struct mgl_backend *b, struct mgl_change *c);
int mgl_change_pool(const struct mgl_ctx *ctx, struct mgl_pool *pool,
		    const struct mgl_pool_params *params,
		    struct mgl_change *c);
int mgl_change_member_add(const struct mgl_ctx *ctx, struct mgl_pool *pool,
			  const struct mgl_member_spec *spec,
			  struct mgl_change *c);
int mgl_change_member_edit(const struct mgl_ctx *ctx, struct mgl_member *m,
			   u32 weight, struct mgl_change *c);
int mgl_change_member_delete(const struct mgl_ctx *ctx, struct mgl_member *m,
			     struct mgl_change *c);
int mgl_change_report(const struct mgl_ctx *ctx, const struct mgl_change *c,
		      struct mgl_dry_run *dry);
void mgl_change_commit(const struct mgl_ctx *ctx, struct mgl_change *c);
void mgl_change_abort(const struct mgl_ctx *ctx, struct mgl_change *c);

#endif /* _MGL_CHANGE_H */
