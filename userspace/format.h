/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_FORMAT_H
#define _MAGLEVADM_FORMAT_H

#include <netdb.h>

#include "types.h"

/* Brackets around a host name, a colon and two ports with a dash. */
#define SERVICE_TEXT_MAX (NI_MAXHOST + 2 + 1 + NI_MAXSERV + 1 + 5)

const char *format_proto(uint8_t proto);
const char *format_proto_upper(uint8_t proto);
const char *format_addr(const struct addr *addr);
const char *format_host(const struct addr *addr, bool numeric);
const char *format_hostport(const struct addr *addr, uint8_t proto,
			    const struct ports *ports, bool numeric);
const char *format_prefix(const struct prefix *prefix);
const char *format_service(const struct service_id *id);
const char *format_userdata(const struct userdata *u);
const char *format_ms(uint32_t ms);
const char *format_count(uint64_t value, bool exact);

bool pool_is_shared(const char *name);
int compare_addr(const struct addr *a, const struct addr *b);
int compare_prefix(const struct prefix *a, const struct prefix *b);
int compare_service_id(const struct service_id *a, const struct service_id *b);

#endif /* _MAGLEVADM_FORMAT_H */
