// SPDX-License-Identifier: GPL-2.0
/*
 * Packets of numbered flows to the VIP, as a client or a router sends them.
 */
#include <linux/etherdevice.h>
#include <linux/hash.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/gre.h>
#include <net/ip.h>

#include "bench.h"

/* Addresses of the networks set aside for documentation and for benchmarks. */
#define CLIENTS 0xc6120000	/* 198.18.0.0 */
#define VIP 0xc000020a		/* 192.0.2.10 */
#define ROUTER 0xc6336401	/* 198.51.100.1 */
#define DIRECTOR 0xc633640b	/* 198.51.100.11 */
/* Those of IPv6 are in 2001:db8::/32, and end like these. */
#define PREFIX6 0x20010db8
#define PORT 80
/* Bytes of TCP or UDP with header: with Ethernet's that makes a frame of 60. */
#define L4_LEN 26
/* Of a datagram in two fragments, and of the first of them, which fits the tunnel. */
#define DATAGRAM_LEN 1980
#define FIRST_LEN 1448

/**
 * bench_flow() - which flow the next packet belongs to
 * @cfg: the run
 * @n: number of the packet
 *
 * All flows in turn, in an order that no cache line or page foresees.
 *
 * Return: number of the flow, below cfg->flows.
 */
u32 bench_flow(const struct bench_config *cfg, u64 n)
{
	u32 i;

	div_u64_rem(n, cfg->flows, &i);
	/* No common factor with numbers of flows, which are powers of ten. */
	div_u64_rem((u64)i * 618033, cfg->flows, &i);
	return i;
}

static void put_ip(struct sk_buff *skb, u32 src, u32 dst, u8 proto, u32 len)
{
	struct iphdr *iph = skb_put_zero(skb, sizeof(*iph));

	iph->version = 4;
	iph->ihl = 5;
	iph->tot_len = htons(sizeof(*iph) + len);
	iph->frag_off = htons(IP_DF);
	iph->ttl = 64;
	iph->protocol = proto;
	iph->saddr = htonl(src);
	iph->daddr = htonl(dst);
	iph->check = ip_fast_csum(iph, iph->ihl);
}

/* The address of IPv6 that ends like one of IPv4. */
static struct in6_addr addr6(u32 end)
{
	return (struct in6_addr){
		.s6_addr32 = { htonl(PREFIX6), 0, 0, htonl(end) },
	};
}

static void put_ip6(struct sk_buff *skb, u32 src, u32 dst, u8 proto, u32 len)
{
	struct ipv6hdr *ip6h = skb_put_zero(skb, sizeof(*ip6h));

	ip6h->version = 6;
	ip6h->payload_len = htons(len);
	ip6h->nexthdr = proto;
	ip6h->hop_limit = 64;
	ip6h->saddr = addr6(src);
	ip6h->daddr = addr6(dst);
}

static u32 ip_len(bool v6)
{
	return v6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
}

static __be16 ip_proto(bool v6)
{
	return v6 ? htons(ETH_P_IPV6) : htons(ETH_P_IP);
}

static void put_tcp(struct sk_buff *skb, u16 sport, bool syn)
{
	struct tcphdr *th = skb_put_zero(skb, sizeof(*th));

	th->source = htons(sport);
	th->dest = htons(PORT);
	th->seq = htonl(sport);
	th->doff = sizeof(*th) / 4;
	th->window = htons(1024);
	th->syn = syn;
	th->ack = !syn;
}

static void put_udp(struct sk_buff *skb, u16 sport, u32 len)
{
	struct udphdr *uh = skb_put_zero(skb, sizeof(*uh));

	uh->source = htons(sport);
	uh->dest = htons(PORT);
	uh->len = htons(len);
}

/* Of packet @n. */
static u32 l4_len(const struct bench_config *cfg, u64 n)
{
	if (cfg->fragments)
		return n & 1 ? DATAGRAM_LEN - FIRST_LEN : FIRST_LEN;
	return cfg->proto == BENCH_SYN ? sizeof(struct tcphdr) : L4_LEN;
}

/* The header at the end is that of fragment @n: every other one is a first one. */
static void make_fragment(struct sk_buff *skb, u64 n)
{
	struct iphdr *iph = (void *)skb_tail_pointer(skb) - sizeof(*iph);

	iph->id = htons(n >> 1);
	iph->frag_off = n & 1 ? htons(FIRST_LEN / 8) : htons(IP_MF);
	iph->check = 0;
	iph->check = ip_fast_csum(iph, iph->ihl);
}

static void put_l4(struct sk_buff *skb, const struct bench_config *cfg,
		   u16 sport, u32 len)
{
	if (cfg->fragments)
		put_udp(skb, sport, DATAGRAM_LEN);
	else if (cfg->proto == BENCH_UDP)
		put_udp(skb, sport, len);
	else
		put_tcp(skb, sport, cfg->proto == BENCH_SYN);
}

/* Client and port are one to one with the number, and look scattered. */
static void put_inner(struct sk_buff *skb, const struct bench_config *cfg,
		      u32 flow, u64 n)
{
	u32 client = CLIENTS | (flow * 0x9e3779b1 & 0xffff);
	u16 sport = 1024 + (flow >> 16) * 2048 + (hash_32(flow, 11));
	u8 proto = cfg->proto == BENCH_UDP ? IPPROTO_UDP : IPPROTO_TCP;
	u32 len = l4_len(cfg, n), start;

	if (cfg->inner6)
		put_ip6(skb, client, VIP, proto, len);
	else
		put_ip(skb, client, VIP, proto, len);
	if (cfg->fragments)
		make_fragment(skb, n);
	start = skb->len;
	if (!cfg->fragments || !(n & 1))
		put_l4(skb, cfg, sport, len);
	skb_put_zero(skb, len - (skb->len - start));
}

/**
 * bench_packet() - make a packet
 * @cfg: the run
 * @dev: the device that it came from
 * @flow: number of the flow
 * @n: number of the packet: of a datagram in fragments, two in a row
 *
 * As a driver does: a buffer of the kind that drivers take, the Ethernet
 * header pulled, checksums seen to by the hardware.
 *
 * Context: any.
 * Return: the packet or NULL.
 */
struct sk_buff *bench_packet(const struct bench_config *cfg,
			     struct net_device *dev, u32 flow, u64 n)
{
	u32 len = sizeof(struct gre_base_hdr) + ip_len(cfg->inner6) +
		  l4_len(cfg, n);
	struct gre_base_hdr *gre;
	struct sk_buff *skb;
	struct ethhdr *eth;

	skb = netdev_alloc_skb_ip_align(dev, cfg->fragments ? 1600 : 128);
	if (!skb)
		return NULL;
	eth = skb_put_zero(skb, ETH_HLEN);
	ether_addr_copy(eth->h_dest, dev->dev_addr);
	eth->h_proto = ip_proto(cfg->gre ? cfg->outer6 : cfg->inner6);
	if (cfg->gre) {
		if (cfg->outer6)
			put_ip6(skb, ROUTER, DIRECTOR, IPPROTO_GRE, len);
		else
			put_ip(skb, ROUTER, DIRECTOR, IPPROTO_GRE, len);
		gre = skb_put_zero(skb, sizeof(*gre));
		gre->protocol = ip_proto(cfg->inner6);
	}
	put_inner(skb, cfg, flow + cfg->first, n);
	skb->protocol = eth_type_trans(skb, dev);
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	return skb;
}
