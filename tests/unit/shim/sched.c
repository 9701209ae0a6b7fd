// SPDX-License-Identifier: GPL-2.0
#include <asm/barrier.h>
#include <linux/sched.h>

unsigned long shim_rescheds;
void (*shim_resched_to)(void);
void (*shim_window_to)(void);
