/* SPDX-License-Identifier: GPL-2.0 */
/* The steps of a batch that a change of a pool makes. */
#ifndef _MGL_CHANGE_STEP_H
#define _MGL_CHANGE_STEP_H

struct mgl_change;
struct mgl_backend;
struct mgl_ctx;
struct mgl_step_ops;

extern const struct mgl_step_ops mgl_backend_added;
extern const struct mgl_step_ops mgl_backend_deleted;

int mgl_change_log(const struct mgl_ctx *ctx, struct mgl_change *c,
		   const struct mgl_step_ops *ops, struct mgl_backend *b);
int mgl_change_log_edit(const struct mgl_ctx *ctx, struct mgl_change *c);
int mgl_change_log_pool(const struct mgl_ctx *ctx, struct mgl_change *c);
int mgl_change_log_member(const struct mgl_ctx *ctx, struct mgl_change *c);
void mgl_change_forget_steps(struct mgl_change *c);

#endif /* _MGL_CHANGE_STEP_H */
