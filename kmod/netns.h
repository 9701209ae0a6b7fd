/* SPDX-License-Identifier: GPL-2.0 */
/* Life cycle of a namespace's instance. */
#ifndef _MGL_NETNS_H
#define _MGL_NETNS_H

struct mgl_net;

void mgl_net_changed(struct mgl_net *mn);
void mgl_net_flush(struct mgl_net *mn);
int mgl_net_init(void);
void mgl_net_exit(void);

#endif /* _MGL_NETNS_H */
