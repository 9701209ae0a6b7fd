// SPDX-License-Identifier: GPL-2.0
/*
 * What is done with a packet whose flow is known: find its service, select the
 * backend, forward, count the traffic.
 */
#include <linux/inetdevice.h>
#include <linux/skbuff.h>
#include <net/addrconf.h>
#include <net/xfrm.h>

#include "backend.h"
#include "core/icmp.h"
#include "dispatch.h"
#include "forward.h"
#include "net.h"
#include "reject.h"
#include "select.h"
#include "service.h"
#include "trace.h"
#include "vip.h"

/*
 * IPsec input policies apply to packets that are forwarded to backends: without
 * the hook the stack would have checked them. Routing, which evaluates a
 * device's disable_policy, has not been reached yet.
 */
static bool policy_allows_v4(struct sk_buff *skb)
{
	struct in_device *in_dev = __in_dev_get_rcu(skb->dev);

	if (in_dev && IN_DEV_ORCONF(in_dev, NOPOLICY))
		return true;
	return xfrm4_policy_check(NULL, XFRM_POLICY_IN, skb);
}

#if IS_ENABLED(CONFIG_IPV6)
static noinline bool policy_allows_v6(const struct mgl_net *mn,
				      struct sk_buff *skb)
{
	const struct inet6_dev *idev = __in6_dev_get(skb->dev);

	if (READ_ONCE(mn->net->ipv6.devconf_all->disable_policy) ||
	    (idev && READ_ONCE(idev->cnf.disable_policy)))
		return true;
	return xfrm6_policy_check(NULL, XFRM_POLICY_IN, skb);
}
#endif

/**
 * mgl_dispatch_allowed() - check a packet against IPsec policies for input
 * @mn: the namespace
 * @skb: the packet, at PRE_ROUTING
 *
 * Context: RCU read side, BH disabled.
 * Return: true if they allow to receive it.
 */
bool mgl_dispatch_allowed(const struct mgl_net *mn, struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (unlikely(skb->protocol == htons(ETH_P_IPV6)))
		return policy_allows_v6(mn, skb);
#endif
	return policy_allows_v4(skb);
}

/*
 * No usable backend, or only overloaded ones: apply the all-down policy of the
 * service. A connection that was left to the stack while backends are overloaded
 * could not go on there: its later packets are for the owner of its slot.
 */
static enum mgl_reason no_backend(struct mgl_net *mn, const struct sk_buff *skb,
				  const struct mgl_parsed *parsed,
				  const struct mgl_choice *choice)
{
	bool overloaded = choice->decision.rule == MAGLEV_RULE_FULL;
	const struct mgl_flow *flow = &parsed->flow;
	enum mgl_reason drop = overloaded ? MGL_REASON_OVERLOADED :
					    MGL_REASON_NO_BACKEND;

	switch (choice->all_down) {
	case MAGLEV_ALL_DOWN_REJECT:
		/* RFC 1122 section 3.2.2: no error about an error. */
		if (flow->kind == MGL_PKT_ERROR)
			return drop;
		if (mgl_addr_is_v4(&flow->saddr))
			mgl_reject_v4(mn->net, skb, parsed->at.inner);
		else
			mgl_reject_v6(mn->net, skb, parsed->at.inner);
		return MGL_REASON_REJECTED;
	case MAGLEV_ALL_DOWN_ACCEPT:
		return overloaded ? drop : MGL_REASON_NO_BACKEND_ACCEPT;
	default:
		return drop;
	}
}

/*
 * Finds the service of a packet. Echo requests, and errors about their replies,
 * name none: they are for the first of the VIP.
 */
static __always_inline struct mgl_service *
find_service(const struct mgl_vip *vip, const struct mgl_flow *flow)
{
	if (unlikely(flow->kind != MGL_PKT_OWN && mgl_icmp_proto(flow)))
		return mgl_vip_first(vip);
	return mgl_vip_listener(vip, flow->proto, flow->dport);
}

/* Inlined into both of its callers, so that the common one pays for no call. */
static __always_inline enum mgl_reason
dispatch(struct mgl_net *mn, struct sk_buff *skb, const struct mgl_vip *vip,
	 struct mgl_parsed *parsed, struct mgl_choice *choice)
{
	const struct mgl_flow *flow = &parsed->flow;
	struct mgl_service *svc = find_service(vip, flow);
	enum mgl_reason reason = MGL_REASON_NONE;
	struct mgl_backend *b;

	parsed->svc = svc;
	parsed->backend = NULL;
	if (unlikely(!svc))
		reason = MGL_REASON_NO_SERVICE;
	else if (unlikely(!mgl_dispatch_allowed(mn, skb)))
		reason = MGL_REASON_POLICY;
	else
		mgl_select_decide(mn, svc, flow, choice);
	if (mgl_seq_retry(mn, parsed->seq))
		return MGL_REASON_AGAIN;
	if (unlikely(reason))
		return reason;
	b = mgl_select_commit(mn, svc, choice);
	if (!b)
		return no_backend(mn, skb, parsed, choice);
	parsed->backend = b;
	reason = mgl_forward(mn, skb, b->endpoint, &parsed->at, flow);
	if (reason == MGL_REASON_FORWARDED || reason == MGL_REASON_LOCAL) {
		mgl_traffic_add(svc->traffic, flow->len, flow->new_conn);
		mgl_traffic_add(b->traffic, flow->len, flow->new_conn);
	}
	return reason;
}

/* The same for a packet that somebody may trace. */
static noinline enum mgl_reason
dispatch_traced(struct mgl_net *mn, struct sk_buff *skb,
		const struct mgl_vip *vip, struct mgl_parsed *parsed)
{
	int iif = skb->dev->ifindex;
	struct mgl_choice choice;
	enum mgl_reason reason;

	/* Still so, if no decision is made. */
	choice.flow = NULL;
	reason = dispatch(mn, skb, vip, parsed, &choice);
	if (reason != MGL_REASON_AGAIN)
		mgl_trace_dispatched(mn, parsed, &choice, reason, iif);
	return reason;
}

/**
 * mgl_dispatch() - forward a packet to the backend of its flow
 * @mn: the namespace
 * @skb: the packet, at PRE_ROUTING, skb->data at its outer header
 * @vip: the VIP that it is for
 * @parsed: its flow, offsets and sequence count; service and backend are set, and
 *	are valid until the end of the RCU read side, even if @skb has been consumed
 *
 * Traffic is counted for packets that were sent.
 *
 * Context: RCU read side, BH disabled. Invalidates every pointer into @skb.
 * Return: the reason, not counted yet. If mgl_reason_verdict() of it is
 * MGL_STOLEN, @skb has been consumed; otherwise the caller keeps @skb.
 * MGL_REASON_AGAIN if a batch was published since @parsed->seq: nothing has been
 * done, and @skb is to be processed again.
 */
enum mgl_reason mgl_dispatch(struct mgl_net *mn, struct sk_buff *skb,
			     const struct mgl_vip *vip,
			     struct mgl_parsed *parsed)
{
	/* What is read has been set; see choice_init(). */
	struct mgl_choice choice __uninitialized;

	if (mgl_trace_wanted(mn))
		return dispatch_traced(mn, skb, vip, parsed);
	return dispatch(mn, skb, vip, parsed, &choice);
}
