/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_MODEL_H
#define _MAGLEVADM_MODEL_H

#include "snapshot.h"

struct batch;
struct more;

/**
 * struct wanted - a backend as a file describes it
 * @pool: its pool, in struct model
 * @more: what the file says of it, in its batch
 */
struct wanted {
	const struct pool *pool;
	const struct more *more;
};

/**
 * struct model - the configuration that a file describes
 * @s: the configuration, without its backends
 * @backends: struct wanted, those of one pool together: there may be very many
 */
struct model {
	struct snapshot s;
	struct vec backends;
};

/**
 * struct wanteds - the backends of one pool, within a model
 * @first: the first of them, or NULL
 * @n: how many there are
 */
struct wanteds {
	const struct wanted *first;
	size_t n;
};

void model_init(struct model *m);
void model_free(struct model *m);
int model_build(struct model *m, const struct batch *b);
const struct addr *model_addr(const struct wanted *w);
struct backend model_backend(const struct wanted *w);
struct wanteds model_backends(const struct model *m, const struct pool *pool);

#endif /* _MAGLEVADM_MODEL_H */
