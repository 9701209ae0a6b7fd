/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_CMDLINE_H
#define _MAGLEVADM_CMDLINE_H

struct args;

int cmdline_parse(char **argv, struct args *args);

#endif /* _MAGLEVADM_CMDLINE_H */
