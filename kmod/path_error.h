/* SPDX-License-Identifier: GPL-2.0 */
/* ICMP errors from the paths to backends. */
#ifndef _MGL_PATH_ERROR_H
#define _MGL_PATH_ERROR_H

#include <linux/types.h>

#include "core/addr.h"

struct mgl_net;
struct notifier_block;
struct sk_buff;

/**
 * struct mgl_suspect - notification that packets may not arrive at a backend
 * @mn: the namespace
 * @addr: address of the backend
 * @unreachable: number of errors which say so, since the first backend with
 *	that address was added
 */
struct mgl_suspect {
	struct mgl_net *mn;
	struct mgl_addr addr;
	u32 unreachable;
};

void mgl_path_error_v4(struct mgl_net *mn, const struct sk_buff *skb);
void mgl_path_error_v6(struct mgl_net *mn, const struct sk_buff *skb);
int mgl_path_error_notifier_register(struct notifier_block *nb);
int mgl_path_error_notifier_unregister(struct notifier_block *nb);

#endif /* _MGL_PATH_ERROR_H */
