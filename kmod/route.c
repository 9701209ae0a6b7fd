// SPDX-License-Identifier: GPL-2.0
/* Routes to backends, cached per CPU at the endpoint. */
#include <linux/in.h>
#include <net/dst.h>
#include <net/route.h>

#include "endpoint.h"
#include "route.h"

/**
 * mgl_route_v4() - get the route to a backend with an IPv4 address
 * @net: the namespace
 * @ep: the endpoint
 * @saddr: the address of this host that routing prefers for that destination,
 *	network byte order
 *
 * Context: RCU read side, BH disabled.
 * Return: the route, which the caller releases, or NULL if there is none.
 */
struct rtable *mgl_route_v4(struct net *net, struct mgl_endpoint *ep,
			    __be32 *saddr)
{
	struct flowi4 fl4 = {
		.daddr = mgl_addr_to_v4(&ep->addr),
		.flowi4_proto = IPPROTO_GRE,
		/* No user: root would match "ip rule ... uidrange 0-0". */
		.flowi4_uid = INVALID_UID,
	};
	struct rtable *rt;

	rt = dst_cache_get_ip4(&ep->dst, saddr);
	if (likely(rt))
		return rt;
	rt = ip_route_output_key(net, &fl4);
	if (IS_ERR(rt))
		return NULL;
	/* Only routing can tell a subnet's broadcast address from a host's. */
	if (rt->rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST)) {
		ip_rt_put(rt);
		return NULL;
	}
	*saddr = fl4.saddr;
	dst_cache_set_ip4(&ep->dst, &rt->dst, fl4.saddr);
	return rt;
}
