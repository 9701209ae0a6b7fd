// SPDX-License-Identifier: GPL-2.0
/*
 * Files of state: reading them. A file is good as a whole or not at all; it may have
 * been cut off, damaged, written by another build, or made up.
 */
#include <endian.h>
#include <stddef.h>
#include <string.h>

#include "crc32c.h"
#include "state.h"

/**
 * state_init() - begin with no file
 * @s: the state
 */
void state_init(struct state *s)
{
	*s = (struct state){ .parts = VEC_INIT(struct state_part) };
}

/**
 * state_free() - free what a file was read to
 * @s: the state; the file itself is the caller's
 */
void state_free(struct state *s)
{
	vec_free(&s->parts);
	numbers_free(&s->services);
	numbers_free(&s->backends);
}

/**
 * state_record_size() - the size of the records of a section
 * @type: what it has
 *
 * Return: the size, or 0 if it has no records.
 */
size_t state_record_size(enum state_type type)
{
	switch (type) {
	case STATE_SERVICES:
		return sizeof(struct maglev_state_service);
	case STATE_BACKENDS:
		return sizeof(struct maglev_state_backend);
	case STATE_DRAINS:
		return sizeof(struct state_drain);
	case STATE_FLOWS:
		return sizeof(struct maglev_state_flow);
	default:
		return 0;
	}
}

static const char *check_head(const struct state_head *head, size_t len)
{
	if (len < sizeof(head->magic) ||
	    memcmp(head->magic, STATE_MAGIC, sizeof(head->magic)))
		return "not a file of --save-state";
	if (len < sizeof(*head) + sizeof(struct state_section) +
		  sizeof(struct state_end))
		return "it ends too early";
	if (le32toh(head->format) != STATE_FORMAT)
		return "its format is that of another version of maglevadm";
	if (le32toh(head->version) != MAGLEV_STATE_VERSION)
		return "its records are those of another version of maglev";
	return NULL;
}

static bool is_zero(const uint8_t *p, size_t len)
{
	while (len--)
		if (*p++)
			return false;
	return true;
}

/* Finds the sections. The file has its head, and is long enough for an end. */
static const char *find_parts(struct state *s, uint8_t *data, size_t len)
{
	size_t at = sizeof(*s->head), padded;
	struct state_section *section;
	struct state_part *part;

	do {
		if (len - at < sizeof(*section))
			return "it ends too early";
		section = (struct state_section *)(data + at);
		at += sizeof(*section);
		part = vec_push(&s->parts);
		part->type = le32toh(section->type);
		part->len = le32toh(section->len);
		part->data = data + at;
		padded = (part->len + STATE_ALIGN - 1) & ~(STATE_ALIGN - 1ul);
		if (len - at < padded)
			return "it ends too early";
		if (!is_zero(data + at + part->len, padded - part->len))
			return "it has something between its parts";
		at += padded;
	} while (part->type != STATE_END);
	if (at != len)
		return "it goes on behind its end";
	if (part->len != sizeof(*s->end))
		return "its end is of another length";
	s->end = part->data;
	s->parts.n--;
	return NULL;
}

/* Counts records by type; a table is one. */
static const char *count(const struct state *s, uint64_t n[STATE_TYPES])
{
	size_t i, size;

	for (i = 0; i < s->parts.n; i++) {
		const struct state_part *part = vec_at(&s->parts, i);

		if (part->type >= STATE_TYPES)
			return "it has a part of an unknown kind";
		size = state_record_size(part->type);
		if (size && part->len % size)
			return "it has a part that is not whole records";
		n[part->type] += size ? part->len / size : 1;
	}
	if (n[STATE_FLOWS] != le64toh(s->end->flows) ||
	    n[STATE_SERVICES] != le32toh(s->end->services) ||
	    n[STATE_BACKENDS] != le32toh(s->end->backends) ||
	    n[STATE_DRAINS] != le32toh(s->end->drains) ||
	    n[STATE_TABLE] != le32toh(s->end->tables) || s->end->pad)
		return "it has not as many records as its end says";
	return NULL;
}

/* Checks what there is of some kinds. */
static const char *check_parts(struct state *s, bool flows)
{
	const char *wrong;
	size_t i;

	for (i = 0; i < s->parts.n; i++) {
		const struct state_part *part = vec_at(&s->parts, i);

		if ((part->type == STATE_FLOWS) != flows)
			continue;
		wrong = state_check_part(s, part);
		if (wrong)
			return wrong;
	}
	return NULL;
}

/**
 * state_parse() - make sense of a file of state
 * @s: the result, after state_init(); it points into @data
 * @data: the file, aligned as from malloc()
 * @len: its length
 *
 * Return: NULL, or what is wrong with it.
 */
const char *state_parse(struct state *s, void *data, size_t len)
{
	uint64_t n[STATE_TYPES] = { 0 };
	const char *wrong;
	__le32 crc;

	s->head = data;
	wrong = check_head(data, len);
	if (wrong)
		return wrong;
	/* Before anything else: what follows would name a consequence. */
	memcpy(&crc, (uint8_t *)data + len - sizeof(crc), sizeof(crc));
	if (le32toh(crc) != crc32c(0, data, len - sizeof(crc)))
		return "its checksum is wrong: it is damaged or cut off";
	wrong = find_parts(s, data, len);
	if (!wrong)
		wrong = count(s, n);
	if (wrong)
		return wrong;
	numbers_init(&s->services, n[STATE_SERVICES]);
	numbers_init(&s->backends, n[STATE_BACKENDS]);
	/* Flows refer to what may come behind them. */
	wrong = check_parts(s, false);
	return wrong ? wrong : check_parts(s, true);
}
