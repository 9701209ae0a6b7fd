// SPDX-License-Identifier: GPL-2.0
#include <linux/bug.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/kernel.h>

#include "packet.h"

const u32 packet_saddr_v6[4] = { 0x20010db8, 0x000a0000, 0, 0x10 };
const u32 packet_daddr_v6[4] = { 0x20010db8, 0, 0, 0x80 };

void packet_8(struct packet *p, u8 val)
{
	if (WARN_ON(p->len == PACKET_MAX))
		return;
	p->b[p->len++] = val;
}

void packet_16(struct packet *p, u16 val)
{
	packet_8(p, val >> 8);
	packet_8(p, val);
}

void packet_32(struct packet *p, u32 val)
{
	packet_16(p, val >> 16);
	packet_16(p, val);
}

void packet_fill(struct packet *p, u8 val, u32 n)
{
	while (n--)
		packet_8(p, val);
}

void packet_set16(struct packet *p, u32 off, u16 val)
{
	p->b[off] = val >> 8;
	p->b[off + 1] = val;
}

void packet_set32(struct packet *p, u32 off, u32 val)
{
	packet_set16(p, off, val >> 16);
	packet_set16(p, off + 2, val);
}

u16 packet_sum_v4(const u8 *header, u32 len)
{
	u32 sum = 0, i;

	for (i = 0; i < len; i += 2)
		if (i != 10)
			sum += header[i] << 8 | header[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

void packet_gre(struct packet *p, u16 flags, u16 proto)
{
	packet_16(p, flags);
	packet_16(p, proto);
	if (flags & 0xc000)
		packet_32(p, 0xc5c50000);
	if (flags & 0x2000)
		packet_32(p, 0x6b657921);
	if (flags & 0x1000)
		packet_32(p, 0x00000001);
}

void packet_ipv4(struct packet *p, u8 ihl, u8 proto, u16 payload)
{
	packet_8(p, 0x40 | ihl);
	packet_8(p, 0);
	packet_16(p, ihl * 4 + payload);
	packet_16(p, 0x1234);
	packet_16(p, 0x4000);
	packet_8(p, 64);
	packet_8(p, proto);
	packet_16(p, 0);
	packet_32(p, PACKET_SADDR);
	packet_32(p, PACKET_DADDR);
	/* Options: no operation. */
	if (ihl > 5)
		packet_fill(p, 1, (ihl - 5) * 4);
}

void packet_ipv6(struct packet *p, u8 next, u16 payload)
{
	u32 i;

	packet_32(p, 0x60012345);
	packet_16(p, payload);
	packet_8(p, next);
	packet_8(p, 64);
	for (i = 0; i < 4; i++)
		packet_32(p, packet_saddr_v6[i]);
	for (i = 0; i < 4; i++)
		packet_32(p, packet_daddr_v6[i]);
}

void packet_extension(struct packet *p, u8 next, u8 units)
{
	packet_8(p, next);
	packet_8(p, units);
	packet_fill(p, 0, units * 8 + 6);
}

void packet_set_length(struct packet *p, u32 ip)
{
	if (p->b[ip] >> 4 == 6)
		packet_set16(p, ip + 4, p->len - ip - 40);
	else
		packet_set16(p, ip + 2, p->len - ip);
}

void packet_icmp(struct packet *p, bool v6, u8 type)
{
	u32 ip = p->len;

	if (v6)
		packet_ipv6(p, IPPROTO_ICMPV6, 8);
	else
		packet_ipv4(p, 5, IPPROTO_ICMP, 8);
	p->b[ip + (v6 ? 23 : 15)] ^= 0x40;
	packet_8(p, type);
	packet_8(p, 0);
	packet_16(p, 0xbad0);
	packet_32(p, 0x00000514);
}

static void swap_bytes(struct packet *p, u32 a, u32 b, u32 n)
{
	u8 byte;

	while (n--) {
		byte = p->b[a + n];
		p->b[a + n] = p->b[b + n];
		p->b[b + n] = byte;
	}
}

void packet_quote(struct packet *p, u32 ip, u32 l4)
{
	if (p->b[ip] >> 4 == 6)
		swap_bytes(p, ip + 48 + 8, ip + 48 + 24, 16);
	else
		swap_bytes(p, ip + 28 + 12, ip + 28 + 16, 4);
	if (l4)
		swap_bytes(p, l4, l4 + 2, 2);
	packet_set_length(p, ip);
}

void packet_tcp(struct packet *p, u8 doff, u8 flags)
{
	packet_16(p, PACKET_SPORT);
	packet_16(p, PACKET_DPORT);
	packet_32(p, 0x11111111);
	packet_32(p, 0x22222222);
	packet_8(p, doff << 4);
	packet_8(p, flags);
	packet_16(p, 0xffff);
	packet_32(p, 0);
	if (doff > 5)
		packet_fill(p, 1, (doff - 5) * 4);
}

void packet_udp(struct packet *p, u16 payload)
{
	packet_16(p, PACKET_SPORT);
	packet_16(p, PACKET_DPORT);
	packet_16(p, 8 + payload);
	packet_16(p, 0);
}

void packet_sctp(struct packet *p, u8 chunk_type)
{
	packet_16(p, PACKET_SPORT);
	packet_16(p, PACKET_DPORT);
	packet_32(p, 0x76746167);
	packet_32(p, 0);
	packet_8(p, chunk_type);
	packet_8(p, 0);
	packet_16(p, 4);
}

/* Bytes of the transport header that packet_l4() writes. */
static u16 l4_size(u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return 20;
	case IPPROTO_UDP:
		return 8;
	case IPPROTO_SCTP:
		return 16;
	default:
		return 0;
	}
}

static void packet_l4(struct packet *p, u8 proto, u16 payload)
{
	switch (proto) {
	case IPPROTO_TCP:
		packet_tcp(p, 5, PACKET_ACK);
		break;
	case IPPROTO_UDP:
		packet_udp(p, payload);
		break;
	case IPPROTO_SCTP:
		packet_sctp(p, 0);
		break;
	}
	packet_fill(p, 'x', payload);
}

void packet_inner(struct packet *p, u8 proto, u16 payload)
{
	packet_ipv4(p, 5, proto, l4_size(proto) + payload);
	packet_l4(p, proto, payload);
}

/* Options of one, two and three units; a fragment header has always one. */
static u8 extension_units(u8 type, u32 i)
{
	return type == IPPROTO_FRAGMENT ? 0 : i % 3;
}

void packet_inner_v6(struct packet *p, const u8 *types, u32 n, u8 proto,
		     u16 payload)
{
	u32 i, size = 0;

	for (i = 0; i < n; i++)
		size += 8 * (extension_units(types[i], i) + 1);
	packet_ipv6(p, n ? types[0] : proto, size + l4_size(proto) + payload);
	for (i = 0; i < n; i++)
		packet_extension(p, i + 1 < n ? types[i + 1] : proto,
				 extension_units(types[i], i));
	packet_l4(p, proto, payload);
}

/* C, R, K and S, then A, then the version. */
u16 packet_gre_mix(u32 i)
{
	return (i & 0xf) << 12 | (i >> 4 & 1) << 7 | (i >> 5 & 7);
}

void packet_zoo(struct packet *p, u32 i)
{
	static const u8 protos[] = {
		IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_GRE,
		IPPROTO_SCTP,
	};
	u32 ip = p->len;

	packet_inner(p, protos[i / 5 % 5], 6);
	switch (i % 5) {
	case 1: /* cut short behind the header */
		packet_set16(p, ip + 2, 20);
		break;
	case 2: /* options where the ports should be */
		p->b[ip] = 0x46;
		break;
	case 3: /* a TCP header longer than the packet */
		p->b[ip + 20 + 12] = 0x70;
		break;
	case 4: /* neither the first fragment nor the last */
		packet_set16(p, ip + 6, 0x2001);
		break;
	}
}

void packet_zoo_v6(struct packet *p, u32 i)
{
	static const u8 protos[] = {
		IPPROTO_ICMPV6, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ESP,
		IPPROTO_SCTP,
	};
	static const u8 types[] = {
		IPPROTO_HOPOPTS, IPPROTO_DSTOPTS, IPPROTO_ROUTING,
		IPPROTO_FRAGMENT,
	};
	u8 proto = protos[i / 12 % 5];
	u32 ip = p->len;

	/* Without extension headers, with each one, with all of them. */
	switch (i % 12) {
	case 0:
		packet_inner_v6(p, NULL, 0, proto, 6);
		break;
	case 1:
	case 2:
	case 3:
	case 4:
		packet_inner_v6(p, &types[i % 12 - 1], 1, proto, 6);
		break;
	default:
		packet_inner_v6(p, types, ARRAY_SIZE(types), proto, 6);
	}
	switch (i % 12) {
	case 6: /* cut short behind the hop-by-hop options */
		packet_set16(p, ip + 4, 8);
		break;
	case 7: /* hop-by-hop options behind destination options */
		p->b[ip + 48] = IPPROTO_HOPOPTS;
		break;
	case 8: /* destination options longer than the packet */
		p->b[ip + 49] = 200;
		break;
	case 9: /* neither the first fragment nor the last */
		packet_set16(p, ip + 40 + 8 + 16 + 24 + 2, 0x0011);
		break;
	case 10: /* a jumbogram */
		packet_set16(p, ip + 4, 0);
		packet_set16(p, ip + 42, 0xc204);
		packet_set16(p, ip + 44, 1);
		break;
	case 11: /* an IPv4-mapped source */
		packet_set16(p, ip + 8, 0);
		packet_set16(p, ip + 10, 0);
		packet_set16(p, ip + 12, 0);
		packet_set16(p, ip + 18, 0xffff);
		break;
	}
}

/* What an error quotes: with options or extension headers, or without. */
static void quoted_packet(struct packet *p, bool v6, u8 proto, bool options)
{
	static const u8 types[] = { IPPROTO_HOPOPTS, IPPROTO_DSTOPTS };

	if (v6) {
		packet_inner_v6(p, types, options ? ARRAY_SIZE(types) : 0,
				proto, 12);
		return;
	}
	packet_ipv4(p, options ? 8 : 5, proto, l4_size(proto) + 12);
	packet_l4(p, proto, 12);
}

/* One thing that is wrong, or unusual, about the packet at @q, not yet a quote. */
static void quirk(struct packet *p, u32 i, u32 q, bool v6)
{
	switch (i) {
	case 6: /* from another address */
		p->b[q + (v6 ? 39 : 19)] ^= 1;
		break;
	case 7: /* another version */
		p->b[q] ^= 0x10;
		break;
	case 8: /* longer than what is quoted */
		packet_set16(p, q + (v6 ? 4 : 2), 9000);
		break;
	case 9: /* a fragment in the middle */
		if (v6)
			p->b[q + 6] = IPPROTO_FRAGMENT;
		packet_set16(p, v6 ? q + 42 : q + 6, v6 ? 0x0101 : 0x2020);
		break;
	case 10: /* the first fragment */
		if (v6)
			p->b[q + 6] = IPPROTO_FRAGMENT;
		packet_set16(p, v6 ? q + 42 : q + 6, v6 ? 0x0001 : 0x2000);
		break;
	case 11: /* to an IPv4-mapped address; with too short a header */
		if (v6) {
			packet_set16(p, q + 8, 0);
			packet_set16(p, q + 10, 0);
			packet_set16(p, q + 12, 0);
			packet_set16(p, q + 14, 0);
			packet_set16(p, q + 16, 0);
			packet_set16(p, q + 18, 0xffff);
		} else {
			p->b[q] = 0x44;
		}
		break;
	}
}

void packet_zoo_icmp(struct packet *p, u32 i)
{
	static const u8 protos[] = {
		IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP, IPPROTO_ICMP, IPPROTO_GRE,
	};
	static const u8 errors[] = { 3, 11, 12, 3, 1, 2, 3, 4 };
	u8 proto = protos[i / 24 % 5];
	u32 form = i / 2 % 12, ip = p->len, q, l4;
	bool v6 = i % 2;

	if (form < 2) {
		packet_icmp(p, v6, v6 ? 128 + form : form ? 0 : 8);
		packet_fill(p, 'p', 20);
		packet_set_length(p, ip);
		return;
	}
	packet_icmp(p, v6, errors[v6 * 4 + i / 24 % 4]);
	q = p->len;
	if (v6 && proto == IPPROTO_ICMP)
		proto = IPPROTO_ICMPV6;
	quoted_packet(p, v6, proto, form == 3 || form == 9 || form == 10);
	l4 = p->len - l4_size(proto) - 12;
	/* An echo reply. */
	if (protos[i / 24 % 5] == IPPROTO_ICMP)
		p->b[l4] = v6 ? 129 : 0;
	/* Most routers quote this much, and many no more. */
	if (form != 4)
		p->len = l4 + 8;
	if (form == 5)
		p->len--;
	quirk(p, form, q, v6);
	packet_quote(p, ip, l4_size(proto) ? l4 : 0);
}
