// SPDX-License-Identifier: GPL-2.0
/* Netlink: tracked flows. */
#include "backend.h"
#include "member.h"
#include "netlink.h"
#include "netns.h"
#include "nl_policy.h"
#include "pool.h"
#include "service.h"
#include "track.h"

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
		    const struct mgl_member *m)
{
	struct mgl_clock clock = mgl_clock(mn);
	struct sk_buff *skb = reply->skb;
	void *hdr = mgl_nl_begin(reply);
	struct nlattr *nest;

	if (!hdr)
		return -EMSGSIZE;
	nest = nla_nest_start(skb, MAGLEV_A_SERVICE);
	if (!nest || mgl_nl_put_service_id(skb, &svc->id))
		goto too_small;
	nla_nest_end(skb, nest);
	if (mgl_nl_put_pool_name(skb, m->pool->name))
		goto too_small;
	nest = nla_nest_start(skb, MAGLEV_A_CONN);
	if (!nest || put_flow(skb, flow, &clock) ||
	    mgl_nl_put_address(skb, MAGLEV_CONN_A_BACKEND4,
			       MAGLEV_CONN_A_BACKEND6, &m->backend->addr))
		goto too_small;
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);
	return 0;

too_small:
	genlmsg_cancel(skb, hdr);
	return -EMSGSIZE;
}

/*
 * Writes a bucket's flows, all or none: by the next page they may have other
 * places in it, so that a dump cannot go on amid them. A page has room for
 * many buckets.
 */
static int dump_bucket(struct mgl_net *mn, const struct mgl_nl_reply *reply,
		       u32 bucket, const struct mgl_service *only)
{
	const void *start = skb_tail_pointer(reply->skb);
	struct mgl_cached flows[MGL_CACHE_WAYS];
	struct mgl_clock clock = mgl_clock(mn);
	const struct mgl_service *svc;
	const struct mgl_member *m;
	unsigned int i, n;

	n = mgl_cache_read(mgl_track_cache(mn), bucket, flows);
	for (i = 0; i < n; i++) {
		svc = mgl_ids_get(&mn->service_ids, flows[i].tuple.service);
		m = mgl_ids_get(&mn->member_ids, flows[i].owner);
		if (!svc || !m || (only && svc != only) ||
		    mgl_cache_expired(&flows[i], &clock))
			continue;
		if (put_conn(mn, reply, &flows[i], svc, m)) {
			nlmsg_trim(reply->skb, start);
			return -EMSGSIZE;
		}
	}
	return 0;
}

/**
 * mgl_nl_conn_dump() - MAGLEV_CMD_CONN_GET
 * @skb: the page to fill
 * @cb: the dump; args[0] is the next bucket
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
		err = mgl_nl_service_of(nest, mn, &only, tb, cb->extack);
	if (err || !mgl_track_cache(mn))
		goto out;
	for (; cb->args[0] < mgl_cache_buckets(mgl_track_cache(mn));
	     cb->args[0]++) {
		if (dump_bucket(mn, &reply, cb->args[0], only))
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
		err = mgl_nl_backend_addr(backend, btb, &addr, info->extack);
	if (err)
		return err;
	mutex_lock(&mn->lock);
	if (info->attrs[MAGLEV_A_SERVICE])
		err = mgl_nl_service(info, mn, &svc, stb);
	if (!err)
		mgl_track_forget(mn, svc, backend ? &addr : NULL);
	mutex_unlock(&mn->lock);
	return err;
}
