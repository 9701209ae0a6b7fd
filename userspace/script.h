/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_SCRIPT_H
#define _MAGLEVADM_SCRIPT_H

#include <stdio.h>

#include "batch.h"
#include "vec.h"

struct args;
struct ctx;

/**
 * struct script - a file of command lines, understood
 * @batch: the changes of the configuration
 * @afresh: what is configured is deleted before them
 * @others: struct other, the lines that change no configuration
 */
struct script {
	struct batch batch;
	bool afresh;
	struct vec others;
};

/**
 * struct other - a line that lists, explains, tries, zeroes or forgets
 * @line: its number
 * @text: its words
 * @args: the same, parsed
 */
struct other {
	uint32_t line;
	char *text;
	struct args *args;
};

#define SCRIPT_INIT	{ \
	.batch = BATCH_INIT, \
	.others = VEC_INIT(struct other), \
}

int script_read(struct ctx *ctx, struct script *s, FILE *file,
		const char *description);
int script_run_others(struct ctx *ctx, const struct script *s);
void script_free(struct script *s);

#endif /* _MAGLEVADM_SCRIPT_H */
