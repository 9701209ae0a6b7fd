/* SPDX-License-Identifier: GPL-2.0 */
/* A queue of events: the earliest first, at the same time by order of entry. */
#ifndef _SIM_QUEUE_H
#define _SIM_QUEUE_H

#include <linux/types.h>

enum event_kind {
	EVENT_ARRIVAL,	/* a connection begins */
	EVENT_PACKET,	/* the client of connection @what sends */
	EVENT_BACKEND,	/* a backend fails, returns or is replaced */
	EVENT_ECMP,	/* the router's set of directors changes */
	EVENT_SAMPLE,	/* the caches are counted */
};

struct event {
	u64 at;		/* ms */
	u64 order;
	enum event_kind kind;
	u32 what;
};

struct queue {
	struct event *heap;
	u32 n;
	u32 room;
	u64 order;
};

void queue_add(struct queue *q, u64 at, enum event_kind kind, u32 what);
bool queue_next(struct queue *q, struct event *e);
void queue_free(struct queue *q);

#endif /* _SIM_QUEUE_H */
