// SPDX-License-Identifier: GPL-2.0
/* The list of counters: names are ABI, and scripts go by their beginnings. */
#include <kunit/test.h>
#include <linux/string.h>

#include "report.h"
#include "stats.h"

static bool starts(const char *name, const char *with)
{
	return !strncmp(name, with, strlen(with));
}

static void test_reason_name_tells_verdict(struct kunit *test)
{
	u32 i;

	for (i = MGL_REASON_COUNTED; i < MGL_REASON_MAX; i++) {
		const char *name = mgl_reason_name(i);
		enum mgl_verdict verdict = mgl_reason_verdict(i);

		KUNIT_ASSERT_NOT_NULL(test, name);
		if (verdict == MGL_DROP && !starts(name, "drop_"))
			FAIL_ONCE(test, "%s: verdict %d", name, verdict);
		/* The kernel may have freed it. */
		if (starts(name, "drop_") && verdict == MGL_ACCEPT)
			FAIL_ONCE(test, "%s: verdict %d", name, verdict);
		if (starts(name, "held_") && verdict != MGL_STOLEN)
			FAIL_ONCE(test, "%s: verdict %d", name, verdict);
		if (starts(name, "accept_") && verdict != MGL_ACCEPT)
			FAIL_ONCE(test, "%s: verdict %d", name, verdict);
		if (!starts(name, "drop_") && !starts(name, "accept_") &&
		    !starts(name, "held_") && !starts(name, "forwarded"))
			FAIL_ONCE(test, "%s: of what kind?", name);
	}
}

static void test_reason_name_short_and_plain(struct kunit *test)
{
	u32 i;

	for (i = MGL_REASON_COUNTED; i < MGL_REASON_MAX; i++) {
		const char *name = mgl_reason_name(i);

		if (strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") !=
		    strlen(name) || strlen(name) >= 32)
			FAIL_ONCE(test, "%s", name);
	}
}

static void test_reason_name_unique(struct kunit *test)
{
	u32 i, j;

	for (i = MGL_REASON_COUNTED; i < MGL_REASON_MAX; i++)
		for (j = MGL_REASON_COUNTED; j < i; j++)
			if (!strcmp(mgl_reason_name(i), mgl_reason_name(j)))
				FAIL_ONCE(test, "%s", mgl_reason_name(i));
}

static void test_event_name_no_verdict(struct kunit *test)
{
	u32 i;

	for (i = 0; i < MGL_EVENT_MAX; i++)
		if (!starts(mgl_event_name(i), "flows_") &&
		    !starts(mgl_event_name(i), "path_") &&
		    !starts(mgl_event_name(i), "fragments_"))
			FAIL_ONCE(test, "%s: of what kind?", mgl_event_name(i));
}

/*
 * A packet without a reason goes on to the stack. One that is held must not, and
 * neither is counted.
 */
static void test_reason_none_accepts(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, (int)MGL_STOLEN,
			(int)mgl_reason_verdict(MGL_REASON_HELD));
	KUNIT_EXPECT_GT(test, (int)MGL_REASON_COUNTED, (int)MGL_REASON_HELD);
	KUNIT_EXPECT_GT(test, (int)MGL_REASON_COUNTED, (int)MGL_REASON_NONE);
	KUNIT_EXPECT_EQ(test, (int)MGL_ACCEPT,
			(int)mgl_reason_verdict(MGL_REASON_NONE));
}

static struct kunit_case stats_cases[] = {
	KUNIT_CASE(test_reason_name_tells_verdict),
	KUNIT_CASE(test_reason_name_short_and_plain),
	KUNIT_CASE(test_reason_name_unique),
	KUNIT_CASE(test_event_name_no_verdict),
	KUNIT_CASE(test_reason_none_accepts),
	{}
};

static struct kunit_suite stats_suite = {
	.name = "maglev_stats",
	.test_cases = stats_cases,
};

kunit_test_suite(stats_suite);
