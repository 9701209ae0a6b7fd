/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_WATCH_H
#define _MAGLEVADM_WATCH_H

#include <stdbool.h>
#include <stdint.h>

struct out;

/* Prints one frame on standard output; returns an exit code. */
typedef int (*watch_frame)(void *data);

int watch_run(uint64_t ms, bool in_place, watch_frame frame, void *data);
void watch_time(struct out *o);

#endif /* _MAGLEVADM_WATCH_H */
