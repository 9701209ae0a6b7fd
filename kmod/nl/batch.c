// SPDX-License-Identifier: GPL-2.0
/* Netlink: batches. */
#include "../batch.h"
#include "../flows.h"
#include "../netns.h"
#include "nl.h"

static int check_generation(const struct mgl_ctx *ctx, struct nlattr *attr)
{
	if (!attr || nla_get_u32(attr) == ctx->mn->generation)
		return 0;
	NL_SET_ERR_MSG_ATTR(ctx->extack, attr,
			    "the configuration has changed since that generation");
	return -ESTALE;
}

/* An error is that of the change, unless it has named an attribute in it. */
static void blame(struct netlink_ext_ack *extack, struct nlattr *change)
{
	if (!extack->bad_attr)
		NL_SET_BAD_ATTR(extack, change);
}

static int make_changes(struct mgl_nl_request *req)
{
	const struct nlmsghdr *nlh = req->info->nlhdr;
	struct nlattr *attr;
	int rest, err;

	nlmsg_for_each_attr(attr, nlh, GENL_HDRLEN, rest) {
		if (nla_type(attr) != MAGLEV_A_CHANGE)
			continue;
		req->ctx.mn->batch->attr = attr;
		err = mgl_nl_change_in_batch(req, attr);
		if (err) {
			blame(req->ctx.extack, attr);
			return err;
		}
		cond_resched();
	}
	return mgl_batch_prepare(&req->ctx);
}

static int dry_run(struct mgl_nl_request *req, struct mgl_batch *batch)
{
	struct mgl_dry_run dry;
	int err;

	mgl_flows_count(req->ctx.mn, 0);
	mgl_batch_begin(&req->ctx, batch);
	err = make_changes(req) ?: mgl_batch_report(&req->ctx, &dry);
	mgl_batch_abort(&req->ctx);
	return err ?: mgl_nl_reply_moves(req->skb, req->info, &dry);
}

static int activate(const struct mgl_ctx *ctx)
{
	return ctx->mn->n_services ? mgl_net_activate(ctx->mn, ctx->extack) : 0;
}

static int commit(struct mgl_nl_request *req, struct mgl_batch *batch)
{
	struct mgl_ctx *ctx = &req->ctx;
	int err;

	mgl_batch_begin(ctx, batch);
	err = make_changes(req) ?: activate(ctx) ?: mgl_batch_commit(ctx);
	if (err) {
		mgl_batch_abort(ctx);
		mgl_net_deactivate_unused(ctx->mn);
	} else {
		mgl_net_changed(ctx->mn);
	}
	mgl_nl_notify_end(req, !err);
	return err;
}

/* MAGLEV_CMD_BATCH */
int mgl_nl_batch(struct sk_buff *skb, struct genl_info *info)
{
	LIST_HEAD(notices);
	struct mgl_nl_request req = {
		.ctx = mgl_nl_ctx(info),
		.skb = skb,
		.info = info,
		.notices = &notices,
	};
	struct mgl_batch batch;
	int err;

	mutex_lock(&req.ctx.mn->lock);
	err = check_generation(&req.ctx, info->attrs[MAGLEV_A_GENERATION]);
	if (!err)
		err = info->attrs[MAGLEV_A_DRY_RUN] ? dry_run(&req, &batch) :
						      commit(&req, &batch);
	mutex_unlock(&req.ctx.mn->lock);
	return err;
}
