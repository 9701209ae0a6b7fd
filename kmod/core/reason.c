// SPDX-License-Identifier: GPL-2.0
/* Reasons: a name and a verdict for each. */
#include <kunit/visibility.h>
#include <linux/build_bug.h>
#include <linux/export.h>
#include <linux/kernel.h>

#include "reason.h"

/* The names are ABI. */
static const struct {
	const char *name;
	enum mgl_verdict verdict;
} reasons[] = {
	[MGL_REASON_NONE] = { "none", MGL_ACCEPT },
	[MGL_REASON_AGAIN] = { "again", MGL_ACCEPT },
	[MGL_REASON_HELD] = { "held", MGL_STOLEN },
	[MGL_REASON_FORWARDED] = { "forwarded", MGL_STOLEN },
	[MGL_REASON_LOCAL] = { "forwarded_local", MGL_ACCEPT },
	[MGL_REASON_PEER] = { "forwarded_peer", MGL_STOLEN },
	[MGL_REASON_UNTRUSTED] = { "accept_untrusted", MGL_ACCEPT },
	[MGL_REASON_MARTIAN] = { "accept_martian", MGL_ACCEPT },
	[MGL_REASON_OUTER_FRAGMENT] = { "accept_outer_fragment", MGL_ACCEPT },
	[MGL_REASON_OUTER_HELD] = { "held_outer_fragment", MGL_STOLEN },
	/* The kernel has freed it. */
	[MGL_REASON_OUTER_REASSEMBLY] = { "drop_outer_fragment", MGL_STOLEN },
	[MGL_REASON_OUTER_EXTENSIONS] = { "accept_outer_extensions", MGL_ACCEPT },
	[MGL_REASON_GRE_TRUNCATED] = { "accept_gre_truncated", MGL_ACCEPT },
	[MGL_REASON_GRE_PROTOCOL] = { "accept_gre_protocol", MGL_ACCEPT },
	[MGL_REASON_NOT_VIP] = { "accept_not_vip", MGL_ACCEPT },
	[MGL_REASON_NO_SERVICE] = { "accept_no_service", MGL_ACCEPT },
	[MGL_REASON_INNER_FRAGMENT] = { "accept_inner_fragment", MGL_ACCEPT },
	[MGL_REASON_INNER_ICMP] = { "accept_inner_icmp", MGL_ACCEPT },
	[MGL_REASON_QUOTED_FRAGMENT] = { "accept_quoted_fragment", MGL_ACCEPT },
	[MGL_REASON_GRE_VERSION] = { "drop_gre_version", MGL_DROP },
	[MGL_REASON_GRE_ROUTING] = { "drop_gre_routing", MGL_DROP },
	[MGL_REASON_INNER_HEADER] = { "drop_inner_header", MGL_DROP },
	[MGL_REASON_INNER_EXTENSIONS] = { "drop_inner_extensions", MGL_DROP },
	[MGL_REASON_INNER_JUMBOGRAM] = { "drop_inner_jumbogram", MGL_DROP },
	[MGL_REASON_INNER_L4] = { "drop_inner_l4", MGL_DROP },
	[MGL_REASON_ICMP_MALFORMED] = { "drop_inner_icmp", MGL_DROP },
	[MGL_REASON_QUOTED_SOURCE] = { "drop_quoted_source", MGL_DROP },
	[MGL_REASON_FRAGMENT_MALFORMED] = { "drop_fragment_malformed", MGL_DROP },
	[MGL_REASON_FRAGMENT_TINY] = { "drop_fragment_tiny", MGL_DROP },
	[MGL_REASON_FRAGMENT_REST] = { "drop_fragment_rest", MGL_DROP },
	[MGL_REASON_FRAGMENT_FULL] = { "drop_fragment_full", MGL_DROP },
	[MGL_REASON_FRAGMENT_TIMEOUT] = { "drop_fragment_timeout", MGL_DROP },
	[MGL_REASON_POLICY] = { "drop_ipsec_policy", MGL_DROP },
	[MGL_REASON_NO_BACKEND] = { "drop_no_backend", MGL_DROP },
	[MGL_REASON_REJECTED] = { "drop_rejected", MGL_DROP },
	[MGL_REASON_NO_BACKEND_ACCEPT] = { "accept_no_backend", MGL_ACCEPT },
	[MGL_REASON_OVERLOADED] = { "drop_overloaded", MGL_DROP },
	[MGL_REASON_TTL] = { "drop_ttl", MGL_DROP },
	[MGL_REASON_NO_ROUTE] = { "drop_no_route", MGL_DROP },
	[MGL_REASON_TOO_BIG] = { "drop_too_big", MGL_DROP },
	[MGL_REASON_LRO] = { "drop_lro", MGL_DROP },
	[MGL_REASON_NO_MEMORY] = { "drop_no_memory", MGL_DROP },
};

static_assert(ARRAY_SIZE(reasons) == MGL_REASON_MAX);

/**
 * mgl_reason_name() - get the name of a reason, which is ABI
 * @reason: the reason, below MGL_REASON_MAX
 *
 * Context: any.
 * Return: the name, a static string.
 */
const char *mgl_reason_name(enum mgl_reason reason)
{
	return reasons[reason].name;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_reason_name);

/**
 * mgl_reason_verdict() - get the verdict on a packet
 * @reason: why processing of it ended, below MGL_REASON_MAX
 *
 * The verdict is a property of the reason, so it is the same for a counter
 * wherever that is incremented.
 *
 * Context: any.
 * Return: the verdict.
 */
enum mgl_verdict mgl_reason_verdict(enum mgl_reason reason)
{
	return reasons[reason].verdict;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_reason_verdict);
