/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_STATE_H
#define _MAGLEVADM_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "numbers.h"
#include "types.h"
#include "vec.h"

struct ctx;
struct kern;

/*
 * A file of state, in little-endian byte order: struct state_head; sections, each
 * a struct state_section and what its length says, with zeros up to a multiple of
 * STATE_ALIGN; the last of them is STATE_END with struct state_end, which ends the
 * file. Records are those of the kernel (struct maglev_state_*), and struct
 * state_drain.
 */
#define STATE_MAGIC	"MGLSTATE"	/* without its NUL */
#define STATE_FORMAT	1
#define STATE_ALIGN	8

/**
 * enum state_type - what a section has
 * @STATE_END: struct state_end
 * @STATE_SERVICES: array of struct maglev_state_service
 * @STATE_BACKENDS: array of struct maglev_state_backend
 * @STATE_DRAINS: array of struct state_drain
 * @STATE_TABLE: name of a pool, POOL_NAME_SIZE long, and the image of its table
 * @STATE_FLOWS: array of struct maglev_state_flow
 * @STATE_TYPES: end marker
 */
enum state_type {
	STATE_END,
	STATE_SERVICES,
	STATE_BACKENDS,
	STATE_DRAINS,
	STATE_TABLE,
	STATE_FLOWS,
	STATE_TYPES
};

/**
 * struct state_head - start of a file
 * @magic: STATE_MAGIC
 * @format: STATE_FORMAT
 * @version: MAGLEV_STATE_VERSION of the build that wrote it
 * @realtime: when it was written, ms since 1970
 * @boottime: the same, ms since the machine has booted
 * @boot_id: which boot that was, or zeros
 * @secret: MAGLEV_STATE_A_SECRET
 */
struct state_head {
	char magic[8];
	__le32 format;
	__le32 version;
	__le64 realtime;
	__le64 boottime;
	uint8_t boot_id[16];
	uint8_t secret[MAGLEV_STATE_SECRET_LEN];
};

/**
 * struct state_section - start of a section
 * @type: enum state_type
 * @len: length of what follows, in bytes
 */
struct state_section {
	__le32 type;
	__le32 len;
};

/**
 * struct state_drain - a backend that is drained
 * @address: the backend, as the kernel's records have it
 * @pool: its pool, likewise
 * @left: ms until its deadline
 */
struct state_drain {
	uint8_t address[16];
	char pool[POOL_NAME_SIZE];
	__le32 left;
};

/**
 * struct state_end - end of a file
 * @flows: number of flows in all sections
 * @services: number of services
 * @backends: number of backends
 * @drains: number of drains
 * @tables: number of tables
 * @pad: 0
 * @crc: CRC-32C of everything before it
 */
struct state_end {
	__le64 flows;
	__le32 services;
	__le32 backends;
	__le32 drains;
	__le32 tables;
	__le32 pad;
	__le32 crc;
};

/**
 * struct state_part - a section as it was read
 * @type: enum state_type
 * @len: its length
 * @data: what is in it
 */
struct state_part {
	enum state_type type;
	size_t len;
	void *data;
};

/**
 * struct state - a file of state that was read and found to be good
 * @head: its start
 * @end: its end
 * @parts: struct state_part
 * @services: numbers of services, by which flows know them, and 0
 * @backends: the same of backends
 * @fresh: the kernel handles no packets yet, and knows of no connection
 */
struct state {
	const struct state_head *head;
	const struct state_end *end;
	struct vec parts;
	struct numbers services;
	struct numbers backends;
	bool fresh;
};

void state_init(struct state *s);
const char *state_parse(struct state *s, void *data, size_t len);
void state_free(struct state *s);
const char *state_check_part(struct state *s, const struct state_part *p);
bool state_check_name(const char *name);
size_t state_record_size(enum state_type type);

void state_now(struct state_head *head);
uint32_t state_elapsed(const struct state_head *then);

/**
 * struct state_writer - a file of state being written
 * @name: its name in the end
 * @part: its name until then
 * @fd: the file, or -1
 * @buffer: what has yet to be written
 * @n: length of that
 * @crc: checksum of what went through @buffer
 * @err: errno of what went wrong, or 0
 * @end: what has been counted
 */
struct state_writer {
	const char *name;
	char *part;
	int fd;
	uint8_t *buffer;
	size_t n;
	uint32_t crc;
	int err;
	struct state_end end;
};

int state_create(struct state_writer *w, const char *name);
void state_restart(struct state_writer *w);
void state_put_head(struct state_writer *w, const struct state_head *head);
void state_put(struct state_writer *w, enum state_type type, const void *data,
	       size_t len);
int state_commit(struct state_writer *w);
void state_abandon(struct state_writer *w);

int state_read(const char *name, void **data, size_t *len);

/**
 * struct state_outcome - what became of a file of state
 * @elapsed: ms since it was written
 * @flows: number of flows by enum state_fate
 * @tables: tables whose pools have their past again
 * @tables_own: tables that keep the past that they have
 * @tables_gone: tables of pools that do not exist
 * @slots: slots with the past of the file
 * @drains: backends that go on draining
 * @drains_own: those whose present state stays
 * @drains_gone: those that do not exist
 */
struct state_outcome {
	uint32_t elapsed;
	uint64_t flows[5];
	uint32_t tables;
	uint32_t tables_own;
	uint32_t tables_gone;
	uint64_t slots;
	uint32_t drains;
	uint32_t drains_own;
	uint32_t drains_gone;
};

/**
 * enum state_fate - what became of the record of a flow
 * @STATE_RESTORED: the flow has its backend
 * @STATE_KEPT: it keeps another one
 * @STATE_EXPIRED: it was idle for too long
 * @STATE_UNKNOWN: its service or backend does not exist, or does not track it
 * @STATE_FULL: the flow cache has no entry for it
 * @STATE_FATES: end marker
 */
enum state_fate {
	STATE_RESTORED,
	STATE_KEPT,
	STATE_EXPIRED,
	STATE_UNKNOWN,
	STATE_FULL,
	STATE_FATES
};

/**
 * struct objects - what the kernel has that flows refer to
 * @secret: its secret
 * @services: struct maglev_state_service
 * @backends: struct maglev_state_backend
 * @v: for the reader of answers, and where it finds the rest
 */
struct objects {
	struct vec v;
	uint8_t secret[MAGLEV_STATE_SECRET_LEN];
	struct vec services;
	struct vec backends;
};

int state_objects_read(struct kern *kern, struct objects *o);
void state_objects_free(struct objects *o);
int state_restore_drains(struct ctx *ctx, const struct state *s,
			 struct state_outcome *o);
int state_restore(struct ctx *ctx, struct state *s, struct state_outcome *o);
int state_load(struct state *s, const char *name, void **data);
int state_hold(struct kern *kern, uint32_t ms);
void state_show(const struct state_outcome *o, bool json);
void state_addr_put(uint8_t to[16], const struct addr *addr);
void state_addr_get(struct addr *addr, const uint8_t from[16]);

#endif /* _MAGLEVADM_STATE_H */
