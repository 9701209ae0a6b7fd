// SPDX-License-Identifier: GPL-2.0
/* Netlink: service commands. */
#include <linux/mm.h>
#include <linux/string.h>

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
	    mgl_nl_put_userdata(skb, MAGLEV_SERVICE_A_USERDATA,
				svc->userdata) ||
	    (!mgl_nl_is_change(reply) &&
	     mgl_nl_put_traffic(skb, MAGLEV_SERVICE_A_STATS, &now,
				&svc->traffic_base))) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);
	return 0;
}

static int put_changed(struct mgl_net *mn, const struct mgl_nl_reply *reply,
		       const void *what)
{
	const struct mgl_service_id *id = what;
	const struct mgl_service *svc = mgl_service_find(mn, id);
	struct nlattr *nest;
	void *hdr;

	if (svc)
		return put_service(mn, reply, svc);
	hdr = mgl_nl_begin(reply);
	nest = hdr ? nla_nest_start(reply->skb, MAGLEV_A_SERVICE) : NULL;
	if (!nest || mgl_nl_put_service_id(reply->skb, id))
		return -EMSGSIZE;
	nla_nest_end(reply->skb, nest);
	genlmsg_end(reply->skb, hdr);
	return 0;
}

/* Its private pool, and the backends of that, have notifications of their own. */
static void notify_service(const struct mgl_nl_request *req, u8 cmd,
			   const struct mgl_service_id *id)
{
	mgl_nl_notify(req, cmd, put_changed, id, sizeof(*id));
}

/* Notifies of a new service, after its pool if that is new as well. */
static void notify_new(const struct mgl_nl_request *req,
		       const struct mgl_service_id *id,
		       const struct mgl_backend_specs *specs)
{
	struct mgl_net *mn = req->ctx.mn;
	const struct mgl_service *svc = mgl_service_find(mn, id);
	const struct mgl_pool *pool = mgl_service_pool(mn, svc);

	if (pool->is_private) {
		mgl_nl_notify_pool(req, MAGLEV_CMD_POOL_NEW_NTF, pool->name);
		mgl_nl_notify_backends(req, pool->name, specs);
	}
	notify_service(req, MAGLEV_CMD_SERVICE_NEW_NTF, id);
}

/* A service before a change that may delete it, or its private pool. */
struct former {
	struct mgl_service_id id;
	char private_pool[MAGLEV_POOL_NAME_MAX + 1];
};

static void remember(struct mgl_net *mn, const struct mgl_service *svc,
		     struct former *f)
{
	const struct mgl_pool *pool = mgl_service_pool(mn, svc);

	f->id = svc->id;
	strscpy(f->private_pool, pool->is_private ? pool->name : "",
		sizeof(f->private_pool));
}

/* Notifies of a service that has changed, and of its private pool. */
static void notify_set(const struct mgl_nl_request *req,
		       const struct former *f)
{
	notify_service(req, MAGLEV_CMD_SERVICE_SET_NTF, &f->id);
	if (!*f->private_pool)
		return;
	if (!mgl_pool_find(req->ctx.mn, f->private_pool))
		mgl_nl_notify_pool(req, MAGLEV_CMD_POOL_DEL_NTF,
				   f->private_pool);
	else if (req->attrs[MAGLEV_A_POOL])
		mgl_nl_notify_pool(req, MAGLEV_CMD_POOL_SET_NTF,
				   f->private_pool);
}

static void notify_del(const struct mgl_nl_request *req,
		       const struct former *f)
{
	notify_service(req, MAGLEV_CMD_SERVICE_DEL_NTF, &f->id);
	if (*f->private_pool)
		mgl_nl_notify_pool(req, MAGLEV_CMD_POOL_DEL_NTF,
				   f->private_pool);
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
	mgl_nl_parse_userdata(tb[MAGLEV_SERVICE_A_USERDATA], &p->userdata);
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
	if (!err)
		notify_new(req, &id, &specs);
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
	struct former former;
	int err;

	err = parse_pool_params(req, &pool_params) ?:
	      mgl_nl_find_service(ctx, req->attrs, tb, &svc) ?:
	      parse_params(ctx, tb, &params);
	if (err)
		return err;
	remember(ctx->mn, svc, &former);
	err = mgl_service_set(ctx, svc, &params, &pool_params);
	if (!err)
		notify_set(req, &former);
	return err;
}

/* MAGLEV_CMD_SERVICE_DEL */
int mgl_nl_service_del(const struct mgl_nl_request *req)
{
	struct nlattr *tb[MAGLEV_SERVICE_A_MAX + 1];
	struct mgl_service *svc;
	struct former former;
	int err;

	err = mgl_nl_find_service(&req->ctx, req->attrs, tb, &svc);
	if (err)
		return err;
	remember(req->ctx.mn, svc, &former);
	err = mgl_service_delete(&req->ctx, svc);
	if (!err)
		notify_del(req, &former);
	return err;
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
	svc = mgl_nl_dump_from(mn, cb);
	if (!svc)
		for (svc = mgl_service_first(mn); svc && i < cb->args[0]; i++)
			svc = mgl_service_next(svc);
	for (; svc && !put_service(mn, &reply, svc); svc = mgl_service_next(svc))
		cb->args[0]++;
	cb->args[1] = (long)svc;
	mutex_unlock(&mn->lock);
	return skb->len;
}
