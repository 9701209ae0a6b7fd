/* SPDX-License-Identifier: GPL-2.0 */
/* Packets to parse, written byte by byte as they are on the wire. */
#ifndef _UNIT_PACKET_H
#define _UNIT_PACKET_H

#include <linux/skbuff.h>

#define PACKET_MAX 6144

struct packet {
	u32 len;
	u8 b[PACKET_MAX];
};

/* Of the inner packets below. */
#define PACKET_SADDR 0xc6336407	/* 198.51.100.7 */
#define PACKET_DADDR 0xcb007109	/* 203.0.113.9 */
#define PACKET_SPORT 0xa1b2
#define PACKET_DPORT 0x01bb

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_ACK 0x10

void packet_8(struct packet *p, u8 val);
void packet_16(struct packet *p, u16 val);
void packet_32(struct packet *p, u32 val);
void packet_fill(struct packet *p, u8 val, u32 n);
/* Overwrite two bytes at @off. */
void packet_set16(struct packet *p, u32 off, u16 val);

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

/* Linear. */
struct sk_buff *packet_skb(const struct packet *p);
/* In two parts, cut before byte @cut. */
struct sk_buff *packet_skb_cut(const struct packet *p, u32 cut);
/* With every byte in a fragment of its own. */
struct sk_buff *packet_skb_bytes(const struct packet *p);

#endif /* _UNIT_PACKET_H */
