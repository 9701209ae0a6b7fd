// SPDX-License-Identifier: GPL-2.0
/*
 * Text or JSON from one call site: every out_*() call names the JSON key and
 * the text format of one value, either of which may be NULL where only the
 * other kind of output shows the value.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "out.h"

static void json_string(const char *s)
{
	putchar('"');
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

static void json_break(const struct out *o)
{
	if (!o->line)
		printf("\n%*s", (int)o->depth * 2, "");
}

/* Writes what precedes a value: a comma, a new line, its key. */
static void json_lead(struct out *o, const char *key)
{
	if (!o->depth)
		return;
	if (o->comma[o->depth - 1])
		putchar(',');
	o->comma[o->depth - 1] = true;
	json_break(o);
	if (key && !o->array[o->depth - 1]) {
		json_string(key);
		printf(": ");
	}
}

static void json_open(struct out *o, const char *key, bool array)
{
	if (!o->json)
		return;
	/* Depth is fixed by the calls in this program, not by its input. */
	if (o->depth == OUT_DEPTH_MAX)
		abort();
	json_lead(o, key);
	putchar(array ? '[' : '{');
	o->comma[o->depth] = false;
	o->array[o->depth++] = array;
}

static void json_close(struct out *o)
{
	bool array, empty;

	if (!o->json)
		return;
	o->depth--;
	array = o->array[o->depth];
	empty = !o->comma[o->depth];
	if (!empty)
		json_break(o);
	putchar(array ? ']' : '}');
}

/**
 * out_begin() - start a listing
 * @o: the listing
 * @json: JSON is wanted
 */
void out_begin(struct out *o, bool json)
{
	*o = (struct out){ .json = json };
	json_open(o, NULL, false);
}

/**
 * out_begin_line() - start a listing that is to be one line
 * @o: the listing
 * @json: JSON is wanted
 */
void out_begin_line(struct out *o, bool json)
{
	*o = (struct out){ .json = json, .line = true };
	json_open(o, NULL, false);
}

/**
 * out_end() - finish a listing
 * @o: the listing
 */
void out_end(struct out *o)
{
	json_close(o);
	if (o->json)
		putchar('\n');
}

/**
 * out_object() - open a JSON object
 * @o: the listing
 * @key: its key, ignored inside an array
 */
void out_object(struct out *o, const char *key)
{
	json_open(o, key, false);
}

/**
 * out_object_end() - close the JSON object opened last
 * @o: the listing
 */
void out_object_end(struct out *o)
{
	json_close(o);
}

/**
 * out_array() - open a JSON array
 * @o: the listing
 * @key: its key
 */
void out_array(struct out *o, const char *key)
{
	json_open(o, key, true);
}

/**
 * out_array_end() - close the JSON array opened last
 * @o: the listing
 */
void out_array_end(struct out *o)
{
	json_close(o);
}

/**
 * out_text() - print where text is wanted
 * @o: the listing
 * @fmt: as printf()
 */
void out_text(const struct out *o, const char *fmt, ...)
{
	va_list ap;

	if (o->json)
		return;
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
}

/**
 * out_colour() - change the colour of the text that follows
 * @o: the listing
 * @colour: the colour
 */
void out_colour(const struct out *o, enum out_colour colour)
{
	static const char * const codes[] = {
		[OUT_PLAIN] = "0",
		[OUT_HEAD] = "1",
		[OUT_WARN] = "33",
		[OUT_BAD] = "31",
	};

	if (o->colours && !o->json)
		printf("\033[%sm", codes[colour]);
}

/**
 * out_str() - print a string
 * @o: the listing
 * @key: JSON key, or NULL: text only
 * @fmt: text format with one %s, or NULL: JSON only
 * @value: the string
 */
void out_str(struct out *o, const char *key, const char *fmt,
	     const char *value)
{
	if (!o->json) {
		if (fmt)
			printf(fmt, value);
	} else if (key) {
		json_lead(o, key);
		json_string(value);
	}
}

/**
 * out_u64() - print a number
 * @o: the listing
 * @key: JSON key, or NULL: text only
 * @fmt: text format with one conversion of PRI*64, or NULL: JSON only
 * @value: the number
 */
void out_u64(struct out *o, const char *key, const char *fmt, uint64_t value)
{
	if (!o->json) {
		if (fmt)
			printf(fmt, value);
	} else if (key) {
		json_lead(o, key);
		printf("%" PRIu64, value);
	}
}

/**
 * out_decimal() - print a number with decimals
 * @o: the listing
 * @key: JSON key, or NULL: text only
 * @fmt: text format with one conversion of a double, or NULL: JSON only
 * @value: the number; JSON has three decimals of it
 */
void out_decimal(struct out *o, const char *key, const char *fmt, double value)
{
	if (!o->json) {
		if (fmt)
			printf(fmt, value);
	} else if (key) {
		json_lead(o, key);
		printf("%.3f", value);
	}
}

/**
 * out_bool() - print a truth value
 * @o: the listing
 * @key: JSON key, or NULL: text only
 * @fmt: text format with one %s, for yes or no, or NULL: JSON only
 * @value: the value
 */
void out_bool(struct out *o, const char *key, const char *fmt, bool value)
{
	if (!o->json) {
		if (fmt)
			printf(fmt, value ? "yes" : "no");
	} else if (key) {
		json_lead(o, key);
		printf(value ? "true" : "false");
	}
}

/**
 * out_percent() - print a share in percent
 * @o: the listing
 * @key: JSON key, or NULL: text only
 * @fmt: text format with one conversion of a double, or NULL: JSON only
 * @part: the share
 * @whole: what it is a share of
 */
void out_percent(struct out *o, const char *key, const char *fmt,
		 uint64_t part, uint64_t whole)
{
	double percent = whole ? 100.0 * (double)part / (double)whole : 0;

	if (!o->json) {
		if (fmt)
			printf(fmt, percent);
	} else if (key) {
		json_lead(o, key);
		printf("%.4f", percent);
	}
}
