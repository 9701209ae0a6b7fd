/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The objects that maglevadm handles, as plain structs: what the command line
 * is parsed into and what netlink answers are read into.
 */
#ifndef _MAGLEVADM_TYPES_H
#define _MAGLEVADM_TYPES_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <linux/maglev.h>

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#define POOL_NAME_SIZE	(MAGLEV_POOL_NAME_MAX + 1)

/**
 * struct addr - an address of either family
 * @family: AF_INET or AF_INET6
 * @v4: the address if AF_INET, network byte order
 * @v6: the address if AF_INET6
 */
struct addr {
	sa_family_t family;
	union {
		struct in_addr v4;
		struct in6_addr v6;
	};
};

/**
 * struct ports - which ports a service covers, host byte order
 * @first: the first or only port, 0 for every port
 * @last: the last port; equal to @first unless it is a range
 */
struct ports {
	uint16_t first;
	uint16_t last;
};

/**
 * struct hostport - HOST[:PORT] as typed
 * @addr: the address, resolved
 * @port: the port, host byte order
 * @has_port: a port was written, even if it was 0
 */
struct hostport {
	struct addr addr;
	uint16_t port;
	bool has_port;
};

/**
 * struct prefix - an address prefix
 * @addr: the network address
 * @len: the prefix length in bits
 */
struct prefix {
	struct addr addr;
	uint8_t len;
};

/**
 * struct stats - traffic of a service or a backend
 * @packets: packets sent on
 * @bytes: their inner lengths added up
 * @flows: new flows seen
 */
struct stats {
	uint64_t packets;
	uint64_t bytes;
	uint64_t flows;
};

/**
 * struct service_id - what identifies a service
 * @proto: IPPROTO_TCP, IPPROTO_UDP or IPPROTO_SCTP
 * @addr: the VIP
 * @ports: the ports it answers on
 */
struct service_id {
	uint8_t proto;
	struct addr addr;
	struct ports ports;
};

/**
 * struct service - a service as the kernel shows it
 * @id: its identity
 * @pool: name of the pool it uses
 * @stats: its traffic
 */
struct service {
	struct service_id id;
	char pool[POOL_NAME_SIZE];
	struct stats stats;
};

/**
 * struct pool - a pool as the kernel shows it
 * @name: its name
 * @table_size: slots of its table
 * @seed: keys its hashes
 * @has_seed: the kernel showed @seed; it does so to administrators only
 * @is_private: it comes and goes with one service
 * @services: services that use it
 * @backends: its members
 * @fingerprint: equal on two directors whose tables agree
 * @has_fingerprint: there is a table, since there are backends
 */
struct pool {
	char name[POOL_NAME_SIZE];
	uint32_t table_size;
	uint64_t seed;
	bool has_seed;
	bool is_private;
	uint32_t services;
	uint32_t backends;
	uint64_t fingerprint;
	bool has_fingerprint;
};

/**
 * struct backend - a member of a pool as the kernel shows it
 * @pool: the pool it is a member of
 * @addr: its outer address
 * @weight: its share of the table
 * @slots: slots it owns
 * @stats: its traffic
 * @order: its place in the kernel's listing
 */
struct backend {
	char pool[POOL_NAME_SIZE];
	struct addr addr;
	uint32_t weight;
	uint32_t slots;
	struct stats stats;
	size_t order;
};

/**
 * struct counter - one counter of the namespace
 * @name: its name
 * @value: events counted
 */
struct counter {
	char name[64];
	uint64_t value;
};

/**
 * struct info - what the module and the namespace are
 * @version: the module's version
 * @generation: counts the changes of the configuration
 * @services: services configured
 * @pools: pools configured, private ones included
 * @backends: distinct backend addresses
 * @routers: trusted router prefixes
 * @hooks: packets are being looked at
 * @table_size_default: slots of a pool that asks for none
 */
struct info {
	char version[32];
	uint32_t generation;
	uint32_t services;
	uint32_t pools;
	uint32_t backends;
	uint32_t routers;
	bool hooks;
	uint32_t table_size_default;
};

#endif /* _MAGLEVADM_TYPES_H */
