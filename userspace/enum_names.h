/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_ENUM_NAMES_H
#define _MAGLEVADM_ENUM_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct enum_names - names of the values of an enumeration
 * @name: names by value
 * @n: length of @name
 */
struct enum_names {
	const char * const *name;
	size_t n;
};

extern const struct enum_names track_names;
extern const struct enum_names affinity_names;
extern const struct enum_names all_down_names;
extern const struct enum_names state_names;
extern const struct enum_names rule_names;
extern const struct enum_names timeout_names;
extern const struct enum_names pmtu_names;
extern const struct enum_names color_names;
extern const struct enum_names trace_kind_names;

const char *enum_name(const struct enum_names *names, size_t value);
bool enum_value(const struct enum_names *names, const char *text, size_t len,
		uint8_t *value);
const char *flow_state_name(uint8_t proto, uint8_t state);

#endif /* _MAGLEVADM_ENUM_NAMES_H */
