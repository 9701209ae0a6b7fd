// SPDX-License-Identifier: GPL-2.0
/*
 * A VIP lookup is one hash probe for the inner destination, then a search of
 * the VIP's listeners, an array that is replaced as a whole.
 */
#include <kunit/visibility.h>
#include <linux/jhash.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "batch.h"
#include "listeners.h"
#include "net.h"
#include "service.h"
#include "vip.h"

/**
 * struct mgl_vip - a VIP, which exists as long as it has a service
 * @rcu: for kfree_rcu()
 * @node: entry of mgl_net.vips
 * @addr: the address
 * @listeners: its services, NULL if it is no VIP yet or any more; written under
 *	mgl_net.lock, read under RCU
 * @next: the listeners that a change is about to publish, or NULL; this and the
 *	following are under mgl_net.lock
 * @old: the listeners that were published before, until they are freed
 * @changed: entry of mgl_batch.vips, or empty
 */
struct mgl_vip {
	struct rcu_head rcu;
	struct rhash_head node;
	struct mgl_addr addr;
	struct mgl_listeners __rcu *listeners;
	struct mgl_listeners *next;
	struct mgl_listeners *old;
	struct list_head changed;
};

/*
 * Hash for rhashtable to inline; by default it calls jhash() and memcmp(). The
 * hash has to spread every bit, because rhashtable picks buckets by the low
 * bits and refuses an insertion that would make a chain long. All VIPs of a site
 * are likely to have one first word, so it need not be told apart from the
 * second. The administrator chooses the VIPs, so no attacker can provoke
 * collisions.
 */
static inline u32 key_hash(const void *data, u32 len, u32 seed)
{
	const struct mgl_addr *addr = data;

	return jhash_3words((__force u32)addr->w[3], (__force u32)addr->w[2],
			    (__force u32)(addr->w[0] ^ addr->w[1]), seed);
}

static u32 vip_hash(const void *data, u32 len, u32 seed)
{
	const struct mgl_vip *vip = data;

	return key_hash(&vip->addr, len, seed);
}

static int vip_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct mgl_addr *key = arg->key;
	const struct mgl_vip *vip = obj;

	return !mgl_addr_equal(&vip->addr, key);
}

const struct rhashtable_params mgl_vip_params = {
	.key_len = sizeof(struct mgl_addr),
	.key_offset = offsetof(struct mgl_vip, addr),
	.head_offset = offsetof(struct mgl_vip, node),
	.hashfn = key_hash,
	.obj_hashfn = vip_hash,
	.obj_cmpfn = vip_cmp,
	.automatic_shrinking = true,
};
EXPORT_SYMBOL_IF_KUNIT(mgl_vip_params);

/**
 * mgl_vip_find() - look up a VIP
 * @mn: the namespace
 * @addr: the inner destination
 *
 * Context: RCU read side; the result is valid until its end.
 * Return: the VIP, or NULL if @addr is none.
 */
struct mgl_vip *mgl_vip_find(struct mgl_net *mn, const struct mgl_addr *addr)
{
	struct mgl_vip *vip = rhashtable_lookup(&mn->vips, addr,
						mgl_vip_params);

	return vip && likely(rcu_access_pointer(vip->listeners)) ? vip : NULL;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_vip_find);

/**
 * mgl_vip_listener() - look up the service on a port of a VIP
 * @vip: the VIP
 * @proto: inner protocol, IPPROTO_*
 * @port: inner destination port, network byte order
 *
 * Context: RCU read side; the result is valid until its end.
 * Return: the service, or NULL if there is none.
 */
struct mgl_service *mgl_vip_listener(const struct mgl_vip *vip, u8 proto,
				     __be16 port)
{
	const struct mgl_listeners *ls = rcu_dereference(vip->listeners);

	return likely(ls) ? mgl_listeners_find(ls, proto, port) : NULL;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_vip_listener);

/**
 * mgl_vip_has_proto() - check for a service with a protocol
 * @vip: the VIP
 * @proto: inner protocol, IPPROTO_*
 *
 * For packets that do not tell their port.
 *
 * Context: RCU read side.
 * Return: true if the VIP has a service of any port for @proto.
 */
bool mgl_vip_has_proto(const struct mgl_vip *vip, u8 proto)
{
	const struct mgl_listeners *ls = rcu_dereference(vip->listeners);

	return ls && mgl_listeners_proto(ls, proto);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_vip_has_proto);

/**
 * mgl_vip_first() - get the service of a VIP that is listed first
 * @vip: the VIP
 *
 * The service for packets that name none, such as pings. Every director with
 * the same services has the same one, in whatever order they were created.
 *
 * Context: RCU read side; the result is valid until its end.
 * Return: the service, or NULL if a batch has just deleted all of them.
 */
struct mgl_service *mgl_vip_first(const struct mgl_vip *vip)
{
	const struct mgl_listeners *ls = rcu_dereference(vip->listeners);

	return ls ? ls->first : NULL;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_vip_first);

/* A VIP stays valid until mgl_net.lock is released. */
static struct mgl_vip *vip_find_locked(struct mgl_net *mn,
				       const struct mgl_addr *addr)
{
	lockdep_assert_held(&mn->lock);
	return rhashtable_lookup_fast(&mn->vips, addr, mgl_vip_params);
}

static struct mgl_listeners *published(struct mgl_net *mn,
				       const struct mgl_vip *vip)
{
	return rcu_dereference_protected(vip->listeners,
					 lockdep_is_held(&mn->lock));
}

/* The listeners after the changes so far. */
static const struct mgl_listeners *current_listeners(struct mgl_net *mn,
						     const struct mgl_vip *vip)
{
	return vip->next ?: published(mn, vip);
}

/* Packets do not see the VIP before it has listeners. */
static struct mgl_vip *vip_create(struct mgl_net *mn,
				  const struct mgl_addr *addr)
{
	struct mgl_vip *vip;
	int err;

	vip = kzalloc(sizeof(*vip), GFP_KERNEL_ACCOUNT);
	if (!vip)
		return ERR_PTR(-ENOMEM);
	vip->addr = *addr;
	INIT_LIST_HEAD(&vip->changed);
	err = rhashtable_insert_fast(&mn->vips, &vip->node, mgl_vip_params);
	if (err) {
		kfree(vip);
		return ERR_PTR(err);
	}
	return vip;
}

static void vip_remove(struct mgl_net *mn, struct mgl_vip *vip)
{
	rhashtable_remove_fast(&mn->vips, &vip->node, mgl_vip_params);
	kfree_rcu(vip, rcu);
}

/*
 * Makes @next a copy of the listeners that has room for one more. A batch may add
 * many, so its copies grow by doubling.
 */
static int vip_edit(struct mgl_net *mn, struct mgl_vip *vip)
{
	const struct mgl_listeners *now = current_listeners(mn, vip);
	u32 n = mgl_listeners_entries(now);
	struct mgl_listeners *ls;

	if (vip->next && vip->next->room > n)
		return 0;
	ls = mgl_listeners_copy(now, mn->batch ? 2 * n + 1 : n + 1);
	if (!ls)
		return -ENOMEM;
	kvfree(vip->next);
	vip->next = ls;
	return 0;
}

static void vip_publish(struct mgl_net *mn, struct mgl_vip *vip)
{
	vip->old = published(mn, vip);
	rcu_assign_pointer(vip->listeners, vip->next->first ? vip->next : NULL);
}

/* Frees what a VIP had before, and itself without services. */
static void vip_retire(struct mgl_net *mn, struct mgl_vip *vip)
{
	if (vip->old)
		kvfree_rcu(vip->old, rcu);
	vip->old = NULL;
	if (!vip->next->first) {
		kvfree(vip->next);
		vip_remove(mn, vip);
	}
	vip->next = NULL;
}

/**
 * mgl_vips_publish() - publish the listeners that a batch has changed
 * @mn: the namespace; mn->lock is held
 *
 * Context: any.
 */
void mgl_vips_publish(struct mgl_net *mn)
{
	struct mgl_vip *vip;

	list_for_each_entry(vip, &mn->batch->vips, changed)
		vip_publish(mn, vip);
}

/**
 * mgl_vips_retire() - free what VIPs had before a batch was published
 * @mn: the namespace; mn->lock is held
 *
 * Context: may sleep.
 */
void mgl_vips_retire(struct mgl_net *mn)
{
	struct mgl_vip *vip, *next;

	list_for_each_entry_safe(vip, next, &mn->batch->vips, changed) {
		list_del_init(&vip->changed);
		vip_retire(mn, vip);
		cond_resched();
	}
}

/**
 * mgl_vips_undo() - forget the listeners that a batch was to publish
 * @mn: the namespace; mn->lock is held
 *
 * Context: may sleep.
 */
void mgl_vips_undo(struct mgl_net *mn)
{
	struct mgl_vip *vip, *next;

	list_for_each_entry_safe(vip, next, &mn->batch->vips, changed) {
		list_del_init(&vip->changed);
		kvfree(vip->next);
		vip->next = NULL;
		if (!published(mn, vip))
			vip_remove(mn, vip);
		cond_resched();
	}
}

static void vip_changed(struct mgl_net *mn, struct mgl_vip *vip)
{
	if (mn->batch) {
		if (list_empty(&vip->changed))
			list_add_tail(&vip->changed, &mn->batch->vips);
		return;
	}
	vip_publish(mn, vip);
	vip_retire(mn, vip);
}

/**
 * mgl_vip_listen() - publish a service to the data path
 * @mn: the namespace; mn->lock is held
 * @svc: the service, fully initialised; its identity is not in use
 *
 * Creates the VIP for its first service. In a batch, packets see it when that is
 * published.
 *
 * Context: may sleep.
 * Return: 0, or with nothing changed -EINVAL if the ports of @svc overlap with
 * another range of the VIP, -ENOMEM, or another error of rhashtable.
 */
int mgl_vip_listen(struct mgl_net *mn, struct mgl_service *svc)
{
	struct mgl_vip *vip;

	vip = vip_find_locked(mn, &svc->id.vip);
	if (!vip)
		vip = vip_create(mn, &svc->id.vip);
	if (IS_ERR(vip))
		return PTR_ERR(vip);
	if (mgl_listeners_overlap(current_listeners(mn, vip), svc))
		return -EINVAL;
	if (vip_edit(mn, vip)) {
		if (!current_listeners(mn, vip))
			vip_remove(mn, vip);
		return -ENOMEM;
	}
	mgl_listeners_add(vip->next, svc);
	vip_changed(mn, vip);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_vip_listen);

static bool has_several(const struct mgl_listeners *ls)
{
	u32 i, n = mgl_listeners_entries(ls);

	for (i = 0; i < MGL_N_ANY; i++)
		n += !!ls->any[i];
	return n > 1;
}

/**
 * mgl_vip_unlisten() - remove a service from the data path
 * @mn: the namespace; mn->lock is held
 * @svc: the service; packets that have found it may use it until the end of an
 *	RCU grace period
 *
 * Removes the VIP with its last service. In a batch, packets find the service
 * until that is published.
 *
 * Context: may sleep.
 * Return: 0, or -ENOMEM with nothing changed.
 */
int mgl_vip_unlisten(struct mgl_net *mn, struct mgl_service *svc)
{
	struct mgl_vip *vip;

	vip = vip_find_locked(mn, &svc->id.vip);
	if (WARN_ON(!vip))
		return 0;
	if (!mn->batch && !has_several(published(mn, vip))) {
		mgl_vip_remove(mn, &svc->id.vip);
		return 0;
	}
	if (vip_edit(mn, vip))
		return -ENOMEM;
	mgl_listeners_del(vip->next, svc);
	vip_changed(mn, vip);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_vip_unlisten);

/**
 * mgl_vip_remove() - remove a VIP and all its services from the data path
 * @mn: the namespace, not in a batch; mn->lock is held
 * @addr: the VIP; does nothing if there is none
 *
 * Context: any. Allocates nothing and cannot fail.
 */
void mgl_vip_remove(struct mgl_net *mn, const struct mgl_addr *addr)
{
	struct mgl_vip *vip = vip_find_locked(mn, addr);
	struct mgl_listeners *ls;

	if (!vip)
		return;
	ls = published(mn, vip);
	vip_remove(mn, vip);
	kvfree_rcu(ls, rcu);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_vip_remove);
