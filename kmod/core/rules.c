// SPDX-License-Identifier: GPL-2.0
/*
 * Rules that keep a flow with its backend (Documentation/consistency.md). In
 * addition to section 3.4 of the Maglev paper, a slot remembers its previous
 * owner.
 */
#include <kunit/visibility.h>
#include <linux/export.h>
#include <linux/kernel.h>

#include "rules.h"

/**
 * mgl_rules_decide_cached() - check whether the cache alone decides
 * @v: the facts, of which only @track, @new_conn, @hit and @cached_serves need
 *	to be set
 *
 * Saves most packets the lookup of their slot.
 *
 * Context: any.
 * Return: true if mgl_rules_decide() returns MAGLEV_RULE_CACHED regardless of
 * the other facts.
 */
bool mgl_rules_decide_cached(const struct mgl_facts *v)
{
	return v->track != MAGLEV_TRACK_NONE && !v->new_conn && v->hit &&
	       v->cached_serves;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_rules_decide_cached);

/* The four rules, whatever thresholds there are. */
static struct mgl_decision decide(const struct mgl_facts *v)
{
	struct mgl_decision d = { .rule = MAGLEV_RULE_NOBODY };

	if (v->track == MAGLEV_TRACK_NONE) {
		if (v->cur)
			d.rule = MAGLEV_RULE_HASH;
	} else if (v->new_conn) {
		if (v->cur) {
			d.rule = MAGLEV_RULE_OPEN;
			d.remember = v->unsettled || v->hit;
		}
	} else if (v->hit && v->cached_serves) {
		d.rule = MAGLEV_RULE_CACHED;
	} else if (v->unsettled && v->prev_serves) {
		d.rule = MAGLEV_RULE_PREVIOUS;
		d.remember = true;
	} else if (v->cur) {
		d.rule = MAGLEV_RULE_CURRENT;
		d.remember = v->track == MAGLEV_TRACK_ALL || v->unsettled ||
			     v->hit;
	}
	return d;
}

/*
 * What thresholds of the slot's owner change. It knows its flows by their
 * entries, so every flow that goes to it is remembered, a connection from its
 * SYN on. Whoever is turned away is remembered with the backend that it gets: no
 * table leads there.
 */
static noinline struct mgl_decision
decide_limited(const struct mgl_facts *v, struct mgl_decision d)
{
	bool lost = v->hit && !v->cached_serves;

	/*
	 * A SYN that comes again has to go where the first one went: the owner may
	 * have become overloaded, or have been relieved, in between. Once the
	 * client has answered it is a new connection, as without thresholds.
	 */
	if (d.rule == MAGLEV_RULE_OPEN && v->hit && v->cached_serves &&
	    v->cached_opening)
		return (struct mgl_decision){ .rule = MAGLEV_RULE_CACHED };
	if (d.rule != MAGLEV_RULE_OPEN && d.rule != MAGLEV_RULE_CURRENT)
		return d;
	d.remember = true;
	/*
	 * Others are in mid-flow and unknown here: most are connections of the
	 * owner that came to this director, which any other backend would reset.
	 */
	if (v->full && (v->starts || lost)) {
		d.rule = v->spare ? MAGLEV_RULE_SPARE : MAGLEV_RULE_FULL;
		d.remember = v->spare;
	}
	return d;
}

/**
 * mgl_rules_decide() - apply the rules to a packet
 * @v: the facts
 *
 * 1. A packet that opens a new connection always goes to the slot's owner: a
 *    port that a client uses again must not stick to an old owner. The flow is
 *    remembered only if the slot is unsettled, so that a flood of such packets
 *    takes no memory; an entry that the flow has is replaced.
 * 2. A flow in the cache goes to its backend as long as that is usable.
 * 3. If the slot is settled or its previous owner is not usable, the packet
 *    goes to the slot's owner. The flow is remembered if the service tracks all
 *    flows; in an unsettled slot always, since the previous owner may come back
 *    and would get the flow by rule 4; and in place of an entry whose backend
 *    is not usable, for the same reason.
 * 4. Other packets are in mid-flow, without an entry, and in an unsettled slot.
 *    Most such flows are older than the change, so they go to the previous
 *    owner and are remembered.
 *
 * If the slot's owner has thresholds, flows that go to it by 1 or 3 are always
 * remembered, and a SYN that comes again goes where the first one went. While
 * the owner is overloaded, new flows, and those whose backend is not usable any
 * more, go to another backend that is not, or nowhere.
 *
 * Context: any.
 * Return: the decision.
 */
struct mgl_decision mgl_rules_decide(const struct mgl_facts *v)
{
	struct mgl_decision d = decide(v);

	return unlikely(v->limited) ? decide_limited(v, d) : d;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_rules_decide);

/**
 * mgl_rules_redundant() - check whether a flow needs its entry
 * @track: flows that the flow's service tracks
 * @unsettled: the flow's slot is unsettled
 * @is_owner: the backend of the entry owns the slot
 * @limited: the slot's owner has thresholds
 *
 * The dual of mgl_rules_decide(): without an entry, a packet in mid-flow goes
 * to the owner of a settled slot. So an entry with that owner is redundant if
 * the service tracks only flows that a change made ambiguous. An owner with
 * thresholds counts its entries. A service that does not track flows any more
 * does not look for entries.
 *
 * Context: any.
 * Return: true if the flow keeps its backend without the entry, or if the
 * entry is not used.
 */
bool mgl_rules_redundant(enum maglev_track track, bool unsettled, bool is_owner,
			 bool limited)
{
	switch (track) {
	case MAGLEV_TRACK_NONE:
		return true;
	case MAGLEV_TRACK_CHANGED:
		return !unsettled && is_owner && !limited;
	default:
		return false;
	}
}
EXPORT_SYMBOL_IF_KUNIT(mgl_rules_redundant);

/**
 * mgl_rules_relieved() - check whether a number of flows ends an overload
 * @t: the backend's thresholds
 * @flows: number of flows that it has
 *
 * As in IPVS (__ip_vs_dest_update_overload()): without a lower threshold that is
 * the case below three quarters of the upper one, rounded up.
 *
 * Context: any.
 * Return: true if a backend with @flows is not overloaded, even if it was.
 */
bool mgl_rules_relieved(const struct mgl_thresholds *t, u32 flows)
{
	return !t->upper || flows < (t->lower ?: t->upper - t->upper / 4);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_rules_relieved);

/**
 * mgl_rules_overloaded() - check a backend's number of flows against thresholds
 * @t: the thresholds
 * @flows: number of flows that it has
 * @was: it has been overloaded so far
 *
 * As in IPVS: between the thresholds it stays as it was.
 *
 * Context: any.
 * Return: true if it is to get no new flows.
 */
bool mgl_rules_overloaded(const struct mgl_thresholds *t, u32 flows, bool was)
{
	if (!t->upper)
		return false;
	return flows >= t->upper || (was && !mgl_rules_relieved(t, flows));
}
EXPORT_SYMBOL_IF_KUNIT(mgl_rules_overloaded);

/**
 * mgl_flow_state_next() - compute the state of a flow after another packet
 * @state: the state so far
 * @pkt_state: the state implied by this packet alone
 *
 * A director sees only the packets of the client. Acknowledgements after the
 * client's FIN do not reopen the flow, but data after a RST does: anybody can
 * forge a RST, and only the backend can tell whether it was valid.
 *
 * Context: any.
 * Return: the new state.
 */
enum maglev_flow_state mgl_flow_state_next(enum maglev_flow_state state,
					   enum maglev_flow_state pkt_state)
{
	if (pkt_state == MAGLEV_FLOW_ESTABLISHED && state == MAGLEV_FLOW_CLOSING)
		return MAGLEV_FLOW_CLOSING;
	return pkt_state;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_flow_state_next);
