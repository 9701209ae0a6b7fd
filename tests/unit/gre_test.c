// SPDX-License-Identifier: GPL-2.0
/* GRE headers of every kind, whole, cut short and in pieces. */
#include <linux/if_ether.h>

#include "ktap.h"
#include "oracle.h"
#include "prng.h"
#include "skb.h"

/* Bytes in front of the GRE header: an outer IPv4 header. */
#define OFF 20

/* Parse, compare with the oracle, and free the buffer. */
static enum mgl_reason parse(struct sk_buff *skb, const u8 *bytes, u32 off,
			      struct mgl_gre *gre, const char *what)
{
	enum mgl_reason result;
	const char *error;

	error = oracle_check_gre(skb, bytes, off, gre, &result);
	CHECK(!error, "%s, flags %#x, length %u, %u parts: %s", what,
	      bytes[off] << 8 | bytes[off + 1], skb->len, skb->n_frags, error);
	shim_skb_free(skb);
	return result;
}

static void test_gre_plain(void)
{
	static const struct { u16 flags; u32 bytes; } good[] = {
		{ 0x0000, 4 }, { 0x8000, 8 }, { 0x2000, 8 }, { 0x1000, 8 },
		{ 0xa000, 12 }, { 0x9000, 12 }, { 0x3000, 12 }, { 0xb000, 16 },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		struct packet p = { .len = OFF };
		struct mgl_gre gre;

		packet_gre(&p, good[i].flags, i & 1 ? ETH_P_IPV6 : ETH_P_IP);
		packet_fill(&p, 0x45, 40);
		CHECK_EQ(parse(packet_skb(&p), p.b, OFF, &gre, "plain"),
			 MGL_REASON_NONE, "flags %#x", good[i].flags);
		CHECK_EQ(gre.inner, OFF + good[i].bytes, "flags %#x",
			 good[i].flags);
		CHECK_EQ(ntohs(gre.proto), i & 1 ? ETH_P_IPV6 : ETH_P_IP,
			 "flags %#x", good[i].flags);
		CHECK_EQ(gre.reason, MGL_REASON_NONE, "flags %#x",
			 good[i].flags);
	}
}

/* The bytes behind decide where a list of source routes ends. */
static void test_gre_flags(void)
{
	static const u8 behind[] = { 0, 1, 0x45, 0xff };
	struct mgl_gre gre;
	u32 flags, i;

	for (flags = 0; flags <= 0xffff; flags++)
		for (i = 0; i < ARRAY_SIZE(behind); i++) {
			struct packet p = { .len = OFF };

			packet_16(&p, flags);
			packet_16(&p, ETH_P_IP);
			packet_fill(&p, behind[i], 40);
			parse(packet_skb(&p), p.b, OFF, &gre, "flag word");
		}
}

static void test_gre_protocols(void)
{
	struct mgl_gre gre;
	u32 proto;

	for (proto = 0; proto <= 0xffff; proto++) {
		bool ours = proto == ETH_P_IP || proto == ETH_P_IPV6;
		struct packet p = { .len = OFF };

		packet_gre(&p, 0x3000, proto);
		packet_fill(&p, 0, 20);
		CHECK_EQ(parse(packet_skb(&p), p.b, OFF, &gre, "protocol"),
			 ours ? MGL_REASON_NONE : MGL_REASON_GRE_PROTOCOL,
			 "protocol %#x", proto);
	}
}

static void test_gre_truncated(void)
{
	struct mgl_gre gre;
	u32 i, len;

	for (i = 0; i < PACKET_GRE_MIXES; i++) {
		struct packet p = { .len = OFF };
		u32 whole;

		packet_16(&p, packet_gre_mix(i));
		packet_16(&p, ETH_P_IP);
		packet_fill(&p, 0, 40);
		whole = p.len;
		for (len = OFF; len <= whole; len++) {
			p.len = len;
			parse(packet_skb(&p), p.b, OFF, &gre, "truncated");
		}
	}
}

static void test_gre_pieces(void)
{
	struct mgl_gre gre;
	u32 i, cut;

	for (i = 0; i < PACKET_GRE_MIXES; i++) {
		struct packet p = { .len = OFF };

		packet_16(&p, packet_gre_mix(i));
		packet_16(&p, ETH_P_IP);
		packet_fill(&p, 0, 28);
		for (cut = 0; cut <= p.len; cut++)
			parse(packet_skb_cut(&p, cut), p.b, OFF, &gre,
			      "cut in two");
		parse(packet_skb_bytes(&p), p.b, OFF, &gre, "in bytes");
	}
}

/* A list of @n entries of @length bytes each, with or without its end. */
static void packet_routes(struct packet *p, u32 n, u8 length, bool end)
{
	u32 i;

	packet_gre(p, 0x4000, ETH_P_IP);
	for (i = 0; i < n; i++) {
		packet_16(p, 0x0800);
		packet_8(p, 0);
		packet_8(p, length);
		packet_fill(p, 0, length);
	}
	if (end)
		packet_32(p, 0);
}

static void test_gre_routes(void)
{
	static const u8 lengths[] = { 0, 1, 4, 5, 128, 255 };
	struct mgl_gre gre;
	u32 n, i, whole;

	for (n = 0; n <= 20; n++)
		for (i = 0; i < ARRAY_SIZE(lengths) * 2; i++) {
			bool end = i & 1, ends = end && n <= 7;
			struct packet p = { .len = OFF };
			enum mgl_reason result;

			/* 0xff: what follows is not an end by chance. */
			packet_routes(&p, n, lengths[i / 2], end);
			whole = p.len;
			packet_fill(&p, 0xff, 20);
			result = parse(packet_skb(&p), p.b, OFF, &gre,
				       "routes");
			CHECK_EQ(result, ends ? MGL_REASON_NONE :
				 MGL_REASON_GRE_TRUNCATED, "%u routes", n);
			if (!ends)
				continue;
			CHECK_EQ(gre.inner, whole, "%u routes", n);
			CHECK_EQ(gre.reason, MGL_REASON_GRE_ROUTING,
				 "%u routes", n);
		}
}

static void test_gre_routes_truncated(void)
{
	struct mgl_gre gre;
	u32 n, len, cut;

	for (n = 0; n <= 9; n++) {
		struct packet p = { .len = OFF };
		u32 whole;

		packet_routes(&p, n, n, true);
		whole = p.len;
		for (cut = 0; cut <= whole; cut++)
			parse(packet_skb_cut(&p, cut), p.b, OFF, &gre,
			      "routes cut in two");
		parse(packet_skb_bytes(&p), p.b, OFF, &gre,
		      "routes in bytes");
		for (len = OFF; len <= whole; len++) {
			p.len = len;
			parse(packet_skb(&p), p.b, OFF, &gre,
			      "routes truncated");
		}
	}
}

/* A length that points far beyond the buffer must not be believed. */
static void test_gre_route_length(void)
{
	struct mgl_gre gre;
	u32 length;

	for (length = 0; length <= 255; length++) {
		struct packet p = { .len = OFF };

		packet_gre(&p, 0x4000, ETH_P_IP);
		packet_16(&p, 0x0800);
		packet_8(&p, 0);
		packet_8(&p, length);
		packet_fill(&p, 0, 40);
		CHECK_EQ(parse(packet_skb(&p), p.b, OFF, &gre, "route"),
			 length <= 36 ? MGL_REASON_NONE : MGL_REASON_GRE_TRUNCATED,
			 "length %u", length);
	}
}

static void test_gre_version_1(void)
{
	static const struct { u16 flags; u32 bytes; } pptp[] = {
		{ 0x2001, 8 }, { 0x3001, 12 }, { 0x2081, 12 }, { 0x3081, 16 },
		{ 0x2082, 8 },
	};
	struct mgl_gre gre;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(pptp); i++) {
		struct packet p = { .len = OFF };

		packet_gre(&p, pptp[i].flags, ETH_P_IP);
		packet_fill(&p, 0, 40);
		CHECK_EQ(parse(packet_skb(&p), p.b, OFF, &gre, "version 1"),
			 MGL_REASON_NONE, "flags %#x", pptp[i].flags);
		CHECK_EQ(gre.reason, MGL_REASON_GRE_VERSION, "flags %#x",
			 pptp[i].flags);
		CHECK_EQ(gre.inner, OFF + pptp[i].bytes, "flags %#x",
			 pptp[i].flags);
	}
}

static void test_gre_offset(void)
{
	struct mgl_gre gre;
	u32 off;

	/* An outer header with options, or of IPv6 with extensions. */
	for (off = 0; off <= 128; off++) {
		struct packet p = { .len = off };

		packet_gre(&p, 0xb000, ETH_P_IP);
		packet_fill(&p, 0, 20);
		CHECK_EQ(parse(packet_skb(&p), p.b, off, &gre, "offset"),
			 MGL_REASON_NONE, "offset %u", off);
		CHECK_EQ(gre.inner, off + 16, "offset %u", off);
	}
}

static void test_gre_random(void)
{
	struct mgl_gre gre;
	u64 state = 21;
	u32 i, k;

	for (i = 0; i < 300000; i++) {
		struct packet p = { .len = OFF };

		packet_16(&p, prng(&state));
		packet_16(&p, prng_below(&state, 8) ? ETH_P_IP : 0x880b);
		k = prng_below(&state, 90);
		while (k--)
			packet_8(&p, prng_below(&state, 3) ? 0 :
				 prng(&state));
		p.len -= prng_below(&state, p.len - OFF);
		parse(packet_skb_cut(&p, prng_below(&state, p.len + 1)), p.b,
		      OFF, &gre, "random");
	}
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_gre_plain,
		  "GRE headers with any of checksum, key and sequence number are read"),
	KTAP_CASE(test_gre_flags,
		  "every flag word is parsed as the oracle does"),
	KTAP_CASE(test_gre_protocols,
		  "IPv4 and IPv6 are taken, every other protocol is refused"),
	KTAP_CASE(test_gre_truncated,
		  "headers truncated at every byte are parsed as the oracle does"),
	KTAP_CASE(test_gre_pieces,
		  "headers cut in pieces at any byte are parsed as whole ones"),
	KTAP_CASE(test_gre_routes,
		  "source routes are skipped up to the limit, and refused beyond it or without an end"),
	KTAP_CASE(test_gre_routes_truncated,
		  "source routes truncated or cut at every byte are parsed as the oracle does"),
	KTAP_CASE(test_gre_route_length,
		  "a source route longer than the packet is refused as truncated"),
	KTAP_CASE(test_gre_version_1,
		  "version 1 (PPTP) is named as the reason, and its header length is known"),
	KTAP_CASE(test_gre_offset,
		  "the header is read at any offset"),
	KTAP_CASE(test_gre_random,
		  "random headers are parsed as the oracle does"),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
