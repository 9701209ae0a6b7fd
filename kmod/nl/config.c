// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink: settings of a namespace as a whole: flow cache, timeouts, path MTU,
 * peers.
 */
#include "../batch.h"
#include "../flows.h"
#include "../peers.h"
#include "../pool.h"
#include "nl.h"
#include "policy.h"

/* Timeouts by attribute; UDP flows are always established. */
static const struct {
	int attr;
	enum mgl_kind kind;
	enum maglev_flow_state state;
} timeouts[] = {
	{ MAGLEV_CONFIG_A_TCP, MGL_KIND_TCP, MAGLEV_FLOW_ESTABLISHED },
	{ MAGLEV_CONFIG_A_TCP_SYN, MGL_KIND_TCP, MAGLEV_FLOW_OPENING },
	{ MAGLEV_CONFIG_A_TCP_FIN, MGL_KIND_TCP, MAGLEV_FLOW_CLOSING },
	{ MAGLEV_CONFIG_A_TCP_CLOSE, MGL_KIND_TCP, MAGLEV_FLOW_CLOSED },
	{ MAGLEV_CONFIG_A_UDP, MGL_KIND_UDP, MAGLEV_FLOW_ESTABLISHED },
	{ MAGLEV_CONFIG_A_SCTP, MGL_KIND_SCTP, MAGLEV_FLOW_ESTABLISHED },
	{ MAGLEV_CONFIG_A_SCTP_INIT, MGL_KIND_SCTP, MAGLEV_FLOW_OPENING },
	{ MAGLEV_CONFIG_A_SCTP_SHUTDOWN, MGL_KIND_SCTP, MAGLEV_FLOW_CLOSING },
	{ MAGLEV_CONFIG_A_SCTP_CLOSE, MGL_KIND_SCTP, MAGLEV_FLOW_CLOSED },
};

static int put_used(struct mgl_net *mn, const struct mgl_nl_reply *reply)
{
	mgl_flows_count(mn, mgl_nl_count_age(reply));
	return nla_put_u32(reply->skb, MAGLEV_CONFIG_A_CACHE_USED, mn->n_flows);
}

/* Writes the settings. mgl_net.lock is held. Returns 0 or -EMSGSIZE. */
static int put_config(struct mgl_net *mn, const struct mgl_nl_reply *reply)
{
	const struct mgl_pool *peers = mgl_peers_pool(mn);
	struct sk_buff *skb = reply->skb;
	void *hdr = mgl_nl_begin(reply);
	struct nlattr *nest;
	unsigned int i;

	if (!hdr)
		return -EMSGSIZE;
	nest = nla_nest_start(skb, MAGLEV_A_CONFIG);
	if (!nest ||
	    nla_put_u32(skb, MAGLEV_CONFIG_A_CACHE_SIZE, mn->cache_size) ||
	    (!mgl_nl_is_change(reply) && put_used(mn, reply)))
		return -EMSGSIZE;
	for (i = 0; i < ARRAY_SIZE(timeouts); i++)
		if (nla_put_u32(skb, timeouts[i].attr,
				mn->timeouts.seconds[timeouts[i].kind]
						    [timeouts[i].state]))
			return -EMSGSIZE;
	if (nla_put_u8(skb, MAGLEV_CONFIG_A_PMTU, mn->pmtu) ||
	    nla_put_string(skb, MAGLEV_CONFIG_A_PEERS,
			   peers ? peers->name : ""))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);
	return 0;
}

/* MAGLEV_CMD_CONFIG_GET */
int mgl_nl_config_get(struct sk_buff *skb, struct genl_info *info)
{
	return mgl_nl_answer(skb, info, put_config);
}

static int put_changed(struct mgl_net *mn, const struct mgl_nl_reply *reply,
		       const void *what)
{
	return put_config(mn, reply);
}

static void set_timeouts(struct mgl_timeouts *t, struct nlattr **tb)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(timeouts); i++)
		if (tb[timeouts[i].attr])
			/* Pairs with READ_ONCE() in mgl_cache_expired(). */
			WRITE_ONCE(t->seconds[timeouts[i].kind]
					     [timeouts[i].state],
				   nla_get_u32(tb[timeouts[i].attr]));
}

static int set_cache_size(struct mgl_net *mn, struct nlattr *size,
			  struct netlink_ext_ack *extack)
{
	int err;

	if (!size)
		return 0;
	if (mn->batch) {
		mgl_batch_resize(mn, nla_get_u32(size));
		return 0;
	}
	err = mgl_flows_resize(mn, nla_get_u32(size), extack);
	if (err)
		NL_SET_BAD_ATTR(extack, size);
	return err;
}

/* Looks up the pool of the peers; an empty name stands for none. */
static int find_peers(const struct mgl_ctx *ctx, struct nlattr *name,
		      struct mgl_pool **peers)
{
	*peers = NULL;
	if (!name || !*(const char *)nla_data(name))
		return 0;
	return mgl_nl_find_pool_named(ctx, name, peers) ?:
	       mgl_peers_check(ctx, *peers, name);
}

/* Applies the settings that cannot fail. mgl_net.lock is held. */
static void apply(struct mgl_net *mn, struct nlattr **tb,
		  struct mgl_pool *peers)
{
	struct mgl_batch *batch = mn->batch;

	set_timeouts(batch ? &batch->timeouts : &mn->timeouts, tb);
	if (tb[MAGLEV_CONFIG_A_PMTU])
		/* Pairs with READ_ONCE() in pmtu.c. */
		WRITE_ONCE(*(batch ? &batch->pmtu : &mn->pmtu),
			   nla_get_u8(tb[MAGLEV_CONFIG_A_PMTU]));
	if (batch)
		batch->has_settings = true;
	if (tb[MAGLEV_CONFIG_A_PEERS])
		mgl_peers_set(mn, peers);
}

/* MAGLEV_CMD_CONFIG_SET */
int mgl_nl_config_set(const struct mgl_nl_request *req)
{
	struct nlattr *nest = req->attrs[MAGLEV_A_CONFIG];
	struct nlattr *tb[MAGLEV_CONFIG_A_MAX + 1];
	const struct mgl_ctx *ctx = &req->ctx;
	struct mgl_pool *peers;
	int err;

	if (!nest) {
		NL_SET_ERR_ATTR_MISS(ctx->extack, NULL, MAGLEV_A_CONFIG);
		NL_SET_ERR_MSG(ctx->extack, "configuration is missing");
		return -EINVAL;
	}
	/* First what can fail, and of that the resize last: it is an effect. */
	err = nla_parse_nested(tb, MAGLEV_CONFIG_A_MAX, nest, mgl_nlp_params,
			       ctx->extack) ?:
	      find_peers(ctx, tb[MAGLEV_CONFIG_A_PEERS], &peers) ?:
	      set_cache_size(ctx->mn, tb[MAGLEV_CONFIG_A_CACHE_SIZE],
			     ctx->extack);
	if (err)
		return err;
	apply(ctx->mn, tb, peers);
	mgl_nl_notify(req, MAGLEV_CMD_CONFIG_SET_NTF, put_changed, NULL, 0);
	return 0;
}
