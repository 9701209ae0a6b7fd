/* SPDX-License-Identifier: GPL-2.0 */
/* Endpoints: outer addresses of backends and the cached routes to them. */
#ifndef _MGL_ENDPOINT_H
#define _MGL_ENDPOINT_H

#include <linux/atomic.h>
#include <linux/in6.h>
#include <linux/refcount.h>
#include <linux/rhashtable-types.h>
#include <net/dst_cache.h>

#include "core/addr.h"

struct mgl_net;

/**
 * struct mgl_endpoint - an outer address that packets are sent to
 * @addr: the address
 * @dst: the route to @addr, cached per CPU; used with BH disabled
 * @node: entry of mgl_net.endpoints while @users is not 0
 * @users: number of configured backends with this address; under mgl_net.lock
 * @ref: one reference for each backend with this address that is not freed yet,
 *	including deleted ones
 * @unreachable: number of ICMP errors from the path which say that packets do
 *	not arrive
 * @suspect_at: time of the last notification of such an error, in jiffies; 0
 *	before the first
 */
struct mgl_endpoint {
	struct mgl_addr addr;
	struct dst_cache dst;
	struct rhash_head node;
	u32 users;
	refcount_t ref;
	atomic_t unreachable;
	unsigned long suspect_at;
};

/* The address of an endpoint that has one of IPv6. */
static inline struct in6_addr mgl_endpoint_v6(const struct mgl_endpoint *ep)
{
	const __be32 *w = ep->addr.w;

	return (struct in6_addr){ .s6_addr32 = { w[0], w[1], w[2], w[3] } };
}

extern const struct rhashtable_params mgl_endpoint_params;

struct mgl_endpoint *mgl_endpoint_find(struct mgl_net *mn,
				       const struct mgl_addr *addr);
struct mgl_endpoint *mgl_endpoint_use(struct mgl_net *mn,
				      const struct mgl_addr *addr);
void mgl_endpoint_unuse(struct mgl_net *mn, struct mgl_endpoint *ep);
void mgl_endpoint_put(struct mgl_endpoint *ep);

#endif /* _MGL_ENDPOINT_H */
