/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The result that the parsers must have for a packet, worked out a second time
 * and in another way: from flat bytes, by the figures of the RFCs, with no struct of
 * the kernel and no code of the module. Pure, and compiled in userspace, too.
 */
#ifndef _KUNIT_ORACLE_H
#define _KUNIT_ORACLE_H

#include "core/fragment.h"
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
/**
 * struct oracle_fragment - what there is to say of a fragment
 * @f: the fragment, with offsets from the inner header on
 * @reason: why it is none that a host accepts, or MGL_REASON_NONE
 * @flow: of a first fragment, the flow
 * @first: why it has none, or MGL_REASON_NONE
 */
struct oracle_fragment {
	struct mgl_fragment f;
	enum mgl_reason reason;
	struct mgl_flow flow;
	enum mgl_reason first;
};

/* @p: the @len bytes of a fragment from the inner header on, 20 or 40 at least. */
void oracle_fragment(const u8 *p, u32 len, bool v6, struct oracle_fragment *o);
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
/*
 * The same for the parsers of fragments, on a packet that one of the above has
 * found to be one. @o is what the parsers say, with offsets from @bytes on.
 */
const char *oracle_check_fragment(const struct sk_buff *skb, const u8 *bytes,
				  u32 off, bool v6, struct oracle_fragment *o);

#endif /* _KUNIT_ORACLE_H */
