// SPDX-License-Identifier: GPL-2.0
/* Routes to backends, cached per CPU at the endpoint, and those of errors. */
#include <linux/in.h>
#include <net/dst.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/route.h>

#include "endpoint.h"
#include "route.h"

/* Out of line, as that of IPv6: packets find their route in the cache. */
static noinline struct rtable *lookup_v4(struct net *net,
					 struct mgl_endpoint *ep, __be32 *saddr)
{
	struct flowi4 fl4 = {
		.daddr = mgl_addr_to_v4(&ep->addr),
		.flowi4_proto = IPPROTO_GRE,
		/* No user: root would match "ip rule ... uidrange 0-0". */
		.flowi4_uid = INVALID_UID,
	};
	struct rtable *rt = ip_route_output_key(net, &fl4);

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
	struct rtable *rt = dst_cache_get_ip4(&ep->dst, saddr);

	return likely(rt) ? rt : lookup_v4(net, ep, saddr);
}

/**
 * mgl_route_error_v4() - get the route of an ICMP error
 * @net: the namespace
 * @dev: the device by which the packet came that the error is about; the route
 *	is one of its VRF
 * @saddr: source of the error, not necessarily this host's, or 0 for any,
 *	network byte order
 * @daddr: destination of the error, network byte order
 *
 * Only routing can tell a subnet's broadcast address from a host's.
 *
 * Context: RCU read side.
 * Return: the route, which the caller releases, or NULL if there is none to a
 * single other host.
 */
struct rtable *mgl_route_error_v4(struct net *net,
				  const struct net_device *dev, __be32 saddr,
				  __be32 daddr)
{
	struct flowi4 fl4 = {
		.saddr = saddr,
		.daddr = daddr,
		.flowi4_oif = l3mdev_master_ifindex_rcu(dev),
		.flowi4_proto = IPPROTO_ICMP,
		.flowi4_flags = saddr ? FLOWI_FLAG_ANYSRC : 0,
		.flowi4_uid = INVALID_UID,
	};
	struct rtable *rt = ip_route_output_key(net, &fl4);

	if (IS_ERR(rt))
		return NULL;
	if (rt->rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST | RTCF_LOCAL)) {
		ip_rt_put(rt);
		return NULL;
	}
	return rt;
}

#if IS_ENABLED(CONFIG_IPV6)
static noinline struct rt6_info *lookup_v6(struct net *net,
					   struct mgl_endpoint *ep,
					   struct in6_addr *saddr)
{
	struct flowi6 fl6 = {
		.daddr = mgl_endpoint_v6(ep),
		.flowi6_proto = IPPROTO_GRE,
		.flowi6_uid = INVALID_UID,
	};
	struct dst_entry *dst;

	/* Booted with ipv6.disable=1, the kernel has no routes to look up. */
	if (!ipv6_mod_enabled())
		return NULL;
	dst = ip6_dst_lookup_flow(net, NULL, &fl6, NULL);
	if (IS_ERR(dst))
		return NULL;
	*saddr = fl6.saddr;
	dst_cache_set_ip6(&ep->dst, dst, &fl6.saddr);
	return dst_rt6_info(dst);
}

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
	struct dst_entry *dst = dst_cache_get_ip6(&ep->dst, saddr);

	return likely(dst) ? dst_rt6_info(dst) : lookup_v6(net, ep, saddr);
}

/**
 * mgl_route_error_v6() - get the route of an ICMPv6 error
 * @net: the namespace, in a kernel with IPv6 that has not been disabled
 * @dev: as for mgl_route_error_v4()
 * @saddr: source of the error, not necessarily this host's, or "::" for any
 * @daddr: destination of the error
 *
 * Context: RCU read side.
 * Return: the route, which the caller releases, or NULL if there is none to
 * another host.
 */
struct dst_entry *mgl_route_error_v6(struct net *net,
				     const struct net_device *dev,
				     const struct in6_addr *saddr,
				     const struct in6_addr *daddr)
{
	struct flowi6 fl6 = {
		.saddr = *saddr,
		.daddr = *daddr,
		.flowi6_oif = l3mdev_master_ifindex_rcu(dev),
		.flowi6_proto = IPPROTO_ICMPV6,
		.flowi6_uid = INVALID_UID,
	};
	struct dst_entry *dst = ip6_route_output(net, NULL, &fl6);

	if (!dst->error && !(dst_rt6_info(dst)->rt6i_flags &
			     (RTF_LOCAL | RTF_ANYCAST)))
		return dst;
	dst_release(dst);
	return NULL;
}
#endif
