// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink: notifications to the multicast group, of changes that a request has
 * made, and of what happens by itself.
 *
 * A message is only built if somebody listens. One that cannot be built does
 * not fail the change: listeners get ENOBUFS, as when their buffer is full.
 */
#include <linux/list.h>
#include <linux/notifier.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../flows_full.h"
#include "../gc.h"
#include "../net.h"
#include "../panic.h"
#include "../path_error.h"
#include "../pool.h"
#include "../stats.h"
#include "nl.h"

static int put_drained(struct mgl_net *mn, const struct mgl_nl_reply *reply,
		       const void *what)
{
	const struct mgl_drained *drained = what;
	struct sk_buff *skb = reply->skb;
	void *hdr = mgl_nl_begin(reply);
	struct nlattr *nest;

	if (!hdr || mgl_nl_put_pool_name(skb, drained->pool->name))
		return -EMSGSIZE;
	nest = nla_nest_start(skb, MAGLEV_A_BACKEND);
	if (!nest ||
	    mgl_nl_put_address(skb, MAGLEV_BACKEND_A_ADDRESS4,
			       MAGLEV_BACKEND_A_ADDRESS6, &drained->addr) ||
	    nla_put_u32(skb, MAGLEV_BACKEND_A_ACTIVE, drained->active) ||
	    nla_put_u32(skb, MAGLEV_BACKEND_A_INACTIVE, drained->inactive))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);
	return 0;
}

static int put_settled(struct mgl_net *mn, const struct mgl_nl_reply *reply,
		       const void *what)
{
	const struct mgl_settled *settled = what;
	struct sk_buff *skb = reply->skb;
	void *hdr = mgl_nl_begin(reply);
	struct nlattr *nest;

	nest = hdr ? nla_nest_start(skb, MAGLEV_A_POOL) : NULL;
	if (!nest ||
	    nla_put_string(skb, MAGLEV_POOL_A_NAME, settled->pool->name) ||
	    nla_put_u32(skb, MAGLEV_POOL_A_SETTLED, settled->slots))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);
	return 0;
}

static int put_suspect(struct mgl_net *mn, const struct mgl_nl_reply *reply,
		       const void *what)
{
	const struct mgl_suspect *suspect = what;
	struct sk_buff *skb = reply->skb;
	void *hdr = mgl_nl_begin(reply);
	struct nlattr *nest;

	nest = hdr ? nla_nest_start(skb, MAGLEV_A_BACKEND) : NULL;
	if (!nest ||
	    mgl_nl_put_address(skb, MAGLEV_BACKEND_A_ADDRESS4,
			       MAGLEV_BACKEND_A_ADDRESS6, &suspect->addr) ||
	    nla_put_u32(skb, MAGLEV_BACKEND_A_UNREACHABLE,
			suspect->unreachable))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);
	return 0;
}

static int put_full(struct mgl_net *mn, const struct mgl_nl_reply *reply,
		    const void *what)
{
	const char *name = mgl_event_name(MGL_EVENT_FLOWS_UNSTORED);
	const struct mgl_full *full = what;
	struct sk_buff *skb = reply->skb;
	void *hdr = mgl_nl_begin(reply);
	struct nlattr *nest;

	nest = hdr ? nla_nest_start(skb, MAGLEV_A_COUNTER) : NULL;
	if (!nest ||
	    nla_put_string(skb, MAGLEV_COUNTER_A_NAME, name) ||
	    nla_put_u64_64bit(skb, MAGLEV_COUNTER_A_VALUE, full->unstored,
			      MAGLEV_COUNTER_A_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);
	return 0;
}

static int put_panic(struct mgl_net *mn, const struct mgl_nl_reply *reply,
		     const void *what)
{
	const struct mgl_pool *pool = what;
	struct sk_buff *skb = reply->skb;
	void *hdr = mgl_nl_begin(reply);
	struct nlattr *nest;

	nest = hdr ? nla_nest_start(skb, MAGLEV_A_POOL) : NULL;
	if (!nest || nla_put_string(skb, MAGLEV_POOL_A_NAME, pool->name) ||
	    (mgl_panic_now(mn, pool) &&
	     nla_put_flag(skb, MAGLEV_POOL_A_PANICS)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);
	return 0;
}

static int put_nothing(struct mgl_net *mn, const struct mgl_nl_reply *reply,
		       const void *what)
{
	void *hdr = mgl_nl_begin(reply);

	if (!hdr)
		return -EMSGSIZE;
	genlmsg_end(reply->skb, hdr);
	return 0;
}

static bool has_listeners(struct net *net)
{
	return genl_has_listeners(&mgl_genl_family, net, MGL_MCGRP_CONFIG);
}

/* Somebody listens, or the requester wants to know. */
static bool is_wanted(struct genl_info *info)
{
	return has_listeners(genl_info_net(info)) || nlmsg_report(info->nlhdr);
}

/**
 * struct notice - a notification to build
 * @msg: the message, but for its buffer
 * @put: writes it; returns 0 or -EMSGSIZE
 * @what: argument of @put
 * @gfp: GFP_ATOMIC in softirq
 */
struct notice {
	struct mgl_nl_reply msg;
	mgl_nl_put_fn put;
	const void *what;
	gfp_t gfp;
};

/*
 * What all notifications fit into, CHANGED_MAX backends with all that they may have
 * included; most need no more than the first.
 */
static const size_t sizes[] = { GENLMSG_DEFAULT_SIZE, 20480 };

/* Returns the message, or NULL, of which listeners have been told. */
static struct sk_buff *build(struct mgl_net *mn, struct notice *n)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		n->msg.skb = genlmsg_new(sizes[i], n->gfp);
		if (!n->msg.skb)
			break;
		if (!n->put(mn, &n->msg, n->what))
			return n->msg.skb;
		nlmsg_free(n->msg.skb);
	}
	genl_set_err(&mgl_genl_family, mn->net, 0, MGL_MCGRP_CONFIG, -ENOBUFS);
	return NULL;
}

/* Sends the notification of a change that a request has made, and that is wanted. */
static void send(struct genl_info *info, u8 cmd, mgl_nl_put_fn put,
		 const void *what)
{
	struct mgl_net *mn = mgl_net(genl_info_net(info));
	struct notice n = {
		.msg = {
			.portid = info->snd_portid,
			.seq = info->snd_seq,
			.cmd = cmd,
			.generation = mn->generation,
		},
		.put = put,
		.what = what,
		.gfp = GFP_KERNEL,
	};
	struct sk_buff *skb;

	skb = build(mn, &n);
	if (skb)
		genl_notify(&mgl_genl_family, skb, info, MGL_MCGRP_CONFIG,
			    GFP_KERNEL);
}

/**
 * struct noted - a notification to send when the request has succeeded
 * @node: entry of mgl_nl_request.notices
 * @cmd: MAGLEV_CMD_*_NTF
 * @put: writes the message
 * @what: argument of @put
 */
struct noted {
	struct list_head node;
	u8 cmd;
	mgl_nl_put_fn put;
	u8 what[] __aligned(8);
};

/**
 * mgl_nl_note() - note a change, of which listeners are notified
 * @req: the request that makes the change
 * @cmd: MAGLEV_CMD_*_NTF
 * @put: writes the message, after the change is committed; returns 0 or -EMSGSIZE
 * @size: size of the argument of @put
 *
 * Called for each object that is created, changed or deleted, in the order of the
 * changes; mgl_nl_notify_end() sends the notifications. So those of a batch come
 * when it is committed, all with the same generation, and show objects as they are
 * then. A dry run is not notified.
 *
 * Context: may sleep; mgl_net.lock is held.
 * Return: the argument of @put, to be filled in with the identity of the object;
 * or NULL if no notification is sent.
 */
void *mgl_nl_note(const struct mgl_nl_request *req, u8 cmd, mgl_nl_put_fn put,
		  size_t size)
{
	struct genl_info *info = req->info;
	struct net *net = genl_info_net(info);
	struct noted *n;

	lockdep_assert_held(&req->ctx.mn->lock);
	if (info->attrs[MAGLEV_A_DRY_RUN])
		return NULL;
	if (!is_wanted(info))
		return NULL;
	n = kmalloc(struct_size(n, what, size), GFP_KERNEL);
	if (!n) {
		genl_set_err(&mgl_genl_family, net, 0, MGL_MCGRP_CONFIG,
			     -ENOBUFS);
		return NULL;
	}
	n->cmd = cmd;
	n->put = put;
	list_add_tail(&n->node, req->notices);
	return n->what;
}

/**
 * mgl_nl_notify() - note a change, with the identity of the object at hand
 * @req: as for mgl_nl_note()
 * @cmd: likewise
 * @put: likewise
 * @what: argument of @put, which is copied
 * @size: its size
 *
 * Context: as mgl_nl_note(). Cannot fail.
 */
void mgl_nl_notify(const struct mgl_nl_request *req, u8 cmd,
		   mgl_nl_put_fn put, const void *what, size_t size)
{
	void *copy = mgl_nl_note(req, cmd, put, size);

	if (copy)
		memcpy(copy, what, size);
}

/* Notifies listeners of pools that a request has had begin or cease to panic. */
static void notify_panics(const struct mgl_nl_request *req)
{
	struct mgl_net *mn = req->ctx.mn;
	struct mgl_pool *pool;

	if (!mn->panics_changed)
		return;
	mn->panics_changed = false;
	mgl_for_each_pool(pool, mn)
		if (!mgl_panic_told(mn, pool))
			send(req->info, MAGLEV_CMD_PANIC_NTF, put_panic, pool);
}

/**
 * mgl_nl_notify_end() - send the notifications of a request, or forget them
 * @req: the request
 * @done: it has succeeded, and mgl_net_changed() was called
 *
 * A requester that asks for it by NLM_F_ECHO gets the notifications as well.
 *
 * Context: may sleep; mgl_net.lock is held, so the order of notifications is
 * that of the changes. Cannot fail.
 */
void mgl_nl_notify_end(const struct mgl_nl_request *req, bool done)
{
	struct noted *n, *next;

	lockdep_assert_held(&req->ctx.mn->lock);
	list_for_each_entry_safe(n, next, req->notices, node) {
		if (done)
			send(req->info, n->cmd, n->put, n->what);
		list_del(&n->node);
		kfree(n);
		cond_resched();
	}
	if (done)
		notify_panics(req);
}

/**
 * mgl_nl_notify_flush() - notify listeners that everything was deleted
 * @info: the request
 *
 * Context: may sleep; mgl_net.lock is held, mgl_net_changed() was called.
 */
void mgl_nl_notify_flush(struct genl_info *info)
{
	if (is_wanted(info))
		send(info, MAGLEV_CMD_FLUSH_NTF, put_nothing, NULL);
}

/* Notifies of what happened by itself. */
static int notify(struct mgl_net *mn, struct notice *n)
{
	struct sk_buff *skb;

	if (!has_listeners(mn->net))
		return NOTIFY_DONE;
	skb = build(mn, n);
	if (!skb)
		return NOTIFY_DONE;
	genlmsg_multicast_netns(&mgl_genl_family, mn->net, skb, 0,
				MGL_MCGRP_CONFIG, n->gfp);
	return NOTIFY_OK;
}

static int notify_drained(const struct mgl_drained *drained)
{
	return notify(drained->mn, &(struct notice){
		.msg.cmd = MAGLEV_CMD_DRAINED_NTF,
		/* That of the change, which is about to be committed. */
		.msg.generation = drained->mn->generation + 1,
		.put = put_drained,
		.what = drained,
		.gfp = GFP_KERNEL,
	});
}

static int notify_settled(const struct mgl_settled *settled)
{
	return notify(settled->mn, &(struct notice){
		.msg.cmd = MAGLEV_CMD_SETTLED_NTF,
		.put = put_settled,
		.what = settled,
		.gfp = GFP_KERNEL,
	});
}

static int notify_gc(struct notifier_block *nb, unsigned long event, void *ptr)
{
	switch (event) {
	case MGL_GC_DRAINED:
		return notify_drained(ptr);
	case MGL_GC_SETTLED:
		return notify_settled(ptr);
	default:
		return NOTIFY_DONE;
	}
}

static int notify_suspect(struct notifier_block *nb, unsigned long event,
			  void *ptr)
{
	const struct mgl_suspect *suspect = ptr;

	return notify(suspect->mn, &(struct notice){
		.msg.cmd = MAGLEV_CMD_SUSPECT_NTF,
		.put = put_suspect,
		.what = suspect,
		.gfp = GFP_ATOMIC,
	});
}

static int notify_full(struct notifier_block *nb, unsigned long event,
		       void *ptr)
{
	const struct mgl_full *full = ptr;

	return notify(full->mn, &(struct notice){
		.msg.cmd = MAGLEV_CMD_FULL_NTF,
		.put = put_full,
		.what = full,
		.gfp = GFP_ATOMIC,
	});
}

static struct notifier_block gc_notifier = {
	.notifier_call = notify_gc,
};

static struct notifier_block suspect_notifier = {
	.notifier_call = notify_suspect,
};

static struct notifier_block full_notifier = {
	.notifier_call = notify_full,
};

/**
 * mgl_nl_notify_init() - start notifying listeners of the multicast group
 *
 * Context: may sleep; the family has been registered.
 * Return: 0 or -errno.
 */
int mgl_nl_notify_init(void)
{
	int err = mgl_gc_notifier_register(&gc_notifier);

	if (err)
		return err;
	err = mgl_path_error_notifier_register(&suspect_notifier);
	if (err)
		goto err_gc;
	err = mgl_flows_full_notifier_register(&full_notifier);
	if (err)
		goto err_suspect;
	return 0;

err_suspect:
	mgl_path_error_notifier_unregister(&suspect_notifier);
err_gc:
	mgl_gc_notifier_unregister(&gc_notifier);
	return err;
}

/**
 * mgl_nl_notify_exit() - stop notifying listeners of the multicast group
 *
 * Only requests use the family's groups afterwards.
 *
 * Context: may sleep.
 */
void mgl_nl_notify_exit(void)
{
	mgl_flows_full_notifier_unregister(&full_notifier);
	mgl_path_error_notifier_unregister(&suspect_notifier);
	mgl_gc_notifier_unregister(&gc_notifier);
}
