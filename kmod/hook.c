// SPDX-License-Identifier: GPL-2.0
/* Netfilter: hooks, the check for packets to this host, reasons as NF_*. */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter_bridge.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/skbuff.h>

#include "core/extension.h"
#include "drop.h"
#include "hook.h"
#include "local.h"
#include "local_v6.h"
#include "net.h"
#include "path_error.h"
#include "receive.h"
#include "source.h"

/*
 * As NF_DROP, whose reason would be that of netfilter, and whose error code the
 * caller of the hooks gets.
 */
static noinline unsigned int drop(struct mgl_net *mn, struct sk_buff *skb,
				  enum mgl_reason reason)
{
	mgl_drop(mn, skb, reason);
	return NF_STOLEN | EPERM << NF_VERDICT_QBITS;
}

static unsigned int verdict(struct mgl_net *mn, struct sk_buff *skb,
			    enum mgl_reason reason)
{
	switch (mgl_reason_verdict(reason)) {
	case MGL_DROP:
		return drop(mn, skb, reason);
	case MGL_STOLEN:
		return NF_STOLEN;
	case MGL_ACCEPT:
	default:
		return NF_ACCEPT;
	}
}

/*
 * True if the frame was addressed to this host, i.e. not broadcast, multicast
 * or flooded, nor bridged: a bridge shows such frames to netfilter, too. A VRF
 * shows a packet once for the port and once for itself; once is enough.
 */
static bool sent_to_us(const struct sk_buff *skb, const struct net_device *in)
{
#if IS_ENABLED(CONFIG_BRIDGE_NETFILTER)
	const struct nf_bridge_info *bridge = nf_bridge_info_get(skb);

	if (bridge && bridge->pkt_otherhost)
		return false;
#endif
	return skb->pkt_type == PACKET_HOST && !netif_is_l3_master(in);
}

static noinline unsigned int in_process_v4(struct mgl_net *mn, struct sk_buff *skb)
{
	unsigned int v;

	local_bh_disable();
	v = verdict(mn, skb, mgl_receive_v4(mn, skb));
	local_bh_enable();
	return v;
}

/* The stack gets the error in any case. */
static noinline unsigned int error_v4(struct mgl_net *mn,
				      const struct sk_buff *skb)
{
	local_bh_disable();
	mgl_path_error_v4(mn, skb);
	local_bh_enable();
	return NF_ACCEPT;
}

/* Errors about forwarded packets also come to sources that no device has. */
static bool to_source_v4(const struct mgl_net *mn, const struct iphdr *iph)
{
	return iph->protocol == IPPROTO_ICMP && mgl_sources_any(mn) &&
	       mgl_source_has_v4(mn, iph->daddr);
}

static unsigned int pre_routing_v4(void *priv, struct sk_buff *skb,
				   const struct nf_hook_state *state)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct mgl_net *mn = priv;

	if ((iph->protocol != IPPROTO_GRE && iph->protocol != IPPROTO_ICMP) ||
	    (!mgl_local_v4(mn, iph->daddr) && !to_source_v4(mn, iph)) ||
	    !sent_to_us(skb, state->in))
		return NF_ACCEPT;
	if (unlikely(iph->protocol == IPPROTO_ICMP))
		return error_v4(mn, skb);

	/* A packet that was queued to userspace returns in process context. */
	if (unlikely(!softirq_count()))
		return in_process_v4(mn, skb);
	return verdict(mn, skb, mgl_receive_v4(mn, skb));
}

#if IS_ENABLED(CONFIG_IPV6)
static noinline unsigned int in_process_v6(struct mgl_net *mn,
					   struct sk_buff *skb)
{
	unsigned int v;

	local_bh_disable();
	v = verdict(mn, skb, mgl_receive_v6(mn, skb));
	local_bh_enable();
	return v;
}

static noinline unsigned int error_v6(struct mgl_net *mn,
				      const struct sk_buff *skb)
{
	local_bh_disable();
	mgl_path_error_v6(mn, skb);
	local_bh_enable();
	return NF_ACCEPT;
}

static bool to_source_v6(const struct mgl_net *mn, const struct ipv6hdr *ip6h)
{
	return ip6h->nexthdr == IPPROTO_ICMPV6 && mgl_sources_any(mn) &&
	       mgl_source_has_v6(mn, &ip6h->daddr);
}

/* Extension headers may be in front of GRE: Linux puts one there by default. */
static unsigned int pre_routing_v6(void *priv, struct sk_buff *skb,
				   const struct nf_hook_state *state)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	struct mgl_net *mn = priv;

	if ((ip6h->nexthdr != IPPROTO_GRE &&
	     ip6h->nexthdr != IPPROTO_ICMPV6 &&
	     !mgl_chain_extension(ip6h->nexthdr)) ||
	    !sent_to_us(skb, state->in) ||
	    (!mgl_local_v6(mn, &ip6h->daddr, state->in) &&
	     !to_source_v6(mn, ip6h)))
		return NF_ACCEPT;
	if (unlikely(ip6h->nexthdr == IPPROTO_ICMPV6))
		return error_v6(mn, skb);

	if (unlikely(!softirq_count()))
		return in_process_v6(mn, skb);
	return verdict(mn, skb, mgl_receive_v6(mn, skb));
}
#endif

/**
 * mgl_hooks_prepare() - initialise the hooks of a namespace
 * @mn: the namespace, new
 *
 * Done once instead of at each registration: netfilter's readers may see the
 * hooks for a while after they have been unregistered.
 *
 * Context: any.
 */
void mgl_hooks_prepare(struct mgl_net *mn)
{
	/*
	 * Before defragmentation (-400) and connection tracking (-200), so
	 * that packets which are only forwarded do not pay for them.
	 */
	mn->hook_ops[0] = (struct nf_hook_ops){
		.hook = pre_routing_v4,
		.priv = mn,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP_PRI_RAW_BEFORE_DEFRAG,
	};
#if IS_ENABLED(CONFIG_IPV6)
	mn->hook_ops[1] = (struct nf_hook_ops){
		.hook = pre_routing_v6,
		.priv = mn,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP6_PRI_RAW_BEFORE_DEFRAG,
	};
#endif
}

/**
 * mgl_hooks_on() - register the hooks of a namespace
 * @mn: the namespace; mn->lock is held
 *
 * Context: may sleep, takes RTNL.
 * Return: 0, also if they are registered already, or -errno.
 */
int mgl_hooks_on(struct mgl_net *mn)
{
	int err;

	lockdep_assert_held(&mn->lock);
	if (mn->hooked)
		return 0;
	mgl_local_start(mn);
	mgl_local_v6_start(mn);
	err = nf_register_net_hooks(mn->net, mn->hook_ops, MGL_HOOKS);
	if (err) {
		mgl_local_v6_stop(mn);
		mgl_local_stop(mn);
		return err;
	}
	mn->hooked = true;
	return 0;
}

/**
 * mgl_hooks_off() - unregister the hooks of a namespace
 * @mn: the namespace; mn->lock is held
 *
 * Packets may still be in the data path until the end of an RCU grace period.
 *
 * Context: may sleep, takes RTNL.
 */
void mgl_hooks_off(struct mgl_net *mn)
{
	lockdep_assert_held(&mn->lock);
	if (!mn->hooked)
		return;
	nf_unregister_net_hooks(mn->net, mn->hook_ops, MGL_HOOKS);
	mgl_local_v6_stop(mn);
	mgl_local_stop(mn);
	mn->hooked = false;
}
