// SPDX-License-Identifier: GPL-2.0
/* Creates the tracepoints, and fills in what their events say. */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/skbuff.h>
#include <linux/string.h>

#include "backend.h"
#include "core/flow.h"
#include "endpoint.h"
#include "net.h"
#include "pool.h"
#include "service.h"
#include "table.h"
#include "traced.h"

#include "tracepoints.h"

static_assert(sizeof(struct sockaddr_in6) == MGL_EVENT_ADDR_MAX);
static_assert(sizeof_field(struct mgl_pool, name) == MGL_EVENT_POOL_MAX);

/* Without events nothing uses these. */
static __maybe_unused u32 netns_of(const struct mgl_net *mn)
{
	return mn->net ? mn->net->ns.inum : 0;
}

static __maybe_unused u16 family_of(const struct mgl_flow *flow)
{
	return mgl_addr_is_v4(&flow->saddr) ? AF_INET : AF_INET6;
}

/* A socket address, for %pIS, in the room of one of IPv6. */
static __maybe_unused void put_addr(u8 *to, const struct mgl_addr *addr, __be16 port)
{
	struct sockaddr_in6 sin6 = {
		.sin6_family = AF_INET6,
		.sin6_port = port,
	};
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = port,
	};

	if (addr && mgl_addr_is_v4(addr)) {
		memset(to, 0, sizeof(sin6));
		sin.sin_addr.s_addr = mgl_addr_to_v4(addr);
		memcpy(to, &sin, sizeof(sin));
		return;
	}
	if (addr)
		memcpy(&sin6.sin6_addr, addr, sizeof(sin6.sin6_addr));
	memcpy(to, &sin6, sizeof(sin6));
}

static __maybe_unused void put_client(u8 *to, const struct mgl_flow *flow)
{
	put_addr(to, flow ? &flow->saddr : NULL, flow ? flow->sport : 0);
}

static __maybe_unused void put_vip(u8 *to, const struct mgl_flow *flow)
{
	put_addr(to, flow ? &flow->daddr : NULL, flow ? flow->dport : 0);
}

static __maybe_unused void put_backend(u8 *to, const struct mgl_backend *b)
{
	put_addr(to, b ? &b->endpoint->addr : NULL, 0);
}

#define CREATE_TRACE_POINTS
#include "tracepoints.h"
