/* SPDX-License-Identifier: GPL-2.0 */
/* Notification that the flow cache has no entry for a new flow. */
#ifndef _MGL_FLOWS_FULL_H
#define _MGL_FLOWS_FULL_H

#include <linux/types.h>

struct mgl_net;
struct notifier_block;

/**
 * struct mgl_full - notification that the flow cache is full
 * @mn: the namespace
 * @unstored: number of flows that were not stored for want of an entry, since
 *	the start of the namespace
 */
struct mgl_full {
	struct mgl_net *mn;
	u64 unstored;
};

void mgl_flows_full(struct mgl_net *mn);
int mgl_flows_full_notifier_register(struct notifier_block *nb);
int mgl_flows_full_notifier_unregister(struct notifier_block *nb);

#endif /* _MGL_FLOWS_FULL_H */
