// SPDX-License-Identifier: GPL-2.0
/*
 * Unit test of userspace/parse*.c, format.c and words.c: tables of inputs with what
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
#include "enum_names.h"
#include "tap.h"

static unsigned int tests, failures;

void check(bool ok, const char *what, const char *input)
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
		const char *in;
		sa_family_t family;
		const char *out, *wrong;
	} t[] = {
		{ "10.0.0.1", AF_UNSPEC, "10.0.0.1", NULL },
		{ "10.0.0.1", AF_INET, "10.0.0.1", NULL },
		{ "10.0.0.1", AF_INET6, NULL, "not an IPv6 address" },
		{ "255.255.255.255", AF_UNSPEC, "255.255.255.255", NULL },
		{ "2001:db8::1", AF_UNSPEC, "2001:db8::1", NULL },
		{ "2001:db8::1", AF_INET6, "2001:db8::1", NULL },
		{ "2001:db8::1", AF_INET, NULL, "not an IPv4 address" },
		{ "::", AF_UNSPEC, "::", NULL },
		{ "::ffff:10.0.0.1", AF_UNSPEC, "::ffff:10.0.0.1", NULL },
		{ "localhost", AF_UNSPEC, "127.0.0.1", NULL },
		{ "localhost", AF_INET, "127.0.0.1", NULL },
		{ "", AF_UNSPEC, NULL, "no host" },
		{ "10.0.0.256", AF_UNSPEC, NULL, "not an IPv4 address" },
		{ "10.0.0", AF_UNSPEC, NULL, "not an IPv4 address" },
		{ "10", AF_UNSPEC, NULL, "not an IPv4 address" },
		{ "10.0.0.1.", AF_UNSPEC, NULL, "not an IPv4 address" },
		{ "2001:db8::g", AF_UNSPEC, NULL, "not an IPv6 address" },
		{ ":::", AF_UNSPEC, NULL, "not an IPv6 address" },
		{ "fe80::1%eth0", AF_UNSPEC, NULL, "an address with an interface" },
		{ "no-such-host.invalid", AF_UNSPEC, NULL, "unknown host" },
		{ "no-such-host.invalid", AF_INET6, NULL,
		  "unknown host, or one without an IPv6 address" },
		{ "no-such-host.invalid", AF_INET, NULL,
		  "unknown host, or one without an IPv4 address" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		struct addr a;
		const char *wrong = parse_addr(t[i].in, t[i].family, &a);

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
		{ "2001:db8::1", "2001:db8::1", 0, false, NULL },
		{ "2001:db8::", "2001:db8::", 0, false, NULL },
		{ "::80", "::80", 0, false, NULL },
		{ "2001:db8::2:a1", "2001:db8::2:a1", 0, false, NULL },
		{ "2001:db8:1:2:3:4:5:80", "2001:db8:1:2:3:4:5:80", 0, false, NULL },
		{ "2001:db8::1:80", NULL, 0, false, "an IPv6 address needs" },
		{ "2001:db8::1:0", NULL, 0, false, "an IPv6 address needs" },
		{ "2001:db8::1:", NULL, 0, false, "an IPv6 address needs" },
		{ "2001:db8::1:https", NULL, 0, false, "an IPv6 address needs" },
		{ "2001:db8::1:8000-8999", NULL, 0, false, "an IPv6 address needs" },
		{ "2001:db8::1:65536", NULL, 0, false, "an IPv6 address needs" },
		{ "2001:db8:1:2:3:4:5:6:80", NULL, 0, false, "an IPv6 address needs" },
		{ "2001:db8::g", NULL, 0, false, "not an IPv6 address" },
		{ "a:b:c", NULL, 0, false, "not an IPv6 address" },
		{ "[2001:db8::1", NULL, 0, false, "no closing bracket" },
		{ "[2001:db8::1]80", NULL, 0, false, "something other" },
		{ "[2001:db8::1]:", NULL, 0, false, "no port after" },
		{ "[10.0.0.1]:80", NULL, 0, false, "not an IPv6 address" },
		{ "[no-such-host.invalid]:80", NULL, 0, false,
		  "unknown host, or one without an IPv6 address" },
		{ "[]:80", NULL, 0, false, "no host" },
	};
	char big[600];
	struct hostport hp;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		const char *wrong = parse_hostport(t[i].in, AF_UNSPEC,
						   IPPROTO_TCP, &hp);

		check(same(wrong, t[i].wrong) &&
		      (wrong || (!strcmp(format_addr(&hp.addr), t[i].host) &&
				 hp.port == t[i].port &&
				 hp.has_port == t[i].has_port)), "hostport",
		      t[i].in);
	}
	memset(big, 'a', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	check(same(parse_hostport(big, AF_UNSPEC, IPPROTO_TCP, &hp),
		   "host name too long"), "hostport", "600 letters");
	memset(big, ':', sizeof(big) - 1);
	check(same(parse_hostport(big, AF_UNSPEC, IPPROTO_TCP, &hp),
		   "host name too long"), "hostport", "600 colons");
}

static void test_hostport_family(void)
{
	static const struct {
		const char *in;
		sa_family_t family;
		const char *wrong;
	} t[] = {
		{ "10.0.0.1:80", AF_INET, NULL },
		{ "10.0.0.1:80", AF_INET6, "not an IPv6 address" },
		{ "[2001:db8::1]:80", AF_INET6, NULL },
		{ "[2001:db8::1]:80", AF_INET, "brackets are for IPv6" },
		{ "2001:db8::1", AF_INET6, NULL },
		{ "2001:db8::1", AF_INET, "not an IPv4 address" },
	};
	struct hostport hp;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(t); i++)
		check(same(parse_hostport(t[i].in, t[i].family, IPPROTO_TCP,
					  &hp), t[i].wrong), "hostport family",
		      t[i].in);
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
		{ "::/0", "::/0", NULL },
		{ "2001:db8:8000::/33", "2001:db8:8000::/33", NULL },
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

static void test_time(void)
{
	static const struct {
		const char *in;
		uint64_t ms;
		const char *wrong;
	} t[] = {
		{ "0", 0, NULL },
		{ "120", 120000, NULL },
		{ "120s", 120000, NULL },
		{ "2m", 120000, NULL },
		{ "1h", 3600000, NULL },
		{ "500ms", 500, NULL },
		{ "007", 7000, NULL },
		{ "99999999999h", 99999999999ULL * 3600000, NULL },
		{ "100000000000", 0, "time too long" },
		{ "", 0, "not a time" },
		{ "s", 0, "not a time" },
		{ "5 s", 0, "not a time" },
		{ "5S", 0, "not a time" },
		{ "5mss", 0, "not a time" },
		{ "1.5s", 0, "not a time" },
		{ "-5", 0, "not a time" },
		{ "0x5", 0, "not a time" },
		{ "1d", 0, "not a time" },
	};
	struct config c = { 0 };
	uint32_t v = 7;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		uint64_t ms = 0;
		const char *wrong = parse_time(t[i].in, &ms);

		check(same(wrong, t[i].wrong) && ms == t[i].ms, "time",
		      t[i].in);
	}
	check(!parse_settle("auto", &v) && v == 0, "settle", "auto");
	check(!parse_settle("24h", &v) && v == MAGLEV_SETTLE_MAX, "settle",
	      "24h");
	check(parse_settle("86400001ms", &v), "refused settle", "86400001ms");
	check(parse_deadline("auto", &v), "refused deadline", "auto");
	check(!parse_deadline("168h", &v) && v == MAGLEV_DEADLINE_MAX,
	      "deadline", "168h");
	check(parse_deadline("604800001ms", &v), "refused deadline",
	      "604800001ms");
	check(!parse_timeout("744h", &v) && v == MAGLEV_TIMEOUT_MAX,
	      "timeout", "744h");
	check(parse_timeout("0", &v) && parse_timeout("745h", &v) &&
	      parse_timeout("999ms", &v), "refused timeout", "0 745h 999ms");

	check(!parse_timeout_named("sctpclose=2m", &c) &&
	      c.timeouts[TIMEOUT_INDEX(SCTP_CLOSE)] == 120, "timeout",
	      "sctpclose=2m");
	check(!parse_timeout_named("tcp=1", &c) &&
	      c.timeouts[TIMEOUT_INDEX(TCP)] == 1, "timeout", "tcp=1");
	check(same(parse_timeout_named("tcp=2", &c), "given twice"),
	      "refused timeout", "tcp=2");
	check(same(parse_timeout_named("tc=2", &c), "use tcp") &&
	      same(parse_timeout_named("tcpp=2", &c), "use tcp") &&
	      same(parse_timeout_named("=2", &c), "use tcp"),
	      "refused timeout", "tc=2");
	check(same(parse_timeout_named("udp", &c), "not NAME=VALUE") &&
	      same(parse_timeout_named("", &c), "not NAME=VALUE") &&
	      same(parse_timeout_named("udp=", &c), "not a time"),
	      "refused timeout", "udp");
	check(!parse_setting("pmtu=both", &c) && c.has_pmtu &&
	      c.pmtu == MAGLEV_PMTU_BOTH, "setting", "pmtu=both");
	check(same(parse_setting("pmtu=client", &c), "given twice"),
	      "refused setting", "pmtu twice");
	c.has_pmtu = false;
	check(same(parse_setting("pmtu=", &c), "use client"),
	      "refused setting", "pmtu=");
	c.has_pmtu = false;
	check(same(parse_setting("pmtu=clients", &c), "use client") &&
	      same(parse_setting("pmtu", &c), "not NAME=VALUE") &&
	      same(parse_setting("pmt=client", &c), "use tcp"),
	      "refused setting", "pmtu");
	check(!parse_setting("peers=cluster", &c) &&
	      !strcmp(c.peers, "cluster") &&
	      same(parse_setting("peers=", &c), "given twice"), "setting", "peers");
	check(!parse_setting("udp=7", &c) &&
	      c.timeouts[TIMEOUT_INDEX(UDP)] == 7, "setting", "udp=7");
	check(!parse_persistent("2678400", &v) && v == 2678400 &&
	      parse_persistent("0", &v) && parse_persistent("2678401", &v) &&
	      parse_persistent("1m", &v), "persistent", "seconds");

	check(!strcmp(format_ms(120000), "120s") &&
	      !strcmp(format_ms(500), "500ms") && !strcmp(format_ms(0), "0s"),
	      "format", "times");
}

static void test_service_params(void)
{
	const char *name = NULL;
	uint8_t value = 9;
	uint32_t v;
	size_t i;

	check(!parse_pool_or_none("", &name) && !*name, "fallback", "");
	check(!parse_pool_or_none("none", &name) && !*name, "fallback", "none");
	check(!parse_pool_or_none("spare", &name) && !strcmp(name, "spare"),
	      "fallback", "spare");
	check(!parse_netmask("255.255.255.255") && !parse_netmask("128") &&
	      parse_netmask("255.255.255.0") && parse_netmask("") &&
	      parse_netmask("32"), "netmask", "255.255.255.255");
	check(!parse_cache_size("1024", &v) && v == 1024 &&
	      !parse_cache_size("0x4000000", &v) && v == 1 << 26,
	      "cache size", "1024 0x4000000");
	check(parse_cache_size("1023", &v) &&
	      parse_cache_size("67108865", &v) && parse_cache_size("", &v),
	      "refused cache size", "1023 67108865");

	for (i = 0; i < track_names.n; i++) {
		const char *word = enum_name(&track_names, i);

		check(enum_value(&track_names, word, strlen(word), &value) &&
		      value == i, "word", word);
	}
	check(!enum_value(&track_names, "al", 2, &value) &&
	      !enum_value(&track_names, "", 0, &value), "no word", "al");
	check(!strcmp(enum_name(&track_names, 3), "?"), "no word for", "3");
	check(timeout_names.n == TIMEOUTS, "words for", "all timeouts");
	check(rule_names.n == __MAGLEV_RULE_MAX &&
	      state_names.n == __MAGLEV_STATE_MAX &&
	      affinity_names.n == __MAGLEV_AFFINITY_MAX &&
	      all_down_names.n == __MAGLEV_ALL_DOWN_MAX &&
	      track_names.n == __MAGLEV_TRACK_MAX, "words for",
	      "all enumerations");
	check(!strcmp(flow_state_name(IPPROTO_TCP, MAGLEV_FLOW_CLOSED),
		      "CLOSE") &&
	      !strcmp(flow_state_name(IPPROTO_SCTP, MAGLEV_FLOW_CLOSED),
		      "CLOSED") &&
	      !strcmp(flow_state_name(IPPROTO_UDP, 9), "UDP") &&
	      !strcmp(flow_state_name(IPPROTO_TCP, __MAGLEV_FLOW_MAX), "?"),
	      "flow states", "");
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
		parse_time(line, &v);
		/* Anything with a letter beyond f goes to the resolver. */
		if (!line[strspn(line, "0123456789.:-/[]")]) {
			parse_ports(line, IPPROTO_TCP, &ports);
			parse_hostport(line, AF_UNSPEC, IPPROTO_TCP, &hp);
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

	parse_addr("10.0.0.2", AF_UNSPEC, &a.addr);
	parse_addr("10.0.0.10", AF_UNSPEC, &b.addr);
	check(compare_service_id(&a, &b) < 0 && compare_service_id(&b, &a) > 0,
	      "order", "addresses by value, not by text");
	b = a;
	check(!compare_service_id(&a, &b), "order", "equal");
	b.ports.last = 90;
	check(compare_service_id(&a, &b) < 0, "order", "a port before a range");
	b = a;
	b.proto = IPPROTO_UDP;
	check(compare_service_id(&a, &b) < 0, "order", "TCP before UDP");
	parse_addr("::1", AF_UNSPEC, &b.addr);
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
	test_hostport_family();
	test_prefix();
	test_params();
	test_time();
	test_given();
	test_service_params();
	test_words();
	test_noise();
	test_order();
	printf("1..%u\n", tests);
	return failures ? 1 : 0;
}
