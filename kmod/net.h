/* SPDX-License-Identifier: GPL-2.0 */
/* The instance of a network namespace. */
#ifndef _MGL_NET_H
#define _MGL_NET_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/ratelimit.h>
#include <linux/rbtree.h>
#include <linux/rhashtable.h>
#include <linux/seqlock.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "core/cache.h"
#include "ids.h"
#include "stats.h"

/* One for each family. */
#define MGL_HOOKS (IS_ENABLED(CONFIG_IPV6) ? 2 : 1)

struct mgl_batch;
struct mgl_fragments;
struct mgl_local_set;
struct mgl_local_v6_set;
struct mgl_pool;
struct mgl_routers;
struct mgl_sources;

/**
 * struct mgl_net - state of the module in a network namespace
 * @net: the namespace
 * @local: this host's addresses, see local.c; written under RTNL, read under
 *	RCU
 * @local_v6: the same for IPv6, see local_v6.c; written under @local_v6_lock,
 *	read under RCU
 * @routers: trusted prefixes, NULL to accept every source; written under @lock,
 *	read under RCU
 * @cache: the flow cache, NULL before the first service that tracks flows;
 *	written under @lock, read under RCU
 * @has_flows: @cache may have flows, so prefetching pays off; a hint, see
 *	flows.c
 * @publish_seq: sequence count of batches: what they change is written in one
 *	section of it, with BH and preemption disabled; written under @lock
 * @secret: secret of flow keys; written under @lock while @cache is NULL, see
 *	mgl_state_secret_set()
 * @counters: reasons of packets, and events
 * @sources: prefixes of outer sources, NULL for none; written under @lock, read
 *	under RCU; beside @counters, in a cache line that every packet reads
 * @timeouts: idle times after which flows expire; written under @lock, read by
 *	the data path
 * @vips: struct mgl_vip by address; written under @lock, read under RCU
 * @backend_ids: numbers of backends; written under @lock, read under RCU
 * @service_ids: numbers of services; written under @lock, read under RCU
 * @lock: serialises changes of the configuration; may sleep, RTNL nests inside
 * @batch: the batch in progress, or NULL; under @lock
 * @services: struct mgl_service by identity, for listing; under @lock
 * @pools: struct mgl_pool by name; under @lock
 * @endpoints: struct mgl_endpoint by address; written under @lock, read under
 *	RCU
 * @peers: pool of the directors of this cluster, or NULL; written under @lock,
 *	read under RCU
 * @pmtu: enum maglev_pmtu, who is told of packets that are too big; written
 *	under @lock, read by the data path
 * @fragments: datagrams that come in fragments, NULL before the first service;
 *	written under @lock, read under RCU
 * @icmp_limit: limits the ICMP errors that are sent to clients
 * @full_at: time in jiffies of the last notification that @cache is full, or 0;
 *	written by the data path, by cmpxchg()
 * @tracers: list of struct mgl_tracer; read under RCU, written under a lock of
 *	tracer.c
 * @n_services: number of entries in @services; under @lock
 * @n_pools: number of entries in @pools; under @lock
 * @n_endpoints: number of entries in @endpoints; under @lock
 * @cache_size: capacity of @cache in flows, also while there is no cache; under
 *	@lock
 * @n_flows: number of flows in @cache at the last count, see mgl_flows_count();
 *	under @lock
 * @flows_counted: the last count is valid: flows have not been removed since;
 *	under @lock
 * @flows_counted_at: time of the last count in jiffies; under @lock
 * @counters_base: @counters at the last zeroing; under @lock
 * @generation: incremented by every change, so that a dump which spans one is
 *	marked as inconsistent; under @lock
 * @panics_changed: pools have begun or ceased to panic since the last
 *	mgl_panic_told(); under @lock
 * @gc: garbage collection, see gc.c
 * @gc_at: time of the next run of @gc in jiffies, if pending; under @lock
 * @gc_flows: entries of @cache may be stale, so the next garbage collection
 *	sweeps @cache; under @lock
 * @local_kept: @local follows address changes; under RTNL
 * @hooked: the netfilter hooks are registered; under @lock
 * @held: packets are left to the stack until state has been put back, so the
 *	first service does not register the hooks; under @lock
 * @held_until: time in jiffies when that ends in any case; under @lock
 * @hook_ops: the hooks; constant
 * @local_v6_lock: serialises changes of @local_v6; innermost, taken in softirq,
 *	too
 * @local_v6_kept: @local_v6 follows address changes; under @local_v6_lock
 */
struct mgl_net {
	/* Fields that the data path reads, first and together. */
	struct net *net;
	struct mgl_local_set __rcu *local;
	struct mgl_local_v6_set __rcu *local_v6;
	struct mgl_routers __rcu *routers;
	struct mgl_cache __rcu *cache;
	bool has_flows;
	seqcount_t publish_seq;
	siphash_key_t secret;
	struct mgl_counters __percpu *counters;
	struct mgl_sources __rcu *sources;
	struct mgl_timeouts timeouts;
	struct rhashtable vips;
	struct rhashtable endpoints;
	struct mgl_pool __rcu *peers;
	u8 pmtu;
	struct mgl_fragments __rcu *fragments;
	struct ratelimit_state icmp_limit;
	unsigned long full_at;
	struct list_head tracers;
	struct mgl_ids backend_ids;
	struct mgl_ids service_ids;

	/* For changes and listings only. */
	struct mutex lock; /* every change; RTNL nests inside */
	struct mgl_batch *batch;
	struct rb_root services;
	struct rb_root pools;
	u32 n_services;
	u32 n_pools;
	u32 n_endpoints;
	u32 cache_size;
	u32 n_flows;
	bool flows_counted;
	unsigned long flows_counted_at;
	struct mgl_counters_sum counters_base;
	u32 generation;
	bool panics_changed;
	struct delayed_work gc;
	unsigned long gc_at;
	bool gc_flows;
	bool local_kept;
	bool hooked;
	bool held;
	unsigned long held_until;
	struct nf_hook_ops hook_ops[MGL_HOOKS];
	spinlock_t local_v6_lock; /* writing local_v6, and local_v6_kept */
	bool local_v6_kept;
};

extern unsigned int mgl_net_id;

/*
 * The instance of @net. It exists as long as both the module and the namespace
 * do.
 */
static inline struct mgl_net *mgl_net(const struct net *net)
{
	return net_generic(net, mgl_net_id);
}

/*
 * Begins to read what belongs together: VIP, service, pools, tables, backends,
 * routers, peers. Returns the argument for mgl_seq_retry(). RCU read side.
 */
static inline unsigned int mgl_seq_begin(struct mgl_net *mn)
{
	return read_seqcount_begin(&mn->publish_seq);
}

/*
 * True if a batch has been published since mgl_seq_begin(): what was read may be
 * partly from before and partly from after it, and has to be read again.
 */
static inline bool mgl_seq_retry(struct mgl_net *mn, unsigned int seq)
{
	return unlikely(read_seqcount_retry(&mn->publish_seq, seq));
}

#endif /* _MGL_NET_H */
