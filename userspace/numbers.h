/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_NUMBERS_H
#define _MAGLEVADM_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct numbers - a map from numbers to numbers
 * @pair: keys and values, or { 0, 0 } for none; 0 is no key
 * @mask: length of @pair, a power of two, - 1
 */
struct numbers {
	struct {
		uint32_t key;
		uint32_t value;
	} *pair;
	size_t mask;
};

void numbers_init(struct numbers *m, size_t n);
bool numbers_add(struct numbers *m, uint32_t key, uint32_t value);
uint32_t *numbers_find(const struct numbers *m, uint32_t key);
void numbers_free(struct numbers *m);

#endif /* _MAGLEVADM_NUMBERS_H */
