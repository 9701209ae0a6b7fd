// SPDX-License-Identifier: GPL-2.0
/*
 * Changes of a pool, and with it of all pools that contain it. Preparing a
 * change does everything that can fail and has no visible effect; committing it
 * cannot fail. A dry run is prepared, reported and aborted.
 */
#include <kunit/visibility.h>
#include <linux/netlink.h>
#include <linux/slab.h>

#include "backend.h"
#include "batch.h"
#include "change.h"
#include "change_step.h"
#include "endpoint.h"
#include "flows.h"
#include "limit.h"
#include "member.h"
#include "net.h"
#include "panic.h"
#include "pool.h"
#include "rebuild.h"
#include "tracepoints.h"

/**
 * mgl_change_init() - initialise a change
 * @c: the change, which changes nothing
 * @pool: the pool, or NULL for tables of several pools
 *
 * Context: any.
 */
void mgl_change_init(struct mgl_change *c, struct mgl_pool *pool)
{
	*c = (struct mgl_change){ .pool = pool };
	INIT_LIST_HEAD(&c->added);
	INIT_LIST_HEAD(&c->deleted);
	INIT_LIST_HEAD(&c->steps);
}

static int add_one(const struct mgl_ctx *ctx, struct mgl_change *c,
		   const struct mgl_backend_spec *spec)
{
	struct list_head *pos = mgl_backend_position(&c->added, &spec->addr);
	struct mgl_backend *b;
	int err;

	if (!pos || !mgl_backend_position(&c->pool->backends, &spec->addr)) {
		NL_SET_ERR_MSG_MOD(ctx->extack, "backend is in the pool already");
		return -EEXIST;
	}
	if (c->pool->n_backends + c->n_added >= MAGLEV_BACKENDS_MAX) {
		NL_SET_ERR_MSG_MOD(ctx->extack,
				   "too many backends in the pool");
		return -ENOSPC;
	}
	if (mgl_pool_serves_vip(ctx->mn, c->pool, &spec->addr)) {
		NL_SET_ERR_MSG_MOD(ctx->extack,
				   "backend is the VIP of a service of this pool");
		return -EINVAL;
	}
	err = mgl_limit_check(ctx, c->pool, NULL, &spec->params);
	if (err)
		return err;
	b = mgl_backend_alloc(ctx, c->pool, spec);
	if (IS_ERR(b))
		return PTR_ERR(b);
	list_add(&b->node, pos);
	c->n_added++;
	/* A new pool goes with its backends. */
	return c->pool->is_new ? 0 :
	       mgl_change_log(ctx, c, &mgl_backend_added, b);
}

/**
 * mgl_change_add() - prepare to add backends to a pool, all or none
 * @ctx: the context
 * @pool: the pool
 * @specs: the backends
 * @c: the change; on success the caller has to commit or abort it
 *
 * The data path sees a single change for any number of backends.
 *
 * Context: may sleep.
 * Return: 0, -EEXIST if a backend is in @pool already or twice in @specs,
 * -EINVAL if one is the VIP of a service that uses @pool or a pool that contains
 * it, -ENOSPC or -ENOMEM, or an error of mgl_limit_check().
 * The extack names the backend.
 */
int mgl_change_add(const struct mgl_ctx *ctx, struct mgl_pool *pool,
		   const struct mgl_backend_specs *specs, struct mgl_change *c)
{
	int err = 0;
	u32 i;

	lockdep_assert_held(&ctx->mn->lock);
	mgl_change_init(c, pool);
	for (i = 0; i < specs->n; i++) {
		err = add_one(ctx, c, &specs->item[i]);
		if (err) {
			NL_SET_BAD_ATTR(ctx->extack, specs->item[i].attr);
			goto err;
		}
	}
	if (c->n_added)
		err = mgl_rebuild_prepare(ctx, c);
	if (err)
		goto err;
	return 0;

err:
	mgl_change_abort(ctx, c);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_change_add);

/* Slots follow from weights; in pools that may panic, also of backends that are down. */
static bool changes_table(struct mgl_pool *pool, const struct mgl_backend *b,
			  const struct mgl_backend_params *params)
{
	if (mgl_backend_turns_with(b, params) != mgl_backend_turns(b))
		return true;
	return mgl_backend_reserve_with(b, params) != mgl_backend_reserve(b) &&
	       mgl_panic_matters(pool);
}

/**
 * mgl_change_edit() - prepare to change the settings of a backend
 * @ctx: the context
 * @pool: the pool
 * @b: the backend
 * @params: the settings to change
 * @c: the change; on success the caller has to commit or abort it
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, or an error of mgl_limit_check().
 */
int mgl_change_edit(const struct mgl_ctx *ctx, struct mgl_pool *pool,
		    struct mgl_backend *b,
		    const struct mgl_backend_params *params,
		    struct mgl_change *c)
{
	int err;

	lockdep_assert_held(&ctx->mn->lock);
	err = mgl_limit_check(ctx, pool, b, params);
	if (err)
		return err;
	mgl_change_init(c, pool);
	c->edited = b;
	c->backend_params = *params;
	err = mgl_userdata_copy(ctx, &params->userdata, &c->userdata) ?:
	      mgl_change_log_edit(ctx, c);
	if (!err && changes_table(pool, b, params))
		err = mgl_rebuild_prepare(ctx, c);
	if (err) {
		mgl_change_forget_steps(c);
		kfree(c->userdata);
	}
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_change_edit);

/* Empties the list, so that the backends can be deleted by another change. */
static void forget_deleted(struct mgl_change *c)
{
	struct mgl_backend *b, *next;

	list_for_each_entry_safe(b, next, &c->deleted, leaving)
		list_del_init(&b->leaving);
}

static int log_deleted(const struct mgl_ctx *ctx, struct mgl_change *c)
{
	struct mgl_backend *b;
	int err = 0;

	list_for_each_entry(b, &c->deleted, leaving) {
		err = mgl_change_log(ctx, c, &mgl_backend_deleted, b);
		if (err)
			break;
	}
	return err;
}

/**
 * mgl_change_delete_list() - prepare to delete backends from a pool
 * @ctx: the context
 * @pool: the pool
 * @leaving: list of the backends, by mgl_backend.leaving, which must not be
 *	used after the commit; empty afterwards
 * @c: the change; on success the caller has to commit or abort it
 *
 * One table, and one for each pool that contains @pool, is built for any number
 * of backends.
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int mgl_change_delete_list(const struct mgl_ctx *ctx, struct mgl_pool *pool,
			   struct list_head *leaving, struct mgl_change *c)
{
	int err;

	lockdep_assert_held(&ctx->mn->lock);
	mgl_change_init(c, pool);
	list_splice_init(leaving, &c->deleted);
	err = log_deleted(ctx, c) ?: mgl_rebuild_prepare(ctx, c);
	if (err) {
		mgl_change_forget_steps(c);
		forget_deleted(c);
	}
	return err;
}

/**
 * mgl_change_delete() - prepare to delete a backend from a pool
 * @ctx: the context
 * @pool: the pool
 * @b: the backend, which must not be used after the commit
 * @c: the change; on success the caller has to commit or abort it
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int mgl_change_delete(const struct mgl_ctx *ctx, struct mgl_pool *pool,
		      struct mgl_backend *b, struct mgl_change *c)
{
	LIST_HEAD(leaving);

	list_add(&b->leaving, &leaving);
	return mgl_change_delete_list(ctx, pool, &leaving, c);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_change_delete);

/**
 * mgl_change_pool() - prepare to change the settings of a pool
 * @ctx: the context
 * @pool: the pool
 * @params: the settings to change
 * @c: the change; on success the caller has to commit or abort it
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int mgl_change_pool(const struct mgl_ctx *ctx, struct mgl_pool *pool,
		    const struct mgl_pool_params *params, struct mgl_change *c)
{
	int err;

	lockdep_assert_held(&ctx->mn->lock);
	mgl_change_init(c, pool);
	c->pool_params = *params;
	err = mgl_change_log_pool(ctx, c);
	if (err)
		return err;
	if (params->has_panic && params->panic != pool->panic)
		err = mgl_rebuild_prepare(ctx, c);
	else if ((params->has_size && params->size != pool->size) ||
		 (params->has_seed && params->seed != pool->seed))
		err = mgl_rebuild_prepare_own(ctx, c);
	if (err)
		mgl_change_forget_steps(c);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_change_pool);

/* Takes back what was prepared of a member. */
static void abort_member(struct mgl_change *c)
{
	switch (c->member_op) {
	case MGL_MEMBER_ADD:
		mgl_member_del(c->member);
		break;
	case MGL_MEMBER_DELETE:
		c->member->leaving = false;
		break;
	default:
		break;
	}
	c->member_op = MGL_MEMBER_NONE;
}

static int prepare_member(const struct mgl_ctx *ctx, struct mgl_change *c)
{
	int err = mgl_change_log_member(ctx, c) ?: mgl_rebuild_prepare(ctx, c);

	if (err) {
		mgl_change_forget_steps(c);
		abort_member(c);
	}
	return err;
}

/**
 * mgl_change_member_add() - prepare to make a pool a member of a pool
 * @ctx: the context
 * @pool: the pool that gets the member
 * @spec: the member
 * @c: the change; on success the caller has to commit or abort it
 *
 * Context: may sleep.
 * Return: 0, or an error of mgl_limit_check_member(), of mgl_member_add() or of
 * planning the tables.
 */
int mgl_change_member_add(const struct mgl_ctx *ctx, struct mgl_pool *pool,
			  const struct mgl_member_spec *spec,
			  struct mgl_change *c)
{
	struct mgl_member *m;
	int err;

	err = mgl_limit_check_member(ctx, pool, spec);
	if (err)
		return err;
	mgl_change_init(c, pool);
	m = mgl_member_add(ctx, pool, spec);
	if (IS_ERR(m))
		return PTR_ERR(m);
	c->member = m;
	c->member_op = MGL_MEMBER_ADD;
	c->member_weight = m->weight;
	return prepare_member(ctx, c);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_change_member_add);

/**
 * mgl_change_member_edit() - prepare to change the weight of a member
 * @ctx: the context
 * @m: the member
 * @weight: its new weight
 * @c: the change; on success the caller has to commit or abort it
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int mgl_change_member_edit(const struct mgl_ctx *ctx, struct mgl_member *m,
			   u32 weight, struct mgl_change *c)
{
	lockdep_assert_held(&ctx->mn->lock);
	mgl_change_init(c, m->parent);
	if (weight == m->weight)
		return 0;
	c->member = m;
	c->member_op = MGL_MEMBER_EDIT;
	c->member_weight = weight;
	return prepare_member(ctx, c);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_change_member_edit);

/**
 * mgl_change_member_delete() - prepare to take a member out of its pool
 * @ctx: the context
 * @m: the member, which must not be used after the commit
 * @c: the change; on success the caller has to commit or abort it
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int mgl_change_member_delete(const struct mgl_ctx *ctx, struct mgl_member *m,
			     struct mgl_change *c)
{
	lockdep_assert_held(&ctx->mn->lock);
	mgl_change_init(c, m->parent);
	c->member = m;
	c->member_op = MGL_MEMBER_DELETE;
	m->leaving = true;
	return prepare_member(ctx, c);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_change_member_delete);

static void commit_added(struct mgl_net *mn, struct mgl_change *c)
{
	struct mgl_backend *b, *next;

	list_for_each_entry_safe(b, next, &c->added, node) {
		list_del(&b->node);
		mgl_backend_link(c->pool, b);
		/* In a batch, when that is published. */
		if (!mn->batch)
			trace_maglev_backend(mn, b, MGL_BACKEND_ADDED,
					     MGL_EVENT_STATE_NONE, 0);
	}
}

static void apply_edited(struct mgl_net *mn, struct mgl_change *c)
{
	struct mgl_backend *b = c->edited;
	enum maglev_state state = b->state;
	u32 weight = b->weight;

	mgl_backend_apply(b, &c->backend_params);
	if (c->backend_params.userdata.given) {
		/* In a batch, the step has what it was. */
		if (!mn->batch)
			kfree(b->userdata);
		b->userdata = c->userdata;
	}
	if (!mn->batch)
		trace_maglev_backend(mn, b, MGL_BACKEND_EDITED, state, weight);
}

/*
 * Takes the deleted backends out of the pool, which keeps its old table so far.
 * Without a request they have drained.
 */
static void unlink_deleted(const struct mgl_ctx *ctx, struct mgl_change *c)
{
	struct mgl_backend *b;

	list_for_each_entry(b, &c->deleted, leaving) {
		if (!ctx->mn->batch)
			trace_maglev_backend(ctx->mn, b,
					     ctx->extack ? MGL_BACKEND_DELETED :
							   MGL_BACKEND_DRAINED,
					     b->state, b->weight);
		mgl_backend_unlink(ctx->mn, c->pool, b);
	}
}

static void release_deleted(struct mgl_net *mn, struct mgl_change *c)
{
	struct mgl_backend *b, *next;

	list_for_each_entry_safe(b, next, &c->deleted, leaving) {
		list_del_init(&b->leaving);
		mgl_backend_release(mn, b);
	}
}

static void commit_pool(struct mgl_net *mn, struct mgl_change *c)
{
	const struct mgl_pool_params *p = &c->pool_params;

	if (p->has_size)
		c->pool->size = p->size;
	if (p->has_seed)
		c->pool->seed = p->seed;
	if (p->has_panic)
		c->pool->panic = p->panic;
	if (p->has_settle) {
		c->pool->settle = p->settle;
		mgl_pool_settle_changed(mn, c->pool);
	}
}

static void commit_member(struct mgl_change *c)
{
	switch (c->member_op) {
	case MGL_MEMBER_EDIT:
		c->member->weight = c->member_weight;
		break;
	case MGL_MEMBER_DELETE:
		mgl_member_del(c->member);
		break;
	default:
		break;
	}
}

/*
 * Flows that a backend had before it had thresholds count as well. Packets count
 * those that they store from now on.
 */
static void commit_limits(struct mgl_net *mn, const struct mgl_change *c,
			  bool count)
{
	mgl_limit_commit(mn, c->pool);
	if (count)
		mgl_flows_count(mn, 0);
}

/* Applies a change as steps of a batch, which publishes it. */
static void commit_steps(const struct mgl_ctx *ctx, struct mgl_change *c)
{
	struct mgl_net *mn = ctx->mn;

	if (mgl_limit_changes(c->edited, &c->backend_params))
		mn->batch->new_thresholds = true;
	commit_added(mn, c);
	if (c->member_op == MGL_MEMBER_EDIT)
		c->member->weight = c->member_weight;
	else if (c->member_op == MGL_MEMBER_DELETE)
		mgl_member_unlink(c->member);
	unlink_deleted(ctx, c);
	forget_deleted(c);
	if (c->edited)
		apply_edited(mn, c);
	commit_pool(mn, c);
	list_splice_tail_init(&c->steps, &mn->batch->steps);
}

/**
 * mgl_change_commit() - apply and publish a change
 * @ctx: the context
 * @c: the change, which must not be used afterwards
 *
 * In a batch, packets see it when that is published.
 *
 * A flow whose backend the data path finds unusable is reassigned for good, so
 * no table ever names a backend that does not serve: one that comes up serves
 * before the tables are published, one that goes down stops serving afterwards,
 * unless a pool panics and uses it (panic.c).
 *
 * Context: may sleep; sweeps the flow cache if thresholds change. Cannot fail.
 */
void mgl_change_commit(const struct mgl_ctx *ctx, struct mgl_change *c)
{
	bool down, count;

	if (ctx->mn->batch) {
		commit_steps(ctx, c);
		return;
	}
	count = mgl_limit_changes(c->edited, &c->backend_params);
	commit_added(ctx->mn, c);
	commit_member(c);
	unlink_deleted(ctx, c);
	if (c->edited)
		apply_edited(ctx->mn, c);
	down = c->edited && c->edited->state == MAGLEV_STATE_DOWN;
	if (c->edited && !down)
		mgl_backend_publish(c->edited);
	mgl_rebuild_commit(ctx, c);
	if (down)
		mgl_backend_publish(c->edited);
	release_deleted(ctx->mn, c);
	commit_limits(ctx->mn, c, count);
	commit_pool(ctx->mn, c);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_change_commit);

/**
 * mgl_change_abort() - discard a prepared change
 * @ctx: the context
 * @c: the change, which must not be used afterwards
 *
 * Context: any but hard interrupts.
 */
void mgl_change_abort(const struct mgl_ctx *ctx, struct mgl_change *c)
{
	struct mgl_backend *b, *next;

	mgl_rebuild_abort(c);
	mgl_change_forget_steps(c);
	abort_member(c);
	kfree(c->userdata);
	forget_deleted(c);
	list_for_each_entry_safe(b, next, &c->added, node) {
		list_del(&b->node);
		mgl_backend_release(ctx->mn, b);
	}
}
EXPORT_SYMBOL_IF_KUNIT(mgl_change_abort);
