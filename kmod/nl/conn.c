// SPDX-License-Identifier: GPL-2.0
/* Netlink: tracked flows. */
#include "../endpoint.h"
#include "../backend.h"
#include "nl.h"
#include "../net.h"
#include "policy.h"
#include "../pool.h"
#include "../service.h"
#include "../flows.h"

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

/* Under mgl_net.lock. Returns 0 or -EMSGSIZE. */
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

/* Writes a bucket, or nothing: places in it change hands between pages. */
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

/**
 * mgl_nl_conn_dump() - MAGLEV_CMD_CONN_GET
 * @skb: the page to fill
 * @cb: the dump; args[0] is the next bucket, all of which fits into a page
 *
 * Flows come and go while they are listed: one that is there all the time is
 * listed, unless the cache is resized, which marks the dump as inconsistent.
 *
 * Context: may sleep.
 * Return: bytes written, 0 at the end, or -errno.
 */
int mgl_nl_conn_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr *nest = genl_info_dump(cb)->attrs[MAGLEV_A_SERVICE];
	struct mgl_net *mn = mgl_net(sock_net(skb->sk));
	struct nlattr *tb[MAGLEV_SERVICE_A_MAX + 1];
	struct mgl_service *only = NULL;
	struct mgl_nl_reply reply;
	int err = 0;

	mgl_nl_reply_dump(skb, cb, MAGLEV_CMD_CONN_GET, &reply);
	mutex_lock(&mn->lock);
	cb->seq = mn->generation;
	if (nest)
		err = mgl_nl_find_service_in(nest, mn, &only, tb, cb->extack);
	if (err || !mgl_flows_cache(mn))
		goto out;
	for (; cb->args[0] < mgl_cache_buckets(mgl_flows_cache(mn));
	     cb->args[0]++) {
		if (dump_bucket(mn, &reply, only))
			break;
		cond_resched();
	}
out:
	mutex_unlock(&mn->lock);
	return err ? err : skb->len;
}

/**
 * mgl_nl_conn_del() - MAGLEV_CMD_CONN_DEL
 * @skb: the request
 * @info: the request
 *
 * Context: may sleep.
 * Return: 0 or -errno, with nothing changed.
 */
int mgl_nl_conn_del(struct sk_buff *skb, struct genl_info *info)
{
	struct mgl_net *mn = mgl_net(genl_info_net(info));
	struct nlattr *backend = info->attrs[MAGLEV_A_BACKEND];
	struct nlattr *stb[MAGLEV_SERVICE_A_MAX + 1];
	struct nlattr *btb[MAGLEV_BACKEND_A_MAX + 1];
	struct mgl_service *svc = NULL;
	struct mgl_addr addr;
	int err = 0;

	if (backend)
		err = mgl_nl_parse_backend_addr(backend, btb, &addr, info->extack);
	if (err)
		return err;
	mutex_lock(&mn->lock);
	if (info->attrs[MAGLEV_A_SERVICE])
		err = mgl_nl_find_service(info, mn, &svc, stb);
	if (!err)
		mgl_flows_flush(mn, svc, backend ? &addr : NULL);
	mutex_unlock(&mn->lock);
	return err;
}
