// SPDX-License-Identifier: GPL-2.0
/*
 * Endpoints: one object per outer address in a namespace, shared by the
 * backends of all pools with that address, so that there is one cached route.
 * ICMP errors from the path to a backend find it by address, under RCU.
 */
#include <kunit/visibility.h>
#include <linux/export.h>
#include <linux/slab.h>

#include "endpoint.h"
#include "net.h"

const struct rhashtable_params mgl_endpoint_params = {
	.key_len = sizeof(struct mgl_addr),
	.key_offset = offsetof(struct mgl_endpoint, addr),
	.head_offset = offsetof(struct mgl_endpoint, node),
	.automatic_shrinking = true,
};
EXPORT_SYMBOL_IF_KUNIT(mgl_endpoint_params);

/**
 * mgl_endpoint_find() - look up the endpoint of a configured backend
 * @mn: the namespace
 * @addr: the address
 *
 * Context: RCU read side; the result is valid until its end.
 * Return: the endpoint, or NULL if no backend has @addr.
 */
struct mgl_endpoint *mgl_endpoint_find(struct mgl_net *mn,
				       const struct mgl_addr *addr)
{
	return rhashtable_lookup(&mn->endpoints, addr, mgl_endpoint_params);
}

static struct mgl_endpoint *endpoint_alloc(const struct mgl_addr *addr)
{
	struct mgl_endpoint *ep;
	int err;

	ep = kzalloc(sizeof(*ep), GFP_KERNEL_ACCOUNT);
	if (!ep)
		return ERR_PTR(-ENOMEM);
	err = dst_cache_init(&ep->dst, GFP_KERNEL_ACCOUNT);
	if (err) {
		kfree(ep);
		return ERR_PTR(err);
	}
	ep->addr = *addr;
	ep->users = 1;
	refcount_set(&ep->ref, 1);
	return ep;
}

/**
 * mgl_endpoint_use() - find or create the endpoint of an address
 * @mn: the namespace; mn->lock is held
 * @addr: the address
 *
 * Context: may sleep.
 * Return: the endpoint with one more user and one more reference, which the
 * caller releases with mgl_endpoint_unuse() and mgl_endpoint_put(), or
 * ERR_PTR(-ENOMEM).
 */
struct mgl_endpoint *mgl_endpoint_use(struct mgl_net *mn,
				      const struct mgl_addr *addr)
{
	struct mgl_endpoint *ep;
	int err;

	lockdep_assert_held(&mn->lock);
	ep = rhashtable_lookup_fast(&mn->endpoints, addr, mgl_endpoint_params);
	if (ep) {
		ep->users++;
		refcount_inc(&ep->ref);
		return ep;
	}
	ep = endpoint_alloc(addr);
	if (IS_ERR(ep))
		return ep;
	err = rhashtable_insert_fast(&mn->endpoints, &ep->node,
				     mgl_endpoint_params);
	if (err) {
		mgl_endpoint_put(ep);
		return ERR_PTR(-ENOMEM);
	}
	mn->n_endpoints++;
	return ep;
}

/**
 * mgl_endpoint_unuse() - remove a user, when a backend is deleted
 * @mn: the namespace; mn->lock is held
 * @ep: the endpoint; stays valid until its references are dropped
 *
 * Context: any.
 */
void mgl_endpoint_unuse(struct mgl_net *mn, struct mgl_endpoint *ep)
{
	lockdep_assert_held(&mn->lock);
	if (--ep->users)
		return;
	rhashtable_remove_fast(&mn->endpoints, &ep->node, mgl_endpoint_params);
	mn->n_endpoints--;
}

/**
 * mgl_endpoint_put() - drop a reference
 * @ep: the endpoint; freed with its last reference
 *
 * Context: any but hard interrupts; an RCU grace period after readers could
 * find @ep through the backend whose reference this is.
 */
void mgl_endpoint_put(struct mgl_endpoint *ep)
{
	if (!refcount_dec_and_test(&ep->ref))
		return;
	dst_cache_destroy(&ep->dst);
	kfree(ep);
}
