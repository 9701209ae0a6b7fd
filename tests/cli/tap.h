/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_TAP_H
#define _MAGLEVADM_TAP_H

#include <stdbool.h>

void check(bool ok, const char *what, const char *input);
void test_given(void);

#endif /* _MAGLEVADM_TAP_H */
