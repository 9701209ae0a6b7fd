// SPDX-License-Identifier: GPL-2.0
/* Inner IPv4 packets of every kind, whole, malformed and in pieces. */
#include "ktap.h"
#include "oracle.h"
#include "prng.h"
#include "skb.h"

/* Bytes in front of the inner header: outer IPv4 and GRE. */
#define OFF 24

/* Offsets into the inner packet. */
#define IP_LEN	(OFF + 2)
#define IP_FRAG	(OFF + 6)
#define IP_L4	(OFF + 20)

/* Parse, compare with the oracle, and free the buffer. */
static enum mgl_reason parse_at(struct sk_buff *skb, const u8 *bytes, u32 off,
				 struct mgl_flow *flow, const char *what)
{
	enum mgl_reason result;
	const char *error;

	error = oracle_check_flow(skb, bytes, off, flow, &result);
	CHECK(!error, "%s, length %u, %u parts: %s", what, skb->len,
	      skb->n_frags, error);
	shim_skb_free(skb);
	return result;
}

static enum mgl_reason parse(const struct packet *p, struct mgl_flow *flow,
			      const char *what)
{
	return parse_at(packet_skb(p), p->b, OFF, flow, what);
}

static struct packet inner(u8 proto, u16 payload)
{
	struct packet p = { .len = OFF };

	packet_inner(&p, proto, payload);
	return p;
}

static void test_inner_plain(void)
{
	static const u8 protos[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(protos); i++) {
		struct packet p = inner(protos[i], 10);
		struct mgl_flow flow;

		CHECK_EQ(parse(&p, &flow, "plain"), MGL_REASON_NONE, "protocol %u",
			 protos[i]);
		CHECK(mgl_addr_is_v4(&flow.saddr), "protocol %u", protos[i]);
		CHECK(mgl_addr_is_v4(&flow.daddr), "protocol %u", protos[i]);
		CHECK_EQ(ntohl(mgl_addr_to_v4(&flow.saddr)), PACKET_SADDR,
			 "protocol %u", protos[i]);
		CHECK_EQ(ntohl(mgl_addr_to_v4(&flow.daddr)), PACKET_DADDR,
			 "protocol %u", protos[i]);
		CHECK_EQ(ntohs(flow.sport), PACKET_SPORT, "protocol %u",
			 protos[i]);
		CHECK_EQ(ntohs(flow.dport), PACKET_DPORT, "protocol %u",
			 protos[i]);
		CHECK_EQ(flow.proto, protos[i], "protocol %u", protos[i]);
		CHECK_EQ(flow.len, p.len - OFF, "protocol %u", protos[i]);
		CHECK(!flow.new_conn, "protocol %u", protos[i]);
	}
}

static void test_inner_version_ihl(void)
{
	struct mgl_flow flow;
	u32 first;

	/* Version and IHL, with 60 bytes of header at hand or 20. */
	for (first = 0; first <= 255; first++) {
		struct packet p = inner(IPPROTO_TCP, 100);

		p.b[OFF] = first;
		parse(&p, &flow, "long");
		p = inner(IPPROTO_UDP, 0);
		p.b[OFF] = first;
		parse(&p, &flow, "short");
	}
}

static void test_inner_ip_options(void)
{
	struct mgl_flow flow;
	u8 ihl;

	for (ihl = 5; ihl <= 15; ihl++) {
		struct packet p = { .len = OFF };

		packet_ipv4(&p, ihl, IPPROTO_TCP, 20);
		packet_tcp(&p, 5, PACKET_SYN);
		CHECK_EQ(parse(&p, &flow, "options"), MGL_REASON_NONE, "IHL %u",
			 ihl);
		CHECK_EQ(ntohs(flow.dport), PACKET_DPORT, "IHL %u", ihl);
		CHECK(flow.new_conn, "IHL %u", ihl);
	}
}

static void test_inner_protocols(void)
{
	struct mgl_flow flow;
	u32 proto, payload;

	for (proto = 0; proto <= 255; proto++)
		for (payload = 0; payload <= 24; payload++) {
			struct packet p = { .len = OFF };

			packet_ipv4(&p, 5, proto, payload);
			packet_fill(&p, 0x55, payload);
			parse(&p, &flow, "protocol");
		}
}

/* Shorter and longer than the buffer, and 0 with and without GSO. */
static void test_inner_total_length(void)
{
	static const u8 protos[] = { 0, 1, 6, 17, 132 };
	struct mgl_flow flow;
	u32 i, len;

	for (i = 0; i < ARRAY_SIZE(protos) * 2; i++) {
		struct packet p = inner(protos[i / 2], 30);

		for (len = 0; len <= 0xffff; len += len < 200 ? 1 : 97) {
			struct sk_buff *skb;

			packet_set16(&p, IP_LEN, len);
			skb = packet_skb(&p);
			skb->gso = i & 1;
			parse_at(skb, p.b, OFF, &flow, "total length");
		}
	}
}

static void test_inner_big_tcp(void)
{
	enum { LEN = OFF + 200000 };
	static u8 bytes[LEN];
	struct packet p = inner(IPPROTO_TCP, 0);
	struct mgl_flow flow;
	struct sk_buff *skb;
	u32 i;

	packet_set16(&p, IP_LEN, 0);
	for (i = 0; i < p.len; i++)
		bytes[i] = p.b[i];
	skb = shim_skb_new(bytes, LEN, NULL, 0);
	skb->gso = true;
	CHECK_EQ(parse_at(skb, bytes, OFF, &flow, "GSO"), MGL_REASON_NONE,
		 "length 0 and GSO");
	CHECK_EQ(flow.len, LEN - OFF, "all there is");
	skb = shim_skb_new(bytes, LEN, NULL, 0);
	CHECK_EQ(parse_at(skb, bytes, OFF, &flow, "no GSO"),
		 MGL_REASON_INNER_HEADER, "length 0 without GSO");
}

static void test_inner_padding(void)
{
	static const struct { u8 proto; u16 least; } l4[] = {
		{ IPPROTO_TCP, 20 }, { IPPROTO_UDP, 8 }, { IPPROTO_SCTP, 16 },
	};
	struct mgl_flow flow;
	u32 i, len;

	for (i = 0; i < ARRAY_SIZE(l4); i++)
		for (len = 0; len <= 40; len++) {
			struct packet p = inner(l4[i].proto, 40);

			packet_set16(&p, IP_LEN, 20 + len);
			CHECK_EQ(parse(&p, &flow, "padding"),
				 len < l4[i].least ? MGL_REASON_INNER_L4 :
				 MGL_REASON_NONE, "protocol %u, %u bytes",
				 l4[i].proto, len);
		}
}

static void test_inner_fragment(void)
{
	struct packet p = inner(IPPROTO_TCP, 10);
	struct mgl_flow flow;
	u32 frag;

	for (frag = 0; frag <= 0xffff; frag++) {
		packet_set16(&p, IP_FRAG, frag);
		CHECK_EQ(parse(&p, &flow, "fragment"), frag & 0x3fff ?
			 MGL_REASON_INNER_FRAGMENT : MGL_REASON_NONE, "word %#x",
			 frag);
	}
}

static void test_inner_tcp_header(void)
{
	struct mgl_flow flow;
	u32 doff, flags, payload;

	for (doff = 0; doff <= 15; doff++)
		for (flags = 0; flags <= 255; flags++)
			for (payload = 20; payload <= 64; payload += 4) {
				struct packet p = { .len = OFF };

				packet_ipv4(&p, 5, IPPROTO_TCP, payload);
				packet_tcp(&p, doff, flags);
				p.len = IP_L4 + payload;
				parse(&p, &flow, "TCP");
			}
}

static void zoo(struct packet *p, u32 i)
{
	*p = (struct packet){ .len = OFF };
	packet_zoo(p, i);
}

static void test_inner_truncated(void)
{
	struct mgl_flow flow;
	struct packet p;
	u32 i;

	for (i = 0; i < PACKET_ZOO; i++) {
		zoo(&p, i);
		for (; p.len >= IP_L4; p.len--) {
			struct packet fixed = p;

			parse(&p, &flow, "truncated");
			/* The same, with a total length that fits. */
			packet_set16(&fixed, IP_LEN, p.len - OFF);
			parse(&fixed, &flow, "short");
		}
	}
}

static void test_inner_pieces(void)
{
	struct mgl_flow flow;
	struct packet p;
	u32 i, a, b;

	for (i = 0; i < PACKET_ZOO; i++) {
		zoo(&p, i);
		for (a = 0; a <= p.len; a++)
			for (b = a; b <= p.len; b++) {
				u32 cuts[] = { a, b };

				parse_at(shim_skb_new(p.b, p.len, cuts, 2),
					 p.b, OFF, &flow, "cut in three");
			}
		parse_at(packet_skb_bytes(&p), p.b, OFF, &flow, "in bytes");
	}
}

static void test_inner_random(void)
{
	struct mgl_flow flow;
	u64 state = 31;
	u32 i, k;

	for (i = 0; i < 300000; i++) {
		struct packet p;

		zoo(&p, i % PACKET_ZOO);
		for (k = prng_below(&state, 4); k; k--)
			p.b[OFF + prng_below(&state, p.len - OFF)] =
				prng(&state);
		p.len -= prng_below(&state, p.len - IP_L4 + 1);
		parse_at(packet_skb_cut(&p, prng_below(&state, p.len + 1)),
			 p.b, OFF, &flow, "random");
	}
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_inner_plain,
		  "addresses, ports, protocol and length of plain TCP, UDP and SCTP packets are read"),
	KTAP_CASE(test_inner_version_ihl,
		  "every version and header length is parsed as the oracle does"),
	KTAP_CASE(test_inner_ip_options,
		  "IP options are skipped"),
	KTAP_CASE(test_inner_protocols,
		  "every protocol with every short payload is parsed as the oracle does"),
	KTAP_CASE(test_inner_total_length,
		  "every total length, with and without GSO, is parsed as the oracle does"),
	KTAP_CASE(test_inner_big_tcp,
		  "a total length of 0 is all there is of a GSO packet, and malformed otherwise"),
	KTAP_CASE(test_inner_padding,
		  "padding behind the total length is not read as part of a header"),
	KTAP_CASE(test_inner_fragment,
		  "a packet is a fragment if it has an offset or more fragments follow"),
	KTAP_CASE(test_inner_tcp_header,
		  "every TCP data offset with all flags is parsed as the oracle does"),
	KTAP_CASE(test_inner_truncated,
		  "packets truncated at every byte are parsed as the oracle does"),
	KTAP_CASE(test_inner_pieces,
		  "packets cut in pieces at any bytes are parsed as whole ones"),
	KTAP_CASE(test_inner_random,
		  "randomly changed packets are parsed as the oracle does"),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
