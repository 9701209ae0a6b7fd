// SPDX-License-Identifier: GPL-2.0
/*
 * Unit test of userspace/state_parse.c and state_check.c: a file of state is good as
 * a whole or refused. Prints TAP.
 */
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crc32c.h"
#include "state.h"

#define SIZE	251
#define MAX	8192
#define MUTATIONS 50000

static unsigned int tests, failures;

static void check(bool ok, const char *what)
{
	tests++;
	failures += !ok;
	printf("%sok %u - %s\n", ok ? "" : "not ", tests, what);
}

/**
 * struct file - a file in memory, and where things are in it
 * @b: the file, aligned as from malloc()
 * @len: its length
 * @at: where the payload of the last section of each type begins
 */
struct file {
	uint8_t b[MAX] __attribute__((aligned(16)));
	size_t len;
	size_t at[STATE_TYPES];
};

static struct file *good;

static void put(struct file *f, const void *data, size_t len)
{
	memcpy(f->b + f->len, data, len);
	f->len += len;
}

static void section(struct file *f, enum state_type type, const void *data,
		    size_t len)
{
	struct state_section s = {
		.type = htole32(type), .len = htole32((uint32_t)len),
	};
	static const uint8_t zero[STATE_ALIGN];

	put(f, &s, sizeof(s));
	f->at[type] = f->len;
	put(f, data, len);
	put(f, zero, -len & (STATE_ALIGN - 1));
}

/* A table with a past and a former table; all numbers are small. */
static size_t table(uint8_t *to)
{
	struct maglev_state_table t = {
		.backends = htole32(2), .size = htole32(SIZE),
		.past = htole32(1), .old_size = htole32(SIZE),
		.old_seed = htole64(3),
	};
	size_t len = POOL_NAME_SIZE;
	uint32_t s;

	memset(to, 0, MAX / 2);
	strcpy((char *)to, "web");
	memcpy(to + len, &t, sizeof(t));
	len += sizeof(t);
	to[len + 31] = 1;
	len += 32;
	for (s = 0; s < SIZE; s++, len += 2)
		to[len] = s % 2;
	/* None, one that is settled, and one in the former table. */
	memset(to + len, 0xff, 6);
	to[len + 2] = 0xfe;
	to[len + 4] = 0xfd;
	return len + 6 * SIZE + 2 * SIZE;
}

static void seal(struct file *f)
{
	uint32_t crc = htole32(crc32c(0, f->b, f->len - 4));

	memcpy(f->b + f->len - 4, &crc, 4);
}

static struct file *make(void)
{
	struct file *f = calloc(1, sizeof(*f));
	struct state_head head = {
		.magic = STATE_MAGIC, .format = htole32(STATE_FORMAT),
		.version = htole32(MAGLEV_STATE_VERSION),
	};
	struct maglev_state_service svc = {
		.number = htole32(7), .protocol = 6, .port = htons(80),
		.port_last = htons(80),
	};
	struct maglev_state_backend b = { .number = htole32(9), .pool = "web" };
	struct state_drain drain = { .pool = "web", .left = htole32(1000) };
	struct maglev_state_flow flow[3] = { 0 };
	struct state_end end = {
		.flows = htole64(3), .services = htole32(1),
		.backends = htole32(1), .drains = htole32(1),
		.tables = htole32(1),
	};
	uint8_t image[MAX / 2];
	int i;

	for (i = 0; i < 3; i++) {
		flow[i].service = htole32(7);
		flow[i].backend = htole32(9);
		flow[i].state = MAGLEV_FLOW_ESTABLISHED;
		flow[i].client[15] = 1;
	}
	put(f, &head, sizeof(head));
	/* Flows refer to what comes behind them. */
	section(f, STATE_FLOWS, flow, sizeof(flow));
	section(f, STATE_SERVICES, &svc, sizeof(svc));
	section(f, STATE_BACKENDS, &b, sizeof(b));
	section(f, STATE_TABLE, image, table(image));
	section(f, STATE_DRAINS, &drain, sizeof(drain));
	section(f, STATE_END, &end, sizeof(end));
	seal(f);
	return f;
}

/* What is wrong with a file, read from memory that ends with it. */
static const char *wrong_with(const struct file *f)
{
	uint8_t *copy = malloc(f->len ? f->len : 1);
	const char *wrong;
	struct state s;

	memcpy(copy, f->b, f->len);
	state_init(&s);
	wrong = state_parse(&s, copy, f->len);
	state_free(&s);
	free(copy);
	return wrong;
}

/* One with another byte at some place, and the right checksum. */
static const char *with(size_t at, uint8_t value)
{
	struct file f = *good;

	f.b[at] = value;
	seal(&f);
	return wrong_with(&f);
}

static bool says(const char *wrong, const char *want)
{
	if (wrong && strstr(wrong, want))
		return true;
	printf("# %s\n", wrong ? wrong : "accepted");
	return false;
}

static void test_damaged(void)
{
	struct file f;
	bool ok = true;
	size_t i;

	for (i = 0; ok && i < good->len; i++) {
		f = *good;
		f.len = i;
		ok = wrong_with(&f);
	}
	check(ok, "a file that is cut off anywhere is refused");
	for (i = 0, ok = true; ok && i < good->len; i++) {
		f = *good;
		f.b[i] ^= 1 << i % 8;
		ok = wrong_with(&f);
	}
	check(ok, "a file with a bit wrong in any byte is refused");
	f = *good;
	f.b[f.len++] = 0;
	check(wrong_with(&f), "a file that goes on behind its end is refused");
	seal(&f);
	check(wrong_with(&f), "so it is with the right checksum");
}

static void test_head(void)
{
	check(says(with(0, 'X'), "not a file of --save-state"), "another magic");
	check(says(with(8, 2), "version of maglevadm"), "another format");
	check(says(with(12, 2), "version of maglev"), "another version of records");
}

/* Each with the right checksum. */
static void test_records(void)
{
	const size_t *at = good->at;
	size_t image = at[STATE_TABLE] + POOL_NAME_SIZE;
	size_t slots = image + sizeof(struct maglev_state_table) + 32;

	check(says(with(at[STATE_FLOWS], 8), "unknown service"),
	      "a flow of no service");
	check(says(with(at[STATE_FLOWS] + 4, 8), "unknown service"),
	      "a flow of no backend");
	check(says(with(at[STATE_FLOWS] + 11, 1), "cannot be"),
	      "a flow that is idle for too long");
	check(says(with(at[STATE_FLOWS] + 16, 4), "cannot be"),
	      "a flow of no state");
	check(says(with(at[STATE_FLOWS] + 17, 2), "cannot be"),
	      "a flow that is more than confirmed");
	check(says(with(at[STATE_SERVICES] + 4, 1), "protocol"),
	      "a service of another protocol");
	check(says(with(at[STATE_SERVICES] + 8, 0) ?:
		   with(at[STATE_SERVICES] + 9, 79), "cannot be"),
	      "a service that ends before it begins");
	check(says(with(at[STATE_SERVICES], 0), "one number"),
	      "a service of number 0");
	check(says(with(at[STATE_BACKENDS] + 20, 0), "without a pool"),
	      "a backend without a pool");
	check(says(with(at[STATE_BACKENDS] + 83, 'x'), "without a pool"),
	      "a pool whose name does not end");
	check(says(with(at[STATE_DRAINS] + 83, 0x7f), "too long"),
	      "a drain of weeks");
	check(says(with(at[STATE_TABLE], 0), "without a pool"),
	      "a table without a pool");
	check(says(with(image, 0), "cannot be"), "a table without backends");
	check(says(with(image + 4, 250), "cannot be"), "a table of no prime");
	check(says(with(image + 16, 0), "cannot be"), "a past that is not there");
	check(says(with(slots - 1, 0), "cannot be"), "two backends alike");
	check(says(with(slots, 2), "cannot be"), "a slot of no backend");
	check(says(with(slots + 2 * SIZE + 8, 2), "cannot be"),
	      "a slot that remembers no backend");
	check(says(with(slots + 8 * SIZE, 2), "cannot be"),
	      "a former slot of no backend");
	check(says(with(at[STATE_END], 4), "as many records"),
	      "another number of flows");
	check(says(with(at[STATE_FLOWS] - 8, 6), "unknown kind"),
	      "a section of another kind");
	check(says(with(at[STATE_FLOWS] - 8, STATE_SERVICES), "whole records"),
	      "a section that is not whole records");
	check(says(with(at[STATE_FLOWS] - 4, 107), "between its parts") &&
	      says(with(at[STATE_FLOWS] - 3, 0xff), "too early"),
	      "a section of another length");
}

/* Any bytes: the sanitizers watch. */
static void test_random(void)
{
	unsigned int i, k, taken = 0, seed = 1;
	struct file f;

	for (i = 0; i < MUTATIONS; i++) {
		f = *good;
		for (k = (unsigned int)rand_r(&seed) % 3; k; k--)
			f.b[(unsigned int)rand_r(&seed) % f.len] =
				(uint8_t)rand_r(&seed);
		if (!(rand_r(&seed) % 8))
			f.len = sizeof(struct state_head) +
				(unsigned int)rand_r(&seed) %
				(f.len - sizeof(struct state_head));
		seal(&f);
		taken += !wrong_with(&f);
	}
	printf("# %u of %u are taken\n", taken, i);
	check(taken > i / 10 && taken < i,
	      "random bytes are read within their bounds");
}

int main(void)
{
	check(crc32c(0, "123456789", 9) == 0xe3069283, "the checksum is CRC-32C");
	check(crc32c(crc32c(0, "12345", 5), "6789", 4) == 0xe3069283,
	      "also in pieces");
	good = make();
	check(!wrong_with(good), "a good file is taken");
	test_damaged();
	test_head();
	test_records();
	test_random();
	free(good);
	printf("1..%u\n", tests);
	return !!failures;
}
