// SPDX-License-Identifier: GPL-2.0
/* Unit test of userspace/given.c, and of the options that came with it. */
#include <string.h>

#include "format.h"
#include "given.h"
#include "parse.h"
#include "tap.h"

static void test_thresholds(void)
{
	uint32_t v;

	check(!parse_threshold("0", &v) && !v &&
	      !parse_threshold("2147483647", &v) && v == 2147483647,
	      "threshold", "0 2147483647");
	check(parse_threshold("2147483648", &v) && parse_threshold("-1", &v) &&
	      parse_threshold("", &v), "refused threshold", "2147483648");
}

static void test_userdata(void)
{
	char text[2 * MAGLEV_USERDATA_MAX + 3];
	struct userdata u;
	size_t i;

	check(!parse_userdata("00fFa5", &u) && u.len == 3 && !u.bytes[0] &&
	      u.bytes[1] == 0xff && u.bytes[2] == 0xa5 &&
	      !strcmp(format_userdata(&u), "00ffa5"), "userdata", "00fFa5");
	check(!parse_userdata("none", &u) && !u.len &&
	      !strcmp(format_userdata(&u), ""), "userdata", "none");
	check(parse_userdata("", &u) && parse_userdata("0", &u) &&
	      parse_userdata("0g", &u) && parse_userdata("0x00", &u) &&
	      parse_userdata("00 0", &u), "refused userdata", "0x00");
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	check(parse_userdata(text, &u), "refused userdata", "129 bytes");
	text[sizeof(text) - 3] = '\0';
	check(!parse_userdata(text, &u) && u.len == MAGLEV_USERDATA_MAX,
	      "userdata", "128 bytes");
	for (i = 0; i < u.len; i++)
		check(u.bytes[i] == 0xaa, "userdata", "128 bytes");
}

/* Reads bytes of a literal; true if the words say everything. */
#define READ(g, text) read_given(g, text, sizeof(text) - 1)

static bool read_given(struct given *g, const char *bytes, size_t len)
{
	struct userdata u = { .len = (uint8_t)len };

	memcpy(u.bytes, bytes, len);
	return given_read(&u, g);
}

/* Thresholds, userdata, and what ipvsadm keeps there. */
void test_given(void)
{
	struct given g = {
		.scheduler = "wlc", .sched_flags = 3, .persistent = 2678400,
		.netmask = "255.255.255.128", .tunnel = GIVEN_ROUTE,
	}, got;
	struct userdata u;
	size_t i;

	test_thresholds();
	test_userdata();
	given_write(&g, &u);
	check(u.len && given_read(&u, &got) &&
	      !strcmp(got.scheduler, "wlc") && got.sched_flags == 3 &&
	      got.persistent == 2678400 &&
	      !strcmp(got.netmask, "255.255.255.128") &&
	      got.tunnel == GIVEN_ROUTE, "given", "all");
	/* However it is cut, nothing is read beyond its end. */
	for (i = 0; i < u.len; i++) {
		struct userdata cut = { .len = (uint8_t)i };

		memcpy(cut.bytes, u.bytes, i);
		given_read(&cut, &got);
		check(!got.persistent || got.persistent == g.persistent,
		      "given", "cut");
	}
	memset(&g, 0, sizeof(g));
	given_write(&g, &u);
	check(!u.len && given_read(&u, &got) &&
	      !strcmp(given_scheduler(&got), "mh") &&
	      !*given_sched_flags(&got, true), "given", "nothing");

	check(READ(&got, "\1\3wlc") && !strcmp(got.scheduler, "wlc"),
	      "given", "wlc");
	check(READ(&got, "\6\4ipip") && got.tunnel == GIVEN_IPIP, "given",
	      "ipip");
	check(!READ(&got, "\377\1x\3\003300") && got.persistent == 300, "given",
	      "an unknown type");
	check(!READ(&got, "\3\003300\1") && got.persistent == 300, "given",
	      "a byte more");
	check(!READ(&got, "\3\003300\1\200w") && got.persistent == 300 &&
	      !*got.scheduler, "given", "too short");
	check(!READ(&got, "\1\3w\nc") && !*got.scheduler, "given",
	      "a control character");
	check(!READ(&got, "\1\3w\0c") && !*got.scheduler, "given", "a NUL");
	check(!READ(&got, "\1\0") && !*got.scheduler, "given", "no bytes");
	check(!READ(&got, "\1\21aaaaaaaaaaaaaaaaa") && !*got.scheduler, "given",
	      "17 letters");
	check(!READ(&got, "\2\0019") && !got.sched_flags, "given", "9");
	check(!READ(&got, "\3\7999999999") && !got.persistent, "given",
	      "a time that is too long");
	check(!READ(&got, "\3\0010") && !got.persistent, "given", "0");
	check(!READ(&got, "\5\4ipip") && got.tunnel == GIVEN_GRE, "given",
	      "another word");

	g.sched_flags = 7;
	check(!strcmp(given_sched_flags(&g, true), "mh-fallback,mh-port,flag-3"),
	      "flags", "mh");
	check(!strcmp(given_sched_flags(&g, false), "mh-fallback,mh-port"),
	      "listed flags", "mh");
	strcpy(g.scheduler, "sh");
	check(!strcmp(given_sched_flags(&g, true), "sh-fallback,sh-port,flag-3"),
	      "flags", "sh");
	strcpy(g.scheduler, "rr");
	g.sched_flags = 2;
	check(!strcmp(given_sched_flags(&g, true), "flag-2"), "flags", "rr");
}
