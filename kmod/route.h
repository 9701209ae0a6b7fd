/* SPDX-License-Identifier: GPL-2.0 */
/* Routes to backends. */
#ifndef _MGL_ROUTE_H
#define _MGL_ROUTE_H

#include <linux/types.h>

struct in6_addr;
struct mgl_endpoint;
struct net;
struct rt6_info;
struct rtable;

struct rtable *mgl_route_v4(struct net *net, struct mgl_endpoint *ep,
			    __be32 *saddr);
struct rt6_info *mgl_route_v6(struct net *net, struct mgl_endpoint *ep,
			      struct in6_addr *saddr);

#endif /* _MGL_ROUTE_H */
