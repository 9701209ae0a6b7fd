// SPDX-License-Identifier: GPL-2.0
/*
 * Trusted routers. Without any, GRE is accepted from every source. The prefixes
 * are an array that is replaced as a whole; MAGLEV_ROUTERS_MAX bounds the time
 * that a packet takes to search it.
 */
#include <kunit/visibility.h>
#include <linux/inetdevice.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <net/ipv6.h>
#include <uapi/linux/maglev.h>

#include "batch.h"
#include "ctx.h"
#include "net.h"
#include "router.h"

/**
 * mgl_router_trusted_v4() - check for a trusted outer source
 * @mn: the namespace
 * @addr: the outer source, network byte order
 *
 * Context: RCU read side.
 * Return: true if a trusted prefix covers @addr, or if none is configured.
 */
bool mgl_router_trusted_v4(const struct mgl_net *mn, __be32 addr)
{
	const struct mgl_routers *r = rcu_dereference(mn->routers);
	u32 i;

	if (likely(!r))
		return true;
	for (i = 0; i < r->n; i++) {
		const struct mgl_prefix *p = &r->prefix[i];
		__be32 mask;

		if (!mgl_prefix_is_v4(p))
			continue;
		mask = inet_make_mask(p->len - MGL_V4_BITS_BEFORE);
		if (!((addr ^ mgl_addr_to_v4(&p->addr)) & mask))
			return true;
	}
	return false;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_router_trusted_v4);

/**
 * mgl_router_trusted_v6() - check for a trusted outer IPv6 source
 * @mn: the namespace
 * @addr: the outer source
 *
 * Context: RCU read side.
 * Return: true if a trusted prefix covers @addr, or if none is configured, of
 * either family.
 */
bool mgl_router_trusted_v6(const struct mgl_net *mn,
			   const struct in6_addr *addr)
{
	const struct mgl_routers *r = rcu_dereference(mn->routers);
	u32 i;

	if (likely(!r))
		return true;
	for (i = 0; i < r->n; i++) {
		const struct mgl_prefix *p = &r->prefix[i];

		/* Prefixes of IPv4 cover mapped addresses, which are martian. */
		if (ipv6_prefix_equal(addr, (const struct in6_addr *)&p->addr,
				      p->len))
			return true;
	}
	return false;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_router_trusted_v6);

/**
 * mgl_routers() - get the trusted prefixes for a listing or a change
 * @mn: the namespace; mn->lock is held
 *
 * In a batch, those after the changes so far.
 *
 * Context: any.
 * Return: the prefixes, valid until mn->lock is released, or NULL.
 */
struct mgl_routers *mgl_routers(struct mgl_net *mn)
{
	if (mn->batch && mn->batch->has_routers)
		return mn->batch->routers;
	return rcu_dereference_protected(mn->routers,
					 lockdep_is_held(&mn->lock));
}
EXPORT_SYMBOL_IF_KUNIT(mgl_routers);

/* Copies the prefixes except @del, with @add at its position in the order. */
static struct mgl_routers *routers_copy(const struct mgl_routers *old,
					const struct mgl_prefix *add,
					const struct mgl_prefix *del)
{
	u32 n = old ? old->n : 0;
	struct mgl_routers *r;
	u32 i;

	r = kzalloc(struct_size(r, prefix, n + 1), GFP_KERNEL_ACCOUNT);
	if (!r)
		return NULL;
	for (i = 0; i < n; i++) {
		if (add && mgl_prefix_cmp(add, &old->prefix[i]) < 0) {
			r->prefix[r->n++] = *add;
			add = NULL;
		}
		if (&old->prefix[i] != del)
			r->prefix[r->n++] = old->prefix[i];
	}
	if (add)
		r->prefix[r->n++] = *add;
	return r;
}

static const struct mgl_prefix *router_find(const struct mgl_routers *r,
					    const struct mgl_prefix *p)
{
	u32 i;

	for (i = 0; r && i < r->n; i++)
		if (!mgl_prefix_cmp(&r->prefix[i], p))
			return &r->prefix[i];
	return NULL;
}

static void routers_replace(struct mgl_net *mn, struct mgl_routers *r)
{
	struct mgl_routers *old = mgl_routers(mn);

	if (mn->batch) {
		if (mn->batch->has_routers)
			kfree(old);
		mn->batch->has_routers = true;
		mn->batch->routers = r;
		return;
	}
	rcu_assign_pointer(mn->routers, r);
	if (old)
		kfree_rcu(old, rcu);
}

/**
 * mgl_routers_publish() - publish the trusted prefixes of a batch
 * @mn: the namespace; mn->lock is held
 * @batch: the batch, which has the previous ones afterwards
 *
 * Context: any.
 */
void mgl_routers_publish(struct mgl_net *mn, struct mgl_batch *batch)
{
	batch->routers = rcu_replace_pointer(mn->routers, batch->routers,
					     lockdep_is_held(&mn->lock));
}

/**
 * mgl_routers_retire() - free the trusted prefixes from before a batch
 * @batch: the batch, after mgl_routers_publish(), if it has any
 *
 * Context: any.
 */
void mgl_routers_retire(struct mgl_batch *batch)
{
	if (batch->routers)
		kfree_rcu(batch->routers, rcu);
	batch->routers = NULL;
}

/**
 * mgl_router_add() - add a trusted prefix
 * @ctx: the context
 * @p: the prefix
 *
 * Context: may sleep.
 * Return: 0, or with nothing changed -EEXIST if @p is there already, -ENOSPC if
 * there are MAGLEV_ROUTERS_MAX prefixes, or -ENOMEM.
 */
int mgl_router_add(const struct mgl_ctx *ctx, const struct mgl_prefix *p)
{
	struct mgl_routers *old = mgl_routers(ctx->mn), *r;

	if (router_find(old, p)) {
		NL_SET_ERR_MSG_MOD(ctx->extack,
				   "router prefix is trusted already");
		return -EEXIST;
	}
	if (old && old->n >= MAGLEV_ROUTERS_MAX) {
		NL_SET_ERR_MSG_MOD(ctx->extack, "too many router prefixes");
		return -ENOSPC;
	}
	r = routers_copy(old, p, NULL);
	if (!r) {
		NL_SET_ERR_MSG_MOD(ctx->extack,
				   "out of memory for the router prefix");
		return -ENOMEM;
	}
	routers_replace(ctx->mn, r);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_router_add);

/**
 * mgl_router_delete() - delete a trusted prefix
 * @ctx: the context
 * @p: the prefix
 *
 * Without the last prefix, GRE is accepted from every source again.
 *
 * Context: may sleep.
 * Return: 0, or with nothing changed -ENOENT if @p is not there, or -ENOMEM.
 */
int mgl_router_delete(const struct mgl_ctx *ctx, const struct mgl_prefix *p)
{
	struct mgl_routers *old = mgl_routers(ctx->mn), *r = NULL;
	const struct mgl_prefix *found = router_find(old, p);

	if (!found) {
		NL_SET_ERR_MSG_MOD(ctx->extack, "no such router prefix");
		return -ENOENT;
	}
	if (old->n > 1) {
		r = routers_copy(old, NULL, found);
		if (!r) {
			NL_SET_ERR_MSG_MOD(ctx->extack,
					   "out of memory for the router prefixes");
			return -ENOMEM;
		}
	}
	routers_replace(ctx->mn, r);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_router_delete);

/**
 * mgl_routers_flush() - delete every trusted prefix
 * @mn: the namespace; mn->lock is held
 *
 * GRE is accepted from every source afterwards.
 *
 * Context: any.
 */
void mgl_routers_flush(struct mgl_net *mn)
{
	routers_replace(mn, NULL);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_routers_flush);
