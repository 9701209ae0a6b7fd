// SPDX-License-Identifier: GPL-2.0
/*
 * The floor: packets dropped where a program under test would first see them.
 */
#include <linux/ip.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <net/net_namespace.h>

#include "bench.h"

static DEFINE_MUTEX(lock);
static enum bench_floor active;
static struct net *where;

static unsigned int drop(void *priv, struct sk_buff *skb,
			 const struct nf_hook_state *state)
{
	return NF_DROP;
}

static const struct nf_hook_ops ops[] = {
	[BENCH_FLOOR_FIRST] = {
		.hook = drop,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP_PRI_RAW_BEFORE_DEFRAG,
	},
	/* Address of ip_vs_remote_request4() or its successor. */
	[BENCH_FLOOR_LOCAL] = {
		.hook = drop,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = NF_IP_PRI_NAT_SRC - 1,
	},
};

/**
 * bench_floor_set() - drop packets in a namespace, and nowhere else
 * @net: the namespace
 * @floor: where
 *
 * Context: may sleep.
 * Return: 0 or an error.
 */
int bench_floor_set(struct net *net, enum bench_floor floor)
{
	int err = 0;

	mutex_lock(&lock);
	if (active) {
		nf_unregister_net_hook(where, &ops[active]);
		put_net(where);
		active = BENCH_FLOOR_OFF;
	}
	if (floor) {
		err = nf_register_net_hook(net, &ops[floor]);
		if (!err) {
			where = get_net(net);
			active = floor;
		}
	}
	mutex_unlock(&lock);
	return err;
}

/**
 * bench_floor_exit() - drop packets no longer
 *
 * Context: may sleep.
 */
void bench_floor_exit(void)
{
	bench_floor_set(NULL, BENCH_FLOOR_OFF);
}
