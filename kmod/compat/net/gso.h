/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MGL_COMPAT_NET_GSO_H
#define _MGL_COMPAT_NET_GSO_H

#include <linux/version.h>

#if KERNEL_VERSION(6, 5, 0) > LINUX_VERSION_CODE
/* d457a0e329b0 ("net: move gso declarations and functions to their own files") */
#include <linux/skbuff.h>
#else
#include_next <net/gso.h>
#endif /* < 6.5 */

#endif /* _MGL_COMPAT_NET_GSO_H */
