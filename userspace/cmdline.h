/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_CMDLINE_H
#define _MAGLEVADM_CMDLINE_H

struct args;
struct ctx;

int cmdline_parse(const struct ctx *ctx, char **argv, struct args *args);

#endif /* _MAGLEVADM_CMDLINE_H */
