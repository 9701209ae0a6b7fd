// SPDX-License-Identifier: GPL-2.0
/*
 * Files of state as files: a new one takes the place of the former when it is
 * complete and on the disk, and only who may write it anyway can have written it.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "crc32c.h"
#include "err.h"
#include "state.h"

#define BUFFER_SIZE	(1 << 20)

static uint64_t clock_ms(clockid_t clock)
{
	struct timespec t = { 0 };

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Which boot this is, or zeros where that is not to be known. */
static void read_boot_id(uint8_t id[16])
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
	unsigned int byte;
	int i, c;

	memset(id, 0, 16);
	for (i = 0; file && i < 16; i++) {
		c = fgetc(file);
		if (c != '-')
			ungetc(c, file);
		if (fscanf(file, "%2x", &byte) != 1)
			break;
		id[i] = byte;
	}
	if (file)
		fclose(file);
}

/**
 * state_now() - say when a file is written
 * @head: the start of the file, of which the times and the boot are set
 */
void state_now(struct state_head *head)
{
	head->realtime = htole64(clock_ms(CLOCK_REALTIME));
	head->boottime = htole64(clock_ms(CLOCK_BOOTTIME));
	read_boot_id(head->boot_id);
}

/**
 * state_elapsed() - the time since a file was written
 * @then: the start of the file
 *
 * Within one boot it is measured by a clock that nobody sets. A clock that has been
 * set back counts as one that has not moved.
 *
 * Return: the time in ms, or the largest number that fits.
 */
uint32_t state_elapsed(const struct state_head *then)
{
	static const uint8_t none[16];
	struct state_head now;
	uint64_t a, b;

	state_now(&now);
	if (memcmp(now.boot_id, none, sizeof(none)) &&
	    !memcmp(now.boot_id, then->boot_id, sizeof(none))) {
		a = le64toh(then->boottime);
		b = le64toh(now.boottime);
	} else {
		a = le64toh(then->realtime);
		b = le64toh(now.realtime);
	}
	if (b < a)
		return 0;
	return b - a > UINT32_MAX ? UINT32_MAX : (uint32_t)(b - a);
}

/**
 * state_create() - begin to write a file
 * @w: the file
 * @name: its name
 *
 * Return: an exit code.
 */
int state_create(struct state_writer *w, const char *name)
{
	*w = (struct state_writer){ .name = name };
	w->buffer = malloc(BUFFER_SIZE);
	if (!w->buffer || asprintf(&w->part, "%s.XXXXXX", name) < 0)
		err_no_memory();
	/* For its owner alone to read and to write. */
	w->fd = mkostemp(w->part, O_CLOEXEC);
	if (w->fd >= 0)
		return EXIT_OK;
	err_failed("cannot create %s: %s", w->part, strerror(errno));
	free(w->buffer);
	free(w->part);
	return EXIT_FAILED;
}

static void flush(struct state_writer *w)
{
	const uint8_t *p = w->buffer;
	ssize_t n;

	for (; w->n && !w->err; p += n, w->n -= (size_t)n) {
		n = write(w->fd, p, w->n);
		if (n < 0 && errno == EINTR)
			n = 0;
		if (n < 0) {
			w->err = errno;
			n = 0;
		}
	}
	w->n = 0;
}

static void put_bytes(struct state_writer *w, const void *data, size_t len)
{
	const uint8_t *p = data;
	size_t n;

	w->crc = crc32c(w->crc, data, len);
	for (; len; p += n, len -= n) {
		if (w->n == BUFFER_SIZE)
			flush(w);
		n = len < BUFFER_SIZE - w->n ? len : BUFFER_SIZE - w->n;
		memcpy(w->buffer + w->n, p, n);
		w->n += n;
	}
}

/**
 * state_restart() - forget what has been written of a file
 * @w: the file
 */
void state_restart(struct state_writer *w)
{
	w->n = 0;
	w->crc = 0;
	w->end = (struct state_end){ 0 };
	if (lseek(w->fd, 0, SEEK_SET) < 0 || ftruncate(w->fd, 0))
		w->err = errno;
}

/**
 * state_put_head() - write the start of a file
 * @w: the file
 * @head: its start
 */
void state_put_head(struct state_writer *w, const struct state_head *head)
{
	put_bytes(w, head, sizeof(*head));
}

static void add(__le32 *to, size_t n)
{
	*to = htole32(le32toh(*to) + (uint32_t)n);
}

static void count(struct state_end *end, enum state_type type, size_t len)
{
	size_t size = state_record_size(type);

	switch (type) {
	case STATE_SERVICES:
		add(&end->services, len / size);
		break;
	case STATE_BACKENDS:
		add(&end->backends, len / size);
		break;
	case STATE_DRAINS:
		add(&end->drains, len / size);
		break;
	case STATE_TABLE:
		add(&end->tables, 1);
		break;
	case STATE_FLOWS:
		end->flows = htole64(le64toh(end->flows) + len / size);
		break;
	default:
		break;
	}
}

/**
 * state_put() - write a section
 * @w: the file
 * @type: what the section has
 * @data: that
 * @len: its length
 */
void state_put(struct state_writer *w, enum state_type type, const void *data,
	       size_t len)
{
	static const uint8_t zero[STATE_ALIGN];
	const struct state_section section = {
		.type = htole32(type),
		.len = htole32((uint32_t)len),
	};

	put_bytes(w, &section, sizeof(section));
	put_bytes(w, data, len);
	put_bytes(w, zero, -len & (STATE_ALIGN - 1));
	count(&w->end, type, len);
}

static void put_end(struct state_writer *w)
{
	const struct state_section section = {
		.type = htole32(STATE_END),
		.len = htole32(sizeof(w->end)),
	};

	put_bytes(w, &section, sizeof(section));
	put_bytes(w, &w->end, offsetof(struct state_end, crc));
	w->end.crc = htole32(w->crc);
	put_bytes(w, &w->end.crc, sizeof(w->end.crc));
	flush(w);
}

/* A name is on the disk when its directory is. */
static int sync_directory(const char *name)
{
	char *copy = strdup(name);
	int fd, err = 0;

	if (!copy)
		err_no_memory();
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd))
		err = errno;
	if (fd >= 0)
		close(fd);
	free(copy);
	return err;
}

/**
 * state_abandon() - give a file up
 * @w: the file; whatever had its name stays
 */
void state_abandon(struct state_writer *w)
{
	if (w->fd >= 0)
		close(w->fd);
	if (w->part)
		unlink(w->part);
	free(w->part);
	free(w->buffer);
}

/**
 * state_commit() - complete a file
 * @w: the file, which must not be used afterwards
 *
 * Return: an exit code.
 */
int state_commit(struct state_writer *w)
{
	int err;

	put_end(w);
	if (!w->err && fsync(w->fd))
		w->err = errno;
	if (close(w->fd) && !w->err)
		w->err = errno;
	w->fd = -1;
	if (!w->err && rename(w->part, w->name))
		w->err = errno;
	if (!w->err) {
		free(w->part);
		w->part = NULL;
		w->err = sync_directory(w->name);
	}
	err = w->err;
	if (err)
		err_failed("cannot write %s: %s", w->name, strerror(err));
	state_abandon(w);
	return err ? EXIT_FAILED : EXIT_OK;
}

static const char *refuse(const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return "not a regular file";
	if (st->st_uid && st->st_uid != geteuid())
		return "it belongs to another user, who may have changed it";
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return "others may write it, so they may have changed it";
	return NULL;
}

static int read_all(int fd, uint8_t *p, size_t len)
{
	ssize_t n;

	for (; len; p += n, len -= (size_t)n) {
		n = read(fd, p, len);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			return n ? errno : EIO;
	}
	return 0;
}

/**
 * state_read() - read a file, if nobody else can have written it
 * @name: its name
 * @data: what is in it, for the caller to free
 * @len: the length of that
 *
 * Return: an exit code.
 */
int state_read(const char *name, void **data, size_t *len)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	const char *wrong;
	struct stat st;
	int err;

	*data = NULL;
	if (fd < 0 || fstat(fd, &st)) {
		err_failed("cannot open %s: %s", name, strerror(errno));
		if (fd >= 0)
			close(fd);
		return EXIT_FAILED;
	}
	wrong = refuse(&st);
	if (wrong) {
		close(fd);
		return err_failed("cannot use %s: %s", name, wrong);
	}
	*len = (size_t)st.st_size;
	*data = malloc(*len + 1);
	if (!*data)
		err_no_memory();
	err = read_all(fd, *data, *len);
	close(fd);
	if (!err)
		return EXIT_OK;
	free(*data);
	return err_failed("cannot read %s: %s", name, strerror(err));
}
