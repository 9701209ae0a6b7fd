// SPDX-License-Identifier: GPL-2.0
/*
 * Listeners: the services of a VIP, searched for the exact port, else the range
 * that contains it, else the service for every port. An array that is being made
 * is changed in place; once published it is replaced by a copy.
 */
#include <linux/in.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "listeners.h"
#include "service.h"

static struct mgl_service *search(const struct mgl_listener *l, u32 n, u32 key)
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
		return MGL_ANY_TCP;
	case IPPROTO_UDP:
		return MGL_ANY_UDP;
	case IPPROTO_SCTP:
		return MGL_ANY_SCTP;
	default:
		return -1;
	}
}

/**
 * mgl_listeners_find() - look up the service on a port
 * @ls: the listeners
 * @proto: inner protocol, IPPROTO_*
 * @port: inner destination port, network byte order
 *
 * Context: any; readers of published listeners are in an RCU read side.
 * Return: the service, or NULL if there is none.
 */
struct mgl_service *mgl_listeners_find(const struct mgl_listeners *ls,
				       u8 proto, __be16 port)
{
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

/* True if one of the sorted entries is for a protocol. */
static bool has_proto(const struct mgl_listener *l, u32 n, u8 proto)
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
 * mgl_listeners_proto() - check for a service with a protocol
 * @ls: the listeners
 * @proto: inner protocol, IPPROTO_*
 *
 * Context: as mgl_listeners_find().
 * Return: true if there is a service of any port for @proto.
 */
bool mgl_listeners_proto(const struct mgl_listeners *ls, u8 proto)
{
	int any = any_index(proto);

	return (any >= 0 && ls->any[any]) ||
	       has_proto(ls->entry, ls->n_exact, proto) ||
	       has_proto(ls->entry + ls->n_exact, ls->n_range, proto);
}

static struct mgl_listener listener_of(const struct mgl_service *svc)
{
	u32 proto = (u32)svc->id.proto << 16;

	return (struct mgl_listener){
		.first = proto | svc->id.first,
		.last = proto | svc->id.last,
		.svc = (struct mgl_service *)svc,
	};
}

/* The service before all others in the order of listings. */
static struct mgl_service *first_of(const struct mgl_listeners *ls)
{
	struct mgl_service *first = NULL;
	struct mgl_service *each[MGL_N_ANY + 2];
	u32 i;

	memcpy(each, ls->any, sizeof(ls->any));
	each[MGL_N_ANY] = ls->n_exact ? ls->entry[0].svc : NULL;
	each[MGL_N_ANY + 1] = ls->n_range ? ls->entry[ls->n_exact].svc : NULL;
	for (i = 0; i < ARRAY_SIZE(each); i++)
		if (each[i] && (!first || mgl_service_id_cmp(&each[i]->id,
							     &first->id) < 0))
			first = each[i];
	return first;
}

/**
 * mgl_listeners_copy() - copy listeners, so that the copy can be changed
 * @old: the listeners, or NULL for none
 * @room: number of entries that are to fit, at least those of @old
 *
 * Context: may sleep.
 * Return: the copy, which kvfree() frees as long as it is not published, or NULL.
 */
struct mgl_listeners *mgl_listeners_copy(const struct mgl_listeners *old,
					 u32 room)
{
	struct mgl_listeners *ls;

	ls = kvzalloc(struct_size(ls, entry, room), GFP_KERNEL_ACCOUNT);
	if (!ls)
		return NULL;
	if (old) {
		memcpy(ls->any, old->any, sizeof(ls->any));
		memcpy(ls->entry, old->entry, mgl_listeners_entries(old) *
		       sizeof(*ls->entry));
		ls->first = old->first;
		ls->n_exact = old->n_exact;
		ls->n_range = old->n_range;
	}
	ls->room = room;
	return ls;
}

/*
 * The position in a sorted array at which an entry is or belongs. Saved
 * configurations are sorted, so it is at the end in most cases.
 */
static u32 position(const struct mgl_listener *l, u32 n, u32 first)
{
	u32 lo = 0, hi = n;

	if (n && l[n - 1].first < first)
		return n;
	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (l[mid].first < first)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool is_range(const struct mgl_service *svc)
{
	return !mgl_service_id_any(&svc->id) && svc->id.first != svc->id.last;
}

/**
 * mgl_listeners_overlap() - check whether a range overlaps with another one
 * @ls: the listeners, or NULL for none
 * @svc: a service that is not in @ls
 *
 * Context: any.
 * Return: true if @svc is for a range that shares ports with a range in @ls.
 */
bool mgl_listeners_overlap(const struct mgl_listeners *ls,
			   const struct mgl_service *svc)
{
	const struct mgl_listener l = listener_of(svc), *range;
	u32 i;

	if (!ls || !is_range(svc))
		return false;
	/* Ranges are disjoint: only the neighbours can overlap. */
	range = ls->entry + ls->n_exact;
	i = position(range, ls->n_range, l.first);
	return (i && range[i - 1].last >= l.first) ||
	       (i < ls->n_range && range[i].first <= l.last);
}

/**
 * mgl_listeners_add() - add a service
 * @ls: listeners that are not published, with room for an entry
 * @svc: the service, which does not overlap with another one
 *
 * Context: any.
 */
void mgl_listeners_add(struct mgl_listeners *ls, struct mgl_service *svc)
{
	const struct mgl_listener l = listener_of(svc);
	u32 i;

	if (mgl_service_id_any(&svc->id)) {
		ls->any[any_index(svc->id.proto)] = svc;
	} else {
		i = is_range(svc) ?
		    ls->n_exact + position(ls->entry + ls->n_exact,
					   ls->n_range, l.first) :
		    position(ls->entry, ls->n_exact, l.first);
		memmove(&ls->entry[i + 1], &ls->entry[i],
			(mgl_listeners_entries(ls) - i) * sizeof(*ls->entry));
		ls->entry[i] = l;
		if (is_range(svc))
			ls->n_range++;
		else
			ls->n_exact++;
	}
	ls->first = first_of(ls);
}

/**
 * mgl_listeners_del() - remove a service
 * @ls: listeners that are not published
 * @svc: the service, which is in @ls
 *
 * Context: any.
 */
void mgl_listeners_del(struct mgl_listeners *ls, const struct mgl_service *svc)
{
	const struct mgl_listener l = listener_of(svc);
	u32 i;

	if (mgl_service_id_any(&svc->id)) {
		ls->any[any_index(svc->id.proto)] = NULL;
	} else {
		i = is_range(svc) ?
		    ls->n_exact + position(ls->entry + ls->n_exact,
					   ls->n_range, l.first) :
		    position(ls->entry, ls->n_exact, l.first);
		memmove(&ls->entry[i], &ls->entry[i + 1],
			(mgl_listeners_entries(ls) - i - 1) *
			sizeof(*ls->entry));
		if (is_range(svc))
			ls->n_range--;
		else
			ls->n_exact--;
	}
	ls->first = first_of(ls);
}
