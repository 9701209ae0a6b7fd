// SPDX-License-Identifier: GPL-2.0
/* What is told of packets that nobody has sent; see fake_kern.c. */
#include <errno.h>

#include "fake_answer.h"

static void packet(uint8_t kind, const char *reason)
{
	open_nest(MAGLEV_A_TRACE);
	u8(MAGLEV_TRACE_A_KIND, kind);
	u8(MAGLEV_TRACE_A_PROTOCOL, IPPROTO_TCP);
	addr(MAGLEV_TRACE_A_CLIENT4, "203.0.113.9");
	addr(MAGLEV_TRACE_A_ADDRESS4, "192.0.2.1");
	u32(MAGLEV_TRACE_A_LENGTH, 60);
	u32(MAGLEV_TRACE_A_IN_IFINDEX, 1);
	string(MAGLEV_TRACE_A_REASON, reason);
	if (kind == MAGLEV_TRACE_FRAGMENT)
		return;
	port(MAGLEV_TRACE_A_CLIENT_PORT, 50000);
	port(MAGLEV_TRACE_A_PORT, 80);
}

/* A packet or an error that went to a backend, or a fragment to a peer. */
static void traced(kern_read read, struct vec *v, bool fragment)
{
	begin(MAGLEV_CMD_TRACE_NTF);
	if (!fragment) {
		put_service(IPPROTO_TCP, "192.0.2.1", 0);
		close_nest();
		put_pool("web");
	}
	packet(fragment ? MAGLEV_TRACE_FRAGMENT : MAGLEV_TRACE_PACKET,
	       fragment ? "forwarded_peer" : "forwarded");
	if (!fragment) {
		u8(MAGLEV_TRACE_A_RULE, MAGLEV_RULE_PREVIOUS);
		nla_put(answer, MAGLEV_TRACE_A_FALLBACK, 0, NULL);
		u32(MAGLEV_TRACE_A_SLOT, 4711);
		u32(MAGLEV_TRACE_A_UNSETTLED, 90500);
		addr(MAGLEV_TRACE_A_CURRENT4, "198.51.100.1");
		addr(MAGLEV_TRACE_A_PREVIOUS4, "198.51.100.2");
	}
	addr(MAGLEV_TRACE_A_BACKEND4, "198.51.100.2");
	addr(MAGLEV_TRACE_A_NEXT_HOP4, "198.51.100.254");
	/* A device that there is, and one that there is not. */
	u32(MAGLEV_TRACE_A_OUT_IFINDEX, fragment ? 2147483647 : 1);
	close_nest();
	end(read, v);
}

static void dropped(kern_read read, struct vec *v)
{
	begin(MAGLEV_CMD_TRACE_NTF);
	put_pool("web");
	packet(MAGLEV_TRACE_ERROR, "drop_no_backend");
	u8(MAGLEV_TRACE_A_RULE, MAGLEV_RULE_NOBODY);
	u32(MAGLEV_TRACE_A_SUPPRESSED, 12);
	u32(MAGLEV_TRACE_A_LOST, 3);
	close_nest();
	end(read, v);
}

/* Packets of every kind. Those after enough of them are not to be seen. */
int kern_trace(struct kern *kern, struct nl_msg *msg, kern_read read,
	       struct vec *v, const bool *enough)
{
	int err = kern_do(kern, msg);

	if (err)
		return err;
	traced(read, v, false);
	traced(read, v, true);
	begin(MAGLEV_CMD_DRAINED_NTF);
	end(read, v);
	dropped(read, v);
	return *enough ? 0 : -EIO;
}
