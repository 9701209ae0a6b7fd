// SPDX-License-Identifier: GPL-2.0
/*
 * Values to text, and their order in listings. Every function returns a
 * buffer of its own that its next call overwrites: there is one thread, and
 * a line of output needs each of them once.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "format.h"

/**
 * format_proto() - a protocol as /etc/services and JSON call it
 * @proto: the protocol
 *
 * Return: its name in lower case.
 */
const char *format_proto(uint8_t proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_SCTP:
		return "sctp";
	default:
		return "?";
	}
}

/**
 * format_proto_upper() - a protocol as ipvsadm lists it
 * @proto: the protocol
 *
 * Return: its name in upper case.
 */
const char *format_proto_upper(uint8_t proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return "TCP";
	case IPPROTO_UDP:
		return "UDP";
	case IPPROTO_SCTP:
		return "SCTP";
	default:
		return "?";
	}
}

/**
 * format_addr() - an address in numbers
 * @addr: the address
 *
 * Return: the address without brackets.
 */
const char *format_addr(const struct addr *addr)
{
	static char buf[INET6_ADDRSTRLEN];

	if (!inet_ntop(addr->family, &addr->v4, buf, sizeof(buf)))
		return "?";
	return buf;
}

static socklen_t to_sockaddr(const struct addr *addr, uint16_t port,
			     struct sockaddr_storage *ss)
{
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)ss;
	struct sockaddr_in *sin = (struct sockaddr_in *)ss;

	memset(ss, 0, sizeof(*ss));
	ss->ss_family = addr->family;
	if (addr->family == AF_INET) {
		sin->sin_addr = addr->v4;
		sin->sin_port = htons(port);
		return sizeof(*sin);
	}
	sin6->sin6_addr = addr->v6;
	sin6->sin6_port = htons(port);
	return sizeof(*sin6);
}

/**
 * format_host() - an address as -L and -S print it, without a port
 * @addr: the address
 * @numeric: do not look its name up
 *
 * Return: a host name where there is one and it is wanted, else the address;
 * in brackets if it is an IPv6 one, also its name, which may be that of an IPv4
 * address, too.
 */
const char *format_host(const struct addr *addr, bool numeric)
{
	static char buf[NI_MAXHOST + 2];
	const char *host = NULL;
	struct sockaddr_storage ss;
	char name[NI_MAXHOST];
	socklen_t len;

	if (!numeric) {
		len = to_sockaddr(addr, 0, &ss);
		if (!getnameinfo((const struct sockaddr *)&ss, len, name,
				 sizeof(name), NULL, 0, NI_NAMEREQD))
			host = name;
	}
	snprintf(buf, sizeof(buf), addr->family == AF_INET6 ? "[%s]" : "%s",
		 host ? host : format_addr(addr));
	return buf;
}

/**
 * format_hostport() - an address with its ports as -L and -S print it
 * @addr: the address
 * @proto: the protocol whose service names to use
 * @ports: the ports; a range is always in numbers
 * @numeric: do not look names up
 *
 * Return: HOST:PORT or HOST:FIRST-LAST.
 */
const char *format_hostport(const struct addr *addr, uint8_t proto,
			    const struct ports *ports, bool numeric)
{
	const char *host = format_host(addr, numeric);
	static char buf[SERVICE_TEXT_MAX];
	const struct servent *se = NULL;

	if (ports->last != ports->first) {
		snprintf(buf, sizeof(buf), "%s:%u-%u", host, ports->first,
			 ports->last);
		return buf;
	}
	if (!numeric && ports->first)
		se = getservbyport(htons(ports->first), format_proto(proto));
	if (se)
		snprintf(buf, sizeof(buf), "%s:%s", host, se->s_name);
	else
		snprintf(buf, sizeof(buf), "%s:%u", host, ports->first);
	return buf;
}

/**
 * format_prefix() - a prefix in numbers
 * @prefix: the prefix
 *
 * Return: ADDRESS/LENGTH.
 */
const char *format_prefix(const struct prefix *prefix)
{
	static char buf[INET6_ADDRSTRLEN + 4];

	snprintf(buf, sizeof(buf), "%s/%u", format_addr(&prefix->addr),
		 prefix->len);
	return buf;
}

/**
 * format_service() - a service as error messages name it
 * @id: the service
 *
 * Return: PROTO HOST:PORT, in numbers.
 */
const char *format_service(const struct service_id *id)
{
	static char buf[SERVICE_TEXT_MAX + 8];

	snprintf(buf, sizeof(buf), "%s %s", format_proto(id->proto),
		 format_hostport(&id->addr, id->proto, &id->ports, true));
	return buf;
}

/**
 * format_userdata() - bytes as they could be typed
 * @u: the bytes
 *
 * Return: two hexadecimal digits for each.
 */
const char *format_userdata(const struct userdata *u)
{
	static char buf[2 * sizeof(u->bytes) + 1];
	size_t i;

	for (i = 0; i < u->len; i++)
		snprintf(buf + 2 * i, 3, "%02x", u->bytes[i]);
	buf[2 * i] = '\0';
	return buf;
}

/**
 * format_ms() - a time as it could be typed
 * @ms: the time in milliseconds
 *
 * Return: the time in seconds, or in milliseconds if they are not whole.
 */
const char *format_ms(uint32_t ms)
{
	static char buf[16];

	if (ms % 1000)
		snprintf(buf, sizeof(buf), "%" PRIu32 "ms", ms);
	else
		snprintf(buf, sizeof(buf), "%" PRIu32 "s", ms / 1000);
	return buf;
}

/**
 * format_count() - a counter as ipvsadm lists it
 * @value: the counter
 * @exact: all its digits are wanted
 *
 * From 100 million on it is cut to thousands, from a billion to millions, and so
 * on, to fit the column.
 *
 * Return: the counter in nine columns or more, the first of them blank.
 */
const char *format_count(uint64_t value, bool exact)
{
	static const struct {
		uint64_t below;
		uint64_t unit;
		const char *suffix;
	} scales[] = {
		{ 100000000ULL, 1, "" },
		{ 1000000000ULL, 1000ULL, "K" },
		{ 100000000000ULL, 1000000ULL, "M" },
		{ 100000000000000ULL, 1000000000ULL, "G" },
		{ UINT64_MAX, 1000000000000ULL, "T" },
	};
	static char buf[24];
	size_t i = 0;

	if (exact) {
		snprintf(buf, sizeof(buf), " %8" PRIu64, value);
		return buf;
	}
	while (value >= scales[i].below && scales[i].below != UINT64_MAX)
		i++;
	snprintf(buf, sizeof(buf), "%*" PRIu64 "%s", i ? 8 : 9,
		 value / scales[i].unit, scales[i].suffix);
	return buf;
}

/**
 * pool_is_shared() - tell a shared pool by its name
 * @name: its name
 *
 * Private pools are named after their service, with a slash, which the names
 * of others cannot have.
 *
 * Return: true if it is.
 */
bool pool_is_shared(const char *name)
{
	return !strchr(name, '/');
}

static int compare_uint(unsigned int a, unsigned int b)
{
	return (a > b) - (a < b);
}

/**
 * compare_addr() - the order of addresses in listings
 * @a: an address
 * @b: another
 *
 * Return: as strcmp(); IPv4 comes before IPv6.
 */
int compare_addr(const struct addr *a, const struct addr *b)
{
	size_t len = a->family == AF_INET ? sizeof(a->v4) : sizeof(a->v6);

	if (a->family != b->family)
		return compare_uint(a->family, b->family);
	return memcmp(&a->v4, &b->v4, len);
}

/**
 * compare_prefix() - the order of prefixes in listings
 * @a: a prefix
 * @b: another
 *
 * Return: as strcmp().
 */
int compare_prefix(const struct prefix *a, const struct prefix *b)
{
	int c = compare_addr(&a->addr, &b->addr);

	return c ? c : compare_uint(a->len, b->len);
}

/**
 * compare_service_id() - the order of services in listings
 * @a: a service
 * @b: another
 *
 * The order is ipvsadm's: family, protocol, address, port.
 *
 * Return: as strcmp().
 */
int compare_service_id(const struct service_id *a, const struct service_id *b)
{
	int c;

	c = compare_uint(a->addr.family, b->addr.family);
	if (!c)
		c = compare_uint(a->proto, b->proto);
	if (!c)
		c = compare_addr(&a->addr, &b->addr);
	if (!c)
		c = compare_uint(a->ports.first, b->ports.first);
	if (!c)
		c = compare_uint(a->ports.last, b->ports.last);
	return c;
}
