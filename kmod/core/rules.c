// SPDX-License-Identifier: GPL-2.0
/*
 * The rules that keep a flow where it is (Documentation/consistency.md). They
 * go beyond section 3.4 of the Maglev paper by the slot's memory of the owner
 * before.
 */
#include <kunit/visibility.h>
#include <linux/export.h>

#include "rules.h"

/**
 * mgl_rules_decide_cached() - does the cache alone decide?
 * @v: of which only @track, @new_conn, @hit and @cached_serves are looked at
 *
 * So that most packets need not look at their slot.
 *
 * Context: any.
 * Return: true if mgl_rules_decide() says MAGLEV_RULE_CACHED whatever the rest is.
 */
bool mgl_rules_decide_cached(const struct mgl_facts *v)
{
	return v->track != MAGLEV_TRACK_NONE && !v->new_conn && v->hit &&
	       v->cached_serves;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_rules_decide_cached);

/**
 * mgl_rules_decide() - apply the rules to a packet
 * @v: what is known
 *
 * 1. A packet that opens a flow goes to the slot's owner, always: a port that
 *    a client uses again must not be stuck to an old owner. Remembered only
 *    if the slot is unsettled, so that a flood of them costs no memory; an
 *    entry that the flow has is replaced.
 * 2. A flow in the cache goes to its backend while that may serve.
 * 3. Where the slot is settled, or its owner before may not serve: to the
 *    slot's owner. Remembered if the service tracks all; in an unsettled slot
 *    always, since the owner before may come back and would get the flow by
 *    rule 4; and in place of an entry whose backend may not serve, for the
 *    same reason.
 * 4. What is left is in mid-flow, unknown here, and in an unsettled slot. Most
 *    such flows are older than the change: to the owner before, remembered.
 *
 * Context: any.
 * Return: the decision.
 */
struct mgl_decision mgl_rules_decide(const struct mgl_facts *v)
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
EXPORT_SYMBOL_IF_KUNIT(mgl_rules_decide);

/**
 * mgl_rules_redundant() - would a flow stay with its backend without an entry?
 * @track: what the flow's service remembers
 * @unsettled: the flow's slot is unsettled
 * @is_owner: the backend that the entry names owns the slot
 *
 * The dual of mgl_rules_decide(): without an entry a packet in mid-flow goes to
 * the owner of a settled slot, so an entry that says the same is redundant where
 * the service remembers only what a change made ambiguous. A service that
 * remembers nothing any more does not ask for entries.
 *
 * Context: any.
 * Return: true if it would, or if nobody asks.
 */
bool mgl_rules_redundant(enum maglev_track track, bool unsettled, bool is_owner)
{
	switch (track) {
	case MAGLEV_TRACK_NONE:
		return true;
	case MAGLEV_TRACK_CHANGED:
		return !unsettled && is_owner;
	default:
		return false;
	}
}
EXPORT_SYMBOL_IF_KUNIT(mgl_rules_redundant);

/**
 * mgl_flow_state_next() - what one more packet of the client says of a flow
 * @state: what the packets before it said
 * @pkt_state: what this one shows by itself
 *
 * A director sees one direction. Acknowledgements after the client's FIN do
 * not open the flow again, but data after a RST does: anybody can send a RST,
 * and the backend knows whether it was valid.
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
