// SPDX-License-Identifier: GPL-2.0
/*
 * Fragments of inner packets (Maglev paper section 4.3). Only the first fragment
 * of a datagram has ports. It is forwarded like a whole packet, and what became
 * of it is noted; the others follow it, and those that come before it are held
 * until then. Where the router spreads the fragments of a datagram over several
 * directors, addresses and protocol name one of them, to which the others send
 * theirs.
 */
#include <kunit/visibility.h>
#include <linux/export.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/netlink.h>
#include <linux/skbuff.h>

#include "backend.h"
#include "core/datagram.h"
#include "core/extension.h"
#include "core/fragment.h"
#include "core/icmp.h"
#include "dispatch.h"
#include "drop.h"
#include "forward.h"
#include "fragment.h"
#include "hold.h"
#include "net.h"
#include "packet_skb.h"
#include "peers.h"
#include "service.h"
#include "trace.h"
#include "traced.h"
#include "vip.h"

/*
 * How long a first fragment is remembered, in jiffies. What is still missing by
 * then has been lost, or was held up for longer than the hosts of today wait.
 */
#define DATAGRAM_LIFETIME (5 * HZ)

/**
 * struct mgl_fragments - datagrams of a namespace that come in fragments
 * @datagrams: those whose first fragment has been seen
 * @hold: fragments of those whose first fragment has not been seen
 */
struct mgl_fragments {
	struct mgl_datagrams *datagrams;
	struct mgl_hold *hold;
};

static void fragments_free(struct mgl_fragments *all)
{
	mgl_hold_free(all->hold);
	mgl_datagrams_free(all->datagrams);
	kfree(all);
}

/**
 * mgl_fragments_ensure() - allocate what fragments need, on first use
 * @mn: the namespace; mn->lock is held
 * @extack: set on error
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int mgl_fragments_ensure(struct mgl_net *mn, struct netlink_ext_ack *extack)
{
	struct mgl_fragments *all;

	if (rcu_dereference_protected(mn->fragments,
				      lockdep_is_held(&mn->lock)))
		return 0;
	all = kzalloc(sizeof(*all), GFP_KERNEL_ACCOUNT);
	if (!all)
		goto err;
	all->datagrams = mgl_datagrams_alloc(DATAGRAM_LIFETIME);
	if (!all->datagrams)
		goto err_free;
	all->hold = mgl_hold_alloc(mn, all->datagrams, MGL_HOLD_TIME);
	if (!all->hold)
		goto err_free;
	rcu_assign_pointer(mn->fragments, all);
	return 0;

err_free:
	fragments_free(all);
err:
	NL_SET_ERR_MSG_MOD(extack, "out of memory for the table of fragments");
	return -ENOMEM;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_fragments_ensure);

/**
 * mgl_fragments_reset() - drop what is held and forget all datagrams
 * @mn: the namespace, without services; mn->lock is held
 *
 * Context: may sleep; waits for an RCU grace period if there was a service.
 */
void mgl_fragments_reset(struct mgl_net *mn)
{
	struct mgl_fragments *all;

	all = rcu_dereference_protected(mn->fragments,
					lockdep_is_held(&mn->lock));
	if (!all)
		return;
	RCU_INIT_POINTER(mn->fragments, NULL);
	synchronize_rcu();
	fragments_free(all);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_fragments_reset);

/**
 * mgl_fragments_bytes() - get the memory of the fragments that are held
 * @mn: the namespace; mn->lock is held
 *
 * Context: any.
 * Return: bytes, at most MGL_HOLD_BYTES.
 */
u32 mgl_fragments_bytes(struct mgl_net *mn)
{
	struct mgl_fragments *all;

	all = rcu_dereference_protected(mn->fragments,
					lockdep_is_held(&mn->lock));
	return all ? mgl_hold_bytes(all->hold) : 0;
}

/*
 * True if the VIP may have a service for the datagram. For other protocols it is
 * clear without the ports that there is none. Of IPv6 the protocol may be an
 * extension header in front of any.
 */
static bool may_have_service(const struct mgl_vip *vip,
			     const struct mgl_flow *tuple)
{
	return mgl_icmp_proto(tuple) ||
	       (!mgl_addr_is_v4(&tuple->saddr) &&
		mgl_chain_extension(tuple->proto)) ||
	       mgl_vip_has_proto(vip, tuple->proto);
}

static bool came_from_peer(const struct mgl_net *mn, const struct sk_buff *skb)
{
	struct mgl_addr source;

	source = skb->protocol == htons(ETH_P_IPV6) ?
		 mgl_addr_v6(&ipv6_hdr(skb)->saddr) :
		 mgl_addr_v4(ip_hdr(skb)->saddr);
	return mgl_peers_has(mn, &source);
}

/* Tells of a fragment that neither mgl_dispatch() nor follow() has told of. */
static noinline void tell(struct mgl_net *mn, const struct mgl_fragment *f,
			  const struct mgl_backend *peer,
			  enum mgl_reason reason, int iif)
{
	struct mgl_traced t = {
		.flow = &f->tuple,
		.datagram = mgl_fragment_key(f, &mn->secret),
		.backend = peer,
		.reason = reason,
		.len = f->tuple.len,
		.iif = iif,
	};

	mgl_trace_report(mn, &t);
}

/* The peer is a director with the same rules, so it is not asked for a service. */
static enum mgl_reason forward_to_peer(struct mgl_net *mn, struct sk_buff *skb,
				       struct mgl_backend *peer,
				       const struct mgl_offsets *at, u32 len)
{
	enum mgl_reason reason;

	/* From an address by which a peer recognises this host. */
	reason = mgl_forward(mn, skb, peer->endpoint, at, NULL);
	if (reason != MGL_REASON_FORWARDED)
		return reason;
	mgl_traffic_add(peer->traffic, len, false);
	return MGL_REASON_PEER;
}

/**
 * struct rest - a fragment other than the first one of its datagram
 * @at: offsets of its headers
 * @tuple: what mgl_fragment.tuple says of it
 * @held: it has been held
 */
struct rest {
	const struct mgl_offsets *at;
	const struct mgl_flow *tuple;
	bool held;
};

/*
 * What becomes of a fragment other than the first, after the first one. A backend
 * that is not usable any more has lost what it had of the datagram, and no other
 * could make anything of the rest.
 */
static enum mgl_reason send_after(struct mgl_net *mn, struct sk_buff *skb,
				  const struct rest *rest,
				  const struct mgl_datagram *d,
				  struct mgl_traced *t)
{
	struct mgl_service *svc;
	enum mgl_reason reason;
	struct mgl_backend *b;

	if (d->owner == MGL_ID_NONE)
		return mgl_reason_verdict(d->reason) == MGL_ACCEPT ?
		       d->reason : MGL_REASON_FRAGMENT_REST;
	b = mgl_ids_get(&mn->backend_ids, d->owner);
	svc = mgl_ids_get(&mn->service_ids, d->service);
	if (!b || !svc || !mgl_backend_serves(b))
		return MGL_REASON_FRAGMENT_REST;
	t->svc = svc;
	t->backend = b;
	reason = mgl_forward(mn, skb, b->endpoint, rest->at, rest->tuple);
	/* What was held and is for this host comes again, with its device. */
	if (reason == MGL_REASON_FORWARDED ||
	    (reason == MGL_REASON_LOCAL && !rest->held)) {
		mgl_traffic_add(svc->traffic, rest->tuple->len, false);
		mgl_traffic_add(b->traffic, rest->tuple->len, false);
	}
	return reason;
}

static enum mgl_reason follow(struct mgl_net *mn, struct sk_buff *skb,
			      const struct rest *rest,
			      const struct mgl_datagram *d)
{
	struct mgl_traced t = {
		.flow = rest->tuple,
		.datagram = d->key,
		.len = rest->tuple->len,
		.iif = skb->dev->ifindex,
	};

	t.reason = send_after(mn, skb, rest, d, &t);
	/* What was held and is not sent is told of when it comes again. */
	if (mgl_trace_wanted(mn) &&
	    !(rest->held && mgl_reason_verdict(t.reason) == MGL_ACCEPT))
		mgl_trace_report(mn, &t);
	return t.reason;
}

/*
 * Lets the stack receive a fragment that was held as if it came now: it passes
 * the hook again, and is counted there. Taps and ingress filters have seen it.
 */
static void receive_again(struct sk_buff *skb)
{
#ifdef CONFIG_NET_CLS_ACT
	skb->tc_skip_classify = 1;
#endif
	netif_rx(skb);
}

static enum mgl_reason parse(const struct sk_buff *skb,
			     const struct mgl_offsets *at,
			     struct mgl_fragment *f)
{
	struct mgl_packet p = mgl_packet_skb(skb);

	return at->inner_v6 ? mgl_fragment_parse_v6(&p, at->inner, f) :
			      mgl_fragment_parse_v4(&p, at->inner, f);
}

static void release_one(struct mgl_net *mn, struct sk_buff *skb,
			const struct mgl_datagram *d)
{
	struct mgl_held held = *mgl_held(skb);
	struct mgl_fragment f;
	const struct rest rest = {
		.at = &held.at,
		.tuple = &f.tuple,
		.held = true,
	};
	enum mgl_reason reason;

	skb->dev = dev_get_by_index_rcu(mn->net, held.ifindex);
	reason = skb->dev ? parse(skb, &held.at, &f) :
			    MGL_REASON_FRAGMENT_TIMEOUT;
	if (!reason)
		reason = follow(mn, skb, &rest, d);
	else if (mgl_tracing(mn))
		mgl_trace_held(mn, skb, d->key, reason);
	switch (mgl_reason_verdict(reason)) {
	case MGL_ACCEPT:
		receive_again(skb);
		return;
	case MGL_DROP:
		mgl_drop(mn, skb, reason);
		break;
	case MGL_STOLEN:
		break;
	}
	mgl_counters_reason(mn->counters, reason);
}

/* Notes what became of a first fragment, and lets those follow that are held. */
static void resolve(struct mgl_net *mn, const struct mgl_fragments *all,
		    const struct mgl_datagram *d, bool replace)
{
	struct sk_buff_head queue;
	struct sk_buff *skb;

	if (mgl_datagrams_store(all->datagrams, d, replace))
		mgl_counters_event(mn->counters,
				   MGL_EVENT_FRAGMENTS_DISPLACED);
	__skb_queue_head_init(&queue);
	mgl_hold_take(all->hold, d->key, &queue);
	while ((skb = __skb_dequeue(&queue)))
		release_one(mn, skb, d);
}

/*
 * A first fragment. One that is malformed does not take the place of a good one
 * of the same datagram: it may be forged.
 */
static enum mgl_reason receive_first(struct mgl_net *mn, struct sk_buff *skb,
				     const struct mgl_vip *vip,
				     struct mgl_parsed *parsed,
				     const struct mgl_fragment *f)
{
	const struct mgl_fragments *all = rcu_dereference(mn->fragments);
	struct mgl_packet p = mgl_packet_skb(skb);
	struct mgl_datagram d = {
		.key = mgl_fragment_key(f, &mn->secret),
		.at = (u32)jiffies,
	};
	bool good;

	d.reason = mgl_fragment_parse_first(&p, f, &parsed->flow);
	good = !d.reason;
	if (good) {
		d.reason = mgl_dispatch(mn, skb, vip, parsed);
		/* Nothing has become of it yet. */
		if (unlikely(d.reason == MGL_REASON_AGAIN))
			return d.reason;
		if (parsed->backend) {
			d.owner = parsed->backend->id;
			d.service = parsed->svc->number;
		}
	}
	if (all)
		resolve(mn, all, &d, good);
	return d.reason;
}

static enum mgl_reason receive_other(struct mgl_net *mn, struct sk_buff *skb,
				     const struct mgl_offsets *at,
				     const struct mgl_fragment *f)
{
	const struct mgl_fragments *all = rcu_dereference(mn->fragments);
	const struct rest rest = { .at = at, .tuple = &f->tuple };
	struct mgl_datagram d = {
		.key = mgl_fragment_key(f, &mn->secret),
	};
	enum mgl_reason reason;
	struct mgl_flow source;

	/* The configuration is just being flushed. */
	if (!all)
		return MGL_REASON_INNER_FRAGMENT;
	if (mgl_datagrams_find(all->datagrams, (u32)jiffies, &d))
		return follow(mn, skb, &rest, &d);
	source = mgl_flow_mask(&f->tuple, MAGLEV_AFFINITY_SOURCE);
	reason = mgl_hold_add(all->hold, skb, at,
			      mgl_flow_digest(&source, &mn->secret), &d);
	if (reason == MGL_REASON_NONE)
		return follow(mn, skb, &rest, &d);
	if (reason == MGL_REASON_HELD)
		mgl_counters_event(mn->counters, MGL_EVENT_FRAGMENTS_HELD);
	else if (mgl_tracing(mn))
		tell(mn, f, NULL, reason, skb->dev->ifindex);
	return reason;
}

/**
 * mgl_fragment_receive() - process a fragment of an inner packet
 * @mn: the namespace
 * @skb: the packet, at PRE_ROUTING, skb->data at its outer header
 * @vip: the VIP that it is for
 * @parsed: offsets of its headers, and the sequence count; mgl_inner_parse_v4() or
 *	mgl_inner_parse_v6() has found that the inner packet is a fragment
 *
 * Context: RCU read side, BH disabled. Invalidates every pointer into @skb. With
 * a first fragment, sends those that were held as well.
 * Return: the reason, not counted yet, or MGL_REASON_AGAIN as mgl_dispatch(). If
 * mgl_reason_verdict() of it is MGL_STOLEN, @skb has been consumed; otherwise the
 * caller keeps @skb. Reasons of fragments that were held are counted here.
 */
enum mgl_reason mgl_fragment_receive(struct mgl_net *mn, struct sk_buff *skb,
				     const struct mgl_vip *vip,
				     struct mgl_parsed *parsed)
{
	const struct mgl_offsets *at = &parsed->at;
	int iif = skb->dev->ifindex;
	enum mgl_reason reason;
	struct mgl_backend *peer;
	struct mgl_fragment f;

	parsed->flow = (struct mgl_flow){};
	reason = parse(skb, at, &f);
	if (reason)
		return reason;
	if (mgl_tracing(mn))
		mgl_trace_fragment(mn, skb, &f);
	if (!may_have_service(vip, &f.tuple))
		reason = MGL_REASON_NO_SERVICE;
	else if (!mgl_dispatch_allowed(mn, skb))
		reason = MGL_REASON_POLICY;
	peer = mgl_peers_owner(mn, &f.tuple);
	/* A peer has found that it is ours; to ask again could make a loop. */
	if (reason || (peer && came_from_peer(mn, skb)))
		peer = NULL;
	if (mgl_seq_retry(mn, parsed->seq))
		return MGL_REASON_AGAIN;
	if (!reason && !peer)
		return f.offset ? receive_other(mn, skb, at, &f) :
				  receive_first(mn, skb, vip, parsed, &f);
	if (peer)
		reason = forward_to_peer(mn, skb, peer, at, f.tuple.len);
	if (mgl_trace_wanted(mn))
		tell(mn, &f, peer, reason, iif);
	return reason;
}
