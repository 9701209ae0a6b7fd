// SPDX-License-Identifier: GPL-2.0
/*
 * Where packets come in, and the one place that turns a verdict into NF_*.
 *
 * The steps of a packet are functions of their own files; here they are put
 * in order. Each returns the packet's reason or MGL_REASON_NONE for "go on", and
 * every reason is counted once, here.
 */
#include <linux/inetdevice.h>
#include <linux/ip.h>
#include <linux/netfilter.h>
#include <linux/netfilter_bridge.h>
#include <linux/netfilter_ipv4.h>
#include <linux/skbuff.h>
#include <net/ip.h>
#include <net/xfrm.h>

#include "endpoint.h"
#include "core/flow.h"
#include "forward.h"
#include "hook.h"
#include "local.h"
#include "backend.h"
#include "net.h"
#include "core/gre.h"
#include "reject.h"
#include "router.h"
#include "select.h"
#include "service.h"
#include "vip.h"

/*
 * IPsec policies for what this host receives hold for what it passes on to
 * backends: without the hook the stack would have asked them. Routing, which
 * notes a device's disable_policy, has not been reached yet.
 */
static bool policy_allows(struct sk_buff *skb)
{
	struct in_device *in_dev = __in_dev_get_rcu(skb->dev);

	if (in_dev && IN_DEV_ORCONF(in_dev, NOPOLICY))
		return true;
	return xfrm4_policy_check(NULL, XFRM_POLICY_IN, skb);
}

/* Nobody may serve: what the service wants then. */
static enum mgl_reason no_backend(struct mgl_net *mn, const struct sk_buff *skb,
			       const struct mgl_service *svc, u32 inner)
{
	/* Pairs with WRITE_ONCE() in service.c. */
	switch (READ_ONCE(svc->all_down)) {
	case MAGLEV_ALL_DOWN_REJECT:
		mgl_reject_v4(mn->net, skb, inner);
		return MGL_REASON_REJECTED;
	case MAGLEV_ALL_DOWN_ACCEPT:
		return MGL_REASON_NO_BACKEND_ACCEPT;
	default:
		return MGL_REASON_NO_BACKEND;
	}
}

/*
 * Sends the packet of a flow on to the flow's backend. The counters are those
 * of packets that were sent; service and backend live until the RCU read side
 * ends, whatever becomes of the packet.
 */
static enum mgl_reason forward_flow(struct mgl_net *mn, struct sk_buff *skb,
			       struct mgl_service *svc,
			       const struct mgl_flow *flow, u32 inner)
{
	struct mgl_backend *b;
	enum mgl_reason reason;

	if (!policy_allows(skb))
		return MGL_REASON_POLICY;
	b = mgl_select(mn, svc, flow);
	if (!b)
		return no_backend(mn, skb, svc, inner);
	reason = mgl_forward_v4(mn->net, skb, b->endpoint);
	if (reason == MGL_REASON_FORWARDED || reason == MGL_REASON_LOCAL) {
		mgl_traffic_add(svc->traffic, flow->len, flow->new_conn);
		mgl_traffic_add(b->traffic, flow->len, flow->new_conn);
	}
	return reason;
}

/*
 * Sources that routing, which comes after the hook, would not believe. What
 * this host sends to itself has a source of its own.
 */
static bool martian_source(const struct mgl_net *mn, const struct sk_buff *skb)
{
	__be32 saddr = ip_hdr(skb)->saddr;

	return ipv4_is_zeronet(saddr) || ipv4_is_loopback(saddr) ||
	       ipv4_is_multicast(saddr) || ipv4_is_lbcast(saddr) ||
	       (mgl_local_v4(mn, saddr) &&
		!(skb->dev->flags & IFF_LOOPBACK));
}

/*
 * The flow's place in the cache, should there be a cache that has flows, is
 * fetched from memory while VIP and service are looked for.
 */
static void fetch_ahead(struct mgl_net *mn, struct mgl_flow *flow)
{
	struct mgl_cache *cache = rcu_dereference(mn->cache);

	/* Pairs with WRITE_ONCE() in mgl_flows_gc() and remember(). */
	if (!cache || !READ_ONCE(mn->has_flows))
		return;
	flow->digest = mgl_flow_digest(flow, &mn->secret);
	mgl_cache_prefetch(cache, flow->digest);
}

/* A packet whose outer header says GRE for this host. */
static enum mgl_reason gre_to_us(struct mgl_net *mn, struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct mgl_service *svc;
	struct mgl_gre outer;
	enum mgl_reason reason;
	struct mgl_flow flow;
	struct mgl_addr dst;
	struct mgl_vip *vip;
	struct iphdr _inner;

	if (martian_source(mn, skb))
		return MGL_REASON_MARTIAN;
	if (!mgl_router_trusted_v4(mn, iph->saddr))
		return MGL_REASON_UNTRUSTED;
	if (ip_is_fragment(iph))
		return MGL_REASON_OUTER_FRAGMENT;
	reason = mgl_gre_parse(skb, ip_hdrlen(skb), &outer);
	if (reason)
		return reason;
	if (outer.proto != htons(ETH_P_IP))
		return MGL_REASON_INNER_IPV6;

	iph = skb_header_pointer(skb, outer.inner, sizeof(_inner), &_inner);
	if (!iph)
		return MGL_REASON_GRE_TRUNCATED;
	reason = outer.reason;
	if (!reason)
		reason = mgl_flow_parse_v4(skb, outer.inner, iph, &flow);
	if (!reason)
		fetch_ahead(mn, &flow);
	dst = mgl_addr_v4(iph->daddr);
	vip = mgl_vip_find(mn, &dst);
	if (!vip)
		return MGL_REASON_NOT_VIP;
	/* It is ours, and so is what is wrong with it. */
	if (reason)
		return reason;
	svc = mgl_vip_listener(vip, flow.proto, flow.dport);
	if (!svc)
		return MGL_REASON_NO_SERVICE;
	return forward_flow(mn, skb, svc, &flow, outer.inner);
}

static unsigned int verdict(enum mgl_reason reason)
{
	switch (mgl_reason_verdict(reason)) {
	case MGL_DROP:
		return NF_DROP;
	case MGL_STOLEN:
		return NF_STOLEN;
	case MGL_ACCEPT:
	default:
		return NF_ACCEPT;
	}
}

/*
 * Is it this host that the frame was sent to? Not so for copies of broadcast
 * and multicast frames, and for what a bridge only passes on and shows to
 * netfilter. A VRF shows a packet once for the port and once for itself: once
 * is enough.
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

static unsigned int mgl_receive(struct mgl_net *mn, struct sk_buff *skb)
{
	enum mgl_reason reason = gre_to_us(mn, skb);

	mgl_counters_reason(mn->counters, reason);
	return verdict(reason);
}

static noinline unsigned int in_process(struct mgl_net *mn, struct sk_buff *skb)
{
	unsigned int v;

	local_bh_disable();
	v = mgl_receive(mn, skb);
	local_bh_enable();
	return v;
}

static unsigned int pre_routing_v4(void *priv, struct sk_buff *skb,
				   const struct nf_hook_state *state)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct mgl_net *mn = priv;

	if (iph->protocol != IPPROTO_GRE || !mgl_local_v4(mn, iph->daddr) ||
	    !sent_to_us(skb, state->in))
		return NF_ACCEPT;

	/* A packet that was queued to userspace comes back in a process. */
	if (unlikely(!softirq_count()))
		return in_process(mn, skb);
	return mgl_receive(mn, skb);
}

/**
 * mgl_hooks_prepare() - describe the hooks of a namespace
 * @mn: the namespace, new
 *
 * Once, and not when they are registered: netfilter shows them to readers for
 * a while after they were unregistered.
 *
 * Context: any.
 */
void mgl_hooks_prepare(struct mgl_net *mn)
{
	/*
	 * Before defragmentation (-400) and connection tracking (-200), so
	 * that neither costs anything for packets that only pass through.
	 */
	mn->hook_ops = (struct nf_hook_ops){
		.hook = pre_routing_v4,
		.priv = mn,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP_PRI_RAW_BEFORE_DEFRAG,
	};
}

/**
 * mgl_hooks_on() - look at packets from now on
 * @mn: the namespace; mn->lock is held
 *
 * Context: may sleep.
 * Return: 0, also if they are on already, or an error.
 */
int mgl_hooks_on(struct mgl_net *mn)
{
	int err;

	lockdep_assert_held(&mn->lock);
	if (mn->hooked)
		return 0;
	mgl_local_start(mn);
	err = nf_register_net_hook(mn->net, &mn->hook_ops);
	if (err) {
		mgl_local_stop(mn);
		return err;
	}
	mn->hooked = true;
	return 0;
}

/**
 * mgl_hooks_off() - look at packets no longer
 * @mn: the namespace; mn->lock is held
 *
 * A packet may still be inside until the end of an RCU grace period.
 *
 * Context: may sleep.
 */
void mgl_hooks_off(struct mgl_net *mn)
{
	lockdep_assert_held(&mn->lock);
	if (!mn->hooked)
		return;
	nf_unregister_net_hook(mn->net, &mn->hook_ops);
	mgl_local_stop(mn);
	mn->hooked = false;
}
