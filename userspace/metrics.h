/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_METRICS_H
#define _MAGLEVADM_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct metric - a metric as monitoring knows it
 * @name: its name, without the prefix that all have in common
 * @counter: it only grows; otherwise it is a gauge
 * @unit: its unit, which is part of @name, or NULL
 * @help: what it is
 */
struct metric {
	const char *name;
	bool counter;
	const char *unit;
	const char *help;
};

/**
 * struct label_sets - the labels of many series, written once for all metrics
 * @text: all of them, one behind the other
 * @len: characters of @text
 * @room: characters there is room for
 * @ends: where each of them ends in @text
 * @n: how many there are
 * @cap: how many there is room for
 */
struct label_sets {
	char *text;
	size_t len;
	size_t room;
	size_t *ends;
	size_t n;
	size_t cap;
};

void labels_add(struct label_sets *l, const char *name, const char *value);
void labels_next(struct label_sets *l);
void labels_free(struct label_sets *l);

void metrics_begin(void);
void metrics_end(void);
void metric_head(const struct metric *m);
void metric_sample(const struct metric *m, const struct label_sets *l, size_t i,
		   uint64_t value);
void metric_one(const struct metric *m, uint64_t value);

#endif /* _MAGLEVADM_METRICS_H */
