/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_DIFF_H
#define _MAGLEVADM_DIFF_H

#include "model.h"

struct batch;

/**
 * struct diff - a difference while it is worked out
 * @out: the changes
 * @have: what there is; of backends those that diff_is_there() did not know
 * @want: what there is to be
 * @pairs: struct pair, of pools that go, stay or come; but for private ones that
 *	go, which their services take along
 * @pair_of: the number of its pair for each pool of @have, SIZE_MAX for none
 * @there: for each backend of @want that it is there, as it is to be
 * @pool: the pool of the last backend that was asked for, or NULL
 * @backends: its backends in @want
 * @next: number of the first of them behind the last one
 */
struct diff {
	struct batch *out;
	const struct snapshot *have;
	const struct model *want;
	struct vec pairs;
	size_t *pair_of;
	bool *there;
	const struct pool *pool;
	struct wanteds backends;
	size_t next;
};

void diff_init(struct diff *d, const struct snapshot *have,
	       const struct model *want);
void diff_begin(struct diff *d);
bool diff_is_there(struct diff *d, const struct backend *b);
void diff_end(struct diff *d, struct batch *out);
void diff_free(struct diff *d);

#endif /* _MAGLEVADM_DIFF_H */
