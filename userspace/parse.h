/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_PARSE_H
#define _MAGLEVADM_PARSE_H

#include <stddef.h>

#include "types.h"

const char *parse_uint(const char *text, uint64_t max, uint64_t *value);
const char *parse_addr(const char *text, sa_family_t family,
		       struct addr *addr);
const char *parse_port(const char *text, uint8_t proto, uint16_t *port);
const char *parse_ports(const char *text, uint8_t proto, struct ports *ports);
const char *parse_hostport(const char *text, sa_family_t family,
			   uint8_t proto, struct hostport *hp);
const char *parse_prefix(const char *text, struct prefix *prefix);
const char *parse_weight(const char *text, uint32_t *weight);
const char *parse_threshold(const char *text, uint32_t *flows);
const char *parse_userdata(const char *text, struct userdata *u);
const char *parse_table_size(const char *text, uint32_t *size);
const char *parse_count(const char *text, uint64_t *count);
const char *parse_seed(const char *text, uint64_t *seed);
const char *parse_pool_name(const char *text, const char **name);
const char *parse_pool_or_none(const char *text, const char **name);
const char *parse_time(const char *text, uint64_t *ms);
const char *parse_panic(const char *text, uint8_t *percent);
const char *parse_settle(const char *text, uint32_t *ms);
const char *parse_deadline(const char *text, uint32_t *ms);
const char *parse_interval(const char *text, uint32_t *ms);
const char *parse_timeout(const char *text, uint32_t *seconds);
const char *parse_timeout_named(const char *text, struct config *config);
const char *parse_setting(const char *text, struct config *config);
const char *parse_cache_size(const char *text, uint32_t *entries);
const char *parse_trace_rate(const char *text, uint32_t *rate);
const char *parse_persistent(const char *text, uint32_t *seconds);
const char *parse_netmask(const char *text);
const char *parse_scheduler(const char *text);
const char *parse_sched_flags(const char *text);
const char *parse_words(char *line, char **words, size_t max, size_t *n);

#endif /* _MAGLEVADM_PARSE_H */
