// SPDX-License-Identifier: GPL-2.0
/* Netlink: commands for sources. */
#include "../netns.h"
#include "../source.h"
#include "nl.h"

/* Of a shorter prefix, most addresses would never be used. */
static int check_length(struct netlink_ext_ack *extack, struct nlattr *nest,
			const struct mgl_prefix *p)
{
	if (mgl_prefix_is_v4(p)) {
		if (p->len >= MGL_V4_BITS_BEFORE + MAGLEV_SOURCE_LEN4_MIN)
			return 0;
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "source prefix is shorter than /16");
	} else {
		if (p->len >= MAGLEV_SOURCE_LEN6_MIN)
			return 0;
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "source prefix is shorter than /64");
	}
	return -EINVAL;
}

static int parse_source(struct genl_info *info, struct mgl_prefix *p)
{
	struct nlattr *nest = info->attrs[MAGLEV_A_SOURCE];

	if (!nest) {
		NL_SET_ERR_ATTR_MISS(info->extack, NULL, MAGLEV_A_SOURCE);
		NL_SET_ERR_MSG(info->extack, "source is missing");
		return -EINVAL;
	}
	return mgl_nl_parse_prefix(info->extack, nest, p) ?:
	       mgl_nl_check_source(info->extack, nest, &p->addr) ?:
	       check_length(info->extack, nest, p);
}

static int change_sources(struct genl_info *info,
			  int (*change)(const struct mgl_ctx *ctx,
					const struct mgl_prefix *p))
{
	struct mgl_ctx ctx = mgl_nl_ctx(info);
	struct mgl_prefix p;
	int err;

	err = parse_source(info, &p);
	if (err)
		return err;
	mutex_lock(&ctx.mn->lock);
	err = change(&ctx, &p);
	if (!err)
		mgl_net_changed(ctx.mn);
	mutex_unlock(&ctx.mn->lock);
	return err;
}

/* MAGLEV_CMD_SOURCE_NEW */
int mgl_nl_source_new(struct sk_buff *skb, struct genl_info *info)
{
	return change_sources(info, mgl_source_add);
}

/* MAGLEV_CMD_SOURCE_DEL */
int mgl_nl_source_del(struct sk_buff *skb, struct genl_info *info)
{
	return change_sources(info, mgl_source_delete);
}

/* MAGLEV_CMD_SOURCE_GET. cb->args[0] is the number of prefixes written. */
int mgl_nl_source_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct mgl_net *mn = mgl_net(sock_net(skb->sk));
	const struct mgl_sources *s;
	struct mgl_nl_reply reply;

	mgl_nl_reply_dump(skb, cb, MAGLEV_CMD_SOURCE_GET, &reply);
	mutex_lock(&mn->lock);
	cb->seq = mn->generation;
	s = mgl_sources(mn);
	while (s && cb->args[0] < s->set.n &&
	       !mgl_nl_put_prefix(&reply, MAGLEV_A_SOURCE,
				  &s->set.prefix[cb->args[0]]))
		cb->args[0]++;
	mutex_unlock(&mn->lock);
	return skb->len;
}
