/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT */
/*
 * Maglev load balancer: the generic netlink family "maglev".
 *
 * Conventions
 * -----------
 * Every message carries nested objects at the top level (enum maglev_attr).
 * A request names the object it is about with the identity attributes of
 * that object and carries the parameters to set beside them; what may be
 * given with which command is enforced by a policy per command, so an
 * attribute that makes no sense for a command is refused, not ignored.
 *
 * An address is one of a pair of attributes, *_ADDRESS4 (4 bytes) or
 * *_ADDRESS6 (16 bytes), in network byte order; exactly one is given. Ports
 * are in network byte order, every other integer in host byte order.
 *
 * A service is identified by (protocol, VIP, first port, last port). A single
 * port has no LAST attribute, or LAST equal to PORT; PORT 0 without LAST
 * means every port. A pool is identified by its name, a backend by its pool
 * and address; MAGLEV_CMD_BACKEND_* may name a service that uses the pool
 * instead of the pool.
 *
 * Commands that change something need CAP_NET_ADMIN in the user namespace
 * that owns the network namespace; reading needs nothing, but
 * MAGLEV_POOL_A_SEED is shown only to holders of that capability.
 *
 * Refusals carry an extended ack with a text and, where one attribute is to
 * blame, its offset (NLMSGERR_ATTR_OFFS) or type (NLMSGERR_ATTR_MISS_TYPE).
 *   -EINVAL        malformed or contradictory request
 *   -EEXIST        *_NEW of an object that is there already
 *   -ENOENT        an object that the request names does not exist
 *   -EBUSY         a pool that services still use
 *   -EOPNOTSUPP    the address family is not supported by this module
 *   -ENOSPC        a limit is reached (MAGLEV_*_MAX)
 *   -EPERM, -ENOMEM as ever
 * A refused request has changed nothing.
 */
#ifndef _UAPI_LINUX_MAGLEV_H
#define _UAPI_LINUX_MAGLEV_H

#define MAGLEV_GENL_NAME	"maglev"
#define MAGLEV_GENL_VERSION	1

/* Bounds that a configuration has to keep. */
#define MAGLEV_POOL_NAME_MAX	63	/* bytes, without the final NUL */
#define MAGLEV_TABLE_SIZE_MIN	251
#define MAGLEV_TABLE_SIZE_MAX	1048573
#define MAGLEV_TABLE_SIZE_DEFAULT 65537
#define MAGLEV_WEIGHT_MAX	65535
#define MAGLEV_BACKENDS_MAX	4096	/* members of one pool */
#define MAGLEV_ROUTERS_MAX	256	/* trusted prefixes of a namespace */
#define MAGLEV_SETTLE_MAX	86400000	/* ms */
#define MAGLEV_DEADLINE_MAX	604800000	/* ms */
#define MAGLEV_TIMEOUT_MAX	2678400	/* s */
#define MAGLEV_TIMEOUT_TCP_DEFAULT	900
#define MAGLEV_TIMEOUT_TCP_SYN_DEFAULT	60
#define MAGLEV_TIMEOUT_TCP_FIN_DEFAULT	120
#define MAGLEV_TIMEOUT_TCP_CLOSE_DEFAULT	10
#define MAGLEV_TIMEOUT_UDP_DEFAULT	300
#define MAGLEV_TIMEOUT_SCTP_DEFAULT	900
#define MAGLEV_TIMEOUT_SCTP_INIT_DEFAULT	60
#define MAGLEV_TIMEOUT_SCTP_SHUTDOWN_DEFAULT	120
#define MAGLEV_TIMEOUT_SCTP_CLOSE_DEFAULT	10
#define MAGLEV_CACHE_SIZE_MIN	1024	/* entries */
#define MAGLEV_CACHE_SIZE_MAX	67108864
#define MAGLEV_CACHE_SIZE_DEFAULT 1048576

/* What a pool's settle time is while none is configured, in ms. */
#define MAGLEV_SETTLE_DEFAULT	120000
#define MAGLEV_SETTLE_CHANGED	600000	/* a service of it tracks `changed` */

/* Multicast group that is told what happens by itself. */
#define MAGLEV_GENL_MCGRP_CONFIG "config"

/**
 * enum maglev_cmd - commands of the family
 * @MAGLEV_CMD_UNSPEC: never used
 * @MAGLEV_CMD_INFO_GET: version, bounds and sizes of this namespace's
 *	configuration; answers with MAGLEV_A_INFO
 * @MAGLEV_CMD_SERVICE_NEW: add a service (MAGLEV_A_SERVICE). With
 *	MAGLEV_SERVICE_A_POOL it uses that pool, otherwise it gets a private
 *	one, for which MAGLEV_A_POOL may give table size and seed, and
 *	MAGLEV_A_BACKEND, repeated, the backends: packets find it with all of
 *	them
 * @MAGLEV_CMD_SERVICE_SET: change a service: another pool, or table size and
 *	seed of its private pool
 * @MAGLEV_CMD_SERVICE_DEL: delete a service and its private pool
 * @MAGLEV_CMD_SERVICE_GET: one service, or a dump of all
 * @MAGLEV_CMD_POOL_NEW: add a pool (MAGLEV_A_POOL), with the backends that
 *	MAGLEV_A_BACKEND, repeated, gives
 * @MAGLEV_CMD_POOL_SET: change table size or seed of a pool
 * @MAGLEV_CMD_POOL_DEL: delete a pool that no service uses
 * @MAGLEV_CMD_POOL_GET: one pool, or a dump of all
 * @MAGLEV_CMD_BACKEND_NEW: add a backend (MAGLEV_A_BACKEND) to a pool
 *	(MAGLEV_A_POOL or MAGLEV_A_SERVICE), or several, if that is repeated:
 *	all of them in one change, or none
 * @MAGLEV_CMD_BACKEND_SET: change a backend's weight
 * @MAGLEV_CMD_BACKEND_DEL: take a backend out of a pool
 * @MAGLEV_CMD_BACKEND_GET: one backend of a pool, or a dump: of one pool if
 *	the request names one, else of all
 * @MAGLEV_CMD_ROUTER_NEW: trust a router prefix (MAGLEV_A_ROUTER); once one
 *	is configured, GRE from anywhere else is left alone
 * @MAGLEV_CMD_ROUTER_DEL: trust it no longer
 * @MAGLEV_CMD_ROUTER_GET: dump of the trusted prefixes
 * @MAGLEV_CMD_STATS_GET: the namespace's counters, one MAGLEV_A_COUNTER each
 * @MAGLEV_CMD_STATS_ZERO: zero the counters of one service and its backends
 *	(MAGLEV_A_SERVICE), or every counter of the namespace
 * @MAGLEV_CMD_FLUSH: delete every service, pool, backend and router
 * @MAGLEV_CMD_CONFIG_GET: what holds for the whole namespace
 *	(MAGLEV_A_CONFIG)
 * @MAGLEV_CMD_CONFIG_SET: change timeouts or the size of the flow cache. The
 *	cache is resized while it is used and no entry is lost: -ENOSPC if a
 *	smaller one would not hold what there is
 * @MAGLEV_CMD_CONN_GET: dump of the tracked flows, those of one service
 *	(MAGLEV_A_SERVICE) or all; needs CAP_NET_ADMIN, as it tells who the
 *	clients are
 * @MAGLEV_CMD_CONN_DEL: forget tracked flows: those of a service
 *	(MAGLEV_A_SERVICE), those of a backend in whatever pool
 *	(MAGLEV_A_BACKEND), of both, or all
 * @MAGLEV_CMD_LOOKUP_GET: which backend would get a flow, and why
 *	(MAGLEV_A_SERVICE with the flow's VIP, protocol and port,
 *	MAGLEV_A_LOOKUP with the client); changes nothing; needs CAP_NET_ADMIN,
 *	as it tells of seed and clients
 * @MAGLEV_CMD_DRAINED_NTF: notification: a backend was removed since its
 *	drain was over (MAGLEV_A_POOL, MAGLEV_A_BACKEND; ACTIVE and INACTIVE
 *	tell which flows were left when its time was up)
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

	__MAGLEV_CMD_MAX
};

#define MAGLEV_CMD_MAX (__MAGLEV_CMD_MAX - 1)

/**
 * enum maglev_attr - top level attributes
 * @MAGLEV_A_UNSPEC: never used
 * @MAGLEV_A_INFO: nested, enum maglev_info_attr
 * @MAGLEV_A_SERVICE: nested, enum maglev_service_attr
 * @MAGLEV_A_POOL: nested, enum maglev_pool_attr
 * @MAGLEV_A_BACKEND: nested, enum maglev_backend_attr; repeated in requests
 *	that add, at most MAGLEV_BACKENDS_MAX times
 * @MAGLEV_A_ROUTER: nested, enum maglev_router_attr
 * @MAGLEV_A_COUNTER: nested, enum maglev_counter_attr; repeated
 * @MAGLEV_A_CONFIG: nested, enum maglev_config_attr
 * @MAGLEV_A_CONN: nested, enum maglev_conn_attr
 * @MAGLEV_A_LOOKUP: nested, enum maglev_lookup_attr
 * @MAGLEV_A_DRY_RUN: flag, with BACKEND_NEW, _SET, _DEL and POOL_SET: change
 *	nothing and answer with MAGLEV_A_MOVES
 * @MAGLEV_A_MOVES: nested, enum maglev_moves_attr
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

	__MAGLEV_A_MAX
};

#define MAGLEV_A_MAX (__MAGLEV_A_MAX - 1)

/**
 * enum maglev_info_attr - what a module and a namespace are
 * @MAGLEV_INFO_A_UNSPEC: never used
 * @MAGLEV_INFO_A_VERSION: string, the module's version
 * @MAGLEV_INFO_A_GENERATION: u32, counts the configuration's changes
 * @MAGLEV_INFO_A_SERVICES: u32, services configured
 * @MAGLEV_INFO_A_POOLS: u32, pools configured, private ones included
 * @MAGLEV_INFO_A_BACKENDS: u32, distinct backend addresses
 * @MAGLEV_INFO_A_ROUTERS: u32, trusted router prefixes
 * @MAGLEV_INFO_A_HOOKS: u8, 1 while packets are looked at
 * @MAGLEV_INFO_A_TABLE_SIZE_DEFAULT: u32, slots of a pool that asks for none
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
 * @MAGLEV_SERVICE_A_POOL: string, name of the pool it uses
 * @MAGLEV_SERVICE_A_STATS: nested, enum maglev_stats_attr; read only
 * @MAGLEV_SERVICE_A_TRACK: u8, enum maglev_track; MAGLEV_TRACK_ALL if a new
 *	service's is not given
 * @MAGLEV_SERVICE_A_AFFINITY: u8, enum maglev_affinity; MAGLEV_AFFINITY_5TUPLE
 *	if a new service's is not given
 * @MAGLEV_SERVICE_A_ALL_DOWN: u8, enum maglev_all_down; MAGLEV_ALL_DOWN_DROP
 *	if a new service's is not given
 * @MAGLEV_SERVICE_A_FALLBACK: string, name of the shared pool that takes over
 *	while no backend of the service's own may serve; empty: none
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

	__MAGLEV_SERVICE_A_MAX
};

#define MAGLEV_SERVICE_A_MAX (__MAGLEV_SERVICE_A_MAX - 1)

/**
 * enum maglev_track - which flows of a service are remembered
 * @MAGLEV_TRACK_ALL: every established one, as in the Maglev paper
 * @MAGLEV_TRACK_CHANGED: those in slots whose owner changed lately
 * @MAGLEV_TRACK_NONE: none; the table alone decides
 * @__MAGLEV_TRACK_MAX: end marker
 */
enum maglev_track {
	MAGLEV_TRACK_ALL,
	MAGLEV_TRACK_CHANGED,
	MAGLEV_TRACK_NONE,

	__MAGLEV_TRACK_MAX
};

/**
 * enum maglev_affinity - what stays together
 * @MAGLEV_AFFINITY_5TUPLE: a connection
 * @MAGLEV_AFFINITY_3TUPLE: all of a client's to the VIP with one protocol
 * @MAGLEV_AFFINITY_SOURCE: all of a client's
 * @__MAGLEV_AFFINITY_MAX: end marker
 */
enum maglev_affinity {
	MAGLEV_AFFINITY_5TUPLE,
	MAGLEV_AFFINITY_3TUPLE,
	MAGLEV_AFFINITY_SOURCE,

	__MAGLEV_AFFINITY_MAX
};

/**
 * enum maglev_all_down - what becomes of a packet that no backend may serve
 * @MAGLEV_ALL_DOWN_DROP: it is dropped
 * @MAGLEV_ALL_DOWN_REJECT: it is dropped and the client told, by ICMP
 * @MAGLEV_ALL_DOWN_ACCEPT: it is left to the director's own stack
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
 * @MAGLEV_POOL_A_NAME: string, [A-Za-z0-9._-]+ for a pool made by POOL_NEW;
 *	a private pool is named after its service, as in "tcp/192.0.2.1:80";
 *	identity
 * @MAGLEV_POOL_A_TABLE_SIZE: u32, slots, a prime within MAGLEV_TABLE_SIZE_*
 * @MAGLEV_POOL_A_SEED: u64, keys the pool's hashes; equal on all directors
 * @MAGLEV_POOL_A_PRIVATE: flag, comes and goes with its service; read only
 * @MAGLEV_POOL_A_SERVICES: u32, services that use it; read only
 * @MAGLEV_POOL_A_BACKENDS: u32, members; read only
 * @MAGLEV_POOL_A_FINGERPRINT: u64, a hash of the table: equal on directors
 *	whose tables agree, different (but for chance, 1 in 2^64) where they
 *	do not; absent while there is no backend; read only
 * @MAGLEV_POOL_A_PAD: alignment
 * @MAGLEV_POOL_A_SETTLE: u32, ms for which a slot remembers the owner it had
 *	before, at most MAGLEV_SETTLE_MAX; 0: chosen by what its services track
 * @MAGLEV_POOL_A_SETTLE_NOW: u32, ms, what that comes to; read only
 * @MAGLEV_POOL_A_UNSETTLED: u32, slots that still remember; read only
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

	__MAGLEV_POOL_A_MAX
};

#define MAGLEV_POOL_A_MAX (__MAGLEV_POOL_A_MAX - 1)

/**
 * enum maglev_state - may a backend serve?
 * @MAGLEV_STATE_UP: yes
 * @MAGLEV_STATE_DRAIN: what it has, and nothing new
 * @MAGLEV_STATE_DOWN: no; its flows go to others at once
 * @__MAGLEV_STATE_MAX: end marker
 */
enum maglev_state {
	MAGLEV_STATE_UP,
	MAGLEV_STATE_DRAIN,
	MAGLEV_STATE_DOWN,

	__MAGLEV_STATE_MAX
};

/**
 * enum maglev_backend_attr - a member of a pool
 * @MAGLEV_BACKEND_A_UNSPEC: never used
 * @MAGLEV_BACKEND_A_ADDRESS4: be32, the outer address; identity
 * @MAGLEV_BACKEND_A_ADDRESS6: 16 bytes, the outer address; identity
 * @MAGLEV_BACKEND_A_WEIGHT: u32, 0 to MAGLEV_WEIGHT_MAX; 0 takes no slots;
 *	1 if a new backend's is not given
 * @MAGLEV_BACKEND_A_SLOTS: u32, slots it owns; read only
 * @MAGLEV_BACKEND_A_STATS: nested, enum maglev_stats_attr; read only
 * @MAGLEV_BACKEND_A_STATE: u8, enum maglev_state; MAGLEV_STATE_UP if a new
 *	backend's is not given
 * @MAGLEV_BACKEND_A_DEADLINE: u32, ms, at most MAGLEV_DEADLINE_MAX; with
 *	MAGLEV_STATE_DRAIN: remove the backend when its flows are gone and the
 *	settle time has passed, or this time is up. In answers, what is left of
 *	it. A state that is set without it revokes it
 * @MAGLEV_BACKEND_A_ACTIVE: u32, flows tracked to it that are established;
 *	read only
 * @MAGLEV_BACKEND_A_INACTIVE: u32, other flows tracked to it; read only
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

	__MAGLEV_BACKEND_A_MAX
};

#define MAGLEV_BACKEND_A_MAX (__MAGLEV_BACKEND_A_MAX - 1)

/**
 * enum maglev_router_attr - a prefix that GRE is taken from
 * @MAGLEV_ROUTER_A_UNSPEC: never used
 * @MAGLEV_ROUTER_A_ADDRESS4: be32, no bits set beyond the prefix length
 * @MAGLEV_ROUTER_A_ADDRESS6: 16 bytes, likewise
 * @MAGLEV_ROUTER_A_PREFIX_LEN: u8, all of the address if not given
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
 * @MAGLEV_STATS_A_PACKETS: u64, packets sent on
 * @MAGLEV_STATS_A_BYTES: u64, their inner lengths added up
 * @MAGLEV_STATS_A_FLOWS: u64, new flows seen: TCP SYN, SCTP INIT
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
 * @MAGLEV_COUNTER_A_VALUE: u64, events since load or the last zeroing
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
 * enum maglev_config_attr - what holds for a whole namespace
 * @MAGLEV_CONFIG_A_UNSPEC: never used
 * @MAGLEV_CONFIG_A_CACHE_SIZE: u32, entries of the flow cache, a power of two
 *	from MAGLEV_CACHE_SIZE_MIN to MAGLEV_CACHE_SIZE_MAX; other numbers are
 *	rounded up
 * @MAGLEV_CONFIG_A_CACHE_USED: u32, entries that hold a live flow; read only
 * @MAGLEV_CONFIG_A_TCP: u32, s, idle time after which a TCP flow is forgotten.
 *	All of these are from 1 to MAGLEV_TIMEOUT_MAX
 * @MAGLEV_CONFIG_A_TCP_SYN: u32, s, while only a SYN was seen
 * @MAGLEV_CONFIG_A_TCP_FIN: u32, s, after a FIN
 * @MAGLEV_CONFIG_A_TCP_CLOSE: u32, s, after a RST
 * @MAGLEV_CONFIG_A_UDP: u32, s, a UDP flow
 * @MAGLEV_CONFIG_A_SCTP: u32, s, an SCTP association
 * @MAGLEV_CONFIG_A_SCTP_INIT: u32, s, while only an INIT was seen
 * @MAGLEV_CONFIG_A_SCTP_SHUTDOWN: u32, s, after a SHUTDOWN
 * @MAGLEV_CONFIG_A_SCTP_CLOSE: u32, s, after an ABORT
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

	__MAGLEV_CONFIG_A_MAX
};

#define MAGLEV_CONFIG_A_MAX (__MAGLEV_CONFIG_A_MAX - 1)

/**
 * enum maglev_flow_state - what the client's packets tell of a flow
 * @MAGLEV_FLOW_OPENING: TCP SYN or SCTP INIT seen
 * @MAGLEV_FLOW_ESTABLISHED: more than that seen; every UDP flow
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
 * In a message that names its service (MAGLEV_A_SERVICE) and pool
 * (MAGLEV_A_POOL) as well.
 * @MAGLEV_CONN_A_UNSPEC: never used
 * @MAGLEV_CONN_A_CLIENT4: be32, the client
 * @MAGLEV_CONN_A_CLIENT6: 16 bytes, the client
 * @MAGLEV_CONN_A_CLIENT_PORT: be16, the client's port; not with an affinity
 *	other than MAGLEV_AFFINITY_5TUPLE
 * @MAGLEV_CONN_A_PORT: be16, the VIP's port; likewise
 * @MAGLEV_CONN_A_STATE: u8, enum maglev_flow_state
 * @MAGLEV_CONN_A_CONFIRMED: flag, a second packet has been seen
 * @MAGLEV_CONN_A_EXPIRES: u32, s until it is forgotten
 * @MAGLEV_CONN_A_BACKEND4: be32, where it goes
 * @MAGLEV_CONN_A_BACKEND6: 16 bytes, where it goes
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
 * enum maglev_rule - why a flow's packet goes where it goes
 * @MAGLEV_RULE_NOBODY: no backend may serve
 * @MAGLEV_RULE_OPEN: it opens the flow: the slot's owner
 * @MAGLEV_RULE_CACHED: the flow is tracked: its backend
 * @MAGLEV_RULE_CURRENT: not tracked, and the slot remembers nobody else who
 *	may serve: the slot's owner
 * @MAGLEV_RULE_PREVIOUS: not tracked, and the slot changed hands lately: the
 *	owner it had before
 * @MAGLEV_RULE_HASH: the service tracks nothing: the slot's owner
 * @__MAGLEV_RULE_MAX: end marker
 */
enum maglev_rule {
	MAGLEV_RULE_NOBODY,
	MAGLEV_RULE_OPEN,
	MAGLEV_RULE_CACHED,
	MAGLEV_RULE_CURRENT,
	MAGLEV_RULE_PREVIOUS,
	MAGLEV_RULE_HASH,

	__MAGLEV_RULE_MAX
};

/**
 * enum maglev_lookup_attr - one flow, and where it would go
 *
 * Answers name the service (MAGLEV_A_SERVICE) and the pool that decides
 * (MAGLEV_A_POOL) as well.
 * @MAGLEV_LOOKUP_A_UNSPEC: never used
 * @MAGLEV_LOOKUP_A_CLIENT4: be32, the client
 * @MAGLEV_LOOKUP_A_CLIENT6: 16 bytes, the client
 * @MAGLEV_LOOKUP_A_CLIENT_PORT: be16, the client's port, 0 if not given
 * @MAGLEV_LOOKUP_A_SLOT: u32, the flow's slot
 * @MAGLEV_LOOKUP_A_UNSETTLED: u32, ms for which the slot remembers its owner
 *	before; absent if it is settled
 * @MAGLEV_LOOKUP_A_CURRENT4: be32, the slot's owner, if it has one
 * @MAGLEV_LOOKUP_A_CURRENT6: 16 bytes, likewise
 * @MAGLEV_LOOKUP_A_PREVIOUS4: be32, the owner before, if it is remembered
 * @MAGLEV_LOOKUP_A_PREVIOUS6: 16 bytes, likewise
 * @MAGLEV_LOOKUP_A_CACHED4: be32, the backend that it is tracked to, if it is
 * @MAGLEV_LOOKUP_A_CACHED6: 16 bytes, likewise
 * @MAGLEV_LOOKUP_A_STATE: u8, enum maglev_flow_state, if it is tracked
 * @MAGLEV_LOOKUP_A_EXPIRES: u32, s until it is forgotten, if it is tracked
 * @MAGLEV_LOOKUP_A_RULE: u8, enum maglev_rule, of a packet in mid-flow
 * @MAGLEV_LOOKUP_A_BACKEND4: be32, where a packet in mid-flow would go
 * @MAGLEV_LOOKUP_A_BACKEND6: 16 bytes, likewise
 * @MAGLEV_LOOKUP_A_OPEN_RULE: u8, enum maglev_rule, of one that opens a flow
 * @MAGLEV_LOOKUP_A_OPEN_BACKEND4: be32, where one that opens it would go
 * @MAGLEV_LOOKUP_A_OPEN_BACKEND6: 16 bytes, likewise
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
 * enum maglev_moves_attr - what a change would move
 * @MAGLEV_MOVES_A_UNSPEC: never used
 * @MAGLEV_MOVES_A_TABLE_SIZE: u32, slots there are
 * @MAGLEV_MOVES_A_SLOTS: u32, slots that would change hands
 * @MAGLEV_MOVES_A_SURVIVORS: u32, those among them whose owner could have
 *	stayed
 * @MAGLEV_MOVES_A_FLOWS: u32, tracked flows whose backend may serve now and
 *	might no longer
 * @__MAGLEV_MOVES_A_MAX: end marker
 */
enum maglev_moves_attr {
	MAGLEV_MOVES_A_UNSPEC,
	MAGLEV_MOVES_A_TABLE_SIZE,
	MAGLEV_MOVES_A_SLOTS,
	MAGLEV_MOVES_A_SURVIVORS,
	MAGLEV_MOVES_A_FLOWS,

	__MAGLEV_MOVES_A_MAX
};

#define MAGLEV_MOVES_A_MAX (__MAGLEV_MOVES_A_MAX - 1)

#endif /* _UAPI_LINUX_MAGLEV_H */
