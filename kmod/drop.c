// SPDX-License-Identifier: GPL-2.0
/*
 * Dropped packets, by the drop reasons of the kernel. Those of subsystems have
 * numbers that are given out in the kernel's source, to three so far: a module of
 * its own would have to take the number of another one, and its reasons would have
 * the names of that one's. So a packet is freed for the reason of the kernel that is
 * nearest, and the tracepoint maglev_drop in front of it has the exact one.
 */
#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/skbuff.h>
#include <net/dropreason.h>

#include "drop.h"
#include "trace.h"

/* What is missing is a decision of this module alone. */
static const u8 nearest[] = {
	[MGL_REASON_GRE_VERSION] = SKB_DROP_REASON_UNHANDLED_PROTO,
	[MGL_REASON_GRE_ROUTING] = SKB_DROP_REASON_UNHANDLED_PROTO,
	[MGL_REASON_INNER_HEADER] = SKB_DROP_REASON_IP_INHDR,
	[MGL_REASON_INNER_EXTENSIONS] = SKB_DROP_REASON_IPV6_BAD_EXTHDR,
	[MGL_REASON_INNER_JUMBOGRAM] = SKB_DROP_REASON_UNHANDLED_PROTO,
	[MGL_REASON_INNER_L4] = SKB_DROP_REASON_HDR_TRUNC,
	[MGL_REASON_ICMP_MALFORMED] = SKB_DROP_REASON_HDR_TRUNC,
	[MGL_REASON_QUOTED_SOURCE] = SKB_DROP_REASON_IP_INADDRERRORS,
	[MGL_REASON_FRAGMENT_MALFORMED] = SKB_DROP_REASON_IP_INHDR,
	[MGL_REASON_FRAGMENT_TINY] = SKB_DROP_REASON_HDR_TRUNC,
	[MGL_REASON_FRAGMENT_FULL] = SKB_DROP_REASON_PROTO_MEM,
	[MGL_REASON_FRAGMENT_TIMEOUT] = SKB_DROP_REASON_FRAG_REASM_TIMEOUT,
	[MGL_REASON_POLICY] = SKB_DROP_REASON_XFRM_POLICY,
	/* As in ip_forward(). */
	[MGL_REASON_TTL] = SKB_DROP_REASON_IP_INHDR,
	[MGL_REASON_NO_ROUTE] = SKB_DROP_REASON_IP_OUTNOROUTES,
	[MGL_REASON_TOO_BIG] = SKB_DROP_REASON_PKT_TOO_BIG,
	[MGL_REASON_LRO] = SKB_DROP_REASON_SKB_GSO_SEG,
	[MGL_REASON_NO_MEMORY] = SKB_DROP_REASON_NOMEM,
};

static_assert(ARRAY_SIZE(nearest) <= MGL_REASON_MAX);
static_assert(SKB_DROP_REASON_MAX <= U8_MAX);
static_assert(!SKB_NOT_DROPPED_YET);

static enum skb_drop_reason core_reason(enum mgl_reason reason)
{
	u8 known = reason < ARRAY_SIZE(nearest) ? nearest[reason] : 0;

	return known ? known : SKB_DROP_REASON_NETFILTER_DROP;
}

/**
 * mgl_drop() - free a packet
 * @mn: the namespace
 * @skb: the packet, with skb->data at its outer header; freed
 * @reason: why processing of it ended
 *
 * Context: BH disabled.
 */
void mgl_drop(const struct mgl_net *mn, struct sk_buff *skb,
	      enum mgl_reason reason)
{
	mgl_trace_drop(mn, skb, reason);
	kfree_skb_reason(skb, core_reason(reason));
}
