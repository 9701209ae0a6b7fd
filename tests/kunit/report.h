/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _KUNIT_REPORT_H
#define _KUNIT_REPORT_H

#include <kunit/test.h>

/*
 * 6.1 keeps 512 bytes of what a case logs, and the verdict comes last: of a
 * case that fails a thousand times only the first failure is told.
 */
#define FAIL_ONCE(test, fmt, ...) do {					\
	struct kunit *_test = (test);					\
									\
	if (READ_ONCE(_test->status) != KUNIT_FAILURE)			\
		KUNIT_FAIL(_test, fmt, ##__VA_ARGS__);			\
} while (0)

#endif /* _KUNIT_REPORT_H */
