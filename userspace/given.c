// SPDX-License-Identifier: GPL-2.0
/*
 * What ipvsadm was given and the module has no use for, as bytes that it keeps
 * with a service or a backend. Documentation/netlink.md has the format: items of
 * a type, a length, and that many bytes of text.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "given.h"
#include "parse.h"

/* Other programs read these, too. */
enum {
	ITEM_SCHEDULER = 1,
	ITEM_SCHED_FLAGS = 2,
	ITEM_PERSISTENT = 3,
	ITEM_NETMASK = 4,
	ITEM_FORWARD = 5,
	ITEM_TUNNEL = 6,
};

/* Longer than any text of an item that is known here. */
#define TEXT_SIZE	32

static void put(struct userdata *u, uint8_t type, const char *text)
{
	size_t len = strlen(text);

	/* All there is to say takes half of the room. */
	if (!len || u->len + 2 + len > sizeof(u->bytes))
		return;
	u->bytes[u->len++] = type;
	u->bytes[u->len++] = (uint8_t)len;
	memcpy(u->bytes + u->len, text, len);
	u->len = (uint8_t)(u->len + len);
}

static void put_number(struct userdata *u, uint8_t type, uint32_t value)
{
	char text[TEXT_SIZE];

	if (!value)
		return;
	snprintf(text, sizeof(text), "%" PRIu32, value);
	put(u, type, text);
}

/**
 * given_write() - write what was given as the bytes that are kept
 * @g: what was given
 * @u: the result, empty if nothing was
 */
void given_write(const struct given *g, struct userdata *u)
{
	u->len = 0;
	put(u, ITEM_SCHEDULER, g->scheduler);
	put_number(u, ITEM_SCHED_FLAGS, g->sched_flags);
	put_number(u, ITEM_PERSISTENT, g->persistent);
	put(u, ITEM_NETMASK, g->netmask);
	put(u, ITEM_FORWARD, g->tunnel == GIVEN_ROUTE ? "route" : "");
	put(u, ITEM_TUNNEL, g->tunnel == GIVEN_IPIP ? "ipip" : "");
}

/* A word as it may be printed: letters, digits, dots and dashes. */
static bool get_word(const uint8_t *bytes, size_t len, char *word, size_t size)
{
	static const char known[] = "abcdefghijklmnopqrstuvwxyz0123456789.-";

	if (!len || len >= size || memchr(bytes, '\0', len))
		return false;
	memcpy(word, bytes, len);
	word[len] = '\0';
	if (word[strspn(word, known)]) {
		*word = '\0';
		return false;
	}
	return true;
}

static uint32_t get_number(const uint8_t *bytes, size_t len, uint32_t max)
{
	char text[TEXT_SIZE];
	uint64_t value;

	if (!get_word(bytes, len, text, sizeof(text)) ||
	    parse_uint(text, max, &value))
		return 0;
	return (uint32_t)value;
}

static void get_item(struct given *g, uint8_t type, const uint8_t *bytes,
		     size_t len)
{
	char text[TEXT_SIZE] = "";

	switch (type) {
	case ITEM_SCHEDULER:
		get_word(bytes, len, g->scheduler, sizeof(g->scheduler));
		break;
	case ITEM_SCHED_FLAGS:
		g->sched_flags = (uint8_t)get_number(bytes, len, 7);
		break;
	case ITEM_PERSISTENT:
		g->persistent = get_number(bytes, len, MAGLEV_TIMEOUT_MAX);
		break;
	case ITEM_NETMASK:
		get_word(bytes, len, g->netmask, sizeof(g->netmask));
		break;
	case ITEM_FORWARD:
		get_word(bytes, len, text, sizeof(text));
		if (!strcmp(text, "route"))
			g->tunnel = GIVEN_ROUTE;
		break;
	case ITEM_TUNNEL:
		get_word(bytes, len, text, sizeof(text));
		if (!strcmp(text, "ipip") && g->tunnel == GIVEN_GRE)
			g->tunnel = GIVEN_IPIP;
		break;
	default:
		break;
	}
}

/**
 * given_read() - read what was given
 * @u: the bytes that are kept, whoever wrote them, or NULL
 * @g: the result; what is unknown or malformed is left out
 *
 * Return: true if @g says all that there is in @u.
 */
bool given_read(const struct userdata *u, struct given *g)
{
	struct userdata again;
	size_t at = 0;

	memset(g, 0, sizeof(*g));
	if (!u)
		return true;
	while (u->len - at >= 2 && u->len - at - 2 >= u->bytes[at + 1]) {
		get_item(g, u->bytes[at], u->bytes + at + 2, u->bytes[at + 1]);
		at += 2u + u->bytes[at + 1];
	}
	given_write(g, &again);
	return again.len == u->len && !memcmp(again.bytes, u->bytes, u->len);
}

/**
 * given_scheduler() - the scheduler to list
 * @g: what was given
 *
 * Return: its name.
 */
const char *given_scheduler(const struct given *g)
{
	return *g->scheduler ? g->scheduler : "mh";
}

/**
 * given_sched_flags() - the names of the scheduler's flags, as ipvsadm has them
 * @g: what was given
 * @saved: also the third one of sh and mh, which ipvsadm does not list
 *
 * Return: the names, separated by commas, in a buffer that the next call
 * overwrites; empty if there are none.
 */
const char *given_sched_flags(const struct given *g, bool saved)
{
	static const char * const names[][3] = {
		{ "flag-1", "flag-2", "flag-3" },
		{ "sh-fallback", "sh-port", "flag-3" },
		{ "mh-fallback", "mh-port", "flag-3" },
	};
	const char *scheduler = given_scheduler(g);
	size_t of = !strcmp(scheduler, "sh") ? 1 : !strcmp(scheduler, "mh") ? 2 : 0;
	static char text[TEXT_SIZE];
	size_t i, len = 0;

	text[0] = '\0';
	for (i = 0; i < (of && !saved ? 2 : 3); i++)
		if (g->sched_flags & 1u << i)
			len += (size_t)snprintf(text + len, sizeof(text) - len,
						"%s%s", len ? "," : "",
						names[of][i]);
	return text;
}
