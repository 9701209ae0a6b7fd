/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Super-packets: a GRE packet around many segments of TCP or UDP, as the sender's tunnel or
 * GRO makes it, and what has to hold for each packet that segmentation makes of it.
 */
#ifndef _KUNIT_SUPER_H
#define _KUNIT_SUPER_H

#include "packet.h"
#include "skb.h"

#define SUPER_MSS 500
#define SUPER_HOPS 64
#define GRE_CSUM_FLAG 0x8000
#define GRE_KEY_FLAG 0x2000

/**
 * struct super_form - a kind of packet
 * @v6: the outer header is IPv6
 * @options: and destination options follow, as Linux puts them in front of GRE
 * @inner_v6: the inner header is IPv6
 * @udp: datagrams of UDP inside, in place of segments of TCP
 * @flags: flags of the GRE header
 * @segments: number of segments; one is no super-packet
 * @list: their TCP flags are equal, or GRO would not make a list of them
 */
struct super_form {
	bool v6;
	bool options;
	bool inner_v6;
	bool udp;
	u16 flags;
	u32 segments;
	bool list;
};

/**
 * struct super - a packet
 * @form: of this kind
 * @gre: offset of its GRE header
 * @inner: offset of its inner IP header
 * @l4: offset of its transport header
 * @data: offset of its data
 * @p: the bytes; the transport checksum is that of the pseudo header, the rest is left
 *	to the device
 */
struct super {
	struct super_form form;
	u32 gre;
	u32 inner;
	u32 l4;
	u32 data;
	struct packet p;
};

void super_build(struct super *s, const struct super_form *form);
/* Write the checksums of transport and GRE, as they are on the wire. */
void super_checksums(struct super *s);

/*
 * The buffer, cut behind the transport header, with what GRO and tunnels note about it. Each
 * page, or buffer of a list, holds a segment.
 */
struct test_skb super_skb(struct kunit *test, const struct super *s,
			  enum skb_shape shape);

/*
 * The same as GRO makes it where a device has "rx-gro-list": whole packets behind the
 * first one, with their headers pulled, and no more room in front than they came with.
 */
struct test_skb super_list(struct kunit *test, const struct super *s);

/**
 * struct super_expect - an outer header that is expected
 * @v6: it is IPv6
 * @saddr: outer source, as it is on the wire
 * @daddr: outer destination
 * @i: number of the segment behind it
 */
struct super_expect {
	bool v6;
	const u8 *saddr;
	const u8 *daddr;
	u32 i;
};

/* What is wrong with a packet that was sent, from its outer header on, or NULL. */
const char *super_check(const struct super *s, const struct super_expect *e,
			const u8 *b, u32 len);

#endif /* _KUNIT_SUPER_H */
