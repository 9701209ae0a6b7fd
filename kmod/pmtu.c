// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that are too big for the path to a backend. The router may be told, as
 * by any router on the path, and its tunnel gets smaller; a router that makes
 * nothing of it loses the packets. The client may be told as well, of what is
 * left for its own packets, so that it depends on no router.
 */
#include <kunit/visibility.h>
#include <linux/export.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/skbuff.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/ndisc.h>
#include <net/route.h>
#include <uapi/linux/maglev.h>

#include "core/extension.h"
#include "net.h"
#include "packet_skb.h"
#include "pmtu.h"
#include "reject.h"
#include "route.h"

/* Errors fit into packets that every host takes, as in reject.c. */
#define QUOTE_MAX_V4 (576 - sizeof(struct iphdr) - sizeof(struct icmphdr))
#define QUOTE_MAX_V6 \
	(IPV6_MIN_MTU - sizeof(struct ipv6hdr) - sizeof(struct icmp6hdr))

/*
 * Bytes behind the inner header without which hosts make nothing of an error:
 * the ports, and TCP's sequence number.
 */
#define QUOTE_L4 8

/* As the kernel's errors: internetwork control (RFC 1812 section 4.3.2.5). */
#define ERROR_TOS 0xc0

/*
 * Sends "fragmentation needed" to the outer source (RFC 1191). It needs an IPv4
 * route of the packet, any one, and there is none at PRE_ROUTING: the way back
 * serves.
 */
static void tell_router_v4(struct net *net, struct sk_buff *skb, u32 mtu)
{
	struct rtable *rt;

	rt = mgl_route_error_v4(net, skb->dev, 0, ip_hdr(skb)->saddr);
	if (!rt)
		return;
	skb_dst_drop(skb);
	skb_dst_set(skb, &rt->dst);
	icmp_send(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, htonl(mtu));
	skb_dst_drop(skb);
}

static void tell_router(struct net *net, struct sk_buff *skb, u32 mtu)
{
	if (skb->protocol == htons(ETH_P_IPV6))
		icmpv6_send(skb, ICMPV6_PKT_TOOBIG, 0, mtu);
	else
		tell_router_v4(net, skb, mtu);
}

/*
 * Allocates an error with room for headers of @len bytes, and copies the quote
 * behind them: what is in @skb from offset @inner on, at most @max bytes. To a
 * firewall of this host, which has not seen the connection, the error would be
 * an invalid one.
 */
static struct sk_buff *error_alloc(const struct sk_buff *skb, u32 inner,
				   u32 len, u32 max)
{
	u32 quoted = min(skb->len - inner, max);
	struct sk_buff *error;

	error = alloc_skb(LL_MAX_HEADER + len + quoted, GFP_ATOMIC);
	if (!error)
		return NULL;
	skb_reserve(error, LL_MAX_HEADER + len);
	if (skb_copy_bits(skb, inner, skb_put(error, quoted), quoted)) {
		kfree_skb(error);
		return NULL;
	}
	skb_set_nfct(error, IP_CT_UNTRACKED);
	return error;
}

/*
 * RFC 1122 section 3.2.2: no error about an error, which could go on for ever,
 * nor about a fragment other than the first. Without DF the router can fragment
 * the packet, and a packet that fits has not caused this.
 */
static bool may_quote_v4(const struct sk_buff *skb, u32 inner,
			 const struct iphdr *iph, u32 mtu)
{
	u32 len = ntohs(iph->tot_len);
	u8 buffer[QUOTE_L4];
	const u8 *l4;

	if (!(iph->frag_off & htons(IP_DF)) ||
	    iph->frag_off & htons(IP_OFFSET))
		return false;
	/* The length is 0 if it is too long for the field (BIG TCP). */
	if (len && len <= mtu)
		return false;
	l4 = skb_header_pointer(skb, inner + iph->ihl * 4, sizeof(buffer),
				buffer);
	if (!l4)
		return false;
	return iph->protocol != IPPROTO_ICMP || l4[0] == ICMP_ECHO ||
	       l4[0] == ICMP_ECHOREPLY;
}

static void send_v4(struct net *net, struct sk_buff *error, struct rtable *rt,
		    const struct iphdr *from)
{
	struct icmphdr *icmph = (struct icmphdr *)error->data;
	struct iphdr *iph;

	icmph->checksum = csum_fold(skb_checksum(error, 0, error->len, 0));
	iph = skb_push(error, sizeof(*iph));
	skb_reset_network_header(error);
	skb_set_transport_header(error, sizeof(*iph));
	*iph = *from;
	error->protocol = htons(ETH_P_IP);
	skb_dst_set(error, &rt->dst);
	ip_select_ident(net, error, NULL);
	ip_local_out(net, NULL, error);
}

static void tell_client_v4(struct mgl_net *mn, const struct sk_buff *skb,
			   u32 inner, u32 mtu)
{
	struct sk_buff *error;
	struct icmphdr *icmph;
	struct iphdr _iph, from;
	const struct iphdr *iph;
	struct rtable *rt;

	iph = skb_header_pointer(skb, inner, sizeof(_iph), &_iph);
	if (!iph || mtu < MGL_MTU_MIN_V4 || !may_quote_v4(skb, inner, iph, mtu) ||
	    !mgl_reject_may_tell_v4(iph->saddr) ||
	    !__ratelimit(&mn->icmp_limit))
		return;
	from = (struct iphdr){
		.version = 4,
		.ihl = sizeof(*iph) / 4,
		.tos = ERROR_TOS,
		.protocol = IPPROTO_ICMP,
		.saddr = iph->daddr,
		.daddr = iph->saddr,
	};
	/* The VIP is an address of the backends, not of this host. */
	rt = mgl_route_error_v4(mn->net, skb->dev, from.saddr, from.daddr);
	if (!rt)
		return;
	from.ttl = ip4_dst_hoplimit(&rt->dst);
	error = error_alloc(skb, inner, sizeof(*iph) + sizeof(*icmph),
			    QUOTE_MAX_V4);
	if (!error) {
		ip_rt_put(rt);
		return;
	}
	icmph = skb_push(error, sizeof(*icmph));
	*icmph = (struct icmphdr){
		.type = ICMP_DEST_UNREACH,
		.code = ICMP_FRAG_NEEDED,
		.un.frag.mtu = htons(mtu),
	};
	send_v4(mn->net, error, rt, &from);
}

#if IS_ENABLED(CONFIG_IPV6)
/* As may_quote_v4(); RFC 4443 section 2.4(e). Redirects count as errors there. */
static bool may_quote_v6(const struct sk_buff *skb, u32 inner,
			 const struct ipv6hdr *ip6h, u32 mtu)
{
	struct mgl_packet p = mgl_packet_skb(skb);
	u32 len = ntohs(ip6h->payload_len);
	u8 buffer[QUOTE_L4];
	struct mgl_chain c;
	const u8 *l4;

	if (len && len + sizeof(*ip6h) <= mtu)
		return false;
	c = (struct mgl_chain){
		.off = inner + sizeof(*ip6h),
		.len = skb->len - inner - sizeof(*ip6h),
		.next = ip6h->nexthdr,
		.into_first = true,
	};
	if (mgl_chain_skip(&p, &c) != MGL_CHAIN_PROTOCOL)
		return false;
	l4 = skb_header_pointer(skb, c.off, sizeof(buffer), buffer);
	if (!l4)
		return false;
	return c.next != IPPROTO_ICMPV6 ||
	       (!icmpv6_is_err(l4[0]) && l4[0] != NDISC_REDIRECT);
}

static void tell_client_v6(struct mgl_net *mn, const struct sk_buff *skb,
			   u32 inner, u32 mtu)
{
	const struct ipv6hdr *quoted;
	struct icmp6hdr *icmp6h;
	struct ipv6hdr _quoted;
	struct sk_buff *error;
	struct dst_entry *dst;
	struct ipv6hdr *ip6h;
	u32 len;

	quoted = skb_header_pointer(skb, inner, sizeof(_quoted), &_quoted);
	/* Nobody may make an IPv6 host send packets smaller than that. */
	if (!quoted || mtu < IPV6_MIN_MTU || !ipv6_mod_enabled() ||
	    !may_quote_v6(skb, inner, quoted, mtu) ||
	    !mgl_reject_may_tell_v6(&quoted->saddr) ||
	    !__ratelimit(&mn->icmp_limit))
		return;
	dst = mgl_route_error_v6(mn->net, skb->dev, &quoted->daddr,
				 &quoted->saddr);
	if (!dst)
		return;
	error = error_alloc(skb, inner, sizeof(*ip6h) + sizeof(*icmp6h),
			    QUOTE_MAX_V6);
	if (!error) {
		dst_release(dst);
		return;
	}
	icmp6h = skb_push(error, sizeof(*icmp6h));
	*icmp6h = (struct icmp6hdr){
		.icmp6_type = ICMPV6_PKT_TOOBIG,
		.icmp6_mtu = htonl(mtu),
	};
	len = error->len;
	icmp6h->icmp6_cksum = csum_ipv6_magic(&quoted->daddr, &quoted->saddr,
					      len, IPPROTO_ICMPV6,
					      skb_checksum(error, 0, len, 0));
	ip6h = skb_push(error, sizeof(*ip6h));
	skb_reset_network_header(error);
	skb_set_transport_header(error, sizeof(*ip6h));
	ip6_flow_hdr(ip6h, 0, 0);
	ip6h->payload_len = htons(len);
	ip6h->nexthdr = IPPROTO_ICMPV6;
	ip6h->hop_limit = ip6_dst_hoplimit(dst);
	ip6h->saddr = quoted->daddr;
	ip6h->daddr = quoted->saddr;
	error->protocol = htons(ETH_P_IPV6);
	skb_dst_set(error, dst);
	ip6_local_out(mn->net, NULL, error);
}
#else
static void tell_client_v6(struct mgl_net *mn, const struct sk_buff *skb,
			   u32 inner, u32 mtu)
{
}
#endif

/**
 * mgl_pmtu_tell_client() - tell a client that its packets are too big
 * @mn: the namespace
 * @skb: a GRE packet, or an ICMP error that quotes one; not modified
 * @at: offsets of the GRE and the inner header from skb->data
 * @mtu: MTU of the path to the backend for packets like the one in @skb, from
 *	its outer header on
 *
 * Sends "fragmentation needed" (RFC 1191) or "packet too big" (RFC 8201) with
 * the MTU that is left for inner packets. It comes from the VIP, the only
 * address with which the client has to do, so that its filters let it pass. No
 * error is sent about an IPv4 packet without DF, a fragment other than the
 * first, an ICMP error or a quote that is too short, nor to a source that is no
 * host. Limited in rate.
 *
 * Context: RCU read side, BH disabled. Best effort.
 */
void mgl_pmtu_tell_client(struct mgl_net *mn, const struct sk_buff *skb,
			  const struct mgl_offsets *at, u32 mtu)
{
	/* Pairs with WRITE_ONCE() in nl/config.c. */
	if (READ_ONCE(mn->pmtu) == MAGLEV_PMTU_ROUTER || mtu < at->inner)
		return;
	if (at->inner_v6)
		tell_client_v6(mn, skb, at->inner, mtu - at->inner);
	else
		tell_client_v4(mn, skb, at->inner, mtu - at->inner);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_pmtu_tell_client);

/**
 * mgl_pmtu_too_big() - send the errors about a packet that does not fit
 * @mn: the namespace
 * @skb: the packet as it was received, skb->data at its outer header; the caller
 *	keeps it, unmodified
 * @at: offsets of its headers
 * @mtu: MTU of the route to the backend for packets like this one, from the
 *	outer header on
 *
 * Errors quote the packet as it was received, so this comes before the rewrite.
 * Who is told is MAGLEV_CONFIG_A_PMTU.
 *
 * Context: RCU read side, BH disabled. Best effort.
 */
void mgl_pmtu_too_big(struct mgl_net *mn, struct sk_buff *skb,
		      const struct mgl_offsets *at, u32 mtu)
{
	/* Pairs with WRITE_ONCE() in nl/config.c. */
	if (READ_ONCE(mn->pmtu) != MAGLEV_PMTU_CLIENT)
		tell_router(mn->net, skb, mtu);
	mgl_pmtu_tell_client(mn, skb, at, mtu);
}
