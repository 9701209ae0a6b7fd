/* SPDX-License-Identifier: GPL-2.0 */
/* Thresholds of backends: who may have them, and counting flows for them. */
#ifndef _MGL_LIMIT_H
#define _MGL_LIMIT_H

#include <linux/types.h>
#include <uapi/linux/maglev.h>

struct mgl_backend;
struct mgl_backend_params;
struct mgl_backend_specs;
struct mgl_ctx;
struct mgl_member_spec;
struct mgl_net;
struct mgl_pool;

/**
 * struct mgl_limit_user - a service as it is to be, seen from its pools
 * @track: flows that it tracks
 * @pool: its pool, NULL for a new private one
 * @fallback: its fallback pool, or NULL
 */
struct mgl_limit_user {
	enum maglev_track track;
	struct mgl_pool *pool;
	struct mgl_pool *fallback;
};

int mgl_limit_check(const struct mgl_ctx *ctx, struct mgl_pool *pool,
		    const struct mgl_backend *b,
		    const struct mgl_backend_params *params);
int mgl_limit_check_member(const struct mgl_ctx *ctx, struct mgl_pool *parent,
			   const struct mgl_member_spec *spec);
int mgl_limit_check_service(const struct mgl_ctx *ctx,
			    const struct mgl_limit_user *user,
			    const struct mgl_backend_specs *specs);
bool mgl_limit_changes(const struct mgl_backend *b,
		       const struct mgl_backend_params *params);
void mgl_limit_commit(struct mgl_net *mn, struct mgl_pool *pool);
void mgl_limits_set(struct mgl_net *mn);
void mgl_limits_clear(struct mgl_net *mn);

struct mgl_backend *mgl_limit_spare(const struct mgl_pool *pool, u32 s);
void mgl_limit_stored(struct mgl_backend *b);
void mgl_limit_count_begin(struct mgl_backend *b);
void mgl_limit_count_end(struct mgl_backend *b);
bool mgl_limit_any(struct mgl_net *mn, bool *due);

#endif /* _MGL_LIMIT_H */
