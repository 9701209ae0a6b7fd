/* SPDX-License-Identifier: GPL-2.0 */
/* Which packets somebody traces: those of one flow, or of several. Pure. */
#ifndef _MGL_TRACE_FILTER_H
#define _MGL_TRACE_FILTER_H

#include <linux/types.h>

#include "addr.h"

struct mgl_flow;

/**
 * struct mgl_trace_filter - flows to be traced
 * @vip: the VIP
 * @client: the client's address, if @has_client
 * @has_client: flows of one client only
 * @proto: IPPROTO_*
 * @first: first port of the VIP, host byte order; 0 for every port
 * @last: last port of the VIP, host byte order; 65535 for every port
 * @client_port: the client's port, network byte order; 0 for every port
 */
struct mgl_trace_filter {
	struct mgl_addr vip;
	struct mgl_addr client;
	bool has_client;
	u8 proto;
	u16 first;
	u16 last;
	__be16 client_port;
};

bool mgl_trace_filter_match(const struct mgl_trace_filter *f,
			    const struct mgl_flow *flow, bool has_ports);

#endif /* _MGL_TRACE_FILTER_H */
