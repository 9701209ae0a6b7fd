// SPDX-License-Identifier: GPL-2.0
/* Netlink: service commands. */
#include <linux/mm.h>

#include "../backend.h"
#include "../netns.h"
#include "../pool.h"
#include "../service.h"
#include "nl.h"
#include "policy.h"

/* Writes a service. mgl_net.lock is held. Returns 0 or -EMSGSIZE. */
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

static int parse_pool_params(const struct mgl_nl_request *req,
			     struct mgl_pool_params *params)
{
	struct nlattr *nest = req->attrs[MAGLEV_A_POOL];
	struct nlattr *tb[MAGLEV_POOL_A_MAX + 1];
	int err;

	*params = (struct mgl_pool_params){};
	if (!nest)
		return 0;
	err = nla_parse_nested(tb, MAGLEV_POOL_A_MAX, nest, mgl_nlp_pool,
			       req->ctx.extack);
	if (err)
		return err;
	return mgl_nl_parse_pool_params(req->ctx.extack, nest, tb, params);
}

/* Parses the settings in MAGLEV_A_SERVICE. mgl_net.lock is held. */
static int parse_params(const struct mgl_ctx *ctx, struct nlattr **tb,
			struct mgl_service_params *p)
{
	struct nlattr *fallback = tb[MAGLEV_SERVICE_A_FALLBACK];
	int err;

	*p = (struct mgl_service_params){
		.pool_attr = tb[MAGLEV_SERVICE_A_POOL],
		.fallback_attr = fallback,
		.has_fallback = fallback,
	};
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
	/* An empty name removes the fallback. */
	if (fallback && *(const char *)nla_data(fallback)) {
		err = mgl_nl_find_pool_named(ctx, fallback, &p->fallback);
		if (err)
			return err;
	}
	if (!p->pool_attr)
		return 0;
	return mgl_nl_find_pool_named(ctx, tb[MAGLEV_SERVICE_A_POOL], &p->pool);
}

/* In a batch, the hooks are registered once all services are known. */
static int create(const struct mgl_ctx *ctx, const struct mgl_service_id *id,
		  const struct mgl_service_params *params,
		  const struct mgl_pool_params *pool_params,
		  const struct mgl_backend_specs *specs)
{
	int err;

	if (ctx->mn->batch)
		return mgl_service_create(ctx, id, params, pool_params, specs);
	err = mgl_net_activate(ctx->mn, ctx->extack);
	if (err)
		return err;
	err = mgl_service_create(ctx, id, params, pool_params, specs);
	if (err)
		mgl_net_deactivate_unused(ctx->mn);
	return err;
}

/* MAGLEV_CMD_SERVICE_NEW */
int mgl_nl_service_new(const struct mgl_nl_request *req)
{
	struct nlattr *tb[MAGLEV_SERVICE_A_MAX + 1];
	const struct mgl_ctx *ctx = &req->ctx;
	struct mgl_pool_params pool_params;
	struct mgl_service_params params;
	struct mgl_backend_specs specs;
	struct mgl_service_id id;
	int err;

	err = mgl_nl_parse_service_id(ctx->extack, req->attrs, tb, &id) ?:
	      parse_pool_params(req, &pool_params) ?:
	      mgl_nl_parse_backends(req, &specs);
	if (err)
		return err;
	err = parse_params(ctx, tb, &params) ?:
	      mgl_service_check(ctx, &id, &params, &pool_params, &specs) ?:
	      create(ctx, &id, &params, &pool_params, &specs);
	kvfree(specs.item);
	return err;
}

/* MAGLEV_CMD_SERVICE_SET */
int mgl_nl_service_set(const struct mgl_nl_request *req)
{
	struct nlattr *tb[MAGLEV_SERVICE_A_MAX + 1];
	const struct mgl_ctx *ctx = &req->ctx;
	struct mgl_pool_params pool_params;
	struct mgl_service_params params;
	struct mgl_service *svc;

	return parse_pool_params(req, &pool_params) ?:
	       mgl_nl_find_service(ctx, req->attrs, tb, &svc) ?:
	       parse_params(ctx, tb, &params) ?:
	       mgl_service_set(ctx, svc, &params, &pool_params);
}

/* MAGLEV_CMD_SERVICE_DEL */
int mgl_nl_service_del(const struct mgl_nl_request *req)
{
	struct nlattr *tb[MAGLEV_SERVICE_A_MAX + 1];
	struct mgl_service *svc;

	return mgl_nl_find_service(&req->ctx, req->attrs, tb, &svc) ?:
	       mgl_service_delete(&req->ctx, svc);
}

/* MAGLEV_CMD_SERVICE_GET of one service */
int mgl_nl_service_get(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[MAGLEV_SERVICE_A_MAX + 1];
	struct mgl_ctx ctx = mgl_nl_ctx(info);
	struct mgl_nl_reply reply;
	struct mgl_service *svc;
	int err;

	err = mgl_nl_reply_new(skb, info, &reply);
	if (err)
		return err;
	mutex_lock(&ctx.mn->lock);
	err = mgl_nl_find_service(&ctx, info->attrs, tb, &svc) ?:
	      put_service(ctx.mn, &reply, svc);
	mutex_unlock(&ctx.mn->lock);
	return mgl_nl_reply_send(&reply, info, err);
}

/*
 * MAGLEV_CMD_SERVICE_GET, dump of all services. cb->args[0] is the number of
 * services written so far.
 */
int mgl_nl_service_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct mgl_net *mn = mgl_net(sock_net(skb->sk));
	struct mgl_nl_reply reply;
	struct mgl_service *svc;
	long i = 0;
	int err;

	err = mgl_nl_dump_all(cb, MAGLEV_A_SERVICE);
	if (err)
		return err;
	mgl_nl_reply_dump(skb, cb, MAGLEV_CMD_SERVICE_GET, &reply);
	mutex_lock(&mn->lock);
	cb->seq = mn->generation;
	mgl_for_each_service(svc, mn) {
		if (i++ < cb->args[0])
			continue;
		if (put_service(mn, &reply, svc))
			break;
		cb->args[0]++;
	}
	mutex_unlock(&mn->lock);
	return skb->len;
}
