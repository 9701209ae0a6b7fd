// SPDX-License-Identifier: GPL-2.0
/*
 * The data path: the order of the steps that process a packet. Each step
 * returns the reason why processing ends, or MGL_REASON_NONE to go on. Every
 * reason is counted once, here.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "core/extension.h"
#include "core/gre.h"
#include "core/inner.h"
#include "defrag.h"
#include "dispatch.h"
#include "flows.h"
#include "fragment.h"
#include "local.h"
#include "local_v6.h"
#include "net.h"
#include "packet_skb.h"
#include "peers.h"
#include "receive.h"
#include "router.h"
#include "source.h"
#include "trace.h"
#include "vip.h"

static bool own_source_v4(const struct mgl_net *mn, __be32 saddr)
{
	return mgl_local_v4(mn, saddr) ||
	       (mgl_sources_any(mn) && mgl_source_has_v4(mn, saddr));
}

/*
 * True for outer sources that routing, which comes after the hook, would
 * refuse, and for those that packets forwarded by this host get: such a packet
 * has come back. One of this host's own is valid for packets that it sends to
 * itself, by the loopback device.
 */
static bool martian_source_v4(const struct mgl_net *mn, const struct sk_buff *skb)
{
	__be32 saddr = ip_hdr(skb)->saddr;

	return ipv4_is_zeronet(saddr) || ipv4_is_loopback(saddr) ||
	       ipv4_is_multicast(saddr) || ipv4_is_lbcast(saddr) ||
	       (own_source_v4(mn, saddr) &&
		!(skb->dev->flags & IFF_LOOPBACK));
}

/*
 * Parses an inner packet. Sets @dst, and either @flow or, if the packet is to be
 * dropped should @dst be a VIP, the reason in @gre. Returns the reason why the
 * packet cannot be for a VIP, or MGL_REASON_NONE.
 */
static enum mgl_reason parse_inner_v4(const struct mgl_packet *packet,
				      struct mgl_gre *gre, struct mgl_addr *dst,
				      struct mgl_flow *flow)
{
	const struct iphdr *iph;
	struct iphdr _iph;

	iph = mgl_packet_read(packet, gre->inner, sizeof(_iph), &_iph);
	if (!iph)
		return MGL_REASON_GRE_TRUNCATED;
	*dst = mgl_addr_v4(iph->daddr);
	if (!gre->reason)
		gre->reason = mgl_inner_parse_v4(packet, gre->inner, iph, flow);
	return MGL_REASON_NONE;
}

/* The same for IPv6; out of line, so that IPv4 does not pay for it. */
static noinline enum mgl_reason
parse_inner_v6(const struct mgl_packet *packet, struct mgl_gre *gre,
	       struct mgl_addr *dst, struct mgl_flow *flow)
{
	const struct ipv6hdr *ip6h;
	struct ipv6hdr _ip6h;

	ip6h = mgl_packet_read(packet, gre->inner, sizeof(_ip6h), &_ip6h);
	if (!ip6h)
		return MGL_REASON_GRE_TRUNCATED;
	*dst = mgl_addr_v6(&ip6h->daddr);
	/* Would find the VIP of the IPv4 address that is mapped. */
	if (mgl_addr_is_v4(dst))
		return MGL_REASON_NOT_VIP;
	if (!gre->reason)
		gre->reason = mgl_inner_parse_v6(packet, gre->inner, ip6h,
						 flow);
	return MGL_REASON_NONE;
}

/*
 * Malformed packets for one of our VIPs are ours to drop, and fragments are
 * processed apart. Out of line, since most packets are neither.
 */
static noinline enum mgl_reason receive_odd(struct mgl_net *mn,
					    struct sk_buff *skb,
					    const struct mgl_vip *vip,
					    enum mgl_reason reason,
					    struct mgl_parsed *parsed)
{
	if (reason == MGL_REASON_INNER_FRAGMENT)
		return mgl_fragment_receive(mn, skb, vip, parsed);
	return mgl_seq_retry(mn, parsed->seq) ? MGL_REASON_AGAIN : reason;
}

/*
 * Processes a packet of a trusted router, whose GRE header is at @gre_off. @seq
 * is from before the router was found to be trusted.
 */
static enum mgl_reason receive_gre(struct mgl_net *mn, struct sk_buff *skb,
				   u32 gre_off, unsigned int seq)
{
	struct mgl_packet packet = mgl_packet_skb(skb);
	/* Each step fills in what the next one reads. */
	struct mgl_parsed parsed __uninitialized;
	enum mgl_reason reason;
	struct mgl_addr dst;
	struct mgl_vip *vip;
	struct mgl_gre gre;

	reason = mgl_gre_parse(&packet, gre_off, &gre);
	if (reason)
		return reason;
	reason = likely(gre.proto == htons(ETH_P_IP)) ?
		 parse_inner_v4(&packet, &gre, &dst, &parsed.flow) :
		 parse_inner_v6(&packet, &gre, &dst, &parsed.flow);
	if (reason)
		return reason;
	if (!gre.reason)
		mgl_flows_prefetch(mn, &parsed.flow);
	vip = mgl_vip_find(mn, &dst);
	if (!vip)
		return MGL_REASON_NOT_VIP;
	parsed.at = (struct mgl_offsets){
		.gre = gre_off,
		.inner = gre.inner,
		.inner_v6 = gre.proto != htons(ETH_P_IP),
		.csum = gre.csum,
	};
	parsed.seq = seq;
	if (unlikely(gre.reason))
		return receive_odd(mn, skb, vip, gre.reason, &parsed);
	return mgl_dispatch(mn, skb, vip, &parsed);
}

/* Peers are asked about only once no router is trusted with that source. */
static bool trusted_v4(const struct mgl_net *mn, __be32 saddr)
{
	struct mgl_addr addr;

	if (likely(mgl_router_trusted_v4(mn, saddr)))
		return true;
	addr = mgl_addr_v4(saddr);
	return mgl_peers_has(mn, &addr);
}

/* Processes a packet whose outer IPv4 header says GRE to this host. */
static enum mgl_reason receive_v4(struct mgl_net *mn, struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	unsigned int seq = mgl_seq_begin(mn);
	enum mgl_reason reason;

	if (martian_source_v4(mn, skb))
		return MGL_REASON_MARTIAN;
	if (unlikely(!trusted_v4(mn, iph->saddr)))
		return mgl_seq_retry(mn, seq) ? MGL_REASON_AGAIN :
						MGL_REASON_UNTRUSTED;
	if (unlikely(ip_is_fragment(iph))) {
		reason = mgl_defrag_v4(mn->net, skb);
		if (reason)
			return reason;
	}
	return receive_gre(mn, skb, ip_hdrlen(skb), seq);
}

/**
 * mgl_receive_v4() - process a GRE packet that is addressed to this host
 * @mn: the namespace
 * @skb: the packet, at PRE_ROUTING, skb->data at its outer IPv4 header
 *
 * Context: RCU read side, BH disabled. Invalidates every pointer into @skb.
 * Return: the reason, already counted. If mgl_reason_verdict() of it is
 * MGL_STOLEN, @skb has been consumed; otherwise the caller keeps @skb.
 */
enum mgl_reason mgl_receive_v4(struct mgl_net *mn, struct sk_buff *skb)
{
	enum mgl_reason reason;

	do
		reason = receive_v4(mn, skb);
	while (unlikely(reason == MGL_REASON_AGAIN));
	mgl_counters_reason(mn->counters, reason);
	if (mgl_tracing(mn))
		mgl_trace_undispatched(mn, skb, reason);
	return reason;
}

#if IS_ENABLED(CONFIG_IPV6)
static bool own_source_v6(const struct mgl_net *mn, const struct sk_buff *skb)
{
	const struct in6_addr *saddr = &ipv6_hdr(skb)->saddr;

	return mgl_local_v6(mn, saddr, skb->dev) ||
	       (mgl_sources_any(mn) && mgl_source_has_v6(mn, saddr));
}

/* As martian_source_v4(); reception has refused multicast sources. */
static bool martian_source_v6(const struct mgl_net *mn,
			      const struct sk_buff *skb)
{
	const struct in6_addr *saddr = &ipv6_hdr(skb)->saddr;

	return ipv6_addr_any(saddr) || ipv6_addr_loopback(saddr) ||
	       ipv6_addr_is_multicast(saddr) || ipv6_addr_v4mapped(saddr) ||
	       (own_source_v6(mn, skb) &&
		!(skb->dev->flags & IFF_LOOPBACK));
}

static bool trusted_v6(const struct mgl_net *mn, const struct in6_addr *saddr)
{
	struct mgl_addr addr;

	if (likely(mgl_router_trusted_v6(mn, saddr)))
		return true;
	addr = mgl_addr_v6(saddr);
	return mgl_peers_has(mn, &addr);
}

/*
 * True for GRE, and for fragments with more extension headers in them: Linux
 * puts GRE behind one, and only the first fragment would tell.
 */
static bool may_be_gre(enum mgl_chain_end end, u8 next)
{
	return next == IPPROTO_GRE ||
	       (end == MGL_CHAIN_FRAGMENT && mgl_chain_extension(next));
}

/* Skips the extension headers of an outer packet. */
static enum mgl_chain_end skip_extensions(const struct sk_buff *skb,
					  struct mgl_chain *chain)
{
	struct mgl_packet packet = mgl_packet_skb(skb);

	*chain = (struct mgl_chain){
		.off = sizeof(struct ipv6hdr),
		.len = skb->len - sizeof(struct ipv6hdr),
		.next = ipv6_hdr(skb)->nexthdr,
	};
	return mgl_chain_skip(&packet, chain);
}

/*
 * Reassembles a packet and skips its extension headers anew: those that were in
 * the fragments show only now.
 */
static noinline enum mgl_reason reassemble_v6(struct mgl_net *mn,
					      struct sk_buff *skb,
					      struct mgl_chain *chain)
{
	enum mgl_reason reason = mgl_defrag_v6(mn->net, skb);
	enum mgl_chain_end end;

	if (reason)
		return reason;
	end = skip_extensions(skb, chain);
	if (end == MGL_CHAIN_FRAGMENT)
		return MGL_REASON_OUTER_FRAGMENT;
	if (end == MGL_CHAIN_MALFORMED || chain->routed)
		return MGL_REASON_OUTER_EXTENSIONS;
	return MGL_REASON_NONE;
}

static enum mgl_reason receive_v6(struct mgl_net *mn, struct sk_buff *skb)
{
	unsigned int seq = mgl_seq_begin(mn);
	struct mgl_chain chain;
	enum mgl_chain_end end = skip_extensions(skb, &chain);
	enum mgl_reason reason;

	if (end == MGL_CHAIN_MALFORMED)
		return MGL_REASON_OUTER_EXTENSIONS;
	if (!may_be_gre(end, chain.next))
		return MGL_REASON_NONE;
	/* It is for another node, by way of this one. */
	if (chain.routed)
		return MGL_REASON_OUTER_EXTENSIONS;
	if (martian_source_v6(mn, skb))
		return MGL_REASON_MARTIAN;
	if (unlikely(!trusted_v6(mn, &ipv6_hdr(skb)->saddr)))
		return mgl_seq_retry(mn, seq) ? MGL_REASON_AGAIN :
						MGL_REASON_UNTRUSTED;
	if (unlikely(end == MGL_CHAIN_FRAGMENT)) {
		reason = reassemble_v6(mn, skb, &chain);
		if (reason || chain.next != IPPROTO_GRE)
			return reason;
	}
	return receive_gre(mn, skb, chain.off, seq);
}

/**
 * mgl_receive_v6() - process an IPv6 packet that is addressed to this host
 * @mn: the namespace
 * @skb: the packet, at PRE_ROUTING, skb->data at its outer IPv6 header, with GRE
 *	or an extension header behind it
 *
 * Context: RCU read side, BH disabled. Invalidates every pointer into @skb.
 * Return: the reason, already counted, or MGL_REASON_NONE if it is not GRE. If
 * mgl_reason_verdict() of it is MGL_STOLEN, @skb has been consumed; otherwise
 * the caller keeps @skb.
 */
enum mgl_reason mgl_receive_v6(struct mgl_net *mn, struct sk_buff *skb)
{
	enum mgl_reason reason;

	do
		reason = receive_v6(mn, skb);
	while (unlikely(reason == MGL_REASON_AGAIN));
	if (reason)
		mgl_counters_reason(mn->counters, reason);
	if (mgl_tracing(mn))
		mgl_trace_undispatched(mn, skb, reason);
	return reason;
}
#endif
