// SPDX-License-Identifier: GPL-2.0
/*
 * Services: creation, change and deletion. The rules for these are in
 * service_check.c.
 */
#include <kunit/visibility.h>
#include <linux/in.h>
#include <linux/netlink.h>
#include <linux/slab.h>

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
	mn->n_services--;
}

static void service_free_rcu(struct rcu_head *rcu)
{
	struct mgl_service *svc = container_of(rcu, struct mgl_service, rcu);

	free_percpu(svc->traffic);
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

static void pool_use(struct mgl_net *mn, struct mgl_pool *pool,
		     enum maglev_track track)
{
	pool->users++;
	if (track == MAGLEV_TRACK_CHANGED)
		pool->changed_users++;
	mgl_pool_settle_update(mn, pool);
}

static void pool_unuse(struct mgl_net *mn, struct mgl_pool *pool,
		       enum maglev_track track)
{
	pool->users--;
	if (track == MAGLEV_TRACK_CHANGED)
		pool->changed_users--;
	if (pool->is_private && !pool->users)
		mgl_pool_destroy(mn, pool);
	else
		mgl_pool_settle_update(mn, pool);
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

static void service_params(struct mgl_service *svc,
			   const struct mgl_service_params *params)
{
	/* These pair with READ_ONCE() in the data path. */
	if (params->has_track)
		WRITE_ONCE(svc->track, params->track);
	if (params->has_affinity)
		WRITE_ONCE(svc->affinity, params->affinity);
	if (params->has_all_down)
		WRITE_ONCE(svc->all_down, params->all_down);
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
 * @specs, -ENOSPC or -ENOMEM.
 */
int mgl_service_create(const struct mgl_ctx *ctx,
		       const struct mgl_service_id *id,
		       const struct mgl_service_params *params,
		       const struct mgl_pool_params *pool_params,
		       const struct mgl_backend_specs *specs)
{
	struct mgl_pool *pool = params->pool;
	struct mgl_net *mn = ctx->mn;
	struct mgl_service *svc;
	int err;

	lockdep_assert_held(&mn->lock);
	svc = service_alloc(id);
	if (!svc) {
		NL_SET_ERR_MSG_MOD(ctx->extack, "out of memory for the service");
		return -ENOMEM;
	}
	service_params(svc, params);
	err = service_number(ctx, svc);
	if (err)
		goto err_service;
	if (!pool) {
		pool = private_pool_create(ctx, id, pool_params, specs);
		if (IS_ERR(pool)) {
			err = PTR_ERR(pool);
			goto err_number;
		}
	}
	pool_use(mn, pool, svc->track);
	RCU_INIT_POINTER(svc->pool, pool);
	if (params->fallback)
		pool_use(mn, params->fallback, svc->track);
	RCU_INIT_POINTER(svc->fallback, params->fallback);
	err = mgl_flows_ensure(mn, svc->track, ctx->extack) ?:
	      service_publish(ctx, svc);
	if (err)
		goto err_pool;
	return 0;

err_pool:
	if (params->fallback)
		pool_unuse(mn, params->fallback, svc->track);
	pool_unuse(mn, pool, svc->track);
err_number:
	mgl_ids_del(&mn->service_ids, svc->number);
err_service:
	/* Readers may have found the service by its number. */
	call_rcu(&svc->rcu, service_free_rcu);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_service_create);

static void service_apply(struct mgl_net *mn, struct mgl_service *svc,
			  const struct mgl_service_params *params)
{
	struct mgl_pool *pool = mgl_service_pool(mn, svc), *was = pool;
	struct mgl_pool *fallback = mgl_service_fallback(mn, svc);
	struct mgl_pool *fallback_was = fallback;
	enum maglev_track track = svc->track;

	service_params(svc, params);
	if (params->pool)
		pool = params->pool;
	if (params->has_fallback)
		fallback = params->fallback;
	/* The new pools first, so that a pool that stays is not destroyed. */
	pool_use(mn, pool, svc->track);
	if (fallback)
		pool_use(mn, fallback, svc->track);
	rcu_assign_pointer(svc->pool, pool);
	rcu_assign_pointer(svc->fallback, fallback);
	if (fallback_was)
		pool_unuse(mn, fallback_was, track);
	pool_unuse(mn, was, track);
	mn->gc_flows = true;
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
	struct mgl_change change;
	int err;

	lockdep_assert_held(&mn->lock);
	err = mgl_service_check_set(ctx, svc, params, pool_params);
	if (err)
		return err;
	/* If a later step fails, a cache that stays unused does no harm. */
	err = mgl_flows_ensure(mn, params->has_track ? params->track :
			       svc->track, ctx->extack);
	if (err)
		return err;
	err = mgl_change_pool(ctx, params->pool ?: mgl_service_pool(mn, svc),
			      pool_params, &change);
	if (err)
		return err;
	mgl_change_commit(ctx, &change);
	service_apply(mn, svc, params);
	return 0;
}

static void service_release(struct mgl_net *mn, struct mgl_service *svc)
{
	struct mgl_pool *fallback = mgl_service_fallback(mn, svc);

	service_unlink(mn, svc);
	mgl_ids_del(&mn->service_ids, svc->number);
	if (fallback)
		pool_unuse(mn, fallback, svc->track);
	pool_unuse(mn, mgl_service_pool(mn, svc), svc->track);
	mn->gc_flows = true;
	call_rcu(&svc->rcu, service_free_rcu);
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
	service_release(ctx->mn, svc);
	return 0;
}

/**
 * mgl_services_flush() - delete every service
 * @mn: the namespace; mn->lock is held
 *
 * Context: may sleep. Cannot fail.
 */
void mgl_services_flush(struct mgl_net *mn)
{
	struct rb_node *n;

	lockdep_assert_held(&mn->lock);
	while ((n = rb_first(&mn->services))) {
		struct mgl_service *svc = rb_entry(n, struct mgl_service, node);

		/* Removes all services of the VIP, which are deleted next. */
		mgl_vip_remove(mn, &svc->id.vip);
		service_release(mn, svc);
		cond_resched();
	}
}
