// SPDX-License-Identifier: GPL-2.0
/* Netlink: backends, which are backends of a pool. */
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "../endpoint.h"
#include "../table.h"
#include "../backend.h"
#include "nl.h"
#include "../net.h"
#include "../netns.h"
#include "policy.h"
#include "../pool.h"
#include "../flows.h"

static u32 deadline_left(const struct mgl_backend *b)
{
	if (time_after_eq(jiffies, b->deadline))
		return 0;
	return jiffies_to_msecs(b->deadline - jiffies);
}

/* Under mgl_net.lock. Returns 0 or -EMSGSIZE. */
static int put_backend(const struct mgl_nl_reply *reply,
		       const struct mgl_pool *pool, const struct mgl_backend *b)
{
	struct mgl_traffic_sum now = mgl_traffic_read(b->traffic);
	struct sk_buff *skb = reply->skb;
	void *hdr = mgl_nl_begin(reply);
	struct nlattr *nest;

	if (!hdr)
		return -EMSGSIZE;
	if (mgl_nl_put_pool_name(skb, pool->name))
		goto too_small;
	nest = nla_nest_start(skb, MAGLEV_A_BACKEND);
	if (!nest ||
	    mgl_nl_put_address(skb, MAGLEV_BACKEND_A_ADDRESS4,
			       MAGLEV_BACKEND_A_ADDRESS6, &b->endpoint->addr) ||
	    nla_put_u32(skb, MAGLEV_BACKEND_A_WEIGHT, b->weight) ||
	    nla_put_u32(skb, MAGLEV_BACKEND_A_SLOTS, b->slots) ||
	    nla_put_u8(skb, MAGLEV_BACKEND_A_STATE, b->state) ||
	    (b->draining && nla_put_u32(skb, MAGLEV_BACKEND_A_DEADLINE,
					deadline_left(b))) ||
	    nla_put_u32(skb, MAGLEV_BACKEND_A_ACTIVE, b->n_active) ||
	    nla_put_u32(skb, MAGLEV_BACKEND_A_INACTIVE, b->n_inactive) ||
	    mgl_nl_put_traffic(skb, MAGLEV_BACKEND_A_STATS, &now,
			       &b->traffic_base))
		goto too_small;
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);
	return 0;

too_small:
	genlmsg_cancel(skb, hdr);
	return -EMSGSIZE;
}

/*
 * Counting sweeps the whole cache: those who may change the configuration have
 * it done at once, others see what was counted in the last second.
 */
static unsigned long count_age(const struct mgl_nl_reply *reply)
{
	return reply->secrets ? 0 : HZ;
}

static struct nlattr *backend_nest(struct genl_info *info)
{
	struct nlattr *nest = info->attrs[MAGLEV_A_BACKEND];

	if (!nest) {
		NL_SET_ERR_ATTR_MISS(info->extack, NULL, MAGLEV_A_BACKEND);
		NL_SET_ERR_MSG(info->extack, "backend is missing");
	}
	return nest;
}

static int parse_backend(struct genl_info *info, struct nlattr **tb,
			 struct mgl_addr *addr)
{
	struct nlattr *nest = backend_nest(info);

	return nest ? mgl_nl_parse_backend_addr(nest, tb, addr, info->extack) :
		      -EINVAL;
}

static int backend_params(struct genl_info *info, struct nlattr **tb,
			 struct mgl_backend_params *p)
{
	struct nlattr *deadline = tb[MAGLEV_BACKEND_A_DEADLINE];

	*p = (struct mgl_backend_params){};
	if (tb[MAGLEV_BACKEND_A_WEIGHT]) {
		p->has_weight = true;
		p->weight = nla_get_u32(tb[MAGLEV_BACKEND_A_WEIGHT]);
	}
	if (tb[MAGLEV_BACKEND_A_STATE]) {
		p->has_state = true;
		p->state = nla_get_u8(tb[MAGLEV_BACKEND_A_STATE]);
	}
	if (!deadline)
		return 0;
	if (!p->has_state || p->state != MAGLEV_STATE_DRAIN) {
		NL_SET_ERR_MSG_ATTR(info->extack, deadline,
				    "a deadline is for a backend that drains");
		return -EINVAL;
	}
	p->has_deadline = true;
	p->deadline = msecs_to_jiffies(nla_get_u32(deadline));
	return 0;
}

/* How many backends a request has, which may be too many. */
static int count_backends(struct genl_info *info, u32 *n)
{
	struct nlattr *attr;
	int rest;

	*n = 0;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rest) {
		if (nla_type(attr) != MAGLEV_A_BACKEND)
			continue;
		if (++*n > MAGLEV_BACKENDS_MAX) {
			NL_SET_ERR_MSG_ATTR(info->extack, attr,
					    "more backends than fit");
			return -ENOSPC;
		}
	}
	return 0;
}

/* What one MAGLEV_A_BACKEND asks for. */
static int parse_spec(struct genl_info *info, struct nlattr *nest,
			struct mgl_backend_spec *new)
{
	struct nlattr *tb[MAGLEV_BACKEND_A_MAX + 1];
	int err;

	new->attr = nest;
	err = mgl_nl_parse_backend_addr(nest, tb, &new->addr, info->extack);
	return err ? err : backend_params(info, tb, &new->params);
}

/**
 * mgl_nl_parse_backends() - the backends that a pool is to get
 * @info: the request, with any number of MAGLEV_A_BACKEND
 * @new: the backends; after success kvfree(new->item)
 *
 * Context: may sleep.
 * Return: 0, -EINVAL, -EOPNOTSUPP, -ENOSPC or -ENOMEM.
 */
int mgl_nl_parse_backends(struct genl_info *info, struct mgl_backend_specs *new)
{
	struct nlattr *attr;
	int rest, err;
	u32 n, i = 0;

	*new = (struct mgl_backend_specs){};
	err = count_backends(info, &n);
	if (err || !n)
		return err;
	new->item = kvcalloc(n, sizeof(*new->item), GFP_KERNEL);
	if (!new->item)
		return -ENOMEM;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rest) {
		if (nla_type(attr) != MAGLEV_A_BACKEND)
			continue;
		err = parse_spec(info, attr, &new->item[i++]);
		if (err) {
			kvfree(new->item);
			return err;
		}
	}
	new->n = n;
	return 0;
}

/* Finds the backend that a request is about. Under mgl_net.lock. */
static int find_backend(struct genl_info *info, struct mgl_net *mn,
		       const struct mgl_addr *addr, struct mgl_pool **pool,
		       struct mgl_backend **b)
{
	int err;

	err = mgl_nl_find_pool(info->attrs, mn, info->extack, pool);
	if (err)
		return err;
	*b = mgl_backend_find(*pool, addr);
	if (*b)
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[MAGLEV_A_BACKEND],
			    "no such backend in the pool");
	return -ENOENT;
}

/**
 * mgl_nl_backend_new() - MAGLEV_CMD_BACKEND_NEW
 * @skb: the request
 * @info: the request
 *
 * Context: may sleep.
 * Return: 0 or -errno, with nothing changed.
 */
int mgl_nl_backend_new(struct sk_buff *skb, struct genl_info *info)
{
	struct mgl_net *mn = mgl_net(genl_info_net(info));
	bool dry_run = info->attrs[MAGLEV_A_DRY_RUN];
	struct mgl_backend_specs backends;
	struct mgl_dry_run dry = {};
	struct mgl_pool *pool;
	int err;

	if (!backend_nest(info))
		return -EINVAL;
	err = mgl_nl_parse_backends(info, &backends);
	if (err)
		return err;

	mutex_lock(&mn->lock);
	err = mgl_nl_find_pool(info->attrs, mn, info->extack, &pool);
	if (!err)
		err = mgl_backends_add(mn, pool, &backends,
				      dry_run ? &dry : NULL, info->extack);
	if (!err)
		mgl_net_changed(mn);
	mutex_unlock(&mn->lock);
	kvfree(backends.item);
	return mgl_nl_dry_run_reply(skb, info, &dry, err);
}

/**
 * mgl_nl_backend_set() - MAGLEV_CMD_BACKEND_SET
 * @skb: the request
 * @info: the request
 *
 * Context: may sleep.
 * Return: 0 or -errno, with nothing changed.
 */
int mgl_nl_backend_set(struct sk_buff *skb, struct genl_info *info)
{
	struct mgl_net *mn = mgl_net(genl_info_net(info));
	struct nlattr *tb[MAGLEV_BACKEND_A_MAX + 1];
	bool dry_run = info->attrs[MAGLEV_A_DRY_RUN];
	struct mgl_backend_params params;
	struct mgl_dry_run dry = {};
	struct mgl_backend *b;
	struct mgl_pool *pool;
	struct mgl_addr addr;
	int err;

	err = parse_backend(info, tb, &addr);
	if (!err)
		err = backend_params(info, tb, &params);
	if (err)
		return err;

	mutex_lock(&mn->lock);
	err = find_backend(info, mn, &addr, &pool, &b);
	if (!err)
		err = mgl_backend_set(mn, pool, b, &params,
				     dry_run ? &dry : NULL, info->extack);
	if (!err)
		mgl_net_changed(mn);
	mutex_unlock(&mn->lock);
	return mgl_nl_dry_run_reply(skb, info, &dry, err);
}

/**
 * mgl_nl_backend_del() - MAGLEV_CMD_BACKEND_DEL
 * @skb: the request
 * @info: the request
 *
 * Context: may sleep.
 * Return: 0 or -errno, with nothing changed.
 */
int mgl_nl_backend_del(struct sk_buff *skb, struct genl_info *info)
{
	struct mgl_net *mn = mgl_net(genl_info_net(info));
	struct nlattr *tb[MAGLEV_BACKEND_A_MAX + 1];
	bool dry_run = info->attrs[MAGLEV_A_DRY_RUN];
	struct mgl_dry_run dry = {};
	struct mgl_backend *b;
	struct mgl_pool *pool;
	struct mgl_addr addr;
	int err;

	err = parse_backend(info, tb, &addr);
	if (err)
		return err;

	mutex_lock(&mn->lock);
	err = find_backend(info, mn, &addr, &pool, &b);
	if (!err)
		err = mgl_backend_del(mn, pool, b, dry_run ? &dry : NULL,
				     info->extack);
	if (!err)
		mgl_net_changed(mn);
	mutex_unlock(&mn->lock);
	return mgl_nl_dry_run_reply(skb, info, &dry, err);
}

/**
 * mgl_nl_backend_get() - MAGLEV_CMD_BACKEND_GET of one backend
 * @skb: the request
 * @info: the request
 *
 * Context: may sleep.
 * Return: 0 or -errno.
 */
int mgl_nl_backend_get(struct sk_buff *skb, struct genl_info *info)
{
	struct mgl_net *mn = mgl_net(genl_info_net(info));
	struct nlattr *tb[MAGLEV_BACKEND_A_MAX + 1];
	struct mgl_nl_reply reply;
	struct mgl_backend *b;
	struct mgl_pool *pool;
	struct mgl_addr addr;
	int err;

	err = parse_backend(info, tb, &addr);
	if (!err)
		err = mgl_nl_reply_new(skb, info, &reply);
	if (err)
		return err;

	mutex_lock(&mn->lock);
	err = find_backend(info, mn, &addr, &pool, &b);
	if (!err) {
		mgl_flows_count(mn, count_age(&reply));
		err = put_backend(&reply, pool, b);
	}
	mutex_unlock(&mn->lock);
	return mgl_nl_reply_send(&reply, info, err);
}

/*
 * Writes a pool's backends but for those that former pages have. @i counts all
 * that came by, over all pools; the ones written are counted in the callback.
 */
static int dump_backends(const struct mgl_nl_reply *reply,
			const struct mgl_pool *pool, long *i)
{
	struct netlink_callback *cb = reply->cb;
	const struct mgl_backend *b;
	int err;

	list_for_each_entry(b, &pool->backends, node) {
		if ((*i)++ < cb->args[0])
			continue;
		err = put_backend(reply, pool, b);
		if (err)
			return err;
		cb->args[0]++;
	}
	return 0;
}

/**
 * mgl_nl_backend_dump() - MAGLEV_CMD_BACKEND_GET of a pool's, or all
 * @skb: the page to fill
 * @cb: the dump; args[0] counts the backends written
 *
 * Context: may sleep.
 * Return: bytes written, 0 at the end, or -errno.
 */
int mgl_nl_backend_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct mgl_net *mn = mgl_net(sock_net(skb->sk));
	struct nlattr **attrs = genl_info_dump(cb)->attrs;
	struct mgl_nl_reply reply;
	struct mgl_pool *pool;
	struct rb_node *n;
	long i = 0;
	int err;

	err = mgl_nl_dump_all(cb, MAGLEV_A_BACKEND);
	if (err)
		return err;
	mgl_nl_reply_dump(skb, cb, MAGLEV_CMD_BACKEND_GET, &reply);
	mutex_lock(&mn->lock);
	cb->seq = mn->generation;
	if (!cb->args[0])
		mgl_flows_count(mn, count_age(&reply));
	if (attrs[MAGLEV_A_POOL] || attrs[MAGLEV_A_SERVICE]) {
		err = mgl_nl_find_pool(attrs, mn, cb->extack, &pool);
		if (!err)
			dump_backends(&reply, pool, &i);
	} else {
		for (n = rb_first(&mn->pools); n; n = rb_next(n))
			if (dump_backends(&reply,
					 rb_entry(n, struct mgl_pool, node),
					 &i))
				break;
	}
	mutex_unlock(&mn->lock);
	return err ? err : skb->len;
}
