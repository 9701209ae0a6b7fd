// SPDX-License-Identifier: GPL-2.0
/*
 * Names that many objects have: ten backends of ten thousand pools would be
 * mostly names otherwise.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "intern.h"

#define BLOCK_SIZE	8192
#define BUCKETS		8192

/**
 * struct name - a name that is kept
 * @next: the next one of its bucket
 * @text: the name
 */
struct name {
	struct name *next;
	char text[];
};

/**
 * struct block - room for names
 * @next: the block before, which is full
 * @used: bytes of @room
 * @room: the names, each where a struct name may be
 */
struct block {
	struct block *next;
	size_t used;
	char room[BLOCK_SIZE - sizeof(void *) - sizeof(size_t)];
};

static struct block *blocks;
static struct name *buckets[BUCKETS];
static const char *last;

/* FNV-1a */
static struct name **bucket_of(const char *text)
{
	uint32_t hash = 2166136261u;

	while (*text)
		hash = (hash ^ (unsigned char)*text++) * 16777619u;
	return &buckets[hash % BUCKETS];
}

static struct name *new_name(const char *text)
{
	size_t align = _Alignof(struct name), len = strlen(text) + 1;
	size_t size = (sizeof(struct name) + len + align - 1) / align * align;
	struct block *b = blocks;
	struct name *name;

	if (!b || sizeof(b->room) - b->used < size) {
		b = malloc(sizeof(*b));
		if (!b)
			err_no_memory();
		b->next = blocks;
		b->used = 0;
		blocks = b;
	}
	name = (void *)(b->room + b->used);
	b->used += size;
	memcpy(name->text, text, len);
	return name;
}

/**
 * intern() - keep a name
 * @text: the name, of less than 8000 bytes
 *
 * Each name is kept once, so listings that are read again and again take no more
 * memory. Mostly it is the one of the call before.
 *
 * Return: the name, which is good until intern_free().
 */
const char *intern(const char *text)
{
	struct name **bucket, *name;

	if (last && !strcmp(last, text))
		return last;
	bucket = bucket_of(text);
	for (name = *bucket; name; name = name->next)
		if (!strcmp(name->text, text))
			break;
	if (!name) {
		name = new_name(text);
		name->next = *bucket;
		*bucket = name;
	}
	last = name->text;
	return last;
}

/**
 * intern_free() - forget all names
 */
void intern_free(void)
{
	struct block *b;

	last = NULL;
	memset(buckets, 0, sizeof(buckets));
	while ((b = blocks)) {
		blocks = b->next;
		free(b);
	}
}
