// SPDX-License-Identifier: GPL-2.0
/* Quotes of ICMP errors: what they must have, and what does not matter. */
#include "icmp_error.h"

/* With the IP packet's length in accord, and without. */
static void test_icmp_quote_truncated(void)
{
	static const u8 protos[] = {
		IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP, IPPROTO_ICMP,
	};
	u32 v6, i, len;

	for (v6 = 0; v6 <= 1; v6++)
		for (i = 0; i < ARRAY_SIZE(protos); i++) {
			bool icmp = protos[i] == IPPROTO_ICMP;
			struct packet p = error_of(v6, icmp && v6 ?
						   IPPROTO_ICMPV6 : protos[i]);
			u32 l4 = QUOTE(v6) + ICMP(v6);
			struct mgl_flow flow;

			if (icmp)
				p.b[l4] = v6 ? 129 : 0;
			for (len = p.len; len >= QUOTE(v6); len--) {
				struct packet cut = p;

				cut.len = len;
				CHECK_EQ(parse(&cut, &flow, "cut"), len < p.len ?
					 MGL_REASON_INNER_HEADER :
					 MGL_REASON_NONE, "%u bytes", len);
				packet_set_length(&cut, 0);
				CHECK_EQ(parse(&cut, &flow, "cut"), len < l4 + 8 ?
					 MGL_REASON_ICMP_MALFORMED :
					 MGL_REASON_NONE,
					 "IPv6 %u, protocol %u, %u bytes", v6,
					 protos[i], len - QUOTE(v6));
			}
		}
}

static void test_icmp_quote_ip_options(void)
{
	struct mgl_flow own = own_flow(false, IPPROTO_TCP), flow;
	u32 ihl, len;

	for (ihl = 0; ihl <= 15; ihl++) {
		struct packet p = { .len = 0 };
		u32 l4;

		packet_icmp(&p, false, 11);
		packet_ipv4(&p, ihl < 5 ? 5 : ihl, IPPROTO_TCP, 20);
		p.b[QUOTE(0)] = 0x40 | ihl;
		l4 = p.len;
		packet_tcp(&p, 5, PACKET_ACK);
		packet_quote(&p, 0, l4);
		CHECK_EQ(parse(&p, &flow, "options"), ihl < 5 ?
			 MGL_REASON_ICMP_MALFORMED : MGL_REASON_NONE, "IHL %u",
			 ihl);
		if (ihl < 5)
			continue;
		check_same(&flow, &own, "options");
		for (len = QUOTE(0); len < l4 + 8; len++) {
			p.len = len;
			packet_set_length(&p, 0);
			CHECK_EQ(parse(&p, &flow, "options, cut"),
				 MGL_REASON_ICMP_MALFORMED, "IHL %u, %u bytes",
				 ihl, len);
		}
	}
}

static void test_icmp_quote_extensions(void)
{
	static const u8 walked[] = {
		IPPROTO_HOPOPTS, IPPROTO_DSTOPTS, IPPROTO_ROUTING,
		IPPROTO_FRAGMENT,
	};
	struct mgl_flow own = own_flow(true, IPPROTO_UDP), flow;
	u8 many[13];
	u32 n, len;

	for (n = 0; n <= ARRAY_SIZE(walked); n++) {
		struct packet p = error_with(true, walked, n, IPPROTO_UDP);
		u32 l4 = p.len - 20;

		CHECK_EQ(parse(&p, &flow, "extensions"), MGL_REASON_NONE,
			 "%u headers", n);
		check_same(&flow, &own, "extensions");
		for (len = QUOTE(1); len < l4 + 8; len++) {
			p.len = len;
			packet_set_length(&p, 0);
			CHECK_EQ(parse(&p, &flow, "extensions, cut"),
				 MGL_REASON_ICMP_MALFORMED, "%u headers, %u bytes",
				 n, len);
		}
	}
	memset(many, IPPROTO_DSTOPTS, sizeof(many));
	for (n = 11; n <= 13; n++) {
		struct packet p = error_with(true, many, n, IPPROTO_UDP);

		CHECK_EQ(parse(&p, &flow, "many"), n <= 12 ? MGL_REASON_NONE :
			 MGL_REASON_ICMP_MALFORMED, "%u headers", n);
	}
	/* Hop-by-hop options come first. */
	many[1] = IPPROTO_HOPOPTS;
	{
		struct packet p = error_with(true, many, 2, IPPROTO_UDP);

		CHECK_EQ(parse(&p, &flow, "order"), MGL_REASON_ICMP_MALFORMED,
			 "order");
	}
}

static void test_icmp_quote_source(void)
{
	struct mgl_flow flow;
	u32 v6, bit;

	for (v6 = 0; v6 <= 1; v6++)
		for (bit = 0; bit < (v6 ? 128 : 32); bit++) {
			struct packet p = error_of(v6, IPPROTO_TCP);

			p.b[QUOTE(v6) + (v6 ? 8 : 12) + bit / 8] ^=
				0x80 >> bit % 8;
			CHECK_EQ(parse(&p, &flow, "source"),
				 MGL_REASON_QUOTED_SOURCE, "IPv6 %u, bit %u", v6,
				 bit);
		}
	/* Not reversed, as of a packet that a client has sent. */
	for (v6 = 0; v6 <= 1; v6++) {
		struct packet p = error_of(v6, IPPROTO_TCP);

		packet_quote(&p, 0, 0);
		CHECK_EQ(parse(&p, &flow, "not reversed"),
			 MGL_REASON_QUOTED_SOURCE, "IPv6 %u", v6);
	}
}

/* Any other destination is a client. */
static void test_icmp_quote_mapped(void)
{
	static const u8 mapped[16] = {
		[10] = 0xff, [11] = 0xff, [12] = 203, [14] = 113, [15] = 9,
	};
	static const u32 at[] = { QUOTE(1) + 8, QUOTE(1) + 24 };
	struct mgl_flow flow;
	u32 i, k, bit;

	for (i = 0; i < ARRAY_SIZE(at); i++) {
		struct packet p = error_of(true, IPPROTO_TCP);

		for (k = 0; k < sizeof(mapped); k++)
			p.b[at[i] + k] = mapped[k];
		CHECK_EQ(parse(&p, &flow, "mapped"), MGL_REASON_ICMP_MALFORMED,
			 "offset %u", at[i]);
		for (bit = 0; bit < 96; bit++) {
			struct packet other = p;

			other.b[at[i] + bit / 8] ^= 0x80 >> bit % 8;
			CHECK_EQ(parse(&other, &flow, "not mapped"), i ?
				 MGL_REASON_NONE : MGL_REASON_QUOTED_SOURCE,
				 "offset %u, bit %u", at[i], bit);
		}
	}
}

static void test_icmp_quote_version(void)
{
	struct mgl_flow flow;
	u32 v6, version;

	for (v6 = 0; v6 <= 1; v6++)
		for (version = 0; version <= 15; version++) {
			struct packet p = error_of(v6, IPPROTO_TCP);

			p.b[QUOTE(v6)] &= 0x0f;
			p.b[QUOTE(v6)] |= version << 4;
			CHECK_EQ(parse(&p, &flow, "version"),
				 version == (v6 ? 6 : 4) ? MGL_REASON_NONE :
				 MGL_REASON_ICMP_MALFORMED, "IPv6 %u, version %u",
				 v6, version);
		}
}

/* The first fragment has the ports, whether others follow or not. */
static void test_icmp_quote_fragment(void)
{
	struct packet p = error_of(false, IPPROTO_TCP);
	struct mgl_flow own = own_flow(false, IPPROTO_TCP), flow;
	u32 word;

	for (word = 0; word <= 0xffff; word++) {
		packet_set16(&p, QUOTE(0) + 6, word);
		CHECK_EQ(parse(&p, &flow, "fragment"), word & 0x1fff ?
			 MGL_REASON_QUOTED_FRAGMENT : MGL_REASON_NONE,
			 "word %#x", word);
		if (!(word & 0x1fff))
			check_same(&flow, &own, "first fragment");
	}
}

/* Options are on either side of the fragment header, as a sender likes it. */
static void test_icmp_quote_fragment_v6(void)
{
	/* The first option is of 8 bytes, the second of 16. */
	static const struct {
		u8 types[4];
		u32 n, at;
	} chains[] = {
		{ { IPPROTO_FRAGMENT }, 1, 0 },
		{ { IPPROTO_FRAGMENT, IPPROTO_DSTOPTS }, 2, 0 },
		{ { IPPROTO_HOPOPTS, IPPROTO_FRAGMENT }, 2, 8 },
		{ { IPPROTO_DSTOPTS, IPPROTO_FRAGMENT, IPPROTO_DSTOPTS }, 3, 8 },
		{ { IPPROTO_HOPOPTS, IPPROTO_ROUTING, IPPROTO_FRAGMENT,
		    IPPROTO_DSTOPTS }, 4, 24 },
	};
	u32 i, word;

	for (i = 0; i < ARRAY_SIZE(chains); i++) {
		struct packet p = error_with(true, chains[i].types, chains[i].n,
					     IPPROTO_TCP);
		struct mgl_flow own = own_flow(true, IPPROTO_TCP), flow;
		u32 at = QUOTE(1) + 40 + chains[i].at + 2;

		for (word = 0; word <= 0xffff; word++) {
			packet_set16(&p, at, word);
			CHECK_EQ(parse(&p, &flow, "fragment"), word & 0xfff8 ?
				 MGL_REASON_QUOTED_FRAGMENT : MGL_REASON_NONE,
				 "chain %u, word %#x", i, word);
			if (!(word & 0xfff8))
				check_same(&flow, &own, "first fragment");
		}
	}
}

/* Routers have swapped its bytes, or left out the header. */
static void test_icmp_quote_lengths(void)
{
	u32 v6, len;

	for (v6 = 0; v6 <= 1; v6++) {
		struct mgl_flow own = own_flow(v6, IPPROTO_UDP), flow;
		struct packet p = error_of(v6, IPPROTO_UDP);

		for (len = 0; len <= 0xffff; len += 13) {
			packet_set16(&p, QUOTE(v6) + (v6 ? 4 : 2), len);
			/* A UDP length of its own, and a checksum. */
			packet_set16(&p, QUOTE(v6) + ICMP(v6) + 4, len * 3);
			packet_set16(&p, QUOTE(v6) + ICMP(v6) + 6, len * 5);
			if (!v6)
				packet_set16(&p, QUOTE(v6) + 10, len * 7);
			CHECK_EQ(parse(&p, &flow, "length"), MGL_REASON_NONE,
				 "IPv6 %u, length %u", v6, len);
			check_same(&flow, &own, "length");
		}
	}
}

/* RFC 4884: a length, padding, an extension header and an object. */
static void test_icmp_quote_extended(void)
{
	u32 v6, words;

	for (v6 = 0; v6 <= 1; v6++)
		for (words = 0; words <= 255; words++) {
			struct mgl_flow own = own_flow(v6, IPPROTO_UDP), flow;
			struct packet p = error_of(v6, IPPROTO_UDP);

			p.b[ICMP(v6) + (v6 ? 4 : 5)] = words;
			packet_fill(&p, 0, QUOTE(v6) + 128 - p.len);
			packet_32(&p, 0x20000000);
			packet_32(&p, 0x00080101);
			packet_32(&p, 0x00064001);
			packet_set_length(&p, 0);
			CHECK_EQ(parse(&p, &flow, "extended"), MGL_REASON_NONE,
				 "IPv6 %u, %u words", v6, words);
			check_same(&flow, &own, "extended");
			CHECK_EQ(flow.len, p.len, "extended");
		}
}

static void test_icmp_quote_protocols(void)
{
	struct mgl_flow flow;
	u32 v6, proto;

	for (v6 = 0; v6 <= 1; v6++)
		for (proto = 0; proto <= 255; proto++) {
			bool ports = is_one_of(proto, ported, sizeof(ported));
			struct packet p = error_of(v6, IPPROTO_TCP);
			enum mgl_reason result;

			p.b[QUOTE(v6) + (v6 ? 6 : 9)] = proto;
			result = parse(&p, &flow, "protocol");
			/* A type of ICMP in one, and a chain in the other. */
			if (proto == (v6 ? 58 : 1) ||
			    (v6 && (!proto || proto == 43 || proto == 44 ||
				    proto == 60)))
				continue;
			CHECK_EQ(result, MGL_REASON_NONE, "protocol %u", proto);
			CHECK_EQ(flow.proto, proto, "protocol %u", proto);
			CHECK_EQ(flow.kind, MGL_PKT_ERROR, "protocol %u", proto);
			CHECK_EQ(!!(flow.sport | flow.dport), ports,
				 "protocol %u", proto);
		}
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_icmp_quote_truncated,
		  "a quote has its IP header and 8 bytes behind it, or is malformed"),
	KTAP_CASE(test_icmp_quote_ip_options,
		  "IP options in a quote are skipped, and are whole or malformed"),
	KTAP_CASE(test_icmp_quote_extensions,
		  "up to 12 extension headers in a quote are skipped, and are whole or malformed"),
	KTAP_CASE(test_icmp_quote_source,
		  "the source of the quoted packet is the destination of the error, bit by bit"),
	KTAP_CASE(test_icmp_quote_mapped,
		  "IPv4-mapped addresses in a quote are malformed, and no others are"),
	KTAP_CASE(test_icmp_quote_version,
		  "a quote of another version of IP is malformed"),
	KTAP_CASE(test_icmp_quote_fragment,
		  "a quoted first fragment names the flow, any other fragment does not"),
	KTAP_CASE(test_icmp_quote_fragment_v6,
		  "so it does with IPv6 options in front of the fragment header, and behind it"),
	KTAP_CASE(test_icmp_quote_lengths,
		  "lengths and checksums in the quoted headers do not matter"),
	KTAP_CASE(test_icmp_quote_extended,
		  "padding and objects behind a quote (RFC 4884) do not matter"),
	KTAP_CASE(test_icmp_quote_protocols,
		  "TCP, UDP and SCTP have ports in a quote, other protocols have none"),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
