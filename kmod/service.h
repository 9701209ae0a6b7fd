/* SPDX-License-Identifier: GPL-2.0 */
/* Services: a VIP, a protocol and one or more ports, with a pool. */
#ifndef _MGL_SERVICE_H
#define _MGL_SERVICE_H

#include <linux/rbtree.h>
#include <linux/rcupdate.h>
#include <uapi/linux/maglev.h>

#include "core/addr.h"
#include "net.h"
#include "stats.h"
#include "userdata.h"

struct mgl_backend_specs;
struct mgl_ctx;
struct mgl_pool;
struct mgl_pool_params;
struct nlattr;

/**
 * struct mgl_service_id - identity of a service
 * @vip: the address
 * @proto: IPPROTO_TCP, IPPROTO_UDP or IPPROTO_SCTP
 * @first: first port, host byte order; 0 if every port
 * @last: last port, host byte order; 65535 if every port
 */
struct mgl_service_id {
	struct mgl_addr vip;
	u8 proto;
	u16 first;
	u16 last;
};

/* True if the service is for every port of its protocol. */
static inline bool mgl_service_id_any(const struct mgl_service_id *id)
{
	return !id->first;
}

/**
 * enum mgl_has_flows - hint whether a service may have flows in the cache
 * @MGL_FLOWS_NONE: no flows, so packets skip the cache
 * @MGL_FLOWS_SOUGHT: mgl_flows_gc() is looking for flows; packets do not skip
 *	the cache
 * @MGL_FLOWS_SOME: may have flows
 */
enum mgl_has_flows {
	MGL_FLOWS_NONE,
	MGL_FLOWS_SOUGHT,
	MGL_FLOWS_SOME,
};

/**
 * struct mgl_service_settings - what a service does with its packets
 * @pool: its pool
 * @fallback: its fallback pool, or NULL
 * @track: flows to track
 * @affinity: packets that share a backend
 * @all_down: policy for packets while no backend is usable
 */
struct mgl_service_settings {
	struct mgl_pool *pool;
	struct mgl_pool *fallback;
	enum maglev_track track;
	enum maglev_affinity affinity;
	enum maglev_all_down all_down;
};

/**
 * struct mgl_service - a service
 * @rcu: for call_rcu()
 * @id: identity
 * @number: number of the service in entries of the flow cache
 * @pool: pool of the backends; written under mgl_net.lock, read under RCU
 * @fallback: pool that takes over while no backend of @pool is usable, or NULL;
 *	written under mgl_net.lock, read under RCU
 * @track: flows to track; this and the following are written under
 *	mgl_net.lock and read by the data path
 * @affinity: packets that share a backend
 * @all_down: policy for packets while no backend is usable
 * @has_flows: enum mgl_has_flows; also written by the data path
 * @traffic: traffic that was forwarded
 * @traffic_base: @traffic at the last zeroing; under mgl_net.lock
 * @userdata: bytes that userspace keeps with it, or NULL; under mgl_net.lock
 * @next: settings that a batch is about to publish, or NULL; under mgl_net.lock
 * @node: entry of mgl_net.services, or empty; under mgl_net.lock
 */
struct mgl_service {
	struct rcu_head rcu;
	struct mgl_service_id id;
	u32 number;
	struct mgl_pool __rcu *pool;
	struct mgl_pool __rcu *fallback;
	enum maglev_track track;
	enum maglev_affinity affinity;
	enum maglev_all_down all_down;
	int has_flows;
	struct mgl_traffic __percpu *traffic;
	struct mgl_traffic_sum traffic_base;
	struct mgl_userdata *userdata;
	const struct mgl_service_settings *next;
	struct rb_node node;
};

/**
 * struct mgl_service_params - settings of a service
 * @pool: the shared pool to use; NULL for a private pool if the service is new,
 *	otherwise for no change
 * @pool_attr: attribute that named @pool, to report in an extack, or NULL
 * @has_fallback: @fallback is given
 * @fallback: the pool that takes over, or NULL for none
 * @fallback_attr: attribute that named @fallback, to report in an extack, or
 *	NULL
 * @has_track: @track is given
 * @track: flows to track
 * @has_affinity: @affinity is given
 * @affinity: packets that share a backend
 * @has_all_down: @all_down is given
 * @all_down: policy for packets while no backend is usable
 * @userdata: bytes that userspace keeps with it
 */
struct mgl_service_params {
	struct mgl_pool *pool;
	const struct nlattr *pool_attr;
	bool has_fallback;
	struct mgl_pool *fallback;
	const struct nlattr *fallback_attr;
	bool has_track;
	enum maglev_track track;
	bool has_affinity;
	enum maglev_affinity affinity;
	bool has_all_down;
	enum maglev_all_down all_down;
	struct mgl_userdata_params userdata;
};

/* Iterates over the services of a namespace by identity; mn->lock is held. */
#define mgl_for_each_service(svc, mn)					\
	for ((svc) = mgl_service_first(mn); (svc);			\
	     (svc) = mgl_service_next(svc))

static inline struct mgl_service *mgl_service_first(struct mgl_net *mn)
{
	return rb_entry_safe(rb_first(&mn->services), struct mgl_service, node);
}

static inline struct mgl_service *mgl_service_next(struct mgl_service *svc)
{
	return rb_entry_safe(rb_next(&svc->node), struct mgl_service, node);
}

int mgl_service_id_cmp(const struct mgl_service_id *a,
		       const struct mgl_service_id *b);
struct mgl_service *mgl_service_find(struct mgl_net *mn,
				     const struct mgl_service_id *id);
struct mgl_service *mgl_service_of_vip(struct mgl_net *mn,
				       const struct mgl_addr *vip);
int mgl_service_check(const struct mgl_ctx *ctx,
		      const struct mgl_service_id *id,
		      const struct mgl_service_params *params,
		      const struct mgl_pool_params *pool_params,
		      const struct mgl_backend_specs *specs);
int mgl_service_check_set(const struct mgl_ctx *ctx,
			  const struct mgl_service *svc,
			  const struct mgl_service_params *params,
			  const struct mgl_pool_params *pool_params);
int mgl_service_create(const struct mgl_ctx *ctx,
		       const struct mgl_service_id *id,
		       const struct mgl_service_params *params,
		       const struct mgl_pool_params *pool_params,
		       const struct mgl_backend_specs *specs);
int mgl_service_set(const struct mgl_ctx *ctx, struct mgl_service *svc,
		    const struct mgl_service_params *params,
		    const struct mgl_pool_params *pool_params);
struct mgl_pool *mgl_service_pool(struct mgl_net *mn,
				  const struct mgl_service *svc);
struct mgl_pool *mgl_service_fallback(struct mgl_net *mn,
				      const struct mgl_service *svc);
enum maglev_track mgl_service_track(const struct mgl_service *svc);
int mgl_service_delete(const struct mgl_ctx *ctx, struct mgl_service *svc);
void mgl_services_flush(struct mgl_net *mn);

#endif /* _MGL_SERVICE_H */
