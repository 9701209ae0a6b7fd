// SPDX-License-Identifier: GPL-2.0
/*
 * Reassembly of GRE packets that came in fragments, in the kernel's own queues.
 * These belong to the namespace: sysctls bound their memory and their time, and
 * they are freed with it. A fragment that waits holds no route, no socket and
 * nothing of this module, and its timeout is the kernel's code, so the hooks and
 * the module may go away in the meantime.
 */
#include <kunit/visibility.h>
#include <linux/build_bug.h>
#include <linux/export.h>
#include <linux/skbuff.h>
#include <net/ip.h>
#include <net/ipv6_frag.h>
#include <net/l3mdev.h>
#include <net/netfilter/ipv6/nf_defrag_ipv6.h>

#include "defrag.h"

/*
 * A queue is found by addresses, identification and a user, so that those who
 * reassemble at different places do not get each other's fragments. The kernel's
 * users are enumerations from 0 on, with a range of 65536 for each place where
 * connection tracking has its zones: all of them are below this bit.
 */
#define MGL_DEFRAG_USER 0x80000000u

static_assert(IP_DEFRAG_MACVLAN < MGL_DEFRAG_USER);
static_assert(__IP6_DEFRAG_CONNTRACK_BRIDGE_IN < MGL_DEFRAG_USER);

/**
 * mgl_defrag_v4() - reassemble an IPv4 packet
 * @net: the namespace
 * @skb: a fragment at PRE_ROUTING, skb->data at its IPv4 header
 *
 * A packet that is whole now has the sizes of its fragments in IPCB(skb), and
 * may be sent in fragments of these. Queues of different VRFs are apart.
 *
 * Context: RCU read side, BH disabled. Invalidates every pointer into @skb.
 * Return: MGL_REASON_NONE: @skb is the whole packet, which the caller keeps.
 * MGL_REASON_OUTER_HELD: @skb waits for the rest.
 * MGL_REASON_OUTER_REASSEMBLY: @skb has been freed.
 */
enum mgl_reason mgl_defrag_v4(struct net *net, struct sk_buff *skb)
{
	int err = ip_defrag(net, skb, MGL_DEFRAG_USER);

	if (err == -EINPROGRESS)
		return MGL_REASON_OUTER_HELD;
	if (err)
		return MGL_REASON_OUTER_REASSEMBLY;
	/* As connection tracking does: DF does not forbid the same fragments. */
	skb->ignore_df = 1;
	return MGL_REASON_NONE;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_defrag_v4);

/**
 * mgl_defrag_v6() - reassemble an IPv6 packet
 * @net: the namespace
 * @skb: a fragment at PRE_ROUTING, skb->data at its IPv6 header
 *
 * As mgl_defrag_v4(), with the sizes in IP6CB(skb). The kernel's queues of IPv6
 * do not tell VRFs apart, except for link-local addresses, so the user does: an
 * ifindex is a positive int and leaves the top bit alone.
 *
 * Context: RCU read side, BH disabled. Invalidates every pointer into @skb.
 * Return: as mgl_defrag_v4(). With MGL_REASON_NONE, @skb may still be the
 * fragment that it was: the stack has to answer some that are malformed.
 * MGL_REASON_OUTER_FRAGMENT: this kernel cannot reassemble here; the caller
 * keeps @skb.
 */
enum mgl_reason mgl_defrag_v6(struct net *net, struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_NF_DEFRAG_IPV6)
	u32 vrf = l3mdev_master_ifindex_rcu(skb->dev);
	int err = nf_ct_frag6_gather(net, skb, MGL_DEFRAG_USER | vrf);

	if (!err)
		return MGL_REASON_NONE;
	if (err == -EINPROGRESS)
		return MGL_REASON_OUTER_HELD;
	kfree_skb(skb);
	return MGL_REASON_OUTER_REASSEMBLY;
#else
	return MGL_REASON_OUTER_FRAGMENT;
#endif
}
EXPORT_SYMBOL_IF_KUNIT(mgl_defrag_v6);
