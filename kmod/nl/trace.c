// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink: tracers. A socket is told what becomes of the packets of a flow, for as
 * long as it is open.
 */
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/notifier.h>

#include "../backend.h"
#include "../core/flow.h"
#include "../endpoint.h"
#include "../pool.h"
#include "../service.h"
#include "../traced.h"
#include "../tracer.h"
#include "nl.h"
#include "policy.h"

static int put_backend(struct sk_buff *skb, int type4, int type6,
		       const struct mgl_backend *b)
{
	return b ? mgl_nl_put_address(skb, type4, type6, &b->endpoint->addr) : 0;
}

static enum maglev_trace_kind kind_of(const struct mgl_traced *what)
{
	if (what->flow->kind == MGL_PKT_ERROR)
		return MAGLEV_TRACE_ERROR;
	return what->datagram ? MAGLEV_TRACE_FRAGMENT : MAGLEV_TRACE_PACKET;
}

static int put_packet(struct sk_buff *skb, const struct mgl_traced *what)
{
	const struct mgl_flow *flow = what->flow;

	if (nla_put_u8(skb, MAGLEV_TRACE_A_KIND, kind_of(what)) ||
	    nla_put_u8(skb, MAGLEV_TRACE_A_PROTOCOL, flow->proto) ||
	    mgl_nl_put_address(skb, MAGLEV_TRACE_A_CLIENT4,
			       MAGLEV_TRACE_A_CLIENT6, &flow->saddr) ||
	    mgl_nl_put_address(skb, MAGLEV_TRACE_A_ADDRESS4,
			       MAGLEV_TRACE_A_ADDRESS6, &flow->daddr) ||
	    nla_put_u32(skb, MAGLEV_TRACE_A_LENGTH, what->len) ||
	    nla_put_u32(skb, MAGLEV_TRACE_A_IN_IFINDEX, what->iif) ||
	    nla_put_string(skb, MAGLEV_TRACE_A_REASON,
			   mgl_reason_name(what->reason)))
		return -EMSGSIZE;
	if (what->has_ports &&
	    (nla_put_be16(skb, MAGLEV_TRACE_A_CLIENT_PORT, flow->sport) ||
	     nla_put_be16(skb, MAGLEV_TRACE_A_PORT, flow->dport)))
		return -EMSGSIZE;
	return 0;
}

static int put_decision(struct sk_buff *skb, const struct mgl_traced *what)
{
	const struct mgl_slot *slot = &what->slot;

	if (!what->pool)
		return 0;
	if (nla_put_u8(skb, MAGLEV_TRACE_A_RULE, what->rule) ||
	    (what->fallback && nla_put_flag(skb, MAGLEV_TRACE_A_FALLBACK)) ||
	    nla_put_u32(skb, MAGLEV_TRACE_A_SLOT, slot->number) ||
	    (slot->left && nla_put_u32(skb, MAGLEV_TRACE_A_UNSETTLED,
				       jiffies_to_msecs(slot->left))) ||
	    put_backend(skb, MAGLEV_TRACE_A_CURRENT4, MAGLEV_TRACE_A_CURRENT6,
			slot->cur) ||
	    put_backend(skb, MAGLEV_TRACE_A_PREVIOUS4, MAGLEV_TRACE_A_PREVIOUS6,
			slot->prev))
		return -EMSGSIZE;
	return 0;
}

static int put_way(struct sk_buff *skb, const struct mgl_traced *what)
{
	if (put_backend(skb, MAGLEV_TRACE_A_BACKEND4, MAGLEV_TRACE_A_BACKEND6,
			what->backend))
		return -EMSGSIZE;
	if (!what->has_next_hop)
		return 0;
	if (mgl_nl_put_address(skb, MAGLEV_TRACE_A_NEXT_HOP4,
			       MAGLEV_TRACE_A_NEXT_HOP6, &what->next_hop) ||
	    nla_put_u32(skb, MAGLEV_TRACE_A_OUT_IFINDEX, what->oif))
		return -EMSGSIZE;
	return 0;
}

static int put_service(struct sk_buff *skb, const struct mgl_traced *what)
{
	struct nlattr *nest;

	if (what->svc && what->pool)
		return mgl_nl_put_owner(skb, &what->svc->id, what->pool->name);
	if (!what->svc)
		return 0;
	nest = nla_nest_start(skb, MAGLEV_A_SERVICE);
	if (!nest || mgl_nl_put_service_id(skb, &what->svc->id))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* What has been left out since the last message. */
struct missed {
	u32 suppressed;
	u32 lost;
};

static int put_missed(struct sk_buff *skb, const struct missed *m)
{
	if ((m->suppressed &&
	     nla_put_u32(skb, MAGLEV_TRACE_A_SUPPRESSED, m->suppressed)) ||
	    (m->lost && nla_put_u32(skb, MAGLEV_TRACE_A_LOST, m->lost)))
		return -EMSGSIZE;
	return 0;
}

static int put(struct sk_buff *skb, const struct mgl_traced *what,
	       const struct missed *m)
{
	struct nlattr *nest;
	void *hdr;

	hdr = genlmsg_put(skb, 0, 0, &mgl_genl_family, 0,
			  MAGLEV_CMD_TRACE_NTF);
	if (!hdr || put_service(skb, what))
		return -EMSGSIZE;
	nest = nla_nest_start(skb, MAGLEV_A_TRACE);
	if (!nest || put_packet(skb, what) || put_decision(skb, what) ||
	    put_way(skb, what) || put_missed(skb, m))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);
	return 0;
}

static int send(struct mgl_net *mn, const struct mgl_tracer *t,
		const struct mgl_traced *what, const struct missed *m)
{
	struct sk_buff *skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_ATOMIC);

	if (!skb)
		return -ENOMEM;
	if (put(skb, what, m)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	return genlmsg_unicast(mn->net, skb, t->spec.owner);
}

/* mgl_tracer_spec.report: in softirq, under RCU. */
static void report(struct mgl_net *mn, struct mgl_tracer *t,
		   const struct mgl_traced *what)
{
	struct missed m = {
		.suppressed = atomic_xchg(&t->suppressed, 0),
		.lost = atomic_xchg(&t->lost, 0),
	};

	if (!send(mn, t, what, &m))
		return;
	/* For the next message to say. */
	atomic_add(m.suppressed, &t->suppressed);
	atomic_add(m.lost + 1, &t->lost);
}

static int parse_client(struct genl_info *info, struct nlattr *nest,
			struct nlattr **tb, struct mgl_trace_filter *f)
{
	int err;

	if (tb[MAGLEV_TRACE_A_CLIENT_PORT])
		f->client_port = nla_get_be16(tb[MAGLEV_TRACE_A_CLIENT_PORT]);
	if (!tb[MAGLEV_TRACE_A_CLIENT4] && !tb[MAGLEV_TRACE_A_CLIENT6])
		return 0;
	err = mgl_nl_parse_address(info->extack, nest, tb,
				   MAGLEV_TRACE_A_CLIENT4, &f->client);
	if (err)
		return err;
	if (mgl_addr_is_v4(&f->client) != mgl_addr_is_v4(&f->vip)) {
		NL_SET_ERR_MSG_ATTR(info->extack, nest,
				    "client and VIP are of different address families");
		return -EINVAL;
	}
	f->has_client = true;
	return 0;
}

static int parse_tracer(struct genl_info *info, struct mgl_tracer_spec *spec)
{
	struct nlattr *nest = info->attrs[MAGLEV_A_TRACE];
	struct nlattr *tb[MAGLEV_TRACE_A_MAX + 1];
	int err;

	if (!nest)
		return 0;
	err = nla_parse_nested(tb, MAGLEV_TRACE_A_MAX, nest, mgl_nlp_tracer,
			       info->extack);
	if (err)
		return err;
	if (tb[MAGLEV_TRACE_A_RATE])
		spec->rate = nla_get_u32(tb[MAGLEV_TRACE_A_RATE]);
	return parse_client(info, nest, tb, &spec->filter);
}

static_assert(!(MAGLEV_TRACE_A_CLIENT6 - MAGLEV_TRACE_A_CLIENT4 - 1));

/* MAGLEV_CMD_TRACE_SET */
int mgl_nl_trace_set(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[MAGLEV_SERVICE_A_MAX + 1];
	struct mgl_ctx ctx = mgl_nl_ctx(info);
	struct mgl_service_id id;
	struct mgl_tracer_spec spec = {
		.owner = info->snd_portid,
		.rate = MAGLEV_TRACE_RATE_DEFAULT,
		.report = report,
	};
	int err;

	err = mgl_nl_parse_service_id(info->extack, info->attrs, tb, &id);
	if (err)
		return err;
	spec.filter.vip = id.vip;
	spec.filter.proto = id.proto;
	spec.filter.first = id.first;
	spec.filter.last = id.last;
	err = parse_tracer(info, &spec);
	if (err)
		return err;
	/* Until socket_released(), which a socket that traces is waiting for. */
	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	err = mgl_tracer_set(&ctx, &spec);
	if (err <= 0)
		module_put(THIS_MODULE);
	return min(err, 0);
}

/* Ends the tracer of a socket that was closed, if it is one. */
static int socket_released(struct notifier_block *nb, unsigned long event,
			   void *ptr)
{
	const struct netlink_notify *n = ptr;

	if (event != NETLINK_URELEASE || n->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;
	/* This function stays: the notifier chain waits for it. */
	if (mgl_tracer_end(mgl_net(n->net), n->portid))
		module_put(THIS_MODULE);
	return NOTIFY_DONE;
}

static struct notifier_block socket_notifier = {
	.notifier_call = socket_released,
};

/**
 * mgl_nl_trace_init() - prepare for tracers
 *
 * Context: may sleep; the family has not been registered yet.
 * Return: 0 or -errno.
 */
int mgl_nl_trace_init(void)
{
	return netlink_register_notifier(&socket_notifier);
}

/**
 * mgl_nl_trace_exit() - stop waiting for the end of tracers
 *
 * Without a tracer: each holds a reference on the module.
 *
 * Context: may sleep; the family has been unregistered.
 */
void mgl_nl_trace_exit(void)
{
	netlink_unregister_notifier(&socket_notifier);
}
