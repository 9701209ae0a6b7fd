/* SPDX-License-Identifier: GPL-2.0 */
/* The instance of a network namespace. */
#ifndef _MGL_NETNS_H
#define _MGL_NETNS_H

#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/rbtree.h>
#include <linux/rhashtable.h>
#include <linux/siphash.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "core/cache.h"
#include "ids.h"
#include "stats.h"

struct mgl_local_set;
struct mgl_routers;

/**
 * struct mgl_net - everything this module keeps for a network namespace
 * @net: the namespace
 * @lock: serialises changes of the configuration
 * @vips: struct mgl_vip by address; written under @lock, read under RCU
 * @services: struct mgl_service by identity, for listing; under @lock
 * @pools: struct mgl_pool by name; under @lock
 * @endpoints: struct mgl_endpoint by address; under @lock
 * @routers: trusted prefixes, NULL = trust everybody; written under @lock
 * @local: this host's addresses, see local.c; written under RTNL
 * @local_kept: @local follows address changes; under RTNL
 * @hooked: the netfilter hooks are registered; under @lock
 * @hook_ops: the hooks; constant
 * @has_flows: there may be flows in @cache, so that it is worth while to fetch
 *	them ahead; a hint
 * @cache: the flow cache, NULL before the first service that tracks; written
 *	under @lock, read under RCU
 * @secret: keys the fingerprints of flows; constant
 * @timeouts: how long flows are remembered; written under @lock
 * @cache_size: entries of @cache, also while there is none; under @lock
 * @backend_ids: numbers of backends; written under @lock
 * @service_ids: numbers of services; written under @lock
 * @upkeep: does what happens by itself, see upkeep.c
 * @upkeep_at: when that runs if it is pending, in jiffies; under @lock
 * @tidy: @upkeep is to look for flows that need no entry; under @lock
 * @counters: reasons of packets
 * @counters_base: what they were at the last zeroing; under @lock
 * @n_services: entries of @services; under @lock
 * @n_pools: entries of @pools; under @lock
 * @n_endpoints: entries of @endpoints; under @lock
 * @generation: grows with every change, so that a dump which spans one is
 *	marked as inconsistent; under @lock
 */
struct mgl_net {
	struct net *net;
	struct mutex lock; /* every change; RTNL nests inside */
	struct rhashtable vips;
	struct rb_root services;
	struct rb_root pools;
	struct rb_root endpoints;
	struct mgl_routers __rcu *routers;
	struct mgl_local_set __rcu *local;
	bool local_kept;
	bool hooked;
	struct nf_hook_ops hook_ops;
	bool has_flows;
	struct mgl_cache __rcu *cache;
	siphash_key_t secret;
	struct mgl_timeouts timeouts;
	u32 cache_size;
	struct mgl_ids backend_ids;
	struct mgl_ids service_ids;
	struct delayed_work upkeep;
	unsigned long upkeep_at;
	bool tidy;
	struct mgl_counters __percpu *counters;
	u64 counters_base[MGL_REASON_MAX];
	u32 n_services;
	u32 n_pools;
	u32 n_endpoints;
	u32 generation;
};

extern unsigned int mgl_net_id;

/* The instance of @net; lives from the module's load, or the namespace's
 * start, to the end of either.
 */
static inline struct mgl_net *mgl_net(const struct net *net)
{
	return net_generic(net, mgl_net_id);
}

/* To be called after every change, under mgl_net.lock. */
static inline void mgl_net_changed(struct mgl_net *mn)
{
	lockdep_assert_held(&mn->lock);
	mn->generation++;
}

void mgl_net_flush(struct mgl_net *mn);
int mgl_net_init(void);
void mgl_net_exit(void);

#endif /* _MGL_NETNS_H */
