// SPDX-License-Identifier: GPL-2.0
/* Mask flows, and hash them for slots and for the cache. */
#include <kunit/visibility.h>
#include <linux/export.h>

#include "flow.h"
#include "hash.h"

/**
 * mgl_flow_mask() - clear the parts of a flow that an affinity ignores
 * @flow: the flow
 * @affinity: the service's affinity, i.e. which packets share a backend
 *
 * MAGLEV_AFFINITY_3TUPLE clears the ports, MAGLEV_AFFINITY_SOURCE everything
 * except the client's address. A masked flow consists of several connections,
 * so none of them opens or ends it. Normative.
 *
 * Context: any.
 * Return: the flow to hash and to store in the cache.
 */
struct mgl_flow mgl_flow_mask(const struct mgl_flow *flow,
			      enum maglev_affinity affinity)
{
	struct mgl_flow f = *flow;

	if (affinity == MAGLEV_AFFINITY_5TUPLE)
		return f;
	f.sport = 0;
	f.dport = 0;
	f.new_conn = false;
	f.pkt_state = MAGLEV_FLOW_ESTABLISHED;
	f.masked = true;
	f.digest = 0;
	if (affinity == MAGLEV_AFFINITY_SOURCE) {
		f.daddr = mgl_addr_is_v4(&f.saddr) ? mgl_addr_v4(0) :
						     (struct mgl_addr){};
		f.proto = 0;
	}
	return f;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_flow_mask);

/*
 * An IPv4 address as the integer that SipHash reads from its bytes. Words are
 * assembled in registers: reading them from a buffer that was just written in
 * smaller parts would stall on store forwarding.
 */
static u64 addr_word(const struct mgl_addr *addr)
{
	return le32_to_cpu((__force __le32)mgl_addr_to_v4(addr));
}

/* The same for ports and protocol. */
static u64 rest_word(const struct mgl_flow *flow)
{
	return (u64)le16_to_cpu((__force __le16)flow->sport) |
	       (u64)le16_to_cpu((__force __le16)flow->dport) << 16 |
	       (u64)flow->proto << 32;
}

/*
 * Out of line, so that IPv4 flows, which are hashed in registers, do not pay for
 * the buffer. The addresses are in it as on the wire.
 */
static noinline u64 hash_v6(const struct mgl_flow *flow, u64 rest,
			    const siphash_key_t *key)
{
	struct {
		struct mgl_addr saddr;
		struct mgl_addr daddr;
		__le64 rest;
	} __aligned(SIPHASH_ALIGNMENT) input = {
		.saddr = flow->saddr,
		.daddr = flow->daddr,
		.rest = cpu_to_le64(rest),
	};

	return siphash(&input, sizeof(input), key);
}

/* @service is 0, or takes the bits of the ports, which are masked then. */
static u64 hash_flow(const struct mgl_flow *flow, u32 service,
		     const siphash_key_t *key)
{
	u64 rest = rest_word(flow) | service;

	if (!mgl_addr_is_v4(&flow->saddr))
		return hash_v6(flow, rest, key);
	return siphash_2u64(addr_word(&flow->saddr) |
			    addr_word(&flow->daddr) << 32, rest, key);
}

/**
 * mgl_flow_digest() - hash a flow for the cache, unpredictably for outsiders
 * @flow: the flow, not masked
 * @secret: random key, so that nobody can choose flows that collide
 *
 * SipHash-2-4. The digest has no meaning outside of this host. It does not
 * depend on the service, so the bucket in the cache can be prefetched while the
 * service is looked up.
 *
 * Context: any.
 * Return: the digest.
 */
u64 mgl_flow_digest(const struct mgl_flow *flow, const siphash_key_t *secret)
{
	return hash_flow(flow, 0, secret);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_flow_digest);

/**
 * mgl_flow_key() - compute the key of a flow in the cache
 * @flow: the flow, masked by mgl_flow_mask()
 * @service: number of its service
 * @secret: the same as for mgl_flow_digest()
 *
 * The lower half of the key, which selects the bucket, is that of the digest.
 * For a masked flow the service is part of the hash instead: a client's flows
 * to all services would have the same digest and compete for one bucket.
 *
 * Context: any.
 * Return: the key.
 */
u64 mgl_flow_key(const struct mgl_flow *flow, u32 service,
		 const siphash_key_t *secret)
{
	if (flow->masked)
		return hash_flow(flow, service, secret);
	return (flow->digest ? flow->digest : hash_flow(flow, 0, secret)) ^
	       (u64)service << 32;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_flow_key);

/**
 * mgl_flow_hash() - compute the hash that selects a flow's slot
 * @flow: the flow, masked by mgl_flow_mask()
 * @seed: the pool's seed
 *
 * SipHash-2-4, keyed with MGL_LABEL_FLOW (see hash.h), of source address,
 * destination address, source port, destination port, protocol and three zero
 * bytes, all in network byte order: 16 bytes for IPv4 and 40 for IPv6. The
 * family is that of the source address. The flow's slot in a table of M slots is
 * (upper 32 bits of the hash * M) >> 32. Normative.
 *
 * Context: any.
 * Return: the hash.
 */
u64 mgl_flow_hash(const struct mgl_flow *flow, u64 seed)
{
	siphash_key_t key = mgl_hash_key(seed, MGL_LABEL_FLOW);

	return hash_flow(flow, 0, &key);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_flow_hash);
