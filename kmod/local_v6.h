/* SPDX-License-Identifier: GPL-2.0 */
/* The set of this host's IPv6 addresses. */
#ifndef _MGL_LOCAL_V6_H
#define _MGL_LOCAL_V6_H

#include <linux/in6.h>
#include <linux/types.h>

struct mgl_net;
struct net_device;

/* In line, which ipv6_addr_type() is not: each packet asks several times. */
static inline bool mgl_v6_link_local(const struct in6_addr *addr)
{
	return (addr->s6_addr32[0] & htonl(0xffc00000)) == htonl(0xfe800000);
}

bool mgl_local_v6(const struct mgl_net *mn, const struct in6_addr *addr,
		  const struct net_device *dev);
void mgl_local_v6_start(struct mgl_net *mn);
void mgl_local_v6_stop(struct mgl_net *mn);
int mgl_local_v6_init(void);
void mgl_local_v6_exit(void);

#endif /* _MGL_LOCAL_V6_H */
