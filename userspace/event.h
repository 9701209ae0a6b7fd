/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_EVENT_H
#define _MAGLEVADM_EVENT_H

#include <stdbool.h>
#include <stdint.h>

struct nlmsghdr;

/**
 * struct event_printer - prints notifications, a line for each object
 * @json: JSON is wanted
 * @timestamp: the time is wanted, too
 * @counted: it ends after @left lines
 * @left: lines left to be printed, if @counted
 */
struct event_printer {
	bool json;
	bool timestamp;
	bool counted;
	uint64_t left;
};

/* True once as many lines were printed as were asked for. */
static inline bool event_enough(const struct event_printer *p)
{
	return p->counted && !p->left;
}

void event_print(struct event_printer *p, struct nlmsghdr *h);
void event_print_overrun(const struct event_printer *p);

#endif /* _MAGLEVADM_EVENT_H */
