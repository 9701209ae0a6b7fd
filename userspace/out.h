/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_OUT_H
#define _MAGLEVADM_OUT_H

#include <stdbool.h>
#include <stdint.h>

#define OUT_DEPTH_MAX	8	/* services > service > backends > backend */

/**
 * enum out_colour - a colour of text
 * @OUT_PLAIN: none, which ends any other
 * @OUT_HEAD: of heads
 * @OUT_WARN: of what is about to change
 * @OUT_BAD: of what does not work
 */
enum out_colour {
	OUT_PLAIN,
	OUT_HEAD,
	OUT_WARN,
	OUT_BAD,
};

/**
 * struct out - a listing being written, as text or as JSON
 * @json: JSON is wanted
 * @line: without breaks
 * @colours: text may have colours
 * @depth: objects and arrays open
 * @comma: per depth, a member was written already
 * @array: per depth, an array is open, not an object
 */
struct out {
	bool json;
	bool line;
	bool colours;
	unsigned int depth;
	bool comma[OUT_DEPTH_MAX];
	bool array[OUT_DEPTH_MAX];
};

void out_begin(struct out *o, bool json);
void out_begin_line(struct out *o, bool json);
void out_end(struct out *o);
void out_object(struct out *o, const char *key);
void out_object_end(struct out *o);
void out_array(struct out *o, const char *key);
void out_array_end(struct out *o);
void out_text(const struct out *o, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void out_colour(const struct out *o, enum out_colour colour);
void out_str(struct out *o, const char *key, const char *fmt,
	     const char *value);
void out_u64(struct out *o, const char *key, const char *fmt, uint64_t value);
void out_decimal(struct out *o, const char *key, const char *fmt, double value);
void out_bool(struct out *o, const char *key, const char *fmt, bool value);
void out_percent(struct out *o, const char *key, const char *fmt,
		 uint64_t part, uint64_t whole);

#endif /* _MAGLEVADM_OUT_H */
