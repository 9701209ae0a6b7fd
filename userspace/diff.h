/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_DIFF_H
#define _MAGLEVADM_DIFF_H

struct batch;
struct snapshot;

void diff(struct batch *out, const struct snapshot *have,
	  const struct snapshot *want);

#endif /* _MAGLEVADM_DIFF_H */
