// SPDX-License-Identifier: GPL-2.0
/*
 * Sources. GRE has no ports by which the NIC of a backend could spread packets
 * over its receive queues, so with one outer source all packets of a director
 * share a queue. With several, chosen by flow, they do not. The prefixes are a
 * set that is replaced as a whole.
 *
 * The addresses need not be those of a device. Errors about packets from them
 * come back by the route that the administrator has made for the prefix.
 */
#include <kunit/visibility.h>
#include <linux/export.h>
#include <linux/in6.h>
#include <linux/netlink.h>
#include <linux/slab.h>

#include "batch.h"
#include "core/flow.h"
#include "ctx.h"
#include "source.h"

/*
 * Chooses by the hash that the flow has in the cache, which most flows have
 * computed by now. It does not depend on affinity and tracking, and errors about
 * answers have the one of their flow. Nobody outside can predict it.
 */
static bool choose(const struct mgl_net *mn, const struct mgl_flow *flow,
		   bool v4, struct mgl_addr *addr)
{
	const struct mgl_sources *s = rcu_dereference(mn->sources);
	u64 digest;

	if (!s)
		return false;
	digest = flow->digest ?: mgl_flow_digest(flow, &mn->secret);
	return mgl_source_set_choose(&s->set, v4, digest >> 32, addr);
}

/**
 * mgl_source_v4() - choose the outer IPv4 source for a flow
 * @mn: the namespace
 * @flow: the flow, not masked
 * @otherwise: the source if there is no prefix of IPv4, network byte order
 *
 * Context: RCU read side.
 * Return: the source, network byte order.
 */
__be32 mgl_source_v4(const struct mgl_net *mn, const struct mgl_flow *flow,
		     __be32 otherwise)
{
	struct mgl_addr addr;

	return choose(mn, flow, true, &addr) ? mgl_addr_to_v4(&addr) :
					       otherwise;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_source_v4);

/**
 * mgl_source_v6() - choose the outer IPv6 source for a flow
 * @mn: the namespace
 * @flow: the flow, not masked
 * @saddr: the source; set only if true is returned
 *
 * Context: RCU read side.
 * Return: false if there is no prefix of IPv6.
 */
bool mgl_source_v6(const struct mgl_net *mn, const struct mgl_flow *flow,
		   struct in6_addr *saddr)
{
	struct mgl_addr addr;

	if (!choose(mn, flow, false, &addr))
		return false;
	*saddr = (struct in6_addr){ .s6_addr32 = {
		addr.w[0], addr.w[1], addr.w[2], addr.w[3],
	} };
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_source_v6);

static bool has(const struct mgl_net *mn, const struct mgl_addr *addr)
{
	const struct mgl_sources *s = rcu_dereference(mn->sources);

	return s && mgl_source_set_has(&s->set, addr);
}

/**
 * mgl_source_has_v4() - check for an address in the source prefixes
 * @mn: the namespace
 * @addr: the address, network byte order
 *
 * Context: RCU read side.
 * Return: true if a prefix covers @addr.
 */
bool mgl_source_has_v4(const struct mgl_net *mn, __be32 addr)
{
	const struct mgl_addr a = mgl_addr_v4(addr);

	return has(mn, &a);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_source_has_v4);

/**
 * mgl_source_has_v6() - check for an IPv6 address in the source prefixes
 * @mn: the namespace
 * @addr: the address
 *
 * Context: RCU read side.
 * Return: true if a prefix covers @addr.
 */
bool mgl_source_has_v6(const struct mgl_net *mn, const struct in6_addr *addr)
{
	const struct mgl_addr a = mgl_addr_v6(addr);

	/* A mapped address would be that of an IPv4 prefix. */
	return !mgl_addr_is_v4(&a) && has(mn, &a);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_source_has_v6);

/**
 * mgl_sources() - get the source prefixes for a listing or a change
 * @mn: the namespace; mn->lock is held
 *
 * In a batch, those after the changes so far.
 *
 * Context: any.
 * Return: the prefixes, valid until mn->lock is released, or NULL.
 */
struct mgl_sources *mgl_sources(struct mgl_net *mn)
{
	if (mn->batch && mn->batch->has_sources)
		return mn->batch->sources;
	return rcu_dereference_protected(mn->sources,
					 lockdep_is_held(&mn->lock));
}
EXPORT_SYMBOL_IF_KUNIT(mgl_sources);

static struct mgl_sources *sources_copy(const struct mgl_ctx *ctx)
{
	struct mgl_sources *old = mgl_sources(ctx->mn), *s;

	s = kzalloc(sizeof(*s), GFP_KERNEL_ACCOUNT);
	if (!s)
		NL_SET_ERR_MSG_MOD(ctx->extack,
				   "out of memory for the source prefixes");
	else if (old)
		s->set = old->set;
	return s;
}

static void sources_replace(struct mgl_net *mn, struct mgl_sources *s)
{
	struct mgl_sources *old = mgl_sources(mn);

	if (mn->batch) {
		if (mn->batch->has_sources)
			kfree(old);
		mn->batch->has_sources = true;
		mn->batch->sources = s;
		return;
	}
	rcu_assign_pointer(mn->sources, s);
	if (old)
		kfree_rcu(old, rcu);
}

/**
 * mgl_sources_publish() - publish the source prefixes of a batch
 * @mn: the namespace; mn->lock is held
 * @batch: the batch, which has the previous ones afterwards
 *
 * Context: any.
 */
void mgl_sources_publish(struct mgl_net *mn, struct mgl_batch *batch)
{
	batch->sources = rcu_replace_pointer(mn->sources, batch->sources,
					     lockdep_is_held(&mn->lock));
}

/**
 * mgl_sources_retire() - free the source prefixes from before a batch
 * @batch: the batch, after mgl_sources_publish(), if it has any
 *
 * Context: any.
 */
void mgl_sources_retire(struct mgl_batch *batch)
{
	if (batch->sources)
		kfree_rcu(batch->sources, rcu);
	batch->sources = NULL;
}

/**
 * mgl_source_add() - add a source prefix
 * @ctx: the context
 * @p: the prefix
 *
 * Context: may sleep.
 * Return: 0, or with nothing changed -EEXIST if @p is there already, -ENOSPC if
 * there are MAGLEV_SOURCES_MAX prefixes, or -ENOMEM.
 */
int mgl_source_add(const struct mgl_ctx *ctx, const struct mgl_prefix *p)
{
	struct mgl_sources *old = mgl_sources(ctx->mn), *s;

	if (old && mgl_source_set_find(&old->set, p)) {
		NL_SET_ERR_MSG_MOD(ctx->extack, "source prefix exists already");
		return -EEXIST;
	}
	if (old && old->set.n >= MAGLEV_SOURCES_MAX) {
		NL_SET_ERR_MSG_MOD(ctx->extack, "too many source prefixes");
		return -ENOSPC;
	}
	s = sources_copy(ctx);
	if (!s)
		return -ENOMEM;
	mgl_source_set_add(&s->set, p);
	sources_replace(ctx->mn, s);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_source_add);

/**
 * mgl_source_delete() - delete a source prefix
 * @ctx: the context
 * @p: the prefix
 *
 * Without the last prefix of a family, packets to backends of that family get
 * the source that they had before.
 *
 * Context: may sleep.
 * Return: 0, or with nothing changed -ENOENT if @p is not there, or -ENOMEM.
 */
int mgl_source_delete(const struct mgl_ctx *ctx, const struct mgl_prefix *p)
{
	struct mgl_sources *old = mgl_sources(ctx->mn), *s = NULL;

	if (!old || !mgl_source_set_find(&old->set, p)) {
		NL_SET_ERR_MSG_MOD(ctx->extack, "no such source prefix");
		return -ENOENT;
	}
	if (old->set.n > 1) {
		s = sources_copy(ctx);
		if (!s)
			return -ENOMEM;
		mgl_source_set_del(&s->set, p);
	}
	sources_replace(ctx->mn, s);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_source_delete);

/**
 * mgl_sources_flush() - delete every source prefix
 * @mn: the namespace; mn->lock is held
 *
 * Context: any.
 */
void mgl_sources_flush(struct mgl_net *mn)
{
	sources_replace(mn, NULL);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_sources_flush);
