// SPDX-License-Identifier: GPL-2.0
/* Netlink: commands for pools that are members of pools. */
#include "../change.h"
#include "../member.h"
#include "../pool.h"
#include "nl.h"
#include "policy.h"

/* Parses MAGLEV_A_MEMBER but for its pool, which is looked up under the lock. */
static int parse_member(struct genl_info *info, struct nlattr **tb,
			struct mgl_member_spec *spec)
{
	struct nlattr *nest = info->attrs[MAGLEV_A_MEMBER];
	struct nlattr *weight;
	int err;

	if (!nest) {
		NL_SET_ERR_ATTR_MISS(info->extack, NULL, MAGLEV_A_MEMBER);
		NL_SET_ERR_MSG(info->extack, "member is missing");
		return -EINVAL;
	}
	err = nla_parse_nested(tb, MAGLEV_MEMBER_A_MAX, nest, mgl_nlp_member,
			       info->extack);
	if (err)
		return err;
	if (!tb[MAGLEV_MEMBER_A_NAME]) {
		NL_SET_ERR_ATTR_MISS(info->extack, nest, MAGLEV_MEMBER_A_NAME);
		NL_SET_ERR_MSG(info->extack, "member's name is missing");
		return -EINVAL;
	}
	weight = tb[MAGLEV_MEMBER_A_WEIGHT];
	*spec = (struct mgl_member_spec){
		.has_weight = weight,
		.weight = weight ? nla_get_u32(weight) : 0,
		.attr = tb[MAGLEV_MEMBER_A_NAME],
	};
	return 0;
}

/* Looks up the pool in a request, and the one that is its member, or to be. */
static int find_pools(struct genl_info *info, const struct mgl_ctx *ctx,
		      struct nlattr **tb, struct mgl_pool **parent,
		      struct mgl_member_spec *spec)
{
	return mgl_nl_find_pool(ctx, info->attrs, parent) ?:
	       mgl_nl_find_pool_named(ctx, tb[MAGLEV_MEMBER_A_NAME],
				      &spec->pool);
}

static int find_member(struct genl_info *info, const struct mgl_ctx *ctx,
		       struct nlattr **tb, struct mgl_member **m)
{
	struct mgl_member_spec spec;
	struct mgl_pool *parent;
	int err;

	err = find_pools(info, ctx, tb, &parent, &spec);
	if (err)
		return err;
	*m = mgl_member_find(parent, spec.pool);
	if (*m)
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, tb[MAGLEV_MEMBER_A_NAME],
			    "pool is no member of the pool");
	return -ENOENT;
}

/* MAGLEV_CMD_MEMBER_NEW */
int mgl_nl_member_new(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[MAGLEV_MEMBER_A_MAX + 1];
	struct mgl_ctx ctx = mgl_nl_ctx(info);
	struct mgl_member_spec spec;
	struct mgl_change change;
	struct mgl_pool *parent;
	int err;

	err = parse_member(info, tb, &spec);
	if (err)
		return err;

	mutex_lock(&ctx.mn->lock);
	err = find_pools(info, &ctx, tb, &parent, &spec) ?:
	      mgl_change_member_add(&ctx, parent, &spec, &change) ?:
	      mgl_nl_finish(skb, info, &ctx, &change);
	mutex_unlock(&ctx.mn->lock);
	return err;
}

/* MAGLEV_CMD_MEMBER_SET */
int mgl_nl_member_set(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[MAGLEV_MEMBER_A_MAX + 1];
	struct mgl_ctx ctx = mgl_nl_ctx(info);
	struct mgl_member_spec spec;
	struct mgl_change change;
	struct mgl_member *m;
	int err;

	err = parse_member(info, tb, &spec);
	if (err)
		return err;

	mutex_lock(&ctx.mn->lock);
	err = find_member(info, &ctx, tb, &m);
	if (!err)
		err = mgl_change_member_edit(&ctx, m, spec.has_weight ?
					     spec.weight : m->weight, &change);
	if (!err)
		err = mgl_nl_finish(skb, info, &ctx, &change);
	mutex_unlock(&ctx.mn->lock);
	return err;
}

/* MAGLEV_CMD_MEMBER_DEL */
int mgl_nl_member_del(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[MAGLEV_MEMBER_A_MAX + 1];
	struct mgl_ctx ctx = mgl_nl_ctx(info);
	struct mgl_member_spec spec;
	struct mgl_change change;
	struct mgl_member *m;
	int err;

	err = parse_member(info, tb, &spec);
	if (err)
		return err;

	mutex_lock(&ctx.mn->lock);
	err = find_member(info, &ctx, tb, &m) ?:
	      mgl_change_member_delete(&ctx, m, &change) ?:
	      mgl_nl_finish(skb, info, &ctx, &change);
	mutex_unlock(&ctx.mn->lock);
	return err;
}
