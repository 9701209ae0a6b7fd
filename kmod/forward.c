// SPDX-License-Identifier: GPL-2.0
/*
 * Route, check the size, rewrite, transmit. In the family in which it came the
 * packet keeps its size, so the path to the backend needs no larger MTU than
 * the path from the router.
 */
#include <kunit/visibility.h>
#include <linux/export.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/dst.h>
#include <net/gso.h>
#include <net/ip.h>
#include <net/ip6_fib.h>
#include <net/ipv6.h>
#include <net/route.h>

#include "endpoint.h"
#include "forward.h"
#include "local_v6.h"
#include "net.h"
#include "offload.h"
#include "peers.h"
#include "pmtu.h"
#include "rewrite.h"
#include "route.h"
#include "source.h"

/* Of packets in a tunnel, skb_gso_validate_network_len() leaves out the UDP header. */
static bool segments_fit(const struct sk_buff *skb, unsigned int mtu)
{
	if (skb->encapsulation && skb_shinfo(skb)->gso_type & SKB_GSO_UDP_L4)
		mtu -= sizeof(struct udphdr);
	return skb_gso_validate_network_len(skb, mtu);
}

static bool too_big(const struct sk_buff *skb, unsigned int mtu)
{
	if (skb->len <= mtu)
		return false;
	return !(skb_is_gso(skb) && segments_fit(skb, mtu));
}

/*
 * A packet that came in fragments is sent in fragments again, none of them larger
 * than the largest that came. DF forbids to make smaller ones, or any of a packet
 * that came whole, as in ip_forward().
 */
static bool must_fit_v4(const struct sk_buff *skb, u32 mtu)
{
	u32 fragment = IPCB(skb)->frag_max_size;

	return (ip_hdr(skb)->frag_off & htons(IP_DF)) &&
	       (!fragment || fragment > mtu);
}

/*
 * The backend is this host: change the destination to the address on which it
 * decapsulates GRE, and let the stack deliver the packet. The packet is not
 * forwarded, so it keeps its TTL and its source.
 */
static enum mgl_reason deliver_local(struct sk_buff *skb, __be32 daddr)
{
	enum mgl_reason reason;

	reason = mgl_rewrite_v4(skb, ip_hdr(skb)->saddr, daddr, 0);
	return reason ? reason : MGL_REASON_LOCAL;
}

/*
 * A bridge shows frames to netfilter with their VLAN tag. The fragments of a packet
 * that was reassembled are sent as they are, and have theirs.
 */
static void clear_vlan_tags(struct sk_buff *skb)
{
	struct sk_buff *fragment;

	__vlan_hwaccel_clear_tag(skb);
	skb_walk_frags(skb, fragment)
		__vlan_hwaccel_clear_tag(fragment);
}

/* Clears what reception left behind, and sets the route, whose reference it takes. */
static void prepare(struct sk_buff *skb, struct dst_entry *dst)
{
	skb_dst_drop(skb);
	skb_dst_set(skb, dst);

	/* BPF on the receive side may have assigned a socket. */
	skb_orphan(skb);
	/* Clear receive-side metadata: it does not hold for the packet sent. */
	nf_reset_ct(skb);
	skb_set_nfct(skb, IP_CT_UNTRACKED);
	skb_forward_csum(skb);
	skb_clear_tstamp(skb);
	clear_vlan_tags(skb);
}

/* The outer source of an IPv4 packet to a backend with an IPv4 address. */
static __be32 source_v4(const struct mgl_net *mn, const struct sk_buff *skb,
			const struct mgl_flow *flow)
{
	__be32 here = ip_hdr(skb)->daddr;

	return mgl_sources_any(mn) && flow ? mgl_source_v4(mn, flow, here) :
					     here;
}

/* An IPv4 packet to a backend with an IPv4 address. */
static enum mgl_reason forward_v4(struct mgl_net *mn, struct sk_buff *skb,
				  struct mgl_endpoint *ep,
				  const struct mgl_offsets *at,
				  const struct mgl_flow *flow)
{
	__be32 daddr = mgl_addr_to_v4(&ep->addr), unused;
	enum mgl_reason reason;
	struct rtable *rt;
	unsigned int mtu;
	bool split;

	rt = mgl_route_v4(mn->net, ep, &unused);
	if (!rt)
		return MGL_REASON_NO_ROUTE;
	if (unlikely(rt->rt_flags & RTCF_LOCAL)) {
		reason = deliver_local(skb, daddr);
		goto out;
	}

	reason = MGL_REASON_TTL;
	if (ip_hdr(skb)->ttl <= 1)
		goto out;
	/* LRO packets cannot be segmented again; see ip_forward(). */
	reason = MGL_REASON_LRO;
	if (skb_warn_if_lro(skb))
		goto out;
	mgl_offload_list(skb, at->inner);
	mtu = dst_mtu(&rt->dst);
	reason = MGL_REASON_TOO_BIG;
	/* The IP output fragments it in either case. */
	split = too_big(skb, mtu) || IPCB(skb)->frag_max_size;
	if (unlikely(split) && must_fit_v4(skb, mtu)) {
		mgl_pmtu_too_big(mn, skb, at, mtu);
		goto out;
	}
	reason = MGL_REASON_NO_MEMORY;
	if (unlikely(at->csum) && mgl_offload_gre_csum(skb))
		goto out;
	reason = mgl_rewrite_v4(skb, source_v4(mn, skb, flow), daddr, 1);
	if (reason)
		goto out;
	if (unlikely(split))
		mgl_rewrite_ident(mn->net, skb);
	prepare(skb, &rt->dst);
	dst_output(mn->net, NULL, skb);
	return MGL_REASON_FORWARDED;
out:
	dst_release(&rt->dst);
	return reason;
}

#if IS_ENABLED(CONFIG_IPV6)
static bool came_in_v6(const struct sk_buff *skb)
{
	return skb->protocol == htons(ETH_P_IPV6);
}

static bool goes_on_in_v6(const struct mgl_endpoint *ep)
{
	return !mgl_addr_is_v4(&ep->addr);
}

/**
 * struct hop - the way of a packet of which one side is IPv6
 * @from_v6: it came in IPv6
 * @to_v6: the backend has an IPv6 address
 * @local: the backend is this host
 * @chosen: the source was chosen by flow, so it holds in the same family as well
 * @gre: offset of the GRE header from skb->data, in bytes
 * @fragment: size of the largest fragment in which it came, 0 if it came whole
 * @dst: the route
 * @saddr_v4: the source, at first this host's address on that route, network byte
 *	order
 * @saddr_v6: the same in IPv6
 */
struct hop {
	bool from_v6;
	bool to_v6;
	bool local;
	bool chosen;
	u32 gre;
	u16 fragment;
	struct dst_entry *dst;
	__be32 saddr_v4;
	struct in6_addr saddr_v6;
};

static bool hop_route(struct net *net, struct mgl_endpoint *ep, struct hop *h)
{
	struct rt6_info *rt6;
	struct rtable *rt;

	if (h->to_v6) {
		rt6 = mgl_route_v6(net, ep, &h->saddr_v6);
		if (!rt6)
			return false;
		h->dst = &rt6->dst;
		h->local = rt6->rt6i_flags & (RTF_LOCAL | RTF_ANYCAST);
	} else {
		rt = mgl_route_v4(net, ep, &h->saddr_v4);
		if (!rt)
			return false;
		h->dst = &rt->dst;
		h->local = rt->rt_flags & RTCF_LOCAL;
	}
	return true;
}

/* Chooses a source of the backend's family, if there are any. */
static void hop_source(const struct mgl_net *mn, const struct mgl_flow *flow,
		       struct hop *h)
{
	if (h->to_v6)
		h->chosen = mgl_source_v6(mn, flow, &h->saddr_v6);
	else
		h->saddr_v4 = mgl_source_v4(mn, flow, h->saddr_v4);
}

/* Largest packet that fits the route, as it came: the header may change its size. */
static u32 hop_mtu(const struct hop *h)
{
	u32 mtu = dst_mtu(h->dst);

	if (h->from_v6 == h->to_v6)
		return mtu;
	mtu += h->gre;
	return mtu - (h->to_v6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr));
}

/*
 * Only the source of an IPv6 packet may fragment it (RFC 8200 section 4.5), and
 * this host is the source of what it sends. But one that came whole in IPv6 is to
 * fit, as if DF were set.
 */
static bool must_fit(const struct sk_buff *skb, const struct hop *h, u32 mtu)
{
	/* The length that IPv6 counts behind its header has to fit with it, too. */
	if (!h->to_v6 && !skb_is_gso(skb) &&
	    skb->len - h->gre + sizeof(struct iphdr) > IP_MAX_MTU)
		return true;
	return h->from_v6 ? !h->fragment : must_fit_v4(skb, mtu);
}

/*
 * Allows the IP output to fragment a packet, after the rewrite: into fragments as
 * large as those in which it came, or smaller ones if these do not fit.
 */
static void allow_fragments(struct net *net, struct sk_buff *skb,
			    const struct hop *h)
{
	if (h->to_v6) {
		skb->ignore_df = 1;
		IP6CB(skb)->frag_max_size = min_t(u32, h->fragment,
						  dst_mtu(h->dst));
	} else {
		IPCB(skb)->frag_max_size = h->fragment;
		mgl_rewrite_ident(net, skb);
	}
}

/*
 * As in IPv4: a source by flow, else the address to which the packet came, or its
 * source if it stays here. Routers do not forward packets with a link-local source
 * (RFC 4291 section 2.5.6), so one that came to such an address gets another source.
 */
static const struct in6_addr *same_family_source(const struct sk_buff *skb,
						 const struct hop *h, u8 cost)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);

	if (!cost)
		return &ip6h->saddr;
	if (h->chosen || mgl_v6_link_local(&ip6h->daddr))
		return &h->saddr_v6;
	return &ip6h->daddr;
}

static u8 hops_left(const struct sk_buff *skb, const struct hop *h)
{
	return h->from_v6 ? ipv6_hdr(skb)->hop_limit : ip_hdr(skb)->ttl;
}

static enum mgl_reason hop_rewrite(struct sk_buff *skb, const struct hop *h,
				   const struct mgl_endpoint *ep, u8 cost)
{
	struct in6_addr daddr = mgl_endpoint_v6(ep);
	struct mgl_replacement r;

	if (h->from_v6 && h->to_v6)
		return mgl_rewrite_v6(skb, same_family_source(skb, h, cost),
				      &daddr, cost);
	r = (struct mgl_replacement){
		.gre = h->gre,
		.headroom = LL_RESERVED_SPACE(h->dst->dev),
		.hops = hops_left(skb, h) - cost,
		.df = !h->fragment,
	};
	if (h->to_v6)
		return mgl_rewrite_4to6(skb, &h->saddr_v6, &daddr, &r);
	return mgl_rewrite_6to4(skb, h->saddr_v4, mgl_addr_to_v4(&ep->addr), &r);
}

/*
 * The backend is this host. In the same family, the stack goes on with the
 * packet; in the other one, it has to begin anew, behind the hook.
 */
static enum mgl_reason hop_deliver(struct sk_buff *skb, const struct hop *h,
				   const struct mgl_endpoint *ep)
{
	enum mgl_reason reason = hop_rewrite(skb, h, ep, 0);

	if (reason || h->from_v6 == h->to_v6) {
		dst_release(h->dst);
		return reason ? reason : MGL_REASON_LOCAL;
	}
	prepare(skb, h->dst);
	dst_input(skb);
	return MGL_REASON_FORWARDED;
}

/* A packet that comes in IPv6, goes on in IPv6, or both. */
static noinline enum mgl_reason forward_v6(struct mgl_net *mn,
					   struct sk_buff *skb,
					   struct mgl_endpoint *ep,
					   const struct mgl_offsets *at,
					   const struct mgl_flow *flow)
{
	struct hop h = {
		.from_v6 = came_in_v6(skb),
		.to_v6 = goes_on_in_v6(ep),
		.gre = at->gre,
		.fragment = came_in_v6(skb) ? IP6CB(skb)->frag_max_size :
					      IPCB(skb)->frag_max_size,
	};
	enum mgl_reason reason;
	bool split;
	u32 mtu;

	if (!hop_route(mn->net, ep, &h))
		return MGL_REASON_NO_ROUTE;
	if (unlikely(h.local))
		return hop_deliver(skb, &h, ep);

	reason = MGL_REASON_TTL;
	if (hops_left(skb, &h) <= 1)
		goto out;
	reason = MGL_REASON_LRO;
	if (skb_warn_if_lro(skb))
		goto out;
	mgl_offload_list(skb, at->inner);
	mtu = hop_mtu(&h);
	reason = MGL_REASON_TOO_BIG;
	split = too_big(skb, mtu) || h.fragment;
	if (unlikely(split) && must_fit(skb, &h, mtu)) {
		mgl_pmtu_too_big(mn, skb, at, mtu);
		goto out;
	}
	if (mgl_sources_any(mn) && flow)
		hop_source(mn, flow, &h);
	reason = MGL_REASON_NO_MEMORY;
	if (at->csum && mgl_offload_gre_csum(skb))
		goto out;
	reason = hop_rewrite(skb, &h, ep, 1);
	if (reason)
		goto out;
	/* Behind extension headers, where tunnels of this host have it. */
	if (h.from_v6 && h.to_v6)
		skb_set_transport_header(skb, h.gre);
	if (unlikely(split))
		allow_fragments(mn->net, skb, &h);
	prepare(skb, h.dst);
	dst_output(mn->net, NULL, skb);
	return MGL_REASON_FORWARDED;
out:
	dst_release(h.dst);
	return reason;
}
#endif

/**
 * mgl_forward() - forward a packet to a backend
 * @mn: the namespace
 * @skb: the packet, at PRE_ROUTING, skb->data at its outer IPv4 or IPv6 header
 * @ep: the backend's address, of either family, and cached route
 * @at: offsets of the GRE and the inner header
 * @flow: the flow, not masked, by which an outer source is chosen; NULL for none
 *
 * The outer source becomes one of those that are configured for the backend's
 * family. If there are none, or there is no flow, it becomes the address at which
 * the packet was received, so ICMP errors from the path to the backend return to
 * this director. To a backend of the other family, and of a packet to a link-local
 * address, that would be the address that routing selects. Peers recognise each
 * other by that address, so one that is a backend as well gets it, too.
 *
 * Context: RCU read side, BH disabled. Invalidates every pointer into @skb.
 * Return: MGL_REASON_FORWARDED: @skb has been consumed. MGL_REASON_LOCAL: the
 * caller keeps @skb, which is addressed to this host now, and accepts it. Any
 * other reason: the caller keeps @skb and drops it for that reason.
 */
enum mgl_reason mgl_forward(struct mgl_net *mn, struct sk_buff *skb,
			    struct mgl_endpoint *ep,
			    const struct mgl_offsets *at,
			    const struct mgl_flow *flow)
{
	if (mgl_sources_any(mn) && mgl_peers_has(mn, &ep->addr))
		flow = NULL;
#if IS_ENABLED(CONFIG_IPV6)
	if (unlikely(came_in_v6(skb) || goes_on_in_v6(ep)))
		return forward_v6(mn, skb, ep, at, flow);
#endif
	return forward_v4(mn, skb, ep, at, flow);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_forward);
