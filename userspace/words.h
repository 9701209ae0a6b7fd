/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_WORDS_H
#define _MAGLEVADM_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct words - what the values of an enumeration are called
 * @word: the words, by value
 * @n: how many there are
 */
struct words {
	const char * const *word;
	size_t n;
};

extern const struct words words_track;
extern const struct words words_affinity;
extern const struct words words_all_down;
extern const struct words words_state;
extern const struct words words_rule;
extern const struct words words_timeout;

const char *word_of(const struct words *words, size_t value);
bool word_value(const struct words *words, const char *text, size_t len,
		uint8_t *value);
const char *word_flow_state(uint8_t proto, uint8_t state);

#endif /* _MAGLEVADM_WORDS_H */
