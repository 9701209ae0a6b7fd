// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family. It uses classic genl_ops, because 6.1 has no
 * others.
 *
 * Handlers run in parallel (without genl_lock) and take the mgl_net.lock of
 * their namespace, so building a table delays no other namespace.
 */
#include <linux/module.h>
#include <net/genetlink.h>

#include "../change.h"
#include "nl.h"
#include "policy.h"

/* Changes state or reveals a secret: needs CAP_NET_ADMIN over the namespace. */
#define CMD_WRITE(_cmd, _doit, _policy)					\
	{								\
		.cmd = MAGLEV_CMD_##_cmd,				\
		.flags = GENL_UNS_ADMIN_PERM,				\
		.doit = _doit,						\
		.policy = _policy,					\
		.maxattr = MAGLEV_A_MAX,				\
	}

/* Reads; needs no capability. */
#define CMD_READ(_cmd, _doit, _dumpit, _policy)				\
	{								\
		.cmd = MAGLEV_CMD_##_cmd,				\
		.doit = _doit,						\
		.dumpit = _dumpit,					\
		.policy = _policy,					\
		.maxattr = MAGLEV_A_MAX,				\
	}

/* A dump that reveals clients: needs CAP_NET_ADMIN. */
#define CMD_SECRET(_cmd, _dumpit, _policy)				\
	{								\
		.cmd = MAGLEV_CMD_##_cmd,				\
		.flags = GENL_UNS_ADMIN_PERM,				\
		.dumpit = _dumpit,					\
		.policy = _policy,					\
		.maxattr = MAGLEV_A_MAX,				\
	}

/* The same for a dump that allocates. */
#define CMD_SECRET_DONE(_cmd, _dumpit, _done, _policy)			\
	{								\
		.cmd = MAGLEV_CMD_##_cmd,				\
		.flags = GENL_UNS_ADMIN_PERM,				\
		.dumpit = _dumpit,					\
		.done = _done,						\
		.policy = _policy,					\
		.maxattr = MAGLEV_A_MAX,				\
	}

static const struct genl_ops ops[] = {
	CMD_READ(INFO_GET, mgl_nl_info_get, NULL, mgl_nlp_none),
	CMD_WRITE(SERVICE_NEW, mgl_nl_change, mgl_nlp_service_new),
	CMD_WRITE(SERVICE_SET, mgl_nl_change, mgl_nlp_service_set),
	CMD_WRITE(SERVICE_DEL, mgl_nl_change, mgl_nlp_service_id),
	CMD_READ(SERVICE_GET, mgl_nl_service_get, mgl_nl_service_dump,
		 mgl_nlp_service_id),
	CMD_WRITE(POOL_NEW, mgl_nl_change, mgl_nlp_pool_new),
	CMD_WRITE(POOL_SET, mgl_nl_change, mgl_nlp_pool_set),
	CMD_WRITE(POOL_DEL, mgl_nl_change, mgl_nlp_pool_id),
	CMD_READ(POOL_GET, mgl_nl_pool_get, mgl_nl_pool_dump, mgl_nlp_pool_id),
	CMD_WRITE(BACKEND_NEW, mgl_nl_change, mgl_nlp_backend_new),
	CMD_WRITE(BACKEND_SET, mgl_nl_change, mgl_nlp_backend_new),
	CMD_WRITE(BACKEND_DEL, mgl_nl_change, mgl_nlp_backend_del),
	CMD_READ(BACKEND_GET, mgl_nl_backend_get, mgl_nl_backend_dump,
		 mgl_nlp_backend_id),
	CMD_WRITE(MEMBER_NEW, mgl_nl_change, mgl_nlp_member_new),
	CMD_WRITE(MEMBER_SET, mgl_nl_change, mgl_nlp_member_new),
	CMD_WRITE(MEMBER_DEL, mgl_nl_change, mgl_nlp_member_del),
	CMD_WRITE(ROUTER_NEW, mgl_nl_change, mgl_nlp_router),
	CMD_WRITE(ROUTER_DEL, mgl_nl_change, mgl_nlp_router),
	CMD_READ(ROUTER_GET, NULL, mgl_nl_router_dump, mgl_nlp_none),
	CMD_READ(STATS_GET, mgl_nl_stats_get, NULL, mgl_nlp_none),
	CMD_WRITE(STATS_ZERO, mgl_nl_stats_zero, mgl_nlp_service_id),
	CMD_WRITE(FLUSH, mgl_nl_flush, mgl_nlp_none),
	CMD_READ(CONFIG_GET, mgl_nl_config_get, NULL, mgl_nlp_none),
	CMD_WRITE(CONFIG_SET, mgl_nl_change, mgl_nlp_config),
	CMD_SECRET(CONN_GET, mgl_nl_conn_dump, mgl_nlp_service_id),
	CMD_WRITE(CONN_DEL, mgl_nl_conn_del, mgl_nlp_conn),
	CMD_WRITE(LOOKUP_GET, mgl_nl_lookup_get, mgl_nlp_lookup),
	CMD_WRITE(SOURCE_NEW, mgl_nl_change, mgl_nlp_source),
	CMD_WRITE(SOURCE_DEL, mgl_nl_change, mgl_nlp_source),
	CMD_READ(SOURCE_GET, NULL, mgl_nl_source_dump, mgl_nlp_none),
	CMD_WRITE(BATCH, mgl_nl_batch, mgl_nlp_batch),
	CMD_WRITE(TRACE_SET, mgl_nl_trace_set, mgl_nlp_trace),
	CMD_SECRET_DONE(STATE_GET, mgl_nl_state_dump, mgl_nl_state_done,
			mgl_nlp_state_get),
	CMD_WRITE(STATE_SET, mgl_nl_state_set, mgl_nlp_state),
};

static const struct genl_multicast_group mcgrps[] = {
	[MGL_MCGRP_CONFIG] = { .name = MAGLEV_GENL_MCGRP_CONFIG },
};

struct genl_family mgl_genl_family __ro_after_init = {
	.name = MAGLEV_GENL_NAME,
	.version = MAGLEV_GENL_VERSION,
	.maxattr = MAGLEV_A_MAX,
	.policy = mgl_nlp_none,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	.mcgrps = mcgrps,
	.n_mcgrps = ARRAY_SIZE(mcgrps),
};

/**
 * mgl_nl_policy() - get the policy of a command
 * @cmd: MAGLEV_CMD_*
 *
 * Context: any.
 * Return: the policy, or NULL if there is no such command.
 */
const struct nla_policy *mgl_nl_policy(u8 cmd)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(ops); i++)
		if (ops[i].cmd == cmd)
			return ops[i].policy;
	return NULL;
}

/**
 * mgl_nl_reply_new() - allocate a reply to a request
 * @skb: the request
 * @info: the request
 * @reply: the reply, ready for mgl_nl_begin()
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM. The caller sends or frees the message with
 * mgl_nl_reply_send().
 */
int mgl_nl_reply_new(struct sk_buff *skb, struct genl_info *info,
		     struct mgl_nl_reply *reply)
{
	*reply = (struct mgl_nl_reply){
		.skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL),
		.portid = info->snd_portid,
		.seq = info->snd_seq,
		.cmd = info->genlhdr->cmd,
		.secrets = netlink_net_capable(skb, CAP_NET_ADMIN),
	};
	return reply->skb ? 0 : -ENOMEM;
}

/**
 * mgl_nl_reply_send() - send a reply, or free it after an error
 * @reply: the reply, which must not be used afterwards
 * @info: the request
 * @err: result of writing the reply
 *
 * Context: may sleep.
 * Return: @err if it is not 0, otherwise the result of sending.
 */
int mgl_nl_reply_send(struct mgl_nl_reply *reply, struct genl_info *info,
		      int err)
{
	if (!err)
		return genlmsg_reply(reply->skb, info);
	nlmsg_free(reply->skb);
	return err;
}

/**
 * mgl_nl_answer() - answer a request with a message on the namespace
 * @skb: the request
 * @info: the request
 * @put: writes the message, with mgl_net.lock held; returns 0 or -errno
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, or the error of @put or of sending.
 */
int mgl_nl_answer(struct sk_buff *skb, struct genl_info *info,
		  int (*put)(struct mgl_net *mn,
			     const struct mgl_nl_reply *reply))
{
	struct mgl_net *mn = mgl_net(genl_info_net(info));
	struct mgl_nl_reply reply;
	int err;

	err = mgl_nl_reply_new(skb, info, &reply);
	if (err)
		return err;
	mutex_lock(&mn->lock);
	err = put(mn, &reply);
	mutex_unlock(&mn->lock);
	return mgl_nl_reply_send(&reply, info, err);
}

/**
 * mgl_nl_reply_dump() - prepare a reply for the messages of a dump
 * @skb: the socket buffer to fill
 * @cb: the dump
 * @cmd: command of the messages
 * @reply: the reply, ready for mgl_nl_begin()
 *
 * Context: any.
 */
void mgl_nl_reply_dump(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
		       struct mgl_nl_reply *reply)
{
	*reply = (struct mgl_nl_reply){
		.skb = skb,
		.portid = NETLINK_CB(cb->skb).portid,
		.seq = cb->nlh->nlmsg_seq,
		.flags = NLM_F_MULTI,
		.cmd = cmd,
		.secrets = netlink_net_capable(cb->skb, CAP_NET_ADMIN),
		.cb = cb,
	};
}

/**
 * mgl_nl_dump_all() - refuse a dump request that names a single object
 * @cb: the dump
 * @attr: MAGLEV_A_* that names the object, allowed only outside of dumps
 *
 * Context: any.
 * Return: 0, or -EINVAL if the request has @attr.
 */
int mgl_nl_dump_all(struct netlink_callback *cb, int attr)
{
	struct nlattr *a = genl_info_dump(cb)->attrs[attr];

	if (!a)
		return 0;
	NL_SET_ERR_MSG_ATTR(cb->extack, a, "a dump cannot be limited to one object");
	return -EINVAL;
}

/**
 * mgl_nl_dump_from() - find the object that the page of a dump before ended in
 * @mn: the namespace; mn->lock is held
 * @cb: the dump, whose handler keeps the object in cb->args[1]
 *
 * It is there if the configuration is still the same. To walk all objects that were
 * written on each page anew would make the dump of many quadratic.
 *
 * Context: any; before the page has a message.
 * Return: the object, or NULL if there is none yet or it may be gone.
 */
void *mgl_nl_dump_from(const struct mgl_net *mn,
		       const struct netlink_callback *cb)
{
	lockdep_assert_held(&mn->lock);
	if (cb->prev_seq != mn->generation)
		return NULL;
	return (void *)cb->args[1];
}

/* Writes the generation of a notification. Returns 0 or -EMSGSIZE. */
static int put_generation(const struct mgl_nl_reply *reply)
{
	struct nlattr *nest = nla_nest_start(reply->skb, MAGLEV_A_INFO);

	if (!nest || nla_put_u32(reply->skb, MAGLEV_INFO_A_GENERATION,
				 reply->generation))
		return -EMSGSIZE;
	nla_nest_end(reply->skb, nest);
	return 0;
}

/**
 * mgl_nl_begin() - start a message of a reply, or of a notification
 * @reply: the reply
 *
 * Context: any; for a dump mgl_net.lock is held.
 * Return: the header of the message, for genlmsg_end() or genlmsg_cancel(), or
 * NULL if there is no room.
 */
void *mgl_nl_begin(const struct mgl_nl_reply *reply)
{
	void *hdr = genlmsg_put(reply->skb, reply->portid, reply->seq,
				&mgl_genl_family, reply->flags, reply->cmd);

	if (hdr && reply->cb)
		genl_dump_check_consistent(reply->cb, hdr);
	if (hdr && reply->generation && put_generation(reply)) {
		genlmsg_cancel(reply->skb, hdr);
		return NULL;
	}
	return hdr;
}

/**
 * mgl_nl_reply_moves() - answer a dry run
 * @skb: the request
 * @info: the request
 * @dry: the effect that it would have
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, or the error of sending.
 */
int mgl_nl_reply_moves(struct sk_buff *skb, struct genl_info *info,
		       const struct mgl_dry_run *dry)
{
	struct mgl_nl_reply reply;
	struct nlattr *nest;
	void *hdr;
	int err;

	err = mgl_nl_reply_new(skb, info, &reply);
	if (err)
		return err;
	hdr = mgl_nl_begin(&reply);
	nest = hdr ? nla_nest_start(reply.skb, MAGLEV_A_MOVES) : NULL;
	if (!nest ||
	    nla_put_u32(reply.skb, MAGLEV_MOVES_A_TABLE_SIZE, dry->size) ||
	    nla_put_u32(reply.skb, MAGLEV_MOVES_A_SLOTS, dry->moves.slots) ||
	    nla_put_u32(reply.skb, MAGLEV_MOVES_A_SURVIVORS,
			dry->moves.survivors) ||
	    nla_put_u32(reply.skb, MAGLEV_MOVES_A_FLOWS, dry->flows) ||
	    nla_put_u32(reply.skb, MAGLEV_MOVES_A_PARENTS, dry->parents) ||
	    nla_put_u64_64bit(reply.skb, MAGLEV_MOVES_A_PARENT_SLOTS,
			      dry->parent_slots, MAGLEV_MOVES_A_PAD))
		return mgl_nl_reply_send(&reply, info, -EMSGSIZE);
	nla_nest_end(reply.skb, nest);
	genlmsg_end(reply.skb, hdr);
	return mgl_nl_reply_send(&reply, info, 0);
}

/**
 * mgl_netlink_init() - register the family
 *
 * Context: may sleep.
 * Return: 0 or -errno.
 */
int __init mgl_netlink_init(void)
{
	int err = mgl_nl_trace_init();

	if (err)
		return err;
	err = genl_register_family(&mgl_genl_family);
	if (err)
		goto err_trace;
	err = mgl_nl_notify_init();
	if (err)
		goto err_family;
	return 0;

err_family:
	genl_unregister_family(&mgl_genl_family);
err_trace:
	mgl_nl_trace_exit();
	return err;
}

/**
 * mgl_netlink_exit() - unregister the family
 *
 * No handler is running afterwards.
 *
 * Context: may sleep.
 */
void mgl_netlink_exit(void)
{
	mgl_nl_notify_exit();
	genl_unregister_family(&mgl_genl_family);
	mgl_nl_trace_exit();
}
