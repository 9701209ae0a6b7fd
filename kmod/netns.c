// SPDX-License-Identifier: GPL-2.0
/* Life cycle of the instances: one per network namespace. */
#include <linux/netlink.h>
#include <net/net_namespace.h>
#include <uapi/linux/maglev.h>

#include "ctx.h"
#include "endpoint.h"
#include "fragment.h"
#include "gc.h"
#include "hook.h"
#include "net.h"
#include "netns.h"
#include "peers.h"
#include "pool.h"
#include "router.h"
#include "service.h"
#include "source.h"
#include "flows.h"
#include "tracer.h"
#include "vip.h"

/* Generations begin with 1, as 0 is that of a dump which has not begun. */
#define FIRST_GENERATION 1

/* ICMP errors to clients; as the default of net.ipv4.icmp_msgs_per_sec. */
#define ICMP_ERRORS_PER_SECOND 1000

unsigned int mgl_net_id __read_mostly;

/**
 * mgl_net_activate() - prepare for packets, before a service is created
 * @mn: the namespace; mn->lock is held
 * @extack: set on error
 *
 * Allocates what the data path cannot allocate by itself, and registers the
 * hooks, unless packets are held off. The caller creates a service next and then
 * calls mgl_net_changed(), or mgl_net_deactivate_unused() if creating it failed.
 *
 * Context: may sleep, takes RTNL.
 * Return: 0, also if the hooks are registered already, or -errno.
 */
int mgl_net_activate(struct mgl_net *mn, struct netlink_ext_ack *extack)
{
	int err = mgl_fragments_ensure(mn, extack);

	if (err || mn->held)
		return err;
	err = mgl_hooks_on(mn);
	if (err)
		NL_SET_ERR_MSG_MOD(extack, "netfilter hooks cannot be registered");
	return err;
}

/**
 * mgl_net_deactivate_unused() - unregister the hooks if there is no service
 * @mn: the namespace; mn->lock is held
 *
 * A namespace that is not a director has neither a hook nor a set of addresses,
 * so its packets bear no cost.
 *
 * Context: may sleep, takes RTNL.
 */
void mgl_net_deactivate_unused(struct mgl_net *mn)
{
	if (!mn->n_services)
		mgl_hooks_off(mn);
}

static int release(struct mgl_net *mn)
{
	int err = mn->n_services ? mgl_hooks_on(mn) : 0;

	if (!err)
		mn->held = false;
	return err;
}

/**
 * mgl_net_hold() - leave packets to the stack until state has been put back
 * @ctx: the context
 * @delay: jiffies after which packets are handled in any case, or 0 for now
 *
 * Packets that come between a configuration and the state that belongs to it would
 * be sent by tables alone.
 *
 * Context: may sleep, takes RTNL.
 * Return: 0, -EBUSY if there is a service, or -errno; the extack is set on error.
 */
int mgl_net_hold(const struct mgl_ctx *ctx, unsigned long delay)
{
	struct mgl_net *mn = ctx->mn;
	int err;

	lockdep_assert_held(&mn->lock);
	if (delay && mn->n_services) {
		NL_SET_ERR_MSG_MOD(ctx->extack,
				   "packets are handled already: there is a service");
		return -EBUSY;
	}
	if (delay) {
		mn->held = true;
		mn->held_until = jiffies + delay;
		mgl_gc_schedule(mn);
		return 0;
	}
	err = release(mn);
	if (err)
		NL_SET_ERR_MSG_MOD(ctx->extack,
				   "netfilter hooks cannot be registered");
	else
		/* Drains had to wait. */
		mgl_gc_schedule(mn);
	return err;
}

/**
 * mgl_net_hold_expire() - handle packets if nobody has asked for it in time
 * @mn: the namespace; mn->lock is held
 * @due: jiffies until the next call is due; lowered if that is sooner
 *
 * Context: may sleep, takes RTNL.
 */
void mgl_net_hold_expire(struct mgl_net *mn, unsigned long *due)
{
	if (!mn->held)
		return;
	if (time_before(jiffies, mn->held_until))
		*due = min(*due, mn->held_until - jiffies);
	else if (release(mn))
		/* Without memory for it the next run tries again. */
		*due = min_t(unsigned long, *due, HZ);
}

/**
 * mgl_net_changed() - complete a change of the configuration
 * @mn: the namespace; mn->lock is held
 *
 * Called after every change. Marks dumps that span the change as inconsistent,
 * schedules garbage collection, and unregisters the hooks after the last
 * service has been deleted.
 *
 * Context: may sleep.
 */
void mgl_net_changed(struct mgl_net *mn)
{
	lockdep_assert_held(&mn->lock);
	mn->generation++;
	mgl_net_deactivate_unused(mn);
	mgl_gc_schedule(mn);
}

/**
 * mgl_net_flush() - delete the whole configuration
 * @mn: the namespace; mn->lock is held
 *
 * Deletes services first, then pools, trusted routers, sources, the flow cache and
 * what is known of fragments, and unregisters the hooks. Cache size, timeouts,
 * peers and who is told of packets that are too big become the defaults.
 *
 * Context: may sleep, takes RTNL; waits for an RCU grace period if there was a
 * service.
 */
void mgl_net_flush(struct mgl_net *mn)
{
	lockdep_assert_held(&mn->lock);
	mgl_services_flush(mn);
	mgl_peers_set(mn, NULL);
	mgl_pools_flush(mn);
	mgl_routers_flush(mn);
	mgl_sources_flush(mn);
	mgl_flows_reset(mn);
	mgl_fragments_reset(mn);
	/* Pairs with READ_ONCE() in pmtu.c. */
	WRITE_ONCE(mn->pmtu, MAGLEV_PMTU_BOTH);
	mgl_net_changed(mn);
}

static int __net_init net_init(struct net *net)
{
	struct mgl_net *mn = mgl_net(net);
	int err;

	mn->net = net;
	mutex_init(&mn->lock);
	spin_lock_init(&mn->local_v6_lock);
	seqcount_init(&mn->publish_seq);
	mn->services = RB_ROOT;
	mn->pools = RB_ROOT;
	mn->generation = FIRST_GENERATION;
	mgl_hooks_prepare(mn);
	mgl_flows_init(mn);
	mgl_gc_init(mn);
	mgl_tracers_init(mn);
	ratelimit_state_init(&mn->icmp_limit, HZ, ICMP_ERRORS_PER_SECOND);
	ratelimit_set_flags(&mn->icmp_limit, RATELIMIT_MSG_ON_RELEASE);
	mn->counters = mgl_counters_alloc();
	if (!mn->counters)
		return -ENOMEM;
	err = rhashtable_init(&mn->vips, &mgl_vip_params);
	if (err)
		goto err_counters;
	err = rhashtable_init(&mn->endpoints, &mgl_endpoint_params);
	if (err)
		goto err_vips;
	return 0;

err_vips:
	rhashtable_destroy(&mn->vips);
err_counters:
	free_percpu(mn->counters);
	mutex_destroy(&mn->lock);
	return err;
}

/*
 * Called when the namespace or the module goes away. Waiting for RCU readers
 * follows, so the hooks have to be unregistered here, and net_exit() may free
 * what the data path reads.
 */
static void __net_exit net_pre_exit(struct net *net)
{
	struct mgl_net *mn = mgl_net(net);

	mutex_lock(&mn->lock);
	/* Nor does the end of a hold register them again. */
	mn->held = false;
	mgl_hooks_off(mn);
	mutex_unlock(&mn->lock);
}

static void __net_exit net_exit(struct net *net)
{
	struct mgl_net *mn = mgl_net(net);
	bool used;

	mutex_lock(&mn->lock);
	used = mn->generation != FIRST_GENERATION;
	mgl_net_flush(mn);
	mutex_unlock(&mn->lock);
	/* Nothing is left that would schedule it again. */
	mgl_gc_exit(mn);

	/*
	 * Objects that RCU callbacks have yet to free hold routes of @net. Most
	 * namespaces are not directors and need not wait.
	 */
	if (used)
		rcu_barrier();
	mgl_tracers_exit(mn);
	mgl_flows_exit(mn);
	rhashtable_destroy(&mn->endpoints);
	rhashtable_destroy(&mn->vips);
	free_percpu(mn->counters);
	mutex_destroy(&mn->lock);
}

static struct pernet_operations net_ops = {
	.init = net_init,
	.pre_exit = net_pre_exit,
	.exit = net_exit,
	.id = &mgl_net_id,
	.size = sizeof(struct mgl_net),
};

/**
 * mgl_net_init() - create an instance for every namespace
 *
 * Context: may sleep.
 * Return: 0 or -errno.
 */
int mgl_net_init(void)
{
	return register_pernet_subsys(&net_ops);
}

/**
 * mgl_net_exit() - destroy every instance
 *
 * No packet is processed by this module afterwards.
 *
 * Context: may sleep.
 */
void mgl_net_exit(void)
{
	unregister_pernet_subsys(&net_ops);
}
