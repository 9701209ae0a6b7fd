/* SPDX-License-Identifier: GPL-2.0 */
/* The set of this host's addresses. */
#ifndef _MGL_LOCAL_H
#define _MGL_LOCAL_H

#include <linux/types.h>

struct mgl_net;

bool mgl_local_v4(const struct mgl_net *mn, __be32 addr);
void mgl_local_start(struct mgl_net *mn);
void mgl_local_stop(struct mgl_net *mn);
int mgl_local_init(void);
void mgl_local_exit(void);

#endif /* _MGL_LOCAL_H */
