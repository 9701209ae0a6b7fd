// SPDX-License-Identifier: GPL-2.0
/* Netlink: commands for trusted routers. */
#include <net/ipv6.h>

#include "../netns.h"
#include "../router.h"
#include "nl.h"
#include "policy.h"

#define ADDR_BITS	128	/* of struct mgl_addr */
#define V4_BITS_BEFORE	96	/* of struct mgl_addr, before an IPv4 address */

/* Bits of struct mgl_addr before the address itself. */
static unsigned int bits_before(const struct mgl_addr *addr)
{
	return mgl_addr_is_v4(addr) ? V4_BITS_BEFORE : 0;
}

static bool host_bits_set(const struct mgl_prefix *p)
{
	struct in6_addr prefix;

	ipv6_addr_prefix(&prefix, mgl_nl_in6(&p->addr), p->len);
	return !ipv6_addr_equal(&prefix, mgl_nl_in6(&p->addr));
}

static int parse_prefix(struct genl_info *info, struct mgl_prefix *p)
{
	struct nlattr *nest = info->attrs[MAGLEV_A_ROUTER];
	struct nlattr *tb[MAGLEV_ROUTER_A_MAX + 1];
	unsigned int before, len;
	int err;

	if (!nest) {
		NL_SET_ERR_ATTR_MISS(info->extack, NULL, MAGLEV_A_ROUTER);
		NL_SET_ERR_MSG(info->extack, "router is missing");
		return -EINVAL;
	}
	err = nla_parse_nested(tb, MAGLEV_ROUTER_A_MAX, nest, mgl_nlp_prefix,
			       info->extack) ?:
	      mgl_nl_parse_address(info->extack, nest, tb,
				   MAGLEV_ROUTER_A_ADDRESS4, &p->addr);
	if (err)
		return err;
	before = bits_before(&p->addr);
	len = ADDR_BITS - before;
	if (tb[MAGLEV_ROUTER_A_PREFIX_LEN])
		len = nla_get_u8(tb[MAGLEV_ROUTER_A_PREFIX_LEN]);
	if (len > ADDR_BITS - before) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    tb[MAGLEV_ROUTER_A_PREFIX_LEN],
				    "prefix is longer than the address");
		return -EINVAL;
	}
	p->len = len + before;
	if (host_bits_set(p)) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    tb[MAGLEV_ROUTER_A_ADDRESS4] ?:
				    tb[MAGLEV_ROUTER_A_ADDRESS6],
				    "address has bits set beyond the prefix");
		return -EINVAL;
	}
	return 0;
}

static int change_routers(struct genl_info *info,
			  int (*change)(const struct mgl_ctx *ctx,
					const struct mgl_prefix *p))
{
	struct mgl_ctx ctx = mgl_nl_ctx(info);
	struct mgl_prefix p;
	int err;

	err = parse_prefix(info, &p);
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

static int put_router(const struct mgl_nl_reply *reply,
		      const struct mgl_prefix *p)
{
	struct sk_buff *skb = reply->skb;
	void *hdr = mgl_nl_begin(reply);
	struct nlattr *nest;

	if (!hdr)
		return -EMSGSIZE;
	nest = nla_nest_start(skb, MAGLEV_A_ROUTER);
	if (!nest ||
	    mgl_nl_put_address(skb, MAGLEV_ROUTER_A_ADDRESS4,
			       MAGLEV_ROUTER_A_ADDRESS6, &p->addr) ||
	    nla_put_u8(skb, MAGLEV_ROUTER_A_PREFIX_LEN,
		       p->len - bits_before(&p->addr))) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);
	return 0;
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
	       !put_router(&reply, &r->prefix[cb->args[0]]))
		cb->args[0]++;
	mutex_unlock(&mn->lock);
	return skb->len;
}
