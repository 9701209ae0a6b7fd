// SPDX-License-Identifier: GPL-2.0
/* Inner IPv6 packets of every kind, whole, malformed and in pieces. */
#include <linux/in6.h>

#include "ktap.h"
#include "oracle.h"
#include "prng.h"
#include "skb.h"

/* Bytes in front of the inner header: outer IPv4 and GRE. */
#define OFF 24

/* Offsets into the inner packet. */
#define IP_LEN	(OFF + 4)
#define IP_NEXT	(OFF + 6)
#define IP_SRC	(OFF + 8)
#define IP_DST	(OFF + 24)
#define IP_EXT	(OFF + 40)

/* Headers in front of the transport header. */
#define EXTENSIONS_MAX 12

static const u8 walked[] = {
	IPPROTO_HOPOPTS, IPPROTO_DSTOPTS, IPPROTO_ROUTING, IPPROTO_FRAGMENT,
};

/* Parse, compare with the oracle, and free the buffer. */
static enum mgl_reason parse_at(struct sk_buff *skb, const u8 *bytes,
				struct mgl_flow *flow, const char *what)
{
	enum mgl_reason result;
	const char *error;

	error = oracle_check_flow_v6(skb, bytes, OFF, flow, &result);
	CHECK(!error, "%s, length %u, %u parts: %s", what, skb->len,
	      skb->n_frags, error);
	shim_skb_free(skb);
	return result;
}

static enum mgl_reason parse(const struct packet *p, struct mgl_flow *flow,
			     const char *what)
{
	return parse_at(packet_skb(p), p->b, flow, what);
}

static enum mgl_reason parse_gso(const struct packet *p, struct mgl_flow *flow,
				 const char *what)
{
	struct sk_buff *skb = packet_skb(p);

	skb->gso = true;
	return parse_at(skb, p->b, flow, what);
}

static struct packet inner(const u8 *types, u32 n, u8 proto, u16 payload)
{
	struct packet p = { .len = OFF };

	packet_inner_v6(&p, types, n, proto, payload);
	return p;
}

static void check_addr(const struct mgl_addr *got, const u32 want[4])
{
	u32 i;

	for (i = 0; i < 4; i++)
		CHECK_EQ(ntohl(got->w[i]), want[i], "word %u", i);
}

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

/* What ends the walk has no ports, whatever is behind it. */
static void test_inner_v6_end_of_walk(void)
{
	static const u8 ends[] = {
		IPPROTO_AH, IPPROTO_ESP, IPPROTO_NONE, IPPROTO_MH,
		IPPROTO_IPIP, IPPROTO_IPV6, IPPROTO_GRE, 139, 140, 253,
	};
	u32 i, n;

	for (i = 0; i < ARRAY_SIZE(ends); i++)
		for (n = 0; n <= ARRAY_SIZE(walked); n++) {
			struct packet p = inner(walked, n, ends[i], 24);
			struct mgl_flow flow;

			CHECK_EQ(parse(&p, &flow, "end"), MGL_REASON_NONE,
				 "protocol %u", ends[i]);
			CHECK_EQ(flow.proto, ends[i], "%u in front", n);
			CHECK_EQ(flow.sport | flow.dport, 0, "protocol %u",
				 ends[i]);
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

/* One header of every length: the packet ends behind it, or within it. */
static void test_inner_v6_extension_lengths(void)
{
	struct mgl_flow flow;
	u32 i, units;

	for (i = 0; i < ARRAY_SIZE(walked) - 1; i++)
		for (units = 0; units <= 255; units++) {
			u32 size = 8 * (units + 1);
			struct packet p = { .len = OFF };

			packet_ipv6(&p, walked[i], size + 20);
			packet_extension(&p, IPPROTO_TCP, units);
			packet_tcp(&p, 5, PACKET_SYN);
			CHECK_EQ(parse(&p, &flow, "length"), MGL_REASON_NONE,
				 "header %u, %u units", walked[i], units);
			CHECK_EQ(ntohs(flow.dport), PACKET_DPORT,
				 "header %u, %u units", walked[i], units);
			CHECK(flow.new_conn, "header %u, %u units", walked[i],
			      units);
			CHECK_EQ(flow.len, 40 + size + 20,
				 "header %u, %u units", walked[i], units);

			packet_set16(&p, IP_LEN, size - 1);
			CHECK_EQ(parse(&p, &flow, "a byte is missing"),
				 MGL_REASON_INNER_EXTENSIONS,
				 "header %u, %u units", walked[i], units);
			packet_set16(&p, IP_LEN, size);
			CHECK_EQ(parse(&p, &flow, "nothing behind"),
				 MGL_REASON_INNER_L4, "header %u, %u units",
				 walked[i], units);
		}
}

static void test_inner_v6_extension_limit(void)
{
	struct mgl_flow flow;
	u32 i, n, k;

	for (i = 1; i < ARRAY_SIZE(walked); i++)
		for (n = 0; n <= 20; n++) {
			struct packet p;
			u8 types[20];

			for (k = 0; k < n; k++)
				types[k] = walked[i];
			p = inner(types, n, IPPROTO_UDP, 0);
			CHECK_EQ(parse(&p, &flow, "many"), n <= EXTENSIONS_MAX ?
				 MGL_REASON_NONE : MGL_REASON_INNER_EXTENSIONS,
				 "%u headers %u", n, walked[i]);
		}
}

/* A chain in every order of two and three headers. */
static void test_inner_v6_extension_order(void)
{
	struct mgl_flow flow;
	u32 i;

	for (i = 0; i < 64; i++) {
		u8 types[] = { walked[i % 4], walked[i / 4 % 4], walked[i / 16] };
		bool late = types[1] == IPPROTO_HOPOPTS ||
			    types[2] == IPPROTO_HOPOPTS;
		struct packet p = inner(types, 3, IPPROTO_TCP, 0);

		CHECK_EQ(parse(&p, &flow, "order"), late ?
			 MGL_REASON_INNER_EXTENSIONS : MGL_REASON_NONE,
			 "%u %u %u", types[0], types[1], types[2]);
		p = inner(types, 2, IPPROTO_UDP, 0);
		late = types[1] == IPPROTO_HOPOPTS;
		CHECK_EQ(parse(&p, &flow, "order"), late ?
			 MGL_REASON_INNER_EXTENSIONS : MGL_REASON_NONE,
			 "%u %u", types[0], types[1]);
	}
}

/* Bits 1 and 2, the reserved byte and the identification do not count. */
static void test_inner_v6_fragment(void)
{
	static const u8 types[] = { IPPROTO_FRAGMENT, IPPROTO_DSTOPTS };
	struct mgl_flow flow;
	u32 frag;

	for (frag = 0; frag <= 0xffff; frag++) {
		struct packet p = inner(types, 2, IPPROTO_TCP, 0);

		p.b[IP_EXT + 1] = frag;
		packet_set16(&p, IP_EXT + 2, frag);
		packet_set16(&p, IP_EXT + 6, 0xabcd);
		CHECK_EQ(parse(&p, &flow, "fragment"), frag & 0xfff9 ?
			 MGL_REASON_INNER_FRAGMENT : MGL_REASON_NONE, "word %#x",
			 frag);
	}
}

/* What the first fragment lacks of its headers is in the others. */
static void test_inner_v6_first_fragment_short(void)
{
	static const u8 types[] = { IPPROTO_FRAGMENT, IPPROTO_DSTOPTS };
	struct packet p = inner(types, 2, IPPROTO_TCP, 0);
	struct mgl_flow flow;
	u32 len;

	packet_set16(&p, IP_EXT + 2, 1);
	for (len = 0; len <= p.len - IP_EXT; len++) {
		packet_set16(&p, IP_LEN, len);
		CHECK_EQ(parse(&p, &flow, "short"), len < 8 ?
			 MGL_REASON_INNER_EXTENSIONS :
			 MGL_REASON_INNER_FRAGMENT, "%u bytes", len);
	}
}

/* The destination on the wire counts, and the backend does the rest. */
static void test_inner_v6_routing(void)
{
	static const u8 types[] = { IPPROTO_ROUTING };
	struct mgl_flow flow;
	u32 type, left;

	for (type = 0; type <= 255; type++)
		for (left = 0; left <= 255; left += 51) {
			struct packet p = inner(types, 1, IPPROTO_TCP, 0);

			p.b[IP_EXT + 2] = type;
			p.b[IP_EXT + 3] = left;
			CHECK_EQ(parse(&p, &flow, "routing"), MGL_REASON_NONE,
				 "type %u, %u left", type, left);
			check_addr(&flow.daddr, packet_daddr_v6);
			CHECK_EQ(ntohs(flow.dport), PACKET_DPORT,
				 "type %u, %u left", type, left);
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

/* A packet with a payload length of 0 and these bytes of options. */
static struct packet jumbo(const u8 *options, u32 n)
{
	u32 units = (n + 2 + 7) / 8 - 1;
	struct packet p = { .len = OFF };
	u32 i;

	packet_ipv6(&p, IPPROTO_HOPOPTS, 0);
	packet_extension(&p, IPPROTO_TCP, units);
	for (i = 0; i < n; i++)
		p.b[IP_EXT + 2 + i] = options[i];
	packet_tcp(&p, 5, PACKET_ACK);
	return p;
}

static void test_inner_v6_jumbogram(void)
{
	static const u8 first[] = { 0xc2, 4, 0, 1, 0, 0 };
	static const u8 padded[] = { 0, 1, 1, 0, 0xc2, 4, 0, 1, 0, 0 };
	static const u8 at_end[] = { 1, 6, 0, 0, 0, 0, 0, 0, 0xc2, 4, 0, 1, 0, 0 };
	static const u8 eighth[] = { 0, 0, 0, 0, 0, 0, 0, 0xc2, 4, 0, 1, 0, 0 };
	static const u8 ninth[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0xc2, 4, 0, 1, 0, 0 };
	static const u8 odd[] = { 0xc2, 5, 0, 1, 0, 0, 0 };
	static const u8 cut[] = { 0, 0, 0xc2, 4, 0, 1 };
	static const u8 hidden[] = { 1, 4, 0xc2, 4, 0, 1 };
	static const u8 none[] = { 0x05, 2, 0, 0, 0, 0 };
	static const struct {
		const char *what;
		const u8 *options;
		u32 n;
		bool is;
	} t[] = {
		{ "first", first, sizeof(first), true },
		{ "behind padding", padded, sizeof(padded), true },
		{ "up to the end", at_end, sizeof(at_end), true },
		{ "eighth", eighth, sizeof(eighth), true },
		{ "ninth", ninth, sizeof(ninth), false },
		{ "of another length", odd, sizeof(odd), false },
		{ "cut by the header's end", cut, sizeof(cut), false },
		{ "within another option", hidden, sizeof(hidden), false },
		{ "not there", none, sizeof(none), false },
	};
	struct mgl_flow flow;
	u32 i, len;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		struct packet p = jumbo(t[i].options, t[i].n);
		u32 header = 8 * (p.b[IP_EXT + 1] + 1);
		u32 payload = p.len - IP_EXT;

		CHECK_EQ(parse(&p, &flow, t[i].what), t[i].is ?
			 MGL_REASON_INNER_JUMBOGRAM :
			 MGL_REASON_INNER_EXTENSIONS, "%s", t[i].what);
		CHECK_EQ(parse_gso(&p, &flow, t[i].what), MGL_REASON_NONE,
			 "%s, GSO", t[i].what);
		CHECK_EQ(flow.len, p.len - OFF, "%s, GSO", t[i].what);
		/* With a length the option is the backend's to refuse. */
		packet_set16(&p, IP_LEN, payload);
		CHECK_EQ(parse(&p, &flow, t[i].what), MGL_REASON_NONE,
			 "%s, with a length", t[i].what);
		packet_set16(&p, IP_LEN, 0);
		for (len = 0; len < header; len++) {
			p.len = IP_EXT + len;
			CHECK_EQ(parse(&p, &flow, t[i].what),
				 MGL_REASON_INNER_EXTENSIONS, "%s, %u bytes",
				 t[i].what, len);
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

static void test_inner_v6_big_tcp(void)
{
	enum { LEN = OFF + 200000 };
	static const u8 option[] = { 0xc2, 4, 0, 3, 0x0d, 0x18 };
	static u8 bytes[LEN];
	struct mgl_flow flow;
	struct sk_buff *skb;
	u32 i, old;

	for (old = 0; old <= 1; old++) {
		struct packet p = old ? jumbo(option, sizeof(option)) :
				  inner(NULL, 0, IPPROTO_TCP, 0);

		packet_set16(&p, IP_LEN, 0);
		for (i = 0; i < p.len; i++)
			bytes[i] = p.b[i];
		skb = shim_skb_new(bytes, LEN, NULL, 0);
		skb->gso = true;
		CHECK_EQ(parse_at(skb, bytes, &flow, "GSO"), MGL_REASON_NONE,
			 "option %u", old);
		CHECK_EQ(flow.len, LEN - OFF, "option %u", old);
		CHECK_EQ(ntohs(flow.dport), PACKET_DPORT, "option %u", old);
		skb = shim_skb_new(bytes, LEN, NULL, 0);
		CHECK_EQ(parse_at(skb, bytes, &flow, "no GSO"), old ?
			 MGL_REASON_INNER_JUMBOGRAM : MGL_REASON_INNER_L4,
			 "option %u", old);
	}
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
	KTAP_CASE(test_inner_v6_end_of_walk,
		  "AH, ESP, no-next-header and unknown headers have no ports and end the walk"),
	KTAP_CASE(test_inner_v6_icmp,
		  "ICMPv6 is ICMP, ICMP for IPv4 is a protocol without ports"),
	KTAP_CASE(test_inner_v6_payload_length,
		  "every payload length, with and without GSO, is parsed as the oracle does"),
	KTAP_CASE(test_inner_v6_padding,
		  "padding behind the payload length is not read as part of a header"),
	KTAP_CASE(test_inner_v6_extension_lengths,
		  "extension headers of every length are skipped, and must be within the packet"),
	KTAP_CASE(test_inner_v6_extension_limit,
		  "12 extension headers are skipped, 13 are too many"),
	KTAP_CASE(test_inner_v6_extension_order,
		  "extension headers come in any order, but hop-by-hop options come first"),
	KTAP_CASE(test_inner_v6_fragment,
		  "a packet is a fragment if it has an offset or more fragments follow"),
	KTAP_CASE(test_inner_v6_first_fragment_short,
		  "a fragment may end within the headers behind its fragment header"),
	KTAP_CASE(test_inner_v6_routing,
		  "a routing header of any type, with any segments left, is skipped"),
	KTAP_CASE(test_inner_v6_mapped,
		  "an IPv4-mapped source or destination is malformed, and no other is"),
	KTAP_CASE(test_inner_v6_jumbogram,
		  "a payload length of 0 with a jumbo payload option is a jumbogram unless GSO"),
	KTAP_CASE(test_inner_v6_no_payload,
		  "a payload length of 0 without the option means no payload"),
	KTAP_CASE(test_inner_v6_big_tcp,
		  "a payload length of 0 is all there is of a GSO packet, with or without the option"),
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
