// SPDX-License-Identifier: GPL-2.0
/* Services: the rules that a new one, or a change of one, has to follow. */
#include <kunit/visibility.h>
#include <linux/netlink.h>

#include "backend.h"
#include "ctx.h"
#include "limit.h"
#include "member.h"
#include "net.h"
#include "pool.h"
#include "service.h"

static int refuse_private(const struct mgl_ctx *ctx, const struct nlattr *attr,
			  const struct mgl_pool *pool)
{
	if (!pool || !pool->is_private)
		return 0;
	NL_SET_ERR_MSG_ATTR(ctx->extack, attr,
			    "pool is private to another service");
	return -EINVAL;
}

/* Settings that several services share are changed by POOL_SET only. */
static int refuse_shared(const struct mgl_ctx *ctx, const struct mgl_pool *pool,
			 const struct mgl_pool_params *params,
			 const struct mgl_backend_specs *specs)
{
	if (!pool || pool->is_private)
		return 0;
	if (params->attr) {
		NL_SET_ERR_MSG_ATTR(ctx->extack, params->attr,
				    "table size and seed belong to the shared pool");
		return -EINVAL;
	}
	if (specs && specs->n) {
		NL_SET_ERR_MSG_ATTR(ctx->extack, specs->item[specs->n - 1].attr,
				    "backends belong to the shared pool");
		return -EINVAL;
	}
	return 0;
}

static int refuse_own_fallback(const struct mgl_ctx *ctx,
			       const struct mgl_service_params *params,
			       const struct mgl_pool *pool,
			       const struct mgl_pool *fallback)
{
	if (!pool || pool != fallback)
		return 0;
	NL_SET_ERR_MSG_ATTR(ctx->extack, params->fallback_attr ?:
			    params->pool_attr,
			    "a service's pool cannot be its fallback");
	return -EINVAL;
}

/* The reason is given at mgl_pool_serves_vip(). */
static int refuse_vip(const struct mgl_ctx *ctx, const struct nlattr *attr,
		      struct mgl_pool *pool, const struct mgl_addr *vip)
{
	if (!pool || !mgl_pool_find_backend(pool, vip))
		return 0;
	NL_SET_ERR_MSG_ATTR(ctx->extack, attr,
			    "the VIP is a backend of the pool");
	return -EINVAL;
}

static int refuse_vip_spec(const struct mgl_ctx *ctx,
			   const struct mgl_backend_specs *specs,
			   const struct mgl_addr *vip)
{
	u32 i;

	for (i = 0; i < specs->n; i++)
		if (mgl_addr_equal(&specs->item[i].addr, vip)) {
			NL_SET_ERR_MSG_ATTR(ctx->extack, specs->item[i].attr,
					    "backend is the VIP of its service");
			return -EINVAL;
		}
	return 0;
}

/**
 * mgl_service_check() - check a service that is to be created
 * @ctx: the context
 * @id: as for mgl_service_create()
 * @params: likewise
 * @pool_params: likewise
 * @specs: likewise
 *
 * Context: any.
 * Return: 0, -EINVAL or -EEXIST.
 */
int mgl_service_check(const struct mgl_ctx *ctx,
		      const struct mgl_service_id *id,
		      const struct mgl_service_params *params,
		      const struct mgl_pool_params *pool_params,
		      const struct mgl_backend_specs *specs)
{
	const struct mgl_limit_user user = {
		.track = params->has_track ? params->track : MAGLEV_TRACK_ALL,
		.pool = params->pool,
		.fallback = params->fallback,
	};
	struct mgl_pool *pool = params->pool;
	int err;

	lockdep_assert_held(&ctx->mn->lock);
	err = refuse_private(ctx, params->fallback_attr, params->fallback) ?:
	      refuse_private(ctx, params->pool_attr, pool) ?:
	      refuse_shared(ctx, pool, pool_params, specs) ?:
	      refuse_own_fallback(ctx, params, pool, params->fallback) ?:
	      refuse_vip(ctx, params->pool_attr, pool, &id->vip) ?:
	      refuse_vip(ctx, params->fallback_attr, params->fallback,
			 &id->vip) ?:
	      refuse_vip_spec(ctx, specs, &id->vip) ?:
	      mgl_limit_check_service(ctx, &user, specs);
	if (err)
		return err;
	if (mgl_service_find(ctx->mn, id)) {
		NL_SET_ERR_MSG_MOD(ctx->extack, "service exists already");
		return -EEXIST;
	}
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_service_check);

/**
 * mgl_service_check_set() - check a change of a service
 * @ctx: the context
 * @svc: as for mgl_service_set()
 * @params: likewise
 * @pool_params: likewise
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int mgl_service_check_set(const struct mgl_ctx *ctx,
			  const struct mgl_service *svc,
			  const struct mgl_service_params *params,
			  const struct mgl_pool_params *pool_params)
{
	struct mgl_pool *pool = mgl_service_pool(ctx->mn, svc);
	struct mgl_pool *fallback = mgl_service_fallback(ctx->mn, svc);
	struct mgl_limit_user user;
	int err;

	err = refuse_private(ctx, params->fallback_attr, params->fallback);
	/* Naming the pool that it has is no change, even if it is private. */
	if (!err && params->pool && params->pool != pool) {
		err = refuse_private(ctx, params->pool_attr, params->pool);
		pool = params->pool;
	}
	if (params->has_fallback)
		fallback = params->fallback;
	user = (struct mgl_limit_user){
		.track = params->has_track ? params->track :
					     mgl_service_track(svc),
		.pool = pool,
		.fallback = fallback,
	};
	return err ?:
	       refuse_shared(ctx, pool, pool_params, NULL) ?:
	       refuse_own_fallback(ctx, params, pool, fallback) ?:
	       refuse_vip(ctx, params->pool_attr, params->pool, &svc->id.vip) ?:
	       refuse_vip(ctx, params->fallback_attr, params->fallback,
			  &svc->id.vip) ?:
	       mgl_limit_check_service(ctx, &user, NULL);
}
