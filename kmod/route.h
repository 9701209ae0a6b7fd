/* SPDX-License-Identifier: GPL-2.0 */
/* Routes to backends, and of errors. */
#ifndef _MGL_ROUTE_H
#define _MGL_ROUTE_H

#include <linux/types.h>

struct dst_entry;
struct in6_addr;
struct mgl_endpoint;
struct net;
struct net_device;
struct rt6_info;
struct rtable;

struct rtable *mgl_route_v4(struct net *net, struct mgl_endpoint *ep,
			    __be32 *saddr);
struct rt6_info *mgl_route_v6(struct net *net, struct mgl_endpoint *ep,
			      struct in6_addr *saddr);
struct rtable *mgl_route_error_v4(struct net *net,
				  const struct net_device *dev, __be32 saddr,
				  __be32 daddr);
struct dst_entry *mgl_route_error_v6(struct net *net,
				     const struct net_device *dev,
				     const struct in6_addr *saddr,
				     const struct in6_addr *daddr);

#endif /* _MGL_ROUTE_H */
