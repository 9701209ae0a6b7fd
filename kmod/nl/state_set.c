// SPDX-License-Identifier: GPL-2.0
/* Netlink: putting state back. */
#include <linux/mm.h>
#include <linux/slab.h>

#include "../core/state.h"
#include "../gc.h"
#include "../netns.h"
#include "../pool.h"
#include "../state.h"
#include "nl.h"
#include "policy.h"

/**
 * struct state_request - a STATE_SET
 * @ctx: the context
 * @nest: its MAGLEV_A_STATE
 * @tb: the attributes of @nest
 * @flows: the records of flows
 * @image: the image of a table, whole, or NULL
 * @len: length of @image
 * @fates: number of records by what became of them
 * @slots: number of slots that have the past of the image
 */
struct state_request {
	struct mgl_ctx ctx;
	struct nlattr *nest;
	struct nlattr *tb[MAGLEV_STATE_A_MAX + 1];
	struct mgl_state_flows flows;
	u8 *image;
	size_t len;
	u32 fates[MGL_STATE_FATES];
	u32 slots;
};

static int refuse(struct state_request *req, const struct nlattr *attr,
		  const char *why)
{
	struct netlink_ext_ack *extack = req->ctx.extack;

	NL_SET_BAD_ATTR(extack, attr);
	if (extack)
		extack->_msg = why;
	return -EINVAL;
}

static int check_version(struct state_request *req)
{
	const struct nlattr *attr = req->tb[MAGLEV_STATE_A_VERSION];

	if (!attr) {
		NL_SET_ERR_ATTR_MISS(req->ctx.extack, req->nest,
				     MAGLEV_STATE_A_VERSION);
		NL_SET_ERR_MSG(req->ctx.extack,
			       "version of the records is missing");
		return -EINVAL;
	}
	if (nla_get_u32(attr) != MAGLEV_STATE_VERSION)
		return refuse(req, attr,
			      "records are of a version that this build does not read");
	return 0;
}

static int parse_flows(struct state_request *req)
{
	const struct nlattr *attr = req->tb[MAGLEV_STATE_A_FLOWS];

	if (req->tb[MAGLEV_STATE_A_ELAPSED])
		req->flows.elapsed =
			nla_get_u32(req->tb[MAGLEV_STATE_A_ELAPSED]);
	req->flows.restarted = nla_get_flag(req->tb[MAGLEV_STATE_A_RESTARTED]);
	if (!attr)
		return 0;
	if (nla_len(attr) % sizeof(*req->flows.rec))
		return refuse(req, attr, "flows are not whole records");
	req->flows.rec = nla_data(attr);
	req->flows.n = nla_len(attr) / sizeof(*req->flows.rec);
	if (!mgl_state_flows_valid(&req->flows))
		return refuse(req, attr, "record of a flow is not one");
	return 0;
}

/* Puts the pieces of an image together. The caller frees it. */
static int join_image(struct state_request *req, const struct nlmsghdr *nlh)
{
	struct nlattr *attr;
	size_t len = 0;
	int rest;

	nlmsg_for_each_attr(attr, nlh, GENL_HDRLEN, rest)
		if (nla_type(attr) == MAGLEV_A_TABLE)
			len += nla_len(attr);
	if (!len && !req->tb[MAGLEV_STATE_A_POOL])
		return 0;
	if (!len || !req->tb[MAGLEV_STATE_A_POOL])
		return refuse(req, req->nest,
			      "a table needs its pool, and a pool its table");
	if (len > MGL_STATE_IMAGE_MAX)
		return refuse(req, NULL, "image of the table is too long");
	req->image = kvmalloc(len, GFP_KERNEL_ACCOUNT);
	if (!req->image)
		return -ENOMEM;
	nlmsg_for_each_attr(attr, nlh, GENL_HDRLEN, rest) {
		if (nla_type(attr) != MAGLEV_A_TABLE)
			continue;
		memcpy(req->image + req->len, nla_data(attr), nla_len(attr));
		req->len += nla_len(attr);
	}
	return 0;
}

static int parse(struct state_request *req, struct genl_info *info)
{
	int err;

	req->ctx = mgl_nl_ctx(info);
	req->nest = info->attrs[MAGLEV_A_STATE];
	if (!req->nest) {
		NL_SET_ERR_ATTR_MISS(info->extack, NULL, MAGLEV_A_STATE);
		NL_SET_ERR_MSG(info->extack, "state is missing");
		return -EINVAL;
	}
	err = nla_parse_nested(req->tb, MAGLEV_STATE_A_MAX, req->nest,
			       mgl_nlp_records, info->extack);
	return err ?: check_version(req) ?: parse_flows(req) ?:
	       join_image(req, info->nlhdr);
}

/* Reads the image, for the pool that it is of. */
static int read_image(struct state_request *req, struct mgl_pool **pool,
		      struct mgl_state_image *im)
{
	struct nlattr *name = req->tb[MAGLEV_STATE_A_POOL];
	struct mgl_state_time time;
	int err;

	*im = (struct mgl_state_image){};
	if (!req->image)
		return 0;
	err = mgl_nl_find_pool_named(&req->ctx, name, pool);
	if (err)
		return err;
	time = mgl_state_time(*pool, req->flows.elapsed);
	err = mgl_state_image_read(req->image, req->len, &time, im);
	if (err == -EINVAL)
		return refuse(req, name, "image of the pool's table is broken");
	return err;
}

static int set_secret(struct state_request *req)
{
	const struct nlattr *attr = req->tb[MAGLEV_STATE_A_SECRET];
	siphash_key_t secret;
	__le64 word[2];

	if (!attr)
		return 0;
	nla_memcpy(word, attr, sizeof(word));
	secret.key[0] = le64_to_cpu(word[0]);
	secret.key[1] = le64_to_cpu(word[1]);
	return mgl_state_secret_set(&req->ctx, &secret);
}

static int set_hold(struct state_request *req)
{
	const struct nlattr *attr = req->tb[MAGLEV_STATE_A_HOLD];

	if (!attr)
		return 0;
	return mgl_net_hold(&req->ctx, msecs_to_jiffies(nla_get_u32(attr)));
}

/*
 * What can fail comes first, then the flows, which cannot. Packets are held before
 * any of it, and released when all of it is there.
 */
static int set(struct state_request *req)
{
	const struct nlattr *hold = req->tb[MAGLEV_STATE_A_HOLD];
	bool begin = hold && nla_get_u32(hold);
	struct mgl_net *mn = req->ctx.mn;
	struct mgl_state_image im;
	struct mgl_pool *pool;
	int err;

	err = read_image(req, &pool, &im);
	if (!err && begin)
		err = set_hold(req);
	if (err)
		goto out;
	err = set_secret(req);
	if (!err && req->image)
		err = mgl_state_table_set(&req->ctx, pool, &im, &req->slots);
	if (err && begin)
		mgl_net_hold(&req->ctx, 0);
out:
	mgl_state_image_free(&im);
	if (err)
		return err;
	if (req->flows.n)
		mgl_state_flows_set(mn, &req->flows, req->fates);
	if (req->flows.n || req->slots)
		mgl_gc_schedule(mn);
	return begin ? 0 : set_hold(req);
}

static int put_fates(struct sk_buff *skb, const struct state_request *req)
{
	static const int attrs[] = {
		[MGL_STATE_RESTORED] = MAGLEV_STATE_A_RESTORED,
		[MGL_STATE_KEPT] = MAGLEV_STATE_A_KEPT,
		[MGL_STATE_EXPIRED] = MAGLEV_STATE_A_EXPIRED,
		[MGL_STATE_UNKNOWN] = MAGLEV_STATE_A_UNKNOWN,
		[MGL_STATE_FULL] = MAGLEV_STATE_A_FULL,
	};
	struct nlattr *nest = nla_nest_start(skb, MAGLEV_A_STATE);
	u32 i;

	BUILD_BUG_ON(ARRAY_SIZE(attrs) != MGL_STATE_FATES);
	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < MGL_STATE_FATES; i++)
		if (nla_put_u32(skb, attrs[i], req->fates[i]))
			return -EMSGSIZE;
	if (nla_put_u32(skb, MAGLEV_STATE_A_SLOTS, req->slots))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int answer(struct sk_buff *skb, struct genl_info *info,
		  struct state_request *req)
{
	struct mgl_net *mn = req->ctx.mn;
	struct mgl_nl_reply reply;
	void *hdr;
	int err;

	err = mgl_nl_reply_new(skb, info, &reply);
	if (err)
		return err;
	mutex_lock(&mn->lock);
	err = set(req);
	mutex_unlock(&mn->lock);
	hdr = err ? NULL : mgl_nl_begin(&reply);
	if (!err)
		err = hdr ? put_fates(reply.skb, req) : -EMSGSIZE;
	if (!err)
		genlmsg_end(reply.skb, hdr);
	return mgl_nl_reply_send(&reply, info, err);
}

/* MAGLEV_CMD_STATE_SET */
int mgl_nl_state_set(struct sk_buff *skb, struct genl_info *info)
{
	struct state_request *req;
	int err;

	req = kzalloc(sizeof(*req), GFP_KERNEL);
	if (!req)
		return -ENOMEM;
	err = parse(req, info) ?: answer(skb, info, req);
	kvfree(req->image);
	kfree(req);
	return err;
}
