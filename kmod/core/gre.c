// SPDX-License-Identifier: GPL-2.0
/*
 * GRE (RFC 2784, with key and sequence number of RFC 2890). Checksum, key and
 * sequence number are skipped and forwarded as they are: none of them covers
 * the outer header, which is all that is modified.
 *
 * Source routes (RFC 1701) and other versions (PPTP, RFC 2637) are no use to a
 * director. But the module drops only packets that are for one of its VIPs, so
 * it has to find the inner packet behind those, too.
 */
#include <kunit/visibility.h>
#include <linux/if_ether.h>
#include <linux/types.h>
#include <asm/byteorder.h>

#include "accessor.h"
#include "gre.h"

#define GRE_F_CSUM	0x8000
#define GRE_F_ROUTING	0x4000
#define GRE_F_KEY	0x2000
#define GRE_F_SEQ	0x1000
#define GRE_F_ACK	0x0080	/* version 1 only */
#define GRE_F_VERSION	0x0007

/* RFC 1701 does not limit the number of source routes; parsing has to. */
#define SOURCE_ROUTES_MAX 8

struct gre_base {
	__be16 flags;
	__be16 proto;
};

/* Source Route Entry (RFC 1701 section 2); an all-zero one ends the list. */
struct source_route {
	__be16 family;
	u8 offset;
	u8 length;
};

/* Returns the offset behind the source routes, 0 if the list does not end. */
static u32 skip_source_routes(const struct mgl_packet *p, u32 off)
{
	const struct source_route *sre;
	struct source_route _sre;
	int i;

	for (i = 0; i < SOURCE_ROUTES_MAX; i++) {
		sre = mgl_packet_read(p, off, sizeof(_sre), &_sre);
		if (!sre)
			return 0;
		off += sizeof(_sre) + sre->length;
		if (!sre->family && !sre->length)
			return off;
	}
	return 0;
}

/**
 * mgl_gre_parse() - parse the GRE header
 * @p: the packet
 * @off: offset of the GRE header from the start of @p, in bytes
 * @gre: the result; valid only if MGL_REASON_NONE is returned
 *
 * Context: any. Keeps no pointer into @p and leaves the packet unmodified.
 * Return: MGL_REASON_NONE, or the reason why the packet cannot be for a VIP.
 * The packet may end before @gre->inner; the caller has to check that.
 */
enum mgl_reason mgl_gre_parse(const struct mgl_packet *p, u32 off,
			      struct mgl_gre *gre)
{
	const struct gre_base *base;
	struct gre_base _base;
	u16 flags;

	base = mgl_packet_read(p, off, sizeof(_base), &_base);
	if (!base)
		return MGL_REASON_GRE_TRUNCATED;
	flags = be16_to_cpu(base->flags);
	gre->proto = base->proto;
	gre->csum = flags & GRE_F_CSUM;
	gre->reason = MGL_REASON_NONE;
	if (gre->proto != htons(ETH_P_IP) &&
	    gre->proto != htons(ETH_P_IPV6))
		return MGL_REASON_GRE_PROTOCOL;

	off += sizeof(_base);
	/* Either bit adds both fields: checksum and routing offset. */
	if (flags & (GRE_F_CSUM | GRE_F_ROUTING))
		off += 4;
	if (flags & GRE_F_KEY)
		off += 4;
	if (flags & GRE_F_SEQ)
		off += 4;
	if (flags & GRE_F_VERSION) {
		gre->reason = MGL_REASON_GRE_VERSION;
		if ((flags & GRE_F_VERSION) == 1 && (flags & GRE_F_ACK))
			off += 4;
	}
	if (flags & GRE_F_ROUTING) {
		if (!gre->reason)
			gre->reason = MGL_REASON_GRE_ROUTING;
		off = skip_source_routes(p, off);
		if (!off)
			return MGL_REASON_GRE_TRUNCATED;
	}
	gre->inner = off;
	return MGL_REASON_NONE;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_gre_parse);
