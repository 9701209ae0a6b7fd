// SPDX-License-Identifier: GPL-2.0
/* Extension headers of inner IPv6: lengths, order, bound, fragments, jumbograms. */
#include "inner_v6.h"

/* Headers in front of the transport header. */
#define EXTENSIONS_MAX 12

/* What ends the walk has no ports, whatever is behind it. */
static void test_extension_end_of_walk(void)
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

/* One header of every length: the packet ends behind it, or within it. */
static void test_extension_lengths(void)
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

static void test_extension_limit(void)
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
static void test_extension_order(void)
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
static void test_extension_fragment(void)
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
static void test_extension_first_fragment_short(void)
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
static void test_extension_routing(void)
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

static void test_extension_jumbogram(void)
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

static void test_extension_big_tcp(void)
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

static const struct ktap_case cases[] = {
	KTAP_CASE(test_extension_end_of_walk,
		  "AH, ESP, no-next-header and unknown headers have no ports and end the walk"),
	KTAP_CASE(test_extension_lengths,
		  "extension headers of every length are skipped, and must be within the packet"),
	KTAP_CASE(test_extension_limit,
		  "12 extension headers are skipped, 13 are too many"),
	KTAP_CASE(test_extension_order,
		  "extension headers come in any order, but hop-by-hop options come first"),
	KTAP_CASE(test_extension_fragment,
		  "a packet is a fragment if it has an offset or more fragments follow"),
	KTAP_CASE(test_extension_first_fragment_short,
		  "a fragment may end within the headers behind its fragment header"),
	KTAP_CASE(test_extension_routing,
		  "a routing header of any type, with any segments left, is skipped"),
	KTAP_CASE(test_extension_jumbogram,
		  "a payload length of 0 with a jumbo payload option is a jumbogram unless GSO"),
	KTAP_CASE(test_extension_big_tcp,
		  "a payload length of 0 is all there is of a GSO packet, with or without the option"),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
