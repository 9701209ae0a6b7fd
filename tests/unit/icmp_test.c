// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP of inner packets: what each kind is about, and what quotes must have and
 * need not have.
 */
#include <linux/in6.h>
#include <stdio.h>
#include <string.h>

#include "icmp.h"
#include "ktap.h"
#include "oracle.h"
#include "prng.h"
#include "skb.h"

/* Bytes of the ICMP packet in front of ICMP, and of the quote. */
#define ICMP(v6)	((v6) ? 40u : 20u)
#define QUOTE(v6)	(ICMP(v6) + 8)

static const u8 ported[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP };
static const u8 errors_v4[] = { 3, 11, 12 };
static const u8 errors_v6[] = { 1, 2, 3, 4 };

/* Parse, compare with the oracle, and free the buffer. */
static enum mgl_reason parse_skb(struct sk_buff *skb, const u8 *bytes,
				 struct mgl_flow *flow, const char *what)
{
	enum mgl_reason result;
	const char *error;

	error = bytes[0] >> 4 == 6 ?
		oracle_check_flow_v6(skb, bytes, 0, flow, &result) :
		oracle_check_flow(skb, bytes, 0, flow, &result);
	CHECK(!error, "%s, length %u, %u parts: %s", what, skb->len,
	      skb->n_frags, error);
	shim_skb_free(skb);
	return result;
}

static enum mgl_reason parse(const struct packet *p, struct mgl_flow *flow,
			     const char *what)
{
	return parse_skb(packet_skb(p), p->b, flow, what);
}

/* An error that quotes a packet of @proto with @n extension headers (IPv6). */
static struct packet error_with(bool v6, const u8 *types, u32 n, u8 proto)
{
	struct packet p = { .len = 0 };
	struct mgl_flow flow;
	u32 size;

	packet_icmp(&p, v6, v6 ? 1 : 3);
	if (v6)
		packet_inner_v6(&p, types, n, proto, 12);
	else
		packet_inner(&p, proto, 12);
	size = proto == IPPROTO_TCP ? 20 : proto == IPPROTO_UDP ? 8 :
	       proto == IPPROTO_SCTP ? 16 : 0;
	packet_quote(&p, 0, size ? p.len - size - 12 : 0);
	parse(&p, &flow, "error");
	return p;
}

static struct packet error_of(bool v6, u8 proto)
{
	return error_with(v6, NULL, 0, proto);
}

/* The flow of a packet of the client's own. */
static struct mgl_flow own_flow(bool v6, u8 proto)
{
	struct packet p = { .len = 0 };
	struct mgl_flow flow;

	if (v6)
		packet_inner_v6(&p, NULL, 0, proto, 12);
	else
		packet_inner(&p, proto, 12);
	CHECK_EQ(parse(&p, &flow, "own"), MGL_REASON_NONE, "protocol %u", proto);
	return flow;
}

/* One flow, under every mask, in every hash. */
static void check_same(const struct mgl_flow *a, const struct mgl_flow *b,
		       const char *what)
{
	static const siphash_key_t secret = { .key = { 3, 4 } };
	u32 affinity;

	for (affinity = 0; affinity < __MAGLEV_AFFINITY_MAX; affinity++) {
		struct mgl_flow x = mgl_flow_mask(a, affinity);
		struct mgl_flow y = mgl_flow_mask(b, affinity);

		CHECK_EQ(mgl_flow_hash(&x, 7), mgl_flow_hash(&y, 7),
			 "%s, affinity %u", what, affinity);
		CHECK_EQ(mgl_flow_key(&x, 5, &secret),
			 mgl_flow_key(&y, 5, &secret), "%s, affinity %u", what,
			 affinity);
		CHECK(!x.new_conn, "%s", what);
		CHECK_EQ(x.pkt_state, MAGLEV_FLOW_ESTABLISHED, "%s", what);
	}
	CHECK_EQ(a->sport, b->sport, "%s", what);
	CHECK_EQ(a->dport, b->dport, "%s", what);
	CHECK_EQ(a->proto, b->proto, "%s", what);
}

static void test_icmp_error(void)
{
	u32 v6, i, t;

	for (v6 = 0; v6 <= 1; v6++)
		for (i = 0; i < ARRAY_SIZE(ported); i++) {
			struct mgl_flow own = own_flow(v6, ported[i]), flow;
			u32 n = v6 ? ARRAY_SIZE(errors_v6) :
				     ARRAY_SIZE(errors_v4);

			for (t = 0; t < n; t++) {
				struct packet p = error_of(v6, ported[i]);

				p.b[ICMP(v6)] = v6 ? errors_v6[t] : errors_v4[t];
				p.b[ICMP(v6) + 1] = 77;
				CHECK_EQ(parse(&p, &flow, "error"),
					 MGL_REASON_NONE, "protocol %u, row %u",
					 ported[i], t);
				check_same(&flow, &own, "error");
				CHECK_EQ(flow.kind, MGL_PKT_ERROR, "row %u", t);
				CHECK_EQ(flow.len, p.len, "row %u", t);
			}
		}
}

/* Whatever the backend sent: it is the client that opens connections. */
static void test_icmp_no_state(void)
{
	u32 v6, byte;

	for (v6 = 0; v6 <= 1; v6++)
		for (byte = 0; byte <= 255; byte++) {
			struct packet p = error_of(v6, IPPROTO_TCP);
			struct packet q = error_of(v6, IPPROTO_SCTP);
			u32 l4 = QUOTE(v6) + ICMP(v6);
			struct mgl_flow flow;

			p.b[l4 + 12] = byte;
			p.b[l4 + 13] = byte;
			q.b[l4 + 12] = byte;
			CHECK_EQ(parse(&p, &flow, "TCP"), MGL_REASON_NONE,
				 "flags %#x", byte);
			CHECK(!flow.new_conn, "flags %#x", byte);
			CHECK_EQ(flow.pkt_state, MAGLEV_FLOW_ESTABLISHED,
				 "flags %#x", byte);
			CHECK_EQ(parse(&q, &flow, "SCTP"), MGL_REASON_NONE,
				 "chunk %u", byte);
			CHECK(!flow.new_conn, "chunk %u", byte);
			CHECK_EQ(flow.pkt_state, MAGLEV_FLOW_ESTABLISHED,
				 "chunk %u", byte);
		}
}

static bool is_one_of(u32 type, const u8 *types, u32 n)
{
	return memchr(types, type, n);
}

static void test_icmp_types(void)
{
	u32 v6, type;

	for (v6 = 0; v6 <= 1; v6++)
		for (type = 0; type <= 255; type++) {
			bool error = v6 ?
				is_one_of(type, errors_v6, sizeof(errors_v6)) :
				is_one_of(type, errors_v4, sizeof(errors_v4));
			bool echo = type == (v6 ? 128 : 8);
			struct packet p = error_of(v6, IPPROTO_UDP);
			struct mgl_flow flow;

			p.b[ICMP(v6)] = type;
			CHECK_EQ(parse(&p, &flow, "type"), error || echo ?
				 MGL_REASON_NONE : MGL_REASON_INNER_ICMP,
				 "IPv6 %u, type %u", v6, type);
			if (error || echo)
				CHECK_EQ(flow.kind, error ? MGL_PKT_ERROR :
					 MGL_PKT_ECHO, "type %u", type);
		}
}

/* From nothing at all to a whole header. Nothing is read of the others. */
static void test_icmp_header_truncated(void)
{
	u32 v6, type, len;

	for (v6 = 0; v6 <= 1; v6++)
		for (type = 0; type <= 255; type++)
			for (len = 0; len <= 8; len++) {
				bool echo = type == (v6 ? 128 : 8);
				bool error = v6 ?
					is_one_of(type, errors_v6, 4) :
					is_one_of(type, errors_v4, 3);
				enum mgl_reason want = MGL_REASON_INNER_ICMP;
				struct packet p = { .len = 0 };
				struct mgl_flow flow;

				if (!len || error || (echo && len < 8))
					want = MGL_REASON_ICMP_MALFORMED;
				else if (echo)
					want = MGL_REASON_NONE;
				packet_icmp(&p, v6, type);
				p.len = ICMP(v6) + len;
				packet_set_length(&p, 0);
				CHECK_EQ(parse(&p, &flow, "short"), want,
					 "IPv6 %u, type %u, %u bytes", v6, type,
					 len);
				/* The same, with bytes behind the packet. */
				packet_fill(&p, 0xee, 60);
				CHECK_EQ(parse(&p, &flow, "padded"), want,
					 "IPv6 %u, type %u, %u bytes", v6, type,
					 len);
			}
}

static void test_icmp_echo(void)
{
	u32 v6, size;

	for (v6 = 0; v6 <= 1; v6++)
		for (size = 0; size <= 1400; size += size < 64 ? 1 : 111) {
			struct packet p = { .len = 0 };
			struct mgl_flow flow;

			packet_icmp(&p, v6, v6 ? 128 : 8);
			packet_fill(&p, 'p', size);
			packet_set_length(&p, 0);
			CHECK_EQ(parse(&p, &flow, "echo"), MGL_REASON_NONE,
				 "%u bytes", size);
			CHECK_EQ(flow.kind, MGL_PKT_ECHO, "%u bytes", size);
			CHECK_EQ(flow.sport | flow.dport, 0, "%u bytes", size);
			CHECK_EQ(flow.proto, v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP,
				 "%u bytes", size);
			CHECK_EQ(flow.len, p.len, "%u bytes", size);
			CHECK(!flow.new_conn, "%u bytes", size);
			CHECK(mgl_icmp_proto(&flow), "%u bytes", size);
		}
}

/* Identifier, sequence number and data are no part of the flow. */
static void test_icmp_echo_reply_quoted(void)
{
	u32 v6;

	for (v6 = 0; v6 <= 1; v6++) {
		u8 proto = v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
		struct packet echo = { .len = 0 }, p;
		struct mgl_flow flow, quoted;
		u32 type;

		packet_icmp(&echo, v6, v6 ? 128 : 8);
		echo.b[v6 ? 23 : 15] ^= 0x40;
		CHECK_EQ(parse(&echo, &flow, "echo"), MGL_REASON_NONE, "echo");
		for (type = 0; type <= 255; type++) {
			bool reply = type == (v6 ? 129 : 0);

			p = error_of(v6, proto);
			p.b[QUOTE(v6) + ICMP(v6)] = type;
			CHECK_EQ(parse(&p, &quoted, "reply"), reply ?
				 MGL_REASON_NONE : MGL_REASON_INNER_ICMP,
				 "type %u", type);
			if (!reply)
				continue;
			check_same(&quoted, &flow, "echo reply");
			CHECK_EQ(quoted.kind, MGL_PKT_ERROR, "echo reply");
			CHECK(mgl_icmp_proto(&quoted), "echo reply");
		}
	}
}

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
	static const u8 types[] = { IPPROTO_FRAGMENT, IPPROTO_DSTOPTS };
	struct packet p = error_of(false, IPPROTO_TCP);
	struct packet q = error_with(true, types, 2, IPPROTO_TCP);
	struct mgl_flow own = own_flow(false, IPPROTO_TCP);
	struct mgl_flow own_v6 = own_flow(true, IPPROTO_TCP);
	struct mgl_flow flow;
	u32 word;

	for (word = 0; word <= 0xffff; word++) {
		packet_set16(&p, QUOTE(0) + 6, word);
		CHECK_EQ(parse(&p, &flow, "fragment"), word & 0x1fff ?
			 MGL_REASON_QUOTED_FRAGMENT : MGL_REASON_NONE,
			 "word %#x", word);
		if (!(word & 0x1fff))
			check_same(&flow, &own, "first fragment");
		packet_set16(&q, QUOTE(1) + 42, word);
		CHECK_EQ(parse(&q, &flow, "fragment"), word & 0xfff8 ?
			 MGL_REASON_QUOTED_FRAGMENT : MGL_REASON_NONE,
			 "word %#x", word);
		if (!(word & 0xfff8))
			check_same(&flow, &own_v6, "first fragment");
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

static void zoo(struct packet *p, u32 i)
{
	*p = (struct packet){ .len = 0 };
	packet_zoo_icmp(p, i);
}

/* So that the tests on it test something. */
static void test_icmp_zoo(void)
{
	u32 count[MGL_REASON_MAX] = {}, i;
	struct mgl_flow flow;
	struct packet p;

	for (i = 0; i < PACKET_ZOO_ICMP; i++) {
		zoo(&p, i);
		count[parse(&p, &flow, "zoo")]++;
	}
	CHECK(count[MGL_REASON_NONE] >= PACKET_ZOO_ICMP / 3, "%u",
	      count[MGL_REASON_NONE]);
	CHECK(count[MGL_REASON_INNER_ICMP], "none");
	CHECK(count[MGL_REASON_ICMP_MALFORMED], "none");
	CHECK(count[MGL_REASON_QUOTED_SOURCE], "none");
	CHECK(count[MGL_REASON_QUOTED_FRAGMENT], "none");
}

static void test_icmp_truncated(void)
{
	struct mgl_flow flow;
	struct packet p;
	u32 i;

	for (i = 0; i < PACKET_ZOO_ICMP; i++) {
		zoo(&p, i);
		for (; p.len >= ICMP(i % 2); p.len--) {
			struct packet fixed = p;

			parse(&p, &flow, "truncated");
			packet_set_length(&fixed, 0);
			parse(&fixed, &flow, "short");
		}
	}
}

static void test_icmp_pieces(void)
{
	struct mgl_flow flow;
	struct packet p;
	u32 i, a, b;

	for (i = 0; i < PACKET_ZOO_ICMP; i++) {
		zoo(&p, i);
		for (a = 0; a <= p.len; a++)
			for (b = a; b <= p.len; b += 1 + (b - a) / 8) {
				u32 cuts[] = { a, b };

				parse_skb(shim_skb_new(p.b, p.len, cuts, 2),
					  p.b, &flow, "cut in three");
			}
		parse_skb(packet_skb_bytes(&p), p.b, &flow, "in bytes");
	}
}

static void test_icmp_random(void)
{
	struct mgl_flow flow;
	u64 state = 71;
	u32 i, k;

	for (i = 0; i < 300000; i++) {
		struct packet p;

		zoo(&p, i % PACKET_ZOO_ICMP);
		/* Behind the version, by which the parser is chosen. */
		for (k = prng_below(&state, 4); k; k--)
			p.b[1 + prng_below(&state, p.len - 1)] = prng(&state);
		p.len -= prng_below(&state, p.len - ICMP(i % 2) + 1);
		if (prng_below(&state, 2))
			packet_set_length(&p, 0);
		parse_skb(packet_skb_cut(&p, prng_below(&state, p.len + 1)),
			  p.b, &flow, "random");
	}
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_icmp_error,
		  "an error of every type is about the flow of the quoted packet, reversed"),
	KTAP_CASE(test_icmp_no_state,
		  "an error neither opens nor closes a flow, whatever the quoted packet did"),
	KTAP_CASE(test_icmp_types,
		  "errors and echo requests are parsed, ICMP of other types is left alone"),
	KTAP_CASE(test_icmp_header_truncated,
		  "errors and echo requests without a whole ICMP header are malformed"),
	KTAP_CASE(test_icmp_echo,
		  "an echo request of any size is a flow without ports"),
	KTAP_CASE(test_icmp_echo_reply_quoted,
		  "an error about an echo reply is about the flow of the echo request"),
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
	KTAP_CASE(test_icmp_quote_lengths,
		  "lengths and checksums in the quoted headers do not matter"),
	KTAP_CASE(test_icmp_quote_extended,
		  "padding and objects behind a quote (RFC 4884) do not matter"),
	KTAP_CASE(test_icmp_quote_protocols,
		  "TCP, UDP and SCTP have ports in a quote, other protocols have none"),
	KTAP_CASE(test_icmp_zoo,
		  "the packets that the following tests change are of each kind"),
	KTAP_CASE(test_icmp_truncated,
		  "packets truncated at every byte are parsed as the oracle does"),
	KTAP_CASE(test_icmp_pieces,
		  "packets cut in pieces at any bytes are parsed as whole ones"),
	KTAP_CASE(test_icmp_random,
		  "randomly changed packets are parsed as the oracle does"),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
