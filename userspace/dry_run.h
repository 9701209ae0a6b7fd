/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_DRY_RUN_H
#define _MAGLEVADM_DRY_RUN_H

struct args;
struct kern;
struct nl_msg;

int change_send(struct kern *kern, struct nl_msg *msg, const struct args *args);

#endif /* _MAGLEVADM_DRY_RUN_H */
