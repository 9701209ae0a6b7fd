// SPDX-License-Identifier: GPL-2.0
/*
 * Services: creation, change and deletion. The rules for these are in
 * service_check.c.
 */
#include <kunit/visibility.h>
#include <linux/in.h>
#include <linux/netlink.h>
#include <linux/slab.h>

#include "batch.h"
#include "change.h"
#include "ctx.h"
#include "flows.h"
#include "net.h"
#include "pool.h"
#include "service.h"
#include "vip.h"

static bool before(struct rb_node *a, const struct rb_node *b)
{
	return mgl_service_id_cmp(&rb_entry(a, struct mgl_service, node)->id,
				  &rb_entry(b, struct mgl_service, node)->id) < 0;
}

static void service_link(struct mgl_net *mn, struct mgl_service *svc)
{
	rb_add(&svc->node, &mn->services, before);
	mn->n_services++;
}

static void service_unlink(struct mgl_net *mn, struct mgl_service *svc)
{
	rb_erase(&svc->node, &mn->services);
	RB_CLEAR_NODE(&svc->node);
	mn->n_services--;
}

static void service_free_rcu(struct rcu_head *rcu)
{
	struct mgl_service *svc = container_of(rcu, struct mgl_service, rcu);

	free_percpu(svc->traffic);
	kfree(svc->userdata);
	kfree(svc);
}

/*
 * "tcp/192.0.2.1:80", "udp/192.0.2.1:8000-8999", "sctp/[2001:db8::1]:0". The
 * longest is one of a range of ports of an ISATAP address, whose last 32 bits
 * %pI6c prints as an IPv4 address.
 */
static_assert(sizeof("sctp/[ffff:ffff:ffff:ffff:200:5efe:255.255.255.255]:65534-65535") <=
	      MAGLEV_POOL_NAME_MAX + 1);

static void private_pool_name(char *name, size_t size,
			      const struct mgl_service_id *id)
{
	const char *proto = id->proto == IPPROTO_TCP ? "tcp" :
			    id->proto == IPPROTO_UDP ? "udp" : "sctp";
	__be32 v4 = mgl_addr_to_v4(&id->vip);
	int n;

	if (mgl_addr_is_v4(&id->vip))
		n = scnprintf(name, size, "%s/%pI4:%u", proto, &v4, id->first);
	else
		n = scnprintf(name, size, "%s/[%pI6c]:%u", proto, &id->vip,
			      id->first);
	if (!mgl_service_id_any(id) && id->last != id->first)
		scnprintf(name + n, size - n, "-%u", id->last);
}

static struct mgl_pool *private_pool_create(const struct mgl_ctx *ctx,
					    const struct mgl_service_id *id,
					    const struct mgl_pool_params *params,
					    const struct mgl_backend_specs *specs)
{
	char name[MAGLEV_POOL_NAME_MAX + 1];
	struct mgl_pool *pool;

	private_pool_name(name, sizeof(name), id);
	pool = mgl_pool_create(ctx, name, params, specs);
	if (!IS_ERR(pool))
		pool->is_private = true;
	return pool;
}

/* Counts the services of a pool: one more or, with -1, one less. */
static void pool_count(struct mgl_pool *pool, enum maglev_track track, int n)
{
	if (!pool)
		return;
	pool->users += n;
	if (track == MAGLEV_TRACK_CHANGED)
		pool->changed_users += n;
	if (track == MAGLEV_TRACK_NONE)
		pool->untracked_users += n;
}

static void count_pools(const struct mgl_service_settings *s, int n)
{
	pool_count(s->pool, s->track, n);
	pool_count(s->fallback, s->track, n);
}

static void pools_joined(struct mgl_net *mn,
			 const struct mgl_service_settings *s)
{
	mgl_pool_settle_changed(mn, s->pool);
	if (s->fallback)
		mgl_pool_settle_changed(mn, s->fallback);
}

static int pool_left(const struct mgl_ctx *ctx, struct mgl_pool *pool)
{
	if (pool && pool->is_private && !pool->users)
		return mgl_pool_remove(ctx, pool);
	if (pool)
		mgl_pool_settle_changed(ctx->mn, pool);
	return 0;
}

/* Fails in a batch only. */
static int pools_left(const struct mgl_ctx *ctx,
		      const struct mgl_service_settings *s)
{
	return pool_left(ctx, s->fallback) ?: pool_left(ctx, s->pool);
}

/* The settings after the changes so far. */
static struct mgl_service_settings settings_of(struct mgl_net *mn,
					       const struct mgl_service *svc)
{
	if (svc->next)
		return *svc->next;
	return (struct mgl_service_settings){
		.pool = mgl_service_pool(mn, svc),
		.fallback = mgl_service_fallback(mn, svc),
		.track = svc->track,
		.affinity = svc->affinity,
		.all_down = svc->all_down,
	};
}

static void settings_merge(struct mgl_service_settings *s,
			   const struct mgl_service_params *params)
{
	if (params->pool)
		s->pool = params->pool;
	if (params->has_fallback)
		s->fallback = params->fallback;
	if (params->has_track)
		s->track = params->track;
	if (params->has_affinity)
		s->affinity = params->affinity;
	if (params->has_all_down)
		s->all_down = params->all_down;
}

static void settings_publish(struct mgl_service *svc,
			     const struct mgl_service_settings *s)
{
	/* These pair with READ_ONCE() in the data path. */
	WRITE_ONCE(svc->track, s->track);
	WRITE_ONCE(svc->affinity, s->affinity);
	WRITE_ONCE(svc->all_down, s->all_down);
	rcu_assign_pointer(svc->pool, s->pool);
	rcu_assign_pointer(svc->fallback, s->fallback);
}

static struct mgl_service *service_alloc(const struct mgl_service_id *id)
{
	struct mgl_service *svc;

	svc = kzalloc(sizeof(*svc), GFP_KERNEL_ACCOUNT);
	if (!svc)
		return NULL;
	svc->traffic = mgl_traffic_alloc();
	if (!svc->traffic) {
		kfree(svc);
		return NULL;
	}
	svc->id = *id;
	RB_CLEAR_NODE(&svc->node);
	return svc;
}

static int service_publish(const struct mgl_ctx *ctx, struct mgl_service *svc)
{
	int err = mgl_vip_listen(ctx->mn, svc);

	if (err == -EINVAL)
		NL_SET_ERR_MSG_MOD(ctx->extack,
				   "ports overlap with another range of this VIP");
	else if (err)
		NL_SET_ERR_MSG_MOD(ctx->extack, "out of memory for the VIP");
	else
		service_link(ctx->mn, svc);
	return err;
}

static int ensure_cache(const struct mgl_ctx *ctx, enum maglev_track track)
{
	if (!ctx->mn->batch)
		return mgl_flows_ensure(ctx->mn, track, ctx->extack);
	if (track != MAGLEV_TRACK_NONE)
		mgl_batch_track(ctx->mn);
	return 0;
}

static int service_number(const struct mgl_ctx *ctx, struct mgl_service *svc)
{
	int err = mgl_ids_add(&ctx->mn->service_ids, svc, &svc->number);

	if (err == -ENOSPC)
		NL_SET_ERR_MSG_MOD(ctx->extack, "too many services");
	else if (err)
		NL_SET_ERR_MSG_MOD(ctx->extack, "out of memory for the service");
	return err;
}

static void service_created_undo(struct mgl_net *mn, struct mgl_step *step)
{
	struct mgl_service *svc = step->object;
	struct mgl_service_settings s = settings_of(mn, svc);

	count_pools(&s, -1);
	if (!RB_EMPTY_NODE(&svc->node))
		service_unlink(mn, svc);
	mgl_ids_del(&mn->service_ids, svc->number);
	call_rcu(&svc->rcu, service_free_rcu);
}

static const struct mgl_step_ops service_created = {
	.undo = service_created_undo,
};

/* Gives a new service its settings, and a private pool if they name none. */
static int service_begin(const struct mgl_ctx *ctx, struct mgl_service *svc,
			 const struct mgl_service_params *params,
			 const struct mgl_pool_params *pool_params,
			 const struct mgl_backend_specs *specs)
{
	struct mgl_service_settings s = {};
	int err;

	settings_merge(&s, params);
	s.fallback = params->fallback;
	if (!s.pool)
		s.pool = private_pool_create(ctx, &svc->id, pool_params, specs);
	if (IS_ERR(s.pool))
		return PTR_ERR(s.pool);
	err = mgl_batch_log(ctx, &service_created, svc);
	if (err)
		return err;
	settings_publish(svc, &s);
	count_pools(&s, 1);
	pools_joined(ctx->mn, &s);
	return 0;
}

static void service_discard(struct mgl_net *mn, struct mgl_service *svc)
{
	mgl_ids_del(&mn->service_ids, svc->number);
	/* Readers may have found the service by its number. */
	call_rcu(&svc->rcu, service_free_rcu);
}

/**
 * mgl_service_create() - create a service
 * @ctx: the context
 * @id: identity of the service
 * @params: settings; the service gets a private pool if they name no pool
 * @pool_params: table size, seed and settle time of the private pool
 * @specs: backends of the private pool
 *
 * The data path finds the service with all of its backends. The caller has
 * checked it with mgl_service_check(), then registered the hooks, see
 * mgl_net_activate().
 *
 * Context: may sleep.
 * Return: 0, or with nothing changed -EEXIST or -EINVAL for a backend in
 * @specs, -ENOSPC or -ENOMEM. A batch has to be aborted then.
 */
int mgl_service_create(const struct mgl_ctx *ctx,
		       const struct mgl_service_id *id,
		       const struct mgl_service_params *params,
		       const struct mgl_pool_params *pool_params,
		       const struct mgl_backend_specs *specs)
{
	struct mgl_service_settings s;
	struct mgl_net *mn = ctx->mn;
	struct mgl_service *svc;
	int err;

	lockdep_assert_held(&mn->lock);
	svc = service_alloc(id);
	if (!svc) {
		NL_SET_ERR_MSG_MOD(ctx->extack, "out of memory for the service");
		return -ENOMEM;
	}
	err = mgl_userdata_copy(ctx, &params->userdata, &svc->userdata) ?:
	      service_number(ctx, svc);
	if (err) {
		call_rcu(&svc->rcu, service_free_rcu);
		return err;
	}
	err = service_begin(ctx, svc, params, pool_params, specs);
	if (err) {
		service_discard(mn, svc);
		return err;
	}
	err = ensure_cache(ctx, svc->track) ?: service_publish(ctx, svc);
	/* A batch takes back what was noted. */
	if (!err || mn->batch)
		return err;
	s = settings_of(mn, svc);
	count_pools(&s, -1);
	pools_left(ctx, &s);
	service_discard(mn, svc);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_service_create);

/**
 * struct service_edit - the step of other settings of a service
 * @step: the step; its object is the service
 * @now: the settings
 * @was: mgl_service.next before it
 * @has_userdata: it gives userdata
 * @userdata: mgl_service.userdata before it, if @has_userdata
 */
struct service_edit {
	struct mgl_step step;
	struct mgl_service_settings now;
	const struct mgl_service_settings *was;
	bool has_userdata;
	struct mgl_userdata *userdata;
};

static void service_edit_publish(struct mgl_net *mn, struct mgl_step *step)
{
	struct service_edit *e = container_of(step, struct service_edit, step);

	settings_publish(step->object, &e->now);
}

static void service_edit_done(struct mgl_net *mn, struct mgl_step *step)
{
	struct service_edit *e = container_of(step, struct service_edit, step);
	struct mgl_service *svc = step->object;

	svc->next = NULL;
	if (e->has_userdata)
		kfree(e->userdata);
}

static void service_edit_undo(struct mgl_net *mn, struct mgl_step *step)
{
	struct service_edit *e = container_of(step, struct service_edit, step);
	struct mgl_service *svc = step->object;
	struct mgl_service_settings was;

	count_pools(&e->now, -1);
	svc->next = e->was;
	was = settings_of(mn, svc);
	count_pools(&was, 1);
	if (e->has_userdata) {
		kfree(svc->userdata);
		svc->userdata = e->userdata;
	}
}

static const struct mgl_step_ops service_edited = {
	.publish = service_edit_publish,
	.done = service_edit_done,
	.undo = service_edit_undo,
};

static int service_log_edit(const struct mgl_ctx *ctx, struct mgl_service *svc,
			    const struct mgl_service_settings *now,
			    bool has_userdata)
{
	struct service_edit *e;

	e = mgl_step_alloc(ctx, sizeof(*e), &service_edited, svc);
	if (!e)
		return -ENOMEM;
	e->now = *now;
	e->was = svc->next;
	svc->next = &e->now;
	e->has_userdata = has_userdata;
	e->userdata = svc->userdata;
	list_add_tail(&e->step.node, &ctx->mn->batch->steps);
	return 0;
}

/* Takes over the copy of params->userdata. Fails in a batch only. */
static int service_apply(const struct mgl_ctx *ctx, struct mgl_service *svc,
			 const struct mgl_service_params *params,
			 struct mgl_userdata *userdata)
{
	struct mgl_service_settings was = settings_of(ctx->mn, svc), now = was;
	int err = 0;

	settings_merge(&now, params);
	if (ctx->mn->batch)
		err = service_log_edit(ctx, svc, &now, params->userdata.given);
	if (err) {
		kfree(userdata);
		return err;
	}
	if (params->userdata.given) {
		/* In a batch, the step has what it was. */
		if (!ctx->mn->batch)
			kfree(svc->userdata);
		svc->userdata = userdata;
	}
	/* The new pools first, so that a pool that stays is not destroyed. */
	count_pools(&now, 1);
	pools_joined(ctx->mn, &now);
	if (!ctx->mn->batch)
		settings_publish(svc, &now);
	count_pools(&was, -1);
	ctx->mn->gc_flows = true;
	return pools_left(ctx, &was);
}

/**
 * mgl_service_set() - change a service
 * @ctx: the context
 * @svc: the service
 * @params: the settings to change
 * @pool_params: the settings to change of the service's private pool; none if
 *	its pool is shared
 *
 * Deletes a private pool when the service gets another pool.
 *
 * Context: may sleep.
 * Return: 0, or with the configuration unchanged -EINVAL or -ENOMEM.
 */
int mgl_service_set(const struct mgl_ctx *ctx, struct mgl_service *svc,
		    const struct mgl_service_params *params,
		    const struct mgl_pool_params *pool_params)
{
	struct mgl_net *mn = ctx->mn;
	struct mgl_userdata *userdata;
	struct mgl_change change;
	int err;

	lockdep_assert_held(&mn->lock);
	err = mgl_service_check_set(ctx, svc, params, pool_params) ?:
	      mgl_userdata_copy(ctx, &params->userdata, &userdata);
	if (err)
		return err;
	/* If a later step fails, a cache that stays unused does no harm. */
	err = ensure_cache(ctx, params->has_track ? params->track :
			   settings_of(mn, svc).track) ?:
	      mgl_change_pool(ctx, params->pool ?: mgl_service_pool(mn, svc),
			      pool_params, &change);
	if (err) {
		kfree(userdata);
		return err;
	}
	mgl_change_commit(ctx, &change);
	return service_apply(ctx, svc, params, userdata);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_service_set);

/* Fragments and flows find the service by its number until here. */
static void service_deleted_publish(struct mgl_net *mn, struct mgl_step *step)
{
	struct mgl_service *svc = step->object;

	mgl_ids_del(&mn->service_ids, svc->number);
}

static void service_deleted_done(struct mgl_net *mn, struct mgl_step *step)
{
	struct mgl_service *svc = step->object;

	call_rcu(&svc->rcu, service_free_rcu);
}

static void service_deleted_undo(struct mgl_net *mn, struct mgl_step *step)
{
	struct mgl_service *svc = step->object;
	struct mgl_service_settings s = settings_of(mn, svc);

	service_link(mn, svc);
	count_pools(&s, 1);
}

static const struct mgl_step_ops service_deleted = {
	.publish = service_deleted_publish,
	.done = service_deleted_done,
	.undo = service_deleted_undo,
};

/* Fails in a batch only. */
static int service_release(const struct mgl_ctx *ctx, struct mgl_service *svc)
{
	struct mgl_service_settings s = settings_of(ctx->mn, svc);
	struct mgl_net *mn = ctx->mn;
	int err;

	err = mgl_batch_log(ctx, &service_deleted, svc);
	if (err)
		return err;
	service_unlink(mn, svc);
	count_pools(&s, -1);
	mn->gc_flows = true;
	if (mn->batch)
		return pools_left(ctx, &s);
	mgl_ids_del(&mn->service_ids, svc->number);
	pools_left(ctx, &s);
	call_rcu(&svc->rcu, service_free_rcu);
	return 0;
}

/**
 * mgl_service_delete() - delete a service, and its pool if that is private
 * @ctx: the context
 * @svc: the service, which must not be used after success
 *
 * Context: may sleep.
 * Return: 0, or -ENOMEM with nothing changed.
 */
int mgl_service_delete(const struct mgl_ctx *ctx, struct mgl_service *svc)
{
	int err;

	lockdep_assert_held(&ctx->mn->lock);
	err = mgl_vip_unlisten(ctx->mn, svc);
	if (err) {
		NL_SET_ERR_MSG_MOD(ctx->extack, "out of memory for the VIP");
		return err;
	}
	return service_release(ctx, svc);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_service_delete);

/**
 * mgl_services_flush() - delete every service
 * @mn: the namespace, not in a batch; mn->lock is held
 *
 * Context: may sleep. Cannot fail.
 */
void mgl_services_flush(struct mgl_net *mn)
{
	const struct mgl_ctx ctx = { .mn = mn };
	struct rb_node *n;

	lockdep_assert_held(&mn->lock);
	while ((n = rb_first(&mn->services))) {
		struct mgl_service *svc = rb_entry(n, struct mgl_service, node);

		/* Removes all services of the VIP, which are deleted next. */
		mgl_vip_remove(mn, &svc->id.vip);
		service_release(&ctx, svc);
		cond_resched();
	}
}
EXPORT_SYMBOL_IF_KUNIT(mgl_services_flush);
