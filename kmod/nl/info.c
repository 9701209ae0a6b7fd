// SPDX-License-Identifier: GPL-2.0
/* Netlink: information on a namespace as a whole, counters, flush. */
#include "../backend.h"
#include "../endpoint.h"
#include "../fragment.h"
#include "../netns.h"
#include "../pool.h"
#include "../router.h"
#include "../service.h"
#include "../source.h"
#include "nl.h"

static int put_info(struct mgl_net *mn, const struct mgl_nl_reply *reply)
{
	const struct mgl_routers *r = mgl_routers(mn);
	const struct mgl_sources *s = mgl_sources(mn);
	struct sk_buff *skb = reply->skb;
	void *hdr = mgl_nl_begin(reply);
	struct nlattr *nest;

	if (!hdr)
		return -EMSGSIZE;
	nest = nla_nest_start(skb, MAGLEV_A_INFO);
	if (!nest ||
	    nla_put_string(skb, MAGLEV_INFO_A_VERSION, MGL_VERSION) ||
	    nla_put_u32(skb, MAGLEV_INFO_A_GENERATION, mn->generation) ||
	    nla_put_u32(skb, MAGLEV_INFO_A_SERVICES, mn->n_services) ||
	    nla_put_u32(skb, MAGLEV_INFO_A_POOLS, mn->n_pools) ||
	    nla_put_u32(skb, MAGLEV_INFO_A_BACKENDS, mn->n_endpoints) ||
	    nla_put_u32(skb, MAGLEV_INFO_A_ROUTERS, r ? r->n : 0) ||
	    nla_put_u8(skb, MAGLEV_INFO_A_HOOKS, mn->hooked) ||
	    nla_put_u32(skb, MAGLEV_INFO_A_TABLE_SIZE_DEFAULT,
			MAGLEV_TABLE_SIZE_DEFAULT) ||
	    nla_put_u32(skb, MAGLEV_INFO_A_SOURCES, s ? s->set.n : 0) ||
	    nla_put_u32(skb, MAGLEV_INFO_A_FRAGMENT_BYTES,
			mgl_fragments_bytes(mn))) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);
	return 0;
}

/* MAGLEV_CMD_INFO_GET */
int mgl_nl_info_get(struct sk_buff *skb, struct genl_info *info)
{
	return mgl_nl_answer(skb, info, put_info);
}

static int put_counter(struct sk_buff *skb, const char *name, u64 value)
{
	struct nlattr *nest = nla_nest_start(skb, MAGLEV_A_COUNTER);

	if (!nest ||
	    nla_put_string(skb, MAGLEV_COUNTER_A_NAME, name) ||
	    nla_put_u64_64bit(skb, MAGLEV_COUNTER_A_VALUE, value,
			      MAGLEV_COUNTER_A_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_counters(struct mgl_net *mn, const struct mgl_nl_reply *reply)
{
	const struct mgl_counters_sum *base = &mn->counters_base;
	struct mgl_counters_sum now;
	struct sk_buff *skb = reply->skb;
	void *hdr = mgl_nl_begin(reply);
	int i;

	if (!hdr)
		return -EMSGSIZE;
	now = mgl_counters_read(mn->counters);
	for (i = MGL_REASON_COUNTED; i < MGL_REASON_MAX; i++)
		if (put_counter(skb, mgl_reason_name(i),
				now.reasons[i] - base->reasons[i]))
			goto too_small;
	for (i = 0; i < MGL_EVENT_MAX; i++)
		if (put_counter(skb, mgl_event_name(i),
				now.events[i] - base->events[i]))
			goto too_small;
	genlmsg_end(skb, hdr);
	return 0;

too_small:
	genlmsg_cancel(skb, hdr);
	return -EMSGSIZE;
}

/* MAGLEV_CMD_STATS_GET */
int mgl_nl_stats_get(struct sk_buff *skb, struct genl_info *info)
{
	return mgl_nl_answer(skb, info, put_counters);
}

static void zero_pool(struct mgl_pool *pool)
{
	struct mgl_backend *b;

	list_for_each_entry(b, &pool->backends, node) {
		b->traffic_base = mgl_traffic_read(b->traffic);
		b->unreachable_base = atomic_read(&b->endpoint->unreachable);
		cond_resched();
	}
}

static void zero_service(struct mgl_net *mn, struct mgl_service *svc)
{
	svc->traffic_base = mgl_traffic_read(svc->traffic);
	zero_pool(mgl_service_pool(mn, svc));
}

static void zero_all(struct mgl_net *mn)
{
	struct mgl_service *svc;
	struct mgl_pool *pool;

	mn->counters_base = mgl_counters_read(mn->counters);
	mgl_for_each_service(svc, mn) {
		svc->traffic_base = mgl_traffic_read(svc->traffic);
		cond_resched();
	}
	mgl_for_each_pool(pool, mn)
		zero_pool(pool);
}

/* MAGLEV_CMD_STATS_ZERO */
int mgl_nl_stats_zero(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[MAGLEV_SERVICE_A_MAX + 1];
	struct mgl_ctx ctx = mgl_nl_ctx(info);
	struct mgl_service *svc;
	int err = 0;

	mutex_lock(&ctx.mn->lock);
	if (!info->attrs[MAGLEV_A_SERVICE]) {
		zero_all(ctx.mn);
	} else {
		err = mgl_nl_find_service(&ctx, info->attrs, tb, &svc);
		if (!err)
			zero_service(ctx.mn, svc);
	}
	mutex_unlock(&ctx.mn->lock);
	return err;
}

/* MAGLEV_CMD_FLUSH */
int mgl_nl_flush(struct sk_buff *skb, struct genl_info *info)
{
	struct mgl_net *mn = mgl_net(genl_info_net(info));

	mutex_lock(&mn->lock);
	mgl_net_flush(mn);
	mgl_nl_notify_flush(info);
	mutex_unlock(&mn->lock);
	return 0;
}
