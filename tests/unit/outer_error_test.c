// SPDX-License-Identifier: GPL-2.0
/* ICMP errors about GRE packets: which are heeded, and what they quote. */
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/in6.h>

#include "ktap.h"
#include "outer_oracle.h"
#include "skb.h"

/* Bytes in front of the ICMP header: an IP header. */
#define OFF 20

#define QUOTE	(OFF + 8)
#define GRE(v6)	(QUOTE + ((v6) ? 40 : 20))

/* Parse, compare with the oracle, and free the buffer. */
static bool parse(struct sk_buff *skb, const u8 *bytes, bool v6,
		  struct mgl_outer_error *e)
{
	const char *error;
	bool is;

	error = v6 ? oracle_check_error_v6(skb, bytes, OFF, e, &is) :
		     oracle_check_error_v4(skb, bytes, OFF, e, &is);
	CHECK(!error, "IPv%d, length %u, %u parts: %s", v6 ? 6 : 4, skb->len,
	      skb->n_frags, error);
	shim_skb_free(skb);
	return is;
}

static bool parse_packet(const struct packet *p, bool v6,
			 struct mgl_outer_error *e)
{
	return parse(packet_skb(p), p->b, v6, e);
}

/*
 * "Too big" of MTU 1300 about a GRE packet with @flags, in @ihl words of IPv4
 * header, or IPv6 behind @n destination options.
 */
static struct packet too_big(bool v6, u32 options, u16 flags)
{
	struct packet p = { .len = OFF };
	u32 i;

	packet_16(&p, v6 ? 0x0200 : 0x0304);
	packet_16(&p, 0);
	packet_32(&p, 1300);
	if (v6) {
		packet_ipv6(&p, options ? IPPROTO_DSTOPTS : IPPROTO_GRE, 1460);
		for (i = 1; i <= options; i++)
			packet_extension(&p, i < options ? IPPROTO_DSTOPTS :
					 IPPROTO_GRE, 0);
	} else {
		packet_ipv4(&p, 5 + options, IPPROTO_GRE, 1480 - 4 * options);
	}
	packet_gre(&p, flags, v6 ? ETH_P_IPV6 : ETH_P_IP);
	if (v6)
		packet_inner_v6(&p, NULL, 0, IPPROTO_UDP, 8);
	else
		packet_inner(&p, IPPROTO_UDP, 8);
	return p;
}

static void test_error_types(void)
{
	struct mgl_outer_error e;
	u32 type, code;

	for (type = 0; type <= 255; type++)
		for (code = 0; code <= 255; code++) {
			struct packet p = too_big(false, 0, 0);
			bool is;

			packet_set16(&p, OFF, type << 8 | code);
			is = parse_packet(&p, false, &e);
			CHECK_EQ(is, type == 3, "type %u code %u", type, code);
			if (is)
				CHECK_EQ(e.too_big, code == 4, "code %u", code);
			p = too_big(true, 0, 0);
			packet_set16(&p, OFF, type << 8 | code);
			is = parse_packet(&p, true, &e);
			CHECK_EQ(is, type == 1 || type == 2 ||
				 (type == 4 && code == 1), "type %u code %u",
				 type, code);
			if (is)
				CHECK_EQ(e.too_big, type == 2, "type %u", type);
		}
}

static void test_error_fields(void)
{
	struct mgl_outer_error e;
	u32 n;

	for (n = 0; n <= 10; n++) {
		struct packet p = too_big(false, n, 0);
		bool is = parse_packet(&p, false, &e);

		CHECK(is && e.has_inner && !e.inner_v6, "%u words of options",
		      n);
		CHECK_EQ(e.mtu, 1300, "%u words of options", n);
		CHECK_EQ(e.len, 1500, "%u words of options", n);
		CHECK_EQ(e.gre, GRE(false) + 4 * n, "%u words of options", n);
		CHECK_EQ(e.inner, e.gre + 4, "%u words of options", n);
		CHECK_EQ(ntohl(mgl_addr_to_v4(&e.dst)), PACKET_DADDR,
			 "%u words of options", n);
	}
	for (n = 0; n <= 12; n++) {
		struct packet p = too_big(true, n, 0);
		bool is = parse_packet(&p, true, &e);

		CHECK(is && e.has_inner && e.inner_v6, "%u extensions", n);
		CHECK_EQ(e.len, 1500, "%u extensions", n);
		CHECK_EQ(e.gre, GRE(true) + 8 * n, "%u extensions", n);
		CHECK_EQ(e.inner, e.gre + 4, "%u extensions", n);
	}
}

/* An MTU of IPv6 has four bytes, one of IPv4 the last two of them. */
static void test_error_mtu(void)
{
	struct mgl_outer_error e;
	u32 family;

	for (family = 0; family < 2; family++) {
		struct packet p = too_big(family, 0, 0);

		packet_set32(&p, OFF + 4, 0x12345678);
		CHECK(parse_packet(&p, family, &e), "IPv%u", 4 + 2 * family);
		CHECK_EQ(e.mtu, family ? 0x12345678 : 0x5678, "IPv%u",
			 4 + 2 * family);
	}
}

/* Routers quote as much as they choose: the inner header may not be there. */
static void test_error_cut(void)
{
	struct mgl_outer_error e;
	u32 family, len;

	for (family = 0; family < 2; family++) {
		struct packet p = too_big(family, 1, 0x2000);
		u32 ip = family ? 40 : 20, least = QUOTE + ip + 8 * family;
		u32 gre = least + (family ? 0 : 4);

		for (len = p.len; len >= OFF; len--) {
			bool is;

			p.len = len;
			is = parse_packet(&p, family, &e);
			/* Options of IPv4 need not be there, as GRE need not. */
			CHECK_EQ(is, len >= (family ? least : QUOTE + 20),
				 "%u bytes", len);
			if (is)
				CHECK_EQ(e.has_inner, len >= gre + 8 + ip,
					 "%u bytes", len);
			parse(packet_skb_bytes(&p), p.b, family, &e);
		}
	}
}

static void test_error_not_gre(void)
{
	struct mgl_outer_error e;
	u32 i;

	for (i = 0; i <= 255; i++) {
		struct packet p = too_big(false, 0, 0);

		p.b[QUOTE + 9] = i;
		CHECK_EQ(parse_packet(&p, false, &e), i == IPPROTO_GRE,
			 "protocol %u", i);
		p = too_big(false, 0, 0);
		p.b[QUOTE] = i;
		CHECK_EQ(parse_packet(&p, false, &e), i >= 0x45 && i <= 0x4f,
			 "first byte %#x", i);
		p = too_big(true, 0, 0);
		p.b[QUOTE] = i;
		CHECK_EQ(parse_packet(&p, true, &e), i >> 4 == 6,
			 "first byte %#x", i);
	}
}

static void test_error_no_inner(void)
{
	static const u8 mapped[] = {
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
	struct mgl_outer_error e;
	u32 i, family;

	for (i = 0; i < PACKET_GRE_MIXES; i++)
		for (family = 0; family < 2; family++) {
			struct packet p = too_big(family, 0, 0);

			packet_set16(&p, GRE(family), packet_gre_mix(i));
			CHECK(parse_packet(&p, family, &e), "mix %u", i);
			if (packet_gre_mix(i) & 0x4007)
				CHECK(!e.has_inner, "mix %u", i);
		}
	for (i = 0; i <= 0xffff; i++) {
		struct packet p = too_big(false, 0, 0);

		packet_set16(&p, QUOTE + 6, i);
		CHECK(parse_packet(&p, false, &e), "fragment %#x", i);
		CHECK_EQ(e.has_inner, !(i & 0x1fff), "fragment %#x", i);
	}
	for (i = 0; i <= 0xffff; i++) {
		struct packet p = too_big(true, 1, 0);

		p.b[QUOTE + 6] = IPPROTO_FRAGMENT;
		packet_set16(&p, GRE(true) + 2, i);
		CHECK(parse_packet(&p, true, &e), "fragment %#x", i);
		CHECK_EQ(e.has_inner, !(i & 0xfff8), "fragment %#x", i);
	}
	for (family = 0; family < 2; family++) {
		struct packet p = too_big(family, 0, 0);

		p.b[GRE(family) + 4] ^= 0x20;
		CHECK(parse_packet(&p, family, &e), "another version inside");
		CHECK(!e.has_inner, "another version inside");
	}
	for (i = 0; i < sizeof(mapped); i++) {
		struct packet p = too_big(true, 0, 0);
		u32 k;

		for (k = 0; k < sizeof(mapped); k++)
			p.b[GRE(true) + 4 + 24 + k] = mapped[k];
		CHECK(parse_packet(&p, true, &e), "mapped");
		CHECK(!e.has_inner, "a mapped destination");
		p.b[GRE(true) + 4 + 24 + i] ^= 1;
		CHECK(parse_packet(&p, true, &e), "nearly mapped");
		CHECK(e.has_inner, "byte %u is of no mapped address", i);
	}
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_error_types,
		  "of all types and codes, unreachable and too big are heeded"),
	KTAP_CASE(test_error_fields,
		  "GRE and inner header are found behind options and extension headers"),
	KTAP_CASE(test_error_mtu, "the MTU has two bytes, or four in IPv6"),
	KTAP_CASE(test_error_cut,
		  "a quote may end anywhere behind the quoted outer header"),
	KTAP_CASE(test_error_not_gre,
		  "what is quoted has to be GRE in the error's own family"),
	KTAP_CASE(test_error_no_inner,
		  "fragments, other GRE and other versions have no inner destination"),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
