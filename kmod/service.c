// SPDX-License-Identifier: GPL-2.0
/* Services: identity and lookup. Creating and changing them is in service_change.c. */
#include <kunit/visibility.h>

#include "net.h"
#include "service.h"

/**
 * mgl_service_id_cmp() - compare two services in the order of listings
 * @a: identity of the one
 * @b: identity of the other
 *
 * Context: any.
 * Return: below 0, 0 or above 0 if @a is before, equal to or behind @b.
 */
int mgl_service_id_cmp(const struct mgl_service_id *a,
		       const struct mgl_service_id *b)
{
	int cmp = mgl_addr_cmp(&a->vip, &b->vip);

	if (!cmp)
		cmp = (int)a->proto - b->proto;
	if (!cmp)
		cmp = (int)a->first - b->first;
	if (!cmp)
		cmp = (int)a->last - b->last;
	return cmp;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_service_id_cmp);

static int cmp_id(const void *id, const struct rb_node *node)
{
	return mgl_service_id_cmp(id, &rb_entry(node, struct mgl_service,
						node)->id);
}

/**
 * mgl_service_find() - look up a service by identity
 * @mn: the namespace; mn->lock is held
 * @id: the identity
 *
 * Context: any.
 * Return: the service, or NULL if there is none.
 */
struct mgl_service *mgl_service_find(struct mgl_net *mn,
				     const struct mgl_service_id *id)
{
	struct rb_node *node;

	lockdep_assert_held(&mn->lock);
	node = rb_find(id, &mn->services, cmp_id);
	return rb_entry_safe(node, struct mgl_service, node);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_service_find);

/**
 * mgl_service_of_vip() - get the first service of a VIP
 * @mn: the namespace; mn->lock is held
 * @vip: the address
 *
 * Others of the same VIP follow it in the order of listings.
 *
 * Context: any.
 * Return: the service, or NULL if @vip has none.
 */
struct mgl_service *mgl_service_of_vip(struct mgl_net *mn,
				       const struct mgl_addr *vip)
{
	struct rb_node *node = mn->services.rb_node;
	struct mgl_service *first = NULL;

	lockdep_assert_held(&mn->lock);
	while (node) {
		struct mgl_service *svc = rb_entry(node, struct mgl_service,
						   node);
		int cmp = mgl_addr_cmp(vip, &svc->id.vip);

		if (!cmp)
			first = svc;
		node = cmp > 0 ? node->rb_right : node->rb_left;
	}
	return first;
}

/**
 * mgl_service_pool() - get the pool of a service
 * @mn: the namespace; mn->lock is held
 * @svc: the service
 *
 * In a batch, the one that it has after the changes so far.
 *
 * Context: any.
 * Return: the pool, never NULL.
 */
struct mgl_pool *mgl_service_pool(struct mgl_net *mn,
				  const struct mgl_service *svc)
{
	if (svc->next)
		return svc->next->pool;
	return rcu_dereference_protected(svc->pool, lockdep_is_held(&mn->lock));
}

/**
 * mgl_service_fallback() - get the fallback pool of a service
 * @mn: the namespace; mn->lock is held
 * @svc: the service
 *
 * In a batch, as mgl_service_pool().
 *
 * Context: any.
 * Return: the pool or NULL.
 */
struct mgl_pool *mgl_service_fallback(struct mgl_net *mn,
				      const struct mgl_service *svc)
{
	if (svc->next)
		return svc->next->fallback;
	return rcu_dereference_protected(svc->fallback,
					 lockdep_is_held(&mn->lock));
}

/**
 * mgl_service_track() - get which flows a service tracks
 * @svc: the service; its mgl_net.lock is held
 *
 * In a batch, as mgl_service_pool().
 *
 * Context: any.
 * Return: what it tracks.
 */
enum maglev_track mgl_service_track(const struct mgl_service *svc)
{
	return svc->next ? svc->next->track : svc->track;
}
