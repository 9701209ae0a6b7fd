// SPDX-License-Identifier: GPL-2.0
/*
 * Parts of fake_kern.c's answers: state. Its secret is $FAKE_SECRET, a digit repeated,
 * and there is no backend if $FAKE_NO_BACKEND is set.
 */
#include <endian.h>

#include "fake.h"
#include "fake_answer.h"

#define SIZE	251
#define BACKENDS 2
#define PIECE	300

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

static void put_address(uint8_t to[16], const char *text)
{
	memcpy(to, mapped, sizeof(mapped));
	inet_pton(AF_INET, text, to + sizeof(mapped));
}

static void head(kern_read read, struct vec *v)
{
	const char *digit = getenv("FAKE_SECRET");
	uint8_t secret[MAGLEV_STATE_SECRET_LEN];

	memset(secret, digit ? *digit : '0', sizeof(secret));
	begin(MAGLEV_CMD_STATE_GET);
	open_nest(MAGLEV_A_STATE);
	u32(MAGLEV_STATE_A_VERSION, getenv("FAKE_STATE_VERSION") ?
	    2 : MAGLEV_STATE_VERSION);
	nla_put(answer, MAGLEV_STATE_A_SECRET, sizeof(secret), secret);
	close_nest();
	end(read, v);
}

static void records(kern_read read, struct vec *v, int type, const void *data,
		    size_t len)
{
	begin(MAGLEV_CMD_STATE_GET);
	open_nest(MAGLEV_A_STATE);
	nla_put(answer, type, (int)len, data);
	close_nest();
	end(read, v);
}

static void objects(kern_read read, struct vec *v)
{
	struct maglev_state_service svc = {
		.number = htole32(7), .protocol = IPPROTO_TCP,
		.port = htons(80), .port_last = htons(80),
	};
	struct maglev_state_backend b = { .number = htole32(9), .pool = "web" };

	put_address(svc.address, "192.0.2.1");
	put_address(b.address, "198.51.100.1");
	records(read, v, MAGLEV_STATE_A_SERVICES, &svc, sizeof(svc));
	if (!getenv("FAKE_NO_BACKEND"))
		records(read, v, MAGLEV_STATE_A_BACKENDS, &b, sizeof(b));
}

/* A table without a past, in pieces. */
static void table(kern_read read, struct vec *v)
{
	uint8_t image[sizeof(struct maglev_state_table) + 16 * BACKENDS +
		      2 * SIZE] = { 0 };
	const struct maglev_state_table t = {
		.backends = htole32(BACKENDS),
		.size = htole32(SIZE),
		.seed = htole64(5),
	};
	size_t at, n;

	memcpy(image, &t, sizeof(t));
	put_address(image + sizeof(t), "198.51.100.1");
	put_address(image + sizeof(t) + 16, "198.51.100.2");
	for (at = 0; at < sizeof(image); at += n) {
		n = sizeof(image) - at < PIECE ? sizeof(image) - at : PIECE;
		begin(MAGLEV_CMD_STATE_GET);
		open_nest(MAGLEV_A_STATE);
		string(MAGLEV_STATE_A_POOL, "web");
		close_nest();
		nla_put(answer, MAGLEV_A_TABLE, (int)n, image + at);
		end(read, v);
	}
}

static void flows(kern_read read, struct vec *v)
{
	struct maglev_state_flow f[2] = { 0 };
	int i;

	for (i = 0; i < 2; i++) {
		f[i] = (struct maglev_state_flow){
			.service = htole32(7), .backend = htole32(9),
			.idle = htole32(3), .client_port = htons(50000 + i),
			.port = htons(80), .state = MAGLEV_FLOW_ESTABLISHED,
			.confirmed = 1,
		};
		put_address(f[i].client, "203.0.113.9");
	}
	records(read, v, MAGLEV_STATE_A_FLOWS, f, sizeof(f));
}

/**
 * fake_state_get() - answer MAGLEV_CMD_STATE_GET
 * @read: reads the answer
 * @v: where @read puts it
 * @all: more than objects
 */
void fake_state_get(kern_read read, struct vec *v, bool all)
{
	head(read, v);
	objects(read, v);
	if (!all)
		return;
	table(read, v);
	flows(read, v);
}

/**
 * fake_state_set() - answer MAGLEV_CMD_STATE_SET
 * @read: reads the answer
 * @v: where @read puts it
 */
void fake_state_set(kern_read read, struct vec *v)
{
	begin(MAGLEV_CMD_STATE_SET);
	open_nest(MAGLEV_A_STATE);
	u32(MAGLEV_STATE_A_RESTORED, 1);
	u32(MAGLEV_STATE_A_KEPT, 2);
	u32(MAGLEV_STATE_A_EXPIRED, 3);
	u32(MAGLEV_STATE_A_UNKNOWN, 4);
	u32(MAGLEV_STATE_A_FULL, 5);
	u32(MAGLEV_STATE_A_SLOTS, 251);
	close_nest();
	end(read, v);
}
