/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets to parse, written byte by byte as they are on the wire. Pure, as are
 * the files under test: the tests in userspace compile this, too.
 */
#ifndef _KUNIT_PACKET_H
#define _KUNIT_PACKET_H

#include <linux/types.h>

#define PACKET_MAX 6144

struct packet {
	u32 len;
	u8 b[PACKET_MAX];
};

/* Addresses and ports of the inner packets below. */
#define PACKET_SADDR 0xc6336407	/* 198.51.100.7 */
#define PACKET_DADDR 0xcb007109	/* 203.0.113.9 */
extern const u32 packet_saddr_v6[4];	/* 2001:db8:a::10 */
extern const u32 packet_daddr_v6[4];	/* 2001:db8::80 */
#define PACKET_SPORT 0xa1b2
#define PACKET_DPORT 0x01bb

#define PACKET_FIN 0x01
#define PACKET_SYN 0x02
#define PACKET_ACK 0x10

void packet_8(struct packet *p, u8 val);
void packet_16(struct packet *p, u16 val);
void packet_32(struct packet *p, u32 val);
void packet_fill(struct packet *p, u8 val, u32 n);
/* Overwrite two or four bytes at @off. */
void packet_set16(struct packet *p, u32 off, u16 val);
void packet_set32(struct packet *p, u32 off, u32 val);
/* The checksum of an IPv4 header as RFC 791 has it, with no shortcut. */
u16 packet_sum_v4(const u8 *header, u32 len);

/* The GRE header with the optional fields that @flags ask for. */
void packet_gre(struct packet *p, u16 flags, u16 proto);
/* An IPv4 header of @ihl words in front of @payload more bytes. */
void packet_ipv4(struct packet *p, u8 ihl, u8 proto, u16 payload);
/* A TCP header of @doff words. */
void packet_tcp(struct packet *p, u8 doff, u8 flags);
void packet_udp(struct packet *p, u16 payload);
void packet_sctp(struct packet *p, u8 chunk_type);
/* A whole IPv4 packet of @proto with a plain header and @payload bytes. */
void packet_inner(struct packet *p, u8 proto, u16 payload);

/*
 * The start of an ICMP packet, ICMPv6 if @v6: IP header and 8 bytes of ICMP of a
 * type. Its source is neither of the addresses above.
 */
void packet_icmp(struct packet *p, bool v6, u8 type);
/* Set the length of the IP packet at @ip to what there is. */
void packet_set_length(struct packet *p, u32 ip);
/*
 * Make the packet behind the ICMP header of the packet at @ip one from the VIP to
 * the client, with its ports at @l4 if not 0, and set the length.
 */
void packet_quote(struct packet *p, u32 ip, u32 l4);

/* An IPv6 header in front of @payload bytes, which start with header @next. */
void packet_ipv6(struct packet *p, u8 next, u16 payload);
/*
 * An extension header of 8 * (@units + 1) bytes with @next behind it. As options
 * its bytes are padding; as a fragment header, with 0 @units, those of an atomic
 * fragment; as a routing header, one of type 0 with no segments left.
 */
void packet_extension(struct packet *p, u8 next, u8 units);
/*
 * A whole IPv6 packet of @proto with @payload bytes behind @n extension headers
 * of the given @types.
 */
void packet_inner_v6(struct packet *p, const u8 *types, u32 n, u8 proto,
		     u16 payload);

/* Flag words with every mix of the bits that mean something in any version. */
#define PACKET_GRE_MIXES 256
u16 packet_gre_mix(u32 i);
/* Whole IPv4 packets, of each kind one, some of them wrong in one place. */
#define PACKET_ZOO 25
void packet_zoo(struct packet *p, u32 i);
/* The same for IPv6. */
#define PACKET_ZOO_V6 60
void packet_zoo_v6(struct packet *p, u32 i);
/* ICMP of both: even numbers are IPv4, odd ones IPv6. */
#define PACKET_ZOO_ICMP 120
void packet_zoo_icmp(struct packet *p, u32 i);

#endif /* _KUNIT_PACKET_H */
