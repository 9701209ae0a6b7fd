// SPDX-License-Identifier: GPL-2.0
/* Netlink: services. */
#include <linux/mm.h>

#include "../backend.h"
#include "nl.h"
#include "../net.h"
#include "../netns.h"
#include "policy.h"
#include "../pool.h"
#include "../service.h"
#include "../flows.h"

/* Under mgl_net.lock. Returns 0 or -EMSGSIZE. */
static int put_service(struct mgl_net *mn, const struct mgl_nl_reply *reply,
		       const struct mgl_service *svc)
{
	struct mgl_traffic_sum now = mgl_traffic_read(svc->traffic);
	const struct mgl_pool *fallback = mgl_service_fallback(mn, svc);
	struct sk_buff *skb = reply->skb;
	void *hdr = mgl_nl_begin(reply);
	struct nlattr *nest;

	if (!hdr)
		return -EMSGSIZE;
	nest = nla_nest_start(skb, MAGLEV_A_SERVICE);
	if (!nest ||
	    mgl_nl_put_service_id(skb, &svc->id) ||
	    nla_put_string(skb, MAGLEV_SERVICE_A_POOL,
			   mgl_service_pool(mn, svc)->name) ||
	    nla_put_u8(skb, MAGLEV_SERVICE_A_TRACK, svc->track) ||
	    nla_put_u8(skb, MAGLEV_SERVICE_A_AFFINITY, svc->affinity) ||
	    nla_put_u8(skb, MAGLEV_SERVICE_A_ALL_DOWN, svc->all_down) ||
	    (fallback && nla_put_string(skb, MAGLEV_SERVICE_A_FALLBACK,
					fallback->name)) ||
	    mgl_nl_put_traffic(skb, MAGLEV_SERVICE_A_STATS, &now,
			       &svc->traffic_base)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);
	return 0;
}

static int parse_params(struct genl_info *info, struct mgl_pool_params *params)
{
	struct nlattr *nest = info->attrs[MAGLEV_A_POOL];
	struct nlattr *tb[MAGLEV_POOL_A_MAX + 1];
	int err;

	*params = (struct mgl_pool_params){};
	if (!nest)
		return 0;
	err = nla_parse_nested(tb, MAGLEV_POOL_A_MAX, nest, mgl_nlp_pool,
			       info->extack);
	return err ? err : mgl_nl_parse_pool_params(tb, params, info->extack);
}

/* The pool that an attribute names, NULL if it is not there. */
static int named_pool(struct genl_info *info, struct mgl_net *mn,
		      struct nlattr *name, struct mgl_pool **pool)
{
	*pool = NULL;
	if (!name)
		return 0;
	*pool = mgl_pool_find(mn, nla_data(name));
	if (!*pool) {
		NL_SET_ERR_MSG_ATTR(info->extack, name, "no such pool");
		return -ENOENT;
	}
	return 0;
}

static int refuse_private(struct genl_info *info, struct nlattr *name,
			  const struct mgl_pool *pool)
{
	if (!pool || !pool->is_private)
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, name,
			    "pool is private to another service");
	return -EINVAL;
}

/* What a service is told of itself, but for its pool. Under mgl_net.lock. */
static int service_params(struct genl_info *info, struct mgl_net *mn,
			  struct nlattr **tb, struct mgl_service_params *p)
{
	struct nlattr *name = tb[MAGLEV_SERVICE_A_FALLBACK];

	*p = (struct mgl_service_params){};
	if (tb[MAGLEV_SERVICE_A_TRACK]) {
		p->has_track = true;
		p->track = nla_get_u8(tb[MAGLEV_SERVICE_A_TRACK]);
	}
	if (tb[MAGLEV_SERVICE_A_AFFINITY]) {
		p->has_affinity = true;
		p->affinity = nla_get_u8(tb[MAGLEV_SERVICE_A_AFFINITY]);
	}
	if (tb[MAGLEV_SERVICE_A_ALL_DOWN]) {
		p->has_all_down = true;
		p->all_down = nla_get_u8(tb[MAGLEV_SERVICE_A_ALL_DOWN]);
	}
	if (!name)
		return 0;
	p->has_fallback = true;
	if (!*(const char *)nla_data(name))
		return 0;
	return named_pool(info, mn, name, &p->fallback) ?:
	       refuse_private(info, name, p->fallback);
}

/* Under mgl_net.lock, with what its pool will be. */
static int refuse_own_fallback(struct genl_info *info, struct nlattr **tb,
			       const struct mgl_pool *pool,
			       const struct mgl_pool *fallback)
{
	struct nlattr *a = tb[MAGLEV_SERVICE_A_FALLBACK];

	if (!pool || pool != fallback)
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, a ? a : tb[MAGLEV_SERVICE_A_POOL],
			    "a service's pool cannot be its fallback");
	return -EINVAL;
}

/* What other services share is not changed by the way. */
static int refuse_shared(struct genl_info *info, const struct mgl_pool *pool)
{
	struct nlattr *params = info->attrs[MAGLEV_A_POOL];
	struct nlattr *backend = info->attrs[MAGLEV_A_BACKEND];

	if (!pool || pool->is_private)
		return 0;
	if (params) {
		NL_SET_ERR_MSG_ATTR(info->extack, params,
				    "table size and seed belong to the shared pool");
		return -EINVAL;
	}
	if (backend) {
		NL_SET_ERR_MSG_ATTR(info->extack, backend,
				    "backends belong to the shared pool");
		return -EINVAL;
	}
	return 0;
}

/**
 * mgl_nl_service_new() - MAGLEV_CMD_SERVICE_NEW
 * @skb: the request
 * @info: the request
 *
 * Context: may sleep.
 * Return: 0 or -errno, with nothing changed.
 */
int mgl_nl_service_new(struct sk_buff *skb, struct genl_info *info)
{
	struct mgl_net *mn = mgl_net(genl_info_net(info));
	struct nlattr *tb[MAGLEV_SERVICE_A_MAX + 1];
	struct mgl_pool_params pool_params;
	struct mgl_service_params params;
	struct mgl_backend_specs backends;
	struct mgl_service_id id;
	int err;

	err = mgl_nl_parse_service_id(info, &id, tb);
	if (!err)
		err = parse_params(info, &pool_params);
	if (!err)
		err = mgl_nl_parse_backends(info, &backends);
	if (err)
		return err;

	mutex_lock(&mn->lock);
	err = service_params(info, mn, tb, &params);
	if (!err)
		err = named_pool(info, mn, tb[MAGLEV_SERVICE_A_POOL],
				 &params.pool);
	if (!err)
		err = refuse_private(info, tb[MAGLEV_SERVICE_A_POOL],
				     params.pool);
	if (!err)
		err = refuse_shared(info, params.pool);
	if (!err)
		err = refuse_own_fallback(info, tb, params.pool,
					  params.fallback);
	if (!err)
		err = mgl_net_activate(mn, info->extack);
	if (!err)
		err = mgl_service_create(mn, &id, &params, &pool_params,
					 &backends, info->extack);
	if (!err)
		mgl_net_changed(mn);
	else
		mgl_net_deactivate_unused(mn);
	mutex_unlock(&mn->lock);
	kvfree(backends.item);
	return err;
}

static int set_service(struct genl_info *info, struct mgl_net *mn,
		       struct mgl_service *svc, struct nlattr **tb,
		       struct mgl_service_params *params,
		       const struct mgl_pool_params *pool_params)
{
	enum maglev_track track = params->has_track ? params->track :
						      svc->track;
	struct mgl_pool *pool = mgl_service_pool(mn, svc);
	int err = 0;

	/* Naming the pool it has already, private or not, is no change. */
	if (params->pool && params->pool != pool) {
		err = refuse_private(info, tb[MAGLEV_SERVICE_A_POOL],
				     params->pool);
		pool = params->pool;
	}
	if (!err)
		err = refuse_shared(info, pool);
	if (!err)
		err = refuse_own_fallback(info, tb, pool,
					  params->has_fallback ?
					  params->fallback :
					  mgl_service_fallback(mn, svc));
	/* A cache that was made and is not used, then, hurts nobody. */
	if (!err)
		err = mgl_flows_ensure(mn, track, info->extack);
	if (!err)
		err = mgl_pool_set(mn, pool, pool_params, NULL, info->extack);
	if (!err)
		mgl_service_set(mn, svc, params);
	return err;
}

/**
 * mgl_nl_service_set() - MAGLEV_CMD_SERVICE_SET
 * @skb: the request
 * @info: the request
 *
 * Context: may sleep.
 * Return: 0 or -errno, with nothing changed.
 */
int mgl_nl_service_set(struct sk_buff *skb, struct genl_info *info)
{
	struct mgl_net *mn = mgl_net(genl_info_net(info));
	struct nlattr *tb[MAGLEV_SERVICE_A_MAX + 1];
	struct mgl_pool_params pool_params;
	struct mgl_service_params params;
	struct mgl_service *svc;
	int err;

	err = parse_params(info, &pool_params);
	if (err)
		return err;

	mutex_lock(&mn->lock);
	err = mgl_nl_find_service(info, mn, &svc, tb);
	if (!err)
		err = service_params(info, mn, tb, &params);
	if (!err)
		err = named_pool(info, mn, tb[MAGLEV_SERVICE_A_POOL],
				 &params.pool);
	if (!err)
		err = set_service(info, mn, svc, tb, &params, &pool_params);
	if (!err)
		mgl_net_changed(mn);
	mutex_unlock(&mn->lock);
	return err;
}

/**
 * mgl_nl_service_del() - MAGLEV_CMD_SERVICE_DEL
 * @skb: the request
 * @info: the request
 *
 * Context: may sleep.
 * Return: 0 or -errno, with nothing changed.
 */
int mgl_nl_service_del(struct sk_buff *skb, struct genl_info *info)
{
	struct mgl_net *mn = mgl_net(genl_info_net(info));
	struct nlattr *tb[MAGLEV_SERVICE_A_MAX + 1];
	struct mgl_service *svc;
	int err;

	mutex_lock(&mn->lock);
	err = mgl_nl_find_service(info, mn, &svc, tb);
	if (!err)
		err = mgl_service_del(mn, svc, info->extack);
	if (!err)
		mgl_net_changed(mn);
	mutex_unlock(&mn->lock);
	return err;
}

/**
 * mgl_nl_service_get() - MAGLEV_CMD_SERVICE_GET of one service
 * @skb: the request
 * @info: the request
 *
 * Context: may sleep.
 * Return: 0 or -errno.
 */
int mgl_nl_service_get(struct sk_buff *skb, struct genl_info *info)
{
	struct mgl_net *mn = mgl_net(genl_info_net(info));
	struct nlattr *tb[MAGLEV_SERVICE_A_MAX + 1];
	struct mgl_nl_reply reply;
	struct mgl_service *svc;
	int err;

	err = mgl_nl_reply_new(skb, info, &reply);
	if (err)
		return err;
	mutex_lock(&mn->lock);
	err = mgl_nl_find_service(info, mn, &svc, tb);
	if (!err)
		err = put_service(mn, &reply, svc);
	mutex_unlock(&mn->lock);
	return mgl_nl_reply_send(&reply, info, err);
}

/**
 * mgl_nl_service_dump() - MAGLEV_CMD_SERVICE_GET of all
 * @skb: the page to fill
 * @cb: the dump; args[0] counts the services written
 *
 * Context: may sleep.
 * Return: bytes written, 0 at the end, or -errno.
 */
int mgl_nl_service_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct mgl_net *mn = mgl_net(sock_net(skb->sk));
	struct mgl_nl_reply reply;
	struct rb_node *n;
	long i = 0;
	int err;

	err = mgl_nl_dump_all(cb, MAGLEV_A_SERVICE);
	if (err)
		return err;
	mgl_nl_reply_dump(skb, cb, MAGLEV_CMD_SERVICE_GET, &reply);
	mutex_lock(&mn->lock);
	cb->seq = mn->generation;
	for (n = rb_first(&mn->services); n; n = rb_next(n), i++) {
		if (i < cb->args[0])
			continue;
		if (put_service(mn, &reply,
				rb_entry(n, struct mgl_service, node)))
			break;
		cb->args[0]++;
	}
	mutex_unlock(&mn->lock);
	return skb->len;
}
