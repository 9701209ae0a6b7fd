/* SPDX-License-Identifier: GPL-2.0 */
/* The services of a VIP by port, as an array. */
#ifndef _MGL_LISTENERS_H
#define _MGL_LISTENERS_H

#include <linux/rcupdate.h>
#include <linux/types.h>

struct mgl_service;

/* Protocols that may have a service for every port. */
enum { MGL_ANY_TCP, MGL_ANY_UDP, MGL_ANY_SCTP, MGL_N_ANY };

/**
 * struct mgl_listener - a service and its ports
 * @first: protocol << 16 | first port
 * @last: protocol << 16 | last port
 * @svc: the service
 */
struct mgl_listener {
	u32 first;
	u32 last;
	struct mgl_service *svc;
};

/**
 * struct mgl_listeners - the services of a VIP by port; immutable once published
 * @rcu: for kvfree_rcu()
 * @first: the service that is listed first, NULL if there is none
 * @any: services for every port, by protocol
 * @room: number of entries that fit
 * @n_exact: number of entries with one port, sorted, at the start of @entry
 * @n_range: number of entries with a range, sorted, disjoint, behind those
 * @entry: the entries
 */
struct mgl_listeners {
	struct rcu_head rcu;
	struct mgl_service *first;
	struct mgl_service *any[MGL_N_ANY];
	u32 room;
	u32 n_exact;
	u32 n_range;
	struct mgl_listener entry[];
};

struct mgl_service *mgl_listeners_find(const struct mgl_listeners *ls,
				       u8 proto, __be16 port);
bool mgl_listeners_proto(const struct mgl_listeners *ls, u8 proto);
struct mgl_listeners *mgl_listeners_copy(const struct mgl_listeners *old,
					 u32 room);
bool mgl_listeners_overlap(const struct mgl_listeners *ls,
			   const struct mgl_service *svc);
void mgl_listeners_add(struct mgl_listeners *ls, struct mgl_service *svc);
void mgl_listeners_del(struct mgl_listeners *ls, const struct mgl_service *svc);

/* Number of entries, but for services of every port. */
static inline u32 mgl_listeners_entries(const struct mgl_listeners *ls)
{
	return ls ? ls->n_exact + ls->n_range : 0;
}

#endif /* _MGL_LISTENERS_H */
