/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_APPLY_H
#define _MAGLEVADM_APPLY_H

struct args;
struct batch;
struct ctx;
struct model;

int apply(struct ctx *ctx, const struct batch *b, const struct args *args);
int apply_line(struct ctx *ctx, const struct args *args);
int apply_difference(struct ctx *ctx, const struct model *want,
		     const struct batch *after, const struct args *args);

#endif /* _MAGLEVADM_APPLY_H */
