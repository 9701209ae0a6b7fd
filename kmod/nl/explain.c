// SPDX-License-Identifier: GPL-2.0
/* Netlink: lookup of the backend that a flow would get, and the reason. */
#include <linux/in.h>
#include <linux/jiffies.h>

#include "../backend.h"
#include "../core/flow.h"
#include "../endpoint.h"
#include "../flows.h"
#include "../pool.h"
#include "../select.h"
#include "../service.h"
#include "../vip.h"
#include "nl.h"
#include "policy.h"

static int put_backend_addr(struct sk_buff *skb, int type4, int type6,
			    const struct mgl_backend *b)
{
	return b ? mgl_nl_put_address(skb, type4, type6, &b->endpoint->addr) : 0;
}

static int put_tracked(struct sk_buff *skb, const struct mgl_net *mn,
		       const struct mgl_choice *c)
{
	struct mgl_clock clock = mgl_clock(mn);

	if (!c->facts.hit)
		return 0;
	if (put_backend_addr(skb, MAGLEV_LOOKUP_A_CACHED4,
			     MAGLEV_LOOKUP_A_CACHED6, c->cached_backend) ||
	    nla_put_u8(skb, MAGLEV_LOOKUP_A_STATE, c->cached.state) ||
	    nla_put_u32(skb, MAGLEV_LOOKUP_A_EXPIRES,
			mgl_cache_expires(&c->cached, &clock)))
		return -EMSGSIZE;
	return 0;
}

static int put_slot(struct sk_buff *skb, const struct mgl_slot *slot)
{
	if (nla_put_u32(skb, MAGLEV_LOOKUP_A_SLOT, slot->number) ||
	    (slot->left && nla_put_u32(skb, MAGLEV_LOOKUP_A_UNSETTLED,
				       jiffies_to_msecs(slot->left))) ||
	    put_backend_addr(skb, MAGLEV_LOOKUP_A_CURRENT4,
			     MAGLEV_LOOKUP_A_CURRENT6, slot->cur) ||
	    put_backend_addr(skb, MAGLEV_LOOKUP_A_PREVIOUS4,
			     MAGLEV_LOOKUP_A_PREVIOUS6, slot->prev))
		return -EMSGSIZE;
	return 0;
}

/* Decisions for a flow: for a packet in mid-flow, and for one that opens it. */
struct explained {
	struct mgl_flow opening;
	struct mgl_choice mid;
	struct mgl_choice open;
};

static int put_choices(struct sk_buff *skb, const struct explained *e)
{
	if (nla_put_u8(skb, MAGLEV_LOOKUP_A_RULE, e->mid.decision.rule) ||
	    put_backend_addr(skb, MAGLEV_LOOKUP_A_BACKEND4,
			     MAGLEV_LOOKUP_A_BACKEND6,
			     mgl_select_backend(&e->mid)) ||
	    nla_put_u8(skb, MAGLEV_LOOKUP_A_OPEN_RULE,
		       e->open.decision.rule) ||
	    put_backend_addr(skb, MAGLEV_LOOKUP_A_OPEN_BACKEND4,
			     MAGLEV_LOOKUP_A_OPEN_BACKEND6,
			     mgl_select_backend(&e->open)) ||
	    (e->mid.fallback && nla_put_flag(skb, MAGLEV_LOOKUP_A_FALLBACK)))
		return -EMSGSIZE;
	return 0;
}

static int put_explained(const struct mgl_net *mn,
			 const struct mgl_nl_reply *reply,
			 const struct mgl_service *svc,
			 const struct explained *e)
{
	struct sk_buff *skb = reply->skb;
	void *hdr = mgl_nl_begin(reply);
	struct nlattr *nest;

	if (!hdr)
		return -EMSGSIZE;
	if (mgl_nl_put_owner(skb, &svc->id, e->mid.pool->name))
		return -EMSGSIZE;
	nest = nla_nest_start(skb, MAGLEV_A_LOOKUP);
	if (!nest || put_slot(skb, &e->mid.slot) ||
	    put_tracked(skb, mn, &e->mid) || put_choices(skb, e))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);
	return 0;
}

/* Decides as for packets, but does not commit. RCU read side. */
static void explain(struct mgl_net *mn, const struct mgl_service *svc,
		    const struct mgl_flow *flow, struct explained *e)
{
	mgl_select_decide(mn, svc, flow, &e->mid);
	/* Packets skip the slot if the cache decides; here it is shown, too. */
	if (e->mid.decision.rule == MAGLEV_RULE_CACHED) {
		e->mid.pool = rcu_dereference(svc->pool);
		mgl_table_slot(e->mid.pool, e->mid.flow, &e->mid.slot);
	}
	/* UDP has no packets that open a connection. */
	e->opening = *flow;
	e->opening.new_conn = svc->id.proto != IPPROTO_UDP;
	mgl_select_decide(mn, svc, &e->opening, &e->open);
}

/* Parses the client of a flow whose destination is known. */
static int parse_client(struct genl_info *info, struct mgl_flow *flow)
{
	struct nlattr *nest = info->attrs[MAGLEV_A_LOOKUP];
	struct nlattr *tb[MAGLEV_LOOKUP_A_MAX + 1];
	int err;

	if (!nest) {
		NL_SET_ERR_ATTR_MISS(info->extack, NULL, MAGLEV_A_LOOKUP);
		NL_SET_ERR_MSG(info->extack, "client is missing");
		return -EINVAL;
	}
	err = nla_parse_nested(tb, MAGLEV_LOOKUP_A_MAX, nest, mgl_nlp_client,
			       info->extack) ?:
	      mgl_nl_parse_address(info->extack, nest, tb,
				   MAGLEV_LOOKUP_A_CLIENT4, &flow->saddr);
	if (err)
		return err;
	if (mgl_addr_is_v4(&flow->saddr) != mgl_addr_is_v4(&flow->daddr)) {
		NL_SET_ERR_MSG_ATTR(info->extack, nest,
				    "client and VIP are of different address families");
		return -EINVAL;
	}
	if (tb[MAGLEV_LOOKUP_A_CLIENT_PORT])
		flow->sport = nla_get_be16(tb[MAGLEV_LOOKUP_A_CLIENT_PORT]);
	return 0;
}

/*
 * Looks up the service as the data path does for a packet to this port. The
 * service may be configured for a range, or for every port.
 */
static struct mgl_service *find_listener(struct mgl_net *mn,
					 const struct mgl_flow *flow)
{
	struct mgl_vip *vip = mgl_vip_find(mn, &flow->daddr);

	return vip ? mgl_vip_listener(vip, flow->proto, flow->dport) : NULL;
}

/* MAGLEV_CMD_LOOKUP_GET */
int mgl_nl_lookup_get(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[MAGLEV_SERVICE_A_MAX + 1];
	struct mgl_ctx ctx = mgl_nl_ctx(info);
	struct mgl_flow flow = {};
	struct mgl_nl_reply reply;
	struct mgl_service_id id;
	struct mgl_service *svc;
	struct explained e;
	int err;

	err = mgl_nl_parse_service_id(info->extack, info->attrs, tb, &id);
	if (err)
		return err;
	flow.daddr = id.vip;
	flow.dport = htons(id.first);
	flow.proto = id.proto;
	flow.pkt_state = MAGLEV_FLOW_ESTABLISHED;
	err = parse_client(info, &flow) ?: mgl_nl_reply_new(skb, info, &reply);
	if (err)
		return err;

	mutex_lock(&ctx.mn->lock);
	rcu_read_lock();
	svc = find_listener(ctx.mn, &flow);
	if (svc) {
		explain(ctx.mn, svc, &flow, &e);
		err = put_explained(ctx.mn, &reply, svc, &e);
	} else {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[MAGLEV_A_SERVICE],
				    "no service answers there");
		err = -ENOENT;
	}
	rcu_read_unlock();
	mutex_unlock(&ctx.mn->lock);
	return mgl_nl_reply_send(&reply, info, err);
}
