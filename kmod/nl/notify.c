// SPDX-License-Identifier: GPL-2.0
/* Netlink: notifications to the multicast group. */
#include <linux/notifier.h>

#include "../gc.h"
#include "../net.h"
#include "../path_error.h"
#include "../pool.h"
#include "nl.h"

static int put_drained(struct sk_buff *skb, const void *what)
{
	const struct mgl_drained *drained = what;
	struct nlattr *nest;

	if (mgl_nl_put_pool_name(skb, drained->pool->name))
		return -EMSGSIZE;
	nest = nla_nest_start(skb, MAGLEV_A_BACKEND);
	if (!nest ||
	    mgl_nl_put_address(skb, MAGLEV_BACKEND_A_ADDRESS4,
			       MAGLEV_BACKEND_A_ADDRESS6, &drained->addr) ||
	    nla_put_u32(skb, MAGLEV_BACKEND_A_ACTIVE, drained->active) ||
	    nla_put_u32(skb, MAGLEV_BACKEND_A_INACTIVE, drained->inactive))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_suspect(struct sk_buff *skb, const void *what)
{
	const struct mgl_suspect *suspect = what;
	struct nlattr *nest;

	nest = nla_nest_start(skb, MAGLEV_A_BACKEND);
	if (!nest ||
	    mgl_nl_put_address(skb, MAGLEV_BACKEND_A_ADDRESS4,
			       MAGLEV_BACKEND_A_ADDRESS6, &suspect->addr) ||
	    nla_put_u32(skb, MAGLEV_BACKEND_A_UNREACHABLE,
			suspect->unreachable))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * struct notice - a notification to send
 * @cmd: the command
 * @put: writes its attributes; returns 0 or -EMSGSIZE
 * @what: argument of @put
 * @gfp: GFP_ATOMIC in softirq
 */
struct notice {
	u8 cmd;
	int (*put)(struct sk_buff *skb, const void *what);
	const void *what;
	gfp_t gfp;
};

/* Lost if there is no memory for the message. */
static int notify(struct net *net, const struct notice *n)
{
	struct sk_buff *skb;
	void *hdr;

	if (!genl_has_listeners(&mgl_genl_family, net, MGL_MCGRP_CONFIG))
		return NOTIFY_DONE;
	skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, n->gfp);
	if (!skb)
		return NOTIFY_DONE;
	hdr = genlmsg_put(skb, 0, 0, &mgl_genl_family, 0, n->cmd);
	if (!hdr || n->put(skb, n->what)) {
		nlmsg_free(skb);
		return NOTIFY_DONE;
	}
	genlmsg_end(skb, hdr);
	genlmsg_multicast_netns(&mgl_genl_family, net, skb, 0,
				MGL_MCGRP_CONFIG, n->gfp);
	return NOTIFY_OK;
}

static int notify_drained(struct notifier_block *nb, unsigned long event,
			  void *ptr)
{
	const struct mgl_drained *drained = ptr;

	return notify(drained->mn->net, &(struct notice){
		.cmd = MAGLEV_CMD_DRAINED_NTF,
		.put = put_drained,
		.what = drained,
		.gfp = GFP_KERNEL,
	});
}

static int notify_suspect(struct notifier_block *nb, unsigned long event,
			  void *ptr)
{
	const struct mgl_suspect *suspect = ptr;

	return notify(suspect->mn->net, &(struct notice){
		.cmd = MAGLEV_CMD_SUSPECT_NTF,
		.put = put_suspect,
		.what = suspect,
		.gfp = GFP_ATOMIC,
	});
}

static struct notifier_block drained_notifier = {
	.notifier_call = notify_drained,
};

static struct notifier_block suspect_notifier = {
	.notifier_call = notify_suspect,
};

/**
 * mgl_nl_notify_init() - start notifying listeners of the multicast group
 *
 * Context: may sleep; the family has been registered.
 * Return: 0 or -errno.
 */
int mgl_nl_notify_init(void)
{
	int err = mgl_gc_notifier_register(&drained_notifier);

	if (err)
		return err;
	err = mgl_path_error_notifier_register(&suspect_notifier);
	if (err)
		mgl_gc_notifier_unregister(&drained_notifier);
	return err;
}

/**
 * mgl_nl_notify_exit() - stop notifying listeners of the multicast group
 *
 * The family's groups are not used afterwards.
 *
 * Context: may sleep.
 */
void mgl_nl_notify_exit(void)
{
	mgl_path_error_notifier_unregister(&suspect_notifier);
	mgl_gc_notifier_unregister(&drained_notifier);
}
