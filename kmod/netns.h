/* SPDX-License-Identifier: GPL-2.0 */
/* Life cycle of a namespace's instance. */
#ifndef _MGL_NETNS_H
#define _MGL_NETNS_H

struct mgl_ctx;
struct mgl_net;
struct netlink_ext_ack;

int mgl_net_activate(struct mgl_net *mn, struct netlink_ext_ack *extack);
void mgl_net_deactivate_unused(struct mgl_net *mn);
int mgl_net_hold(const struct mgl_ctx *ctx, unsigned long delay);
void mgl_net_hold_expire(struct mgl_net *mn, unsigned long *due);
void mgl_net_changed(struct mgl_net *mn);
void mgl_net_flush(struct mgl_net *mn);
int mgl_net_init(void);
void mgl_net_exit(void);

#endif /* _MGL_NETNS_H */
