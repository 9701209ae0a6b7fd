// SPDX-License-Identifier: GPL-2.0
/*
 * The addresses of this host, one flat hash per namespace: a packet costs one
 * probe instead of a FIB lookup.
 *
 * The set is read under RCU. It is rebuilt whenever an address is added or
 * removed, which is rare: the administrator does that. Rebuilding the whole set
 * avoids counting addresses that several devices have. Addresses of devices
 * that are down are included, as they are in the kernel's local table.
 *
 * Without a set the FIB is asked, so a failed allocation makes lookups slower
 * and changes their result in two corner cases only: local routes that match no
 * address of a device (AnyIP) are not in the set, and addresses in a VRF are. A
 * director's outer address has to be one of a device. Loopback addresses are
 * left out: the hook runs before routing refuses such packets from the wire.
 */
#include <linux/hash.h>
#include <linux/inetdevice.h>
#include <linux/log2.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/route.h>

#include "local.h"
#include "net.h"

/**
 * struct mgl_local_set - IPv4 addresses, open addressing, at most half full
 * @rcu: for kvfree_rcu()
 * @bits: log2 of the number of slots
 * @slot: addresses; 0, which is no host's address, marks a free slot
 */
struct mgl_local_set {
	struct rcu_head rcu;
	u8 bits;
	__be32 slot[];
};

static u32 set_slot(const struct mgl_local_set *set, __be32 addr)
{
	u32 i = hash_32((__force u32)addr, set->bits);

	/* Terminates: half of the slots are free. */
	while (set->slot[i] && set->slot[i] != addr)
		i = (i + 1) & ((1U << set->bits) - 1);
	return i;
}

/**
 * mgl_local_v4() - check for an address of this host
 * @mn: the namespace
 * @addr: the address, network byte order
 *
 * Context: RCU read side.
 * Return: true if a device in the namespace has @addr, loopback excluded.
 */
bool mgl_local_v4(const struct mgl_net *mn, __be32 addr)
{
	const struct mgl_local_set *set = rcu_dereference(mn->local);

	if (unlikely(!set))
		return !ipv4_is_loopback(addr) &&
		       inet_addr_type(mn->net, addr) == RTN_LOCAL;
	return addr && set->slot[set_slot(set, addr)] == addr;
}

static u32 walk_addresses(struct net *net, struct mgl_local_set *set)
{
	const struct in_ifaddr *ifa;
	struct in_device *in_dev;
	struct net_device *dev;
	u32 n = 0;

	ASSERT_RTNL();
	for_each_netdev(net, dev) {
		in_dev = __in_dev_get_rtnl(dev);
		if (!in_dev)
			continue;
		in_dev_for_each_ifa_rtnl(ifa, in_dev) {
			if (ipv4_is_loopback(ifa->ifa_local))
				continue;
			n++;
			if (set)
				set->slot[set_slot(set, ifa->ifa_local)] =
					ifa->ifa_local;
		}
	}
	return n;
}

static void rebuild(struct mgl_net *mn)
{
	struct mgl_local_set *set, *old;
	u8 bits;

	ASSERT_RTNL();
	bits = ilog2(roundup_pow_of_two(2 * walk_addresses(mn->net, NULL) + 2));
	set = kvzalloc(struct_size(set, slot, 1UL << bits), GFP_KERNEL_ACCOUNT);
	if (set) {
		set->bits = bits;
		walk_addresses(mn->net, set);
	}
	old = rcu_replace_pointer(mn->local, set, lockdep_rtnl_is_held());
	if (old)
		kvfree_rcu(old, rcu);
}

/**
 * mgl_local_start() - build the set of a namespace and keep it current
 * @mn: the namespace; mn->lock is held
 *
 * Context: may sleep, takes RTNL.
 */
void mgl_local_start(struct mgl_net *mn)
{
	lockdep_assert_held(&mn->lock);
	rtnl_lock();
	mn->local_kept = true;
	rebuild(mn);
	rtnl_unlock();
}

/**
 * mgl_local_stop() - free the set of a namespace and build no other
 * @mn: the namespace; mn->lock is held
 *
 * Context: may sleep, takes RTNL.
 */
void mgl_local_stop(struct mgl_net *mn)
{
	struct mgl_local_set *old;

	lockdep_assert_held(&mn->lock);
	rtnl_lock();
	mn->local_kept = false;
	old = rcu_replace_pointer(mn->local, NULL, lockdep_rtnl_is_held());
	if (old)
		kvfree_rcu(old, rcu);
	rtnl_unlock();
}

/* Called with RTNL held, after the address was added or removed. */
static int address_changed(struct notifier_block *nb, unsigned long event,
			   void *ptr)
{
	const struct in_ifaddr *ifa = ptr;
	struct mgl_net *mn = mgl_net(dev_net(ifa->ifa_dev->dev));

	if (mn->local_kept)
		rebuild(mn);
	return NOTIFY_DONE;
}

static struct notifier_block address_notifier = {
	.notifier_call = address_changed,
};

/**
 * mgl_local_init() - register for address changes
 *
 * Every namespace must have its struct mgl_net already.
 *
 * Context: may sleep.
 * Return: 0 or -errno.
 */
int mgl_local_init(void)
{
	return register_inetaddr_notifier(&address_notifier);
}

/**
 * mgl_local_exit() - unregister from address changes
 *
 * Context: may sleep.
 */
void mgl_local_exit(void)
{
	unregister_inetaddr_notifier(&address_notifier);
}
