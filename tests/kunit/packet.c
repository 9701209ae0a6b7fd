// SPDX-License-Identifier: GPL-2.0
#include <linux/bug.h>
#include <linux/in.h>

#include "packet.h"

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

void packet_inner(struct packet *p, u8 proto, u16 payload)
{
	switch (proto) {
	case IPPROTO_TCP:
		packet_ipv4(p, 5, proto, 20 + payload);
		packet_tcp(p, 5, PACKET_ACK);
		break;
	case IPPROTO_UDP:
		packet_ipv4(p, 5, proto, 8 + payload);
		packet_udp(p, payload);
		break;
	case IPPROTO_SCTP:
		packet_ipv4(p, 5, proto, 16 + payload);
		packet_sctp(p, 0);
		break;
	default:
		packet_ipv4(p, 5, proto, payload);
	}
	packet_fill(p, 'x', payload);
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
