/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_MODEL_H
#define _MAGLEVADM_MODEL_H

struct batch;
struct snapshot;

int model_build(struct snapshot *want, const struct batch *b);

#endif /* _MAGLEVADM_MODEL_H */
