// SPDX-License-Identifier: GPL-2.0
/* Netlink: commands for pools that are members of pools. */
#include "../change.h"
#include "../member.h"
#include "../pool.h"
#include "nl.h"
#include "policy.h"

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

	return parse_member(req, tb, &spec) ?:
	       find_pools(req, tb, &parent, &spec) ?:
	       mgl_change_member_add(&req->ctx, parent, &spec, &change) ?:
	       mgl_nl_finish(req, &change);
}

/* MAGLEV_CMD_MEMBER_SET */
int mgl_nl_member_set(const struct mgl_nl_request *req)
{
	struct mgl_member_spec spec;
	struct mgl_change change;
	struct mgl_member *m;
	int err;

	err = find_member(req, &spec, &m);
	if (err)
		return err;
	return mgl_change_member_edit(&req->ctx, m, spec.has_weight ?
				      spec.weight : m->weight, &change) ?:
	       mgl_nl_finish(req, &change);
}

/* MAGLEV_CMD_MEMBER_DEL */
int mgl_nl_member_del(const struct mgl_nl_request *req)
{
	struct mgl_member_spec spec;
	struct mgl_change change;
	struct mgl_member *m;

	return find_member(req, &spec, &m) ?:
	       mgl_change_member_delete(&req->ctx, m, &change) ?:
	       mgl_nl_finish(req, &change);
}
