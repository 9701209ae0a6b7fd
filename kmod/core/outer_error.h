/* SPDX-License-Identifier: GPL-2.0 */
/* ICMP errors about GRE packets, as routers on the way to a backend send. Pure. */
#ifndef _MGL_OUTER_ERROR_H
#define _MGL_OUTER_ERROR_H

#include <linux/types.h>

#include "addr.h"

struct mgl_packet;

/**
 * struct mgl_outer_error - an ICMP error that quotes a GRE packet
 * @too_big: the packet was too big for the path; otherwise it did not reach its
 *	destination
 * @has_inner: the quote goes on to the inner destination
 * @inner_v6: the quoted inner packet is IPv6; valid if @has_inner
 * @mtu: MTU of the path, in bytes; valid if @too_big
 * @quote: offset of the quoted outer header from the start of the error, in bytes
 * @len: length of the quoted packet as its header has it, in bytes
 * @gre: offset of the quoted GRE header
 * @inner: offset of the quoted inner header; valid if @has_inner
 * @from: quoted outer source
 * @to: quoted outer destination
 * @dst: quoted inner destination; valid if @has_inner
 */
struct mgl_outer_error {
	bool too_big;
	bool has_inner;
	bool inner_v6;
	u32 mtu;
	u32 quote;
	u32 len;
	u32 gre;
	u32 inner;
	struct mgl_addr from;
	struct mgl_addr to;
	struct mgl_addr dst;
};

bool mgl_outer_error_parse_v4(const struct mgl_packet *p, u32 off,
			      struct mgl_outer_error *e);
bool mgl_outer_error_parse_v6(const struct mgl_packet *p, u32 off,
			      struct mgl_outer_error *e);

#endif /* _MGL_OUTER_ERROR_H */
