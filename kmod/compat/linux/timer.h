/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MGL_COMPAT_LINUX_TIMER_H
#define _MGL_COMPAT_LINUX_TIMER_H

#include_next <linux/timer.h>

#ifndef timer_container_of
/* 41cb08555c41 ("treewide, timers: Rename from_timer() to timer_container_of()") */
#define timer_container_of(var, callback_timer, timer_fieldname)	\
	container_of(callback_timer, typeof(*(var)), timer_fieldname)
#endif /* < 6.16 */

#endif /* _MGL_COMPAT_LINUX_TIMER_H */
