// SPDX-License-Identifier: GPL-2.0
#include <linux/sched.h>

unsigned long shim_rescheds;
void (*shim_resched_to)(void);
