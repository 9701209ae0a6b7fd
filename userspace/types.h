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

/* The timeouts follow each other in enum maglev_config_attr. */
#define TIMEOUTS \
	(MAGLEV_CONFIG_A_SCTP_CLOSE - MAGLEV_CONFIG_A_TCP + 1)
#define TIMEOUT_INDEX(name)	(MAGLEV_CONFIG_A_##name - MAGLEV_CONFIG_A_TCP)

/**
 * enum colour_choice - colours in listings
 * @COLOUR_AUTO: on a terminal
 * @COLOUR_ALWAYS: anywhere
 * @COLOUR_NEVER: nowhere
 */
enum colour_choice {
	COLOUR_AUTO,
	COLOUR_ALWAYS,
	COLOUR_NEVER,
};

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
 * struct ports - the ports of a service, host byte order
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
 * @line: the line of a file that describes it, or 0
 */
struct prefix {
	struct addr addr;
	uint8_t len;
	uint32_t line;
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
 * struct rate - traffic of a service or a backend, per second
 * @flows: new flows
 * @packets: packets sent on
 * @bytes: their inner lengths
 */
struct rate {
	double flows;
	double packets;
	double bytes;
};

/**
 * struct service_id - identity of a service
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
 * struct userdata - bytes that the kernel keeps with an object
 * @len: how many
 * @bytes: the bytes
 */
struct userdata {
	uint8_t len;
	uint8_t bytes[MAGLEV_USERDATA_MAX];
};

/**
 * struct service - a service as the kernel shows it
 * @id: its identity
 * @pool: name of the pool it uses; names are those of intern()
 * @track: enum maglev_track
 * @affinity: enum maglev_affinity
 * @all_down: enum maglev_all_down
 * @fallback: name of the pool that takes over, or empty
 * @userdata: bytes that are kept with it, by intern_userdata(), or NULL
 * @stats: its traffic
 * @rate: the same per second, where it was measured (rates_read())
 * @line: the line of a file that describes it, or 0
 */
struct service {
	struct service_id id;
	uint32_t line;
	const char *pool;
	const char *fallback;
	const struct userdata *userdata;
	struct stats stats;
	struct rate rate;
	uint8_t track;
	uint8_t affinity;
	uint8_t all_down;
};

/**
 * struct pool - a pool as the kernel shows it
 * @name: its name
 * @table_size: slots of its table
 * @seed: keys its hashes
 * @has_seed: the kernel showed @seed; it does so to administrators only
 * @is_private: it comes and goes with one service
 * @services: services that use it
 * @backends: its backends
 * @fingerprint: equal on two directors whose tables agree
 * @has_fingerprint: there is a table, since there are backends
 * @settle: ms for which a slot remembers its previous owner, 0: automatic
 * @settle_now: ms, what that comes to
 * @unsettled: slots that still remember
 * @parents: pools that it is a member of
 * @settled: slots that have settled, in a notification of that
 * @has_members: pools are members of it
 * @panic: percentage of its backends below which it panics, or 0
 * @panics: it does
 * @line: the line of a file that describes it, or 0
 */
struct pool {
	const char *name;
	uint32_t table_size;
	uint64_t seed;
	bool has_seed;
	bool is_private;
	uint32_t services;
	uint32_t backends;
	uint64_t fingerprint;
	bool has_fingerprint;
	uint32_t settle;
	uint32_t settle_now;
	uint32_t unsettled;
	uint32_t parents;
	uint32_t settled;
	bool has_members;
	uint8_t panic;
	bool panics;
	uint32_t line;
};

/**
 * struct member - a pool that is a member of another one
 * @pool: the other one
 * @name: its name
 * @weight: its share of the table, if @has_weight
 * @has_weight: the kernel showed more than its name
 * @slots: slots that it gets
 * @line: the line of a file that describes it, or 0
 */
struct member {
	const char *pool;
	const char *name;
	uint32_t weight;
	bool has_weight;
	uint32_t slots;
	uint32_t line;
};

/**
 * struct backend - a backend of a pool as the kernel shows it
 * @pool: its pool
 * @addr: its outer address
 * @weight: its share of the table
 * @slots: slots it owns
 * @deadline: ms until it is removed, if @has_deadline
 * @active: flows tracked to it that are established
 * @inactive: other flows tracked to it
 * @unreachable: ICMP errors which say that it is not reached
 * @upper: flows with which it is overloaded, or 0
 * @lower: flows below which it no longer is, 0: three quarters of @upper
 * @userdata: bytes that are kept with it, by intern_userdata(), or NULL
 * @order: its place in the kernel's listing
 * @line: the line of a file that describes it, or 0
 * @state: enum maglev_state
 * @has_settings: the kernel showed more than its address
 * @has_deadline: it is removed when its flows are gone, or then
 * @overloaded: it gets no new flows
 * @stats: its traffic
 * @rate: the same per second, where it was measured (rates_read())
 */
struct backend {
	const char *pool;
	struct addr addr;
	uint32_t weight;
	uint32_t slots;
	uint32_t deadline;
	uint32_t active;
	uint32_t inactive;
	uint32_t unreachable;
	uint32_t upper;
	uint32_t lower;
	const struct userdata *userdata;
	uint32_t order;
	uint32_t line;
	uint8_t state;
	bool has_settings;
	bool has_deadline;
	bool overloaded;
	struct stats stats;
	struct rate rate;
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
 * struct info - versions and sizes of module and namespace
 * @version: the module's version
 * @generation: counts the changes of the configuration
 * @services: services configured
 * @pools: pools configured, private ones included
 * @backends: distinct backend addresses
 * @routers: trusted router prefixes
 * @sources: source prefixes
 * @fragment_bytes: memory of inner fragments that are held
 * @hooks: the netfilter hooks are registered
 * @table_size_default: slots of a pool that asks for none
 */
struct info {
	char version[32];
	uint32_t generation;
	uint32_t services;
	uint32_t pools;
	uint32_t backends;
	uint32_t routers;
	uint32_t sources;
	uint32_t fragment_bytes;
	bool hooks;
	uint32_t table_size_default;
};

/**
 * struct config - settings of the whole namespace
 * @cache_size: entries of the flow cache
 * @cache_used: entries that hold a live flow
 * @timeouts: seconds, by TIMEOUT_INDEX()
 * @pmtu: enum maglev_pmtu, if @has_pmtu
 * @has_pmtu: @pmtu is given, or the kernel showed it
 * @has_peers: @peers is given, or the kernel showed it
 * @peers: name of the pool of the directors, or empty, if @has_peers
 */
struct config {
	uint32_t cache_size;
	uint32_t cache_used;
	uint32_t timeouts[TIMEOUTS];
	uint8_t pmtu;
	bool has_pmtu;
	bool has_peers;
	const char *peers;
};

/**
 * struct conn - a tracked flow
 * @service: its service
 * @pool: the pool of its backend
 * @client: the client
 * @client_port: the client's port, if @has_ports
 * @port: the VIP's port, if @has_ports
 * @has_ports: the affinity is by connection
 * @state: enum maglev_flow_state
 * @confirmed: a second packet has been seen
 * @expires: seconds until it expires
 * @backend: where it goes
 */
struct conn {
	struct service_id service;
	const char *pool;
	struct addr client;
	uint16_t client_port;
	uint16_t port;
	bool has_ports;
	uint8_t state;
	bool confirmed;
	uint32_t expires;
	struct addr backend;
};

/**
 * struct verdict - the backend that a packet would go to, and the rule
 * @rule: enum maglev_rule
 * @backend: its backend; no family: none
 */
struct verdict {
	uint8_t rule;
	struct addr backend;
};

/**
 * struct lookup - the backend that a flow would go to, and why
 * @service: the service it belongs to
 * @pool: the pool that decides
 * @slot: its slot
 * @has_slot: it has one, since there is a table
 * @unsettled: ms for which the slot remembers @previous, if @is_unsettled
 * @is_unsettled: it does
 * @current: the slot's owner; no family: none
 * @previous: the previous owner; no family: none, or forgotten
 * @cached: the backend that it is tracked to; no family: none
 * @state: enum maglev_flow_state, if @cached
 * @expires: seconds until it expires, if @cached
 * @midflow: what becomes of a packet in mid-flow
 * @opening: what becomes of one that opens the flow
 * @fallback: @pool is the service's fallback pool
 */
struct lookup {
	struct service_id service;
	const char *pool;
	uint32_t slot;
	bool has_slot;
	uint32_t unsettled;
	bool is_unsettled;
	struct addr current;
	struct addr previous;
	struct addr cached;
	uint8_t state;
	uint32_t expires;
	struct verdict midflow;
	struct verdict opening;
	bool fallback;
};

/**
 * struct traced - what became of a packet
 * @reason: the name of its counter
 * @kind: enum maglev_trace_kind
 * @proto: protocol of its flow
 * @client: the client
 * @addr: the VIP
 * @client_port: the client's port, if @has_ports
 * @port: the VIP's port, if @has_ports
 * @has_ports: it has them
 * @length: bytes of the inner packet
 * @in_ifindex: the device by which it came
 * @service: its service, if @has_service
 * @has_service: it has one
 * @pool: the pool that decided, as all up to @previous if @has_rule
 * @rule: enum maglev_rule
 * @has_rule: there was a decision
 * @fallback: @pool is the service's fallback pool
 * @slot: slot of the flow
 * @unsettled: ms for which it remembers @previous, or 0
 * @current: the slot's owner; no family: none
 * @previous: the previous owner; no family: none, or forgotten
 * @backend: where it went; no family: nowhere
 * @next_hop: the next hop there; no family: it was not sent
 * @out_ifindex: the device by which it left
 * @suppressed: packets before it that are not told of
 * @lost: messages before it that did not arrive
 */
struct traced {
	char reason[32];
	uint8_t kind;
	uint8_t proto;
	struct addr client;
	struct addr addr;
	uint16_t client_port;
	uint16_t port;
	bool has_ports;
	uint32_t length;
	uint32_t in_ifindex;
	struct service_id service;
	bool has_service;
	const char *pool;
	uint8_t rule;
	bool has_rule;
	bool fallback;
	uint32_t slot;
	uint32_t unsettled;
	struct addr current;
	struct addr previous;
	struct addr backend;
	struct addr next_hop;
	uint32_t out_ifindex;
	uint32_t suppressed;
	uint32_t lost;
};

/**
 * struct dry_run - effects of a change
 * @table_size: slots there are
 * @slots: slots that would be reassigned
 * @survivors: those among them whose owner could have stayed
 * @flows: tracked flows whose backend might no longer serve
 * @parents: other pools, which contain this one, that would be affected
 * @parent_slots: slots of them that would be reassigned
 */
struct dry_run {
	uint32_t table_size;
	uint32_t slots;
	uint32_t survivors;
	uint32_t flows;
	uint32_t parents;
	uint64_t parent_slots;
};

#endif /* _MAGLEVADM_TYPES_H */
