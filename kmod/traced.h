/* SPDX-License-Identifier: GPL-2.0 */
/* What became of a packet, for those who trace it. */
#ifndef _MGL_TRACED_H
#define _MGL_TRACED_H

#include <linux/types.h>
#include <uapi/linux/maglev.h>

#include "core/addr.h"
#include "core/reason.h"
#include "table.h"

struct mgl_backend;
struct mgl_flow;
struct mgl_pool;
struct mgl_service;

/**
 * struct mgl_traced - what became of a packet
 * @flow: its flow, not masked; without ports unless @has_ports
 * @svc: its service, or NULL
 * @pool: the pool that decided, or NULL if it came to no decision
 * @slot: slot of the flow in @pool; valid if @pool is not NULL
 * @rule: enum maglev_rule; valid if @pool is not NULL
 * @fallback: @pool is the fallback pool of the service
 * @has_ports: the ports of @flow are known
 * @has_next_hop: @oif and @next_hop are known
 * @backend: the backend, or peer, that was selected, or NULL
 * @datagram: mgl_fragment_key() if it is an inner fragment, or 0
 * @reason: why processing of it ended
 * @len: length of the inner packet in bytes
 * @iif: index of the device by which it came
 * @oif: index of the device by which it leaves
 * @next_hop: address to which it is handed on that device
 *
 * Objects are valid until the end of the RCU read side.
 */
struct mgl_traced {
	const struct mgl_flow *flow;
	const struct mgl_service *svc;
	const struct mgl_pool *pool;
	struct mgl_slot slot;
	enum maglev_rule rule;
	bool fallback;
	bool has_ports;
	bool has_next_hop;
	const struct mgl_backend *backend;
	u64 datagram;
	enum mgl_reason reason;
	u32 len;
	int iif;
	int oif;
	struct mgl_addr next_hop;
};

#endif /* _MGL_TRACED_H */
