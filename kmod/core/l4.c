// SPDX-License-Identifier: GPL-2.0
/*
 * Parse the transport header of an inner packet, for ports and for the state
 * that it implies. What is said in inner.c of lengths and reads holds here.
 */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/sctp.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include "accessor.h"
#include "flow.h"
#include "icmp.h"
#include "l4.h"

/*
 * Bytes of a transport header that an ICMP error quotes at least (RFC 792); TCP,
 * UDP and SCTP have their ports in the first four of them.
 */
#define QUOTED_MIN 8

struct ports {
	__be16 source;
	__be16 dest;
};

/* The common header and the type of the first chunk (RFC 9260, section 3). */
struct sctp_start {
	struct sctphdr hdr;
	struct sctp_chunkhdr chunk;
};

static enum mgl_reason parse_tcp(const struct mgl_packet *p, u32 off, u32 len,
				 struct mgl_flow *flow)
{
	const struct tcphdr *th;
	struct tcphdr _th;

	if (len < sizeof(_th))
		return MGL_REASON_INNER_L4;
	th = mgl_packet_read(p, off, sizeof(_th), &_th);
	if (!th || th->doff * 4 < sizeof(_th) || th->doff * 4 > len)
		return MGL_REASON_INNER_L4;

	flow->sport = th->source;
	flow->dport = th->dest;
	flow->new_conn = th->syn && !th->ack;
	if (th->rst)
		flow->pkt_state = MAGLEV_FLOW_CLOSED;
	else if (flow->new_conn)
		flow->pkt_state = MAGLEV_FLOW_OPENING;
	else if (th->fin)
		flow->pkt_state = MAGLEV_FLOW_CLOSING;
	return MGL_REASON_NONE;
}

static enum mgl_reason parse_udp(const struct mgl_packet *p, u32 off, u32 len,
				 struct mgl_flow *flow)
{
	const struct udphdr *uh;
	struct udphdr _uh;

	if (len < sizeof(_uh))
		return MGL_REASON_INNER_L4;
	uh = mgl_packet_read(p, off, sizeof(_uh), &_uh);
	if (!uh)
		return MGL_REASON_INNER_L4;

	flow->sport = uh->source;
	flow->dport = uh->dest;
	return MGL_REASON_NONE;
}

/* Each of these chunks is the first one in its packet. */
static enum maglev_flow_state sctp_state(u8 type)
{
	switch (type) {
	case SCTP_CID_INIT:
		return MAGLEV_FLOW_OPENING;
	case SCTP_CID_SHUTDOWN:
	case SCTP_CID_SHUTDOWN_ACK:
	case SCTP_CID_SHUTDOWN_COMPLETE:
		return MAGLEV_FLOW_CLOSING;
	case SCTP_CID_ABORT:
		return MAGLEV_FLOW_CLOSED;
	default:
		return MAGLEV_FLOW_ESTABLISHED;
	}
}

static enum mgl_reason parse_sctp(const struct mgl_packet *p, u32 off, u32 len,
				  struct mgl_flow *flow)
{
	const struct sctp_start *sh;
	struct sctp_start _sh;

	/* Every SCTP packet has at least one chunk. */
	if (len < sizeof(_sh))
		return MGL_REASON_INNER_L4;
	sh = mgl_packet_read(p, off, sizeof(_sh), &_sh);
	if (!sh)
		return MGL_REASON_INNER_L4;

	flow->sport = sh->hdr.source;
	flow->dport = sh->hdr.dest;
	/* INIT is the only chunk of its packet, so the first one decides. */
	flow->new_conn = sh->chunk.type == SCTP_CID_INIT;
	flow->pkt_state = sctp_state(sh->chunk.type);
	return MGL_REASON_NONE;
}

/**
 * mgl_l4_parse() - parse the transport header of a packet into its flow
 * @p: the packet
 * @off: offset of the transport header from the start of @p, in bytes
 * @len: length of the transport header and what follows it, in bytes
 * @flow: the flow, with its addresses and protocol; ports, state and whether the
 *	packet opens a connection are set where the protocol has them
 *
 * An ICMP error makes it the flow that the error is about, see icmp.c.
 *
 * Protocols without ports keep those of the caller, 0, which match no service.
 * That includes the ICMP of the other family: ICMP in IPv6, ICMPv6 in IPv4.
 *
 * Context: any. Keeps no pointer into @p and leaves the packet unmodified.
 * Return: MGL_REASON_NONE, or the reason why this packet has no flow.
 */
enum mgl_reason mgl_l4_parse(const struct mgl_packet *p, u32 off, u32 len,
			     struct mgl_flow *flow)
{
	switch (flow->proto) {
	case IPPROTO_TCP:
		return parse_tcp(p, off, len, flow);
	case IPPROTO_UDP:
		return parse_udp(p, off, len, flow);
	case IPPROTO_SCTP:
		return parse_sctp(p, off, len, flow);
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		if (!mgl_icmp_proto(flow))
			return MGL_REASON_NONE;
		return mgl_icmp_parse(p, off, len, flow);
	default:
		return MGL_REASON_NONE;
	}
}

/**
 * mgl_l4_parse_quote() - parse the ports in the quote of an ICMP error
 * @p: the packet
 * @off: offset of the quoted transport header from the start of @p, in bytes
 * @len: bytes of the ICMP packet from there on
 * @flow: the flow, with its addresses and protocol; the ports are set where the
 *	protocol has them, reversed: the VIP has sent the quoted packet
 *
 * Routers may quote 8 bytes of the transport header and no more, so nothing but
 * the ports is read, and nothing is said about the state of the flow.
 *
 * Context: any. Keeps no pointer into @p and leaves the packet unmodified.
 * Return: MGL_REASON_NONE, or the reason why the quote names no flow.
 */
enum mgl_reason mgl_l4_parse_quote(const struct mgl_packet *p, u32 off, u32 len,
				   struct mgl_flow *flow)
{
	const struct ports *ports;
	struct ports _ports;

	switch (flow->proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_SCTP:
		break;
	default:
		return MGL_REASON_NONE;
	}
	/* Linux, as other hosts, ignores errors that quote less. */
	if (len < QUOTED_MIN)
		return MGL_REASON_ICMP_MALFORMED;
	ports = mgl_packet_read(p, off, sizeof(_ports), &_ports);
	if (!ports)
		return MGL_REASON_ICMP_MALFORMED;
	flow->sport = ports->dest;
	flow->dport = ports->source;
	return MGL_REASON_NONE;
}
