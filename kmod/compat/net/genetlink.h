/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MGL_COMPAT_NET_GENETLINK_H
#define _MGL_COMPAT_NET_GENETLINK_H

#include <linux/version.h>
#include_next <net/genetlink.h>

#if KERNEL_VERSION(6, 6, 0) > LINUX_VERSION_CODE
/*
 * 7288dd2fd488 ("genetlink: use attrs from struct genl_info") gave dumps a
 * struct genl_info; before, struct genl_dumpit_info held the attributes.
 */
#define genl_info_dump(cb) genl_dumpit_info(cb)
#endif /* < 6.6 */

#endif /* _MGL_COMPAT_NET_GENETLINK_H */
