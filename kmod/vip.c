// SPDX-License-Identifier: GPL-2.0
/*
 * A VIP lookup is one hash probe for the inner destination, then a search of
 * the VIP's listeners: the exact port, else the range that contains it, else
 * the service for every port. Listeners are an array that is replaced as a
 * whole.
 */
#include <kunit/visibility.h>
#include <linux/in.h>
#include <linux/jhash.h>
#include <linux/slab.h>

#include "net.h"
#include "service.h"
#include "vip.h"

enum { ANY_TCP, ANY_UDP, ANY_SCTP, N_ANY };

/**
 * struct listener - a service and its ports
 * @first: protocol << 16 | first port
 * @last: protocol << 16 | last port
 * @svc: the service
 */
struct listener {
	u32 first;
	u32 last;
	struct mgl_service *svc;
};

/**
 * struct listeners - the services of a VIP by port; immutable once published
 * @rcu: for kvfree_rcu()
 * @first: the service that is listed first
 * @any: services for every port, by protocol
 * @n_exact: number of entries with one port, sorted, at the start of @entry
 * @n_range: number of entries with a range, sorted, disjoint, behind those
 * @entry: the entries
 */
struct listeners {
	struct rcu_head rcu;
	struct mgl_service *first;
	struct mgl_service *any[N_ANY];
	u32 n_exact;
	u32 n_range;
	struct listener entry[];
};

/**
 * struct mgl_vip - a VIP, which exists as long as it has a service
 * @rcu: for kfree_rcu()
 * @node: entry of mgl_net.vips
 * @addr: the address
 * @listeners: its services; written under mgl_net.lock, read under RCU
 */
struct mgl_vip {
	struct rcu_head rcu;
	struct rhash_head node;
	struct mgl_addr addr;
	struct listeners __rcu *listeners;
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
	return rhashtable_lookup(&mn->vips, addr, mgl_vip_params);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_vip_find);

static struct mgl_service *search(const struct listener *l, u32 n, u32 key)
{
	u32 lo = 0, hi = n;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (key < l[mid].first)
			hi = mid;
		else if (key > l[mid].last)
			lo = mid + 1;
		else
			return l[mid].svc;
	}
	return NULL;
}

static int any_index(u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return ANY_TCP;
	case IPPROTO_UDP:
		return ANY_UDP;
	case IPPROTO_SCTP:
		return ANY_SCTP;
	default:
		return -1;
	}
}

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
	const struct listeners *ls = rcu_dereference(vip->listeners);
	u32 key = (u32)proto << 16 | be16_to_cpu(port);
	struct mgl_service *svc;
	int any;

	svc = search(ls->entry, ls->n_exact, key);
	if (!svc)
		svc = search(ls->entry + ls->n_exact, ls->n_range, key);
	if (!svc) {
		any = any_index(proto);
		if (any >= 0)
			svc = ls->any[any];
	}
	return svc;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_vip_listener);

/* True if one of the sorted entries is for a protocol. */
static bool has_proto(const struct listener *l, u32 n, u8 proto)
{
	u32 lo = 0, hi = n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (l[mid].first >> 16 == proto)
			return true;
		if (l[mid].first >> 16 < proto)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

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
	const struct listeners *ls = rcu_dereference(vip->listeners);
	int any = any_index(proto);

	return (any >= 0 && ls->any[any]) ||
	       has_proto(ls->entry, ls->n_exact, proto) ||
	       has_proto(ls->entry + ls->n_exact, ls->n_range, proto);
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
 * Return: the service; a VIP has at least one.
 */
struct mgl_service *mgl_vip_first(const struct mgl_vip *vip)
{
	return rcu_dereference(vip->listeners)->first;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_vip_first);

static struct listener listener_of(struct mgl_service *svc)
{
	u32 proto = (u32)svc->id.proto << 16;

	return (struct listener){
		.first = proto | svc->id.first,
		.last = proto | svc->id.last,
		.svc = svc,
	};
}

/* Copies the sorted array @from, with @add at its position, without @del. */
static u32 copy_entries(struct listener *to, const struct listener *from,
			u32 n, const struct listener *add,
			const struct mgl_service *del)
{
	u32 i, out = 0;

	for (i = 0; i < n; i++) {
		if (add && add->first < from[i].first) {
			to[out++] = *add;
			add = NULL;
		}
		if (from[i].svc != del)
			to[out++] = from[i];
	}
	if (add)
		to[out++] = *add;
	return out;
}

/* The service before all others in the order of listings. */
static struct mgl_service *first_of(const struct listeners *ls)
{
	struct mgl_service *first = NULL;
	struct mgl_service *each[N_ANY + 2];
	u32 i;

	memcpy(each, ls->any, sizeof(ls->any));
	each[N_ANY] = ls->n_exact ? ls->entry[0].svc : NULL;
	each[N_ANY + 1] = ls->n_range ? ls->entry[ls->n_exact].svc : NULL;
	for (i = 0; i < ARRAY_SIZE(each); i++)
		if (each[i] && (!first || mgl_service_id_cmp(&each[i]->id,
							     &first->id) < 0))
			first = each[i];
	return first;
}

/* Copies the listeners of a VIP, with one service more or one less. */
static struct listeners *listeners_copy(const struct listeners *old,
					struct mgl_service *add,
					struct mgl_service *del)
{
	const struct listener *exact = NULL, *range = NULL;
	u32 n = old ? old->n_exact + old->n_range : 0;
	struct listener l = {};
	struct listeners *ls;

	ls = kvzalloc(struct_size(ls, entry, n + 1), GFP_KERNEL_ACCOUNT);
	if (!ls)
		return NULL;
	if (old)
		memcpy(ls->any, old->any, sizeof(ls->any));
	if (add) {
		l = listener_of(add);
		if (mgl_service_id_any(&add->id))
			ls->any[any_index(add->id.proto)] = add;
		else if (l.first == l.last)
			exact = &l;
		else
			range = &l;
	}
	if (del && mgl_service_id_any(&del->id))
		ls->any[any_index(del->id.proto)] = NULL;

	ls->n_exact = copy_entries(ls->entry, old ? old->entry : NULL,
				   old ? old->n_exact : 0, exact, del);
	ls->n_range = copy_entries(ls->entry + ls->n_exact,
				   old ? old->entry + old->n_exact : NULL,
				   old ? old->n_range : 0, range, del);
	ls->first = first_of(ls);
	return ls;
}

static u32 listeners_count(const struct listeners *ls)
{
	return ls->n_exact + ls->n_range + !!ls->any[ANY_TCP] +
	       !!ls->any[ANY_UDP] + !!ls->any[ANY_SCTP];
}

static bool overlaps_range(const struct listeners *ls,
			   const struct mgl_service *svc)
{
	struct listener l = listener_of((struct mgl_service *)svc);
	u32 i;

	if (l.first == l.last || mgl_service_id_any(&svc->id))
		return false;
	for (i = ls->n_exact; i < ls->n_exact + ls->n_range; i++)
		if (l.first <= ls->entry[i].last &&
		    l.last >= ls->entry[i].first)
			return true;
	return false;
}

static struct mgl_vip *vip_create(struct mgl_net *mn,
				  const struct mgl_addr *addr,
				  struct listeners *ls)
{
	struct mgl_vip *vip;
	int err;

	vip = kzalloc(sizeof(*vip), GFP_KERNEL_ACCOUNT);
	if (!vip)
		return ERR_PTR(-ENOMEM);
	vip->addr = *addr;
	RCU_INIT_POINTER(vip->listeners, ls);
	err = rhashtable_insert_fast(&mn->vips, &vip->node, mgl_vip_params);
	if (err) {
		kfree(vip);
		return ERR_PTR(err);
	}
	return vip;
}

/* A VIP stays valid until mgl_net.lock is released. */
static struct mgl_vip *vip_find_locked(struct mgl_net *mn,
				       const struct mgl_addr *addr)
{
	lockdep_assert_held(&mn->lock);
	return rhashtable_lookup_fast(&mn->vips, addr, mgl_vip_params);
}

/**
 * mgl_vip_exists() - check for a VIP
 * @mn: the namespace; mn->lock is held
 * @addr: the address
 *
 * Context: any.
 * Return: true if @addr is a VIP.
 */
bool mgl_vip_exists(struct mgl_net *mn, const struct mgl_addr *addr)
{
	return vip_find_locked(mn, addr);
}

/**
 * mgl_vip_listen() - publish a service to the data path
 * @mn: the namespace; mn->lock is held
 * @svc: the service, fully initialised; its identity is not in use
 *
 * Creates the VIP for its first service.
 *
 * Context: may sleep.
 * Return: 0, or with nothing changed -EINVAL if the ports of @svc overlap with
 * another range of the VIP, -ENOMEM, or another error of rhashtable.
 */
int mgl_vip_listen(struct mgl_net *mn, struct mgl_service *svc)
{
	struct listeners *ls, *old = NULL;
	struct mgl_vip *vip;

	vip = vip_find_locked(mn, &svc->id.vip);
	if (vip) {
		old = rcu_dereference_protected(vip->listeners,
						lockdep_is_held(&mn->lock));
		if (overlaps_range(old, svc))
			return -EINVAL;
	}
	ls = listeners_copy(old, svc, NULL);
	if (!ls)
		return -ENOMEM;
	if (vip) {
		rcu_assign_pointer(vip->listeners, ls);
		kvfree_rcu(old, rcu);
		return 0;
	}
	vip = vip_create(mn, &svc->id.vip, ls);
	if (IS_ERR(vip)) {
		kvfree(ls);
		return PTR_ERR(vip);
	}
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_vip_listen);

/**
 * mgl_vip_unlisten() - remove a service from the data path
 * @mn: the namespace; mn->lock is held
 * @svc: the service; packets that have found it may use it until the end of an
 *	RCU grace period
 *
 * Removes the VIP with its last service.
 *
 * Context: may sleep.
 * Return: 0, or -ENOMEM with nothing changed.
 */
int mgl_vip_unlisten(struct mgl_net *mn, struct mgl_service *svc)
{
	struct listeners *ls, *old;
	struct mgl_vip *vip;

	vip = vip_find_locked(mn, &svc->id.vip);
	if (WARN_ON(!vip))
		return 0;
	old = rcu_dereference_protected(vip->listeners,
					lockdep_is_held(&mn->lock));
	if (listeners_count(old) == 1) {
		mgl_vip_remove(mn, &svc->id.vip);
		return 0;
	}
	ls = listeners_copy(old, NULL, svc);
	if (!ls)
		return -ENOMEM;
	rcu_assign_pointer(vip->listeners, ls);
	kvfree_rcu(old, rcu);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_vip_unlisten);

/**
 * mgl_vip_remove() - remove a VIP and all its services from the data path
 * @mn: the namespace; mn->lock is held
 * @addr: the VIP; does nothing if there is none
 *
 * Context: any. Allocates nothing and cannot fail.
 */
void mgl_vip_remove(struct mgl_net *mn, const struct mgl_addr *addr)
{
	struct mgl_vip *vip = vip_find_locked(mn, addr);
	struct listeners *ls;

	if (!vip)
		return;
	rhashtable_remove_fast(&mn->vips, &vip->node, mgl_vip_params);
	ls = rcu_dereference_protected(vip->listeners,
				       lockdep_is_held(&mn->lock));
	kvfree_rcu(ls, rcu);
	kfree_rcu(vip, rcu);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_vip_remove);
