/* SPDX-License-Identifier: GPL-2.0 */
/* VIPs: look up the service for an inner destination. */
#ifndef _MGL_VIP_H
#define _MGL_VIP_H

#include <linux/rhashtable.h>

#include "core/addr.h"

struct mgl_net;
struct mgl_service;
struct mgl_vip;

extern const struct rhashtable_params mgl_vip_params;

struct mgl_vip *mgl_vip_find(struct mgl_net *mn, const struct mgl_addr *addr);
struct mgl_service *mgl_vip_listener(const struct mgl_vip *vip, u8 proto,
				     __be16 port);
bool mgl_vip_has_proto(const struct mgl_vip *vip, u8 proto);
struct mgl_service *mgl_vip_first(const struct mgl_vip *vip);
int mgl_vip_listen(struct mgl_net *mn, struct mgl_service *svc);
int mgl_vip_unlisten(struct mgl_net *mn, struct mgl_service *svc);
void mgl_vips_publish(struct mgl_net *mn);
void mgl_vips_retire(struct mgl_net *mn);
void mgl_vips_undo(struct mgl_net *mn);
void mgl_vip_remove(struct mgl_net *mn, const struct mgl_addr *addr);

#endif /* _MGL_VIP_H */
