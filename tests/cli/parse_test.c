// SPDX-License-Identifier: GPL-2.0
/*
 * Unit test of userspace/parse*.c and format.c: tables of inputs with what
 * they have to come to. Prints TAP.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "parse.h"

static unsigned int tests, failures;

static void check(bool ok, const char *what, const char *input)
{
	tests++;
	if (!ok)
		failures++;
	printf("%sok %u - %s '%s'\n", ok ? "" : "not ", tests, what, input);
}

/* True if @got is the complaint that @want starts with, or both are NULL. */
static bool same(const char *got, const char *want)
{
	if (got && want && !strncmp(got, want, strlen(want)))
		return true;
	if (!got && !want)
		return true;
	printf("# got \"%s\", want \"%s\"\n", got ? got : "accepted",
	       want ? want : "accepted");
	return false;
}

static void test_uint(void)
{
	static const struct {
		const char *in;
		uint64_t max, value;
		const char *wrong;
	} t[] = {
		{ "0", 10, 0, NULL },
		{ "10", 10, 10, NULL },
		{ "010", 10, 10, NULL },
		{ "11", 10, 0, "number too large" },
		{ "0x10", 16, 16, NULL },
		{ "0Xff", 255, 255, NULL },
		{ "0x11", 16, 0, "number too large" },
		{ "18446744073709551615", UINT64_MAX, UINT64_MAX, NULL },
		{ "18446744073709551616", UINT64_MAX, 0, "number too large" },
		{ "0xffffffffffffffff", UINT64_MAX, UINT64_MAX, NULL },
		{ "", 10, 0, "not a number" },
		{ "-1", 10, 0, "not a number" },
		{ "+1", 10, 0, "not a number" },
		{ " 1", 10, 0, "not a number" },
		{ "1 ", 10, 0, "not a number" },
		{ "1a", 10, 0, "not a number" },
		{ "a", 10, 0, "not a number" },
		{ "0x", 10, 0, "not a number" },
		{ "0x0x1", 10, 0, "not a number" },
		{ "0x-1", 10, 0, "not a number" },
		{ "1.5", 10, 0, "not a number" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		uint64_t v = 0;
		const char *wrong = parse_uint(t[i].in, t[i].max, &v);

		check(same(wrong, t[i].wrong) && v == t[i].value, "uint",
		      t[i].in);
	}
}

static void test_addr(void)
{
	static const struct {
		const char *in, *out, *wrong;
	} t[] = {
		{ "10.0.0.1", "10.0.0.1", NULL },
		{ "255.255.255.255", "255.255.255.255", NULL },
		{ "2001:db8::1", "2001:db8::1", NULL },
		{ "::", "::", NULL },
		{ "::ffff:10.0.0.1", "::ffff:10.0.0.1", NULL },
		{ "localhost", "127.0.0.1", NULL },
		{ "", NULL, "no host" },
		{ "10.0.0.256", NULL, "not an IPv4 address" },
		{ "10.0.0", NULL, "not an IPv4 address" },
		{ "10", NULL, "not an IPv4 address" },
		{ "10.0.0.1.", NULL, "not an IPv4 address" },
		{ "2001:db8::g", NULL, "not an IPv6 address" },
		{ ":::", NULL, "not an IPv6 address" },
		{ "no-such-host.invalid", NULL, "unknown host" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		struct addr a;
		const char *wrong = parse_addr(t[i].in, &a);

		check(same(wrong, t[i].wrong) &&
		      (wrong || !strcmp(format_addr(&a), t[i].out)), "addr",
		      t[i].in);
	}
}

static void test_ports(void)
{
	static const struct {
		const char *in;
		uint8_t proto;
		struct ports out;
		const char *wrong;
	} t[] = {
		{ "80", IPPROTO_TCP, { 80, 80 }, NULL },
		{ "0", IPPROTO_TCP, { 0, 0 }, NULL },
		{ "65535", IPPROTO_TCP, { 65535, 65535 }, NULL },
		{ "8000-8999", IPPROTO_TCP, { 8000, 8999 }, NULL },
		{ "1-65535", IPPROTO_UDP, { 1, 65535 }, NULL },
		{ "5-5", IPPROTO_UDP, { 5, 5 }, NULL },
		{ "http", IPPROTO_TCP, { 80, 80 }, NULL },
		{ "domain", IPPROTO_UDP, { 53, 53 }, NULL },
		{ "http", IPPROTO_SCTP, { 80, 80 }, NULL },
		{ "http-alt", IPPROTO_TCP, { 8080, 8080 }, NULL },
		{ "", IPPROTO_TCP, { 0 }, "no port after" },
		{ "65536", IPPROTO_TCP, { 0 }, "not a port" },
		{ "99999999999999999999", IPPROTO_TCP, { 0 }, "not a port" },
		{ "0x50", IPPROTO_TCP, { 0 }, "not a port" },
		{ "80x", IPPROTO_TCP, { 0 }, "not a port" },
		{ "8000-65536", IPPROTO_TCP, { 0 }, "not a port" },
		{ "99999999-5", IPPROTO_TCP, { 0 }, "not a port" },
		{ "0-100", IPPROTO_TCP, { 0 }, "a range starts" },
		{ "100-99", IPPROTO_TCP, { 0 }, "the range ends" },
		{ "100-", IPPROTO_TCP, { 0 }, "a range is" },
		{ "100-http", IPPROTO_TCP, { 0 }, "a range is" },
		{ "1-2-3", IPPROTO_TCP, { 0 }, "not a port" },
		{ "-5", IPPROTO_TCP, { 0 }, "unknown service" },
		{ "no-such-service", IPPROTO_TCP, { 0 }, "unknown service" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		struct ports p = { 0 };
		const char *wrong = parse_ports(t[i].in, t[i].proto, &p);

		check(same(wrong, t[i].wrong) &&
		      (wrong || (p.first == t[i].out.first &&
				 p.last == t[i].out.last)), "ports", t[i].in);
	}
}

static void test_hostport(void)
{
	static const struct {
		const char *in, *host;
		uint16_t port;
		bool has_port;
		const char *wrong;
	} t[] = {
		{ "10.0.0.1:80", "10.0.0.1", 80, true, NULL },
		{ "10.0.0.1:0", "10.0.0.1", 0, true, NULL },
		{ "10.0.0.1", "10.0.0.1", 0, false, NULL },
		{ "10.0.0.1:http", "10.0.0.1", 80, true, NULL },
		{ "localhost:80", "127.0.0.1", 80, true, NULL },
		{ "[2001:db8::1]:443", "2001:db8::1", 443, true, NULL },
		{ "[2001:db8::1]", "2001:db8::1", 0, false, NULL },
		{ "", NULL, 0, false, "no host" },
		{ ":80", NULL, 0, false, "no host" },
		{ "10.0.0.1:", NULL, 0, false, "no port after" },
		{ "10.0.0.1:65536", NULL, 0, false, "not a port" },
		{ "10.0.0.1:-1", NULL, 0, false, "unknown service" },
		{ "10.0.0.1:80-90", NULL, 0, false, "not a port" },
		{ "2001:db8::1", NULL, 0, false, "an IPv6 address needs" },
		{ "2001:db8::1:80", NULL, 0, false, "an IPv6 address needs" },
		{ "[2001:db8::1", NULL, 0, false, "no closing bracket" },
		{ "[2001:db8::1]80", NULL, 0, false, "something other" },
		{ "[2001:db8::1]:", NULL, 0, false, "no port after" },
		{ "[10.0.0.1]:80", NULL, 0, false, "brackets are for" },
		{ "[localhost]:80", NULL, 0, false, "brackets are for" },
		{ "[]:80", NULL, 0, false, "no host" },
	};
	char big[600];
	struct hostport hp;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		const char *wrong = parse_hostport(t[i].in, IPPROTO_TCP, &hp);

		check(same(wrong, t[i].wrong) &&
		      (wrong || (!strcmp(format_addr(&hp.addr), t[i].host) &&
				 hp.port == t[i].port &&
				 hp.has_port == t[i].has_port)), "hostport",
		      t[i].in);
	}
	memset(big, 'a', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	check(same(parse_hostport(big, IPPROTO_TCP, &hp),
		   "host name too long"), "hostport", "600 letters");
}

static void test_prefix(void)
{
	static const struct {
		const char *in, *out, *wrong;
	} t[] = {
		{ "10.0.0.0/8", "10.0.0.0/8", NULL },
		{ "10.0.0.1", "10.0.0.1/32", NULL },
		{ "10.0.0.1/32", "10.0.0.1/32", NULL },
		{ "0.0.0.0/0", "0.0.0.0/0", NULL },
		{ "10.0.0.128/25", "10.0.0.128/25", NULL },
		{ "2001:db8::/32", "2001:db8::/32", NULL },
		{ "2001:db8::1", "2001:db8::1/128", NULL },
		{ "10.0.0.1/8", NULL, "address bits" },
		{ "10.0.0.128/24", NULL, "address bits" },
		{ "2001:db8::1/127", NULL, "address bits" },
		{ "10.0.0.0/33", NULL, "not a prefix length (0 to 32)" },
		{ "2001:db8::/129", NULL, "not a prefix length (0 to 128)" },
		{ "10.0.0.0/", NULL, "not a prefix length" },
		{ "10.0.0.0/x", NULL, "not a prefix length" },
		{ "/8", NULL, "no host" },
		{ "", NULL, "no host" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		struct prefix p;
		const char *wrong = parse_prefix(t[i].in, &p);

		check(same(wrong, t[i].wrong) &&
		      (wrong || !strcmp(format_prefix(&p), t[i].out)),
		      "prefix", t[i].in);
	}
}

static void test_params(void)
{
	const char *name = NULL;
	char big[65];
	uint32_t v = 7;
	uint64_t seed;

	check(!parse_weight("65535", &v) && v == 65535, "weight", "65535");
	check(!parse_weight("0", &v) && v == 0, "weight", "0");
	check(parse_weight("65536", &v), "refused weight", "65536");
	check(parse_weight("-1", &v), "refused weight", "-1");
	check(!parse_table_size("251", &v) && v == 251, "size", "251");
	check(!parse_table_size("1048573", &v) && v == 1048573, "size",
	      "1048573");
	check(parse_table_size("250", &v), "refused size", "250");
	check(parse_table_size("1048574", &v), "refused size", "1048574");
	check(parse_table_size("0", &v), "refused size", "0");
	check(!parse_seed("0xdeadbeefcafef00d", &seed) &&
	      seed == 0xdeadbeefcafef00dULL, "seed", "0xdeadbeefcafef00d");
	check(parse_seed("0x1deadbeefcafef00d", &seed), "refused seed",
	      "0x1deadbeefcafef00d");
	check(!parse_scheduler("mh") && !parse_scheduler("maglev"),
	      "scheduler", "mh maglev");
	check(parse_scheduler("wlc") && parse_scheduler("") &&
	      parse_scheduler("mhx"), "refused scheduler", "wlc");
	check(!parse_sched_flags("mh-port") &&
	      !parse_sched_flags("mh-fallback") &&
	      !parse_sched_flags("mh-port,mh-fallback"), "flags", "mh-*");
	check(parse_sched_flags("sh-port") && parse_sched_flags("") &&
	      parse_sched_flags("mh-port,") && parse_sched_flags("mh-por") &&
	      parse_sched_flags(",mh-port") && parse_sched_flags("mh-portx"),
	      "refused flags", "sh-port");

	memset(big, 'p', 64);
	big[64] = '\0';
	check(parse_pool_name(big, &name) && !name, "refused pool name",
	      "64 letters");
	check(!parse_pool_name(big + 1, &name) && name == big + 1,
	      "pool name", "63 letters");
	check(parse_pool_name("", &name), "refused pool name", "");
}

static void test_words(void)
{
	static const struct {
		const char *in;
		size_t n;
		const char *words[4];
		const char *wrong;
	} t[] = {
		{ "", 0, { NULL }, NULL },
		{ " \t\n", 0, { NULL }, NULL },
		{ "# all of it", 0, { NULL }, NULL },
		{ "  # indented", 0, { NULL }, NULL },
		{ "-A -t x:1\n", 3, { "-A", "-t", "x:1" }, NULL },
		{ "-A # rest", 1, { "-A" }, NULL },
		{ "a#b", 1, { "a#b" }, NULL },
		{ "'a b' \"c d\"", 2, { "a b", "c d" }, NULL },
		{ "a'b'\"c\"d", 1, { "abcd" }, NULL },
		{ "a\\ b", 1, { "a b" }, NULL },
		{ "'\\'", 1, { "\\" }, NULL },
		{ "\"\\\"\"", 1, { "\"" }, NULL },
		{ "''", 1, { "" }, NULL },
		{ "'' x", 2, { "", "x" }, NULL },
		{ "a\r\n", 1, { "a" }, NULL },
		{ "'#' x", 2, { "#", "x" }, NULL },
		{ "'a", 0, { NULL }, "a quote is not closed" },
		{ "\"a", 0, { NULL }, "a quote is not closed" },
		{ "a\\", 0, { NULL }, "a backslash" },
		{ "1 2 3 4", 4, { "1", "2", "3", "4" }, NULL },
		{ "1 2 3 4 5", 4, { NULL }, "too many words" },
	};
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		char *line = strdup(t[i].in);
		char *words[4];
		const char *wrong;
		bool ok;
		size_t n;

		if (!line)
			exit(1);
		wrong = parse_words(line, words, ARRAY_SIZE(words), &n);
		ok = same(wrong, t[i].wrong) && (wrong || n == t[i].n);
		for (j = 0; ok && !wrong && j < n; j++)
			ok = !strcmp(words[j], t[i].words[j]);
		check(ok, "words", t[i].in[strcspn(t[i].in, "\r\n#")] ?
		      "(with blanks or a comment)" : t[i].in);
		free(line);
	}
}

/* Short random strings of the characters that mean something. */
static void test_noise(void)
{
	static const char set[] = "0123456789abcdefxX.:-/[]#'\"\\ ,mh-port";
	unsigned int seed = 1;
	char line[40], copy[40];
	char *words[4];
	int i;

	for (i = 0; i < 200000; i++) {
		struct hostport hp;
		struct prefix prefix;
		struct ports ports;
		uint64_t v;
		size_t n, len = (size_t)rand_r(&seed) % (sizeof(line) - 1);
		size_t j;

		for (j = 0; j < len; j++)
			line[j] = set[(size_t)rand_r(&seed) %
				      (sizeof(set) - 1)];
		line[len] = '\0';
		parse_uint(line, UINT64_MAX, &v);
		parse_sched_flags(line);
		/* Anything with a letter beyond f goes to the resolver. */
		if (!line[strspn(line, "0123456789.:-/[]")]) {
			parse_ports(line, IPPROTO_TCP, &ports);
			parse_hostport(line, IPPROTO_TCP, &hp);
			parse_prefix(line, &prefix);
		}
		memcpy(copy, line, sizeof(copy));
		parse_words(copy, words, ARRAY_SIZE(words), &n);
	}
	check(true, "noise", "200000 strings");
}

static void test_order(void)
{
	struct service_id a = { .proto = IPPROTO_TCP, .ports = { 80, 80 } };
	struct service_id b = a;

	parse_addr("10.0.0.2", &a.addr);
	parse_addr("10.0.0.10", &b.addr);
	check(compare_service_id(&a, &b) < 0 && compare_service_id(&b, &a) > 0,
	      "order", "addresses by value, not by text");
	b = a;
	check(!compare_service_id(&a, &b), "order", "equal");
	b.ports.last = 90;
	check(compare_service_id(&a, &b) < 0, "order", "a port before a range");
	b = a;
	b.proto = IPPROTO_UDP;
	check(compare_service_id(&a, &b) < 0, "order", "TCP before UDP");
	parse_addr("::1", &b.addr);
	b.proto = IPPROTO_TCP;
	check(compare_service_id(&a, &b) < 0, "order", "IPv4 before IPv6");
}

int main(void)
{
	printf("TAP version 13\n");
	test_uint();
	test_addr();
	test_ports();
	test_hostport();
	test_prefix();
	test_params();
	test_words();
	test_noise();
	test_order();
	printf("1..%u\n", tests);
	return failures ? 1 : 0;
}
