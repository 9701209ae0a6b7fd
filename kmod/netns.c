// SPDX-License-Identifier: GPL-2.0
/* Instances per network namespace: made empty, and emptied at the end. */
#include <linux/netlink.h>
#include <net/net_namespace.h>

#include "gc.h"
#include "hook.h"
#include "net.h"
#include "netns.h"
#include "pool.h"
#include "router.h"
#include "service.h"
#include "flows.h"
#include "vip.h"

/* Not 0, which a dump takes for "has not begun". */
#define FIRST_GENERATION 1

unsigned int mgl_net_id __read_mostly;

/**
 * mgl_net_activate() - have the hooks on, as a service needs
 * @mn: the namespace; mn->lock is held
 * @extack: says why not
 *
 * To be called before a service is created, and followed by mgl_net_changed(),
 * or by mgl_net_deactivate_unused() if it could not be.
 *
 * Context: may sleep, takes RTNL.
 * Return: 0, also if they are on already, or an error.
 */
int mgl_net_activate(struct mgl_net *mn, struct netlink_ext_ack *extack)
{
	int err = mgl_hooks_on(mn);

	if (err)
		NL_SET_ERR_MSG_MOD(extack, "netfilter hooks cannot be registered");
	return err;
}

/**
 * mgl_net_deactivate_unused() - have the hooks off if there is no service
 * @mn: the namespace; mn->lock is held
 *
 * A namespace that is no director has no hook and no set of addresses, and
 * costs packets nothing.
 *
 * Context: may sleep, takes RTNL.
 */
void mgl_net_deactivate_unused(struct mgl_net *mn)
{
	if (!mn->n_services)
		mgl_hooks_off(mn);
}

/**
 * mgl_net_changed() - note that the configuration has changed
 * @mn: the namespace; mn->lock is held
 *
 * To be called after every change. Dumps that span it are inconsistent, garbage
 * collection finds out what is due, and with the last service the hooks go.
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
 * Services go first, then what they used, then the hooks.
 *
 * Context: may sleep.
 */
void mgl_net_flush(struct mgl_net *mn)
{
	lockdep_assert_held(&mn->lock);
	mgl_services_flush(mn);
	mgl_pools_flush(mn);
	mgl_routers_flush(mn);
	mgl_flows_reset(mn);
	mgl_net_changed(mn);
}

static int __net_init net_init(struct net *net)
{
	struct mgl_net *mn = mgl_net(net);
	int err;

	mn->net = net;
	mutex_init(&mn->lock);
	mn->services = RB_ROOT;
	mn->pools = RB_ROOT;
	mn->endpoints = RB_ROOT;
	mn->generation = FIRST_GENERATION;
	mgl_hooks_prepare(mn);
	mgl_flows_init(mn);
	mgl_gc_init(mn);
	mn->counters = mgl_counters_alloc();
	if (!mn->counters)
		return -ENOMEM;
	err = rhashtable_init(&mn->vips, &mgl_vip_params);
	if (err) {
		free_percpu(mn->counters);
		mutex_destroy(&mn->lock);
	}
	return err;
}

/*
 * The namespace, or the module, is going. After this step RCU readers are
 * waited for, so the hooks must be off by its end and the tables may go in
 * the next.
 */
static void __net_exit net_pre_exit(struct net *net)
{
	struct mgl_net *mn = mgl_net(net);

	mutex_lock(&mn->lock);
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
	/* There is nothing left that would start it again. */
	mgl_gc_exit(mn);

	/*
	 * What is still on its way to be freed holds routes of @net. Most
	 * namespaces are no director's and need not wait.
	 */
	if (used)
		rcu_barrier();
	mgl_flows_exit(mn);
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
 * mgl_net_init() - make an instance for every namespace
 *
 * Context: may sleep.
 * Return: 0 or an error.
 */
int mgl_net_init(void)
{
	return register_pernet_subsys(&net_ops);
}

/**
 * mgl_net_exit() - end every instance
 *
 * Context: may sleep. Afterwards no packet is inside this module.
 */
void mgl_net_exit(void)
{
	unregister_pernet_subsys(&net_ops);
}
