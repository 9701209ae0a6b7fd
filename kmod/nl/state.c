// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink: reading state. A dump has as many records in a message as fit into the
 * reader's buffer: a million flows are too many for an attribute each.
 */
#include <linux/mm.h>

#include "../backend.h"
#include "../core/state.h"
#include "../endpoint.h"
#include "../flows.h"
#include "../pool.h"
#include "../service.h"
#include "../state.h"
#include "nl.h"

/* The parts of a dump, in their order. */
enum part {
	PART_HEAD,
	PART_SERVICES,
	PART_BACKENDS,
	PART_TABLES,
	PART_FLOWS,
	PART_END
};

/**
 * struct cursor - where a page of a dump ends, in netlink_callback.ctx
 * @part: enum part
 * @last: the part at which the dump ends
 * @at: index of the next object or bucket in it
 * @pool: the pool whose table is being written, if @part is PART_TABLES
 * @image: its image, which is sent in pieces, or NULL
 * @len: length of @image
 * @off: how much of it has been sent
 */
struct cursor {
	u32 part;
	u32 last;
	u32 at;
	struct mgl_pool *pool;
	u8 *image;
	u32 len;
	u32 off;
};

static struct cursor *cursor_of(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct cursor) > sizeof(cb->ctx));
	return (struct cursor *)cb->ctx;
}

/**
 * struct message - a message that records are being written to
 * @reply: the dump
 * @hdr: its header
 * @nest: its MAGLEV_A_STATE
 * @array: the attribute of the records, or NULL
 */
struct message {
	const struct mgl_nl_reply *reply;
	void *hdr;
	struct nlattr *nest;
	struct nlattr *array;
};

/* Starts a message with an array of records of @type, which may be 0 for none. */
static bool message_begin(struct message *m, const struct mgl_nl_reply *reply,
			  int type)
{
	*m = (struct message){
		.reply = reply,
		.hdr = mgl_nl_begin(reply),
	};
	if (!m->hdr)
		return false;
	m->nest = nla_nest_start(reply->skb, MAGLEV_A_STATE);
	if (m->nest && type)
		m->array = nla_reserve(reply->skb, type, 0);
	if (m->nest && (m->array || !type))
		return true;
	genlmsg_cancel(reply->skb, m->hdr);
	return false;
}

/* Room for records of @size bytes in all, or NULL. Sizes are multiples of 4. */
static void *message_room(struct message *m, size_t size)
{
	struct sk_buff *skb = m->reply->skb;

	if (skb_tailroom(skb) < size ||
	    m->array->nla_len + size + NLA_HDRLEN > U16_MAX)
		return NULL;
	m->array->nla_len += size;
	return skb_put(skb, size);
}

/* Ends a message; one without a record is not sent. */
static bool message_end(struct message *m)
{
	if (m->array && m->array->nla_len == NLA_HDRLEN) {
		genlmsg_cancel(m->reply->skb, m->hdr);
		return false;
	}
	nla_nest_end(m->reply->skb, m->nest);
	genlmsg_end(m->reply->skb, m->hdr);
	return true;
}

/* Each of these writes a part, or what fits of it, and then returns false. */

static bool put_head(struct mgl_net *mn, const struct mgl_nl_reply *reply)
{
	const __le64 secret[] = {
		cpu_to_le64(mn->secret.key[0]),
		cpu_to_le64(mn->secret.key[1]),
	};
	struct message m;

	BUILD_BUG_ON(sizeof(secret) != MAGLEV_STATE_SECRET_LEN);
	if (!message_begin(&m, reply, 0))
		return false;
	if (nla_put_u32(reply->skb, MAGLEV_STATE_A_VERSION,
			MAGLEV_STATE_VERSION) ||
	    nla_put(reply->skb, MAGLEV_STATE_A_SECRET, sizeof(secret),
		    secret)) {
		genlmsg_cancel(reply->skb, m.hdr);
		return false;
	}
	return message_end(&m);
}

static void write_service(void *to, const void *object)
{
	const struct mgl_service *svc = object;
	struct maglev_state_service *rec = to;

	*rec = (struct maglev_state_service){
		.number = cpu_to_le32(svc->number),
		.protocol = svc->id.proto,
		.port = htons(svc->id.first),
		.port_last = htons(svc->id.last),
	};
	memcpy(rec->address, &svc->id.vip, sizeof(rec->address));
}

static void write_backend(void *to, const void *object)
{
	const struct mgl_backend *b = object;
	struct maglev_state_backend *rec = to;

	*rec = (struct maglev_state_backend){ .number = cpu_to_le32(b->id) };
	memcpy(rec->address, &b->endpoint->addr, sizeof(rec->address));
	strscpy(rec->pool, b->pool->name, sizeof(rec->pool));
}

/* What there is of one kind of object. */
static const struct kind {
	int type;
	size_t size;
	void (*write)(void *to, const void *object);
} kinds[] = {
	[PART_SERVICES] = {
		.type = MAGLEV_STATE_A_SERVICES,
		.size = sizeof(struct maglev_state_service),
		.write = write_service,
	},
	[PART_BACKENDS] = {
		.type = MAGLEV_STATE_A_BACKENDS,
		.size = sizeof(struct maglev_state_backend),
		.write = write_backend,
	},
};

static bool put_objects(const struct mgl_ids *ids,
			const struct mgl_nl_reply *reply, struct cursor *c)
{
	const struct kind *kind = &kinds[c->part];
	u32 end = mgl_ids_end(ids);
	struct message m;
	void *to;

	while (c->at < end) {
		if (!message_begin(&m, reply, kind->type))
			return false;
		for (; c->at < end; c->at++) {
			const void *object = mgl_ids_at(ids, c->at);

			if (!object)
				continue;
			to = message_room(&m, kind->size);
			if (!to)
				break;
			kind->write(to, object);
		}
		if (!message_end(&m) && c->at < end)
			return false;
	}
	return true;
}

/* Writes a piece of an image. */
static bool put_piece(const struct mgl_nl_reply *reply, struct cursor *c)
{
	struct sk_buff *skb = reply->skb;
	struct message m;
	int room;

	if (!message_begin(&m, reply, 0))
		return false;
	if (nla_put_string(skb, MAGLEV_STATE_A_POOL, c->pool->name))
		goto too_small;
	nla_nest_end(skb, m.nest);
	/* A multiple of four, but for the last piece, which is padded. */
	room = round_down(min(skb_tailroom(skb) - NLA_HDRLEN,
			      (int)(U16_MAX - NLA_HDRLEN)), NLA_ALIGNTO);
	room = min(room, (int)(c->len - c->off));
	if (room <= 0 || nla_put(skb, MAGLEV_A_TABLE, room, c->image + c->off))
		goto too_small;
	c->off += room;
	genlmsg_end(skb, m.hdr);
	return true;

too_small:
	genlmsg_cancel(skb, m.hdr);
	return false;
}

static void image_free(struct cursor *c)
{
	kvfree(c->image);
	c->image = NULL;
}

/*
 * The image is made when the first piece of it is to be written, so that its slots
 * and their past are of one moment. Returns 0, or -ENOMEM.
 */
static int put_tables(struct mgl_net *mn, const struct mgl_nl_reply *reply,
		      struct cursor *c, bool *done)
{
	size_t len;

	for (; c->pool; c->pool = mgl_pool_next(c->pool)) {
		if (!c->image) {
			c->image = mgl_state_table_get(mn, c->pool, &len);
			if (!c->image && len)
				return -ENOMEM;
			c->len = len;
			c->off = 0;
		}
		while (c->image && c->off < c->len)
			if (!put_piece(reply, c))
				return 0;
		image_free(c);
		cond_resched();
	}
	*done = true;
	return 0;
}

/* All flows of a bucket, or none: the next page may find others in it. */
static bool put_bucket(struct mgl_net *mn, struct message *m, u32 bucket)
{
	struct mgl_cached flows[MGL_CACHE_WAYS];
	const struct mgl_clock clock = mgl_clock(mn);
	struct maglev_state_flow *rec;
	unsigned int i, n, live = 0;

	n = mgl_cache_read(mgl_flows_cache(mn), bucket, flows);
	for (i = 0; i < n; i++)
		if (mgl_ids_get(&mn->service_ids, flows[i].tuple.service) &&
		    mgl_ids_get(&mn->backend_ids, flows[i].owner) &&
		    !mgl_cache_expired(&flows[i], &clock))
			flows[live++] = flows[i];
	if (!live)
		return true;
	rec = message_room(m, live * sizeof(*rec));
	for (i = 0; rec && i < live; i++)
		mgl_state_flow_write(&rec[i], &flows[i], clock.now);
	return rec;
}

static bool put_flows(struct mgl_net *mn, const struct mgl_nl_reply *reply,
		      struct cursor *c)
{
	struct mgl_cache *cache = mgl_flows_cache(mn);
	u32 end = cache ? mgl_cache_buckets(cache) : 0;
	struct message m;

	while (c->at < end) {
		if (!message_begin(&m, reply, MAGLEV_STATE_A_FLOWS))
			return false;
		for (; c->at < end && put_bucket(mn, &m, c->at); c->at++)
			if (!(c->at % 4096))
				cond_resched();
		if (!message_end(&m) && c->at < end)
			return false;
	}
	return true;
}

/* Writes what fits. Returns 0, or -ENOMEM. */
static int put_parts(struct mgl_net *mn, const struct mgl_nl_reply *reply,
		     struct cursor *c)
{
	bool done = true;
	int err;

	for (; done && c->part != c->last; done ? c->part++, c->at = 0 : 0) {
		switch (c->part) {
		case PART_HEAD:
			done = put_head(mn, reply);
			break;
		case PART_SERVICES:
			done = put_objects(&mn->service_ids, reply, c);
			break;
		case PART_BACKENDS:
			done = put_objects(&mn->backend_ids, reply, c);
			if (done)
				c->pool = mgl_pool_first(mn);
			break;
		case PART_TABLES:
			done = false;
			err = put_tables(mn, reply, c, &done);
			if (err)
				return err;
			break;
		case PART_FLOWS:
			done = put_flows(mn, reply, c);
			break;
		}
	}
	return 0;
}

/* The nest has passed the policy, which knows only this. */
static bool only_objects(struct netlink_callback *cb)
{
	const struct nlattr *nest = genl_info_dump(cb)->attrs[MAGLEV_A_STATE];

	return nest && nla_find_nested(nest, MAGLEV_STATE_A_OBJECTS);
}

/*
 * MAGLEV_CMD_STATE_GET. Like a listing of flows, it has each that exists throughout,
 * unless the cache is resized. A change ends it: pools may be gone, and the reader
 * is told that the dump is inconsistent.
 */
int mgl_nl_state_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct mgl_net *mn = mgl_net(sock_net(skb->sk));
	struct cursor *c = cursor_of(cb);
	struct mgl_nl_reply reply;
	int err;

	mgl_nl_reply_dump(skb, cb, MAGLEV_CMD_STATE_GET, &reply);
	if (c->part == PART_HEAD)
		c->last = only_objects(cb) ? PART_TABLES : PART_END;
	mutex_lock(&mn->lock);
	cb->seq = mn->generation;
	if (cb->prev_seq && cb->prev_seq != cb->seq)
		c->part = c->last;
	err = put_parts(mn, &reply, c);
	mutex_unlock(&mn->lock);
	if (err)
		return err;
	/* A page without anything would be the end. */
	return skb->len || c->part == c->last ? skb->len : -EMSGSIZE;
}

/**
 * mgl_nl_state_done() - free what a dump by MAGLEV_CMD_STATE_GET holds
 * @cb: the dump, which has come to its end, or whose reader is gone
 *
 * Context: may sleep.
 * Return: 0.
 */
int mgl_nl_state_done(struct netlink_callback *cb)
{
	image_free(cursor_of(cb));
	return 0;
}
