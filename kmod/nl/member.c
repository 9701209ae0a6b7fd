// SPDX-License-Identifier: GPL-2.0
/* Netlink: commands for pools that are members of pools. */
#include <linux/string.h>

#include "../change.h"
#include "../member.h"
#include "../pool.h"
#include "nl.h"
#include "policy.h"

/* A member of a notification: its name, and that of the pool it is in. */
struct changed {
	char pool[MAGLEV_POOL_NAME_MAX + 1];
	char member[MAGLEV_POOL_NAME_MAX + 1];
};

static int put_changed(struct mgl_net *mn, const struct mgl_nl_reply *reply,
		       const void *what)
{
	const struct changed *c = what;
	struct mgl_pool *parent = mgl_pool_find(mn, c->pool);
	struct mgl_pool *pool = mgl_pool_find(mn, c->member);
	const struct mgl_member *m = NULL;
	struct sk_buff *skb = reply->skb;
	void *hdr = mgl_nl_begin(reply);
	struct nlattr *nest;

	if (parent && pool)
		m = mgl_member_find(parent, pool);
	if (!hdr || mgl_nl_put_changed_pool(skb, mn, c->pool))
		return -EMSGSIZE;
	nest = nla_nest_start(skb, MAGLEV_A_MEMBER);
	if (!nest || nla_put_string(skb, MAGLEV_MEMBER_A_NAME, c->member) ||
	    (m && nla_put_u32(skb, MAGLEV_MEMBER_A_WEIGHT, m->weight)) ||
	    (m && nla_put_u32(skb, MAGLEV_MEMBER_A_SLOTS, m->slots)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);
	return 0;
}

/* Remembers a member, which a request may take out. */
static struct changed remember(const struct mgl_pool *parent,
			       const struct mgl_pool *pool)
{
	struct changed c;

	strscpy_pad(c.pool, parent->name, sizeof(c.pool));
	strscpy_pad(c.member, pool->name, sizeof(c.member));
	return c;
}

static void notify(const struct mgl_nl_request *req, u8 cmd,
		   const struct changed *c)
{
	mgl_nl_notify(req, cmd, put_changed, c, sizeof(*c));
}

/* Parses MAGLEV_A_MEMBER but for its pool. */
static int parse_member(const struct mgl_nl_request *req, struct nlattr **tb,
			struct mgl_member_spec *spec)
{
	struct nlattr *nest = req->attrs[MAGLEV_A_MEMBER];
	struct nlattr *weight;
	int err;

	if (!nest) {
		NL_SET_ERR_ATTR_MISS(req->ctx.extack, NULL, MAGLEV_A_MEMBER);
		NL_SET_ERR_MSG(req->ctx.extack, "member is missing");
		return -EINVAL;
	}
	err = nla_parse_nested(tb, MAGLEV_MEMBER_A_MAX, nest, mgl_nlp_member,
			       req->ctx.extack);
	if (err)
		return err;
	if (!tb[MAGLEV_MEMBER_A_NAME]) {
		NL_SET_ERR_ATTR_MISS(req->ctx.extack, nest, MAGLEV_MEMBER_A_NAME);
		NL_SET_ERR_MSG(req->ctx.extack, "member's name is missing");
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
static int find_pools(const struct mgl_nl_request *req, struct nlattr **tb,
		      struct mgl_pool **parent, struct mgl_member_spec *spec)
{
	return mgl_nl_find_pool(&req->ctx, req->attrs, parent) ?:
	       mgl_nl_find_pool_named(&req->ctx, tb[MAGLEV_MEMBER_A_NAME],
				      &spec->pool);
}

static int find_member(const struct mgl_nl_request *req,
		       struct mgl_member_spec *spec, struct mgl_member **m)
{
	struct nlattr *tb[MAGLEV_MEMBER_A_MAX + 1];
	struct mgl_pool *parent;
	int err;

	err = parse_member(req, tb, spec) ?:
	      find_pools(req, tb, &parent, spec);
	if (err)
		return err;
	*m = mgl_member_find(parent, spec->pool);
	if (*m)
		return 0;
	NL_SET_ERR_MSG_ATTR(req->ctx.extack, tb[MAGLEV_MEMBER_A_NAME],
			    "pool is no member of the pool");
	return -ENOENT;
}

/* MAGLEV_CMD_MEMBER_NEW */
int mgl_nl_member_new(const struct mgl_nl_request *req)
{
	struct nlattr *tb[MAGLEV_MEMBER_A_MAX + 1];
	struct mgl_member_spec spec;
	struct mgl_change change;
	struct mgl_pool *parent;
	struct changed c;
	int err;

	err = parse_member(req, tb, &spec) ?:
	      find_pools(req, tb, &parent, &spec) ?:
	      mgl_change_member_add(&req->ctx, parent, &spec, &change) ?:
	      mgl_nl_finish(req, &change);
	if (err)
		return err;
	c = remember(parent, spec.pool);
	notify(req, MAGLEV_CMD_MEMBER_NEW_NTF, &c);
	return 0;
}

/* MAGLEV_CMD_MEMBER_SET */
int mgl_nl_member_set(const struct mgl_nl_request *req)
{
	struct mgl_member_spec spec;
	struct mgl_change change;
	struct mgl_member *m;
	struct changed c;
	int err;

	err = find_member(req, &spec, &m);
	if (err)
		return err;
	err = mgl_change_member_edit(&req->ctx, m, spec.has_weight ?
				     spec.weight : m->weight, &change) ?:
	      mgl_nl_finish(req, &change);
	if (err)
		return err;
	c = remember(m->parent, m->pool);
	notify(req, MAGLEV_CMD_MEMBER_SET_NTF, &c);
	return 0;
}

/* MAGLEV_CMD_MEMBER_DEL */
int mgl_nl_member_del(const struct mgl_nl_request *req)
{
	struct mgl_member_spec spec;
	struct mgl_change change;
	struct mgl_member *m;
	struct changed c;
	int err;

	err = find_member(req, &spec, &m);
	if (err)
		return err;
	c = remember(m->parent, m->pool);
	err = mgl_change_member_delete(&req->ctx, m, &change) ?:
	      mgl_nl_finish(req, &change);
	if (!err)
		notify(req, MAGLEV_CMD_MEMBER_DEL_NTF, &c);
	return err;
}
