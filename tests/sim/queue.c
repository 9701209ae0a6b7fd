// SPDX-License-Identifier: GPL-2.0
/* A binary heap. */
#include <stdlib.h>

#include "queue.h"

static bool before(const struct event *a, const struct event *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

void queue_add(struct queue *q, u64 at, enum event_kind kind, u32 what)
{
	struct event e = { .at = at, .order = q->order++, .kind = kind,
			   .what = what };
	u32 i, up;

	if (q->n == q->room) {
		q->room = q->room ? 2 * q->room : 1024;
		q->heap = realloc(q->heap, q->room * sizeof(*q->heap));
		if (!q->heap)
			abort();
	}
	for (i = q->n++; i > 0; i = up) {
		up = (i - 1) / 2;
		if (!before(&e, &q->heap[up]))
			break;
		q->heap[i] = q->heap[up];
	}
	q->heap[i] = e;
}

bool queue_next(struct queue *q, struct event *e)
{
	struct event last;
	u32 i = 0, down;

	if (!q->n)
		return false;
	*e = q->heap[0];
	last = q->heap[--q->n];
	while ((down = 2 * i + 1) < q->n) {
		if (down + 1 < q->n &&
		    before(&q->heap[down + 1], &q->heap[down]))
			down++;
		if (!before(&q->heap[down], &last))
			break;
		q->heap[i] = q->heap[down];
		i = down;
	}
	if (q->n)
		q->heap[i] = last;
	return true;
}

void queue_free(struct queue *q)
{
	free(q->heap);
	*q = (struct queue){};
}
