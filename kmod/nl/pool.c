// SPDX-License-Identifier: GPL-2.0
/* Netlink: pool commands. */
#include <linux/mm.h>
#include <linux/string.h>

#include "../backend.h"
#include "../change.h"
#include "../member.h"
#include "../panic.h"
#include "../pool.h"
#include "../table.h"
#include "nl.h"
#include "policy.h"

/* Returns 0 or -EMSGSIZE. */
static int put_members(struct sk_buff *skb, const struct mgl_pool *pool)
{
	const struct mgl_member *m;
	struct nlattr *nest;

	list_for_each_entry(m, &pool->members, node) {
		nest = nla_nest_start(skb, MAGLEV_POOL_A_MEMBER);
		if (!nest ||
		    nla_put_string(skb, MAGLEV_MEMBER_A_NAME, m->pool->name) ||
		    nla_put_u32(skb, MAGLEV_MEMBER_A_WEIGHT, m->weight) ||
		    nla_put_u32(skb, MAGLEV_MEMBER_A_SLOTS, m->slots))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

/* Writes a pool. mgl_net.lock is held. Returns 0 or -EMSGSIZE. */
static int put_pool(struct mgl_net *mn, const struct mgl_nl_reply *reply,
		    const struct mgl_pool *pool)
{
	struct sk_buff *skb = reply->skb;
	void *hdr = mgl_nl_begin(reply);
	const struct mgl_table *table;
	struct nlattr *nest;

	if (!hdr)
		return -EMSGSIZE;
	table = mgl_table_of(mn, pool);
	nest = nla_nest_start(skb, MAGLEV_A_POOL);
	if (!nest ||
	    nla_put_string(skb, MAGLEV_POOL_A_NAME, pool->name) ||
	    nla_put_u32(skb, MAGLEV_POOL_A_TABLE_SIZE, pool->size) ||
	    (reply->secrets &&
	     nla_put_u64_64bit(skb, MAGLEV_POOL_A_SEED, pool->seed,
			       MAGLEV_POOL_A_PAD)) ||
	    (pool->is_private && nla_put_flag(skb, MAGLEV_POOL_A_PRIVATE)) ||
	    nla_put_u32(skb, MAGLEV_POOL_A_SERVICES, pool->users) ||
	    nla_put_u32(skb, MAGLEV_POOL_A_BACKENDS, pool->n_backends) ||
	    nla_put_u32(skb, MAGLEV_POOL_A_SETTLE, pool->settle) ||
	    nla_put_u32(skb, MAGLEV_POOL_A_SETTLE_NOW,
			jiffies_to_msecs(pool->settle_now)) ||
	    nla_put_u32(skb, MAGLEV_POOL_A_UNSETTLED,
			mgl_table_unsettled(mn, pool)) ||
	    (table &&
	     nla_put_u64_64bit(skb, MAGLEV_POOL_A_FINGERPRINT,
			       table->fingerprint, MAGLEV_POOL_A_PAD)) ||
	    nla_put_u32(skb, MAGLEV_POOL_A_PARENTS, pool->n_parents) ||
	    nla_put_u8(skb, MAGLEV_POOL_A_PANIC, pool->panic) ||
	    (mgl_panic_now(mn, pool) &&
	     nla_put_flag(skb, MAGLEV_POOL_A_PANICS)) ||
	    put_members(skb, pool)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);
	return 0;
}

static int put_changed(struct mgl_net *mn, const struct mgl_nl_reply *reply,
		       const void *what)
{
	const struct mgl_pool *pool = mgl_pool_find(mn, what);
	void *hdr;

	if (pool)
		return put_pool(mn, reply, pool);
	hdr = mgl_nl_begin(reply);
	if (!hdr || mgl_nl_put_pool_name(reply->skb, what))
		return -EMSGSIZE;
	genlmsg_end(reply->skb, hdr);
	return 0;
}

/**
 * mgl_nl_notify_pool() - notify listeners of a change of a pool
 * @req: the request
 * @cmd: MAGLEV_CMD_POOL_NEW_NTF, _SET_NTF or _DEL_NTF
 * @name: the pool's name
 *
 * Backends and members of a pool go with it, without notifications of their own.
 *
 * Context: as mgl_nl_note(). Cannot fail.
 */
void mgl_nl_notify_pool(const struct mgl_nl_request *req, u8 cmd,
			const char *name)
{
	mgl_nl_notify(req, cmd, put_changed, name, strlen(name) + 1);
}

static int parse_pool(const struct mgl_nl_request *req, struct nlattr **tb,
		      struct mgl_pool_params *params, bool is_new)
{
	struct nlattr *nest = req->attrs[MAGLEV_A_POOL];
	int err;

	if (!nest) {
		NL_SET_ERR_ATTR_MISS(req->ctx.extack, NULL, MAGLEV_A_POOL);
		NL_SET_ERR_MSG(req->ctx.extack, "pool is missing");
		return -EINVAL;
	}
	err = nla_parse_nested(tb, MAGLEV_POOL_A_MAX, nest, mgl_nlp_pool,
			       req->ctx.extack);
	if (err)
		return err;
	if (!tb[MAGLEV_POOL_A_NAME]) {
		NL_SET_ERR_ATTR_MISS(req->ctx.extack, nest, MAGLEV_POOL_A_NAME);
		NL_SET_ERR_MSG(req->ctx.extack, "pool's name is missing");
		return -EINVAL;
	}
	return mgl_nl_check_pool_name(req->ctx.extack, tb[MAGLEV_POOL_A_NAME],
				      is_new) ?:
	       mgl_nl_parse_pool_params(req->ctx.extack, nest, tb, params);
}

/* MAGLEV_CMD_POOL_NEW */
int mgl_nl_pool_new(const struct mgl_nl_request *req)
{
	struct nlattr *tb[MAGLEV_POOL_A_MAX + 1];
	struct mgl_backend_specs specs;
	struct mgl_pool_params params;
	struct mgl_pool *pool;
	int err;

	err = parse_pool(req, tb, &params, true) ?:
	      mgl_nl_parse_backends(req, &specs);
	if (err)
		return err;
	pool = mgl_pool_create(&req->ctx, nla_data(tb[MAGLEV_POOL_A_NAME]),
			       &params, &specs);
	if (!IS_ERR(pool)) {
		mgl_nl_notify_pool(req, MAGLEV_CMD_POOL_NEW_NTF, pool->name);
		mgl_nl_notify_backends(req, pool->name, &specs);
	}
	kvfree(specs.item);
	return PTR_ERR_OR_ZERO(pool);
}

/* MAGLEV_CMD_POOL_SET */
int mgl_nl_pool_set(const struct mgl_nl_request *req)
{
	struct nlattr *tb[MAGLEV_POOL_A_MAX + 1];
	struct mgl_pool_params params;
	struct mgl_change change;
	struct mgl_pool *pool;
	int err;

	err = parse_pool(req, tb, &params, false) ?:
	      mgl_nl_find_pool(&req->ctx, req->attrs, &pool) ?:
	      mgl_change_pool(&req->ctx, pool, &params, &change) ?:
	      mgl_nl_finish(req, &change);
	if (!err)
		mgl_nl_notify_pool(req, MAGLEV_CMD_POOL_SET_NTF, pool->name);
	return err;
}

/* MAGLEV_CMD_POOL_DEL */
int mgl_nl_pool_del(const struct mgl_nl_request *req)
{
	char name[MAGLEV_POOL_NAME_MAX + 1];
	struct mgl_pool *pool;
	int err;

	err = mgl_nl_find_pool(&req->ctx, req->attrs, &pool);
	if (err)
		return err;
	strscpy(name, pool->name, sizeof(name));
	err = mgl_pool_delete(&req->ctx, pool, req->attrs[MAGLEV_A_POOL]);
	if (!err)
		mgl_nl_notify_pool(req, MAGLEV_CMD_POOL_DEL_NTF, name);
	return err;
}

/* MAGLEV_CMD_POOL_GET of one pool */
int mgl_nl_pool_get(struct sk_buff *skb, struct genl_info *info)
{
	struct mgl_ctx ctx = mgl_nl_ctx(info);
	struct mgl_nl_reply reply;
	struct mgl_pool *pool;
	int err;

	err = mgl_nl_reply_new(skb, info, &reply);
	if (err)
		return err;
	mutex_lock(&ctx.mn->lock);
	err = mgl_nl_find_pool(&ctx, info->attrs, &pool) ?:
	      put_pool(ctx.mn, &reply, pool);
	mutex_unlock(&ctx.mn->lock);
	return mgl_nl_reply_send(&reply, info, err);
}

/*
 * MAGLEV_CMD_POOL_GET, dump of all pools. cb->args[0] is the number of pools
 * written so far.
 */
int mgl_nl_pool_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct mgl_net *mn = mgl_net(sock_net(skb->sk));
	struct mgl_nl_reply reply;
	struct mgl_pool *pool;
	long i = 0;
	int err;

	err = mgl_nl_dump_all(cb, MAGLEV_A_POOL);
	if (err)
		return err;
	mgl_nl_reply_dump(skb, cb, MAGLEV_CMD_POOL_GET, &reply);
	mutex_lock(&mn->lock);
	cb->seq = mn->generation;
	pool = mgl_nl_dump_from(mn, cb);
	if (!pool)
		for (pool = mgl_pool_first(mn); pool && i < cb->args[0]; i++)
			pool = mgl_pool_next(pool);
	for (; pool && !put_pool(mn, &reply, pool); pool = mgl_pool_next(pool)) {
		cb->args[0]++;
		/* Counting unsettled slots reads the whole table. */
		cond_resched();
	}
	cb->args[1] = (long)pool;
	mutex_unlock(&mn->lock);
	return skb->len;
}
