// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that GRO has merged, and that are sent again. A host that keeps them
 * never cuts them into segments; here software or a device will, and goes by what
 * the packet says of itself.
 */
#include <linux/errno.h>
#include <linux/skbuff.h>

#include "offload.h"

/*
 * A list of packets ("rx-gro-list") is cut up by giving each packet of the list the
 * outer headers of the first. That takes for granted that there is room for them
 * in front of it, and that GRE has no checksum. What is not to be trusted is cut
 * up like any other packet instead.
 */
static void distrust_list(struct sk_buff *skb)
{
	struct skb_shared_info *info = skb_shinfo(skb);

	if (likely(!(info->gso_type & SKB_GSO_FRAGLIST)))
		return;
	info->gso_type |= SKB_GSO_DODGY;
	/* To be counted anew, as in bpf_skb_net_grow(). */
	info->gso_segs = 0;
}

/**
 * mgl_offload_find_tcp() - note where TCP is in a list of packets
 * @skb: a packet with a list of buffers
 * @inner: offset of the inner IP header from skb->data
 *
 * Of a list GRO leaves the inner transport header unset. The size of its
 * segments is computed from that, and 7.2 drops a packet where it finds no TCP
 * header there (qdisc_pkt_len_segs_init()). The other packets of the list have
 * the same headers, and GRO has noted where.
 *
 * Context: any. Invalidates nothing. The caller keeps @skb.
 */
void mgl_offload_find_tcp(struct sk_buff *skb, u32 inner)
{
	const struct skb_shared_info *info = skb_shinfo(skb);

	if (skb_is_gso(skb) && info->gso_type & SKB_GSO_FRAGLIST)
		skb_set_inner_transport_header(skb, inner +
				skb_network_header_len(info->frag_list));
}

/**
 * mgl_offload_resized() - the outer header has been replaced by one of another size
 * @skb: the packet, with a head of its own
 *
 * Context: any. Invalidates nothing. The caller keeps @skb.
 */
void mgl_offload_resized(struct sk_buff *skb)
{
	if (skb_is_gso(skb))
		distrust_list(skb);
}

/**
 * mgl_offload_gre_csum() - have the GRE checksum of each segment computed
 * @skb: a packet whose GRE header has a checksum
 *
 * GRO says of GRE packets that there is no checksum, also where there is one (see
 * gre_gro_complete()), and segmentation then leaves that of the first packet in
 * all of them. In segments of one size it happens to be right, since a valid
 * inner packet adds up to what depends on its addresses and its length alone. The
 * last one, which may be shorter, would be dropped by the backend.
 *
 * Context: any. Invalidates every pointer into @skb. The caller keeps @skb.
 * Return: 0, or -ENOMEM with @skb unchanged.
 */
int mgl_offload_gre_csum(struct sk_buff *skb)
{
	if (!skb_is_gso(skb) || !(skb_shinfo(skb)->gso_type & SKB_GSO_GRE))
		return 0;
	if (skb_header_unclone(skb, GFP_ATOMIC))
		return -ENOMEM;
	skb_shinfo(skb)->gso_type &= ~SKB_GSO_GRE;
	skb_shinfo(skb)->gso_type |= SKB_GSO_GRE_CSUM;
	distrust_list(skb);
	return 0;
}
