// SPDX-License-Identifier: GPL-2.0
/*
 * Parse an inner packet into its flow. The packet comes from the Internet and
 * is not trusted: each length that determines where to read is checked against
 * the length around it, and every read goes through mgl_packet_read(). Lengths
 * that only the backend uses (those of UDP and of SCTP chunks) are left for the
 * backend to check.
 */
#include <kunit/visibility.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/sctp.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>

#include "accessor.h"
#include "flow.h"
#include "hash.h"

/* The common header and the type of the first chunk (RFC 9260, section 3). */
struct sctp_start {
	struct sctphdr hdr;
	struct sctp_chunkhdr chunk;
};

static enum mgl_reason parse_tcp(const struct mgl_packet *p, u32 off, u32 len,
				 struct mgl_flow *flow)
{
	const struct tcphdr *th;
	struct tcphdr _th;

	if (len < sizeof(_th))
		return MGL_REASON_INNER_L4;
	th = mgl_packet_read(p, off, sizeof(_th), &_th);
	if (!th || th->doff * 4 < sizeof(_th) || th->doff * 4 > len)
		return MGL_REASON_INNER_L4;

	flow->sport = th->source;
	flow->dport = th->dest;
	flow->new_conn = th->syn && !th->ack;
	if (th->rst)
		flow->pkt_state = MAGLEV_FLOW_CLOSED;
	else if (flow->new_conn)
		flow->pkt_state = MAGLEV_FLOW_OPENING;
	else if (th->fin)
		flow->pkt_state = MAGLEV_FLOW_CLOSING;
	return MGL_REASON_NONE;
}

static enum mgl_reason parse_udp(const struct mgl_packet *p, u32 off, u32 len,
				 struct mgl_flow *flow)
{
	const struct udphdr *uh;
	struct udphdr _uh;

	if (len < sizeof(_uh))
		return MGL_REASON_INNER_L4;
	uh = mgl_packet_read(p, off, sizeof(_uh), &_uh);
	if (!uh)
		return MGL_REASON_INNER_L4;

	flow->sport = uh->source;
	flow->dport = uh->dest;
	return MGL_REASON_NONE;
}

/* Each of these chunks is the first one in its packet. */
static enum maglev_flow_state sctp_state(u8 type)
{
	switch (type) {
	case SCTP_CID_INIT:
		return MAGLEV_FLOW_OPENING;
	case SCTP_CID_SHUTDOWN:
	case SCTP_CID_SHUTDOWN_ACK:
	case SCTP_CID_SHUTDOWN_COMPLETE:
		return MAGLEV_FLOW_CLOSING;
	case SCTP_CID_ABORT:
		return MAGLEV_FLOW_CLOSED;
	default:
		return MAGLEV_FLOW_ESTABLISHED;
	}
}

static enum mgl_reason parse_sctp(const struct mgl_packet *p, u32 off, u32 len,
				  struct mgl_flow *flow)
{
	const struct sctp_start *sh;
	struct sctp_start _sh;

	/* Every SCTP packet has at least one chunk. */
	if (len < sizeof(_sh))
		return MGL_REASON_INNER_L4;
	sh = mgl_packet_read(p, off, sizeof(_sh), &_sh);
	if (!sh)
		return MGL_REASON_INNER_L4;

	flow->sport = sh->hdr.source;
	flow->dport = sh->hdr.dest;
	/* INIT is the only chunk of its packet, so the first one decides. */
	flow->new_conn = sh->chunk.type == SCTP_CID_INIT;
	flow->pkt_state = sctp_state(sh->chunk.type);
	return MGL_REASON_NONE;
}

/**
 * mgl_flow_parse_v4() - parse the flow of an inner IPv4 packet
 * @p: the packet
 * @off: offset of the inner header from the start of @p, in bytes
 * @iph: the first 20 bytes of the inner header, already read by the caller
 * @flow: the flow; valid only if MGL_REASON_NONE is returned
 *
 * Protocols without ports get ports of 0, which match no service. Bytes behind
 * the inner total length are padding and ignored.
 *
 * Context: any. Keeps no pointer into @p and leaves the packet unmodified.
 * Return: MGL_REASON_NONE, or the reason why this packet has no flow.
 */
enum mgl_reason mgl_flow_parse_v4(const struct mgl_packet *p, u32 off,
				  const struct iphdr *iph,
				  struct mgl_flow *flow)
{
	u32 avail = p->len - off;
	u32 hlen = iph->ihl * 4;
	u32 len = ntohs(iph->tot_len);

	/* A GSO packet above 64 KiB has a length field of 0 (BIG TCP). */
	if (!len && p->gso)
		len = avail;
	if (iph->version != 4 || hlen < sizeof(*iph) || len < hlen ||
	    len > avail)
		return MGL_REASON_INNER_HEADER;
	if (ip_is_fragment(iph))
		return MGL_REASON_INNER_FRAGMENT;

	*flow = (struct mgl_flow){
		.saddr = mgl_addr_v4(iph->saddr),
		.daddr = mgl_addr_v4(iph->daddr),
		.proto = iph->protocol,
		.pkt_state = MAGLEV_FLOW_ESTABLISHED,
		.len = len,
	};
	switch (iph->protocol) {
	case IPPROTO_TCP:
		return parse_tcp(p, off + hlen, len - hlen, flow);
	case IPPROTO_UDP:
		return parse_udp(p, off + hlen, len - hlen, flow);
	case IPPROTO_SCTP:
		return parse_sctp(p, off + hlen, len - hlen, flow);
	case IPPROTO_ICMP:
		return MGL_REASON_INNER_ICMP;
	default:
		return MGL_REASON_NONE;
	}
}
EXPORT_SYMBOL_IF_KUNIT(mgl_flow_parse_v4);

/**
 * mgl_flow_mask() - clear the parts of a flow that an affinity ignores
 * @flow: the flow
 * @affinity: the service's affinity, i.e. which packets share a backend
 *
 * MAGLEV_AFFINITY_3TUPLE clears the ports, MAGLEV_AFFINITY_SOURCE everything
 * except the client's address. A masked flow consists of several connections,
 * so none of them opens or ends it. Normative.
 *
 * Context: any.
 * Return: the flow to hash and to store in the cache.
 */
struct mgl_flow mgl_flow_mask(const struct mgl_flow *flow,
			      enum maglev_affinity affinity)
{
	struct mgl_flow f = *flow;

	if (affinity == MAGLEV_AFFINITY_5TUPLE)
		return f;
	f.sport = 0;
	f.dport = 0;
	f.new_conn = false;
	f.pkt_state = MAGLEV_FLOW_ESTABLISHED;
	f.masked = true;
	f.digest = 0;
	if (affinity == MAGLEV_AFFINITY_SOURCE) {
		f.daddr = mgl_addr_is_v4(&f.saddr) ? mgl_addr_v4(0) :
						     (struct mgl_addr){};
		f.proto = 0;
	}
	return f;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_flow_mask);

/*
 * An IPv4 address as the integer that SipHash reads from its bytes. Words are
 * assembled in registers: reading them from a buffer that was just written in
 * smaller parts would stall on store forwarding.
 */
static u64 addr_word(const struct mgl_addr *addr)
{
	return le32_to_cpu((__force __le32)mgl_addr_to_v4(addr));
}

/* The same for ports and protocol. */
static u64 rest_word(const struct mgl_flow *flow)
{
	return (u64)le16_to_cpu((__force __le16)flow->sport) |
	       (u64)le16_to_cpu((__force __le16)flow->dport) << 16 |
	       (u64)flow->proto << 32;
}

/*
 * Out of line, so that IPv4 flows, which are hashed in registers, do not pay for
 * the buffer. The addresses are in it as on the wire.
 */
static noinline u64 hash_v6(const struct mgl_flow *flow, u64 rest,
			    const siphash_key_t *key)
{
	struct {
		struct mgl_addr saddr;
		struct mgl_addr daddr;
		__le64 rest;
	} __aligned(SIPHASH_ALIGNMENT) input = {
		.saddr = flow->saddr,
		.daddr = flow->daddr,
		.rest = cpu_to_le64(rest),
	};

	return siphash(&input, sizeof(input), key);
}

/* @service is 0, or takes the bits of the ports, which are masked then. */
static u64 hash_flow(const struct mgl_flow *flow, u32 service,
		     const siphash_key_t *key)
{
	u64 rest = rest_word(flow) | service;

	if (!mgl_addr_is_v4(&flow->saddr))
		return hash_v6(flow, rest, key);
	return siphash_2u64(addr_word(&flow->saddr) |
			    addr_word(&flow->daddr) << 32, rest, key);
}

/**
 * mgl_flow_digest() - hash a flow for the cache, unpredictably for outsiders
 * @flow: the flow, not masked
 * @secret: random key, so that nobody can choose flows that collide
 *
 * SipHash-2-4. The digest has no meaning outside of this host. It does not
 * depend on the service, so the bucket in the cache can be prefetched while the
 * service is looked up.
 *
 * Context: any.
 * Return: the digest.
 */
u64 mgl_flow_digest(const struct mgl_flow *flow, const siphash_key_t *secret)
{
	return hash_flow(flow, 0, secret);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_flow_digest);

/**
 * mgl_flow_key() - compute the key of a flow in the cache
 * @flow: the flow, masked by mgl_flow_mask()
 * @service: number of its service
 * @secret: the same as for mgl_flow_digest()
 *
 * The lower half of the key, which selects the bucket, is that of the digest.
 * For a masked flow the service is part of the hash instead: a client's flows
 * to all services would have the same digest and compete for one bucket.
 *
 * Context: any.
 * Return: the key.
 */
u64 mgl_flow_key(const struct mgl_flow *flow, u32 service,
		 const siphash_key_t *secret)
{
	if (flow->masked)
		return hash_flow(flow, service, secret);
	return (flow->digest ? flow->digest : hash_flow(flow, 0, secret)) ^
	       (u64)service << 32;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_flow_key);

/**
 * mgl_flow_hash() - compute the hash that selects a flow's slot
 * @flow: the flow, masked by mgl_flow_mask()
 * @seed: the pool's seed
 *
 * SipHash-2-4, keyed with MGL_LABEL_FLOW (see hash.h), of source address,
 * destination address, source port, destination port, protocol and three zero
 * bytes, all in network byte order: 16 bytes for IPv4 and 40 for IPv6. The
 * family is that of the source address. The flow's slot in a table of M slots is
 * (upper 32 bits of the hash * M) >> 32. Normative.
 *
 * Context: any.
 * Return: the hash.
 */
u64 mgl_flow_hash(const struct mgl_flow *flow, u64 seed)
{
	siphash_key_t key = mgl_hash_key(seed, MGL_LABEL_FLOW);

	return hash_flow(flow, 0, &key);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_flow_hash);
