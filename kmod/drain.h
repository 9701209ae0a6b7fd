/* SPDX-License-Identifier: GPL-2.0 */
/* Backends that go by themselves once their flows are gone. */
#ifndef _MGL_DRAIN_H
#define _MGL_DRAIN_H

struct mgl_net;

void mgl_drain_run(struct mgl_net *mn, unsigned long *due);

#endif /* _MGL_DRAIN_H */
