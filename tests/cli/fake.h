/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_FAKE_H
#define _MAGLEVADM_FAKE_H

#include "nl.h"

void log_request(struct nl_msg *msg);
void log_text(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

const char *fake_version(void);
uint64_t fake_load(const char *backend);
void fake_counters(kern_read read, struct vec *v);
void fake_members(struct nl_msg *answer, const char *pool);
void fake_parents(struct nl_msg *answer);
void fake_state_get(kern_read read, struct vec *v, bool all);
void fake_state_set(kern_read read, struct vec *v);

#endif /* _MAGLEVADM_FAKE_H */
