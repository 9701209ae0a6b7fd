// SPDX-License-Identifier: GPL-2.0
/* Fragments of inner packets: of every offset and length, and cut short. */
#include <linux/in.h>
#include <linux/in6.h>

#include "ktap.h"
#include "oracle.h"
#include "prng.h"
#include "skb.h"

/* Bytes in front of the inner header: outer IPv4 and GRE. */
#define OFF 24

#define WORD_V4	(OFF + 6)
#define ID_V4	(OFF + 4)
#define WORD_V6	(OFF + 40 + 2)
#define ID_V6	(OFF + 40 + 4)

static const u8 protos[] = {
	IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP, IPPROTO_ICMP, IPPROTO_ICMPV6,
	IPPROTO_ESP,
};

static const u8 fragment_type[] = { IPPROTO_FRAGMENT };

/* A fragment with @payload bytes behind the start of a transport header. */
static struct packet make(bool v6, u8 proto, u16 payload, u16 word)
{
	struct packet p = { .len = OFF };

	if (v6)
		packet_inner_v6(&p, fragment_type, 1, proto, payload);
	else
		packet_inner(&p, proto, payload);
	packet_set16(&p, v6 ? WORD_V6 : WORD_V4, word);
	return p;
}

/* Parse, compare with the oracle, and free the buffer. */
static struct oracle_fragment parse_skb(struct sk_buff *skb, const u8 *bytes,
					bool v6, const char *what)
{
	struct oracle_fragment o;
	const char *error;

	error = oracle_check_fragment(skb, bytes, OFF, v6, &o);
	CHECK(!error, "%s, length %u, %u parts: %s", what, skb->len,
	      skb->n_frags, error);
	shim_skb_free(skb);
	return o;
}

static struct oracle_fragment parse(const struct packet *p, bool v6,
				    const char *what)
{
	return parse_skb(packet_skb(p), p->b, v6, what);
}

static void test_fragment_words(void)
{
	struct oracle_fragment o;
	struct packet p;
	u32 v6, i, word;

	for (v6 = 0; v6 < 2; v6++)
		for (i = 0; i < ARRAY_SIZE(protos); i++)
			for (word = 1; word <= 0xffff; word++) {
				p = make(v6, protos[i], 12, word);
				o = parse(&p, v6, "word");
				if (o.reason)
					continue;
				CHECK_EQ(o.f.offset, v6 ? word & 0xfff8 :
					 (word & 0x1fff) * 8, "word %#x", word);
			}
}

/* As a sender makes them: 96 bytes of UDP, the last fragment at 64. */
static void test_fragment_fields(void)
{
	struct oracle_fragment o;
	struct packet p;
	u32 v6;

	for (v6 = 0; v6 < 2; v6++) {
		p = make(v6, IPPROTO_UDP, 24, v6 ? 64 : 8);
		packet_set16(&p, v6 ? ID_V6 : ID_V4, 0xabcd);
		o = parse(&p, v6, "last");
		CHECK_EQ(o.reason, MGL_REASON_NONE, "last");
		CHECK_EQ(o.f.offset, 64, "last");
		CHECK_EQ(o.f.payload_len, 32, "last");
		CHECK_EQ(o.f.payload, p.len - 32, "last");
		CHECK_EQ(o.f.tuple.proto, IPPROTO_UDP, "last");
		CHECK_EQ(o.f.tuple.len, p.len - OFF, "last");
		CHECK_EQ(o.f.tuple.sport, 0, "last");

		p = make(v6, IPPROTO_UDP, 24, v6 ? 1 : 0x2000);
		o = parse(&p, v6, "first");
		CHECK_EQ(o.first, MGL_REASON_NONE, "first");
		CHECK_EQ(ntohs(o.flow.sport), PACKET_SPORT, "first");
		CHECK_EQ(ntohs(o.flow.dport), PACKET_DPORT, "first");
	}
}

/* Every length of a first fragment, and of one that says there are more. */
static void test_fragment_lengths(void)
{
	struct oracle_fragment o;
	struct packet p;
	u32 v6, i, len;

	for (v6 = 0; v6 < 2; v6++)
		for (i = 0; i < ARRAY_SIZE(protos); i++)
			for (len = 0; len <= 80; len++) {
				p = make(v6, protos[i], 60, v6 ? 1 : 0x2000);
				p.len = OFF + (v6 ? 48 : 20) + len;
				packet_set_length(&p, OFF);
				o = parse(&p, v6, "first");
				CHECK_EQ(o.reason, !len || len % 8 ?
					 MGL_REASON_FRAGMENT_MALFORMED :
					 MGL_REASON_NONE, "%u bytes", len);
				if (!o.reason && protos[i] == IPPROTO_TCP)
					CHECK_EQ(o.first, len < 20 ?
						 MGL_REASON_FRAGMENT_TINY :
						 MGL_REASON_NONE, "%u bytes",
						 len);
			}
}

static void test_fragment_largest(void)
{
	struct oracle_fragment o;
	struct packet p;
	u32 len;

	for (len = 1; len <= 60; len++) {
		/* 20 bytes of header, 65512 in front. */
		p = make(false, IPPROTO_ESP, len, 65480 / 8);
		o = parse(&p, false, "IPv4");
		CHECK_EQ(o.reason, 20 + 65480 + len > 65535 ?
			 MGL_REASON_FRAGMENT_MALFORMED : MGL_REASON_NONE,
			 "%u bytes", len);
		p = make(true, IPPROTO_ESP, len, 65496);
		o = parse(&p, true, "IPv6");
		CHECK_EQ(o.reason, 65496 + len > 65535 ?
			 MGL_REASON_FRAGMENT_MALFORMED : MGL_REASON_NONE,
			 "%u bytes", len);
	}
}

static void test_fragment_second_of_tcp(void)
{
	struct oracle_fragment o;
	struct packet p;
	u32 v6, i;

	for (v6 = 0; v6 < 2; v6++)
		for (i = 0; i < ARRAY_SIZE(protos); i++) {
			p = make(v6, protos[i], 12, v6 ? 8 : 1);
			o = parse(&p, v6, "second");
			CHECK_EQ(o.reason, protos[i] == IPPROTO_TCP ?
				 MGL_REASON_FRAGMENT_TINY : MGL_REASON_NONE,
				 "protocol %u", protos[i]);
		}
}

/* Every chain of three, the fragment header at any place of it. */
static void test_fragment_chains(void)
{
	static const u8 types[] = {
		IPPROTO_HOPOPTS, IPPROTO_DSTOPTS, IPPROTO_ROUTING,
		IPPROTO_FRAGMENT,
	};
	u32 i, word, first = 0;
	struct packet p;

	for (i = 0; i < 64; i++)
		for (word = 1; word < 18; word += 8) {
			u8 chain[] = { types[i & 3], types[i >> 2 & 3],
				       types[i >> 4] };
			u32 at = OFF + 40, k;
			struct oracle_fragment o;

			p = (struct packet){ .len = OFF };
			packet_inner_v6(&p, chain, 3, IPPROTO_UDP, 12);
			for (k = 0; k < 3; k++) {
				if (chain[k] == IPPROTO_FRAGMENT)
					break;
				at += 8 + 8 * p.b[at + 1];
			}
			if (k < 3)
				packet_set16(&p, at + 2, word);
			p.len -= p.len % 8;
			packet_set_length(&p, OFF);
			o = parse(&p, true, "chain");
			first += !o.reason && !o.f.offset && !o.first;
		}
	CHECK(first > 10, "%u with a flow", first);
}

static void test_fragment_truncated(void)
{
	struct packet p, fixed;
	u32 v6, i;

	for (v6 = 0; v6 < 2; v6++)
		for (i = 0; i < ARRAY_SIZE(protos); i++) {
			p = make(v6, protos[i], 30, v6 ? 1 : 0x2000);
			for (; p.len >= OFF + (v6 ? 40u : 20u); p.len--) {
				fixed = p;
				parse(&p, v6, "truncated");
				/* The same, with a length that fits. */
				packet_set_length(&fixed, OFF);
				parse(&fixed, v6, "short");
			}
		}
}

static void test_fragment_pieces(void)
{
	struct packet p;
	u32 v6, i, a, b;

	for (v6 = 0; v6 < 2; v6++)
		for (i = 0; i < ARRAY_SIZE(protos); i++) {
			p = make(v6, protos[i], 20, v6 ? 1 : 0x2000);
			for (a = 0; a <= p.len; a++)
				for (b = a; b <= p.len; b++) {
					u32 cuts[] = { a, b };

					parse_skb(shim_skb_new(p.b, p.len, cuts,
							       2), p.b, v6,
						  "cut in three");
				}
		}
}

static void test_fragment_random(void)
{
	u64 state = 43;
	struct packet p;
	u32 i, k, v6, header;

	for (i = 0; i < 300000; i++) {
		v6 = i % 2;
		header = v6 ? 40 : 20;
		p = make(v6, protos[prng_below(&state, ARRAY_SIZE(protos))],
			 prng_below(&state, 48), prng(&state));
		for (k = prng_below(&state, 4); k; k--)
			p.b[OFF + prng_below(&state, p.len - OFF)] =
				prng(&state);
		p.len -= prng_below(&state, p.len - OFF - header + 1);
		parse_skb(packet_skb_cut(&p, prng_below(&state, p.len + 1)),
			  p.b, v6, "random");
	}
}

static u64 key_of(const struct packet *p, bool v6)
{
	static const siphash_key_t secret = { .key = { 3, 4 } };
	struct oracle_fragment o = parse(p, v6, "key");

	CHECK_EQ(o.reason, MGL_REASON_NONE, "key");
	return mgl_fragment_key(&o.f, &secret);
}

static void test_fragment_key(void)
{
	struct packet p;
	u32 v6, off;
	u64 key;

	for (v6 = 0; v6 < 2; v6++) {
		p = make(v6, IPPROTO_UDP, 12, v6 ? 64 : 8);
		key = key_of(&p, v6);
		p = make(v6, IPPROTO_UDP, 24, v6 ? 129 : 0x2010);
		CHECK_EQ(key_of(&p, v6), key, "another part of the datagram");
		for (off = v6 ? ID_V6 : ID_V4;
		     off < (v6 ? ID_V6 + 4u : ID_V4 + 2u); off++) {
			p.b[off] ^= 1;
			CHECK(key_of(&p, v6) != key, "identification");
			p.b[off] ^= 1;
		}
		for (off = OFF + (v6 ? 8 : 12); off < OFF + (v6 ? 40u : 20u);
		     off++) {
			p.b[off] ^= 1;
			CHECK(key_of(&p, v6) != key, "addresses");
			p.b[off] ^= 1;
		}
		p = make(v6, IPPROTO_SCTP, 12, v6 ? 64 : 8);
		CHECK(key_of(&p, v6) != key, "protocol");
	}
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_fragment_words,
		  "every word of offset and flags is parsed as the oracle does"),
	KTAP_CASE(test_fragment_fields,
		  "place, length, protocol, and the flow of a first fragment are read"),
	KTAP_CASE(test_fragment_lengths,
		  "fragments are multiples of 8 bytes but for the last, and a first one has the transport header"),
	KTAP_CASE(test_fragment_largest,
		  "no fragment ends beyond the largest datagram"),
	KTAP_CASE(test_fragment_second_of_tcp,
		  "no fragment begins in the TCP header"),
	KTAP_CASE(test_fragment_chains,
		  "extension headers on both sides of the fragment header are walked as the oracle does"),
	KTAP_CASE(test_fragment_truncated,
		  "fragments truncated at every byte are parsed as the oracle does"),
	KTAP_CASE(test_fragment_pieces,
		  "fragments cut in pieces at any bytes are parsed as whole ones"),
	KTAP_CASE(test_fragment_random,
		  "randomly changed fragments are parsed as the oracle does"),
	KTAP_CASE(test_fragment_key,
		  "fragments have the same key if they have addresses, protocol and identification in common"),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
