// SPDX-License-Identifier: GPL-2.0
/* ICMP of inner packets: what each type is about, whole, cut and in pieces. */
#include "icmp.h"
#include "icmp_error.h"
#include "prng.h"

static const u8 errors_v4[] = { 3, 11, 12 };
static const u8 errors_v6[] = { 1, 2, 3, 4 };

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
