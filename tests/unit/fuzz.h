/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _UNIT_FUZZ_H
#define _UNIT_FUZZ_H

#include <linux/types.h>

/* The name and type that libFuzzer calls. */
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

#endif /* _UNIT_FUZZ_H */
