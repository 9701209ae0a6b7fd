// SPDX-License-Identifier: GPL-2.0
/* Routes to backends, cached per CPU at the endpoint. */
#include <linux/in.h>
#include <net/dst.h>
#include <net/ip6_fib.h>
#include <net/ipv6.h>
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

#if IS_ENABLED(CONFIG_IPV6)
/**
 * mgl_route_v6() - get the route to a backend with an IPv6 address
 * @net: the namespace
 * @ep: the endpoint
 * @saddr: the address of this host that is selected for that destination (RFC
 *	6724)
 *
 * Context: RCU read side, BH disabled.
 * Return: the route, which the caller releases, or NULL if there is none.
 */
struct rt6_info *mgl_route_v6(struct net *net, struct mgl_endpoint *ep,
			      struct in6_addr *saddr)
{
	struct flowi6 fl6 = {
		.flowi6_proto = IPPROTO_GRE,
		.flowi6_uid = INVALID_UID,
	};
	struct dst_entry *dst;

	dst = dst_cache_get_ip6(&ep->dst, saddr);
	if (likely(dst))
		return dst_rt6_info(dst);
	/* Booted with ipv6.disable=1, the kernel has no routes to look up. */
	if (!ipv6_mod_enabled())
		return NULL;
	memcpy(&fl6.daddr, &ep->addr, sizeof(fl6.daddr));
	dst = ip6_dst_lookup_flow(net, NULL, &fl6, NULL);
	if (IS_ERR(dst))
		return NULL;
	*saddr = fl6.saddr;
	dst_cache_set_ip6(&ep->dst, dst, &fl6.saddr);
	return dst_rt6_info(dst);
}
#endif
