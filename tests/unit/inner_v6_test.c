// SPDX-License-Identifier: GPL-2.0
/* Inner IPv6 packets of every kind, whole, malformed and in pieces. */
#include "inner_v6.h"
#include "prng.h"

#define IP_SRC	(OFF + 8)
#define IP_DST	(OFF + 24)

static void test_inner_v6_plain(void)
{
	static const u8 protos[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(protos); i++) {
		struct packet p = inner(NULL, 0, protos[i], 10);
		struct mgl_flow flow;

		CHECK_EQ(parse(&p, &flow, "plain"), MGL_REASON_NONE,
			 "protocol %u", protos[i]);
		check_addr(&flow.saddr, packet_saddr_v6);
		check_addr(&flow.daddr, packet_daddr_v6);
		CHECK_EQ(ntohs(flow.sport), PACKET_SPORT, "protocol %u",
			 protos[i]);
		CHECK_EQ(ntohs(flow.dport), PACKET_DPORT, "protocol %u",
			 protos[i]);
		CHECK_EQ(flow.proto, protos[i], "protocol %u", protos[i]);
		CHECK_EQ(flow.len, p.len - OFF, "protocol %u", protos[i]);
		CHECK(!flow.new_conn, "protocol %u", protos[i]);
	}
}

/* The other half of the byte is a part of the traffic class. */
static void test_inner_v6_version(void)
{
	struct mgl_flow flow;
	u32 first;

	for (first = 0; first <= 255; first++) {
		struct packet p = inner(NULL, 0, IPPROTO_TCP, 10);

		p.b[OFF] = first;
		CHECK_EQ(parse(&p, &flow, "version"), first >> 4 == 6 ?
			 MGL_REASON_NONE : MGL_REASON_INNER_HEADER,
			 "first byte %#x", first);
	}
}

static void test_inner_v6_protocols(void)
{
	struct mgl_flow flow;
	u32 proto, payload;

	for (proto = 0; proto <= 255; proto++)
		for (payload = 0; payload <= 40; payload++) {
			struct packet p = { .len = OFF };

			packet_ipv6(&p, proto, payload);
			packet_fill(&p, 0x55, payload);
			parse(&p, &flow, "protocol");
			p.len = IP_EXT;
			packet_fill(&p, 0, payload);
			parse(&p, &flow, "protocol, zeroes");
		}
}

static void test_inner_v6_icmp(void)
{
	struct mgl_flow flow;
	u32 n;

	for (n = 0; n <= ARRAY_SIZE(walked); n++) {
		struct packet p = inner(walked, n, IPPROTO_ICMPV6, 8);

		CHECK_EQ(parse(&p, &flow, "ICMPv6"), MGL_REASON_INNER_ICMP,
			 "behind %u headers", n);
		p = inner(walked, n, IPPROTO_ICMP, 8);
		CHECK_EQ(parse(&p, &flow, "ICMP"), MGL_REASON_NONE,
			 "behind %u headers", n);
		CHECK_EQ(flow.proto, IPPROTO_ICMP, "behind %u headers", n);
	}
}

/* Shorter and longer than the buffer, and 0 with and without GSO. */
static void test_inner_v6_payload_length(void)
{
	static const u8 protos[] = { 0, 1, 6, 17, 58, 59, 132 };
	struct mgl_flow flow;
	u32 i, len;

	for (i = 0; i < ARRAY_SIZE(protos) * 2; i++) {
		struct packet p = inner(walked, i & 1 ? 3 : 0, protos[i / 2], 30);

		for (len = 0; len <= 0xffff; len += len < 200 ? 1 : 97) {
			packet_set16(&p, IP_LEN, len);
			parse(&p, &flow, "payload length");
			parse_gso(&p, &flow, "payload length, GSO");
		}
	}
}

static void test_inner_v6_padding(void)
{
	static const struct { u8 proto; u16 least; } l4[] = {
		{ IPPROTO_TCP, 20 }, { IPPROTO_UDP, 8 }, { IPPROTO_SCTP, 16 },
	};
	struct mgl_flow flow;
	u32 i, len;

	for (i = 0; i < ARRAY_SIZE(l4); i++)
		for (len = 0; len <= 40; len++) {
			struct packet p = inner(NULL, 0, l4[i].proto, 40);

			packet_set16(&p, IP_LEN, len);
			CHECK_EQ(parse(&p, &flow, "padding"),
				 len < l4[i].least ? MGL_REASON_INNER_L4 :
				 MGL_REASON_NONE, "protocol %u, %u bytes",
				 l4[i].proto, len);
		}
}

static void test_inner_v6_mapped(void)
{
	static const u8 mapped[16] = {
		[10] = 0xff, [11] = 0xff, [12] = 203, [14] = 113, [15] = 9,
	};
	static const u32 at[] = { IP_SRC, IP_DST };
	struct mgl_flow flow;
	u32 i, k, bit;

	for (i = 0; i < ARRAY_SIZE(at); i++) {
		struct packet p = inner(NULL, 0, IPPROTO_TCP, 0);

		for (k = 0; k < sizeof(mapped); k++)
			p.b[at[i] + k] = mapped[k];
		CHECK_EQ(parse(&p, &flow, "mapped"), MGL_REASON_INNER_HEADER,
			 "offset %u", at[i]);
		for (bit = 0; bit < 96; bit++) {
			struct packet other = p;

			other.b[at[i] + bit / 8] ^= 0x80 >> bit % 8;
			CHECK_EQ(parse(&other, &flow, "not mapped"),
				 MGL_REASON_NONE, "offset %u, bit %u", at[i],
				 bit);
		}
	}
}

/* Without a length, and with nothing in it: a packet of 40 bytes. */
static void test_inner_v6_no_payload(void)
{
	struct packet p = inner(NULL, 0, IPPROTO_NONE, 0);
	struct mgl_flow flow;

	CHECK_EQ(parse(&p, &flow, "nothing"), MGL_REASON_NONE, "empty");
	CHECK_EQ(flow.len, 40, "empty");
	p = inner(NULL, 0, IPPROTO_TCP, 0);
	packet_set16(&p, IP_LEN, 0);
	CHECK_EQ(parse(&p, &flow, "TCP"), MGL_REASON_INNER_L4, "no TCP");
}

static void zoo(struct packet *p, u32 i)
{
	*p = (struct packet){ .len = OFF };
	packet_zoo_v6(p, i);
}

static void test_inner_v6_truncated(void)
{
	struct mgl_flow flow;
	struct packet p;
	u32 i;

	for (i = 0; i < PACKET_ZOO_V6; i++) {
		zoo(&p, i);
		for (; p.len >= IP_EXT; p.len--) {
			struct packet fixed = p;

			parse(&p, &flow, "truncated");
			parse_gso(&p, &flow, "truncated, GSO");
			/* The same, with a payload length that fits. */
			packet_set16(&fixed, IP_LEN, p.len - IP_EXT);
			parse(&fixed, &flow, "short");
		}
	}
}

static void test_inner_v6_pieces(void)
{
	struct mgl_flow flow;
	struct packet p;
	u32 i, a, b;

	for (i = 0; i < PACKET_ZOO_V6; i++) {
		zoo(&p, i);
		for (a = 0; a <= p.len; a++)
			for (b = a; b <= p.len; b += 1 + (b - a) / 8) {
				u32 cuts[] = { a, b };

				parse_at(shim_skb_new(p.b, p.len, cuts, 2),
					 p.b, &flow, "cut in three");
			}
		parse_at(packet_skb_bytes(&p), p.b, &flow, "in bytes");
	}
}

static void test_inner_v6_random(void)
{
	struct mgl_flow flow;
	u64 state = 61;
	u32 i, k;

	for (i = 0; i < 300000; i++) {
		struct packet p;
		struct sk_buff *skb;

		zoo(&p, i % PACKET_ZOO_V6);
		for (k = prng_below(&state, 4); k; k--)
			p.b[OFF + prng_below(&state, p.len - OFF)] =
				prng(&state);
		p.len -= prng_below(&state, p.len - IP_EXT + 1);
		skb = packet_skb_cut(&p, prng_below(&state, p.len + 1));
		skb->gso = !prng_below(&state, 4);
		parse_at(skb, p.b, &flow, "random");
	}
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_inner_v6_plain,
		  "addresses, ports, protocol and length of plain TCP, UDP and SCTP packets are read"),
	KTAP_CASE(test_inner_v6_version,
		  "a version other than 6 is malformed"),
	KTAP_CASE(test_inner_v6_protocols,
		  "every protocol with every short payload is parsed as the oracle does"),
	KTAP_CASE(test_inner_v6_icmp,
		  "ICMPv6 is ICMP, ICMP for IPv4 is a protocol without ports"),
	KTAP_CASE(test_inner_v6_payload_length,
		  "every payload length, with and without GSO, is parsed as the oracle does"),
	KTAP_CASE(test_inner_v6_padding,
		  "padding behind the payload length is not read as part of a header"),
	KTAP_CASE(test_inner_v6_mapped,
		  "an IPv4-mapped source or destination is malformed, and no other is"),
	KTAP_CASE(test_inner_v6_no_payload,
		  "a payload length of 0 without the option means no payload"),
	KTAP_CASE(test_inner_v6_truncated,
		  "packets truncated at every byte are parsed as the oracle does"),
	KTAP_CASE(test_inner_v6_pieces,
		  "packets cut in pieces at any bytes are parsed as whole ones"),
	KTAP_CASE(test_inner_v6_random,
		  "randomly changed packets are parsed as the oracle does"),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
