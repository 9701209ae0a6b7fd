// SPDX-License-Identifier: GPL-2.0
/*
 * Text to values, the parameters of services, pools and backends. As in
 * parse.c, a function returns NULL or one static sentence.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "enum_names.h"
#include "parse.h"

/**
 * parse_weight() - the weight of a backend
 * @text: the weight
 * @weight: the result
 *
 * Return: NULL or what is wrong.
 */
const char *parse_weight(const char *text, uint32_t *weight)
{
	uint64_t v;

	if (parse_uint(text, MAGLEV_WEIGHT_MAX, &v))
		return "not a weight (0 to 65535)";
	*weight = (uint32_t)v;
	return NULL;
}

/**
 * parse_panic() - the share of a pool's backends below which it panics
 * @text: a percentage
 * @percent: the result
 *
 * Return: NULL or what is wrong.
 */
const char *parse_panic(const char *text, uint8_t *percent)
{
	uint64_t v;

	if (parse_uint(text, MAGLEV_PANIC_MAX, &v))
		return "not a percentage (0 to 100)";
	*percent = (uint8_t)v;
	return NULL;
}

/**
 * parse_trace_rate() - packets to trace in a second
 * @text: the number
 * @rate: the result
 *
 * Return: NULL or what is wrong.
 */
const char *parse_trace_rate(const char *text, uint32_t *rate)
{
	uint64_t v;

	if (parse_uint(text, MAGLEV_TRACE_RATE_MAX, &v) || !v)
		return "not a number of packets a second (1 to 10000)";
	*rate = (uint32_t)v;
	return NULL;
}

/**
 * parse_threshold() - the number of flows from which on a backend is overloaded
 * @text: the number
 * @flows: the result
 *
 * Return: NULL or what is wrong.
 */
const char *parse_threshold(const char *text, uint32_t *flows)
{
	uint64_t v;

	if (parse_uint(text, MAGLEV_THRESHOLD_MAX, &v))
		return "not a limit on connections (0 to 2147483647)";
	*flows = (uint32_t)v;
	return NULL;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/**
 * parse_userdata() - bytes to be kept with a service or a backend
 * @text: hexadecimal digits, two for each byte; or "none"
 * @u: the result
 *
 * Return: NULL or what is wrong.
 */
const char *parse_userdata(const char *text, struct userdata *u)
{
	size_t i, len = strlen(text);

	u->len = 0;
	if (!strcmp(text, "none"))
		return NULL;
	if (len > 2 * sizeof(u->bytes))
		return "more than 128 bytes";
	for (i = 0; i < len; i++)
		if (hex_digit(text[i]) < 0)
			break;
	if (!len || len % 2 || i < len)
		return "not bytes in hexadecimal digits, nor none";
	for (i = 0; i < len; i += 2)
		u->bytes[i / 2] = (uint8_t)(hex_digit(text[i]) << 4 |
					    hex_digit(text[i + 1]));
	u->len = (uint8_t)(len / 2);
	return NULL;
}

/**
 * parse_table_size() - the slots of a pool's table
 * @text: the size
 * @size: the result
 *
 * Whether it is a prime is left to the kernel to judge.
 *
 * Return: NULL or what is wrong.
 */
const char *parse_table_size(const char *text, uint32_t *size)
{
	uint64_t v;

	if (parse_uint(text, MAGLEV_TABLE_SIZE_MAX, &v) ||
	    v < MAGLEV_TABLE_SIZE_MIN)
		return "not a table size (a prime from 251 to 1048573)";
	*size = (uint32_t)v;
	return NULL;
}

static const char *parse_pmtu(const char *text, struct config *config)
{
	if (config->has_pmtu)
		return "given twice";
	config->has_pmtu = true;
	return enum_value(&pmtu_names, text, strlen(text), &config->pmtu) ?
	       NULL : "use client, router or both";
}

static const char *parse_peers(const char *text, struct config *config)
{
	if (config->has_peers)
		return "given twice";
	config->has_peers = true;
	return parse_pool_or_none(text, &config->peers);
}

/**
 * parse_setting() - NAME=VALUE of --set
 * @text: a timeout, who is told of path MTUs, or the pool of the peers
 * @config: where to put it, which has to be unset there
 *
 * Return: NULL or what is wrong.
 */
const char *parse_setting(const char *text, struct config *config)
{
	static const struct {
		const char *prefix;
		const char *(*parse)(const char *text, struct config *config);
	} settings[] = {
		{ "pmtu=", parse_pmtu },
		{ "peers=", parse_peers },
	};
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		len = strlen(settings[i].prefix);
		if (!strncmp(text, settings[i].prefix, len))
			return settings[i].parse(text + len, config);
	}
	return parse_timeout_named(text, config);
}

/**
 * parse_count() - how many events or packets to wait for
 * @text: the number, 1 or more
 * @count: the result
 *
 * Return: NULL or what is wrong.
 */
const char *parse_count(const char *text, uint64_t *count)
{
	const char *wrong = parse_uint(text, UINT64_MAX, count);

	return wrong || *count ? wrong : "use 1 or more";
}

/**
 * parse_seed() - the seed of a pool
 * @text: 64 bits, decimal or 0x hexadecimal
 * @seed: the result
 *
 * Return: NULL or what is wrong.
 */
const char *parse_seed(const char *text, uint64_t *seed)
{
	return parse_uint(text, UINT64_MAX, seed);
}

/**
 * parse_pool_name() - the name of a pool
 * @text: the name
 * @name: the result
 *
 * Only what would not fit into a message is refused here; which characters
 * a name may have is the kernel's to judge.
 *
 * Return: NULL or what is wrong.
 */
const char *parse_pool_name(const char *text, const char **name)
{
	if (!*text)
		return "empty pool name";
	if (strlen(text) > MAGLEV_POOL_NAME_MAX)
		return "pool name longer than 63 bytes";
	*name = text;
	return NULL;
}

/**
 * parse_pool_or_none() - a pool that may be none: a fallback, or that of the peers
 * @text: its name, or nothing or "none" for none
 * @name: the result, empty for none
 *
 * Return: NULL or what is wrong.
 */
const char *parse_pool_or_none(const char *text, const char **name)
{
	*name = "";
	if (!*text || !strcmp(text, "none"))
		return NULL;
	return parse_pool_name(text, name);
}

/**
 * parse_cache_size() - the entries of the flow cache
 * @text: the size
 * @entries: the result
 *
 * Return: NULL or what is wrong.
 */
const char *parse_cache_size(const char *text, uint32_t *entries)
{
	uint64_t v;

	if (parse_uint(text, MAGLEV_CACHE_SIZE_MAX, &v) ||
	    v < MAGLEV_CACHE_SIZE_MIN)
		return "not a cache size (1024 to 67108864 entries)";
	*entries = (uint32_t)v;
	return NULL;
}

/**
 * parse_netmask() - the mask of ipvsadm's -M
 * @text: the mask for IPv4, or a prefix length for IPv6
 *
 * Affinity is by whole addresses, so only a full mask is valid.
 *
 * Return: NULL or what is wrong.
 */
const char *parse_netmask(const char *text)
{
	if (!strcmp(text, "255.255.255.255") || !strcmp(text, "128"))
		return NULL;
	return "not supported, affinity is by whole addresses: use 255.255.255.255";
}

/**
 * parse_scheduler() - a scheduler of ipvsadm's
 * @text: its name
 *
 * Return: NULL or what is wrong.
 */
const char *parse_scheduler(const char *text)
{
	if (!strcmp(text, "mh") || !strcmp(text, "maglev"))
		return NULL;
	return "not supported, the only scheduler is Maglev hashing: use mh";
}

/**
 * parse_sched_flags() - scheduler flags of ipvsadm's, separated by commas
 * @text: the flags
 *
 * Both flags of IPVS's mh describe what this module does in any case.
 *
 * Return: NULL or what is wrong.
 */
const char *parse_sched_flags(const char *text)
{
	static const char * const known[] = { "mh-port", "mh-fallback" };
	size_t len, i;

	do {
		len = strcspn(text, ",");
		for (i = 0; i < ARRAY_SIZE(known); i++)
			if (strlen(known[i]) == len &&
			    !memcmp(text, known[i], len))
				break;
		if (i == ARRAY_SIZE(known))
			return "not supported: use mh-port, mh-fallback or both";
		text += len;
	} while (*text++ == ',');
	return NULL;
}

/* Takes one word off *in and writes it, unquoted, to *out. */
static const char *take_word(char **in, char **out)
{
	char *src = *in, *dst = *out;
	char quote = '\0';

	for (; *src; src++) {
		if (quote ? *src == quote : *src == '\'' || *src == '"') {
			quote = quote ? '\0' : *src;
			continue;
		}
		if (!quote && isspace((unsigned char)*src))
			break;
		if (*src == '\\' && quote != '\'') {
			if (!*++src)
				return "a backslash at the end of the line";
		}
		*dst++ = *src;
	}
	if (quote)
		return "a quote is not closed";
	/* The word is never longer than its source: the NUL may land on it. */
	if (*src)
		src++;
	*dst++ = '\0';
	*in = src;
	*out = dst;
	return NULL;
}

/**
 * parse_words() - split a line into words as a shell would
 * @line: the line; it is overwritten
 * @words: the result, pointers into @line
 * @max: places in @words
 * @n: words found
 *
 * Knows single and double quotes, the backslash, and comments from a # at the
 * start of a word to the end of the line.
 *
 * Return: NULL or what is wrong.
 */
const char *parse_words(char *line, char **words, size_t max, size_t *n)
{
	char *in = line, *out = line;
	const char *wrong;

	*n = 0;
	for (;;) {
		while (isspace((unsigned char)*in))
			in++;
		if (!*in || *in == '#')
			return NULL;
		if (*n == max)
			return "too many words";
		words[*n] = out;
		wrong = take_word(&in, &out);
		if (wrong)
			return wrong;
		(*n)++;
	}
}
