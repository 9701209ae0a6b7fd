// SPDX-License-Identifier: GPL-2.0
/*
 * Backends: one object per outer address in a namespace, however many pools
 * it is a member of, so that there is one cached route to it.
 */
#include <linux/slab.h>

#include "backend.h"
#include "netns.h"

/**
 * mgl_backend_use() - find or make the object of an address
 * @mn: the namespace; mn->lock is held
 * @addr: the address
 *
 * Context: may sleep.
 * Return: the backend with one more user and one more reference, which the
 * caller gives back with mgl_backend_unuse() and mgl_backend_put(), or
 * ERR_PTR(-ENOMEM).
 */
struct mgl_backend *mgl_backend_use(struct mgl_net *mn,
				    const struct mgl_addr *addr)
{
	struct rb_node **link = &mn->backends.rb_node, *parent = NULL;
	struct mgl_backend *b;
	int err, cmp;

	lockdep_assert_held(&mn->lock);
	while (*link) {
		parent = *link;
		b = rb_entry(parent, struct mgl_backend, node);
		cmp = mgl_addr_cmp(addr, &b->addr);
		if (!cmp) {
			b->users++;
			refcount_inc(&b->ref);
			return b;
		}
		link = cmp < 0 ? &parent->rb_left : &parent->rb_right;
	}

	b = kzalloc(sizeof(*b), GFP_KERNEL_ACCOUNT);
	if (!b)
		return ERR_PTR(-ENOMEM);
	err = dst_cache_init(&b->dst, GFP_KERNEL_ACCOUNT);
	if (err) {
		kfree(b);
		return ERR_PTR(err);
	}
	b->addr = *addr;
	b->users = 1;
	refcount_set(&b->ref, 1);
	rb_link_node(&b->node, parent, link);
	rb_insert_color(&b->node, &mn->backends);
	mn->n_backends++;
	return b;
}

/**
 * mgl_backend_unuse() - a member with this address left its pool
 * @mn: the namespace; mn->lock is held
 * @b: the backend; stays valid until the reference is put as well
 *
 * Context: any.
 */
void mgl_backend_unuse(struct mgl_net *mn, struct mgl_backend *b)
{
	lockdep_assert_held(&mn->lock);
	if (--b->users)
		return;
	rb_erase(&b->node, &mn->backends);
	mn->n_backends--;
}

/**
 * mgl_backend_put() - drop a reference
 * @b: the backend; freed with the last one
 *
 * Context: any but hard interrupts; no RCU reader may have found @b through
 * the member whose reference this is.
 */
void mgl_backend_put(struct mgl_backend *b)
{
	if (!refcount_dec_and_test(&b->ref))
		return;
	dst_cache_destroy(&b->dst);
	kfree(b);
}
