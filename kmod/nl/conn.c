// SPDX-License-Identifier: GPL-2.0
/* Netlink: commands for tracked flows. */
#include "../backend.h"
#include "../endpoint.h"
#include "../flows.h"
#include "../pool.h"
#include "../service.h"
#include "nl.h"
#include "policy.h"

static int put_flow(struct sk_buff *skb, const struct mgl_cached *flow,
		    const struct mgl_clock *clock)
{
	const struct mgl_tuple *t = &flow->tuple;

	if (mgl_nl_put_address(skb, MAGLEV_CONN_A_CLIENT4,
			       MAGLEV_CONN_A_CLIENT6, &t->client) ||
	    (t->sport &&
	     nla_put_be16(skb, MAGLEV_CONN_A_CLIENT_PORT, t->sport)) ||
	    (t->dport && nla_put_be16(skb, MAGLEV_CONN_A_PORT, t->dport)) ||
	    nla_put_u8(skb, MAGLEV_CONN_A_STATE, flow->state) ||
	    (flow->confirmed && nla_put_flag(skb, MAGLEV_CONN_A_CONFIRMED)) ||
	    nla_put_u32(skb, MAGLEV_CONN_A_EXPIRES, mgl_cache_expires(flow, clock)))
		return -EMSGSIZE;
	return 0;
}

/* Writes a flow. mgl_net.lock is held. Returns 0 or -EMSGSIZE. */
static int put_conn(struct mgl_net *mn, const struct mgl_nl_reply *reply,
		    const struct mgl_cached *flow, const struct mgl_service *svc,
		    const struct mgl_backend *b)
{
	struct mgl_clock clock = mgl_clock(mn);
	struct sk_buff *skb = reply->skb;
	void *hdr = mgl_nl_begin(reply);
	struct nlattr *nest;

	if (!hdr)
		return -EMSGSIZE;
	if (mgl_nl_put_owner(skb, &svc->id, b->pool->name))
		goto too_small;
	nest = nla_nest_start(skb, MAGLEV_A_CONN);
	if (!nest || put_flow(skb, flow, &clock) ||
	    mgl_nl_put_address(skb, MAGLEV_CONN_A_BACKEND4,
			       MAGLEV_CONN_A_BACKEND6, &b->endpoint->addr))
		goto too_small;
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);
	return 0;

too_small:
	genlmsg_cancel(skb, hdr);
	return -EMSGSIZE;
}

/*
 * Writes all flows of a bucket, or none: its entries may be reassigned before
 * the next message buffer.
 */
static int dump_bucket(struct mgl_net *mn, const struct mgl_nl_reply *reply,
		       const struct mgl_service *only)
{
	struct netlink_callback *cb = reply->cb;
	struct mgl_cached flows[MGL_CACHE_WAYS];
	void *start = skb_tail_pointer(reply->skb);
	struct mgl_clock clock = mgl_clock(mn);
	const struct mgl_service *svc;
	const struct mgl_backend *b;
	unsigned int n, i;

	n = mgl_cache_read(mgl_flows_cache(mn), cb->args[0], flows);
	for (i = 0; i < n; i++) {
		const struct mgl_cached *flow = &flows[i];

		svc = mgl_ids_get(&mn->service_ids, flow->tuple.service);
		b = mgl_ids_get(&mn->backend_ids, flow->owner);
		if (!svc || !b || (only && svc != only) ||
		    mgl_cache_expired(flow, &clock))
			continue;
		if (put_conn(mn, reply, flow, svc, b)) {
			nlmsg_trim(reply->skb, start);
			return -EMSGSIZE;
		}
	}
	return 0;
}

/*
 * MAGLEV_CMD_CONN_GET. Flows come and go during a dump. One that exists
 * throughout is listed, unless the cache is resized, which marks the dump as
 * inconsistent. cb->args[0] is the next bucket; a whole bucket fits into one
 * message buffer.
 */
int mgl_nl_conn_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr **attrs = genl_info_dump(cb)->attrs;
	const struct mgl_ctx ctx = {
		.mn = mgl_net(sock_net(skb->sk)),
		.extack = cb->extack,
	};
	struct nlattr *tb[MAGLEV_SERVICE_A_MAX + 1];
	struct mgl_service *only = NULL;
	struct mgl_nl_reply reply;
	int err = 0;

	mgl_nl_reply_dump(skb, cb, MAGLEV_CMD_CONN_GET, &reply);
	mutex_lock(&ctx.mn->lock);
	cb->seq = ctx.mn->generation;
	if (attrs[MAGLEV_A_SERVICE])
		err = mgl_nl_find_service(&ctx, attrs, tb, &only);
	if (err || !mgl_flows_cache(ctx.mn))
		goto out;
	for (; cb->args[0] < mgl_cache_buckets(mgl_flows_cache(ctx.mn));
	     cb->args[0]++) {
		if (dump_bucket(ctx.mn, &reply, only))
			break;
		cond_resched();
	}
out:
	mutex_unlock(&ctx.mn->lock);
	return err ? err : skb->len;
}

/* MAGLEV_CMD_CONN_DEL */
int mgl_nl_conn_del(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *nest = info->attrs[MAGLEV_A_BACKEND];
	struct nlattr *stb[MAGLEV_SERVICE_A_MAX + 1];
	struct nlattr *btb[MAGLEV_BACKEND_A_MAX + 1];
	struct mgl_ctx ctx = mgl_nl_ctx(info);
	struct mgl_service *svc = NULL;
	struct mgl_addr addr;
	int err = 0;

	if (nest)
		err = mgl_nl_parse_backend_addr(info->extack, nest, btb, &addr);
	if (err)
		return err;
	mutex_lock(&ctx.mn->lock);
	if (info->attrs[MAGLEV_A_SERVICE])
		err = mgl_nl_find_service(&ctx, info->attrs, stb, &svc);
	if (!err)
		mgl_flows_flush(ctx.mn, svc, nest ? &addr : NULL);
	mutex_unlock(&ctx.mn->lock);
	return err;
}
