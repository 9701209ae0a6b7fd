/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_BATCH_H
#define _MAGLEVADM_BATCH_H

#include "change.h"
#include "types.h"
#include "vec.h"

struct kern;

/**
 * struct step - one change of a batch, with the backends that it adds
 * @line: the line of a file that asks for it, or 0
 * @n_more: how many backends it adds
 * @more: the first of them in struct batch
 * @size: bytes that they take in a request, at most
 * @change: the change; of BACKEND_NEW without the backend
 */
struct step {
	uint32_t line;
	uint32_t n_more;
	size_t more;
	uint32_t size;
	struct change change;
};

/**
 * struct more - a backend that a step adds
 * @line: the line that asks for it, or 0
 * @addr: the backend
 * @params: what to set of it, by intern_bytes(): few are different
 */
struct more {
	uint32_t line;
	struct addr addr;
	const struct backend_params *params;
};

/**
 * struct batch - changes that are made in one step: all of them, or none
 * @steps: struct step, in the order in which each sees those before it
 * @more: struct more, likewise
 * @texts: char *, what names of the steps point into, to be freed with it
 */
struct batch {
	struct vec steps;
	struct vec more;
	struct vec texts;
};

#define BATCH_INIT	{ \
	.steps = VEC_INIT(struct step), \
	.more = VEC_INIT(struct more), \
	.texts = VEC_INIT(char *), \
}

/**
 * struct blame - which change of a batch the kernel refused
 * @step: its number
 * @is_backend: it is one of its backends
 * @backend: the number of that
 */
struct blame {
	size_t step;
	bool is_backend;
	size_t backend;
};

bool batch_add(struct batch *b, const struct change *c, uint32_t line);
void batch_keep(struct batch *b, char *text);
void batch_forget(struct batch *b);
void batch_free(struct batch *b);
struct step *batch_step(const struct batch *b, size_t i);
size_t batch_changes(const struct step *s);
struct change batch_change(const struct batch *b, const struct step *s,
			   size_t i, uint32_t *line);
struct nl_msg *batch_request(struct kern *kern, const struct batch *b,
			     const uint32_t *generation, bool try);
bool batch_blames(struct nl_msg *msg, size_t offset, struct blame *blame);

#endif /* _MAGLEVADM_BATCH_H */
