/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The traffic generator of "make bench": what its files share.
 */
#ifndef _BENCH_H
#define _BENCH_H

#include <linux/netdevice.h>
#include <linux/types.h>

/* Packets made, then sent, at a time: what a driver's poll takes at most. */
#define BENCH_BATCH_MAX 64
#define BENCH_MAX_CPUS 8

/**
 * enum bench_proto - what the packets that clients send are
 * @BENCH_TCP: TCP segments in the middle of a connection
 * @BENCH_SYN: TCP segments that open one
 * @BENCH_UDP: UDP datagrams
 */
enum bench_proto {
	BENCH_TCP,
	BENCH_SYN,
	BENCH_UDP,
};

/**
 * struct bench_config - a run, as it was asked for
 * @flows: number of flows
 * @first: number of the first of them: runs with other ones share none
 * @proto: enum bench_proto
 * @gre: wrapped by a router, or as the client sent them
 * @inner6: the client's packets are IPv6
 * @outer6: the router wraps them in IPv6
 * @fragments: two fragments of a UDP datagram of 2000 bytes, one after the other,
 *	instead of a packet; of IPv4 only
 * @packets: packets on each CPU
 * @cpus: CPUs that send
 * @spread: a flow's packets come to all CPUs, not always to the same one
 * @batch: packets made, then sent, at a time; 1 to see what single ones take
 */
struct bench_config {
	u32 flows;
	u32 first;
	u32 proto;
	bool gre;
	bool inner6;
	bool outer6;
	bool fragments;
	u32 packets;
	u32 cpus;
	bool spread;
	u32 batch;
};

/**
 * struct bench_result - what came of a run
 * @packets: packets sent
 * @total_ns: what that took, all CPUs added up
 * @batch_ps: the mean of the middle half of all batches, in picoseconds for
 *	each packet
 * @half_ns: what half of the batches took at most, for all of their packets
 * @tail_ns: what 99 of 100 batches took at most
 * @far_tail_ns: what 999 of 1000 batches took at most
 * @max_ns: what the slowest took
 * @wall_ns: from the first packet to the last, making them included
 */
struct bench_result {
	u64 packets;
	u64 total_ns;
	u64 batch_ps;
	u64 half_ns;
	u64 tail_ns;
	u64 far_tail_ns;
	u64 max_ns;
	u64 wall_ns;
};

u32 bench_flow(const struct bench_config *cfg, u64 n);
struct sk_buff *bench_packet(const struct bench_config *cfg,
			     struct net_device *dev, u32 flow, u64 n);

int bench_run(const struct bench_config *cfg, struct net_device *dev,
	      struct bench_result *res);

/**
 * enum bench_floor - where packets are dropped to see what comes before
 * @BENCH_FLOOR_OFF: nowhere
 * @BENCH_FLOOR_FIRST: where the module under test looks at them
 * @BENCH_FLOOR_LOCAL: where IPVS looks at them
 */
enum bench_floor {
	BENCH_FLOOR_OFF,
	BENCH_FLOOR_FIRST,
	BENCH_FLOOR_LOCAL,
};

int bench_floor_set(struct net *net, enum bench_floor floor);
void bench_floor_exit(void);

#endif /* _BENCH_H */
