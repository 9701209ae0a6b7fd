// SPDX-License-Identifier: GPL-2.0
/* Netlink: backend commands. */
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/slab.h>

#include "../backend.h"
#include "../change.h"
#include "../endpoint.h"
#include "../flows.h"
#include "../pool.h"
#include "nl.h"
#include "policy.h"

/* Milliseconds until the deadline of a draining backend, 0 if it has passed. */
static u32 deadline_left(const struct mgl_backend *b)
{
	if (time_after_eq(jiffies, b->deadline))
		return 0;
	return jiffies_to_msecs(b->deadline - jiffies);
}

/* Thresholds, if it has any. */
static int put_thresholds(struct sk_buff *skb, const struct mgl_backend *b)
{
	const struct mgl_thresholds *t = &b->thresholds;

	if (!t->upper)
		return 0;
	if (nla_put_u32(skb, MAGLEV_BACKEND_A_UPPER, t->upper) ||
	    nla_put_u32(skb, MAGLEV_BACKEND_A_LOWER, t->lower) ||
	    (mgl_backend_overloaded(b) &&
	     nla_put_flag(skb, MAGLEV_BACKEND_A_OVERLOADED)))
		return -EMSGSIZE;
	return 0;
}

static int put_settings(struct sk_buff *skb, const struct mgl_backend *b)
{
	if (mgl_nl_put_address(skb, MAGLEV_BACKEND_A_ADDRESS4,
			       MAGLEV_BACKEND_A_ADDRESS6, &b->endpoint->addr) ||
	    nla_put_u32(skb, MAGLEV_BACKEND_A_WEIGHT, b->weight) ||
	    nla_put_u32(skb, MAGLEV_BACKEND_A_SLOTS, b->slots) ||
	    nla_put_u8(skb, MAGLEV_BACKEND_A_STATE, b->state) ||
	    (b->draining && nla_put_u32(skb, MAGLEV_BACKEND_A_DEADLINE,
					deadline_left(b))) ||
	    put_thresholds(skb, b) ||
	    mgl_nl_put_userdata(skb, MAGLEV_BACKEND_A_USERDATA, b->userdata))
		return -EMSGSIZE;
	return 0;
}

/* Writes a backend. mgl_net.lock is held. Returns 0 or -EMSGSIZE. */
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
	if (!nest || put_settings(skb, b) ||
	    nla_put_u32(skb, MAGLEV_BACKEND_A_ACTIVE, b->n_active) ||
	    nla_put_u32(skb, MAGLEV_BACKEND_A_INACTIVE, b->n_inactive) ||
	    nla_put_u32(skb, MAGLEV_BACKEND_A_UNREACHABLE,
			atomic_read(&b->endpoint->unreachable) -
			b->unreachable_base) ||
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
 * Backends of a message: of IPv4 so many fit into one of the usual size. With
 * thresholds and userdata they take 208 bytes at most: see notify.c.
 */
#define CHANGED_MAX 85

/**
 * struct changed - backends of a notification
 * @pool: name of their pool
 * @n: length of @addr
 * @addr: their addresses
 */
struct changed {
	char pool[MAGLEV_POOL_NAME_MAX + 1];
	u32 n;
	struct mgl_addr addr[];
};

/* Writes a backend as it is now, or if it is gone its address. */
static int put_one(struct sk_buff *skb, struct mgl_pool *pool,
		   const struct mgl_addr *addr)
{
	const struct mgl_backend *b = pool ? mgl_backend_find(pool, addr) : NULL;
	struct nlattr *nest = nla_nest_start(skb, MAGLEV_A_BACKEND);
	int err = -EMSGSIZE;

	if (!nest)
		return err;
	if (b)
		err = put_settings(skb, b);
	else
		err = mgl_nl_put_address(skb, MAGLEV_BACKEND_A_ADDRESS4,
					 MAGLEV_BACKEND_A_ADDRESS6, addr);
	if (err)
		nla_nest_cancel(skb, nest);
	else
		nla_nest_end(skb, nest);
	return err;
}

static int put_changed(struct mgl_net *mn, const struct mgl_nl_reply *reply,
		       const void *what)
{
	const struct changed *c = what;
	struct mgl_pool *pool = mgl_pool_find(mn, c->pool);
	void *hdr = mgl_nl_begin(reply);
	u32 i;

	if (!hdr || mgl_nl_put_changed_pool(reply->skb, mn, c->pool))
		return -EMSGSIZE;
	for (i = 0; i < c->n; i++)
		if (put_one(reply->skb, pool, &c->addr[i]))
			return -EMSGSIZE;
	genlmsg_end(reply->skb, hdr);
	return 0;
}

static struct changed *note_changed(const struct mgl_nl_request *req, u8 cmd,
				    const char *pool, u32 n)
{
	struct changed *c;

	c = mgl_nl_note(req, cmd, put_changed, struct_size(c, addr, n));
	if (c) {
		strscpy(c->pool, pool, sizeof(c->pool));
		c->n = n;
	}
	return c;
}

/**
 * mgl_nl_notify_backends() - notify listeners of new backends of a pool
 * @req: the request
 * @pool: the pool's name
 * @specs: the backends; without any there is no notification
 *
 * There is a message for every 85 of them.
 *
 * Context: as mgl_nl_note().
 */
void mgl_nl_notify_backends(const struct mgl_nl_request *req, const char *pool,
			    const struct mgl_backend_specs *specs)
{
	u32 i, k;

	for (i = 0; i < specs->n; i += CHANGED_MAX) {
		u32 n = min_t(u32, specs->n - i, CHANGED_MAX);
		struct changed *c = note_changed(req, MAGLEV_CMD_BACKEND_NEW_NTF,
						 pool, n);

		for (k = 0; c && k < n; k++)
			c->addr[k] = specs->item[i + k].addr;
	}
}

/* Notifies of a change of a backend, or of its deletion. */
static void notify_backend(const struct mgl_nl_request *req, u8 cmd,
			   const struct mgl_pool *pool,
			   const struct mgl_addr *addr)
{
	struct changed *c = note_changed(req, cmd, pool->name, 1);

	if (c)
		c->addr[0] = *addr;
}

static struct nlattr *backend_nest(const struct mgl_ctx *ctx,
				   struct nlattr **attrs)
{
	struct nlattr *nest = attrs[MAGLEV_A_BACKEND];

	if (!nest) {
		NL_SET_ERR_ATTR_MISS(ctx->extack, NULL, MAGLEV_A_BACKEND);
		NL_SET_ERR_MSG(ctx->extack, "backend is missing");
	}
	return nest;
}

static int parse_backend(const struct mgl_ctx *ctx, struct nlattr **attrs,
			 struct nlattr **tb, struct mgl_addr *addr)
{
	struct nlattr *nest = backend_nest(ctx, attrs);

	if (!nest)
		return -EINVAL;
	return mgl_nl_parse_backend_addr(ctx->extack, nest, tb, addr);
}

static int parse_params(struct netlink_ext_ack *extack, struct nlattr **tb,
			struct mgl_backend_params *p)
{
	struct nlattr *deadline = tb[MAGLEV_BACKEND_A_DEADLINE];

	*p = (struct mgl_backend_params){};
	mgl_nl_parse_userdata(tb[MAGLEV_BACKEND_A_USERDATA], &p->userdata);
	if (tb[MAGLEV_BACKEND_A_WEIGHT]) {
		p->has_weight = true;
		p->weight = nla_get_u32(tb[MAGLEV_BACKEND_A_WEIGHT]);
	}
	if (tb[MAGLEV_BACKEND_A_STATE]) {
		p->has_state = true;
		p->state = nla_get_u8(tb[MAGLEV_BACKEND_A_STATE]);
	}
	if (tb[MAGLEV_BACKEND_A_UPPER]) {
		p->has_upper = true;
		p->thresholds.upper = nla_get_u32(tb[MAGLEV_BACKEND_A_UPPER]);
	}
	if (tb[MAGLEV_BACKEND_A_LOWER]) {
		p->has_lower = true;
		p->thresholds.lower = nla_get_u32(tb[MAGLEV_BACKEND_A_LOWER]);
	}
	if (!deadline)
		return 0;
	if (!p->has_state || p->state != MAGLEV_STATE_DRAIN) {
		NL_SET_ERR_MSG_ATTR(extack, deadline,
				    "a deadline is only valid for a backend that drains");
		return -EINVAL;
	}
	p->has_deadline = true;
	p->deadline = msecs_to_jiffies(nla_get_u32(deadline));
	return 0;
}

/* Counts the backends in a request, and refuses too many of them. */
static int count_backends(const struct mgl_nl_request *req, u32 *n)
{
	struct nlattr *attr;
	int rest;

	*n = 0;
	nla_for_each_attr(attr, req->head, req->len, rest) {
		if (nla_type(attr) != MAGLEV_A_BACKEND)
			continue;
		if (++*n > MAGLEV_BACKENDS_MAX) {
			NL_SET_ERR_MSG_ATTR(req->ctx.extack, attr,
					    "more backends than fit");
			return -ENOSPC;
		}
	}
	return 0;
}

/* Parses one MAGLEV_A_BACKEND of a request that may have several. */
static int parse_spec(struct netlink_ext_ack *extack, struct nlattr *nest,
		      struct mgl_backend_spec *spec)
{
	struct nlattr *tb[MAGLEV_BACKEND_A_MAX + 1];

	spec->attr = nest;
	return mgl_nl_parse_backend_addr(extack, nest, tb, &spec->addr) ?:
	       parse_params(extack, tb, &spec->params);
}

/**
 * mgl_nl_parse_backends() - parse the backends that a request adds to a pool
 * @req: the request, with any number of MAGLEV_A_BACKEND
 * @specs: the backends; on success the caller has to kvfree(specs->item)
 *
 * Context: may sleep.
 * Return: 0, -EINVAL, -ENOSPC or -ENOMEM.
 */
int mgl_nl_parse_backends(const struct mgl_nl_request *req,
			  struct mgl_backend_specs *specs)
{
	struct nlattr *attr;
	int rest, err;
	u32 n, i = 0;

	*specs = (struct mgl_backend_specs){};
	err = count_backends(req, &n);
	if (err || !n)
		return err;
	specs->item = kvcalloc(n, sizeof(*specs->item), GFP_KERNEL);
	if (!specs->item)
		return -ENOMEM;
	nla_for_each_attr(attr, req->head, req->len, rest) {
		if (nla_type(attr) != MAGLEV_A_BACKEND)
			continue;
		err = parse_spec(req->ctx.extack, attr, &specs->item[i++]);
		if (err) {
			kvfree(specs->item);
			return err;
		}
	}
	specs->n = n;
	return 0;
}

/* Looks up the backend in a request, and its pool. mgl_net.lock is held. */
static int find_backend(const struct mgl_ctx *ctx, struct nlattr **attrs,
			const struct mgl_addr *addr, struct mgl_pool **pool,
			struct mgl_backend **b)
{
	int err;

	err = mgl_nl_find_pool(ctx, attrs, pool);
	if (err)
		return err;
	*b = mgl_backend_find(*pool, addr);
	if (*b)
		return 0;
	NL_SET_ERR_MSG_ATTR(ctx->extack, attrs[MAGLEV_A_BACKEND],
			    "no such backend in the pool");
	return -ENOENT;
}

/* MAGLEV_CMD_BACKEND_NEW */
int mgl_nl_backend_new(const struct mgl_nl_request *req)
{
	struct mgl_backend_specs specs;
	struct mgl_change change;
	struct mgl_pool *pool;
	int err;

	if (!backend_nest(&req->ctx, req->attrs))
		return -EINVAL;
	err = mgl_nl_parse_backends(req, &specs);
	if (err)
		return err;
	err = mgl_nl_find_pool(&req->ctx, req->attrs, &pool) ?:
	      mgl_change_add(&req->ctx, pool, &specs, &change) ?:
	      mgl_nl_finish(req, &change);
	if (!err)
		mgl_nl_notify_backends(req, pool->name, &specs);
	kvfree(specs.item);
	return err;
}

/* MAGLEV_CMD_BACKEND_SET */
int mgl_nl_backend_set(const struct mgl_nl_request *req)
{
	struct nlattr *tb[MAGLEV_BACKEND_A_MAX + 1];
	const struct mgl_ctx *ctx = &req->ctx;
	struct mgl_backend_params params;
	struct mgl_change change;
	struct mgl_backend *b;
	struct mgl_pool *pool;
	struct mgl_addr addr;
	int err;

	err = parse_backend(ctx, req->attrs, tb, &addr) ?:
	      parse_params(ctx->extack, tb, &params) ?:
	      find_backend(ctx, req->attrs, &addr, &pool, &b) ?:
	      mgl_change_edit(ctx, pool, b, &params, &change) ?:
	      mgl_nl_finish(req, &change);
	if (!err)
		notify_backend(req, MAGLEV_CMD_BACKEND_SET_NTF, pool, &addr);
	return err;
}

/* MAGLEV_CMD_BACKEND_DEL */
int mgl_nl_backend_del(const struct mgl_nl_request *req)
{
	struct nlattr *tb[MAGLEV_BACKEND_A_MAX + 1];
	const struct mgl_ctx *ctx = &req->ctx;
	struct mgl_change change;
	struct mgl_backend *b;
	struct mgl_pool *pool;
	struct mgl_addr addr;
	int err;

	err = parse_backend(ctx, req->attrs, tb, &addr) ?:
	      find_backend(ctx, req->attrs, &addr, &pool, &b) ?:
	      mgl_change_delete(ctx, pool, b, &change) ?:
	      mgl_nl_finish(req, &change);
	if (!err)
		notify_backend(req, MAGLEV_CMD_BACKEND_DEL_NTF, pool, &addr);
	return err;
}

/* MAGLEV_CMD_BACKEND_GET of one backend */
int mgl_nl_backend_get(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[MAGLEV_BACKEND_A_MAX + 1];
	struct mgl_ctx ctx = mgl_nl_ctx(info);
	struct mgl_nl_reply reply;
	struct mgl_backend *b;
	struct mgl_pool *pool;
	struct mgl_addr addr;
	int err;

	err = parse_backend(&ctx, info->attrs, tb, &addr) ?:
	      mgl_nl_reply_new(skb, info, &reply);
	if (err)
		return err;

	mutex_lock(&ctx.mn->lock);
	err = find_backend(&ctx, info->attrs, &addr, &pool, &b);
	if (!err) {
		mgl_flows_count(ctx.mn, mgl_nl_count_age(&reply));
		err = put_backend(&reply, pool, b);
	}
	mutex_unlock(&ctx.mn->lock);
	return mgl_nl_reply_send(&reply, info, err);
}

/*
 * Writes the backends of a pool, except those that were written before. @i is
 * the number of backends visited in this call of the handler, over all pools;
 * cb->args[0] is the number of backends written so far.
 */
static int dump_pool(const struct mgl_nl_reply *reply,
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

/* Finds the pool that the page before ended in. */
static struct mgl_pool *dump_from(struct mgl_net *mn,
				  const struct netlink_callback *cb, long *i)
{
	struct mgl_pool *pool = mgl_nl_dump_from(mn, cb);

	*i = pool ? cb->args[2] : 0;
	return pool ?: mgl_pool_first(mn);
}

/*
 * Writes the backends of all pools. cb->args[1] is the pool that a page ends in,
 * and cb->args[2] the number of backends in those before it.
 */
static void dump_all(struct mgl_net *mn, const struct mgl_nl_reply *reply)
{
	struct netlink_callback *cb = reply->cb;
	struct mgl_pool *pool;
	long i;

	for (pool = dump_from(mn, cb, &i); pool; pool = mgl_pool_next(pool)) {
		cb->args[1] = (long)pool;
		cb->args[2] = i;
		if (dump_pool(reply, pool, &i))
			return;
	}
}

/* MAGLEV_CMD_BACKEND_GET, dump of one pool's backends or of all */
int mgl_nl_backend_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr **attrs = genl_info_dump(cb)->attrs;
	const struct mgl_ctx ctx = {
		.mn = mgl_net(sock_net(skb->sk)),
		.extack = cb->extack,
	};
	struct mgl_nl_reply reply;
	struct mgl_pool *pool;
	long i = 0;
	int err;

	err = mgl_nl_dump_all(cb, MAGLEV_A_BACKEND);
	if (err)
		return err;
	mgl_nl_reply_dump(skb, cb, MAGLEV_CMD_BACKEND_GET, &reply);
	mutex_lock(&ctx.mn->lock);
	cb->seq = ctx.mn->generation;
	if (!cb->args[0])
		mgl_flows_count(ctx.mn, mgl_nl_count_age(&reply));
	if (!attrs[MAGLEV_A_POOL] && !attrs[MAGLEV_A_SERVICE]) {
		dump_all(ctx.mn, &reply);
		goto out;
	}
	err = mgl_nl_find_pool(&ctx, attrs, &pool);
	if (!err)
		dump_pool(&reply, pool, &i);
out:
	mutex_unlock(&ctx.mn->lock);
	return err ? err : skb->len;
}
