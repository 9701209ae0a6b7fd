/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_NET_IP_H
#define _SHIM_NET_IP_H

#include <asm/byteorder.h>
#include <linux/ip.h>

#define IP_CE		0x8000
#define IP_DF		0x4000
#define IP_MF		0x2000
#define IP_OFFSET	0x1fff

static inline bool ip_is_fragment(const struct iphdr *iph)
{
	return (iph->frag_off & htons(IP_MF | IP_OFFSET)) != 0;
}

#endif /* _SHIM_NET_IP_H */
