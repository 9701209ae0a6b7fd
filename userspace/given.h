/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_GIVEN_H
#define _MAGLEVADM_GIVEN_H

#include "types.h"

/* As long as they are in IPVS, or in the longest text; with the final NUL. */
#define GIVEN_SCHEDULER_SIZE	17
#define GIVEN_NETMASK_SIZE	16

/**
 * enum given_tunnel - how a backend was to be reached, where that is not GRE
 * @GIVEN_GRE: through GRE, as it is
 * @GIVEN_IPIP: by --tun-type ipip
 * @GIVEN_ROUTE: by -g
 */
enum given_tunnel {
	GIVEN_GRE,
	GIVEN_IPIP,
	GIVEN_ROUTE,
};

/**
 * struct given - what ipvsadm was given, and is done in another way
 * @scheduler: name of a scheduler other than mh, or empty
 * @sched_flags: bits of -b, as in IPVS
 * @persistent: time of -p in seconds, or 0
 * @netmask: mask of -M unless it is full, or empty
 * @tunnel: enum given_tunnel
 */
struct given {
	char scheduler[GIVEN_SCHEDULER_SIZE];
	uint8_t sched_flags;
	uint32_t persistent;
	char netmask[GIVEN_NETMASK_SIZE];
	uint8_t tunnel;
};

void given_write(const struct given *g, struct userdata *u);
bool given_read(const struct userdata *u, struct given *g);
const char *given_scheduler(const struct given *g);
const char *given_sched_flags(const struct given *g, bool saved);

#endif /* _MAGLEVADM_GIVEN_H */
