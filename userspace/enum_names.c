// SPDX-License-Identifier: GPL-2.0
/*
 * The words for enumerations of the kernel's: raw, listed and saved alike.
 */
#include <string.h>

#include "enum_names.h"
#include "types.h"

#define NAMES(array)	{ array, ARRAY_SIZE(array) }

static const char * const track[] = {
	[MAGLEV_TRACK_ALL] = "all",
	[MAGLEV_TRACK_CHANGED] = "changed",
	[MAGLEV_TRACK_NONE] = "none",
};
const struct enum_names track_names = NAMES(track);

static const char * const affinity[] = {
	[MAGLEV_AFFINITY_5TUPLE] = "5tuple",
	[MAGLEV_AFFINITY_3TUPLE] = "3tuple",
	[MAGLEV_AFFINITY_SOURCE] = "source",
};
const struct enum_names affinity_names = NAMES(affinity);

static const char * const all_down[] = {
	[MAGLEV_ALL_DOWN_DROP] = "drop",
	[MAGLEV_ALL_DOWN_REJECT] = "reject",
	[MAGLEV_ALL_DOWN_ACCEPT] = "accept",
};
const struct enum_names all_down_names = NAMES(all_down);

static const char * const states[] = {
	[MAGLEV_STATE_UP] = "up",
	[MAGLEV_STATE_DRAIN] = "drain",
	[MAGLEV_STATE_DOWN] = "down",
};
const struct enum_names state_names = NAMES(states);

static const char * const rule[] = {
	[MAGLEV_RULE_NOBODY] = "nobody",
	[MAGLEV_RULE_OPEN] = "open",
	[MAGLEV_RULE_CACHED] = "cached",
	[MAGLEV_RULE_CURRENT] = "current",
	[MAGLEV_RULE_PREVIOUS] = "previous",
	[MAGLEV_RULE_HASH] = "hash",
	[MAGLEV_RULE_SPARE] = "spare",
	[MAGLEV_RULE_FULL] = "full",
};
const struct enum_names rule_names = NAMES(rule);

static const char * const timeout[] = {
	[TIMEOUT_INDEX(TCP)] = "tcp",
	[TIMEOUT_INDEX(TCP_SYN)] = "tcpsyn",
	[TIMEOUT_INDEX(TCP_FIN)] = "tcpfin",
	[TIMEOUT_INDEX(TCP_CLOSE)] = "tcpclose",
	[TIMEOUT_INDEX(UDP)] = "udp",
	[TIMEOUT_INDEX(SCTP)] = "sctp",
	[TIMEOUT_INDEX(SCTP_INIT)] = "sctpinit",
	[TIMEOUT_INDEX(SCTP_SHUTDOWN)] = "sctpshutdown",
	[TIMEOUT_INDEX(SCTP_CLOSE)] = "sctpclose",
};
const struct enum_names timeout_names = NAMES(timeout);

static const char * const pmtu[] = {
	[MAGLEV_PMTU_BOTH] = "both",
	[MAGLEV_PMTU_ROUTER] = "router",
	[MAGLEV_PMTU_CLIENT] = "client",
};
const struct enum_names pmtu_names = NAMES(pmtu);

/* Not the kernel's, but said in the same way. */
static const char * const color[] = {
	[COLOUR_AUTO] = "auto",
	[COLOUR_ALWAYS] = "always",
	[COLOUR_NEVER] = "never",
};
const struct enum_names color_names = NAMES(color);

static const char * const trace_kind[] = {
	[MAGLEV_TRACE_PACKET] = "packet",
	[MAGLEV_TRACE_ERROR] = "error",
	[MAGLEV_TRACE_FRAGMENT] = "fragment",
};
const struct enum_names trace_kind_names = NAMES(trace_kind);

/**
 * enum_name() - name of a value
 * @names: the enumeration
 * @value: the value
 *
 * Return: the name, or a question mark: a newer module may have more values.
 */
const char *enum_name(const struct enum_names *names, size_t value)
{
	return value < names->n ? names->name[value] : "?";
}

/**
 * enum_value() - value of a name
 * @names: the enumeration
 * @text: the name
 * @len: its length
 * @value: the result
 *
 * Return: true if there is such a name.
 */
bool enum_value(const struct enum_names *names, const char *text, size_t len,
		uint8_t *value)
{
	size_t i;

	for (i = 0; i < names->n; i++) {
		if (strlen(names->name[i]) == len &&
		    !memcmp(names->name[i], text, len)) {
			*value = (uint8_t)i;
			return true;
		}
	}
	return false;
}

/**
 * flow_state_name() - name of a flow's state, as in ipvsadm
 * @proto: the flow's protocol
 * @state: enum maglev_flow_state
 *
 * Return: its name in upper case.
 */
const char *flow_state_name(uint8_t proto, uint8_t state)
{
	static const char * const tcp[] = {
		[MAGLEV_FLOW_OPENING] = "SYN_RECV",
		[MAGLEV_FLOW_ESTABLISHED] = "ESTABLISHED",
		[MAGLEV_FLOW_CLOSING] = "FIN_WAIT",
		[MAGLEV_FLOW_CLOSED] = "CLOSE",
	};
	static const char * const sctp[] = {
		[MAGLEV_FLOW_OPENING] = "INIT",
		[MAGLEV_FLOW_ESTABLISHED] = "ESTABLISHED",
		[MAGLEV_FLOW_CLOSING] = "SHUTDOWN",
		[MAGLEV_FLOW_CLOSED] = "CLOSED",
	};

	if (proto == IPPROTO_UDP)
		return "UDP";
	if (state >= ARRAY_SIZE(tcp))
		return "?";
	return proto == IPPROTO_SCTP ? sctp[state] : tcp[state];
}
