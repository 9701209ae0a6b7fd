/* SPDX-License-Identifier: GPL-2.0 */
/* The context of a change of the configuration. */
#ifndef _MGL_CTX_H
#define _MGL_CTX_H

struct mgl_net;
struct netlink_ext_ack;

/**
 * struct mgl_ctx - context of a change
 * @mn: the namespace; functions that take a context require @mn->lock
 * @extack: set on error; NULL without a request
 */
struct mgl_ctx {
	struct mgl_net *mn;
	struct netlink_ext_ack *extack;
};

#endif /* _MGL_CTX_H */
