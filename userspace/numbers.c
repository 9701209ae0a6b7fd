// SPDX-License-Identifier: GPL-2.0
/*
 * A map from numbers to numbers: there are a million flows that refer to services and
 * backends.
 */
#include <stdlib.h>

#include "err.h"
#include "numbers.h"

/* The entry of a key, or the free one that it would take. */
static size_t place(const struct numbers *m, uint32_t key)
{
	size_t i = key * 0x9e3779b1u;

	for (i &= m->mask; m->pair[i].key && m->pair[i].key != key;)
		i = (i + 1) & m->mask;
	return i;
}

/**
 * numbers_init() - make an empty map
 * @m: the map
 * @n: how many keys it will have at most
 */
void numbers_init(struct numbers *m, size_t n)
{
	size_t size = 16;

	while (size < 2 * n)
		size *= 2;
	m->pair = calloc(size, sizeof(*m->pair));
	m->mask = size - 1;
	if (!m->pair)
		err_no_memory();
}

/**
 * numbers_add() - add a key
 * @m: the map
 * @key: the key
 * @value: its value
 *
 * Return: false if the key is 0, or there already.
 */
bool numbers_add(struct numbers *m, uint32_t key, uint32_t value)
{
	size_t i = place(m, key);

	if (!key || m->pair[i].key)
		return false;
	m->pair[i].key = key;
	m->pair[i].value = value;
	return true;
}

/**
 * numbers_find() - look up a key
 * @m: the map
 * @key: the key
 *
 * Return: its value, or NULL if it is not there.
 */
uint32_t *numbers_find(const struct numbers *m, uint32_t key)
{
	size_t i = place(m, key);

	return key && m->pair[i].key ? &m->pair[i].value : NULL;
}

/**
 * numbers_free() - free a map
 * @m: the map
 */
void numbers_free(struct numbers *m)
{
	free(m->pair);
}
