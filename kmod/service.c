// SPDX-License-Identifier: GPL-2.0
/*
 * Services: identity, the pool they use, and their life.
 */
#include <linux/in.h>
#include <linux/inet.h>
#include <linux/netlink.h>
#include <linux/slab.h>

#include "net.h"
#include "pool.h"
#include "service.h"
#include "flows.h"
#include "vip.h"

/**
 * mgl_service_id_cmp() - the order in which services are listed
 * @a: one
 * @b: other
 *
 * Context: any.
 * Return: below, equal to or above 0 as @a comes before, is, or comes after
 * @b.
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

/**
 * mgl_service_find() - look for a service
 * @mn: the namespace; mn->lock is held
 * @id: its identity
 *
 * Context: any.
 * Return: the service or NULL.
 */
struct mgl_service *mgl_service_find(struct mgl_net *mn,
				     const struct mgl_service_id *id)
{
	struct rb_node *n = mn->services.rb_node;

	lockdep_assert_held(&mn->lock);
	while (n) {
		struct mgl_service *svc = rb_entry(n, struct mgl_service, node);
		int cmp = mgl_service_id_cmp(id, &svc->id);

		if (!cmp)
			return svc;
		n = cmp < 0 ? n->rb_left : n->rb_right;
	}
	return NULL;
}

static void service_link(struct mgl_net *mn, struct mgl_service *svc)
{
	struct rb_node **link = &mn->services.rb_node, *parent = NULL;

	while (*link) {
		struct mgl_service *other;

		parent = *link;
		other = rb_entry(parent, struct mgl_service, node);
		link = mgl_service_id_cmp(&svc->id, &other->id) < 0 ?
			&parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&svc->node, parent, link);
	rb_insert_color(&svc->node, &mn->services);
	mn->n_services++;
}

static void service_unlink(struct mgl_net *mn, struct mgl_service *svc)
{
	rb_erase(&svc->node, &mn->services);
	mn->n_services--;
}

static void service_free_rcu(struct rcu_head *rcu)
{
	struct mgl_service *svc = container_of(rcu, struct mgl_service, rcu);

	free_percpu(svc->traffic);
	kfree(svc);
}

/* "tcp/192.0.2.1:80", "udp/192.0.2.1:8000-8999", "sctp/192.0.2.1:0" */
static void private_pool_name(char *name, size_t size,
			      const struct mgl_service_id *id)
{
	const char *proto = id->proto == IPPROTO_TCP ? "tcp" :
			    id->proto == IPPROTO_UDP ? "udp" : "sctp";
	__be32 vip = mgl_addr_to_v4(&id->vip);
	int n;

	n = scnprintf(name, size, "%s/%pI4:%u", proto, &vip, id->first);
	if (!mgl_service_id_any(id) && id->last != id->first)
		scnprintf(name + n, size - n, "-%u", id->last);
}

static struct mgl_pool *private_pool_create(struct mgl_net *mn,
					    const struct mgl_service_id *id,
					    const struct mgl_pool_params *params,
					    struct mgl_backend_specs *backends,
					    struct netlink_ext_ack *extack)
{
	char name[MAGLEV_POOL_NAME_MAX + 1];
	struct mgl_pool *pool;

	private_pool_name(name, sizeof(name), id);
	pool = mgl_pool_create(mn, name, params, backends, extack);
	if (!IS_ERR(pool))
		pool->is_private = true;
	return pool;
}

static void pool_use(struct mgl_net *mn, struct mgl_pool *pool,
		     enum maglev_track track)
{
	pool->users++;
	if (track == MAGLEV_TRACK_CHANGED)
		pool->changed_users++;
	mgl_pool_settle_update(mn, pool);
}

static void pool_unuse(struct mgl_net *mn, struct mgl_pool *pool,
		       enum maglev_track track)
{
	pool->users--;
	if (track == MAGLEV_TRACK_CHANGED)
		pool->changed_users--;
	if (pool->is_private && !pool->users)
		mgl_pool_destroy(mn, pool);
	else
		mgl_pool_settle_update(mn, pool);
}

static struct mgl_service *service_alloc(const struct mgl_service_id *id)
{
	struct mgl_service *svc;

	svc = kzalloc(sizeof(*svc), GFP_KERNEL_ACCOUNT);
	if (!svc)
		return NULL;
	svc->traffic = mgl_traffic_alloc();
	if (!svc->traffic) {
		kfree(svc);
		return NULL;
	}
	svc->id = *id;
	return svc;
}

static int service_publish(struct mgl_net *mn, struct mgl_service *svc,
			   struct netlink_ext_ack *extack)
{
	int err;

	err = mgl_vip_listen(mn, svc);
	if (err) {
		if (err == -EINVAL)
			NL_SET_ERR_MSG_MOD(extack, "ports overlap with another range of this VIP");
		else
			NL_SET_ERR_MSG_MOD(extack, "out of memory for the VIP");
		return err;
	}
	service_link(mn, svc);
	return 0;
}

static void service_params(struct mgl_service *svc,
			   const struct mgl_service_params *params)
{
	/* These pair with READ_ONCE() in the packet path. */
	if (params->has_track)
		WRITE_ONCE(svc->track, params->track);
	if (params->has_affinity)
		WRITE_ONCE(svc->affinity, params->affinity);
	if (params->has_all_down)
		WRITE_ONCE(svc->all_down, params->all_down);
}

static int service_number(struct mgl_net *mn, struct mgl_service *svc,
			  struct netlink_ext_ack *extack)
{
	int err = mgl_ids_add(&mn->service_ids, svc, &svc->number);

	if (err == -ENOSPC)
		NL_SET_ERR_MSG_MOD(extack, "as many services as fit");
	else if (err)
		NL_SET_ERR_MSG_MOD(extack, "out of memory for the service");
	return err;
}

/**
 * mgl_service_create() - add a service
 * @mn: the namespace; mn->lock is held
 * @id: its identity
 * @params: what it is to be, a private pool if that names none
 * @pool_params: table size, seed and settle time of the private one
 * @backends: backends of the private one
 * @extack: says why not
 *
 * Packets find it with all of its backends.
 *
 * Context: may sleep.
 * Return: 0, -EEXIST, -EINVAL, -ENOSPC or -ENOMEM, with nothing changed.
 */
int mgl_service_create(struct mgl_net *mn, const struct mgl_service_id *id,
		       const struct mgl_service_params *params,
		       const struct mgl_pool_params *pool_params,
		       struct mgl_backend_specs *backends,
		       struct netlink_ext_ack *extack)
{
	struct mgl_pool *pool = params->pool;
	struct mgl_service *svc;
	int err;

	lockdep_assert_held(&mn->lock);
	if (mgl_service_find(mn, id)) {
		NL_SET_ERR_MSG_MOD(extack, "service exists already");
		return -EEXIST;
	}
	svc = service_alloc(id);
	if (!svc) {
		NL_SET_ERR_MSG_MOD(extack, "out of memory for the service");
		return -ENOMEM;
	}
	service_params(svc, params);
	err = mgl_flows_ensure(mn, svc->track, extack);
	if (!err)
		err = service_number(mn, svc, extack);
	if (err)
		goto err_service;
	if (!pool) {
		pool = private_pool_create(mn, id, pool_params, backends,
					   extack);
		if (IS_ERR(pool)) {
			err = PTR_ERR(pool);
			goto err_number;
		}
	}
	pool_use(mn, pool, svc->track);
	RCU_INIT_POINTER(svc->pool, pool);
	if (params->fallback)
		pool_use(mn, params->fallback, svc->track);
	RCU_INIT_POINTER(svc->fallback, params->fallback);
	err = service_publish(mn, svc, extack);
	if (err)
		goto err_pool;
	return 0;

err_pool:
	if (params->fallback)
		pool_unuse(mn, params->fallback, svc->track);
	pool_unuse(mn, pool, svc->track);
err_number:
	mgl_ids_del(&mn->service_ids, svc->number);
err_service:
	/* Whoever asks for its number may have found it. */
	call_rcu(&svc->rcu, service_free_rcu);
	return err;
}

/**
 * mgl_service_pool() - the pool a service uses
 * @mn: the namespace; mn->lock is held
 * @svc: the service
 *
 * Context: any.
 * Return: the pool, never NULL.
 */
struct mgl_pool *mgl_service_pool(struct mgl_net *mn,
				  const struct mgl_service *svc)
{
	return rcu_dereference_protected(svc->pool, lockdep_is_held(&mn->lock));
}

/**
 * mgl_service_fallback() - the pool that takes over for a service
 * @mn: the namespace; mn->lock is held
 * @svc: the service
 *
 * Context: any.
 * Return: the pool or NULL.
 */
struct mgl_pool *mgl_service_fallback(struct mgl_net *mn,
				      const struct mgl_service *svc)
{
	return rcu_dereference_protected(svc->fallback,
					 lockdep_is_held(&mn->lock));
}

/**
 * mgl_service_set() - change a service
 * @mn: the namespace; mn->lock is held
 * @svc: the service
 * @params: what to change; if its former pool was private and it gets
 *	another, that goes; there is a cache if it is to track
 *
 * Context: may sleep. Cannot fail.
 */
void mgl_service_set(struct mgl_net *mn, struct mgl_service *svc,
		     const struct mgl_service_params *params)
{
	struct mgl_pool *pool = mgl_service_pool(mn, svc), *was = pool;
	struct mgl_pool *fallback = mgl_service_fallback(mn, svc);
	struct mgl_pool *fallback_was = fallback;
	enum maglev_track track = svc->track;

	lockdep_assert_held(&mn->lock);
	service_params(svc, params);
	if (params->pool)
		pool = params->pool;
	if (params->has_fallback)
		fallback = params->fallback;
	/* First the new ones: what is used all along must not go. */
	pool_use(mn, pool, svc->track);
	if (fallback)
		pool_use(mn, fallback, svc->track);
	rcu_assign_pointer(svc->pool, pool);
	rcu_assign_pointer(svc->fallback, fallback);
	if (fallback_was)
		pool_unuse(mn, fallback_was, track);
	pool_unuse(mn, was, track);
	mn->gc_flows = true;
}

static void service_release(struct mgl_net *mn, struct mgl_service *svc)
{
	struct mgl_pool *fallback = mgl_service_fallback(mn, svc);

	service_unlink(mn, svc);
	mgl_ids_del(&mn->service_ids, svc->number);
	if (fallback)
		pool_unuse(mn, fallback, svc->track);
	pool_unuse(mn, mgl_service_pool(mn, svc), svc->track);
	mn->gc_flows = true;
	call_rcu(&svc->rcu, service_free_rcu);
}

/**
 * mgl_service_del() - delete a service, and its pool if that is private
 * @mn: the namespace; mn->lock is held
 * @svc: the service, not to be used afterwards
 * @extack: says why not
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM with nothing changed.
 */
int mgl_service_del(struct mgl_net *mn, struct mgl_service *svc,
		    struct netlink_ext_ack *extack)
{
	int err;

	lockdep_assert_held(&mn->lock);
	err = mgl_vip_unlisten(mn, svc);
	if (err) {
		NL_SET_ERR_MSG_MOD(extack, "out of memory for the VIP");
		return err;
	}
	service_release(mn, svc);
	return 0;
}

/**
 * mgl_services_flush() - delete every service
 * @mn: the namespace; mn->lock is held
 *
 * Context: may sleep. Cannot fail.
 */
void mgl_services_flush(struct mgl_net *mn)
{
	struct rb_node *n;

	lockdep_assert_held(&mn->lock);
	while ((n = rb_first(&mn->services))) {
		struct mgl_service *svc = rb_entry(n, struct mgl_service, node);

		/* All of the VIP at once: the rest of it goes as well. */
		mgl_vip_remove(mn, &svc->id.vip);
		service_release(mn, svc);
		cond_resched();
	}
}
