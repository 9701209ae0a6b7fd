// SPDX-License-Identifier: GPL-2.0
/*
 * Parse the IP header of an inner packet into its flow. The packet comes from
 * the Internet and is not trusted: each length that determines where to read is
 * checked against the length around it, and every read goes through
 * mgl_packet_read(). Lengths that only the backend uses (those of UDP and of
 * SCTP chunks) are left for the backend to check.
 */
#include <kunit/visibility.h>
#include <linux/export.h>
#include <linux/ip.h>
#include <net/ip.h>

#include "accessor.h"
#include "flow.h"
#include "inner.h"
#include "l4.h"

/**
 * mgl_inner_parse_v4() - parse the flow of an inner IPv4 packet
 * @p: the packet
 * @off: offset of the inner header from the start of @p, in bytes
 * @iph: the first 20 bytes of the inner header, already read by the caller
 * @flow: the flow; valid only if MGL_REASON_NONE is returned
 *
 * Protocols without ports get ports of 0, which match no service. Bytes behind
 * the inner total length are padding and ignored.
 *
 * Context: any. Keeps no pointer into @p and leaves the packet unmodified.
 * Return: MGL_REASON_NONE, or the reason why this packet has no flow.
 */
enum mgl_reason mgl_inner_parse_v4(const struct mgl_packet *p, u32 off,
				   const struct iphdr *iph,
				   struct mgl_flow *flow)
{
	u32 avail = p->len - off;
	u32 hlen = iph->ihl * 4;
	u32 len = ntohs(iph->tot_len);

	/* A GSO packet above 64 KiB has a length field of 0 (BIG TCP). */
	if (!len && p->gso)
		len = avail;
	if (iph->version != 4 || hlen < sizeof(*iph) || len < hlen ||
	    len > avail)
		return MGL_REASON_INNER_HEADER;
	if (ip_is_fragment(iph))
		return MGL_REASON_INNER_FRAGMENT;

	*flow = (struct mgl_flow){
		.saddr = mgl_addr_v4(iph->saddr),
		.daddr = mgl_addr_v4(iph->daddr),
		.proto = iph->protocol,
		.pkt_state = MAGLEV_FLOW_ESTABLISHED,
		.len = len,
	};
	return mgl_l4_parse(p, off + hlen, len - hlen, flow);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_inner_parse_v4);
