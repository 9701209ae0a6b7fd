// SPDX-License-Identifier: GPL-2.0
/*
 * Parse an inner ICMP packet into the flow that it is about: for an error that
 * of the packet which it quotes, for an echo request one without ports.
 *
 * A quote is the start of a packet that a backend has sent to a client, with the
 * VIP as its source. Of this packet no more is there than the router chose to
 * quote, and routers have changed some of it: lengths in the quoted headers say
 * nothing about the quote, and checksums in it are often wrong. So only the
 * bytes that there are count, and neither is looked at. An extended error (RFC
 * 4884) may pad its quote and put objects behind it; the start of the quote,
 * which is all that is read, is where it always was.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/ip.h>

#include "accessor.h"
#include "extension.h"
#include "icmp.h"
#include "l4.h"

/* Type, code, checksum, and four bytes that depend on the type. */
#define ICMP_LEN 8

/* ICMP of either family: what a message is, by its type; empty has none. */
enum message {
	MESSAGE_EMPTY,
	MESSAGE_OTHER,
	MESSAGE_ERROR,
	MESSAGE_ECHO,
	MESSAGE_ECHO_REPLY,
};

static enum message message_v4(u8 type)
{
	switch (type) {
	case ICMP_DEST_UNREACH:
	case ICMP_TIME_EXCEEDED:
	case ICMP_PARAMETERPROB:
		return MESSAGE_ERROR;
	case ICMP_ECHO:
		return MESSAGE_ECHO;
	case ICMP_ECHOREPLY:
		return MESSAGE_ECHO_REPLY;
	default:
		return MESSAGE_OTHER;
	}
}

static enum message message_v6(u8 type)
{
	switch (type) {
	case ICMPV6_DEST_UNREACH:
	case ICMPV6_PKT_TOOBIG:
	case ICMPV6_TIME_EXCEED:
	case ICMPV6_PARAMPROB:
		return MESSAGE_ERROR;
	case ICMPV6_ECHO_REQUEST:
		return MESSAGE_ECHO;
	case ICMPV6_ECHO_REPLY:
		return MESSAGE_ECHO_REPLY;
	default:
		return MESSAGE_OTHER;
	}
}

/* The @len bytes at @off are the message, or its start. */
static enum message read_message(const struct mgl_packet *p, u32 off, u32 len,
				 const struct mgl_flow *flow)
{
	const u8 *type;
	u8 _type;

	type = len ? mgl_packet_read(p, off, sizeof(_type), &_type) : NULL;
	if (!type)
		return MESSAGE_EMPTY;
	return mgl_addr_is_v4(&flow->saddr) ? message_v4(*type) :
					      message_v6(*type);
}

/*
 * Parses the quoted transport header. Of ICMP only an echo reply belongs to a
 * flow of a service: the VIP has answered an echo request.
 */
static enum mgl_reason parse_quoted(const struct mgl_packet *p, u32 off,
				    u32 len, struct mgl_flow *flow)
{
	flow->kind = MGL_PKT_ERROR;
	if (!mgl_icmp_proto(flow))
		return mgl_l4_parse_quote(p, off, len, flow);
	switch (read_message(p, off, len, flow)) {
	case MESSAGE_EMPTY:
		return MGL_REASON_ICMP_MALFORMED;
	case MESSAGE_ECHO_REPLY:
		return len < ICMP_LEN ? MGL_REASON_ICMP_MALFORMED :
					MGL_REASON_NONE;
	default:
		return MGL_REASON_INNER_ICMP;
	}
}

static enum mgl_reason parse_quote_v4(const struct mgl_packet *p, u32 off,
				      u32 len, struct mgl_flow *flow)
{
	const struct iphdr *iph;
	struct iphdr _iph;
	u32 hlen;

	iph = mgl_packet_read(p, off, sizeof(_iph), &_iph);
	if (!iph)
		return MGL_REASON_ICMP_MALFORMED;
	/* Not less than the 20 bytes, and within the ICMP packet. */
	hlen = iph->ihl * 4;
	if (iph->version != 4 || hlen < sizeof(_iph) || hlen > len)
		return MGL_REASON_ICMP_MALFORMED;
	if (iph->saddr != mgl_addr_to_v4(&flow->daddr))
		return MGL_REASON_QUOTED_SOURCE;
	/* The first fragment has the ports. */
	if (iph->frag_off & htons(IP_OFFSET))
		return MGL_REASON_QUOTED_FRAGMENT;
	flow->saddr = mgl_addr_v4(iph->daddr);
	flow->proto = iph->protocol;
	return parse_quoted(p, off + hlen, len - hlen, flow);
}

static enum mgl_reason parse_quote_v6(const struct mgl_packet *p, u32 off,
				      u32 len, struct mgl_flow *flow)
{
	const struct ipv6hdr *ip6h = NULL;
	struct mgl_chain c = { .into_first = true };
	struct ipv6hdr _ip6h;
	struct mgl_addr vip;

	if (len >= sizeof(_ip6h))
		ip6h = mgl_packet_read(p, off, sizeof(_ip6h), &_ip6h);
	if (!ip6h || ip6h->version != 6)
		return MGL_REASON_ICMP_MALFORMED;
	vip = mgl_addr_v6(&ip6h->saddr);
	flow->saddr = mgl_addr_v6(&ip6h->daddr);
	/* Would make it a flow of IPv4. */
	if (mgl_addr_is_v4(&vip) || mgl_addr_is_v4(&flow->saddr))
		return MGL_REASON_ICMP_MALFORMED;
	if (!mgl_addr_equal(&vip, &flow->daddr))
		return MGL_REASON_QUOTED_SOURCE;
	c.off = off + sizeof(_ip6h);
	c.len = len - sizeof(_ip6h);
	c.next = ip6h->nexthdr;
	switch (mgl_chain_skip(p, &c)) {
	case MGL_CHAIN_PROTOCOL:
		break;
	case MGL_CHAIN_FRAGMENT:
		return MGL_REASON_QUOTED_FRAGMENT;
	default:
		return MGL_REASON_ICMP_MALFORMED;
	}
	flow->proto = c.next;
	return parse_quoted(p, c.off, c.len, flow);
}

/**
 * mgl_icmp_parse() - parse an ICMP packet into the flow that it is about
 * @p: the packet
 * @off: offset of the ICMP header from the start of @p, in bytes
 * @len: length of the ICMP packet from its header on, in bytes
 * @flow: the flow, with the addresses of the ICMP packet and its protocol, ICMP
 *	for IPv4 or ICMPv6 for IPv6; if MGL_REASON_NONE is returned, the flow that
 *	it is about, otherwise no longer valid
 *
 * An error names the flow of the packet that it quotes (RFC 792, RFC 4443),
 * reversed: the quoted destination is the client, the quoted source the VIP. It
 * has to be the one that the error was sent to, or the error is forged, or was
 * changed on the way.
 *
 * An echo request keeps its addresses and protocol, and has no ports. So has the
 * error about an echo reply, which makes both the same flow.
 *
 * Checksums are left for the backend to verify.
 *
 * Context: any. Keeps no pointer into @p and leaves the packet unmodified.
 * Return: MGL_REASON_NONE, or the reason why this packet is about no flow.
 */
enum mgl_reason mgl_icmp_parse(const struct mgl_packet *p, u32 off, u32 len,
			       struct mgl_flow *flow)
{
	enum message message = read_message(p, off, len, flow);

	if (message == MESSAGE_OTHER || message == MESSAGE_ECHO_REPLY)
		return MGL_REASON_INNER_ICMP;
	if (len < ICMP_LEN)
		return MGL_REASON_ICMP_MALFORMED;
	if (message == MESSAGE_ECHO) {
		flow->kind = MGL_PKT_ECHO;
		return MGL_REASON_NONE;
	}
	off += ICMP_LEN;
	len -= ICMP_LEN;
	return mgl_addr_is_v4(&flow->saddr) ?
	       parse_quote_v4(p, off, len, flow) :
	       parse_quote_v6(p, off, len, flow);
}
