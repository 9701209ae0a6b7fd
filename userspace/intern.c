// SPDX-License-Identifier: GPL-2.0
/*
 * Names and bytes that many objects have: ten backends of ten thousand pools would
 * consist mostly of these otherwise.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "intern.h"
#include "types.h"

#define BLOCK_SIZE	8192
#define BUCKETS		8192

/**
 * struct kept - bytes that are kept
 * @next: the next ones of their bucket
 * @len: how many
 * @bytes: the bytes
 */
struct kept {
	struct kept *next;
	size_t len;
	char bytes[];
};

/**
 * struct block - room for what is kept
 * @next: the block before, which is full
 * @used: bytes of @room
 * @room: where each struct kept begins so that it is aligned
 */
struct block {
	struct block *next;
	size_t used;
	char room[BLOCK_SIZE - sizeof(void *) - sizeof(size_t)];
};

static struct block *blocks;
static struct kept *buckets[BUCKETS];
static const char *last;

/* FNV-1a */
static struct kept **bucket_of(const unsigned char *bytes, size_t len)
{
	uint32_t hash = 2166136261u;

	while (len--)
		hash = (hash ^ *bytes++) * 16777619u;
	return &buckets[hash % BUCKETS];
}

static struct kept *new_kept(const void *bytes, size_t len)
{
	size_t align = _Alignof(struct kept);
	size_t size = (sizeof(struct kept) + len + align - 1) / align * align;
	struct block *b = blocks;
	struct kept *kept;

	if (!b || sizeof(b->room) - b->used < size) {
		b = malloc(sizeof(*b));
		if (!b)
			err_no_memory();
		b->next = blocks;
		b->used = 0;
		blocks = b;
	}
	kept = (void *)(b->room + b->used);
	b->used += size;
	kept->len = len;
	memcpy(kept->bytes, bytes, len);
	return kept;
}

/**
 * intern_bytes() - keep bytes
 * @bytes: the bytes
 * @len: how many, less than 8000
 *
 * Return: the bytes, aligned as a pointer is, and as intern() returns names.
 */
const void *intern_bytes(const void *bytes, size_t len)
{
	struct kept **bucket = bucket_of(bytes, len), *kept;

	for (kept = *bucket; kept; kept = kept->next)
		if (kept->len == len && !memcmp(kept->bytes, bytes, len))
			return kept->bytes;
	kept = new_kept(bytes, len);
	kept->next = *bucket;
	*bucket = kept;
	return kept->bytes;
}

/**
 * intern() - keep a name
 * @text: the name, of less than 8000 bytes
 *
 * Each name is kept once, so listings that are read again and again take no more
 * memory. Mostly it is the one of the call before.
 *
 * Return: the name, which is good until intern_free(); equal names are the same.
 */
const char *intern(const char *text)
{
	if (!last || strcmp(last, text))
		last = intern_bytes(text, strlen(text) + 1);
	return last;
}

/**
 * intern_userdata() - keep the bytes that the kernel keeps with an object
 * @u: the bytes
 *
 * Return: the bytes, as intern() returns names, or NULL if there are none.
 */
const struct userdata *intern_userdata(const struct userdata *u)
{
	struct userdata all = { .len = u->len };

	if (!u->len)
		return NULL;
	/* What is behind them is to be equal, too. */
	memcpy(all.bytes, u->bytes, u->len);
	return intern_bytes(&all, sizeof(all));
}

/**
 * intern_free() - forget all that is kept
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
