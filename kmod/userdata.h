/* SPDX-License-Identifier: GPL-2.0 */
/* Bytes that userspace keeps with an object, and that mean nothing here. */
#ifndef _MGL_USERDATA_H
#define _MGL_USERDATA_H

#include <linux/types.h>

struct mgl_ctx;

/**
 * struct mgl_userdata - the bytes of an object; under mgl_net.lock
 * @len: length of @data, from 1 to MAGLEV_USERDATA_MAX
 * @data: the bytes
 */
struct mgl_userdata {
	u8 len;
	u8 data[];
};

/**
 * struct mgl_userdata_params - bytes that an object is to get
 * @given: they are given; otherwise the object keeps what it has
 * @len: length of @data, at most MAGLEV_USERDATA_MAX; 0 for none
 * @data: the bytes, part of the request
 */
struct mgl_userdata_params {
	bool given;
	u8 len;
	const void *data;
};

int mgl_userdata_copy(const struct mgl_ctx *ctx,
		      const struct mgl_userdata_params *params,
		      struct mgl_userdata **copy);

#endif /* _MGL_USERDATA_H */
