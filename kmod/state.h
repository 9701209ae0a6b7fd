/* SPDX-License-Identifier: GPL-2.0 */
/*
 * State: what a namespace knows of flows beyond its configuration. It is read to be
 * put back after a restart, also of another build of the module.
 */
#ifndef _MGL_STATE_OBJECTS_H
#define _MGL_STATE_OBJECTS_H

#include <linux/siphash.h>
#include <linux/types.h>

#include "core/state.h"

struct mgl_ctx;
struct mgl_net;
struct mgl_pool;

/**
 * enum mgl_state_fate - what becomes of the record of a flow
 * @MGL_STATE_RESTORED: the flow has its backend
 * @MGL_STATE_KEPT: it keeps another backend
 * @MGL_STATE_EXPIRED: it has been idle for too long
 * @MGL_STATE_UNKNOWN: its service or backend does not exist, or its service tracks
 *	no flows, or flows of another kind
 * @MGL_STATE_FULL: the cache has no entry for it
 * @MGL_STATE_FATES: number of fates
 */
enum mgl_state_fate {
	MGL_STATE_RESTORED,
	MGL_STATE_KEPT,
	MGL_STATE_EXPIRED,
	MGL_STATE_UNKNOWN,
	MGL_STATE_FULL,
	MGL_STATE_FATES
};

/**
 * struct mgl_state_flows - records of flows
 * @rec: the records
 * @n: length of @rec
 * @elapsed: ms since they were read
 * @restarted: packets since then came to an instance that did not have them
 */
struct mgl_state_flows {
	const struct maglev_state_flow *rec;
	u32 n;
	u32 elapsed;
	bool restarted;
};

int mgl_state_secret_set(const struct mgl_ctx *ctx,
			 const siphash_key_t *secret);
bool mgl_state_flows_valid(const struct mgl_state_flows *flows);
void mgl_state_flows_set(struct mgl_net *mn,
			 const struct mgl_state_flows *flows,
			 u32 fates[MGL_STATE_FATES]);

u8 *mgl_state_table_get(struct mgl_net *mn, const struct mgl_pool *pool,
			size_t *len);
int mgl_state_table_set(const struct mgl_ctx *ctx, struct mgl_pool *pool,
			const struct mgl_state_image *im, u32 *slots);
struct mgl_state_time mgl_state_time(const struct mgl_pool *pool, u32 elapsed);

#endif /* _MGL_STATE_OBJECTS_H */
