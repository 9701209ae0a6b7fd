/* SPDX-License-Identifier: GPL-2.0 */
/* The set of this host's IPv6 addresses. */
#ifndef _MGL_LOCAL_V6_H
#define _MGL_LOCAL_V6_H

#include <linux/types.h>

struct in6_addr;
struct mgl_net;
struct net_device;

bool mgl_local_v6(const struct mgl_net *mn, const struct in6_addr *addr,
		  const struct net_device *dev);
void mgl_local_v6_start(struct mgl_net *mn);
void mgl_local_v6_stop(struct mgl_net *mn);
int mgl_local_v6_init(void);
void mgl_local_v6_exit(void);

#endif /* _MGL_LOCAL_V6_H */
