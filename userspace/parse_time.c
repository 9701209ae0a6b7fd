// SPDX-License-Identifier: GPL-2.0
/*
 * Text to times: settle times, deadlines, timeouts. As in parse.c, a function
 * returns NULL or one static sentence.
 */
#include <string.h>

#include "enum_names.h"
#include "parse.h"

/* Of readings, in ms. */
#define INTERVAL_MIN	100
#define INTERVAL_MAX	(24 * 60 * 60 * 1000)

/**
 * parse_time() - a time: 120, 120s, 2m, 1h or 500ms
 * @text: the time; a bare number is seconds
 * @ms: the result, in milliseconds
 *
 * Return: NULL or what is wrong.
 */
const char *parse_time(const char *text, uint64_t *ms)
{
	static const struct {
		const char *suffix;
		uint64_t ms;
	} units[] = {
		{ "", 1000 },
		{ "ms", 1 },
		{ "s", 1000 },
		{ "m", 60 * 1000 },
		{ "h", 60 * 60 * 1000 },
	};
	size_t digits = strspn(text, "0123456789");
	char number[16];
	uint64_t v;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(units); i++)
		if (!strcmp(text + digits, units[i].suffix))
			break;
	if (!digits || i == ARRAY_SIZE(units))
		return "not a time: use 120, 120s, 2m, 1h or 500ms";
	/* Limit of digits: that many of hours fit into 64 bits of milliseconds. */
	if (digits > 11)
		return "time too long";
	memcpy(number, text, digits);
	number[digits] = '\0';
	if (parse_uint(number, UINT64_MAX, &v))
		return "time too long";
	*ms = v * units[i].ms;
	return NULL;
}

static const char *parse_ms(const char *text, uint32_t max, uint32_t *ms)
{
	const char *wrong;
	uint64_t v;

	wrong = parse_time(text, &v);
	if (wrong)
		return wrong;
	if (v > max)
		return "time too long";
	*ms = (uint32_t)v;
	return NULL;
}

/**
 * parse_settle() - the settle time of a pool
 * @text: a time, or auto
 * @ms: the result in milliseconds, 0 for auto
 *
 * Return: NULL or what is wrong.
 */
const char *parse_settle(const char *text, uint32_t *ms)
{
	if (strcmp(text, "auto"))
		return parse_ms(text, MAGLEV_SETTLE_MAX, ms);
	*ms = 0;
	return NULL;
}

/**
 * parse_deadline() - parse the time for which a backend may drain
 * @text: a time
 * @ms: the result in milliseconds
 *
 * Return: NULL or what is wrong.
 */
const char *parse_deadline(const char *text, uint32_t *ms)
{
	return parse_ms(text, MAGLEV_DEADLINE_MAX, ms);
}

/**
 * parse_interval() - parse the time from one reading of counters to the next
 * @text: a time
 * @ms: the result in milliseconds
 *
 * Return: NULL or what is wrong.
 */
const char *parse_interval(const char *text, uint32_t *ms)
{
	const char *wrong = parse_ms(text, UINT32_MAX, ms);

	if (!wrong && (*ms < INTERVAL_MIN || *ms > INTERVAL_MAX))
		return "not an interval (100ms to 24h)";
	return wrong;
}

/**
 * parse_timeout() - after how much idle time a flow is forgotten
 * @text: a time
 * @seconds: the result
 *
 * Return: NULL or what is wrong.
 */
const char *parse_timeout(const char *text, uint32_t *seconds)
{
	const char *wrong;
	uint64_t ms;

	wrong = parse_time(text, &ms);
	if (wrong)
		return wrong;
	if (ms % 1000)
		return "not a number of whole seconds";
	if (!ms || ms / 1000 > MAGLEV_TIMEOUT_MAX)
		return "not a timeout (1 to 2678400 seconds)";
	*seconds = (uint32_t)(ms / 1000);
	return NULL;
}

/**
 * parse_timeout_named() - NAME=TIME
 * @text: the timeout
 * @config: where to put it; it has to be 0 there
 *
 * Return: NULL or what is wrong.
 */
const char *parse_timeout_named(const char *text, struct config *config)
{
	size_t len = strcspn(text, "=");
	uint8_t i;

	if (!text[len])
		return "not NAME=VALUE; without names it takes three numbers, TCP TCPFIN UDP";
	if (!enum_value(&timeout_names, text, len, &i))
		return "use tcp, tcpsyn, tcpfin, tcpclose, udp, sctp, sctpinit, sctpshutdown, sctpclose, pmtu or peers";
	if (config->timeouts[i])
		return "given twice";
	return parse_timeout(text + len + 1, &config->timeouts[i]);
}

/**
 * parse_persistent() - the timeout of ipvsadm's -p
 * @text: seconds
 * @seconds: the result
 *
 * Return: NULL or what is wrong.
 */
const char *parse_persistent(const char *text, uint32_t *seconds)
{
	uint64_t v;

	if (parse_uint(text, MAGLEV_TIMEOUT_MAX, &v) || !v)
		return "not a timeout (1 to 2678400 seconds)";
	*seconds = (uint32_t)v;
	return NULL;
}
