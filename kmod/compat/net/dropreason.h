/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MGL_COMPAT_NET_DROPREASON_H
#define _MGL_COMPAT_NET_DROPREASON_H

#include <linux/version.h>
#include_next <net/dropreason.h>

#if KERNEL_VERSION(6, 3, 0) > LINUX_VERSION_CODE
/* 6.1 lacks these, 6.12 has them: take the next best ones. */
#define SKB_DROP_REASON_IPV6_BAD_EXTHDR SKB_DROP_REASON_IP_INHDR
#define SKB_DROP_REASON_FRAG_REASM_TIMEOUT SKB_DROP_REASON_NETFILTER_DROP
#endif /* < 6.3 */

#endif /* _MGL_COMPAT_NET_DROPREASON_H */
