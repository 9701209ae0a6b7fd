// SPDX-License-Identifier: GPL-2.0
/*
 * Endpoints: one object per outer address in a namespace, however many pools
 * it is a backend of, so that there is one cached route to it.
 */
#include <linux/slab.h>

#include "endpoint.h"
#include "net.h"

/**
 * mgl_endpoint_use() - find or make the object of an address
 * @mn: the namespace; mn->lock is held
 * @addr: the address
 *
 * Context: may sleep.
 * Return: the backend with one more user and one more reference, which the
 * caller gives back with mgl_endpoint_unuse() and mgl_endpoint_put(), or
 * ERR_PTR(-ENOMEM).
 */
struct mgl_endpoint *mgl_endpoint_use(struct mgl_net *mn,
				    const struct mgl_addr *addr)
{
	struct rb_node **link = &mn->endpoints.rb_node, *parent = NULL;
	struct mgl_endpoint *ep;
	int err, cmp;

	lockdep_assert_held(&mn->lock);
	while (*link) {
		parent = *link;
		ep = rb_entry(parent, struct mgl_endpoint, node);
		cmp = mgl_addr_cmp(addr, &ep->addr);
		if (!cmp) {
			ep->users++;
			refcount_inc(&ep->ref);
			return ep;
		}
		link = cmp < 0 ? &parent->rb_left : &parent->rb_right;
	}

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
	rb_link_node(&ep->node, parent, link);
	rb_insert_color(&ep->node, &mn->endpoints);
	mn->n_endpoints++;
	return ep;
}

/**
 * mgl_endpoint_unuse() - a backend with this address left its pool
 * @mn: the namespace; mn->lock is held
 * @ep: the backend; stays valid until the reference is put as well
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
 * @ep: the backend; freed with the last one
 *
 * Context: any but hard interrupts; no RCU reader may have found @ep through
 * the backend whose reference this is.
 */
void mgl_endpoint_put(struct mgl_endpoint *ep)
{
	if (!refcount_dec_and_test(&ep->ref))
		return;
	dst_cache_destroy(&ep->dst);
	kfree(ep);
}
