/* SPDX-License-Identifier: GPL-2.0 */
/* Packets on their way through mgl_forward(), by routes that end in the test. */
#ifndef _KUNIT_SENDING_H
#define _KUNIT_SENDING_H

#include "core/reason.h"
#include "endpoint.h"
#include "super.h"

struct kunit;
struct mgl_net;
struct net_device;
struct rt6_info;
struct rtable;

/**
 * struct sending - a route of each family that ends here
 * @mn: the instance
 * @ep: the backend, of either family
 * @dev: a device that is not registered
 * @route_v4: the route to a backend of IPv4
 * @route_v6: the route to one of IPv6
 * @s: the packet that comes
 * @before: how it lay in memory
 * @n_before: valid entries of @before
 * @sent: what the last packet became, sent or delivered, or NULL
 * @flat: a packet that went, as flat bytes
 */
struct sending {
	struct mgl_net *mn;
	struct mgl_endpoint ep;
	struct net_device *dev;
	struct rtable *route_v4;
	struct rt6_info *route_v6;
	struct super s;
	skb_frag_t before[MAX_SKB_FRAGS];
	u32 n_before;
	struct sk_buff *sent;
	u8 flat[PACKET_MAX];
};

/* For the init and exit functions of a suite: makes test->priv a struct sending. */
int sending_init(struct kunit *test);
void sending_exit(struct kunit *test);
/* Set the MTU of both routes. */
void sending_mtu(struct sending *f, u32 mtu);

/* Every kind of outer and inner header, GRE flags among them, by number. */
#define SENDING_FORMS 48
/* Those of TCP, which come first: in a tunnel GRO makes no lists of UDP. */
#define SENDING_LIST_FORMS 24
#define SENDING_SEGMENTS 8
/*
 * Make the packet that comes one of a form, or one that GRO makes a list of, of one of
 * the first SENDING_LIST_FORMS.
 */
void sending_build(struct sending *f, u32 i, u32 segments);
struct test_skb sending_build_list(struct kunit *test, u32 i);

/* Forward @skb to a backend of a family. */
enum mgl_reason sending_forward(struct sending *f, struct sk_buff *skb,
				bool to_v6);

/* Finish what is left to the device, and check the packet: an error, or NULL. */
const char *sending_check(struct sending *f, struct sk_buff *skb, bool to_v6,
			  u32 segment);
/*
 * Note where pages are, and check later that they are those that came, but for
 * @pulled bytes at their start.
 */
void sending_note_pages(struct sending *f, const struct sk_buff *skb);
const char *sending_check_pages(const struct sending *f,
				const struct sk_buff *skb, u32 pulled);

#endif /* _KUNIT_SENDING_H */
