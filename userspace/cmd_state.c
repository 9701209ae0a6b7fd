// SPDX-License-Identifier: GPL-2.0
/*
 * --save-state and --restore-state: what the kernel knows of connections, so that
 * they outlast a restart. Records go from the kernel to the file and back as they
 * are; only the numbers of services and backends differ from one to the other.
 */
#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <netlink/genl/genl.h>

#include "cmd.h"
#include "err.h"
#include "nl.h"
#include "out.h"
#include "snapshot.h"
#include "state.h"

/* As often as a listing is read again, see kern_dump(). */
#define TRIES	20

/**
 * struct saving - a file while it is written
 * @v: for the reader of answers, and where it finds the rest
 * @w: the file
 * @version: MAGLEV_STATE_VERSION of the kernel, 0 if it has not said
 * @table: name and image of a table of which more may come
 * @len: length of that, 0 if there is none
 * @cap: the length that it may have
 */
struct saving {
	struct vec v;
	struct state_writer w;
	uint32_t version;
	uint8_t *table;
	size_t len;
	size_t cap;
};

/**
 * state_addr_put() - write an address as records have it
 * @to: where
 * @addr: the address
 */
void state_addr_put(uint8_t to[16], const struct addr *addr)
{
	if (addr->family == AF_INET6) {
		memcpy(to, &addr->v6, 16);
		return;
	}
	memset(to, 0, 10);
	memset(to + 10, 0xff, 2);
	memcpy(to + 12, &addr->v4, 4);
}

/**
 * state_addr_get() - read an address of a record
 * @addr: the address
 * @from: the record's
 */
void state_addr_get(struct addr *addr, const uint8_t from[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	*addr = (struct addr){ .family = AF_INET6 };
	if (memcmp(from, mapped, sizeof(mapped))) {
		memcpy(&addr->v6, from, 16);
		return;
	}
	addr->family = AF_INET;
	memcpy(&addr->v4, from + 12, 4);
}

static void put_table(struct saving *s)
{
	if (s->len)
		state_put(&s->w, STATE_TABLE, s->table, s->len);
	s->len = 0;
}

static void table_bytes(struct saving *s, const void *data, size_t len)
{
	if (s->len + len > s->cap) {
		s->cap = 2 * (s->len + len);
		s->table = realloc(s->table, s->cap);
		if (!s->table)
			err_no_memory();
	}
	memcpy(s->table + s->len, data, len);
	s->len += len;
}

static void take_piece(struct saving *s, const struct nlattr *pool,
		       const struct nlattr *piece)
{
	char name[POOL_NAME_SIZE] = "";

	nla_strlcpy(name, pool, sizeof(name));
	if (s->len && memcmp(s->table, name, sizeof(name)))
		put_table(s);
	if (!s->len)
		table_bytes(s, name, sizeof(name));
	table_bytes(s, nla_data(piece), (size_t)nla_len(piece));
}

static void take_head(struct saving *s, struct nlattr **a)
{
	struct state_head head = {
		.magic = STATE_MAGIC,
		.format = htole32(STATE_FORMAT),
	};

	s->version = nla_get_u32(a[MAGLEV_STATE_A_VERSION]);
	head.version = htole32(s->version);
	nla_memcpy(head.secret, a[MAGLEV_STATE_A_SECRET], sizeof(head.secret));
	state_now(&head);
	state_put_head(&s->w, &head);
}

static void take(struct nlmsghdr *h, struct vec *v)
{
	static const struct {
		int attr;
		enum state_type type;
	} arrays[] = {
		{ MAGLEV_STATE_A_SERVICES, STATE_SERVICES },
		{ MAGLEV_STATE_A_BACKENDS, STATE_BACKENDS },
		{ MAGLEV_STATE_A_FLOWS, STATE_FLOWS },
	};
	struct nlattr *tb[MAGLEV_A_MAX + 1], *a[MAGLEV_STATE_A_MAX + 1];
	struct saving *s = (struct saving *)v;
	size_t i;

	nlmsg_parse(h, GENL_HDRLEN, tb, MAGLEV_A_MAX, NULL);
	if (!tb[MAGLEV_A_STATE] ||
	    nla_parse_nested(a, MAGLEV_STATE_A_MAX, tb[MAGLEV_A_STATE], NULL))
		return;
	if (a[MAGLEV_STATE_A_VERSION])
		take_head(s, a);
	if (a[MAGLEV_STATE_A_POOL] && tb[MAGLEV_A_TABLE]) {
		take_piece(s, a[MAGLEV_STATE_A_POOL], tb[MAGLEV_A_TABLE]);
		return;
	}
	put_table(s);
	for (i = 0; i < ARRAY_SIZE(arrays); i++) {
		const struct nlattr *attr = a[arrays[i].attr];

		if (attr)
			state_put(&s->w, arrays[i].type, nla_data(attr),
				  (size_t)nla_len(attr));
	}
}

static int put_drains(struct kern *kern, struct state_writer *w)
{
	struct snapshot now;
	size_t i;
	int err;

	err = snapshot_take(kern, &now, true);
	for (i = 0; !err && i < now.backends.n; i++) {
		const struct backend *b = vec_at(&now.backends, i);
		struct state_drain drain = { .left = htole32(b->deadline) };

		if (!b->has_deadline)
			continue;
		state_addr_put(drain.address, &b->addr);
		strncpy(drain.pool, b->pool, sizeof(drain.pool) - 1);
		state_put(w, STATE_DRAINS, &drain, sizeof(drain));
	}
	snapshot_free(&now);
	return err;
}

static int refuse(struct kern *kern, const struct saving *s, int err)
{
	if (err == -EOPNOTSUPP)
		return err_failed("cannot save state: the loaded module is one that does not know how");
	if (err == -EINTR)
		return err_failed("cannot save state: the configuration keeps changing, try again");
	if (err)
		return kern_failed(kern, err, "cannot save state");
	if (s->version != MAGLEV_STATE_VERSION)
		return err_failed("cannot save state: the module writes records of version %u, this program reads %u",
				  s->version, MAGLEV_STATE_VERSION);
	return EXIT_OK;
}

static int save(struct kern *kern, struct saving *s)
{
	int err, tries = 0;

	do {
		state_restart(&s->w);
		s->version = 0;
		s->len = 0;
		err = kern_dump_once(kern,
				     kern_request(kern, MAGLEV_CMD_STATE_GET),
				     take, &s->v);
		put_table(s);
	} while (err == -EINTR && ++tries < TRIES);
	err = refuse(kern, s, err);
	return err ? err : put_drains(kern, &s->w);
}

static void show_saved(const struct state_end *end, bool json)
{
	struct out o;

	out_begin(&o, json);
	out_object(&o, "saved");
	out_u64(&o, "flows", "saved %" PRIu64 " flows", le64toh(end->flows));
	out_u64(&o, "tables", ", %" PRIu64 " tables", le32toh(end->tables));
	out_u64(&o, "drains", ", %" PRIu64 " drains\n", le32toh(end->drains));
	out_object_end(&o);
	out_end(&o);
}

/**
 * cmd_save_state() - --save-state
 * @ctx: the program
 * @args: its command line
 *
 * Return: an exit code.
 */
int cmd_save_state(struct ctx *ctx, const struct args *args)
{
	struct saving s = { .v = VEC_INIT(char) };
	struct kern *kern = ctx_kern(ctx);
	struct state_end end;
	int err;

	if (!kern)
		return EXIT_FAILED;
	err = state_create(&s.w, args->operand);
	if (err)
		return err;
	err = save(kern, &s);
	end = s.w.end;
	free(s.table);
	if (err) {
		state_abandon(&s.w);
		return err;
	}
	err = state_commit(&s.w);
	if (!err)
		show_saved(&end, args->given & OPT_JSON);
	return err;
}

/**
 * state_load() - read a file and check it
 * @s: the state, for the caller to free in any case
 * @name: the name of the file
 * @data: what @s points into, likewise
 *
 * Return: an exit code.
 */
int state_load(struct state *s, const char *name, void **data)
{
	const char *wrong;
	size_t len;
	int err;

	state_init(s);
	err = state_read(name, data, &len);
	if (err)
		return err;
	wrong = state_parse(s, *data, len);
	if (wrong)
		return err_failed("cannot use %s: %s", name, wrong);
	return EXIT_OK;
}

/**
 * cmd_restore_state() - --restore-state
 * @ctx: the program
 * @args: its command line
 *
 * Return: an exit code.
 */
int cmd_restore_state(struct ctx *ctx, const struct args *args)
{
	struct state_outcome o = { 0 };
	struct state s;
	void *data;
	int err;

	err = state_load(&s, args->operand, &data);
	if (!err)
		err = state_restore(ctx, &s, &o);
	if (!err)
		state_show(&o, args->given & OPT_JSON);
	state_free(&s);
	free(data);
	return err;
}
