// SPDX-License-Identifier: GPL-2.0
/* Netlink: requests that change something, alone or as parts of a batch. */
#include "../batch.h"
#include "../change.h"
#include "../netns.h"
#include "nl.h"
#include "policy.h"

/* Those that a batch may have; called with mgl_net.lock held. */
static int (*const makers[])(const struct mgl_nl_request *req) = {
	[MAGLEV_CMD_SERVICE_NEW] = mgl_nl_service_new,
	[MAGLEV_CMD_SERVICE_SET] = mgl_nl_service_set,
	[MAGLEV_CMD_SERVICE_DEL] = mgl_nl_service_del,
	[MAGLEV_CMD_POOL_NEW] = mgl_nl_pool_new,
	[MAGLEV_CMD_POOL_SET] = mgl_nl_pool_set,
	[MAGLEV_CMD_POOL_DEL] = mgl_nl_pool_del,
	[MAGLEV_CMD_BACKEND_NEW] = mgl_nl_backend_new,
	[MAGLEV_CMD_BACKEND_SET] = mgl_nl_backend_set,
	[MAGLEV_CMD_BACKEND_DEL] = mgl_nl_backend_del,
	[MAGLEV_CMD_ROUTER_NEW] = mgl_nl_router_new,
	[MAGLEV_CMD_ROUTER_DEL] = mgl_nl_router_del,
	[MAGLEV_CMD_CONFIG_SET] = mgl_nl_config_set,
	[MAGLEV_CMD_SOURCE_NEW] = mgl_nl_source_new,
	[MAGLEV_CMD_SOURCE_DEL] = mgl_nl_source_del,
	[MAGLEV_CMD_MEMBER_NEW] = mgl_nl_member_new,
	[MAGLEV_CMD_MEMBER_SET] = mgl_nl_member_set,
	[MAGLEV_CMD_MEMBER_DEL] = mgl_nl_member_del,
};

/**
 * mgl_nl_change() - handle a request that changes something
 * @skb: the request
 * @info: the request, of a command that a batch may have
 *
 * Context: may sleep.
 * Return: 0 or -errno with the extack set.
 */
int mgl_nl_change(struct sk_buff *skb, struct genl_info *info)
{
	LIST_HEAD(notices);
	const struct mgl_nl_request req = {
		.ctx = mgl_nl_ctx(info),
		.attrs = info->attrs,
		.head = nlmsg_attrdata(info->nlhdr, GENL_HDRLEN),
		.len = nlmsg_attrlen(info->nlhdr, GENL_HDRLEN),
		.skb = skb,
		.info = info,
		.notices = &notices,
	};
	struct mgl_net *mn = req.ctx.mn;
	int err;

	mutex_lock(&mn->lock);
	err = makers[info->genlhdr->cmd](&req);
	if (!err && !info->attrs[MAGLEV_A_DRY_RUN])
		mgl_net_changed(mn);
	mgl_nl_notify_end(&req, !err);
	mutex_unlock(&mn->lock);
	return err;
}

/**
 * mgl_nl_finish() - commit a prepared change, or report and abort a dry run
 * @req: the request, a dry run if it has MAGLEV_A_DRY_RUN
 * @change: the change, which must not be used afterwards
 *
 * Context: may sleep.
 * Return: 0 or -errno; only a dry run can fail.
 */
int mgl_nl_finish(const struct mgl_nl_request *req, struct mgl_change *change)
{
	struct mgl_dry_run dry;
	int err;

	if (!req->attrs[MAGLEV_A_DRY_RUN]) {
		mgl_change_commit(&req->ctx, change);
		return 0;
	}
	err = mgl_change_report(&req->ctx, change, &dry);
	mgl_change_abort(&req->ctx, change);
	return err ?: mgl_nl_reply_moves(req->skb, req->info, &dry);
}

/* The command of a change, which is its first attribute. */
static int parse_cmd(struct netlink_ext_ack *extack, struct nlattr *nest,
		     struct nlattr **attr)
{
	*attr = nla_data(nest);
	if (nla_ok(*attr, nla_len(nest)) && nla_type(*attr) == MAGLEV_A_CMD &&
	    nla_len(*attr) == sizeof(u8)) {
		u8 cmd = nla_get_u8(*attr);

		if (cmd < ARRAY_SIZE(makers) && makers[cmd])
			return 0;
		NL_SET_ERR_MSG_ATTR(extack, *attr,
				    "command cannot be part of a batch");
		return -EINVAL;
	}
	NL_SET_ERR_MSG_ATTR(extack, nest,
			    "a change of a batch does not begin with its command");
	return -EINVAL;
}

/**
 * mgl_nl_change_in_batch() - make a change of a batch
 * @req: the request, without attributes
 * @nest: MAGLEV_A_CHANGE
 *
 * The change is checked by the policy of its command, as it is alone.
 *
 * Context: may sleep.
 * Return: 0 or -errno with the extack set; the batch has to be aborted then.
 */
int mgl_nl_change_in_batch(struct mgl_nl_request *req, struct nlattr *nest)
{
	struct netlink_ext_ack *extack = req->ctx.extack;
	struct nlattr *attrs[MAGLEV_A_MAX + 1], *cmd;
	int err;

	err = parse_cmd(extack, nest, &cmd);
	if (err)
		return err;
	req->attrs = attrs;
	req->len = nla_len(nest);
	req->head = nla_next(cmd, &req->len);
	err = nla_parse(attrs, MAGLEV_A_MAX, req->head, req->len,
			mgl_nl_policy(nla_get_u8(cmd)), extack);
	if (err)
		return err;
	if (attrs[MAGLEV_A_DRY_RUN]) {
		NL_SET_ERR_MSG_ATTR(extack, attrs[MAGLEV_A_DRY_RUN],
				    "a change of a batch is no dry run by itself");
		return -EINVAL;
	}
	return makers[nla_get_u8(cmd)](req);
}
