// SPDX-License-Identifier: GPL-2.0
/*
 * Changes of a pool. Preparing a change does everything that can fail and has
 * no visible effect; committing it cannot fail. A dry run is prepared, reported
 * and aborted.
 */
#include <kunit/visibility.h>
#include <linux/mm.h>
#include <linux/netlink.h>
#include <linux/slab.h>

#include "backend.h"
#include "change.h"
#include "endpoint.h"
#include "flows.h"
#include "net.h"
#include "pool.h"
#include "service.h"
#include "vip.h"

static void change_init(struct mgl_change *c, struct mgl_pool *pool)
{
	*c = (struct mgl_change){ .pool = pool };
	INIT_LIST_HEAD(&c->added);
	INIT_LIST_HEAD(&c->deleted);
}

static void plan_entry(struct mgl_table_plan *plan, const struct mgl_change *c,
		       struct mgl_backend *b)
{
	if (!list_empty(&b->leaving))
		return;
	plan->entry[plan->n++] = (struct mgl_table_entry){
		.backend = b,
		.weight = b == c->edited ?
			  mgl_backend_turns_with(b, &c->backend_params) :
			  mgl_backend_turns(b),
	};
}

static struct mgl_backend *next_added(const struct mgl_change *c,
				      struct mgl_backend *b)
{
	return list_is_last(&b->node, &c->added) ? NULL :
						   list_next_entry(b, node);
}

/* Merges the existing and the new backends, both sorted. */
static void plan_backends(struct mgl_table_plan *plan, struct mgl_change *c)
{
	struct mgl_backend *b, *next;

	next = list_first_entry_or_null(&c->added, struct mgl_backend, node);
	list_for_each_entry(b, &c->pool->backends, node) {
		while (next && mgl_addr_cmp(&next->endpoint->addr,
					    &b->endpoint->addr) < 0) {
			plan_entry(plan, c, next);
			next = next_added(c, next);
		}
		plan_entry(plan, c, b);
	}
	for (; next; next = next_added(c, next))
		plan_entry(plan, c, next);
}

static int prepare_table(const struct mgl_ctx *ctx, struct mgl_change *c)
{
	const struct mgl_pool_params *p = &c->pool_params;
	struct mgl_table_plan plan = {
		.size = p->has_size ? p->size : c->pool->size,
		.seed = p->has_seed ? p->seed : c->pool->seed,
	};
	int err;

	plan.entry = kvmalloc_array(c->pool->n_backends + c->n_added + 1,
				    sizeof(*plan.entry), GFP_KERNEL_ACCOUNT);
	if (!plan.entry) {
		NL_SET_ERR_MSG_MOD(ctx->extack,
				   "out of memory for the pool's table");
		return -ENOMEM;
	}
	plan_backends(&plan, c);
	err = mgl_table_prepare(ctx, c->pool, &plan, &c->table);
	kvfree(plan.entry);
	c->has_table = !err;
	return err;
}

/*
 * A backend cannot be reached by the VIP of its own service: the backend has
 * that address, too, and the packet would come back. Most addresses are not
 * VIPs, so the search is rare.
 */
static bool is_own_vip(struct mgl_net *mn, const struct mgl_pool *pool,
		       const struct mgl_addr *addr)
{
	struct mgl_service *svc;

	if (!mgl_vip_exists(mn, addr))
		return false;
	mgl_for_each_service(svc, mn)
		if (mgl_addr_equal(&svc->id.vip, addr) &&
		    (mgl_service_pool(mn, svc) == pool ||
		     mgl_service_fallback(mn, svc) == pool))
			return true;
	return false;
}

static int add_one(const struct mgl_ctx *ctx, struct mgl_change *c,
		   const struct mgl_backend_spec *spec)
{
	struct list_head *pos = mgl_backend_position(&c->added, &spec->addr);
	struct mgl_backend *b;

	if (!pos || !mgl_backend_position(&c->pool->backends, &spec->addr)) {
		NL_SET_ERR_MSG_MOD(ctx->extack, "backend is in the pool already");
		return -EEXIST;
	}
	if (c->pool->n_backends + c->n_added >= MAGLEV_BACKENDS_MAX) {
		NL_SET_ERR_MSG_MOD(ctx->extack,
				   "too many backends in the pool");
		return -ENOSPC;
	}
	if (is_own_vip(ctx->mn, c->pool, &spec->addr)) {
		NL_SET_ERR_MSG_MOD(ctx->extack,
				   "backend is the VIP of a service of this pool");
		return -EINVAL;
	}
	b = mgl_backend_alloc(ctx, c->pool, spec);
	if (IS_ERR(b))
		return PTR_ERR(b);
	list_add(&b->node, pos);
	c->n_added++;
	return 0;
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
 * -EINVAL if one is the VIP of a service that uses @pool, -ENOSPC or -ENOMEM.
 * The extack names the backend.
 */
int mgl_change_add(const struct mgl_ctx *ctx, struct mgl_pool *pool,
		   const struct mgl_backend_specs *specs, struct mgl_change *c)
{
	int err = 0;
	u32 i;

	lockdep_assert_held(&ctx->mn->lock);
	change_init(c, pool);
	for (i = 0; i < specs->n; i++) {
		err = add_one(ctx, c, &specs->item[i]);
		if (err) {
			NL_SET_BAD_ATTR(ctx->extack, specs->item[i].attr);
			goto err;
		}
	}
	if (c->n_added)
		err = prepare_table(ctx, c);
	if (err)
		goto err;
	return 0;

err:
	mgl_change_abort(ctx, c);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_change_add);

/**
 * mgl_change_edit() - prepare to change weight or state of a backend
 * @ctx: the context
 * @pool: the pool
 * @b: the backend
 * @params: the settings to change
 * @c: the change; on success the caller has to commit or abort it
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int mgl_change_edit(const struct mgl_ctx *ctx, struct mgl_pool *pool,
		    struct mgl_backend *b,
		    const struct mgl_backend_params *params,
		    struct mgl_change *c)
{
	lockdep_assert_held(&ctx->mn->lock);
	change_init(c, pool);
	c->edited = b;
	c->backend_params = *params;
	if (mgl_backend_turns_with(b, params) == mgl_backend_turns(b))
		return 0;
	return prepare_table(ctx, c);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_change_edit);

/* Empties the list, so that the backends can be deleted by another change. */
static void forget_deleted(struct mgl_change *c)
{
	struct mgl_backend *b, *next;

	list_for_each_entry_safe(b, next, &c->deleted, leaving)
		list_del_init(&b->leaving);
}

/**
 * mgl_change_delete_list() - prepare to delete backends from a pool
 * @ctx: the context
 * @pool: the pool
 * @leaving: list of the backends, by mgl_backend.leaving, which must not be
 *	used after the commit; empty afterwards
 * @c: the change; on success the caller has to commit or abort it
 *
 * One table is built for any number of backends.
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int mgl_change_delete_list(const struct mgl_ctx *ctx, struct mgl_pool *pool,
			   struct list_head *leaving, struct mgl_change *c)
{
	int err;

	lockdep_assert_held(&ctx->mn->lock);
	change_init(c, pool);
	list_splice_init(leaving, &c->deleted);
	err = prepare_table(ctx, c);
	if (err)
		forget_deleted(c);
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
 * mgl_change_pool() - prepare to change table size, seed or settle time
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
	lockdep_assert_held(&ctx->mn->lock);
	change_init(c, pool);
	c->pool_params = *params;
	if ((!params->has_size || params->size == pool->size) &&
	    (!params->has_seed || params->seed == pool->seed))
		return 0;
	return prepare_table(ctx, c);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_change_pool);

static bool would_go_down(const struct mgl_change *c)
{
	return c->edited && c->backend_params.has_state &&
	       c->backend_params.state == MAGLEV_STATE_DOWN &&
	       c->edited->state != MAGLEV_STATE_DOWN;
}

/* Tracked flows whose backend a change would make unusable. */
static u32 flows_lost(const struct mgl_ctx *ctx, const struct mgl_change *c)
{
	const struct mgl_backend *b;
	u32 n = 0;

	if (list_empty(&c->deleted) && !would_go_down(c))
		return 0;
	mgl_flows_count(ctx->mn, 0);
	if (would_go_down(c))
		n += c->edited->n_active + c->edited->n_inactive;
	list_for_each_entry(b, &c->deleted, leaving)
		n += b->n_active + b->n_inactive;
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
	int err;

	*dry = (struct mgl_dry_run){};
	dry->size = mgl_table_size(ctx->mn, c->pool);
	if (c->has_table) {
		err = mgl_table_moves(ctx, &c->table, &dry->moves);
		if (err)
			return err;
		if (c->table.table)
			dry->size = c->table.table->size;
	}
	dry->flows = flows_lost(ctx, c);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_change_report);

static void commit_added(struct mgl_change *c)
{
	struct mgl_backend *b, *next;

	list_for_each_entry_safe(b, next, &c->added, node) {
		list_del(&b->node);
		mgl_backend_link(c->pool, b);
	}
}

/* Takes the deleted backends out of the pool, which keeps its old table so far. */
static void unlink_deleted(struct mgl_net *mn, struct mgl_change *c)
{
	struct mgl_backend *b;

	list_for_each_entry(b, &c->deleted, leaving)
		mgl_backend_unlink(mn, c->pool, b);
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
	if (p->has_settle) {
		c->pool->settle = p->settle;
		mgl_pool_settle_update(mn, c->pool);
	}
}

/**
 * mgl_change_commit() - apply and publish a change
 * @ctx: the context
 * @c: the change, which must not be used afterwards
 *
 * A flow whose backend the data path finds unusable is reassigned for good, so
 * no table ever names a backend that does not serve: one that comes up serves
 * before the table is published, one that goes down stops serving afterwards.
 *
 * Context: may sleep. Cannot fail.
 */
void mgl_change_commit(const struct mgl_ctx *ctx, struct mgl_change *c)
{
	bool down;

	commit_added(c);
	unlink_deleted(ctx->mn, c);
	if (c->edited)
		mgl_backend_apply(c->edited, &c->backend_params);
	down = c->edited && c->edited->state == MAGLEV_STATE_DOWN;
	if (c->edited && !down)
		mgl_backend_publish(c->edited);
	if (c->has_table)
		mgl_table_commit(ctx, &c->table);
	if (down)
		mgl_backend_publish(c->edited);
	release_deleted(ctx->mn, c);
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

	if (c->has_table)
		mgl_table_abort(&c->table);
	forget_deleted(c);
	list_for_each_entry_safe(b, next, &c->added, node) {
		list_del(&b->node);
		mgl_backend_release(ctx->mn, b);
	}
}
EXPORT_SYMBOL_IF_KUNIT(mgl_change_abort);
