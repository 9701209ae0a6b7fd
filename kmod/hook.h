/* SPDX-License-Identifier: GPL-2.0 */
/* The netfilter hooks. */
#ifndef _MGL_HOOK_H
#define _MGL_HOOK_H

struct mgl_net;

void mgl_hooks_prepare(struct mgl_net *mn);
int mgl_hooks_on(struct mgl_net *mn);
void mgl_hooks_off(struct mgl_net *mn);

#endif /* _MGL_HOOK_H */
