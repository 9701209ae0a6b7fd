/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Records of state, as struct maglev_state_* of the UAPI lays them out: from and to
 * what the module has. Pure: time is an argument.
 */
#ifndef _MGL_STATE_H
#define _MGL_STATE_H

#include <linux/types.h>

#include "addr.h"
#include "cache.h"
#include "history.h"

/* The largest image of a table. */
#define MGL_STATE_IMAGE_MAX						\
	(sizeof(struct maglev_state_table) +				\
	 16UL * MAGLEV_BACKENDS_MAX + 10UL * MAGLEV_TABLE_SIZE_MAX)

/**
 * struct mgl_state_time - how ticks of a history are told to others
 * @now: the time in ticks
 * @hz: ticks of a second
 * @elapsed: ms between writing an image and reading it
 * @settle: settle time in ticks, below 2^31
 */
struct mgl_state_time {
	u32 now;
	u32 hz;
	u32 elapsed;
	u32 settle;
};

/**
 * struct mgl_state_image - a table, as its image has it
 * @view: slots, size, seed, and the past if there is one
 * @n: number of backends
 * @addrs: their addresses, ascending, by index in the slots
 */
struct mgl_state_image {
	struct mgl_table_view view;
	u32 n;
	const struct mgl_addr *addrs;
};

size_t mgl_state_image_bytes(const struct mgl_state_image *im);
void mgl_state_image_write(u8 *to, const struct mgl_state_image *im,
			   const struct mgl_state_time *time);
int mgl_state_image_read(const u8 *from, size_t len,
			 const struct mgl_state_time *time,
			 struct mgl_state_image *im);
void mgl_state_image_free(struct mgl_state_image *im);

void mgl_state_flow_write(struct maglev_state_flow *to,
			  const struct mgl_cached *flow, u32 now);
bool mgl_state_flow_read(const struct maglev_state_flow *from,
			 struct mgl_cached *flow, u32 *idle);

#endif /* _MGL_STATE_H */
