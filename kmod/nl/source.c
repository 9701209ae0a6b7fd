// SPDX-License-Identifier: GPL-2.0
/* Netlink: commands for sources. */
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

static int parse_source(const struct mgl_nl_request *req, struct mgl_prefix *p)
{
	struct nlattr *nest = req->attrs[MAGLEV_A_SOURCE];

	if (!nest) {
		NL_SET_ERR_ATTR_MISS(req->ctx.extack, NULL, MAGLEV_A_SOURCE);
		NL_SET_ERR_MSG(req->ctx.extack, "source is missing");
		return -EINVAL;
	}
	return mgl_nl_parse_prefix(req->ctx.extack, nest, p) ?:
	       mgl_nl_check_source(req->ctx.extack, nest, &p->addr) ?:
	       check_length(req->ctx.extack, nest, p);
}

static const struct mgl_nl_prefixes sources = {
	.attr = MAGLEV_A_SOURCE,
	.parse = parse_source,
};

/* MAGLEV_CMD_SOURCE_NEW */
int mgl_nl_source_new(const struct mgl_nl_request *req)
{
	return mgl_nl_change_prefix(req, &sources, MAGLEV_CMD_SOURCE_NEW_NTF,
				    mgl_source_add);
}

/* MAGLEV_CMD_SOURCE_DEL */
int mgl_nl_source_del(const struct mgl_nl_request *req)
{
	return mgl_nl_change_prefix(req, &sources, MAGLEV_CMD_SOURCE_DEL_NTF,
				    mgl_source_delete);
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
