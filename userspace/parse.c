// SPDX-License-Identifier: GPL-2.0
/*
 * Text to values. Nothing here knows of netlink, prints or exits: a function
 * returns NULL, or says in one static sentence what is wrong with its input,
 * so that the caller can put the option and the offending word before it.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "parse.h"

#define HOST_MAX	256	/* a DNS name has at most 253 characters */

/**
 * parse_uint() - a decimal or 0x hexadecimal number
 * @text: the number and nothing else, no sign, no blanks
 * @max: the largest value to accept
 * @value: the result
 *
 * A leading 0 does not mean octal: "010" is ten, which is what people who
 * align columns with zeros mean.
 *
 * Return: NULL or what is wrong.
 */
const char *parse_uint(const char *text, uint64_t max, uint64_t *value)
{
	int base = 10;
	uint64_t v;
	char *end;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		text += 2;
	}
	/* strtoull() itself takes blanks, signs and a second 0x. */
	if (!isxdigit((unsigned char)*text) ||
	    (base == 16 && (text[1] == 'x' || text[1] == 'X')))
		return "not a number";

	errno = 0;
	v = strtoull(text, &end, base);
	if (*end)
		return "not a number";
	if (errno || v > max)
		return "number too large";

	*value = v;
	return NULL;
}

static const char *resolve(const char *name, sa_family_t family,
			   struct addr *addr)
{
	struct addrinfo hints = {
		.ai_family = family,
		.ai_socktype = SOCK_STREAM,
	};
	struct addrinfo *list, *ai, *found = NULL;

	if (getaddrinfo(name, NULL, &hints, &list))
		return family == AF_INET6 ?
		       "unknown host, or one without an IPv6 address" :
		       family == AF_INET ?
		       "unknown host, or one without an IPv4 address" :
		       "unknown host";

	/*
	 * A name may have addresses of both families. ipvsadm knows names
	 * for IPv4 only, so a script that relies on one means the IPv4 one.
	 */
	for (ai = list; ai; ai = ai->ai_next) {
		if (ai->ai_family == AF_INET) {
			found = ai;
			break;
		}
		if (ai->ai_family == AF_INET6 && !found)
			found = ai;
	}
	if (found) {
		const void *sa = found->ai_addr;

		addr->family = (sa_family_t)found->ai_family;
		if (addr->family == AF_INET)
			addr->v4 = ((const struct sockaddr_in *)sa)->sin_addr;
		else
			addr->v6 = ((const struct sockaddr_in6 *)sa)->sin6_addr;
	}
	freeaddrinfo(list);
	return found ? NULL : "host has no IP address";
}

/**
 * parse_addr() - an address literal or a host name
 * @text: the address, without brackets
 * @family: AF_INET or AF_INET6 to take no other, AF_UNSPEC to take either
 * @addr: the result
 *
 * Return: NULL or what is wrong.
 */
const char *parse_addr(const char *text, sa_family_t family,
		       struct addr *addr)
{
	memset(addr, 0, sizeof(*addr));
	if (!*text)
		return "no host";
	if (inet_pton(AF_INET, text, &addr->v4) == 1) {
		addr->family = AF_INET;
		return family == AF_INET6 ? "not an IPv6 address" : NULL;
	}
	if (inet_pton(AF_INET6, text, &addr->v6) == 1) {
		addr->family = AF_INET6;
		return family == AF_INET ? "not an IPv4 address" : NULL;
	}
	if (strchr(text, ':') && strchr(text, '%'))
		return "an address with an interface (%) is not supported";
	/*
	 * Digits and dots are a mistyped address, not a name. The resolver
	 * would read 10.1 as 10.0.0.1 and ask the DNS about 10.0.0.256.
	 */
	if (!text[strspn(text, "0123456789.")])
		return "not an IPv4 address";
	if (strchr(text, ':'))
		return "not an IPv6 address";
	return resolve(text, family, addr);
}

static const char *proto_name(uint8_t proto)
{
	switch (proto) {
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_SCTP:
		return "sctp";
	default:
		return "tcp";
	}
}

/**
 * parse_port() - a port number, or a service name of /etc/services
 * @text: the port
 * @proto: the protocol whose names to look up
 * @port: the result, host byte order
 *
 * Return: NULL or what is wrong.
 */
const char *parse_port(const char *text, uint8_t proto, uint16_t *port)
{
	const struct servent *se;
	uint64_t v;

	if (!*text)
		return "no port after the colon";
	if (isdigit((unsigned char)*text)) {
		if (text[strspn(text, "0123456789")] ||
		    parse_uint(text, UINT16_MAX, &v))
			return "not a port (0 to 65535)";
		*port = (uint16_t)v;
		return NULL;
	}
	se = getservbyname(text, proto_name(proto));
	/* Few names are listed for SCTP; those of TCP mean the same port. */
	if (!se && proto == IPPROTO_SCTP)
		se = getservbyname(text, "tcp");
	if (!se)
		return "unknown service name";
	*port = ntohs((uint16_t)se->s_port);
	return NULL;
}

/**
 * parse_ports() - PORT or FIRST-LAST
 * @text: the port, the range, or a service name
 * @proto: the protocol whose names to look up
 * @ports: the result
 *
 * Return: NULL or what is wrong.
 */
const char *parse_ports(const char *text, uint8_t proto, struct ports *ports)
{
	size_t digits = strspn(text, "0123456789");
	const char *wrong;
	char first[8];

	/* A dash inside a service name (http-alt) is not a range. */
	if (!digits || text[digits] != '-') {
		wrong = parse_port(text, proto, &ports->first);
		ports->last = ports->first;
		return wrong;
	}

	if (digits >= sizeof(first))
		return "not a port (0 to 65535)";
	memcpy(first, text, digits);
	first[digits] = '\0';
	if (!isdigit((unsigned char)text[digits + 1]))
		return "a range is FIRST-LAST in numbers";
	wrong = parse_port(first, proto, &ports->first);
	if (!wrong)
		wrong = parse_port(text + digits + 1, proto, &ports->last);
	if (wrong)
		return wrong;
	if (!ports->first)
		return "a range starts at port 1 (port 0 alone is every port)";
	if (ports->last < ports->first)
		return "the range ends before it starts";
	return NULL;
}

static const char *copy_host(char host[HOST_MAX], const char *text, size_t len)
{
	if (len >= HOST_MAX)
		return "host name too long";
	memcpy(host, text, len);
	host[len] = '\0';
	return NULL;
}

static bool is_v6(const char *text)
{
	struct in6_addr addr;

	return inet_pton(AF_INET6, text, &addr) == 1;
}

/*
 * An IPv6 address without brackets, which nothing else can be meant by:
 * 2001:db8::1:80 may be an address, or one with a port.
 */
static const char *parse_bare_v6(const char *text, sa_family_t family,
				 struct addr *addr)
{
	const char *last = strrchr(text, ':');
	char host[HOST_MAX];
	const char *wrong;
	bool is_digits;

	wrong = copy_host(host, text, (size_t)(last - text));
	if (wrong)
		return wrong;
	is_digits = !last[1 + strspn(last + 1, "0123456789")];
	if (is_v6(host) && (is_digits || !is_v6(text)))
		return "an IPv6 address needs brackets where a port can follow: [ADDRESS] or [ADDRESS]:PORT";
	return parse_addr(text, family, addr);
}

/**
 * parse_hostport() - HOST, HOST:PORT, [HOST] or [HOST]:PORT
 * @text: the address; in brackets, an IPv6 address or the name of one
 * @family: AF_INET or AF_INET6 to take no other, AF_UNSPEC to take either
 * @proto: the protocol whose service names to look up
 * @hp: the result
 *
 * Return: NULL or what is wrong.
 */
const char *parse_hostport(const char *text, sa_family_t family,
			   uint8_t proto, struct hostport *hp)
{
	const char *wrong, *end, *colon;
	char host[HOST_MAX];

	memset(hp, 0, sizeof(*hp));
	if (*text == '[') {
		if (family == AF_INET)
			return "brackets are for IPv6 addresses, and this has to be an IPv4 one";
		family = AF_INET6;
		end = strchr(++text, ']');
		if (!end)
			return "no closing bracket";
		colon = end + 1;
		if (*colon && *colon != ':')
			return "something other than :PORT after the bracket";
	} else {
		colon = strchr(text, ':');
		if (colon && strchr(colon + 1, ':'))
			return parse_bare_v6(text, family, &hp->addr);
		end = colon ? colon : text + strlen(text);
	}

	wrong = copy_host(host, text, (size_t)(end - text));
	if (!wrong)
		wrong = parse_addr(host, family, &hp->addr);
	if (wrong)
		return wrong;
	if (!colon || !*colon)
		return NULL;
	hp->has_port = true;
	return parse_port(colon + 1, proto, &hp->port);
}

static bool host_bits_set(const struct prefix *p)
{
	const uint8_t *bytes = p->addr.family == AF_INET ?
			       (const uint8_t *)&p->addr.v4 :
			       (const uint8_t *)&p->addr.v6;
	unsigned int bits = p->addr.family == AF_INET ? 32 : 128;
	unsigned int i;

	for (i = p->len; i < bits; i++)
		if (bytes[i / 8] & (0x80 >> (i % 8)))
			return true;
	return false;
}

/**
 * parse_prefix() - ADDRESS or ADDRESS/LENGTH
 * @text: the prefix; brackets are not needed
 * @prefix: the result
 *
 * Return: NULL or what is wrong.
 */
const char *parse_prefix(const char *text, struct prefix *prefix)
{
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	char host[HOST_MAX];
	const char *wrong;
	uint64_t bits;

	wrong = copy_host(host, text, len);
	if (!wrong)
		wrong = parse_addr(host, AF_UNSPEC, &prefix->addr);
	if (wrong)
		return wrong;
	bits = prefix->addr.family == AF_INET ? 32 : 128;
	if (slash && parse_uint(slash + 1, bits, &bits))
		return prefix->addr.family == AF_INET ?
		       "not a prefix length (0 to 32)" :
		       "not a prefix length (0 to 128)";
	prefix->len = (uint8_t)bits;
	if (host_bits_set(prefix))
		return "address bits are set beyond the prefix length";
	return NULL;
}
