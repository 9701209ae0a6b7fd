// SPDX-License-Identifier: GPL-2.0
/*
 * Metrics in the text format of Prometheus, version 0.0.4: the one that its
 * promtool checks and that node_exporter's textfile collector reads. OpenMetrics
 * is not: it wants another name in the head of a counter. So its units and its
 * end are written as what they are here, comments.
 *
 * There may be a million lines, so a label set is written once, and neither it nor
 * a number goes through printf() for each of them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "metrics.h"

#define PREFIX	"maglev_"

static void *grown(void *items, size_t n, size_t size)
{
	items = reallocarray(items, n, size);
	if (!items)
		err_no_memory();
	return items;
}

static void put_text(struct label_sets *l, const char *text, size_t len)
{
	if (l->len + len > l->room) {
		l->room = 2 * (l->len + len) + 256;
		l->text = grown(l->text, l->room, 1);
	}
	memcpy(l->text + l->len, text, len);
	l->len += len;
}

static size_t start_of(const struct label_sets *l, size_t i)
{
	return i ? l->ends[i - 1] : 0;
}

/**
 * labels_add() - add a label to the set that is being written
 * @l: the sets
 * @name: name of the label
 * @value: its value, any text
 */
void labels_add(struct label_sets *l, const char *name, const char *value)
{
	if (l->len > start_of(l, l->n))
		put_text(l, ",", 1);
	put_text(l, name, strlen(name));
	put_text(l, "=\"", 2);
	for (; *value; value++) {
		if (*value == '\n') {
			put_text(l, "\\n", 2);
			continue;
		}
		if (*value == '"' || *value == '\\')
			put_text(l, "\\", 1);
		put_text(l, value, 1);
	}
	put_text(l, "\"", 1);
}

/**
 * labels_next() - end the set that is being written
 * @l: the sets
 */
void labels_next(struct label_sets *l)
{
	if (l->n == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 64;
		l->ends = grown(l->ends, l->cap, sizeof(*l->ends));
	}
	l->ends[l->n++] = l->len;
}

/**
 * labels_free() - release sets of labels
 * @l: the sets, empty and usable afterwards
 */
void labels_free(struct label_sets *l)
{
	free(l->text);
	free(l->ends);
	*l = (struct label_sets){ 0 };
}

/**
 * metrics_begin() - start a page of metrics
 */
void metrics_begin(void)
{
	static char page[1 << 18];

	/* Nothing was written yet. */
	(void)setvbuf(stdout, page, _IOFBF, sizeof(page));
}

/**
 * metrics_end() - finish a page of metrics, so that a cut one can be told
 */
void metrics_end(void)
{
	fputs("# EOF\n", stdout);
}

/**
 * metric_head() - say what a metric is
 * @m: the metric; its samples have to follow, and no others before them
 */
void metric_head(const struct metric *m)
{
	printf("# HELP " PREFIX "%s %s\n", m->name, m->help);
	printf("# TYPE " PREFIX "%s %s\n", m->name,
	       m->counter ? "counter" : "gauge");
	if (m->unit)
		printf("# UNIT " PREFIX "%s %s\n", m->name, m->unit);
}

static void put_value(uint64_t value)
{
	char digits[24];
	char *p = digits + sizeof(digits);

	*--p = '\n';
	do {
		*--p = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	*--p = ' ';
	fwrite_unlocked(p, 1, (size_t)(digits + sizeof(digits) - p), stdout);
}

/**
 * metric_sample() - write the value of one series
 * @m: the metric
 * @l: sets of labels
 * @i: which of them
 * @value: the value
 */
void metric_sample(const struct metric *m, const struct label_sets *l, size_t i,
		   uint64_t value)
{
	size_t start = start_of(l, i);

	fwrite_unlocked(PREFIX, 1, sizeof(PREFIX) - 1, stdout);
	fwrite_unlocked(m->name, 1, strlen(m->name), stdout);
	putc_unlocked('{', stdout);
	fwrite_unlocked(l->text + start, 1, l->ends[i] - start, stdout);
	putc_unlocked('}', stdout);
	put_value(value);
}

/**
 * metric_one() - write a metric that is one series without labels
 * @m: the metric
 * @value: the value
 */
void metric_one(const struct metric *m, uint64_t value)
{
	metric_head(m);
	printf(PREFIX "%s", m->name);
	put_value(value);
}
