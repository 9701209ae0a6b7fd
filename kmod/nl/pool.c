// SPDX-License-Identifier: GPL-2.0
/* Netlink: pools. */
#include <linux/mm.h>

#include "../table.h"
#include "../backend.h"
#include "nl.h"
#include "../net.h"
#include "../netns.h"
#include "policy.h"
#include "../pool.h"

/* Under mgl_net.lock. Returns 0 or -EMSGSIZE. */
static int put_pool(struct mgl_net *mn, const struct mgl_nl_reply *reply,
		    const struct mgl_pool *pool)
{
	struct sk_buff *skb = reply->skb;
	void *hdr = mgl_nl_begin(reply);
	const struct mgl_table *table;
	struct nlattr *nest;

	if (!hdr)
		return -EMSGSIZE;
	table = rcu_dereference_protected(pool->table,
					  lockdep_is_held(&mn->lock));
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
			       table->fingerprint, MAGLEV_POOL_A_PAD))) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);
	return 0;
}

static int parse_pool(struct genl_info *info, struct nlattr **tb,
		      struct mgl_pool_params *params, bool is_new)
{
	struct nlattr *nest = info->attrs[MAGLEV_A_POOL];
	int err;

	if (!nest) {
		NL_SET_ERR_ATTR_MISS(info->extack, NULL, MAGLEV_A_POOL);
		NL_SET_ERR_MSG(info->extack, "pool is missing");
		return -EINVAL;
	}
	err = nla_parse_nested(tb, MAGLEV_POOL_A_MAX, nest, mgl_nlp_pool,
			       info->extack);
	if (err)
		return err;
	if (!tb[MAGLEV_POOL_A_NAME]) {
		NL_SET_ERR_ATTR_MISS(info->extack, nest, MAGLEV_POOL_A_NAME);
		NL_SET_ERR_MSG(info->extack, "pool's name is missing");
		return -EINVAL;
	}
	err = mgl_nl_check_pool_name(tb[MAGLEV_POOL_A_NAME], info->extack, is_new);
	return err ? err : mgl_nl_parse_pool_params(tb, params, info->extack);
}

/**
 * mgl_nl_pool_new() - MAGLEV_CMD_POOL_NEW
 * @skb: the request
 * @info: the request
 *
 * Context: may sleep.
 * Return: 0 or -errno, with nothing changed.
 */
int mgl_nl_pool_new(struct sk_buff *skb, struct genl_info *info)
{
	struct mgl_net *mn = mgl_net(genl_info_net(info));
	struct nlattr *tb[MAGLEV_POOL_A_MAX + 1];
	struct mgl_backend_specs backends;
	struct mgl_pool_params params;
	struct mgl_pool *pool;
	int err;

	err = parse_pool(info, tb, &params, true);
	if (!err)
		err = mgl_nl_parse_backends(info, &backends);
	if (err)
		return err;
	mutex_lock(&mn->lock);
	pool = mgl_pool_create(mn, nla_data(tb[MAGLEV_POOL_A_NAME]), &params,
			       &backends, info->extack);
	if (!IS_ERR(pool))
		mgl_net_changed(mn);
	mutex_unlock(&mn->lock);
	kvfree(backends.item);
	return PTR_ERR_OR_ZERO(pool);
}

/**
 * mgl_nl_pool_set() - MAGLEV_CMD_POOL_SET
 * @skb: the request
 * @info: the request
 *
 * Context: may sleep.
 * Return: 0 or -errno, with nothing changed.
 */
int mgl_nl_pool_set(struct sk_buff *skb, struct genl_info *info)
{
	struct mgl_net *mn = mgl_net(genl_info_net(info));
	struct nlattr *tb[MAGLEV_POOL_A_MAX + 1];
	bool dry_run = info->attrs[MAGLEV_A_DRY_RUN];
	struct mgl_pool_params params;
	struct mgl_dry_run dry = {};
	struct mgl_pool *pool;
	int err;

	err = parse_pool(info, tb, &params, false);
	if (err)
		return err;
	mutex_lock(&mn->lock);
	err = mgl_nl_find_pool(info->attrs, mn, info->extack, &pool);
	if (!err)
		err = mgl_pool_set(mn, pool, &params, dry_run ? &dry : NULL,
				   info->extack);
	if (!err)
		mgl_net_changed(mn);
	mutex_unlock(&mn->lock);
	return mgl_nl_dry_run_reply(skb, info, &dry, err);
}

/**
 * mgl_nl_pool_del() - MAGLEV_CMD_POOL_DEL
 * @skb: the request
 * @info: the request
 *
 * Context: may sleep.
 * Return: 0 or -errno, with nothing changed.
 */
int mgl_nl_pool_del(struct sk_buff *skb, struct genl_info *info)
{
	struct mgl_net *mn = mgl_net(genl_info_net(info));
	struct nlattr *nest = info->attrs[MAGLEV_A_POOL];
	struct mgl_pool *pool;
	int err;

	mutex_lock(&mn->lock);
	err = mgl_nl_find_pool(info->attrs, mn, info->extack, &pool);
	if (err)
		goto out;
	if (pool->is_private) {
		NL_SET_ERR_MSG_ATTR(info->extack, nest,
				    "pool is private and goes with its service");
		err = -EBUSY;
	} else if (pool->users) {
		NL_SET_ERR_MSG_ATTR(info->extack, nest,
				    "pool is used by a service");
		err = -EBUSY;
	} else {
		mgl_pool_destroy(mn, pool);
		mgl_net_changed(mn);
	}
out:
	mutex_unlock(&mn->lock);
	return err;
}

/**
 * mgl_nl_pool_get() - MAGLEV_CMD_POOL_GET of one pool
 * @skb: the request
 * @info: the request
 *
 * Context: may sleep.
 * Return: 0 or -errno.
 */
int mgl_nl_pool_get(struct sk_buff *skb, struct genl_info *info)
{
	struct mgl_net *mn = mgl_net(genl_info_net(info));
	struct mgl_nl_reply reply;
	struct mgl_pool *pool;
	int err;

	err = mgl_nl_reply_new(skb, info, &reply);
	if (err)
		return err;
	mutex_lock(&mn->lock);
	err = mgl_nl_find_pool(info->attrs, mn, info->extack, &pool);
	if (!err)
		err = put_pool(mn, &reply, pool);
	mutex_unlock(&mn->lock);
	return mgl_nl_reply_send(&reply, info, err);
}

/**
 * mgl_nl_pool_dump() - MAGLEV_CMD_POOL_GET of all
 * @skb: the page to fill
 * @cb: the dump; args[0] counts the pools written
 *
 * Context: may sleep.
 * Return: bytes written, 0 at the end, or -errno.
 */
int mgl_nl_pool_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct mgl_net *mn = mgl_net(sock_net(skb->sk));
	struct mgl_nl_reply reply;
	struct rb_node *n;
	long i = 0;
	int err;

	err = mgl_nl_dump_all(cb, MAGLEV_A_POOL);
	if (err)
		return err;
	mgl_nl_reply_dump(skb, cb, MAGLEV_CMD_POOL_GET, &reply);
	mutex_lock(&mn->lock);
	cb->seq = mn->generation;
	for (n = rb_first(&mn->pools); n; n = rb_next(n), i++) {
		if (i < cb->args[0])
			continue;
		if (put_pool(mn, &reply, rb_entry(n, struct mgl_pool, node)))
			break;
		cb->args[0]++;
	}
	mutex_unlock(&mn->lock);
	return skb->len;
}
