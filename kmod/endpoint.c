// SPDX-License-Identifier: GPL-2.0
/*
 * Endpoints: one object per outer address in a namespace, shared by the
 * backends of all pools with that address, so that there is one cached route.
 */
#include <linux/slab.h>

#include "endpoint.h"
#include "net.h"

static int cmp_addr(const void *addr, const struct rb_node *node)
{
	return mgl_addr_cmp(addr, &rb_entry(node, struct mgl_endpoint,
					    node)->addr);
}

static bool before(struct rb_node *a, const struct rb_node *b)
{
	return cmp_addr(&rb_entry(a, struct mgl_endpoint, node)->addr, b) < 0;
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
	struct rb_node *node;

	lockdep_assert_held(&mn->lock);
	node = rb_find(addr, &mn->endpoints, cmp_addr);
	if (node) {
		ep = rb_entry(node, struct mgl_endpoint, node);
		ep->users++;
		refcount_inc(&ep->ref);
		return ep;
	}
	ep = endpoint_alloc(addr);
	if (IS_ERR(ep))
		return ep;
	rb_add(&ep->node, &mn->endpoints, before);
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
	rb_erase(&ep->node, &mn->endpoints);
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
