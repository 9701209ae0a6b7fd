/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which backend: the one that the table names, the one before, or the one
 * that the flow has. Pure: no time, no memory, no objects.
 */
#ifndef _MGL_CONSISTENCY_H
#define _MGL_CONSISTENCY_H

#include <linux/types.h>
#include <uapi/linux/maglev.h>

/**
 * struct mgl_facts - what is known when a packet is to be directed
 * @track: what the packet's service remembers
 * @new_conn: the packet opens a flow of its own: TCP SYN without ACK or SCTP
 *	INIT, with an affinity that tells connections apart
 * @hit: the flow is in the cache
 * @cached_serves: the backend that it has there may serve, so it is up or
 *	drains
 * @unsettled: the flow's slot changed hands less than the settle time ago
 * @cur: the slot has an owner
 * @prev_serves: the owner that the slot had before may serve
 */
struct mgl_facts {
	enum maglev_track track;
	bool new_conn;
	bool hit;
	bool cached_serves;
	bool unsettled;
	bool cur;
	bool prev_serves;
};

/**
 * struct mgl_decision - where the packet goes
 * @rule: why, and so to whom: MAGLEV_RULE_CACHED to the flow's backend,
 *	MAGLEV_RULE_PREVIOUS to the slot's owner before, MAGLEV_RULE_NOBODY to
 *	nobody, others to the slot's owner
 * @remember: the cache is to have the flow with this backend from now on,
 *	whatever it has now
 */
struct mgl_decision {
	enum maglev_rule rule;
	bool remember;
};

bool mgl_rules_decide_cached(const struct mgl_facts *v);
struct mgl_decision mgl_rules_decide(const struct mgl_facts *v);
bool mgl_rules_redundant(enum maglev_track track, bool unsettled, bool is_owner);
enum maglev_flow_state mgl_flow_state_next(enum maglev_flow_state state,
					   enum maglev_flow_state pkt_state);

#endif /* _MGL_CONSISTENCY_H */
