// SPDX-License-Identifier: GPL-2.0
/*
 * Files of state: what records have to be like. The kernel checks them, too, but
 * one request after the other, and a file is to be refused before the first.
 */
#include <endian.h>
#include <string.h>

#include "state.h"

#define IDLE_END	(1 << 24)

static uint32_t get_u16(const uint8_t *p)
{
	return p[0] | p[1] << 8;
}

/**
 * state_check_name() - check a pool's name in a record
 * @name: the name, POOL_NAME_SIZE long
 *
 * Return: true if it is a string and zeros behind it.
 */
bool state_check_name(const char *name)
{
	size_t len = strnlen(name, POOL_NAME_SIZE);
	size_t i;

	for (i = len; i < POOL_NAME_SIZE; i++)
		if (name[i])
			return false;
	return len && len < POOL_NAME_SIZE;
}

static const char *check_service(struct state *s,
				 const struct maglev_state_service *r)
{
	if (r->protocol != IPPROTO_TCP && r->protocol != IPPROTO_UDP &&
	    r->protocol != IPPROTO_SCTP)
		return "it has a service of an unknown protocol";
	if (r->pad || r->pad2[0] || r->pad2[1] ||
	    ntohs(r->port_last) < ntohs(r->port))
		return "it has a service that cannot be";
	if (!numbers_add(&s->services, le32toh(r->number), 0))
		return "it has two services of one number";
	return NULL;
}

static const char *check_backend(struct state *s,
				 const struct maglev_state_backend *r)
{
	if (!state_check_name(r->pool))
		return "it has a backend without a pool";
	if (!numbers_add(&s->backends, le32toh(r->number), 0))
		return "it has two backends of one number";
	return NULL;
}

static const char *check_flow(const struct state *s,
			      const struct maglev_state_flow *r)
{
	if (le32toh(r->idle) >= IDLE_END || r->state >= __MAGLEV_FLOW_MAX ||
	    r->confirmed > 1 || r->pad[0] || r->pad[1])
		return "it has a flow that cannot be";
	if (!numbers_find(&s->services, le32toh(r->service)) ||
	    !numbers_find(&s->backends, le32toh(r->backend)))
		return "it has a flow of an unknown service or backend";
	return NULL;
}

static const char *check_drain(const struct state_drain *r)
{
	if (!state_check_name(r->pool))
		return "it has a drain without a pool";
	if (le32toh(r->left) > MAGLEV_DEADLINE_MAX)
		return "it has a drain that lasts too long";
	return NULL;
}

static bool size_valid(uint32_t size)
{
	uint32_t d;

	if (size < MAGLEV_TABLE_SIZE_MIN || size > MAGLEV_TABLE_SIZE_MAX ||
	    !(size & 1))
		return false;
	for (d = 3; d * d <= size; d += 2)
		if (!(size % d))
			return false;
	return true;
}

/* Owners of slots: backends, none, and, of the past, @more. */
static bool owners_valid(const uint8_t *p, uint32_t size, uint32_t n,
			 uint32_t least)
{
	for (; size--; p += 2)
		if (get_u16(p) >= n && get_u16(p) < least)
			return false;
	return true;
}

static bool image_valid(const uint8_t *p, size_t len)
{
	struct maglev_state_table head;
	uint32_t n, size, past, old, i;

	if (len < sizeof(head))
		return false;
	memcpy(&head, p, sizeof(head));
	n = le32toh(head.backends);
	size = le32toh(head.size);
	past = le32toh(head.past);
	old = le32toh(head.old_size);
	if (!n || n > MAGLEV_BACKENDS_MAX || past > 1 || !size_valid(size) ||
	    (old && (!past || !size_valid(old))) || (!old && head.old_seed) ||
	    len != sizeof(head) + 16 * (size_t)n + 2 * size +
		   6 * (size_t)size * past + 2 * old)
		return false;
	p += sizeof(head);
	for (i = 1; i < n; i++)
		if (memcmp(p + 16 * (i - 1), p + 16 * i, 16) >= 0)
			return false;
	p += 16 * n;
	if (!owners_valid(p, size, n, MAGLEV_STATE_SLOT_NONE))
		return false;
	p += 2 * size;
	if (past && !owners_valid(p, size, n, old ? MAGLEV_STATE_PREV_OLD :
						    MAGLEV_STATE_PREV_SETTLED))
		return false;
	p += 6 * (size_t)size * past;
	return owners_valid(p, old, n, MAGLEV_STATE_SLOT_NONE);
}

static const char *check_table(const struct state_part *p)
{
	if (p->len < POOL_NAME_SIZE || !state_check_name(p->data))
		return "it has a table without a pool";
	if (!image_valid((uint8_t *)p->data + POOL_NAME_SIZE,
			 p->len - POOL_NAME_SIZE))
		return "it has a table that cannot be";
	return NULL;
}

static const char *check_record(struct state *s, enum state_type type,
				const void *record)
{
	switch (type) {
	case STATE_SERVICES:
		return check_service(s, record);
	case STATE_BACKENDS:
		return check_backend(s, record);
	case STATE_DRAINS:
		return check_drain(record);
	default:
		return check_flow(s, record);
	}
}

/**
 * state_check_part() - check what is in a section
 * @s: the state; numbers of services and backends are added to it
 * @p: the section, of whole records
 *
 * Return: NULL, or what is wrong.
 */
const char *state_check_part(struct state *s, const struct state_part *p)
{
	size_t size = state_record_size(p->type), at;
	const char *wrong = NULL;

	if (!size)
		return check_table(p);
	for (at = 0; !wrong && at < p->len; at += size)
		wrong = check_record(s, p->type, (uint8_t *)p->data + at);
	return wrong;
}
