// SPDX-License-Identifier: GPL-2.0
/* Bytes that userspace keeps with a service or a backend. */
#include <linux/netlink.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "ctx.h"
#include "userdata.h"

/**
 * mgl_userdata_copy() - copy the bytes that a request gives an object
 * @ctx: the context
 * @params: the bytes
 * @copy: the copy, which the caller has to kfree(); NULL if there are none
 *
 * Context: may sleep.
 * Return: 0, or -ENOMEM with the extack set.
 */
int mgl_userdata_copy(const struct mgl_ctx *ctx,
		      const struct mgl_userdata_params *params,
		      struct mgl_userdata **copy)
{
	struct mgl_userdata *u;

	*copy = NULL;
	if (!params->len)
		return 0;
	u = kmalloc(struct_size(u, data, params->len), GFP_KERNEL_ACCOUNT);
	if (!u) {
		NL_SET_ERR_MSG_MOD(ctx->extack, "out of memory for the userdata");
		return -ENOMEM;
	}
	u->len = params->len;
	memcpy(u->data, params->data, params->len);
	*copy = u;
	return 0;
}
