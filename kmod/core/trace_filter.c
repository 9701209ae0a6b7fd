// SPDX-License-Identifier: GPL-2.0
/* The match of a traced flow. */
#include <kunit/visibility.h>
#include <linux/export.h>

#include "flow.h"
#include "trace_filter.h"

static bool every_port(const struct mgl_trace_filter *f)
{
	return !f->first && !f->client_port;
}

static bool ports_match(const struct mgl_trace_filter *f,
			const struct mgl_flow *flow)
{
	u16 port = be16_to_cpu(flow->dport);

	return port >= f->first && port <= f->last &&
	       (!f->client_port || f->client_port == flow->sport);
}

/**
 * mgl_trace_filter_match() - check whether a flow is to be traced
 * @f: the filter
 * @flow: the flow, not masked; of an ICMP error that of the packet it quotes
 * @has_ports: the ports of @flow are known; fragments other than the first, and
 *	packets whose transport header is malformed, have none
 *
 * A packet without ports matches only if every port does: it may be one of
 * another flow between the same addresses.
 *
 * Context: any.
 * Return: true if so.
 */
bool mgl_trace_filter_match(const struct mgl_trace_filter *f,
			    const struct mgl_flow *flow, bool has_ports)
{
	if (f->proto != flow->proto || !mgl_addr_equal(&f->vip, &flow->daddr) ||
	    (f->has_client && !mgl_addr_equal(&f->client, &flow->saddr)))
		return false;
	return has_ports ? ports_match(f, flow) : every_port(f);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_trace_filter_match);
