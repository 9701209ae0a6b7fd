/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_RATE_H
#define _MAGLEVADM_RATE_H

#include "snapshot.h"

struct args;
struct kern;
struct out;

/**
 * struct rates - readings of the configuration, one after the other
 * @now: the last one; services and backends have their rates
 * @before: the one before it, or empty
 * @at: time of the last one in ms of the monotonic clock
 * @ms: time between the two, 0: there was one only
 * @n: readings so far
 */
struct rates {
	struct snapshot now;
	struct snapshot before;
	uint64_t at;
	uint64_t ms;
	unsigned long n;
};

uint64_t clock_ms(void);
void clock_sleep(uint64_t ms);
double per_second(uint64_t now, uint64_t before, uint64_t ms);
int rates_read(struct kern *kern, const struct args *args, struct rates *r);
int rates_measure(struct kern *kern, const struct args *args, struct rates *r,
		  uint64_t ms);
uint32_t rates_interval(const struct args *args);
void rates_show(struct out *o, const struct rate *rate);
void rates_free(struct rates *r);

#endif /* _MAGLEVADM_RATE_H */
