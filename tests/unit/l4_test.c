// SPDX-License-Identifier: GPL-2.0
/*
 * The state of a flow that TCP flags and SCTP chunks imply, and ICMP, which
 * depends on the version of IP.
 */
#include <linux/in6.h>

#include "ktap.h"
#include "oracle.h"
#include "skb.h"

static enum mgl_reason parse(const struct packet *p, struct mgl_flow *flow,
			      const char *what)
{
	struct sk_buff *skb = packet_skb(p);
	enum mgl_reason result;
	const char *error;

	error = oracle_check_flow(skb, p->b, 0, flow, &result);
	CHECK(!error, "%s: %s", what, error);
	shim_skb_free(skb);
	return result;
}

static void test_l4_state_tcp_syn(void)
{
	struct mgl_flow flow;
	u32 flags;

	for (flags = 0; flags <= 255; flags++) {
		struct packet p = { .len = 0 };

		packet_ipv4(&p, 5, IPPROTO_TCP, 20);
		packet_tcp(&p, 5, flags);
		CHECK_EQ(parse(&p, &flow, "TCP"), MGL_REASON_NONE, "flags %#x",
			 flags);
		CHECK_EQ(flow.new_conn, flags & PACKET_SYN && !(flags & PACKET_ACK),
			 "flags %#x", flags);
	}
}

static void test_l4_state_sctp_init(void)
{
	struct mgl_flow flow;
	u32 type;

	for (type = 0; type <= 255; type++) {
		struct packet p = { .len = 0 };

		packet_ipv4(&p, 5, IPPROTO_SCTP, 16);
		packet_sctp(&p, type);
		CHECK_EQ(parse(&p, &flow, "SCTP"), MGL_REASON_NONE, "chunk %u",
			 type);
		CHECK_EQ(flow.new_conn, type == 1, "chunk %u", type);
	}
}

static void test_l4_state_packet(void)
{
	static const struct { u8 proto, is; enum maglev_flow_state pkt_state; } t[] = {
		{ IPPROTO_TCP, 0x02 /* S */, MAGLEV_FLOW_OPENING },
		{ IPPROTO_TCP, 0x03 /* SF */, MAGLEV_FLOW_OPENING },
		{ IPPROTO_TCP, 0x12 /* S. */, MAGLEV_FLOW_ESTABLISHED },
		{ IPPROTO_TCP, 0x18 /* P. */, MAGLEV_FLOW_ESTABLISHED },
		{ IPPROTO_TCP, 0x00, MAGLEV_FLOW_ESTABLISHED },
		{ IPPROTO_TCP, 0x11 /* F. */, MAGLEV_FLOW_CLOSING },
		{ IPPROTO_TCP, 0x13 /* SF. */, MAGLEV_FLOW_CLOSING },
		{ IPPROTO_TCP, 0x04 /* R */, MAGLEV_FLOW_CLOSED },
		{ IPPROTO_TCP, 0x17 /* SFR. */, MAGLEV_FLOW_CLOSED },
		{ IPPROTO_SCTP, 0 /* DATA */, MAGLEV_FLOW_ESTABLISHED },
		{ IPPROTO_SCTP, 1 /* INIT */, MAGLEV_FLOW_OPENING },
		{ IPPROTO_SCTP, 2 /* INIT ACK */, MAGLEV_FLOW_ESTABLISHED },
		{ IPPROTO_SCTP, 6 /* ABORT */, MAGLEV_FLOW_CLOSED },
		{ IPPROTO_SCTP, 7 /* SHUTDOWN */, MAGLEV_FLOW_CLOSING },
		{ IPPROTO_SCTP, 8 /* ... ACK */, MAGLEV_FLOW_CLOSING },
		{ IPPROTO_SCTP, 10 /* COOKIE ECHO */, MAGLEV_FLOW_ESTABLISHED },
		{ IPPROTO_SCTP, 14 /* ... COMPLETE */, MAGLEV_FLOW_CLOSING },
		{ IPPROTO_UDP, 0, MAGLEV_FLOW_ESTABLISHED },
	};
	struct mgl_flow flow;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		struct packet p = { .len = 0 };

		packet_ipv4(&p, 5, t[i].proto, 20);
		if (t[i].proto == IPPROTO_TCP)
			packet_tcp(&p, 5, t[i].is);
		else if (t[i].proto == IPPROTO_SCTP)
			packet_sctp(&p, t[i].is);
		else
			packet_udp(&p, 12);
		p.len = 40;
		CHECK_EQ(parse(&p, &flow, "state"), MGL_REASON_NONE, "row %u", i);
		CHECK_EQ(flow.pkt_state, t[i].pkt_state, "row %u", i);
	}
}

static enum mgl_reason parse_v6(const struct packet *p, struct mgl_flow *flow)
{
	struct sk_buff *skb = packet_skb(p);
	enum mgl_reason result;
	const char *error;

	error = oracle_check_flow_v6(skb, p->b, 0, flow, &result);
	CHECK(!error, "%s", error);
	shim_skb_free(skb);
	return result;
}

/* All that depends on the version is where the header is. */
static void test_l4_state_v6(void)
{
	struct mgl_flow v4, v6;
	u32 i;

	for (i = 0; i <= 255; i++) {
		struct packet p = { .len = 0 }, q = { .len = 0 };

		packet_ipv4(&p, 5, IPPROTO_TCP, 20);
		packet_tcp(&p, 5, i);
		packet_ipv6(&q, IPPROTO_TCP, 20);
		packet_tcp(&q, 5, i);
		CHECK_EQ(parse(&p, &v4, "TCP"), MGL_REASON_NONE, "flags %#x", i);
		CHECK_EQ(parse_v6(&q, &v6), MGL_REASON_NONE, "flags %#x", i);
		CHECK_EQ(v6.new_conn, v4.new_conn, "flags %#x", i);
		CHECK_EQ(v6.pkt_state, v4.pkt_state, "flags %#x", i);

		p.len = 0;
		packet_ipv4(&p, 5, IPPROTO_SCTP, 16);
		packet_sctp(&p, i);
		q.len = 0;
		packet_ipv6(&q, IPPROTO_SCTP, 16);
		packet_sctp(&q, i);
		CHECK_EQ(parse(&p, &v4, "SCTP"), MGL_REASON_NONE, "chunk %u", i);
		CHECK_EQ(parse_v6(&q, &v6), MGL_REASON_NONE, "chunk %u", i);
		CHECK_EQ(v6.new_conn, v4.new_conn, "chunk %u", i);
		CHECK_EQ(v6.pkt_state, v4.pkt_state, "chunk %u", i);
	}
}

static void test_l4_icmp(void)
{
	static const struct { u8 proto; enum mgl_reason v4, v6; } t[] = {
		{ IPPROTO_ICMP, MGL_REASON_INNER_ICMP, MGL_REASON_NONE },
		{ IPPROTO_ICMPV6, MGL_REASON_NONE, MGL_REASON_INNER_ICMP },
	};
	struct mgl_flow flow;
	u32 i, payload;

	for (i = 0; i < ARRAY_SIZE(t); i++)
		for (payload = 1; payload <= 8; payload++) {
			struct packet p = { .len = 0 }, q = { .len = 0 };

			packet_inner(&p, t[i].proto, payload);
			CHECK_EQ(parse(&p, &flow, "ICMP"), t[i].v4,
				 "protocol %u in IPv4", t[i].proto);
			packet_inner_v6(&q, NULL, 0, t[i].proto, payload);
			CHECK_EQ(parse_v6(&q, &flow), t[i].v6,
				 "protocol %u in IPv6", t[i].proto);
		}
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_l4_state_tcp_syn,
		  "a TCP packet opens a connection if it has SYN and not ACK"),
	KTAP_CASE(test_l4_state_sctp_init,
		  "an SCTP packet opens a connection if its first chunk is INIT"),
	KTAP_CASE(test_l4_state_packet,
		  "TCP flags and SCTP chunks imply the documented flow states"),
	KTAP_CASE(test_l4_state_v6,
		  "they imply the same in IPv6 as in IPv4"),
	KTAP_CASE(test_l4_icmp,
		  "ICMP of the other version of IP is a protocol without ports"),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
