// SPDX-License-Identifier: GPL-2.0
/*
 * Transport: requests to the generic netlink family and its answers. Nothing
 * here knows what the messages mean.
 *
 * Functions return 0 or a negative errno; what the kernel said about a
 * refusal beyond the errno is kept for kern_why().
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "cmd.h"
#include "err.h"
#include "nl.h"
#include "types.h"
#include "vec.h"

/*
 * A dump that a change of the configuration interrupts is read again. Twenty
 * in a row means somebody changes it faster than it can be read.
 */
#define DUMP_TRIES	20

/*
 * What every kernel allows, for requests and for notifications that queue up;
 * libnl would take a sixth of it. Larger requests ask for more.
 */
#define SOCKET_SIZE	212992

/**
 * struct kern - a connection to the family
 * @sock: the socket
 * @cb: what libnl calls back while watching
 * @family: id of the family
 * @read: reads one answer
 * @v: where @read puts it
 * @err: 0 or negative errno of the request under way
 * @done: the request under way is answered
 * @followed: messages that follow may be there before the answer
 * @interrupted: the configuration changed while it was being dumped
 * @blames: offset of what the kernel blames for @err in the request, or 0
 * @text: the kernel's words on @err, or empty
 * @page: what was received last
 */
struct kern {
	struct nl_sock *sock;
	struct nl_cb *cb;
	int family;
	kern_read read;
	struct vec *v;
	int err;
	bool done;
	bool followed;
	bool interrupted;
	uint32_t blames;
	char text[256];
	_Alignas(struct nlmsghdr) char page[KERN_RECEIVE_SIZE];
};

static void keep_text(struct kern *kern, struct nlattr *attrs, int len)
{
	static const char module[] = MAGLEV_GENL_NAME ": ";
	const struct nlattr *attr;
	const char *text;
	int n;

	if (len < (int)sizeof(*attrs))
		return;
	attr = nla_find(attrs, len, NLMSGERR_ATTR_OFFS);
	if (attr && nla_len(attr) >= (int)sizeof(kern->blames))
		kern->blames = nla_get_u32(attr);
	attr = nla_find(attrs, len, NLMSGERR_ATTR_MSG);
	if (!attr)
		return;
	text = nla_data(attr);
	n = nla_len(attr);
	/* The message has this program's name in front, which says as much. */
	if (n > (int)strlen(module) && !memcmp(text, module, strlen(module))) {
		text += strlen(module);
		n -= (int)strlen(module);
	}
	snprintf(kern->text, sizeof(kern->text), "%.*s", n, text);
}

/* A refusal: an errno, the request or its header, and extack attributes. */
static void keep_error(struct kern *kern, struct nlmsgerr *e)
{
	struct nlmsghdr *h = (struct nlmsghdr *)((char *)e - NLMSG_HDRLEN);
	unsigned int skip;

	kern->err = e->error;
	if (!(h->nlmsg_flags & NLM_F_ACK_TLVS))
		return;

	skip = sizeof(*e);
	if (!(h->nlmsg_flags & NLM_F_CAPPED))
		skip += e->msg.nlmsg_len - NLMSG_HDRLEN;
	if (NLMSG_ALIGN(skip) < (unsigned int)nlmsg_datalen(h))
		keep_text(kern, (void *)((char *)e + NLMSG_ALIGN(skip)),
			  (int)nlmsg_datalen(h) - (int)NLMSG_ALIGN(skip));
}

/* The end of a dump carries an errno too, and extack attributes after it. */
static void keep_end(struct kern *kern, struct nlmsghdr *h)
{
	int err = 0;

	if (nlmsg_datalen(h) < (int)sizeof(err))
		return;
	memcpy(&err, nlmsg_data(h), sizeof(err));
	if (err >= 0)
		return;
	kern->err = err;
	keep_text(kern, (void *)((char *)nlmsg_data(h) + sizeof(err)),
		  nlmsg_datalen(h) - (int)sizeof(err));
}

static int on_answer(struct nl_msg *msg, void *arg)
{
	struct kern *kern = arg;

	if (kern->read)
		kern->read(nlmsg_hdr(msg), kern->v);
	return NL_OK;
}

static int setup(struct kern *kern)
{
	int on = 1;
	int err;

	kern->sock = nl_socket_alloc();
	kern->cb = nl_cb_alloc(NL_CB_DEFAULT);
	if (!kern->sock || !kern->cb)
		err_no_memory();
	nl_cb_set(kern->cb, NL_CB_VALID, NL_CB_CUSTOM, on_answer, kern);

	err = genl_connect(kern->sock);
	if (err < 0) {
		err_failed("cannot open a netlink socket: %s",
			   nl_geterror(err));
		return err;
	}
	nl_socket_set_msg_buf_size(kern->sock, KERN_RECEIVE_SIZE);
	(void)nl_socket_set_buffer_size(kern->sock, SOCKET_SIZE, SOCKET_SIZE);
	/* Only the words are lost where a kernel does not know these. */
	(void)setsockopt(nl_socket_get_fd(kern->sock), SOL_NETLINK,
			 NETLINK_EXT_ACK, &on, sizeof(on));
	(void)setsockopt(nl_socket_get_fd(kern->sock), SOL_NETLINK,
			 NETLINK_CAP_ACK, &on, sizeof(on));

	kern->family = genl_ctrl_resolve(kern->sock, MAGLEV_GENL_NAME);
	/* It does not see the answers that receive() takes. */
	nl_socket_disable_seq_check(kern->sock);
	if (kern->family == -NLE_OBJ_NOTFOUND)
		err_failed("the maglev module is not loaded: modprobe maglev");
	else if (kern->family < 0)
		err_failed("cannot find the maglev netlink family: %s",
			   nl_geterror(kern->family));
	return kern->family < 0 ? kern->family : 0;
}

/**
 * kern_open() - connect to the family
 *
 * Return: the connection, or NULL after a complaint.
 */
struct kern *kern_open(void)
{
	struct kern *kern = calloc(1, sizeof(*kern));

	if (!kern)
		err_no_memory();
	if (setup(kern)) {
		kern_close(kern);
		return NULL;
	}
	return kern;
}

/**
 * ctx_kern() - get the connection to the kernel, opened on first use
 * @ctx: the program
 *
 * It is opened no earlier than a command needs it: what is wrong with a
 * command line is worth saying whether or not the module is loaded.
 *
 * Return: the connection, or NULL after a complaint.
 */
struct kern *ctx_kern(struct ctx *ctx)
{
	if (!ctx->kern)
		ctx->kern = kern_open();
	return ctx->kern;
}

/**
 * kern_close() - disconnect
 * @kern: the connection, or NULL
 */
void kern_close(struct kern *kern)
{
	if (!kern)
		return;
	nl_cb_put(kern->cb);
	nl_socket_free(kern->sock);
	free(kern);
}

/**
 * kern_request() - start a request
 * @kern: the connection
 * @cmd: MAGLEV_CMD_*
 *
 * Return: the request, for attributes to be put into and then to be handed
 * to kern_do(), kern_get() or kern_dump(), which release it.
 */
struct nl_msg *kern_request(struct kern *kern, uint8_t cmd)
{
	return kern_request_sized(kern, cmd, (size_t)getpagesize());
}

/**
 * kern_request_sized() - start a request of a certain size
 * @kern: the connection
 * @cmd: MAGLEV_CMD_*
 * @size: room for the attributes, and for headers of 20 bytes
 *
 * Return: the request, as from kern_request().
 */
struct nl_msg *kern_request_sized(struct kern *kern, uint8_t cmd, size_t size)
{
	struct nl_msg *msg = nlmsg_alloc_size(size);

	if (!msg || !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, kern->family, 0,
				 0, cmd, MAGLEV_GENL_VERSION))
		err_no_memory();
	return msg;
}

static void forget(struct kern *kern)
{
	kern->err = 0;
	kern->blames = 0;
	kern->text[0] = '\0';
}

/*
 * The kernel takes no message that is larger than the send buffer. Beyond the limit
 * that everybody has, that needs CAP_NET_ADMIN in the first user namespace.
 */
static int make_room(struct kern *kern, uint32_t len)
{
	int fd = nl_socket_get_fd(kern->sock);
	/* The kernel keeps a few bytes for itself. */
	int size = (int)len + 1024;
	socklen_t n = sizeof(size);

	if (len < SOCKET_SIZE ||
	    !setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)))
		return 0;
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	/* It reserves twice as much as it is asked for, and tells that. */
	if (!getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, &n) &&
	    size >= (int)len + 1024)
		return 0;
	snprintf(kern->text, sizeof(kern->text),
		 "the request has %" PRIu32 " bytes, and a socket may send fewer: set net.core.wmem_max to %" PRIu32,
		 len, len / 2 + 1024);
	return -EMSGSIZE;
}

/* Something between this program and the kernel went wrong. */
static int broken(struct kern *kern, const char *why)
{
	snprintf(kern->text, sizeof(kern->text), "%s", why);
	return -EIO;
}

/* One message of those that answer the request of number @seq. */
static void take(struct kern *kern, struct nlmsghdr *h, uint32_t seq)
{
	if (h->nlmsg_seq != seq && !(kern->followed && !h->nlmsg_seq))
		return;
	if (h->nlmsg_flags & NLM_F_DUMP_INTR)
		kern->interrupted = true;
	switch (h->nlmsg_type) {
	case NLMSG_ERROR:
		if (nlmsg_datalen(h) >= (int)sizeof(struct nlmsgerr))
			keep_error(kern, nlmsg_data(h));
		kern->done = true;
		break;
	case NLMSG_DONE:
		keep_end(kern, h);
		kern->done = true;
		break;
	default:
		if (kern->read)
			kern->read(h, kern->v);
	}
}

/*
 * Reads all that answers a request. libnl would allocate and copy each message, and a
 * large configuration has a hundred thousand of them.
 */
static int receive(struct kern *kern, uint32_t seq)
{
	while (!kern->done) {
		struct nlmsghdr *h = (void *)kern->page;
		int len = (int)recv(nl_socket_get_fd(kern->sock), h,
				    sizeof(kern->page), MSG_TRUNC);

		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return broken(kern, strerror(errno));
		if (len > (int)sizeof(kern->page))
			return broken(kern, "an answer is too long");
		for (; nlmsg_ok(h, len); h = nlmsg_next(h, &len))
			take(kern, h, seq);
	}
	return 0;
}

/* Sends @msg, which stays the caller's, and reads all that it brings. */
static int transact(struct kern *kern, struct nl_msg *msg, uint16_t flags)
{
	int err;

	forget(kern);
	kern->done = false;
	kern->interrupted = false;
	nlmsg_hdr(msg)->nlmsg_seq = NL_AUTO_SEQ;
	nlmsg_hdr(msg)->nlmsg_flags |= flags;

	err = make_room(kern, nlmsg_hdr(msg)->nlmsg_len);
	if (err)
		return err;
	err = nl_send_auto(kern->sock, msg);
	if (err < 0)
		return broken(kern, nl_geterror(err));
	err = receive(kern, nlmsg_hdr(msg)->nlmsg_seq);
	if (err)
		return err;
	if (kern->err)
		return kern->err;
	return kern->interrupted ? -EINTR : 0;
}

/* The same for a request that is released, and answers that are read. */
static int ask(struct kern *kern, struct nl_msg *msg, uint16_t flags,
	       kern_read read, struct vec *v)
{
	int err;

	kern->read = read;
	kern->v = v;
	err = transact(kern, msg, flags);
	nlmsg_free(msg);
	return err;
}

/**
 * kern_do() - send a request and wait for the acknowledgement
 * @kern: the connection
 * @msg: the request
 *
 * Return: 0 or a negative errno.
 */
int kern_do(struct kern *kern, struct nl_msg *msg)
{
	return kern_get(kern, msg, NULL, NULL);
}

/**
 * kern_blames() - find the attribute that a refusal blames
 * @kern: the connection
 *
 * Return: the offset of the attribute from the start of the message, or 0 if
 * the kernel did not say.
 */
size_t kern_blames(const struct kern *kern)
{
	return kern->blames;
}

/**
 * kern_get() - send a request that one message answers
 * @kern: the connection
 * @msg: the request
 * @read: reads the answer
 * @v: where @read puts it
 *
 * Return: 0 or a negative errno.
 */
int kern_get(struct kern *kern, struct nl_msg *msg, kern_read read,
	     struct vec *v)
{
	return ask(kern, msg, NLM_F_ACK, read, v);
}

/**
 * kern_dump() - send a request that any number of messages answer
 * @kern: the connection
 * @msg: the request
 * @read: reads one answer
 * @v: the answers are added here; it has to be empty
 *
 * Return: 0 or a negative errno; -EINTR if the configuration changed during
 * each of many tries.
 */
int kern_dump(struct kern *kern, struct nl_msg *msg, kern_read read,
	      struct vec *v)
{
	int err, tries = 0;

	kern->read = read;
	kern->v = v;
	do {
		v->n = 0;
		err = transact(kern, msg, NLM_F_DUMP);
	} while (err == -EINTR && ++tries < DUMP_TRIES);
	nlmsg_free(msg);
	return err;
}

/**
 * kern_dump_once() - kern_dump() for a reader that cannot take back
 * @kern: the connection
 * @msg: the request
 * @read: reads one answer
 * @v: where @read puts it
 *
 * Return: 0 or a negative errno; -EINTR if all has been read, but the
 * configuration changed meanwhile.
 */
int kern_dump_once(struct kern *kern, struct nl_msg *msg, kern_read read,
		   struct vec *v)
{
	return ask(kern, msg, NLM_F_DUMP, read, v);
}

/* A monitor that was not read from for a while still gets what there was. */
#define WATCH_SIZE	(16 << 20)

/**
 * kern_join() - join a multicast group
 * @kern: the connection; it is good for kern_receive() only afterwards
 * @group: the group's name
 *
 * Return: 0 or a negative errno.
 */
int kern_join(struct kern *kern, const char *group)
{
	int fd = nl_socket_get_fd(kern->sock), size = WATCH_SIZE;
	int err;

	forget(kern);
	/* The machine's administrator may have more than the limit. */
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	err = genl_ctrl_resolve_grp(kern->sock, MAGLEV_GENL_NAME, group);
	if (err >= 0)
		err = nl_socket_add_membership(kern->sock, err);
	if (err >= 0)
		return 0;
	return broken(kern, nl_geterror(err));
}

/**
 * kern_receive() - receive notifications
 * @kern: the connection, a member of a group
 * @page: where to put them
 * @size: its size, KERN_RECEIVE_SIZE
 *
 * Return: the length of what was received, or a negative errno: -ENOBUFS if
 * notifications were lost.
 */
int kern_receive(struct kern *kern, void *page, size_t size)
{
	ssize_t len;

	do {
		len = recv(nl_socket_get_fd(kern->sock), page, size, 0);
	} while (len < 0 && errno == EINTR);
	return len < 0 ? -errno : (int)len;
}

static int on_any_seq(struct nl_msg *msg, void *arg)
{
	(void)msg;
	(void)arg;
	return NL_OK;
}

/* Reads messages until @enough. */
static int listen_until(struct kern *kern, const bool *enough)
{
	int err = 0;

	while (err >= 0 && !*enough) {
		err = nl_recvmsgs(kern->sock, kern->cb);
		/* The socket's buffer was full. */
		if (err == -NLE_NOMEM)
			err_failed("some messages were lost");
		if (err == -NLE_NOMEM || err == -NLE_INTR)
			err = 0;
	}
	return err < 0 ? broken(kern, nl_geterror(err)) : 0;
}

/**
 * kern_trace() - send a request that messages follow, and read these
 * @kern: the connection; it is good for nothing else afterwards
 * @msg: the request
 * @read: reads one message
 * @v: where @read puts it
 * @enough: set by @read to end
 *
 * Return: 0 or a negative errno.
 */
int kern_trace(struct kern *kern, struct nl_msg *msg, kern_read read,
	       struct vec *v, const bool *enough)
{
	int err;

	nl_cb_set(kern->cb, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, on_any_seq, NULL);
	kern->followed = true;
	err = ask(kern, msg, NLM_F_ACK, read, v);
	return err ? err : listen_until(kern, enough);
}

/**
 * kern_why() - text of a refusal
 * @kern: the connection that was refused
 * @err: the negative errno it was refused with
 *
 * Return: the kernel's own words where it gave some.
 */
const char *kern_why(const struct kern *kern, int err)
{
	if (kern->text[0])
		return kern->text;
	if (err == -EPERM)
		return "not permitted: this needs CAP_NET_ADMIN (be root)";
	if (err == -EINTR)
		return "the configuration keeps changing, try again";
	return strerror(-err);
}

/**
 * kern_failed() - complain that the kernel refused a request
 * @kern: the connection
 * @err: the negative errno
 * @fmt: what was asked for, as printf()
 *
 * Return: EXIT_FAILED.
 */
int kern_failed(const struct kern *kern, int err, const char *fmt, ...)
{
	char what[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return err_failed("%s: %s", what, kern_why(kern, err));
}
