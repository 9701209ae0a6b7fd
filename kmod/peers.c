// SPDX-License-Identifier: GPL-2.0
/*
 * Peers. The directors of a cluster are a pool, the same on each of them, so that
 * they agree without a word which of them owns a client's packets to a VIP: where
 * a packet does not tell its flow, the others can send it there.
 */
#include <kunit/visibility.h>
#include <linux/export.h>
#include <linux/netlink.h>
#include <net/ipv6.h>

#include "backend.h"
#include "batch.h"
#include "core/flow.h"
#include "ctx.h"
#include "endpoint.h"
#include "local.h"
#include "local_v6.h"
#include "net.h"
#include "peers.h"
#include "pool.h"
#include "table.h"

static bool is_here(const struct mgl_net *mn, const struct mgl_endpoint *ep)
{
	struct in6_addr v6;

	if (mgl_addr_is_v4(&ep->addr))
		return mgl_local_v4(mn, mgl_addr_to_v4(&ep->addr));
	v6 = mgl_endpoint_v6(ep);
	/* No backend is link-local, so no device matters. */
	return mgl_local_v6(mn, &v6, NULL);
}

/**
 * mgl_peers_owner() - find the peer that owns a client's packets to a VIP
 * @mn: the namespace
 * @flow: a flow of these packets; its ports are ignored (paper section 4.3)
 *
 * The present owner of the slot alone counts, not the previous one. Directors
 * with equal tables then agree at once, whatever they remember and since when;
 * one that has been taken out gets nothing more; and no connection is at stake,
 * only datagrams that are on their way at the moment of the change.
 *
 * Context: RCU read side; the result is valid until its end.
 * Return: the peer, another host; or NULL if no peers are configured, none is
 * usable, or the owner is this host.
 */
struct mgl_backend *mgl_peers_owner(const struct mgl_net *mn,
				    const struct mgl_flow *flow)
{
	const struct mgl_pool *peers = rcu_dereference(mn->peers);
	struct mgl_backend *owner;
	struct mgl_flow masked;

	if (likely(!peers))
		return NULL;
	masked = mgl_flow_mask(flow, MAGLEV_AFFINITY_3TUPLE);
	owner = mgl_table_owner(peers, &masked);
	if (!owner || !mgl_backend_serves(owner) ||
	    is_here(mn, owner->endpoint))
		return NULL;
	return owner;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_peers_owner);

/**
 * mgl_peers_has() - check for the address of a peer
 * @mn: the namespace
 * @addr: the address
 *
 * Context: RCU read side.
 * Return: true if a peer has @addr, of whatever weight and state.
 */
bool mgl_peers_has(const struct mgl_net *mn, const struct mgl_addr *addr)
{
	const struct mgl_pool *peers = rcu_dereference(mn->peers);

	return peers && mgl_table_has(peers, addr);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_peers_has);

/**
 * mgl_peers_pool() - get the pool of the peers
 * @mn: the namespace; mn->lock is held
 *
 * In a batch, the one after the changes so far.
 *
 * Context: any.
 * Return: the pool, or NULL.
 */
struct mgl_pool *mgl_peers_pool(struct mgl_net *mn)
{
	if (mn->batch && mn->batch->has_peers)
		return mn->batch->peers;
	return rcu_dereference_protected(mn->peers, lockdep_is_held(&mn->lock));
}
EXPORT_SYMBOL_IF_KUNIT(mgl_peers_pool);

/**
 * mgl_peers_check() - check a pool that is to be that of the peers
 * @ctx: the context
 * @pool: the pool, or NULL
 * @attr: attribute that named it, to report in an extack
 *
 * Context: any.
 * Return: 0, or -EINVAL if the pool is private.
 */
int mgl_peers_check(const struct mgl_ctx *ctx, const struct mgl_pool *pool,
		    const struct nlattr *attr)
{
	lockdep_assert_held(&ctx->mn->lock);
	if (!pool || !pool->is_private)
		return 0;
	NL_SET_ERR_MSG_ATTR(ctx->extack, attr, "pool is private to a service");
	return -EINVAL;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_peers_check);

/**
 * mgl_peers_set() - set the pool of the peers
 * @mn: the namespace; mn->lock is held
 * @pool: the pool, which mgl_peers_check() accepts, or NULL for none
 *
 * Context: any. Cannot fail.
 */
void mgl_peers_set(struct mgl_net *mn, struct mgl_pool *pool)
{
	struct mgl_pool *old = mgl_peers_pool(mn);

	if (old)
		old->is_peers = false;
	if (pool)
		pool->is_peers = true;
	if (mn->batch) {
		mn->batch->has_peers = true;
		mn->batch->peers = pool;
	} else {
		rcu_assign_pointer(mn->peers, pool);
	}
}
EXPORT_SYMBOL_IF_KUNIT(mgl_peers_set);

/**
 * mgl_peers_undo() - forget the pool of the peers that a batch was to publish
 * @mn: the namespace, in a batch; mn->lock is held
 *
 * Context: any.
 */
void mgl_peers_undo(struct mgl_net *mn)
{
	struct mgl_pool *pool = mgl_peers_pool(mn);

	if (pool)
		pool->is_peers = false;
	mn->batch->has_peers = false;
	pool = mgl_peers_pool(mn);
	if (pool)
		pool->is_peers = true;
}
