// SPDX-License-Identifier: GPL-2.0
/*
 * The words for enumerations of the kernel's: typed, listed and saved alike.
 */
#include <string.h>

#include "types.h"
#include "words.h"

#define WORDS(array)	{ array, ARRAY_SIZE(array) }

static const char * const track[] = {
	[MAGLEV_TRACK_ALL] = "all",
	[MAGLEV_TRACK_CHANGED] = "changed",
	[MAGLEV_TRACK_NONE] = "none",
};
const struct words words_track = WORDS(track);

static const char * const affinity[] = {
	[MAGLEV_AFFINITY_5TUPLE] = "5tuple",
	[MAGLEV_AFFINITY_3TUPLE] = "3tuple",
	[MAGLEV_AFFINITY_SOURCE] = "source",
};
const struct words words_affinity = WORDS(affinity);

static const char * const all_down[] = {
	[MAGLEV_ALL_DOWN_DROP] = "drop",
	[MAGLEV_ALL_DOWN_REJECT] = "reject",
	[MAGLEV_ALL_DOWN_ACCEPT] = "accept",
};
const struct words words_all_down = WORDS(all_down);

static const char * const states[] = {
	[MAGLEV_STATE_UP] = "up",
	[MAGLEV_STATE_DRAIN] = "drain",
	[MAGLEV_STATE_DOWN] = "down",
};
const struct words words_state = WORDS(states);

static const char * const rule[] = {
	[MAGLEV_RULE_NOBODY] = "nobody",
	[MAGLEV_RULE_OPEN] = "open",
	[MAGLEV_RULE_CACHED] = "cached",
	[MAGLEV_RULE_CURRENT] = "current",
	[MAGLEV_RULE_PREVIOUS] = "previous",
	[MAGLEV_RULE_HASH] = "hash",
};
const struct words words_rule = WORDS(rule);

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
const struct words words_timeout = WORDS(timeout);

/**
 * word_of() - what a value is called
 * @words: the enumeration
 * @value: the value
 *
 * Return: its word, or a question mark: a newer module may know more values.
 */
const char *word_of(const struct words *words, size_t value)
{
	return value < words->n ? words->word[value] : "?";
}

/**
 * word_value() - the value that a word means
 * @words: the enumeration
 * @text: the word
 * @len: its length
 * @value: the result
 *
 * Return: true if there is such a word.
 */
bool word_value(const struct words *words, const char *text, size_t len,
		uint8_t *value)
{
	size_t i;

	for (i = 0; i < words->n; i++) {
		if (strlen(words->word[i]) == len &&
		    !memcmp(words->word[i], text, len)) {
			*value = (uint8_t)i;
			return true;
		}
	}
	return false;
}

/**
 * word_flow_state() - a flow's state, as ipvsadm calls it
 * @proto: the flow's protocol
 * @state: enum maglev_flow_state
 *
 * Return: its name in upper case.
 */
const char *word_flow_state(uint8_t proto, uint8_t state)
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
