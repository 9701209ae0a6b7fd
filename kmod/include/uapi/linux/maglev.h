/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT */
/*
 * Maglev load balancer: the generic netlink family "maglev".
 *
 * Conventions
 * -----------
 * Every message carries nested objects at the top level (enum maglev_attr).
 * A request names its object with the identity attributes of that object and
 * carries the parameters to set beside them. A policy per command enforces
 * which attributes a command accepts, so an attribute that makes no sense for
 * a command is refused instead of being ignored.
 *
 * An address is one of a pair of attributes, *_ADDRESS4 (4 bytes) or
 * *_ADDRESS6 (16 bytes), in network byte order; exactly one is given. An
 * IPv4-mapped IPv6 address (::ffff:0:0/96) is refused: IPv4 addresses have an
 * attribute of their own. A pool may have backends of both families. Ports are
 * in network byte order, every other integer is in host byte order.
 *
 * A service is identified by (protocol, VIP, first port, last port). A single
 * port has no PORT_LAST, or PORT_LAST equal to PORT. PORT 0, without PORT_LAST
 * or with 0, means every port. A pool is identified by its name, a backend by
 * its pool and address, a member by its pool and its own name;
 * MAGLEV_CMD_BACKEND_* and MAGLEV_CMD_MEMBER_* may name a service that uses the
 * pool instead of the pool.
 *
 * Commands that change something need CAP_NET_ADMIN in the user namespace
 * that owns the network namespace, and so do MAGLEV_CMD_CONN_GET,
 * MAGLEV_CMD_LOOKUP_GET, MAGLEV_CMD_STATE_GET and MAGLEV_CMD_TRACE_SET. Other
 * commands that read need no capability, but without it MAGLEV_POOL_A_SEED is left
 * out, and numbers of tracked flows may be up to one second old.
 *
 * An error carries an extended ack. Most have a text and, if a single
 * attribute is the reason, its offset (NLMSGERR_ATTR_OFFS) or type
 * (NLMSGERR_ATTR_MISS_TYPE).
 *   -EINVAL        malformed or contradictory request; an attribute that the
 *                  command does not accept; an address that cannot be used,
 *                  such as a link-local one; a client of another address
 *                  family than the VIP; a VIP as a backend of its own
 *                  service; ports that overlap with another range; a pool
 *                  that is private to another service, or to any as peers;
 *                  a member that is private, the pool itself, or contains
 *                  it, or with which pools would be nested deeper than
 *                  MAGLEV_POOL_DEPTH_MAX; thresholds in a pool of a service
 *                  that tracks no flows, and the reverse
 *   -ERANGE        an integer outside of its bounds (MAGLEV_*_MIN,
 *                  MAGLEV_*_MAX) or of its enum, an IPv6 address that is not
 *                  16 bytes long, or a lower threshold above the upper one
 *   -EEXIST        *_NEW of an object that exists, or that is in the request
 *                  twice
 *   -ENOENT        an object that the request names does not exist
 *   -EBUSY         POOL_DEL of a pool that a service or the peers use, that
 *                  is private, or a member of another one; STATE_SET with
 *                  HOLD while there is a service
 *   -EOPNOTSUPP    an unknown command; a dump of a command that has none, or
 *                  the reverse
 *   -ENOSPC        a limit is reached: MAGLEV_BACKENDS_MAX,
 *                  MAGLEV_MEMBERS_MAX, MAGLEV_ROUTERS_MAX,
 *                  MAGLEV_SOURCES_MAX, MAGLEV_TRACERS_MAX, or about half a
 *                  million services or backends in the namespace; or tracked flows do not fit into
 *                  a smaller flow cache
 *   -ENOMEM        out of memory; also if a flow cache would take more than is
 *                  available
 *   -ESTALE        BATCH with a generation that is not the present one
 *   -EPERM         CAP_NET_ADMIN is missing
 * A request that fails leaves the configuration unchanged.
 *
 * Notifications (MAGLEV_CMD_*_NTF) are sent to the multicast group. One of a
 * change that a request has made has the port and the number of that request
 * as nlmsg_pid and nlmsg_seq; one of what happened by itself has 0 there. One
 * of a change has the generation after it (MAGLEV_A_INFO with
 * MAGLEV_INFO_A_GENERATION), and the object as it is now, without counters,
 * numbers of flows, and MAGLEV_POOL_A_SEED; or the identity of what was
 * deleted. Refused requests and dry runs are not notified. A listener gets
 * -ENOBUFS where notifications were lost. With NLM_F_ECHO in its request, the
 * requester gets the notifications of it as well.
 */
#ifndef _UAPI_LINUX_MAGLEV_H
#define _UAPI_LINUX_MAGLEV_H

#include <linux/types.h>

#define MAGLEV_GENL_NAME	"maglev"
#define MAGLEV_GENL_VERSION	1

/* Bounds of a configuration, and defaults. */
#define MAGLEV_POOL_NAME_MAX	63	/* bytes, without the final NUL */
#define MAGLEV_TABLE_SIZE_MIN	251	/* slots */
#define MAGLEV_TABLE_SIZE_MAX	1048573
#define MAGLEV_TABLE_SIZE_DEFAULT 65537
#define MAGLEV_WEIGHT_MAX	65535
#define MAGLEV_THRESHOLD_MAX	2147483647	/* flows */
#define MAGLEV_BACKENDS_MAX	4096	/* backends of one pool, and its members' */
#define MAGLEV_MEMBERS_MAX	32	/* pools that are members of one pool */
#define MAGLEV_POOL_DEPTH_MAX	4	/* pools of a chain of members */
#define MAGLEV_USERDATA_MAX	128	/* bytes */
#define MAGLEV_ROUTERS_MAX	256	/* trusted prefixes of a namespace */
#define MAGLEV_SOURCES_MAX	16	/* source prefixes of a namespace */
#define MAGLEV_SOURCE_LEN4_MIN	16	/* bits of a source prefix of IPv4 */
#define MAGLEV_SOURCE_LEN6_MIN	64	/* bits of a source prefix of IPv6 */
#define MAGLEV_SETTLE_MAX	86400000	/* ms */
#define MAGLEV_PANIC_MAX	100		/* percent */
#define MAGLEV_DEADLINE_MAX	604800000	/* ms */
#define MAGLEV_TIMEOUT_MAX	2678400	/* s */
#define MAGLEV_TRACERS_MAX	8	/* sockets of a namespace that trace */
#define MAGLEV_TRACE_RATE_MAX	10000	/* packets a second of one of them */
#define MAGLEV_TRACE_RATE_DEFAULT 100
#define MAGLEV_STATE_VERSION	1	/* of struct maglev_state_* */
#define MAGLEV_STATE_SECRET_LEN	16	/* bytes */
#define MAGLEV_HOLD_MAX		60000	/* ms */

/*
 * Idle times in s after which tracked flows expire, until CONFIG_SET changes
 * them. See enum maglev_config_attr.
 */
#define MAGLEV_TIMEOUT_TCP_DEFAULT	900
#define MAGLEV_TIMEOUT_TCP_SYN_DEFAULT	60
#define MAGLEV_TIMEOUT_TCP_FIN_DEFAULT	120
#define MAGLEV_TIMEOUT_TCP_CLOSE_DEFAULT	10
#define MAGLEV_TIMEOUT_UDP_DEFAULT	300
#define MAGLEV_TIMEOUT_SCTP_DEFAULT	900
#define MAGLEV_TIMEOUT_SCTP_INIT_DEFAULT	60
#define MAGLEV_TIMEOUT_SCTP_SHUTDOWN_DEFAULT	120
#define MAGLEV_TIMEOUT_SCTP_CLOSE_DEFAULT	10

/* Size of the flow cache, in entries. */
#define MAGLEV_CACHE_SIZE_MIN	1024
#define MAGLEV_CACHE_SIZE_MAX	67108864
#define MAGLEV_CACHE_SIZE_DEFAULT 1048576

/* Settle time in ms of a pool for which none is configured. */
#define MAGLEV_SETTLE_DEFAULT	120000
#define MAGLEV_SETTLE_CHANGED	600000	/* if a service tracks `changed` */

/* Multicast group for notifications; joining it needs no capability. */
#define MAGLEV_GENL_MCGRP_CONFIG "config"

/**
 * enum maglev_cmd - commands of the family
 * @MAGLEV_CMD_UNSPEC: never used
 * @MAGLEV_CMD_INFO_GET: get version, sizes and defaults of the module and the
 *	namespace; the reply has MAGLEV_A_INFO
 * @MAGLEV_CMD_SERVICE_NEW: create a service (MAGLEV_A_SERVICE). With
 *	MAGLEV_SERVICE_A_POOL it uses that shared pool. Otherwise it gets a
 *	private pool: MAGLEV_A_POOL may give table size, seed and settle time,
 *	and MAGLEV_A_BACKEND, repeated, the backends. Packets find the service
 *	with all of them
 * @MAGLEV_CMD_SERVICE_SET: change a service (MAGLEV_A_SERVICE): another shared
 *	pool, tracking, affinity, all-down policy, fallback pool, userdata; and
 *	(MAGLEV_A_POOL) table size, seed or settle time of its private pool.
 *	With another pool its private pool is deleted. No dry run
 * @MAGLEV_CMD_SERVICE_DEL: delete a service and its private pool
 * @MAGLEV_CMD_SERVICE_GET: get one service, or dump all
 * @MAGLEV_CMD_POOL_NEW: create a shared pool (MAGLEV_A_POOL), with the backends
 *	in MAGLEV_A_BACKEND, repeated, or without
 * @MAGLEV_CMD_POOL_SET: change table size, seed or settle time of a pool,
 *	shared or private, or report the effect (MAGLEV_A_DRY_RUN)
 * @MAGLEV_CMD_POOL_DEL: delete a shared pool that neither a service nor the peers
 *	use, and that is a member of none
 * @MAGLEV_CMD_POOL_GET: get one pool, or dump all
 * @MAGLEV_CMD_BACKEND_NEW: add a backend (MAGLEV_A_BACKEND) to a pool
 *	(MAGLEV_A_POOL or MAGLEV_A_SERVICE), or several, if MAGLEV_A_BACKEND is
 *	repeated: all of them in one change, or none; or report the effect
 *	(MAGLEV_A_DRY_RUN). The VIP of a service that uses the pool, as its own
 *	or as fallback, is refused with -EINVAL
 * @MAGLEV_CMD_BACKEND_SET: change weight, state, thresholds or userdata of one
 *	backend, or start a drain with a deadline; or report the effect (MAGLEV_A_DRY_RUN)
 * @MAGLEV_CMD_BACKEND_DEL: delete one backend from a pool, or report the effect
 *	(MAGLEV_A_DRY_RUN)
 * @MAGLEV_CMD_BACKEND_GET: get one backend of a pool, or dump those of one pool
 *	or of all
 * @MAGLEV_CMD_ROUTER_NEW: add a trusted router prefix (MAGLEV_A_ROUTER). With
 *	at least one, GRE from other sources is left to the stack
 * @MAGLEV_CMD_ROUTER_DEL: delete a trusted router prefix
 * @MAGLEV_CMD_ROUTER_GET: dump the trusted router prefixes
 * @MAGLEV_CMD_STATS_GET: get the counters of the namespace, one
 *	MAGLEV_A_COUNTER each
 * @MAGLEV_CMD_STATS_ZERO: zero the counters of one service (MAGLEV_A_SERVICE)
 *	and of the backends of its pool, or every counter of the namespace
 * @MAGLEV_CMD_FLUSH: delete every service, pool, backend, router and source, and
 *	all tracked flows; the settings of the namespace become the defaults
 * @MAGLEV_CMD_CONFIG_GET: get the settings of the namespace (MAGLEV_A_CONFIG)
 * @MAGLEV_CMD_CONFIG_SET: change timeouts, the size of the flow cache, who is told
 *	of path MTUs, or the pool of the peers. The cache is resized while it is
 *	in use and keeps the live flows, except those that a new flow could evict
 *	as well; -ENOSPC if they do not fit into a smaller cache
 * @MAGLEV_CMD_CONN_GET: dump the tracked flows of one service
 *	(MAGLEV_A_SERVICE) or all; needs CAP_NET_ADMIN, because it reveals
 *	clients
 * @MAGLEV_CMD_CONN_DEL: delete tracked flows: those of a service
 *	(MAGLEV_A_SERVICE), those of a backend in any pool (MAGLEV_A_BACKEND),
 *	those of both, or all
 * @MAGLEV_CMD_LOOKUP_GET: get the backend that a flow would be sent to, and the
 *	reason (MAGLEV_A_SERVICE with the flow's VIP, protocol and port,
 *	MAGLEV_A_LOOKUP with the client). Has no side effect; needs
 *	CAP_NET_ADMIN, because it reveals seed and clients
 * @MAGLEV_CMD_DRAINED_NTF: notification that a backend was deleted because its
 *	drain is over (MAGLEV_A_POOL, MAGLEV_A_BACKEND; ACTIVE and INACTIVE
 *	are the numbers of flows left at the deadline). Backends that were
 *	deleted by one change have the same generation
 * @MAGLEV_CMD_SUSPECT_NTF: notification that an ICMP error told of a backend
 *	which is not reached (MAGLEV_A_BACKEND; UNREACHABLE is the number of
 *	such errors since the first backend with that address was added).
 *	Nothing else is done about it. At most one a second for an address
 * @MAGLEV_CMD_SOURCE_NEW: add a source prefix (MAGLEV_A_SOURCE). With at least one
 *	of a backend's family, packets to it have an address out of these
 *	prefixes as their outer source, chosen by flow
 * @MAGLEV_CMD_SOURCE_DEL: delete a source prefix
 * @MAGLEV_CMD_SOURCE_GET: dump the source prefixes
 * @MAGLEV_CMD_MEMBER_NEW: make a shared pool (MAGLEV_A_MEMBER) a member of a
 *	pool (MAGLEV_A_POOL or MAGLEV_A_SERVICE), or report the effect
 *	(MAGLEV_A_DRY_RUN). The member's backends share its weight by their own
 * @MAGLEV_CMD_MEMBER_SET: change the weight of a member, or report the effect
 *	(MAGLEV_A_DRY_RUN)
 * @MAGLEV_CMD_MEMBER_DEL: take a member out of a pool, or report the effect
 *	(MAGLEV_A_DRY_RUN)
 * @MAGLEV_CMD_BATCH: make many changes (MAGLEV_A_CHANGE, repeated) in one step,
 *	or report their effect (MAGLEV_A_DRY_RUN). They are made in their order,
 *	each seeing those before it. Packets see the configuration before all of
 *	them or after all of them, and if one is refused, none is made: the offset
 *	in the error (NLMSGERR_ATTR_OFFS) is that of the change, or of an attribute
 *	in it. With MAGLEV_A_GENERATION they are made only if the configuration is
 *	still the one of that generation, -ESTALE otherwise
 * @MAGLEV_CMD_SERVICE_NEW_NTF: notification of SERVICE_NEW (MAGLEV_A_SERVICE).
 *	Those of a new private pool and of its backends come first
 * @MAGLEV_CMD_SERVICE_SET_NTF: notification of SERVICE_SET (MAGLEV_A_SERVICE).
 *	That of the private pool comes next, if it was changed or deleted
 * @MAGLEV_CMD_SERVICE_DEL_NTF: notification of SERVICE_DEL (MAGLEV_A_SERVICE,
 *	identity). That of the private pool comes next
 * @MAGLEV_CMD_POOL_NEW_NTF: notification of a new pool (MAGLEV_A_POOL), shared or
 *	private
 * @MAGLEV_CMD_POOL_SET_NTF: notification of a pool's new settings
 *	(MAGLEV_A_POOL)
 * @MAGLEV_CMD_POOL_DEL_NTF: notification that a pool was deleted, with its
 *	backends, and its members taken out (MAGLEV_A_POOL, identity)
 * @MAGLEV_CMD_BACKEND_NEW_NTF: notification of new backends (MAGLEV_A_BACKEND,
 *	repeated) of a pool (MAGLEV_A_POOL: NAME, and of its table FINGERPRINT
 *	and UNSETTLED). A request may need several of these messages
 * @MAGLEV_CMD_BACKEND_SET_NTF: notification of a backend's new settings
 *	(MAGLEV_A_BACKEND, MAGLEV_A_POOL as in BACKEND_NEW_NTF)
 * @MAGLEV_CMD_BACKEND_DEL_NTF: notification of BACKEND_DEL (MAGLEV_A_BACKEND,
 *	identity; MAGLEV_A_POOL as in BACKEND_NEW_NTF)
 * @MAGLEV_CMD_MEMBER_NEW_NTF: notification of a new member (MAGLEV_A_MEMBER;
 *	MAGLEV_A_POOL as in BACKEND_NEW_NTF)
 * @MAGLEV_CMD_MEMBER_SET_NTF: notification of a member's new weight
 *	(MAGLEV_A_MEMBER; MAGLEV_A_POOL as in BACKEND_NEW_NTF)
 * @MAGLEV_CMD_MEMBER_DEL_NTF: notification that a member was taken out
 *	(MAGLEV_A_MEMBER, identity; MAGLEV_A_POOL as in BACKEND_NEW_NTF)
 * @MAGLEV_CMD_ROUTER_NEW_NTF: notification of ROUTER_NEW (MAGLEV_A_ROUTER)
 * @MAGLEV_CMD_ROUTER_DEL_NTF: notification of ROUTER_DEL (MAGLEV_A_ROUTER)
 * @MAGLEV_CMD_SOURCE_NEW_NTF: notification of SOURCE_NEW (MAGLEV_A_SOURCE)
 * @MAGLEV_CMD_SOURCE_DEL_NTF: notification of SOURCE_DEL (MAGLEV_A_SOURCE)
 * @MAGLEV_CMD_CONFIG_SET_NTF: notification of CONFIG_SET (MAGLEV_A_CONFIG)
 * @MAGLEV_CMD_FLUSH_NTF: notification of FLUSH
 * @MAGLEV_CMD_SETTLED_NTF: notification that all slots of a pool have settled
 *	(MAGLEV_A_POOL: NAME, SETTLED)
 * @MAGLEV_CMD_FULL_NTF: notification that the flow cache has no entry for a new
 *	flow (MAGLEV_A_COUNTER: flows_unstored, since the start of the
 *	namespace). At most one a second
 * @MAGLEV_CMD_TRACE_SET: send the socket of the request a message for each packet
 *	of a flow, until it is closed; another request replaces the flow. The
 *	flow is that to a VIP, a protocol and a port, a range, or every port
 *	(MAGLEV_A_SERVICE, which need not exist), of one client or of all, and
 *	at most so many packets a second (MAGLEV_A_TRACE). Needs CAP_NET_ADMIN,
 *	because it reveals clients. Holds a reference on the module
 * @MAGLEV_CMD_TRACE_NTF: what became of a packet that the socket traces, sent to
 *	that socket alone (MAGLEV_A_TRACE; MAGLEV_A_SERVICE and MAGLEV_A_POOL if
 *	it got so far)
 * @MAGLEV_CMD_STATE_GET: dump what the namespace knows of flows, for STATE_SET of
 *	another build or after a restart (MAGLEV_A_STATE, MAGLEV_A_TABLE), in this
 *	order: VERSION and SECRET; SERVICES; BACKENDS; pool by pool, its table;
 *	FLOWS. Needs CAP_NET_ADMIN, because it reveals clients and keys
 * @MAGLEV_CMD_STATE_SET: put back some of that (MAGLEV_A_STATE with VERSION and
 *	at least one of SECRET, HOLD, POOL with MAGLEV_A_TABLE, FLOWS). A request is
 *	checked as a whole before it changes anything, depends on none before it
 *	but for SECRET, which has to be the first, and may be repeated. The reply
 *	says what became of the records (MAGLEV_A_STATE)
 * @MAGLEV_CMD_PANIC_NTF: notification that a pool panics, or no longer does, because
 *	of the request whose notifications it follows (MAGLEV_A_POOL: NAME, and
 *	PANICS if it does)
 * @__MAGLEV_CMD_MAX: end marker
 */
enum maglev_cmd {
	MAGLEV_CMD_UNSPEC,
	MAGLEV_CMD_INFO_GET,
	MAGLEV_CMD_SERVICE_NEW,
	MAGLEV_CMD_SERVICE_SET,
	MAGLEV_CMD_SERVICE_DEL,
	MAGLEV_CMD_SERVICE_GET,
	MAGLEV_CMD_POOL_NEW,
	MAGLEV_CMD_POOL_SET,
	MAGLEV_CMD_POOL_DEL,
	MAGLEV_CMD_POOL_GET,
	MAGLEV_CMD_BACKEND_NEW,
	MAGLEV_CMD_BACKEND_SET,
	MAGLEV_CMD_BACKEND_DEL,
	MAGLEV_CMD_BACKEND_GET,
	MAGLEV_CMD_ROUTER_NEW,
	MAGLEV_CMD_ROUTER_DEL,
	MAGLEV_CMD_ROUTER_GET,
	MAGLEV_CMD_STATS_GET,
	MAGLEV_CMD_STATS_ZERO,
	MAGLEV_CMD_FLUSH,
	MAGLEV_CMD_CONFIG_GET,
	MAGLEV_CMD_CONFIG_SET,
	MAGLEV_CMD_CONN_GET,
	MAGLEV_CMD_CONN_DEL,
	MAGLEV_CMD_LOOKUP_GET,
	MAGLEV_CMD_DRAINED_NTF,
	MAGLEV_CMD_SUSPECT_NTF,
	MAGLEV_CMD_SOURCE_NEW,
	MAGLEV_CMD_SOURCE_DEL,
	MAGLEV_CMD_SOURCE_GET,
	MAGLEV_CMD_MEMBER_NEW,
	MAGLEV_CMD_MEMBER_SET,
	MAGLEV_CMD_MEMBER_DEL,
	MAGLEV_CMD_BATCH,
	MAGLEV_CMD_SERVICE_NEW_NTF,
	MAGLEV_CMD_SERVICE_SET_NTF,
	MAGLEV_CMD_SERVICE_DEL_NTF,
	MAGLEV_CMD_POOL_NEW_NTF,
	MAGLEV_CMD_POOL_SET_NTF,
	MAGLEV_CMD_POOL_DEL_NTF,
	MAGLEV_CMD_BACKEND_NEW_NTF,
	MAGLEV_CMD_BACKEND_SET_NTF,
	MAGLEV_CMD_BACKEND_DEL_NTF,
	MAGLEV_CMD_MEMBER_NEW_NTF,
	MAGLEV_CMD_MEMBER_SET_NTF,
	MAGLEV_CMD_MEMBER_DEL_NTF,
	MAGLEV_CMD_ROUTER_NEW_NTF,
	MAGLEV_CMD_ROUTER_DEL_NTF,
	MAGLEV_CMD_SOURCE_NEW_NTF,
	MAGLEV_CMD_SOURCE_DEL_NTF,
	MAGLEV_CMD_CONFIG_SET_NTF,
	MAGLEV_CMD_FLUSH_NTF,
	MAGLEV_CMD_SETTLED_NTF,
	MAGLEV_CMD_FULL_NTF,
	MAGLEV_CMD_TRACE_SET,
	MAGLEV_CMD_TRACE_NTF,
	MAGLEV_CMD_STATE_GET,
	MAGLEV_CMD_STATE_SET,
	MAGLEV_CMD_PANIC_NTF,

	__MAGLEV_CMD_MAX
};

#define MAGLEV_CMD_MAX (__MAGLEV_CMD_MAX - 1)

/**
 * enum maglev_attr - top level attributes
 * @MAGLEV_A_UNSPEC: never used
 * @MAGLEV_A_INFO: nested, enum maglev_info_attr
 * @MAGLEV_A_SERVICE: nested, enum maglev_service_attr
 * @MAGLEV_A_POOL: nested, enum maglev_pool_attr
 * @MAGLEV_A_BACKEND: nested, enum maglev_backend_attr; may be repeated in *_NEW
 *	requests, at most MAGLEV_BACKENDS_MAX times
 * @MAGLEV_A_ROUTER: nested, enum maglev_router_attr
 * @MAGLEV_A_COUNTER: nested, enum maglev_counter_attr; repeated
 * @MAGLEV_A_CONFIG: nested, enum maglev_config_attr
 * @MAGLEV_A_CONN: nested, enum maglev_conn_attr
 * @MAGLEV_A_LOOKUP: nested, enum maglev_lookup_attr
 * @MAGLEV_A_DRY_RUN: flag, with BACKEND_NEW, BACKEND_SET, BACKEND_DEL,
 *	MEMBER_NEW, MEMBER_SET, MEMBER_DEL, POOL_SET and BATCH: change nothing and
 *	reply with MAGLEV_A_MOVES
 * @MAGLEV_A_MOVES: nested, enum maglev_moves_attr
 * @MAGLEV_A_SOURCE: nested, enum maglev_source_attr
 * @MAGLEV_A_MEMBER: nested, enum maglev_member_attr
 * @MAGLEV_A_CHANGE: nested, enum maglev_attr, a request of a batch: first
 *	MAGLEV_A_CMD, then the attributes of that command but MAGLEV_A_DRY_RUN;
 *	repeated. Shorter than 64 KiB, as every attribute is
 * @MAGLEV_A_CMD: u8, enum maglev_cmd, the command of a change of a batch:
 *	SERVICE_NEW, SERVICE_SET, SERVICE_DEL, POOL_NEW, POOL_SET, POOL_DEL,
 *	BACKEND_NEW, BACKEND_SET, BACKEND_DEL, MEMBER_NEW, MEMBER_SET, MEMBER_DEL,
 *	ROUTER_NEW, ROUTER_DEL, SOURCE_NEW, SOURCE_DEL or CONFIG_SET; the first
 *	attribute of the change
 * @MAGLEV_A_GENERATION: u32, the generation (MAGLEV_INFO_A_GENERATION) that the
 *	sender of a batch has seen
 * @MAGLEV_A_TRACE: nested, enum maglev_trace_attr
 * @MAGLEV_A_STATE: nested, enum maglev_state_attr
 * @MAGLEV_A_TABLE: binary, a piece of the image of a pool's table, see struct
 *	maglev_state_table; repeated, in STATE_GET over several messages
 * @__MAGLEV_A_MAX: end marker
 */
enum maglev_attr {
	MAGLEV_A_UNSPEC,
	MAGLEV_A_INFO,
	MAGLEV_A_SERVICE,
	MAGLEV_A_POOL,
	MAGLEV_A_BACKEND,
	MAGLEV_A_ROUTER,
	MAGLEV_A_COUNTER,
	MAGLEV_A_CONFIG,
	MAGLEV_A_CONN,
	MAGLEV_A_LOOKUP,
	MAGLEV_A_DRY_RUN,
	MAGLEV_A_MOVES,
	MAGLEV_A_SOURCE,
	MAGLEV_A_MEMBER,
	MAGLEV_A_CHANGE,
	MAGLEV_A_CMD,
	MAGLEV_A_GENERATION,
	MAGLEV_A_TRACE,
	MAGLEV_A_STATE,
	MAGLEV_A_TABLE,

	__MAGLEV_A_MAX
};

#define MAGLEV_A_MAX (__MAGLEV_A_MAX - 1)

/**
 * enum maglev_info_attr - information on the module and the namespace
 * @MAGLEV_INFO_A_UNSPEC: never used
 * @MAGLEV_INFO_A_VERSION: string, the module's version
 * @MAGLEV_INFO_A_GENERATION: u32, incremented by each change of the
 *	configuration
 * @MAGLEV_INFO_A_SERVICES: u32, number of services
 * @MAGLEV_INFO_A_POOLS: u32, number of pools, including private ones
 * @MAGLEV_INFO_A_BACKENDS: u32, number of distinct backend addresses
 * @MAGLEV_INFO_A_ROUTERS: u32, number of trusted router prefixes
 * @MAGLEV_INFO_A_HOOKS: u8, 1 while the netfilter hooks are registered, else 0
 * @MAGLEV_INFO_A_TABLE_SIZE_DEFAULT: u32, slots of a pool for which no size is
 *	given
 * @MAGLEV_INFO_A_SOURCES: u32, number of source prefixes
 * @MAGLEV_INFO_A_FRAGMENT_BYTES: u32, memory of inner fragments that wait for the
 *	first one of their datagram, in bytes
 * @__MAGLEV_INFO_A_MAX: end marker
 */
enum maglev_info_attr {
	MAGLEV_INFO_A_UNSPEC,
	MAGLEV_INFO_A_VERSION,
	MAGLEV_INFO_A_GENERATION,
	MAGLEV_INFO_A_SERVICES,
	MAGLEV_INFO_A_POOLS,
	MAGLEV_INFO_A_BACKENDS,
	MAGLEV_INFO_A_ROUTERS,
	MAGLEV_INFO_A_HOOKS,
	MAGLEV_INFO_A_TABLE_SIZE_DEFAULT,
	MAGLEV_INFO_A_SOURCES,
	MAGLEV_INFO_A_FRAGMENT_BYTES,

	__MAGLEV_INFO_A_MAX
};

#define MAGLEV_INFO_A_MAX (__MAGLEV_INFO_A_MAX - 1)

/**
 * enum maglev_service_attr - a service
 * @MAGLEV_SERVICE_A_UNSPEC: never used
 * @MAGLEV_SERVICE_A_PROTOCOL: u8, IPPROTO_TCP, IPPROTO_UDP or IPPROTO_SCTP;
 *	identity
 * @MAGLEV_SERVICE_A_ADDRESS4: be32, the VIP; identity
 * @MAGLEV_SERVICE_A_ADDRESS6: 16 bytes, the VIP; identity
 * @MAGLEV_SERVICE_A_PORT: be16, first port, 0 = every port; identity
 * @MAGLEV_SERVICE_A_PORT_LAST: be16, last port of a range; identity
 * @MAGLEV_SERVICE_A_POOL: string, name of the service's pool; a request can
 *	only name a shared pool, or the pool that the service has
 * @MAGLEV_SERVICE_A_STATS: nested, enum maglev_stats_attr; read only
 * @MAGLEV_SERVICE_A_TRACK: u8, enum maglev_track; MAGLEV_TRACK_ALL by default
 * @MAGLEV_SERVICE_A_AFFINITY: u8, enum maglev_affinity; MAGLEV_AFFINITY_5TUPLE
 *	by default
 * @MAGLEV_SERVICE_A_ALL_DOWN: u8, enum maglev_all_down; MAGLEV_ALL_DOWN_DROP
 *	by default
 * @MAGLEV_SERVICE_A_FALLBACK: string, name of the shared pool that takes over
 *	while no backend of the service's own pool is usable; empty for none
 * @MAGLEV_SERVICE_A_USERDATA: binary, at most MAGLEV_USERDATA_MAX bytes that are
 *	kept for userspace; empty for none. Documentation/netlink.md has a format
 * @__MAGLEV_SERVICE_A_MAX: end marker
 */
enum maglev_service_attr {
	MAGLEV_SERVICE_A_UNSPEC,
	MAGLEV_SERVICE_A_PROTOCOL,
	MAGLEV_SERVICE_A_ADDRESS4,
	MAGLEV_SERVICE_A_ADDRESS6,
	MAGLEV_SERVICE_A_PORT,
	MAGLEV_SERVICE_A_PORT_LAST,
	MAGLEV_SERVICE_A_POOL,
	MAGLEV_SERVICE_A_STATS,
	MAGLEV_SERVICE_A_TRACK,
	MAGLEV_SERVICE_A_AFFINITY,
	MAGLEV_SERVICE_A_ALL_DOWN,
	MAGLEV_SERVICE_A_FALLBACK,
	MAGLEV_SERVICE_A_USERDATA,

	__MAGLEV_SERVICE_A_MAX
};

#define MAGLEV_SERVICE_A_MAX (__MAGLEV_SERVICE_A_MAX - 1)

/**
 * enum maglev_track - flows that a service tracks in the flow cache
 * @MAGLEV_TRACK_ALL: every established flow, as in the Maglev paper
 * @MAGLEV_TRACK_CHANGED: flows in slots that were reassigned recently
 * @MAGLEV_TRACK_NONE: no flows; the table alone decides
 * @__MAGLEV_TRACK_MAX: end marker
 */
enum maglev_track {
	MAGLEV_TRACK_ALL,
	MAGLEV_TRACK_CHANGED,
	MAGLEV_TRACK_NONE,

	__MAGLEV_TRACK_MAX
};

/**
 * enum maglev_affinity - packets that share a backend
 * @MAGLEV_AFFINITY_5TUPLE: those of a connection
 * @MAGLEV_AFFINITY_3TUPLE: those of a client to the VIP with the same protocol
 * @MAGLEV_AFFINITY_SOURCE: those of a client
 * @__MAGLEV_AFFINITY_MAX: end marker
 */
enum maglev_affinity {
	MAGLEV_AFFINITY_5TUPLE,
	MAGLEV_AFFINITY_3TUPLE,
	MAGLEV_AFFINITY_SOURCE,

	__MAGLEV_AFFINITY_MAX
};

/**
 * enum maglev_all_down - policy for packets while no backend is usable
 * @MAGLEV_ALL_DOWN_DROP: drop the packet
 * @MAGLEV_ALL_DOWN_REJECT: drop the packet and send an ICMP error to the client
 * @MAGLEV_ALL_DOWN_ACCEPT: leave the packet to the director's own stack
 * @__MAGLEV_ALL_DOWN_MAX: end marker
 */
enum maglev_all_down {
	MAGLEV_ALL_DOWN_DROP,
	MAGLEV_ALL_DOWN_REJECT,
	MAGLEV_ALL_DOWN_ACCEPT,

	__MAGLEV_ALL_DOWN_MAX
};

/**
 * enum maglev_pool_attr - a pool
 * @MAGLEV_POOL_A_UNSPEC: never used
 * @MAGLEV_POOL_A_NAME: string, [A-Za-z0-9._-]+ for a shared pool; a private
 *	pool is named after its service, as in "tcp/192.0.2.1:80" or
 *	"tcp/[2001:db8::1]:80"; identity
 * @MAGLEV_POOL_A_TABLE_SIZE: u32, number of slots, a prime from
 *	MAGLEV_TABLE_SIZE_MIN to MAGLEV_TABLE_SIZE_MAX
 * @MAGLEV_POOL_A_SEED: u64, seed of the pool's hashes, the same on all
 *	directors; replies have it only for holders of CAP_NET_ADMIN
 * @MAGLEV_POOL_A_PRIVATE: flag, created and deleted with its service; read only
 * @MAGLEV_POOL_A_SERVICES: u32, number of services that use the pool, as their
 *	own or as fallback; read only
 * @MAGLEV_POOL_A_BACKENDS: u32, number of backends, without those of members;
 *	read only
 * @MAGLEV_POOL_A_FINGERPRINT: u64, a hash of the table: the same on directors
 *	whose tables are equal, different (except by chance, 1 in 2^64) if they
 *	are not; absent while neither the pool nor a member has a backend; read
 *	only
 * @MAGLEV_POOL_A_PAD: alignment
 * @MAGLEV_POOL_A_SETTLE: u32, ms for which a slot remembers its previous owner,
 *	at most MAGLEV_SETTLE_MAX; 0 for a default that depends on what the
 *	services track
 * @MAGLEV_POOL_A_SETTLE_NOW: u32, settle time in effect, in ms; read only
 * @MAGLEV_POOL_A_UNSETTLED: u32, number of slots that remember a previous
 *	owner; read only
 * @MAGLEV_POOL_A_MEMBER: nested, enum maglev_member_attr, a pool that is a member
 *	of this one; repeated, at most MAGLEV_MEMBERS_MAX times; read only
 * @MAGLEV_POOL_A_PARENTS: u32, number of pools that this one is a member of;
 *	read only
 * @MAGLEV_POOL_A_SETTLED: u32, in MAGLEV_CMD_SETTLED_NTF, number of slots that
 *	have settled; read only
 * @MAGLEV_POOL_A_PANIC: u8, percentage of its backends, 0 to 100: while fewer are
 *	up, the pool panics, and uses those that are down as if they were up. Of
 *	its backends and those of its members, those that drain or have weight
 *	0 do not count; 0, the default, for never
 * @MAGLEV_POOL_A_PANICS: flag, the pool panics; read only
 * @__MAGLEV_POOL_A_MAX: end marker
 */
enum maglev_pool_attr {
	MAGLEV_POOL_A_UNSPEC,
	MAGLEV_POOL_A_NAME,
	MAGLEV_POOL_A_TABLE_SIZE,
	MAGLEV_POOL_A_SEED,
	MAGLEV_POOL_A_PRIVATE,
	MAGLEV_POOL_A_SERVICES,
	MAGLEV_POOL_A_BACKENDS,
	MAGLEV_POOL_A_FINGERPRINT,
	MAGLEV_POOL_A_PAD,
	MAGLEV_POOL_A_SETTLE,
	MAGLEV_POOL_A_SETTLE_NOW,
	MAGLEV_POOL_A_UNSETTLED,
	MAGLEV_POOL_A_MEMBER,
	MAGLEV_POOL_A_PARENTS,
	MAGLEV_POOL_A_SETTLED,
	MAGLEV_POOL_A_PANIC,
	MAGLEV_POOL_A_PANICS,

	__MAGLEV_POOL_A_MAX
};

#define MAGLEV_POOL_A_MAX (__MAGLEV_POOL_A_MAX - 1)

/**
 * enum maglev_member_attr - a pool that is a member of another one
 *
 * Its usable backends share the slots that it gets in the table of that pool by
 * their weights; while it has none, it gets no slots.
 * @MAGLEV_MEMBER_A_UNSPEC: never used
 * @MAGLEV_MEMBER_A_NAME: string, name of the member; identity
 * @MAGLEV_MEMBER_A_WEIGHT: u32, relative share of the slots, 0 to
 *	MAGLEV_WEIGHT_MAX, beside the backends and other members of the pool; 1
 *	by default
 * @MAGLEV_MEMBER_A_SLOTS: u32, number of slots that it gets; read only
 * @__MAGLEV_MEMBER_A_MAX: end marker
 */
enum maglev_member_attr {
	MAGLEV_MEMBER_A_UNSPEC,
	MAGLEV_MEMBER_A_NAME,
	MAGLEV_MEMBER_A_WEIGHT,
	MAGLEV_MEMBER_A_SLOTS,

	__MAGLEV_MEMBER_A_MAX
};

#define MAGLEV_MEMBER_A_MAX (__MAGLEV_MEMBER_A_MAX - 1)

/**
 * enum maglev_state - administrative state of a backend
 * @MAGLEV_STATE_UP: usable
 * @MAGLEV_STATE_DRAIN: usable for the flows that it has, gets no new ones
 * @MAGLEV_STATE_DOWN: not usable; its flows are reassigned immediately
 * @__MAGLEV_STATE_MAX: end marker
 */
enum maglev_state {
	MAGLEV_STATE_UP,
	MAGLEV_STATE_DRAIN,
	MAGLEV_STATE_DOWN,

	__MAGLEV_STATE_MAX
};

/**
 * enum maglev_backend_attr - a backend of a pool
 * @MAGLEV_BACKEND_A_UNSPEC: never used
 * @MAGLEV_BACKEND_A_ADDRESS4: be32, the outer address; identity
 * @MAGLEV_BACKEND_A_ADDRESS6: 16 bytes, the outer address; identity
 * @MAGLEV_BACKEND_A_WEIGHT: u32, relative share of the slots, 0 to
 *	MAGLEV_WEIGHT_MAX; 0 for no slots; 1 by default
 * @MAGLEV_BACKEND_A_SLOTS: u32, number of slots that it owns; read only
 * @MAGLEV_BACKEND_A_STATS: nested, enum maglev_stats_attr; read only
 * @MAGLEV_BACKEND_A_STATE: u8, enum maglev_state; MAGLEV_STATE_UP by default
 * @MAGLEV_BACKEND_A_DEADLINE: u32, ms from now on, at most MAGLEV_DEADLINE_MAX;
 *	only together with MAGLEV_STATE_DRAIN: delete the backend when it has no
 *	tracked flows and no slot remembers it any more, at the latest at the
 *	deadline. In replies, the time left. Setting the state without a
 *	deadline cancels it
 * @MAGLEV_BACKEND_A_ACTIVE: u32, number of established flows tracked to it, up
 *	to one second old for readers without CAP_NET_ADMIN; read only
 * @MAGLEV_BACKEND_A_INACTIVE: u32, number of other flows tracked to it, with
 *	the same age; read only
 * @MAGLEV_BACKEND_A_UNREACHABLE: u32, number of ICMP errors from the path to the
 *	address which say that packets do not arrive, whichever pool they were
 *	for, since the backend was added or the last MAGLEV_CMD_STATS_ZERO; read
 *	only
 * @MAGLEV_BACKEND_A_UPPER: u32, upper threshold: with this number of tracked
 *	flows the backend is overloaded, and gets no new ones, until it has fewer
 *	than the lower threshold; at most MAGLEV_THRESHOLD_MAX; 0, the default, for
 *	none. Every service of the pool has to track flows
 * @MAGLEV_BACKEND_A_LOWER: u32, lower threshold, at most the upper one; 0, the
 *	default, for three quarters of that
 * @MAGLEV_BACKEND_A_OVERLOADED: flag, the backend is overloaded; read only
 * @MAGLEV_BACKEND_A_USERDATA: binary, as MAGLEV_SERVICE_A_USERDATA
 * @__MAGLEV_BACKEND_A_MAX: end marker
 */
enum maglev_backend_attr {
	MAGLEV_BACKEND_A_UNSPEC,
	MAGLEV_BACKEND_A_ADDRESS4,
	MAGLEV_BACKEND_A_ADDRESS6,
	MAGLEV_BACKEND_A_WEIGHT,
	MAGLEV_BACKEND_A_SLOTS,
	MAGLEV_BACKEND_A_STATS,
	MAGLEV_BACKEND_A_STATE,
	MAGLEV_BACKEND_A_DEADLINE,
	MAGLEV_BACKEND_A_ACTIVE,
	MAGLEV_BACKEND_A_INACTIVE,
	MAGLEV_BACKEND_A_UNREACHABLE,
	MAGLEV_BACKEND_A_UPPER,
	MAGLEV_BACKEND_A_LOWER,
	MAGLEV_BACKEND_A_OVERLOADED,
	MAGLEV_BACKEND_A_USERDATA,

	__MAGLEV_BACKEND_A_MAX
};

#define MAGLEV_BACKEND_A_MAX (__MAGLEV_BACKEND_A_MAX - 1)

/**
 * enum maglev_router_attr - a prefix of outer sources that are trusted
 * @MAGLEV_ROUTER_A_UNSPEC: never used
 * @MAGLEV_ROUTER_A_ADDRESS4: be32, the address, no bits set beyond the prefix
 * @MAGLEV_ROUTER_A_ADDRESS6: 16 bytes, the address, no bits set beyond the
 *	prefix
 * @MAGLEV_ROUTER_A_PREFIX_LEN: u8, length of the prefix in bits, that of the
 *	address by default
 * @__MAGLEV_ROUTER_A_MAX: end marker
 */
enum maglev_router_attr {
	MAGLEV_ROUTER_A_UNSPEC,
	MAGLEV_ROUTER_A_ADDRESS4,
	MAGLEV_ROUTER_A_ADDRESS6,
	MAGLEV_ROUTER_A_PREFIX_LEN,

	__MAGLEV_ROUTER_A_MAX
};

#define MAGLEV_ROUTER_A_MAX (__MAGLEV_ROUTER_A_MAX - 1)

/**
 * enum maglev_stats_attr - traffic of a service or a backend
 * @MAGLEV_STATS_A_UNSPEC: never used
 * @MAGLEV_STATS_A_PACKETS: u64, packets forwarded
 * @MAGLEV_STATS_A_BYTES: u64, sum of the lengths of their inner packets
 * @MAGLEV_STATS_A_FLOWS: u64, new connections seen: TCP SYN, SCTP INIT
 * @MAGLEV_STATS_A_PAD: alignment
 * @__MAGLEV_STATS_A_MAX: end marker
 */
enum maglev_stats_attr {
	MAGLEV_STATS_A_UNSPEC,
	MAGLEV_STATS_A_PACKETS,
	MAGLEV_STATS_A_BYTES,
	MAGLEV_STATS_A_FLOWS,
	MAGLEV_STATS_A_PAD,

	__MAGLEV_STATS_A_MAX
};

#define MAGLEV_STATS_A_MAX (__MAGLEV_STATS_A_MAX - 1)

/**
 * enum maglev_counter_attr - one counter of the namespace
 * @MAGLEV_COUNTER_A_UNSPEC: never used
 * @MAGLEV_COUNTER_A_NAME: string, as in Documentation/counters.md
 * @MAGLEV_COUNTER_A_VALUE: u64, events since the start of the namespace, the
 *	load of the module or the last zeroing
 * @MAGLEV_COUNTER_A_PAD: alignment
 * @__MAGLEV_COUNTER_A_MAX: end marker
 */
enum maglev_counter_attr {
	MAGLEV_COUNTER_A_UNSPEC,
	MAGLEV_COUNTER_A_NAME,
	MAGLEV_COUNTER_A_VALUE,
	MAGLEV_COUNTER_A_PAD,

	__MAGLEV_COUNTER_A_MAX
};

#define MAGLEV_COUNTER_A_MAX (__MAGLEV_COUNTER_A_MAX - 1)

/**
 * enum maglev_pmtu - who is told that a packet is too big for the path to a
 *	backend
 * @MAGLEV_PMTU_BOTH: the router, by an error about the outer packet, and the
 *	client, by one about the inner packet
 * @MAGLEV_PMTU_ROUTER: the router
 * @MAGLEV_PMTU_CLIENT: the client
 * @__MAGLEV_PMTU_MAX: end marker
 */
enum maglev_pmtu {
	MAGLEV_PMTU_BOTH,
	MAGLEV_PMTU_ROUTER,
	MAGLEV_PMTU_CLIENT,

	__MAGLEV_PMTU_MAX
};

/**
 * enum maglev_config_attr - settings of a namespace as a whole
 *
 * Timeouts are idle times after which a tracked flow expires, from 1 to
 * MAGLEV_TIMEOUT_MAX; the defaults are MAGLEV_TIMEOUT_*_DEFAULT.
 * @MAGLEV_CONFIG_A_UNSPEC: never used
 * @MAGLEV_CONFIG_A_CACHE_SIZE: u32, number of entries of the flow cache, a
 *	power of two from MAGLEV_CACHE_SIZE_MIN to MAGLEV_CACHE_SIZE_MAX; other
 *	numbers are rounded up
 * @MAGLEV_CONFIG_A_CACHE_USED: u32, number of entries with a live flow, up to
 *	one second old for readers without CAP_NET_ADMIN; read only
 * @MAGLEV_CONFIG_A_TCP: u32, s, timeout of an established TCP connection
 * @MAGLEV_CONFIG_A_TCP_SYN: u32, s, timeout while only a SYN was seen
 * @MAGLEV_CONFIG_A_TCP_FIN: u32, s, timeout after a FIN
 * @MAGLEV_CONFIG_A_TCP_CLOSE: u32, s, timeout after a RST
 * @MAGLEV_CONFIG_A_UDP: u32, s, timeout of a UDP flow
 * @MAGLEV_CONFIG_A_SCTP: u32, s, timeout of an established SCTP association
 * @MAGLEV_CONFIG_A_SCTP_INIT: u32, s, timeout while only an INIT was seen
 * @MAGLEV_CONFIG_A_SCTP_SHUTDOWN: u32, s, timeout after a SHUTDOWN
 * @MAGLEV_CONFIG_A_SCTP_CLOSE: u32, s, timeout after an ABORT
 * @MAGLEV_CONFIG_A_PMTU: u8, enum maglev_pmtu
 * @MAGLEV_CONFIG_A_PEERS: string, name of the shared pool of the directors of this
 *	cluster; empty for none
 * @__MAGLEV_CONFIG_A_MAX: end marker
 */
enum maglev_config_attr {
	MAGLEV_CONFIG_A_UNSPEC,
	MAGLEV_CONFIG_A_CACHE_SIZE,
	MAGLEV_CONFIG_A_CACHE_USED,
	MAGLEV_CONFIG_A_TCP,
	MAGLEV_CONFIG_A_TCP_SYN,
	MAGLEV_CONFIG_A_TCP_FIN,
	MAGLEV_CONFIG_A_TCP_CLOSE,
	MAGLEV_CONFIG_A_UDP,
	MAGLEV_CONFIG_A_SCTP,
	MAGLEV_CONFIG_A_SCTP_INIT,
	MAGLEV_CONFIG_A_SCTP_SHUTDOWN,
	MAGLEV_CONFIG_A_SCTP_CLOSE,
	MAGLEV_CONFIG_A_PMTU,
	MAGLEV_CONFIG_A_PEERS,

	__MAGLEV_CONFIG_A_MAX
};

#define MAGLEV_CONFIG_A_MAX (__MAGLEV_CONFIG_A_MAX - 1)

/**
 * enum maglev_flow_state - state of a flow, implied by the client's packets
 * @MAGLEV_FLOW_OPENING: TCP SYN or SCTP INIT seen
 * @MAGLEV_FLOW_ESTABLISHED: other packets seen; every UDP flow
 * @MAGLEV_FLOW_CLOSING: FIN or SHUTDOWN seen
 * @MAGLEV_FLOW_CLOSED: RST or ABORT seen
 * @__MAGLEV_FLOW_MAX: end marker
 */
enum maglev_flow_state {
	MAGLEV_FLOW_OPENING,
	MAGLEV_FLOW_ESTABLISHED,
	MAGLEV_FLOW_CLOSING,
	MAGLEV_FLOW_CLOSED,

	__MAGLEV_FLOW_MAX
};

/**
 * enum maglev_conn_attr - a tracked flow
 *
 * Its message also names the service (MAGLEV_A_SERVICE) and the pool
 * (MAGLEV_A_POOL) of the flow.
 * @MAGLEV_CONN_A_UNSPEC: never used
 * @MAGLEV_CONN_A_CLIENT4: be32, the client
 * @MAGLEV_CONN_A_CLIENT6: 16 bytes, the client
 * @MAGLEV_CONN_A_CLIENT_PORT: be16, the client's port; only with
 *	MAGLEV_AFFINITY_5TUPLE
 * @MAGLEV_CONN_A_PORT: be16, the VIP's port; only with MAGLEV_AFFINITY_5TUPLE
 * @MAGLEV_CONN_A_STATE: u8, enum maglev_flow_state
 * @MAGLEV_CONN_A_CONFIRMED: flag, a second packet has been seen
 * @MAGLEV_CONN_A_EXPIRES: u32, s until the entry expires
 * @MAGLEV_CONN_A_BACKEND4: be32, address of the backend
 * @MAGLEV_CONN_A_BACKEND6: 16 bytes, address of the backend
 * @__MAGLEV_CONN_A_MAX: end marker
 */
enum maglev_conn_attr {
	MAGLEV_CONN_A_UNSPEC,
	MAGLEV_CONN_A_CLIENT4,
	MAGLEV_CONN_A_CLIENT6,
	MAGLEV_CONN_A_CLIENT_PORT,
	MAGLEV_CONN_A_PORT,
	MAGLEV_CONN_A_STATE,
	MAGLEV_CONN_A_CONFIRMED,
	MAGLEV_CONN_A_EXPIRES,
	MAGLEV_CONN_A_BACKEND4,
	MAGLEV_CONN_A_BACKEND6,

	__MAGLEV_CONN_A_MAX
};

#define MAGLEV_CONN_A_MAX (__MAGLEV_CONN_A_MAX - 1)

/**
 * enum maglev_rule - rule that decides which backend gets a packet
 * @MAGLEV_RULE_NOBODY: no backend is usable
 * @MAGLEV_RULE_OPEN: the packet opens a new connection: the slot's owner
 * @MAGLEV_RULE_CACHED: the flow is tracked: its backend
 * @MAGLEV_RULE_CURRENT: the flow is not tracked, and the slot remembers no
 *	usable previous owner: the slot's owner
 * @MAGLEV_RULE_PREVIOUS: the flow is not tracked, and the slot is unsettled:
 *	the slot's previous owner
 * @MAGLEV_RULE_HASH: the service does not track flows: the slot's owner
 * @MAGLEV_RULE_SPARE: the packet begins a flow, and the slot's owner is
 *	overloaded: another backend, the owner of one of the slots behind it
 * @MAGLEV_RULE_FULL: the same, and so are the owners of the slots behind it: none
 * @__MAGLEV_RULE_MAX: end marker
 */
enum maglev_rule {
	MAGLEV_RULE_NOBODY,
	MAGLEV_RULE_OPEN,
	MAGLEV_RULE_CACHED,
	MAGLEV_RULE_CURRENT,
	MAGLEV_RULE_PREVIOUS,
	MAGLEV_RULE_HASH,
	MAGLEV_RULE_SPARE,
	MAGLEV_RULE_FULL,

	__MAGLEV_RULE_MAX
};

/**
 * enum maglev_lookup_attr - a flow and the backend that it would be sent to
 *
 * Replies also name the service (MAGLEV_A_SERVICE) and the pool that decides
 * (MAGLEV_A_POOL).
 * @MAGLEV_LOOKUP_A_UNSPEC: never used
 * @MAGLEV_LOOKUP_A_CLIENT4: be32, the client
 * @MAGLEV_LOOKUP_A_CLIENT6: 16 bytes, the client
 * @MAGLEV_LOOKUP_A_CLIENT_PORT: be16, the client's port, 0 by default
 * @MAGLEV_LOOKUP_A_SLOT: u32, number of the flow's slot
 * @MAGLEV_LOOKUP_A_UNSETTLED: u32, ms until the slot settles; absent if it has
 * @MAGLEV_LOOKUP_A_CURRENT4: be32, the slot's owner, if it has one
 * @MAGLEV_LOOKUP_A_CURRENT6: 16 bytes, the slot's owner, if it has one
 * @MAGLEV_LOOKUP_A_PREVIOUS4: be32, the slot's previous owner, if remembered
 * @MAGLEV_LOOKUP_A_PREVIOUS6: 16 bytes, the slot's previous owner, if
 *	remembered
 * @MAGLEV_LOOKUP_A_CACHED4: be32, the backend that the flow is tracked to, if
 *	any
 * @MAGLEV_LOOKUP_A_CACHED6: 16 bytes, the backend that the flow is tracked to,
 *	if any
 * @MAGLEV_LOOKUP_A_STATE: u8, enum maglev_flow_state, if the flow is tracked
 * @MAGLEV_LOOKUP_A_EXPIRES: u32, s until the entry expires, if the flow is
 *	tracked
 * @MAGLEV_LOOKUP_A_RULE: u8, enum maglev_rule for a packet in mid-flow
 * @MAGLEV_LOOKUP_A_BACKEND4: be32, backend for a packet in mid-flow
 * @MAGLEV_LOOKUP_A_BACKEND6: 16 bytes, backend for a packet in mid-flow
 * @MAGLEV_LOOKUP_A_OPEN_RULE: u8, enum maglev_rule for a packet that opens the
 *	flow
 * @MAGLEV_LOOKUP_A_OPEN_BACKEND4: be32, backend for a packet that opens the
 *	flow
 * @MAGLEV_LOOKUP_A_OPEN_BACKEND6: 16 bytes, backend for a packet that opens
 *	the flow
 * @MAGLEV_LOOKUP_A_FALLBACK: flag, the fallback pool decides
 * @__MAGLEV_LOOKUP_A_MAX: end marker
 */
enum maglev_lookup_attr {
	MAGLEV_LOOKUP_A_UNSPEC,
	MAGLEV_LOOKUP_A_CLIENT4,
	MAGLEV_LOOKUP_A_CLIENT6,
	MAGLEV_LOOKUP_A_CLIENT_PORT,
	MAGLEV_LOOKUP_A_SLOT,
	MAGLEV_LOOKUP_A_UNSETTLED,
	MAGLEV_LOOKUP_A_CURRENT4,
	MAGLEV_LOOKUP_A_CURRENT6,
	MAGLEV_LOOKUP_A_PREVIOUS4,
	MAGLEV_LOOKUP_A_PREVIOUS6,
	MAGLEV_LOOKUP_A_CACHED4,
	MAGLEV_LOOKUP_A_CACHED6,
	MAGLEV_LOOKUP_A_STATE,
	MAGLEV_LOOKUP_A_EXPIRES,
	MAGLEV_LOOKUP_A_RULE,
	MAGLEV_LOOKUP_A_BACKEND4,
	MAGLEV_LOOKUP_A_BACKEND6,
	MAGLEV_LOOKUP_A_OPEN_RULE,
	MAGLEV_LOOKUP_A_OPEN_BACKEND4,
	MAGLEV_LOOKUP_A_OPEN_BACKEND6,
	MAGLEV_LOOKUP_A_FALLBACK,

	__MAGLEV_LOOKUP_A_MAX
};

#define MAGLEV_LOOKUP_A_MAX (__MAGLEV_LOOKUP_A_MAX - 1)

/**
 * enum maglev_moves_attr - effect that a change would have
 *
 * Of a batch, numbers are sums: over the pools that it changes, or, in the last
 * two, over those that only contain them. Pools that it creates or deletes do not
 * count. Sums that do not fit are the largest number that does.
 * @MAGLEV_MOVES_A_UNSPEC: never used
 * @MAGLEV_MOVES_A_TABLE_SIZE: u32, number of slots of the table
 * @MAGLEV_MOVES_A_SLOTS: u32, number of slots that would be reassigned
 * @MAGLEV_MOVES_A_SURVIVORS: u32, number of those whose owner could have kept
 *	them
 * @MAGLEV_MOVES_A_FLOWS: u32, number of tracked flows that would lose their
 *	backend, because it is deleted or set to MAGLEV_STATE_DOWN
 * @MAGLEV_MOVES_A_PARENTS: u32, number of other pools, which contain this one,
 *	that would have slots reassigned
 * @MAGLEV_MOVES_A_PARENT_SLOTS: u64, number of these slots
 * @MAGLEV_MOVES_A_PAD: alignment
 * @__MAGLEV_MOVES_A_MAX: end marker
 */
enum maglev_moves_attr {
	MAGLEV_MOVES_A_UNSPEC,
	MAGLEV_MOVES_A_TABLE_SIZE,
	MAGLEV_MOVES_A_SLOTS,
	MAGLEV_MOVES_A_SURVIVORS,
	MAGLEV_MOVES_A_FLOWS,
	MAGLEV_MOVES_A_PARENTS,
	MAGLEV_MOVES_A_PARENT_SLOTS,
	MAGLEV_MOVES_A_PAD,

	__MAGLEV_MOVES_A_MAX
};

#define MAGLEV_MOVES_A_MAX (__MAGLEV_MOVES_A_MAX - 1)

/**
 * enum maglev_source_attr - a prefix of outer sources of forwarded packets
 *
 * The first and the last address of an IPv4 prefix shorter than 31 bits, and the
 * first one of an IPv6 prefix shorter than 127 bits, are no sources, and of each
 * prefix at most the first 65536 others are.
 * @MAGLEV_SOURCE_A_UNSPEC: never used
 * @MAGLEV_SOURCE_A_ADDRESS4: be32, the address, no bits set beyond the prefix
 * @MAGLEV_SOURCE_A_ADDRESS6: 16 bytes, the address, no bits set beyond the
 *	prefix
 * @MAGLEV_SOURCE_A_PREFIX_LEN: u8, length of the prefix in bits, at least
 *	MAGLEV_SOURCE_LEN4_MIN or MAGLEV_SOURCE_LEN6_MIN; that of the address by
 *	default
 * @__MAGLEV_SOURCE_A_MAX: end marker
 */
enum maglev_source_attr {
	MAGLEV_SOURCE_A_UNSPEC,
	MAGLEV_SOURCE_A_ADDRESS4,
	MAGLEV_SOURCE_A_ADDRESS6,
	MAGLEV_SOURCE_A_PREFIX_LEN,

	__MAGLEV_SOURCE_A_MAX
};

#define MAGLEV_SOURCE_A_MAX (__MAGLEV_SOURCE_A_MAX - 1)

/**
 * enum maglev_trace_kind - relation of a packet to the flow that is traced
 * @MAGLEV_TRACE_PACKET: a packet of the flow
 * @MAGLEV_TRACE_ERROR: an ICMP error that quotes a packet of the flow
 * @MAGLEV_TRACE_FRAGMENT: a fragment, which has no ports; the first one of a
 *	datagram is MAGLEV_TRACE_PACKET, unless it goes to a peer
 * @__MAGLEV_TRACE_KIND_MAX: end marker
 */
enum maglev_trace_kind {
	MAGLEV_TRACE_PACKET,
	MAGLEV_TRACE_ERROR,
	MAGLEV_TRACE_FRAGMENT,

	__MAGLEV_TRACE_KIND_MAX
};

/**
 * enum maglev_trace_attr - what became of a packet, and which ones are traced
 *
 * Of requests: CLIENT4, CLIENT6, CLIENT_PORT and RATE. All but RATE are of
 * messages. Fragments match by the datagram of a first fragment that matches;
 * other packets without ports match if every port does.
 * @MAGLEV_TRACE_A_UNSPEC: never used
 * @MAGLEV_TRACE_A_CLIENT4: be32, the client; in a request, every client by
 *	default
 * @MAGLEV_TRACE_A_CLIENT6: 16 bytes, the client; likewise
 * @MAGLEV_TRACE_A_CLIENT_PORT: be16, the client's port; in a request, 0 for
 *	every port, the default
 * @MAGLEV_TRACE_A_RATE: u32, messages a second, from 1 to MAGLEV_TRACE_RATE_MAX;
 *	MAGLEV_TRACE_RATE_DEFAULT by default
 * @MAGLEV_TRACE_A_KIND: u8, enum maglev_trace_kind
 * @MAGLEV_TRACE_A_PROTOCOL: u8, protocol of the flow
 * @MAGLEV_TRACE_A_ADDRESS4: be32, the VIP
 * @MAGLEV_TRACE_A_ADDRESS6: 16 bytes, the VIP
 * @MAGLEV_TRACE_A_PORT: be16, the VIP's port; absent, as CLIENT_PORT is, if the
 *	packet has no ports
 * @MAGLEV_TRACE_A_LENGTH: u32, length of the inner packet in bytes
 * @MAGLEV_TRACE_A_IN_IFINDEX: u32, device by which the packet came
 * @MAGLEV_TRACE_A_REASON: string, why processing of it ended: the name of its
 *	counter, as in Documentation/counters.md
 * @MAGLEV_TRACE_A_RULE: u8, enum maglev_rule that decided
 * @MAGLEV_TRACE_A_FALLBACK: flag, the fallback pool decided
 * @MAGLEV_TRACE_A_SLOT: u32, number of the flow's slot
 * @MAGLEV_TRACE_A_UNSETTLED: u32, ms until the slot settles; absent if it has
 * @MAGLEV_TRACE_A_CURRENT4: be32, the slot's owner, if it has one
 * @MAGLEV_TRACE_A_CURRENT6: 16 bytes, the slot's owner, if it has one
 * @MAGLEV_TRACE_A_PREVIOUS4: be32, the slot's previous owner, if remembered
 * @MAGLEV_TRACE_A_PREVIOUS6: 16 bytes, the slot's previous owner, if remembered
 * @MAGLEV_TRACE_A_BACKEND4: be32, the backend, or the peer, that was selected
 * @MAGLEV_TRACE_A_BACKEND6: 16 bytes, the backend or peer that was selected
 * @MAGLEV_TRACE_A_NEXT_HOP4: be32, to which it was handed, if it was sent
 * @MAGLEV_TRACE_A_NEXT_HOP6: 16 bytes, to which it was handed, if it was sent
 * @MAGLEV_TRACE_A_OUT_IFINDEX: u32, device by which it leaves, if it was sent
 * @MAGLEV_TRACE_A_SUPPRESSED: u32, packets since the last message that RATE left
 *	out; absent if there are none
 * @MAGLEV_TRACE_A_LOST: u32, messages since the last one that were lost, for want
 *	of memory or of room in the socket's buffer; absent if there are none
 * @__MAGLEV_TRACE_A_MAX: end marker
 */
enum maglev_trace_attr {
	MAGLEV_TRACE_A_UNSPEC,
	MAGLEV_TRACE_A_CLIENT4,
	MAGLEV_TRACE_A_CLIENT6,
	MAGLEV_TRACE_A_CLIENT_PORT,
	MAGLEV_TRACE_A_RATE,
	MAGLEV_TRACE_A_KIND,
	MAGLEV_TRACE_A_PROTOCOL,
	MAGLEV_TRACE_A_ADDRESS4,
	MAGLEV_TRACE_A_ADDRESS6,
	MAGLEV_TRACE_A_PORT,
	MAGLEV_TRACE_A_LENGTH,
	MAGLEV_TRACE_A_IN_IFINDEX,
	MAGLEV_TRACE_A_REASON,
	MAGLEV_TRACE_A_RULE,
	MAGLEV_TRACE_A_FALLBACK,
	MAGLEV_TRACE_A_SLOT,
	MAGLEV_TRACE_A_UNSETTLED,
	MAGLEV_TRACE_A_CURRENT4,
	MAGLEV_TRACE_A_CURRENT6,
	MAGLEV_TRACE_A_PREVIOUS4,
	MAGLEV_TRACE_A_PREVIOUS6,
	MAGLEV_TRACE_A_BACKEND4,
	MAGLEV_TRACE_A_BACKEND6,
	MAGLEV_TRACE_A_NEXT_HOP4,
	MAGLEV_TRACE_A_NEXT_HOP6,
	MAGLEV_TRACE_A_OUT_IFINDEX,
	MAGLEV_TRACE_A_SUPPRESSED,
	MAGLEV_TRACE_A_LOST,

	__MAGLEV_TRACE_A_MAX
};

#define MAGLEV_TRACE_A_MAX (__MAGLEV_TRACE_A_MAX - 1)

/**
 * enum maglev_state_attr - what a namespace knows of flows
 * @MAGLEV_STATE_A_UNSPEC: never used
 * @MAGLEV_STATE_A_VERSION: u32, MAGLEV_STATE_VERSION of the records; STATE_SET
 *	refuses another one
 * @MAGLEV_STATE_A_SECRET: 16 bytes, key of the hash that places flows in the
 *	cache, two little-endian integers. Entries that are there get other places
 *	when it is set
 * @MAGLEV_STATE_A_SERVICES: binary, array of struct maglev_state_service
 * @MAGLEV_STATE_A_BACKENDS: binary, array of struct maglev_state_backend
 * @MAGLEV_STATE_A_POOL: string, pool of MAGLEV_A_TABLE
 * @MAGLEV_STATE_A_FLOWS: binary, array of struct maglev_state_flow
 * @MAGLEV_STATE_A_ELAPSED: u32, ms since the records were read; 0 by default
 * @MAGLEV_STATE_A_RESTARTED: flag, packets that came since did so without these
 *	records: the backend of a record takes the place of that which an entry of
 *	the flow has, unless the record is of a connection that was closing, or
 *	the entry of one that is opening. Without it, entries stay
 * @MAGLEV_STATE_A_HOLD: u32, ms for which packets are left to the stack, as
 *	without the module, while there is a configuration to come that has none
 *	before it; at most MAGLEV_HOLD_MAX. 0 ends that. Refused with -EBUSY if
 *	there is a service
 * @MAGLEV_STATE_A_RESTORED: u32, in replies, number of flows that have the backend
 *	of their record now
 * @MAGLEV_STATE_A_KEPT: u32, likewise, that keep another backend
 * @MAGLEV_STATE_A_EXPIRED: u32, likewise, that have been idle for too long
 * @MAGLEV_STATE_A_UNKNOWN: u32, likewise, whose service or backend does not exist,
 *	or whose service tracks no flows or flows of another kind
 * @MAGLEV_STATE_A_FULL: u32, likewise, for which the cache has no entry
 * @MAGLEV_STATE_A_SLOTS: u32, in replies, number of slots of the table that have
 *	the past of the image; the others have one of their own
 * @MAGLEV_STATE_A_OBJECTS: flag, in requests of STATE_GET: end behind BACKENDS
 * @__MAGLEV_STATE_A_MAX: end marker
 */
enum maglev_state_attr {
	MAGLEV_STATE_A_UNSPEC,
	MAGLEV_STATE_A_VERSION,
	MAGLEV_STATE_A_SECRET,
	MAGLEV_STATE_A_SERVICES,
	MAGLEV_STATE_A_BACKENDS,
	MAGLEV_STATE_A_POOL,
	MAGLEV_STATE_A_FLOWS,
	MAGLEV_STATE_A_ELAPSED,
	MAGLEV_STATE_A_RESTARTED,
	MAGLEV_STATE_A_HOLD,
	MAGLEV_STATE_A_RESTORED,
	MAGLEV_STATE_A_KEPT,
	MAGLEV_STATE_A_EXPIRED,
	MAGLEV_STATE_A_UNKNOWN,
	MAGLEV_STATE_A_FULL,
	MAGLEV_STATE_A_SLOTS,
	MAGLEV_STATE_A_OBJECTS,

	__MAGLEV_STATE_A_MAX
};

#define MAGLEV_STATE_A_MAX (__MAGLEV_STATE_A_MAX - 1)

/*
 * Records of state, of version MAGLEV_STATE_VERSION. An address is 16 bytes in
 * network byte order, IPv4 as ::ffff:a.b.c.d. Bytes without a meaning are 0.
 */

/**
 * struct maglev_state_service - a service, and its number in records of flows
 * @number: the number, which another instance of the module gives to another one
 * @protocol: IPPROTO_*
 * @pad: 0
 * @port: first port
 * @port_last: last port, the same for a single one; 65535 for every port
 * @pad2: 0
 * @address: the VIP
 */
struct maglev_state_service {
	__le32 number;
	__u8 protocol;
	__u8 pad;
	__be16 port;
	__be16 port_last;
	__u8 pad2[2];
	__u8 address[16];
};

/**
 * struct maglev_state_backend - a backend, and its number in records of flows
 * @number: the number, as that of a service
 * @address: its outer address
 * @pool: name of its pool, with at least one NUL behind it, and no other byte
 */
struct maglev_state_backend {
	__le32 number;
	__u8 address[16];
	char pool[MAGLEV_POOL_NAME_MAX + 1];
};

/**
 * struct maglev_state_flow - a tracked flow
 * @service: number of its service
 * @backend: number of its backend
 * @idle: s since its last packet, less than 2^24
 * @client_port: the client's port, 0 unless the affinity is that to 5-tuples
 * @port: the VIP's port, likewise
 * @state: enum maglev_flow_state
 * @confirmed: 1 if a second packet has been seen, else 0
 * @pad: 0
 * @client: the client
 */
struct maglev_state_flow {
	__le32 service;
	__le32 backend;
	__le32 idle;
	__be16 client_port;
	__be16 port;
	__u8 state;
	__u8 confirmed;
	__u8 pad[2];
	__u8 client[16];
};

/* In a table's image: instead of a backend, what a slot or its past has. */
enum {
	MAGLEV_STATE_PREV_OLD = 0xfffd,		/* that in the former table */
	MAGLEV_STATE_PREV_SETTLED = 0xfffe,	/* no previous owner to remember */
	MAGLEV_STATE_SLOT_NONE = 0xffff,	/* no backend */
};

/**
 * struct maglev_state_table - head of the image of a table
 * @backends: number of backends, at least 1, at most MAGLEV_BACKENDS_MAX
 * @size: number of slots, a valid size
 * @seed: seed of the hashes
 * @past: 1 if slots remember previous owners, else 0
 * @old_size: number of slots of a former table that is remembered, or 0
 * @old_seed: its seed, or 0
 *
 * Behind it are, without gaps, in little-endian byte order:
 * the addresses of the backends, ascending, 16 bytes each;
 * the owner of each slot, u16, an index of a backend or MAGLEV_STATE_SLOT_NONE;
 * if @past, the previous owner of each slot, u16, likewise, or
 * MAGLEV_STATE_PREV_SETTLED, or, if @old_size, MAGLEV_STATE_PREV_OLD;
 * if @past, of each slot the ms since it was reassigned, u32, 0 if settled;
 * the owner of each slot of the former table, u16, as those of the slots.
 */
struct maglev_state_table {
	__le32 backends;
	__le32 size;
	__le64 seed;
	__le32 past;
	__le32 old_size;
	__le64 old_seed;
};

#endif /* _UAPI_LINUX_MAGLEV_H */
