/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_MOVES_H
#define _MAGLEVADM_MOVES_H

struct args;
struct kern;
struct nl_msg;

int moves_do(struct kern *kern, struct nl_msg *msg, const struct args *args);

#endif /* _MAGLEVADM_MOVES_H */
