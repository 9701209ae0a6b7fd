/* SPDX-License-Identifier: GPL-2.0 */
/* What every change of the configuration needs to know. */
#ifndef _MGL_CTX_H
#define _MGL_CTX_H

struct mgl_net;
struct netlink_ext_ack;

/**
 * struct mgl_ctx - context of a change
 * @mn: the namespace; its lock is held for as long as the context is in use
 * @extack: takes the reason of a refusal, or NULL
 */
struct mgl_ctx {
	struct mgl_net *mn;
	struct netlink_ext_ack *extack;
};

#endif /* _MGL_CTX_H */
