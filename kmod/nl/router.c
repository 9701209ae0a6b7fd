// SPDX-License-Identifier: GPL-2.0
/* Netlink: commands for trusted routers. */
#include "../netns.h"
#include "../router.h"
#include "nl.h"

static int parse_router(struct genl_info *info, struct mgl_prefix *p)
{
	struct nlattr *nest = info->attrs[MAGLEV_A_ROUTER];

	if (!nest) {
		NL_SET_ERR_ATTR_MISS(info->extack, NULL, MAGLEV_A_ROUTER);
		NL_SET_ERR_MSG(info->extack, "router is missing");
		return -EINVAL;
	}
	return mgl_nl_parse_prefix(info->extack, nest, p);
}

static int change_routers(struct genl_info *info,
			  int (*change)(const struct mgl_ctx *ctx,
					const struct mgl_prefix *p))
{
	struct mgl_ctx ctx = mgl_nl_ctx(info);
	struct mgl_prefix p;
	int err;

	err = parse_router(info, &p);
	if (err)
		return err;
	mutex_lock(&ctx.mn->lock);
	err = change(&ctx, &p);
	if (!err)
		mgl_net_changed(ctx.mn);
	mutex_unlock(&ctx.mn->lock);
	return err;
}

/* MAGLEV_CMD_ROUTER_NEW */
int mgl_nl_router_new(struct sk_buff *skb, struct genl_info *info)
{
	return change_routers(info, mgl_router_add);
}

/* MAGLEV_CMD_ROUTER_DEL */
int mgl_nl_router_del(struct sk_buff *skb, struct genl_info *info)
{
	return change_routers(info, mgl_router_delete);
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
