/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What oracle.h is to inner packets, for what is around them: extension headers
 * in front of GRE, and ICMP errors about GRE packets. From flat bytes, by the
 * figures of the RFCs.
 */
#ifndef _UNIT_OUTER_ORACLE_H
#define _UNIT_OUTER_ORACLE_H

#include <linux/skbuff.h>

#include "extension.h"
#include "outer_error.h"

/*
 * Run mgl_chain_skip() resp. mgl_outer_error_parse_v4() or _v6() on the @skb that
 * holds @bytes, and compare. What is parsed starts at @off: extension headers, of
 * which the first is of the type that @c says; or the ICMP header.
 *
 * Return: NULL, or what is wrong, for a diagnostic.
 */
const char *oracle_check_chain(const struct sk_buff *skb, const u8 *bytes,
			       u32 off, struct mgl_chain *c,
			       enum mgl_chain_end *end);
const char *oracle_check_error_v4(const struct sk_buff *skb, const u8 *bytes,
				  u32 off, struct mgl_outer_error *e, bool *is);
const char *oracle_check_error_v6(const struct sk_buff *skb, const u8 *bytes,
				  u32 off, struct mgl_outer_error *e, bool *is);

#endif /* _UNIT_OUTER_ORACLE_H */
