/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Test cases that report in KTAP. A case is a function and the rule that it
 * tests, which its report line states. A failed check makes it "not ok" and is
 * explained in diagnostic lines, and the case goes on, so that one run shows
 * everything that is wrong.
 */
#ifndef _UNIT_KTAP_H
#define _UNIT_KTAP_H

#include <stdbool.h>
#include <stdio.h>

struct ktap_case {
	const char *name;
	const char *rule;
	void (*run)(void);
};

#define KTAP_CASE(fn, text) { .name = #fn, .rule = text, .run = fn }

/* A broken parser fails a million times: the first few tell all there is. */
#define KTAP_DIAGNOSTICS_MAX 10

static unsigned int ktap_failed;

#define CHECK(cond, fmt, ...) do {					\
	if (!(cond) && ktap_failed++ < KTAP_DIAGNOSTICS_MAX)		\
		printf("# %s:%d: %s: " fmt "\n", __FILE__, __LINE__,	\
		       #cond, ##__VA_ARGS__);				\
} while (0)

#define CHECK_EQ(got, want, fmt, ...) do {				\
	unsigned long long _got = (got), _want = (want);		\
									\
	if (_got != _want && ktap_failed++ < KTAP_DIAGNOSTICS_MAX)	\
		printf("# %s:%d: %s is %llu (%#llx), not %llu (%#llx): " \
		       fmt "\n", __FILE__, __LINE__, #got, _got, _got,	\
		       _want, _want, ##__VA_ARGS__);			\
} while (0)

/* For figures that are worth reading even if nothing is wrong. */
#define NOTE(fmt, ...) printf("# " fmt "\n", ##__VA_ARGS__)

static inline int ktap_run(const struct ktap_case *cases, unsigned int n)
{
	bool all_ok = true;
	unsigned int i;

	/* A sanitizer's abort() must not swallow the lines before it. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("KTAP version 1\n1..%u\n", n);
	for (i = 0; i < n; i++) {
		ktap_failed = 0;
		cases[i].run();
		if (ktap_failed)
			printf("# %s(): %u checks failed\n", cases[i].name,
			       ktap_failed);
		printf("%sok %u - %s\n", ktap_failed ? "not " : "", i + 1,
		       cases[i].rule);
		all_ok &= !ktap_failed;
	}
	return all_ok ? 0 : 1;
}

#endif /* _UNIT_KTAP_H */
