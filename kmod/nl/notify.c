// SPDX-License-Identifier: GPL-2.0
/* Netlink: telling whoever listens what happened by itself. */
#include "nl.h"
#include "../net.h"
#include "../pool.h"

static int put_drained(struct sk_buff *skb, const struct mgl_pool *pool,
		       const struct mgl_drained *drained)
{
	struct nlattr *nest;

	if (mgl_nl_put_pool_name(skb, pool->name))
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

/**
 * mgl_nl_notify_drained() - MAGLEV_CMD_DRAINED_NTF
 * @mn: the namespace; mn->lock is held
 * @pool: the pool that the backend was in
 * @drained: the backend
 *
 * Nobody is told if there is no memory for the message.
 *
 * Context: may sleep.
 */
void mgl_nl_notify_drained(struct mgl_net *mn, const struct mgl_pool *pool,
			   const struct mgl_drained *drained)
{
	struct sk_buff *skb;
	void *hdr;

	if (!genl_has_listeners(&mgl_genl_family, mn->net, MGL_MCGRP_CONFIG))
		return;
	skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb)
		return;
	hdr = genlmsg_put(skb, 0, 0, &mgl_genl_family, 0,
			  MAGLEV_CMD_DRAINED_NTF);
	if (!hdr || put_drained(skb, pool, drained)) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, hdr);
	genlmsg_multicast_netns(&mgl_genl_family, mn->net, skb, 0,
				MGL_MCGRP_CONFIG, GFP_KERNEL);
}
