/* SPDX-License-Identifier: GPL-2.0 */
/* The flow cache of a namespace: find, store, count and flush flows. */
#ifndef _MGL_FLOWS_H
#define _MGL_FLOWS_H

#include <linux/in.h>
#include <linux/jiffies.h>

#include "core/cache.h"
#include "core/flow.h"
#include "net.h"
#include "service.h"

struct mgl_backend;
struct netlink_ext_ack;

void mgl_flows_init(struct mgl_net *mn);
void mgl_flows_exit(struct mgl_net *mn);
void mgl_flows_reset(struct mgl_net *mn);
int mgl_flows_ensure(struct mgl_net *mn, enum maglev_track track,
		     struct netlink_ext_ack *extack);
int mgl_flows_resize(struct mgl_net *mn, u32 entries,
		     struct netlink_ext_ack *extack);
void mgl_flows_count(struct mgl_net *mn, unsigned long max_age);
void mgl_flows_flush(struct mgl_net *mn, const struct mgl_service *svc,
		     const struct mgl_addr *backend);
void mgl_flows_gc(struct mgl_net *mn);
bool mgl_flows_redundant(void *ctx, const struct mgl_tuple *tuple, u32 owner);
void mgl_flows_noted(struct mgl_net *mn, struct mgl_service *svc);

void mgl_flows_prefetch(struct mgl_net *mn, struct mgl_flow *flow);
bool mgl_flows_find(struct mgl_net *mn, const struct mgl_service *svc,
		    enum maglev_track track, const struct mgl_flow *flow,
		    struct mgl_cached *cached);
void mgl_flows_touch(struct mgl_net *mn, const struct mgl_cached *cached,
		     enum maglev_flow_state pkt_state);
struct mgl_backend *mgl_flows_store(struct mgl_net *mn, struct mgl_service *svc,
				    const struct mgl_flow *flow,
				    struct mgl_backend *b, bool replace);

/* Time and timeouts of a namespace, for judging the age of entries. */
static inline struct mgl_clock mgl_clock(const struct mgl_net *mn)
{
	return (struct mgl_clock){
		.now = (u32)(jiffies / HZ),
		.timeouts = &mn->timeouts,
	};
}

/* The protocol of a service, as the cache knows it. */
static inline enum mgl_kind mgl_flows_kind(const struct mgl_service *svc)
{
	return svc->id.proto == IPPROTO_TCP ? MGL_KIND_TCP :
	       svc->id.proto == IPPROTO_UDP ? MGL_KIND_UDP : MGL_KIND_SCTP;
}

/* The flow of an entry, masked. */
static inline struct mgl_flow
mgl_flows_of_tuple(const struct mgl_service *svc, const struct mgl_tuple *tuple)
{
	const struct mgl_flow flow = {
		.saddr = tuple->client,
		.daddr = svc->id.vip,
		.sport = tuple->sport,
		.dport = tuple->dport,
		.proto = svc->id.proto,
	};

	/* Pairs with WRITE_ONCE() in service_change.c. */
	return mgl_flow_mask(&flow, READ_ONCE(svc->affinity));
}

/* The cache, NULL before a service that tracks flows. mn->lock is held. */
static inline struct mgl_cache *mgl_flows_cache(struct mgl_net *mn)
{
	return rcu_dereference_protected(mn->cache, lockdep_is_held(&mn->lock));
}

#endif /* _MGL_FLOWS_H */
