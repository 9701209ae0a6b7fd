// SPDX-License-Identifier: GPL-2.0
/*
 * Parse the fragments of inner packets. The director forwards fragments as they
 * come and reassembles nothing, so of a datagram it needs to know only which
 * fragments are of it, and from the first one its flow. What fragments say about
 * each other (overlaps, duplicates, gaps) is for the backend to judge.
 */
#include <kunit/visibility.h>
#include <linux/export.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/ip.h>

#include "accessor.h"
#include "extension.h"
#include "fragment.h"
#include "l4.h"

/* Length of the largest IPv4 packet, and of what an IPv6 header may be in front of. */
#define DATAGRAM_MAX 65535

/* Offsets, and lengths of all fragments but the last, are in units of this. */
#define FRAGMENT_UNIT 8

#define OFFSET_V6	0xfff8
#define MORE_V6		0x0001

/**
 * struct fragment_header - the IPv6 fragment header (RFC 8200 section 4.5)
 * @next: protocol of what follows it in the datagram
 * @reserved: not used
 * @word: offset, two reserved bits, M flag; network byte order
 * @id: identification
 */
struct fragment_header {
	u8 next;
	u8 reserved;
	__be16 word;
	__be32 id;
};

/*
 * Checks the lengths of a fragment that has @ahead bytes of its datagram in
 * front of the part that was cut into fragments. A second fragment with a part
 * of a TCP header has no use but to get past filters (RFC 3128).
 */
static enum mgl_reason check(const struct mgl_fragment *f, u32 ahead, bool more)
{
	if (!f->payload_len || (more && f->payload_len % FRAGMENT_UNIT) ||
	    ahead + f->offset + f->payload_len > DATAGRAM_MAX)
		return MGL_REASON_FRAGMENT_MALFORMED;
	if (f->tuple.proto == IPPROTO_TCP && f->offset == FRAGMENT_UNIT)
		return MGL_REASON_FRAGMENT_TINY;
	return MGL_REASON_NONE;
}

/**
 * mgl_fragment_parse_v4() - parse a fragment of an inner IPv4 packet
 * @p: the packet
 * @off: offset of the inner header from the start of @p, in bytes
 * @f: the fragment; valid only if MGL_REASON_NONE is returned
 *
 * For packets that mgl_inner_parse_v4() has found to be fragments.
 *
 * Context: any. Keeps no pointer into @p and leaves the packet unmodified.
 * Return: MGL_REASON_NONE, or the reason why this cannot be a fragment of any
 * datagram that a host would accept.
 */
enum mgl_reason mgl_fragment_parse_v4(const struct mgl_packet *p, u32 off,
				      struct mgl_fragment *f)
{
	const struct iphdr *iph;
	struct iphdr _iph;
	u32 hlen, len;

	iph = mgl_packet_read(p, off, sizeof(_iph), &_iph);
	if (!iph)
		return MGL_REASON_INNER_HEADER;
	hlen = iph->ihl * 4;
	len = ntohs(iph->tot_len);
	/* Nothing that is segmented is a fragment. */
	if (hlen < sizeof(*iph) || len < hlen || len > p->len - off)
		return MGL_REASON_INNER_HEADER;

	*f = (struct mgl_fragment){
		.tuple = {
			.saddr = mgl_addr_v4(iph->saddr),
			.daddr = mgl_addr_v4(iph->daddr),
			.proto = iph->protocol,
			.pkt_state = MAGLEV_FLOW_ESTABLISHED,
			.len = len,
		},
		.id = (__force u16)iph->id,
		.offset = (ntohs(iph->frag_off) & IP_OFFSET) * FRAGMENT_UNIT,
		.inner = off,
		.payload = off + hlen,
		.payload_len = len - hlen,
	};
	return check(f, hlen, iph->frag_off & htons(IP_MF));
}
EXPORT_SYMBOL_IF_KUNIT(mgl_fragment_parse_v4);

/**
 * mgl_fragment_parse_v6() - parse a fragment of an inner IPv6 packet
 * @p: the packet
 * @off: offset of the inner header from the start of @p, in bytes
 * @f: the fragment; valid only if MGL_REASON_NONE is returned
 *
 * For packets that mgl_inner_parse_v6() has found to be fragments.
 *
 * Context: any. Keeps no pointer into @p and leaves the packet unmodified.
 * Return: as mgl_fragment_parse_v4().
 */
enum mgl_reason mgl_fragment_parse_v6(const struct mgl_packet *p, u32 off,
				      struct mgl_fragment *f)
{
	const struct fragment_header *fh;
	struct fragment_header _fh;
	const struct ipv6hdr *ip6h;
	struct ipv6hdr _ip6h;
	struct mgl_chain c;
	u32 len;

	ip6h = mgl_packet_read(p, off, sizeof(_ip6h), &_ip6h);
	if (!ip6h)
		return MGL_REASON_INNER_HEADER;
	len = sizeof(*ip6h) + ntohs(ip6h->payload_len);
	if (len > p->len - off)
		return MGL_REASON_INNER_HEADER;
	c = (struct mgl_chain){
		.off = off + sizeof(*ip6h),
		.len = len - sizeof(*ip6h),
		.next = ip6h->nexthdr,
	};
	*f = (struct mgl_fragment){
		.tuple = {
			.saddr = mgl_addr_v6(&ip6h->saddr),
			.daddr = mgl_addr_v6(&ip6h->daddr),
			.pkt_state = MAGLEV_FLOW_ESTABLISHED,
			.len = len,
		},
		.inner = off,
	};
	if (mgl_chain_skip(p, &c) != MGL_CHAIN_FRAGMENT)
		return MGL_REASON_INNER_EXTENSIONS;
	fh = mgl_packet_read(p, c.off, sizeof(_fh), &_fh);
	if (!fh)
		return MGL_REASON_INNER_EXTENSIONS;
	f->tuple.proto = c.next;
	f->id = (__force u32)fh->id;
	f->offset = ntohs(fh->word) & OFFSET_V6;
	f->payload = c.off + sizeof(*fh);
	f->payload_len = c.len - sizeof(*fh);
	/* Headers in front of the fragment header are part of the datagram. */
	return check(f, c.off - off - sizeof(*ip6h),
		     fh->word & htons(MORE_V6));
}
EXPORT_SYMBOL_IF_KUNIT(mgl_fragment_parse_v6);

/* RFC 7112: all headers of a datagram are in its first fragment. */
static enum mgl_reason parse_first_v6(const struct mgl_packet *p,
				      const struct mgl_fragment *f,
				      struct mgl_flow *flow)
{
	struct mgl_chain c = {
		.off = f->inner + sizeof(struct ipv6hdr),
		.len = f->tuple.len - sizeof(struct ipv6hdr),
		.into_first = true,
	};
	const struct ipv6hdr *ip6h;
	struct ipv6hdr _ip6h;

	ip6h = mgl_packet_read(p, f->inner, sizeof(_ip6h), &_ip6h);
	if (!ip6h)
		return MGL_REASON_INNER_HEADER;
	c.next = ip6h->nexthdr;
	if (mgl_chain_skip(p, &c) != MGL_CHAIN_PROTOCOL)
		return MGL_REASON_INNER_EXTENSIONS;
	flow->proto = c.next;
	return mgl_l4_parse(p, c.off, c.len, flow);
}

/**
 * mgl_fragment_parse_first() - parse the flow of a first fragment
 * @p: the packet
 * @f: the fragment, with an offset of 0
 * @flow: the flow; valid only if MGL_REASON_NONE is returned
 *
 * The flow is that of the datagram, as if it had come whole. A transport header
 * of which a part is in the next fragment tells no flow, or not all that there
 * is to know about it (RFC 1858).
 *
 * Context: any. Keeps no pointer into @p and leaves the packet unmodified.
 * Return: MGL_REASON_NONE, or the reason why this fragment has no flow.
 */
enum mgl_reason mgl_fragment_parse_first(const struct mgl_packet *p,
					 const struct mgl_fragment *f,
					 struct mgl_flow *flow)
{
	enum mgl_reason reason;

	*flow = f->tuple;
	reason = mgl_addr_is_v4(&flow->saddr) ?
		 mgl_l4_parse(p, f->payload, f->payload_len, flow) :
		 parse_first_v6(p, f, flow);
	return reason == MGL_REASON_INNER_L4 ? MGL_REASON_FRAGMENT_TINY :
					       reason;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_fragment_parse_first);

/* Out of line, so that IPv4, which is hashed in registers, does not pay for it. */
static noinline u64 key_v6(const struct mgl_fragment *f,
			   const siphash_key_t *secret)
{
	struct {
		struct mgl_addr saddr;
		struct mgl_addr daddr;
		u32 id;
		u32 proto;
	} __aligned(SIPHASH_ALIGNMENT) input = {
		.saddr = f->tuple.saddr,
		.daddr = f->tuple.daddr,
		.id = f->id,
		.proto = f->tuple.proto,
	};

	return siphash(&input, sizeof(input), secret);
}

static u64 key_v4(const struct mgl_fragment *f, const siphash_key_t *secret)
{
	u32 saddr = (__force u32)mgl_addr_to_v4(&f->tuple.saddr);
	u32 daddr = (__force u32)mgl_addr_to_v4(&f->tuple.daddr);

	return siphash_2u64(saddr | (u64)daddr << 32,
			    f->id | (u64)f->tuple.proto << 32, secret);
}

/**
 * mgl_fragment_key() - compute the key of a fragment's datagram
 * @f: the fragment
 * @secret: a secret of this host, so that nobody can aim at a bucket
 *
 * Context: any.
 * Return: the key, the same for all fragments of a datagram; never 0.
 */
u64 mgl_fragment_key(const struct mgl_fragment *f,
		     const siphash_key_t *secret)
{
	u64 key = mgl_addr_is_v4(&f->tuple.saddr) ? key_v4(f, secret) :
						    key_v6(f, secret);

	return key ? key : 1;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_fragment_key);
