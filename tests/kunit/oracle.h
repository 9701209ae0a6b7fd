/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The result that the parsers must have for a packet, worked out a second time
 * and in another way: from flat bytes, by the figures of the RFCs, with no struct of
 * the kernel and no code of the module. Pure, and compiled in userspace, too.
 */
#ifndef _KUNIT_ORACLE_H
#define _KUNIT_ORACLE_H

#include "flow.h"
#include "gre.h"

struct sk_buff;

/* @p: the @len bytes of GRE header and what is behind it. */
enum mgl_reason oracle_gre(const u8 *p, u32 len, struct mgl_gre *gre);
/* @p: the @len bytes from the inner IPv4 header on, 20 at least. */
enum mgl_reason oracle_flow(const u8 *p, u32 len, bool gso,
			    struct mgl_flow *flow);
/* @p: the @len bytes from the inner IPv6 header on, 40 at least. */
enum mgl_reason oracle_flow_v6(const u8 *p, u32 len, bool gso,
			       struct mgl_flow *flow);
bool oracle_flow_equal(const struct mgl_flow *a, const struct mgl_flow *b);

/*
 * Run mgl_gre_parse(), mgl_inner_parse_v4() resp. mgl_inner_parse_v6() on the
 * @skb that holds @bytes, with the header in question at @off, and compare. For
 * oracle_check_flow() there have to be 20 bytes at @off, and 40 for
 * oracle_check_flow_v6().
 *
 * Return: NULL, or what is wrong, for a diagnostic.
 */
const char *oracle_check_gre(const struct sk_buff *skb, const u8 *bytes,
			     u32 off, struct mgl_gre *gre,
			     enum mgl_reason *result);
const char *oracle_check_flow(const struct sk_buff *skb, const u8 *bytes,
			      u32 off, struct mgl_flow *flow,
			      enum mgl_reason *result);
const char *oracle_check_flow_v6(const struct sk_buff *skb, const u8 *bytes,
				 u32 off, struct mgl_flow *flow,
				 enum mgl_reason *result);

#endif /* _KUNIT_ORACLE_H */
