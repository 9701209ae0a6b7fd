// SPDX-License-Identifier: GPL-2.0
/* Netlink: commands for trusted routers. */
#include "../router.h"
#include "nl.h"

static int parse_router(const struct mgl_nl_request *req, struct mgl_prefix *p)
{
	struct nlattr *nest = req->attrs[MAGLEV_A_ROUTER];

	if (!nest) {
		NL_SET_ERR_ATTR_MISS(req->ctx.extack, NULL, MAGLEV_A_ROUTER);
		NL_SET_ERR_MSG(req->ctx.extack, "router is missing");
		return -EINVAL;
	}
	return mgl_nl_parse_prefix(req->ctx.extack, nest, p);
}

static const struct mgl_nl_prefixes routers = {
	.attr = MAGLEV_A_ROUTER,
	.parse = parse_router,
};

/* MAGLEV_CMD_ROUTER_NEW */
int mgl_nl_router_new(const struct mgl_nl_request *req)
{
	return mgl_nl_change_prefix(req, &routers, MAGLEV_CMD_ROUTER_NEW_NTF,
				    mgl_router_add);
}

/* MAGLEV_CMD_ROUTER_DEL */
int mgl_nl_router_del(const struct mgl_nl_request *req)
{
	return mgl_nl_change_prefix(req, &routers, MAGLEV_CMD_ROUTER_DEL_NTF,
				    mgl_router_delete);
}

/* MAGLEV_CMD_ROUTER_GET. cb->args[0] is the number of prefixes written. */
int mgl_nl_router_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct mgl_net *mn = mgl_net(sock_net(skb->sk));
	const struct mgl_routers *r;
	struct mgl_nl_reply reply;

	mgl_nl_reply_dump(skb, cb, MAGLEV_CMD_ROUTER_GET, &reply);
	mutex_lock(&mn->lock);
	cb->seq = mn->generation;
	r = mgl_routers(mn);
	while (r && cb->args[0] < r->n &&
	       !mgl_nl_put_prefix(&reply, MAGLEV_A_ROUTER,
				  &r->prefix[cb->args[0]]))
		cb->args[0]++;
	mutex_unlock(&mn->lock);
	return skb->len;
}
