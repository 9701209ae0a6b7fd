// SPDX-License-Identifier: GPL-2.0
/*
 * Steps of a batch that a change of a pool makes: what is published, freed, or
 * taken back. Without a batch there are none.
 */
#include <linux/slab.h>

#include "backend.h"
#include "batch.h"
#include "change.h"
#include "change_step.h"
#include "member.h"
#include "net.h"
#include "panic.h"
#include "pool.h"
#include "tracepoints.h"

static void added_done(struct mgl_net *mn, struct mgl_step *step)
{
	trace_maglev_backend(mn, step->object, MGL_BACKEND_ADDED,
			     MGL_EVENT_STATE_NONE, 0);
}

static void added_undo(struct mgl_net *mn, struct mgl_step *step)
{
	mgl_backend_unlink(mn, step->pool, step->object);
	mgl_backend_release(mn, step->object);
}

const struct mgl_step_ops mgl_backend_added = {
	.done = added_done,
	.undo = added_undo,
};

static void deleted_publish(struct mgl_net *mn, struct mgl_step *step)
{
	mgl_backend_stop(step->object);
}

static void deleted_done(struct mgl_net *mn, struct mgl_step *step)
{
	const struct mgl_backend *b = step->object;

	trace_maglev_backend(mn, b, MGL_BACKEND_DELETED, b->state, b->weight);
	mgl_backend_release(mn, step->object);
}

static void deleted_undo(struct mgl_net *mn, struct mgl_step *step)
{
	mgl_backend_link(step->pool, step->object);
}

static u32 deleted_flows(struct mgl_net *mn, struct mgl_step *step)
{
	return mgl_backend_take_flows(step->object);
}

const struct mgl_step_ops mgl_backend_deleted = {
	.publish = deleted_publish,
	.done = deleted_done,
	.undo = deleted_undo,
	.flows = deleted_flows,
};

/**
 * struct backend_edit - the step of other settings of a backend
 * @step: the step; its object is the backend
 * @was: the settings before it
 * @draining: mgl_backend.draining before it
 * @deadline: mgl_backend.deadline before it
 * @has_userdata: it gives userdata
 * @userdata: mgl_backend.userdata before it, if @has_userdata
 */
struct backend_edit {
	struct mgl_step step;
	struct mgl_backend_params was;
	bool draining;
	unsigned long deadline;
	bool has_userdata;
	struct mgl_userdata *userdata;
};

static void edited_publish(struct mgl_net *mn, struct mgl_step *step)
{
	mgl_backend_publish(step->object);
}

static void edited_done(struct mgl_net *mn, struct mgl_step *step)
{
	struct backend_edit *e = container_of(step, struct backend_edit, step);

	trace_maglev_backend(mn, step->object, MGL_BACKEND_EDITED, e->was.state,
			     e->was.weight);
	if (e->has_userdata)
		kfree(e->userdata);
}

static void edited_undo(struct mgl_net *mn, struct mgl_step *step)
{
	struct backend_edit *e = container_of(step, struct backend_edit, step);
	struct mgl_backend *b = step->object;

	b->weight = e->was.weight;
	b->state = e->was.state;
	b->thresholds = e->was.thresholds;
	b->draining = e->draining;
	b->deadline = e->deadline;
	if (e->has_userdata) {
		kfree(b->userdata);
		b->userdata = e->userdata;
	}
}

static u32 edited_flows(struct mgl_net *mn, struct mgl_step *step)
{
	struct mgl_backend *b = step->object;

	if (b->state != MAGLEV_STATE_DOWN ||
	    mgl_panic_would_use(mn, &mn->batch->tables, b))
		return 0;
	return mgl_backend_take_flows(b);
}

static const struct mgl_step_ops backend_edited = {
	.publish = edited_publish,
	.done = edited_done,
	.undo = edited_undo,
	.flows = edited_flows,
};

/**
 * struct pool_edit - the step of other settings of a pool
 * @step: the step; its object is the pool
 * @size: mgl_pool.size before it
 * @seed: mgl_pool.seed before it
 * @settle: mgl_pool.settle before it
 * @panic: mgl_pool.panic before it
 */
struct pool_edit {
	struct mgl_step step;
	u32 size;
	u64 seed;
	u32 settle;
	u8 panic;
};

static void pool_edit_undo(struct mgl_net *mn, struct mgl_step *step)
{
	struct pool_edit *e = container_of(step, struct pool_edit, step);
	struct mgl_pool *pool = step->object;

	pool->size = e->size;
	pool->seed = e->seed;
	pool->settle = e->settle;
	pool->panic = e->panic;
}

static const struct mgl_step_ops pool_edited = {
	.undo = pool_edit_undo,
};

static void member_added_undo(struct mgl_net *mn, struct mgl_step *step)
{
	mgl_member_del(step->object);
}

static const struct mgl_step_ops member_added = {
	.undo = member_added_undo,
};

/**
 * struct member_edit - the step of another weight of a member
 * @step: the step; its object is the member
 * @weight: mgl_member.weight before it
 */
struct member_edit {
	struct mgl_step step;
	u32 weight;
};

static void member_edit_undo(struct mgl_net *mn, struct mgl_step *step)
{
	struct member_edit *e = container_of(step, struct member_edit, step);
	struct mgl_member *m = step->object;

	m->weight = e->weight;
}

static const struct mgl_step_ops member_edited = {
	.undo = member_edit_undo,
};

/**
 * mgl_change_log() - prepare a step about a backend, if a batch is in progress
 * @ctx: the context
 * @c: the change that makes it when it is committed
 * @ops: what it means
 * @b: the backend
 *
 * Context: may sleep.
 * Return: 0, also without a batch, or -ENOMEM with the extack set.
 */
int mgl_change_log(const struct mgl_ctx *ctx, struct mgl_change *c,
		   const struct mgl_step_ops *ops, struct mgl_backend *b)
{
	struct mgl_step *step;

	if (!ctx->mn->batch)
		return 0;
	step = mgl_step_alloc(ctx, sizeof(*step), ops, b);
	if (!step)
		return -ENOMEM;
	step->pool = c->pool;
	list_add_tail(&step->node, &c->steps);
	return 0;
}

/**
 * mgl_change_log_edit() - prepare the step of mgl_change.edited
 * @ctx: the context
 * @c: the change
 *
 * Context: may sleep.
 * Return: as mgl_change_log().
 */
int mgl_change_log_edit(const struct mgl_ctx *ctx, struct mgl_change *c)
{
	const struct mgl_backend *b = c->edited;
	struct backend_edit *e;

	if (!ctx->mn->batch)
		return 0;
	e = mgl_step_alloc(ctx, sizeof(*e), &backend_edited, c->edited);
	if (!e)
		return -ENOMEM;
	e->was.weight = b->weight;
	e->was.state = b->state;
	e->was.thresholds = b->thresholds;
	e->draining = b->draining;
	e->deadline = b->deadline;
	e->has_userdata = c->backend_params.userdata.given;
	e->userdata = b->userdata;
	list_add_tail(&e->step.node, &c->steps);
	return 0;
}

/**
 * mgl_change_log_pool() - prepare the step of mgl_change.pool_params
 * @ctx: the context
 * @c: the change
 *
 * Context: may sleep.
 * Return: as mgl_change_log().
 */
int mgl_change_log_pool(const struct mgl_ctx *ctx, struct mgl_change *c)
{
	struct pool_edit *e;

	if (!ctx->mn->batch)
		return 0;
	e = mgl_step_alloc(ctx, sizeof(*e), &pool_edited, c->pool);
	if (!e)
		return -ENOMEM;
	e->size = c->pool->size;
	e->seed = c->pool->seed;
	e->settle = c->pool->settle;
	e->panic = c->pool->panic;
	list_add_tail(&e->step.node, &c->steps);
	return 0;
}

/**
 * mgl_change_log_member() - prepare the step of mgl_change.member
 * @ctx: the context
 * @c: the change
 *
 * Context: may sleep.
 * Return: as mgl_change_log().
 */
int mgl_change_log_member(const struct mgl_ctx *ctx, struct mgl_change *c)
{
	static const struct mgl_step_ops *const ops[] = {
		[MGL_MEMBER_ADD] = &member_added,
		[MGL_MEMBER_EDIT] = &member_edited,
		[MGL_MEMBER_DELETE] = &mgl_member_deleted,
	};
	struct member_edit *e;

	if (!ctx->mn->batch)
		return 0;
	e = mgl_step_alloc(ctx, sizeof(*e), ops[c->member_op], c->member);
	if (!e)
		return -ENOMEM;
	e->weight = c->member->weight;
	list_add_tail(&e->step.node, &c->steps);
	return 0;
}

/**
 * mgl_change_forget_steps() - free the steps of a change that is not made
 * @c: the change
 *
 * Context: any.
 */
void mgl_change_forget_steps(struct mgl_change *c)
{
	struct mgl_step *step, *next;

	list_for_each_entry_safe(step, next, &c->steps, node)
		kfree(step);
	INIT_LIST_HEAD(&c->steps);
}
