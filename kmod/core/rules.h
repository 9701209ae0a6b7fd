/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rules that decide which backend gets a packet: the slot's owner, its previous
 * owner, or the backend in the flow's entry. Pure: no time, no memory, no
 * objects.
 */
#ifndef _MGL_RULES_H
#define _MGL_RULES_H

#include <linux/types.h>
#include <uapi/linux/maglev.h>

/**
 * struct mgl_facts - input of the rules for one packet
 * @track: flows that the packet's service tracks
 * @new_conn: the packet opens a new connection: TCP SYN without ACK or SCTP
 *	INIT, with an affinity that tells connections apart
 * @hit: the flow has an entry in the cache
 * @cached_serves: the backend of that entry is usable, i.e. up or draining
 * @unsettled: the flow's slot was reassigned less than the settle time ago
 * @cur: the slot has an owner
 * @prev_serves: the slot has a previous owner that is usable
 * @starts: the packet may be the first one of its flow: it opens a connection,
 *	whatever the affinity, or its protocol does not tell
 * @cached_opening: the entry is of a connection whose client has sent nothing but
 *	SYN or INIT; this and the following matter only if @limited
 * @limited: the slot's owner has thresholds
 * @full: the slot's owner is overloaded
 * @spare: there is another backend with slots that is not overloaded
 */
struct mgl_facts {
	enum maglev_track track;
	bool new_conn;
	bool hit;
	bool cached_serves;
	bool unsettled;
	bool cur;
	bool prev_serves;
	bool starts;
	bool cached_opening;
	bool limited;
	bool full;
	bool spare;
};

/**
 * struct mgl_decision - result of the rules for one packet
 * @rule: the rule that applies and so the backend: for MAGLEV_RULE_CACHED that
 *	of the flow's entry, for MAGLEV_RULE_PREVIOUS the slot's previous owner,
 *	for MAGLEV_RULE_SPARE the other backend, for MAGLEV_RULE_NOBODY and
 *	MAGLEV_RULE_FULL none, otherwise the slot's owner
 * @remember: store the flow with this backend in the cache, replacing an entry
 *	that it has
 */
struct mgl_decision {
	enum maglev_rule rule;
	bool remember;
};

/**
 * struct mgl_thresholds - numbers of flows between which a backend is overloaded
 * @upper: overloaded from this number on, 0 for never
 * @lower: overloaded until there are fewer than this; 0 for three quarters of
 *	@upper
 */
struct mgl_thresholds {
	u32 upper;
	u32 lower;
};

bool mgl_rules_decide_cached(const struct mgl_facts *v);
struct mgl_decision mgl_rules_decide(const struct mgl_facts *v);
bool mgl_rules_redundant(enum maglev_track track, bool unsettled, bool is_owner,
			 bool limited);
bool mgl_rules_relieved(const struct mgl_thresholds *t, u32 flows);
bool mgl_rules_overloaded(const struct mgl_thresholds *t, u32 flows, bool was);
enum maglev_flow_state mgl_flow_state_next(enum maglev_flow_state state,
					   enum maglev_flow_state pkt_state);

#endif /* _MGL_RULES_H */
