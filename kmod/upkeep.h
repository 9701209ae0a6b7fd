/* SPDX-License-Identifier: GPL-2.0 */
/* What happens by itself: slots settle, backends drain, flows are tidied. */
#ifndef _MGL_UPKEEP_H
#define _MGL_UPKEEP_H

struct mgl_net;

void mgl_upkeep_init(struct mgl_net *mn);
void mgl_upkeep_exit(struct mgl_net *mn);
void mgl_upkeep_soon(struct mgl_net *mn);
void mgl_upkeep_tidy(struct mgl_net *mn);

#endif /* _MGL_UPKEEP_H */
