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

/**
 * enum maglev_cmd - commands of the family
 * @MAGLEV_CMD_UNSPEC: never used
 * @MAGLEV_CMD_INFO_GET: version, bounds and sizes of this namespace's
 *	configuration; answers with MAGLEV_A_INFO
 * @MAGLEV_CMD_SERVICE_NEW: add a service (MAGLEV_A_SERVICE). With
 *	MAGLEV_SERVICE_A_POOL it uses that pool, otherwise it gets a private
 *	one, for which MAGLEV_A_POOL may give table size and seed
 * @MAGLEV_CMD_SERVICE_SET: change a service: another pool, or table size and
 *	seed of its private pool
 * @MAGLEV_CMD_SERVICE_DEL: delete a service and its private pool
 * @MAGLEV_CMD_SERVICE_GET: one service, or a dump of all
 * @MAGLEV_CMD_POOL_NEW: add an empty pool (MAGLEV_A_POOL)
 * @MAGLEV_CMD_POOL_SET: change table size or seed of a pool
 * @MAGLEV_CMD_POOL_DEL: delete a pool that no service uses
 * @MAGLEV_CMD_POOL_GET: one pool, or a dump of all
 * @MAGLEV_CMD_BACKEND_NEW: add a backend (MAGLEV_A_BACKEND) to a pool
 *	(MAGLEV_A_POOL or MAGLEV_A_SERVICE)
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

	__MAGLEV_CMD_MAX
};

#define MAGLEV_CMD_MAX (__MAGLEV_CMD_MAX - 1)

/**
 * enum maglev_attr - top level attributes
 * @MAGLEV_A_UNSPEC: never used
 * @MAGLEV_A_INFO: nested, enum maglev_info_attr
 * @MAGLEV_A_SERVICE: nested, enum maglev_service_attr
 * @MAGLEV_A_POOL: nested, enum maglev_pool_attr
 * @MAGLEV_A_BACKEND: nested, enum maglev_backend_attr
 * @MAGLEV_A_ROUTER: nested, enum maglev_router_attr
 * @MAGLEV_A_COUNTER: nested, enum maglev_counter_attr; repeated
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

	__MAGLEV_SERVICE_A_MAX
};

#define MAGLEV_SERVICE_A_MAX (__MAGLEV_SERVICE_A_MAX - 1)

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

	__MAGLEV_POOL_A_MAX
};

#define MAGLEV_POOL_A_MAX (__MAGLEV_POOL_A_MAX - 1)

/**
 * enum maglev_backend_attr - a member of a pool
 * @MAGLEV_BACKEND_A_UNSPEC: never used
 * @MAGLEV_BACKEND_A_ADDRESS4: be32, the outer address; identity
 * @MAGLEV_BACKEND_A_ADDRESS6: 16 bytes, the outer address; identity
 * @MAGLEV_BACKEND_A_WEIGHT: u32, 0 to MAGLEV_WEIGHT_MAX; 0 takes no slots;
 *	1 if a new backend's is not given
 * @MAGLEV_BACKEND_A_SLOTS: u32, slots it owns; read only
 * @MAGLEV_BACKEND_A_STATS: nested, enum maglev_stats_attr; read only
 * @__MAGLEV_BACKEND_A_MAX: end marker
 */
enum maglev_backend_attr {
	MAGLEV_BACKEND_A_UNSPEC,
	MAGLEV_BACKEND_A_ADDRESS4,
	MAGLEV_BACKEND_A_ADDRESS6,
	MAGLEV_BACKEND_A_WEIGHT,
	MAGLEV_BACKEND_A_SLOTS,
	MAGLEV_BACKEND_A_STATS,

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

#endif /* _UAPI_LINUX_MAGLEV_H */
