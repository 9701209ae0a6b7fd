// SPDX-License-Identifier: GPL-2.0
/*
 * The IPv6 addresses of this host: what local.c is for IPv4. Two things differ.
 * A link-local address is one of its device only, so the device is part of the
 * key. And addresses also change in softirq, by router advertisements, so the
 * set is rebuilt under a spinlock instead of RTNL, and without sleeping. Each
 * change costs a walk over all addresses.
 *
 * As in the kernel's lists, and unlike its local table, the set has addresses
 * that another host was found to have (DADFAILED), and those that were kept when
 * their device went down.
 */
#include <linux/hash.h>
#include <linux/inetdevice.h>
#include <linux/ipv6.h>
#include <linux/log2.h>
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <net/addrconf.h>
#include <net/if_inet6.h>

#include "local_v6.h"
#include "net.h"

/**
 * struct mgl_local_v6_entry - an address of this host
 * @addr: the address; "::", which is no host's address, marks a free slot
 * @ifindex: the device of a link-local address, 0 for other addresses
 */
struct mgl_local_v6_entry {
	struct in6_addr addr;
	int ifindex;
};

/**
 * struct mgl_local_v6_set - IPv6 addresses, open addressing, at most half full
 * @rcu: for kfree_rcu()
 * @bits: log2 of the number of slots
 * @slot: the addresses
 */
struct mgl_local_v6_set {
	struct rcu_head rcu;
	u8 bits;
	struct mgl_local_v6_entry slot[];
};

#if IS_ENABLED(CONFIG_IPV6)

/* mgl_local_v6_entry.ifindex of an address of @dev. */
static int entry_ifindex(const struct in6_addr *addr,
			 const struct net_device *dev)
{
	return mgl_v6_link_local(addr) ? dev->ifindex : 0;
}

/* The slot that has an address, or is free for it. */
static u32 set_slot(const struct mgl_local_v6_set *set,
		    const struct in6_addr *addr, int ifindex)
{
	u32 i = hash_32(ipv6_addr_hash(addr), set->bits);

	/* Terminates: half of the slots are free. */
	while (!ipv6_addr_any(&set->slot[i].addr) &&
	       (!ipv6_addr_equal(&set->slot[i].addr, addr) ||
		set->slot[i].ifindex != ifindex))
		i = (i + 1) & ((1U << set->bits) - 1);
	return i;
}

/*
 * For the time without a set, as in mgl_local_v4(). Link-local addresses have to
 * be those of @dev, and others may be those of any device in its VRF.
 */
static bool ask_stack(struct net *net, const struct in6_addr *addr,
		      const struct net_device *dev)
{
	return !ipv6_addr_loopback(addr) && ipv6_chk_addr(net, addr, dev, 0);
}

/**
 * mgl_local_v6() - check for an IPv6 address of this host
 * @mn: the namespace
 * @addr: the address
 * @dev: the device by which the packet came, for link-local addresses
 *
 * Context: RCU read side.
 * Return: true if a device in the namespace has @addr, loopback excluded, and
 * if that is @dev should @addr be link-local.
 */
bool mgl_local_v6(const struct mgl_net *mn, const struct in6_addr *addr,
		  const struct net_device *dev)
{
	const struct mgl_local_v6_set *set = rcu_dereference(mn->local_v6);
	u32 i;

	if (unlikely(!set))
		return ask_stack(mn->net, addr, dev);
	i = set_slot(set, addr, entry_ifindex(addr, dev));
	return !ipv6_addr_any(addr) && !ipv6_addr_any(&set->slot[i].addr);
}

/*
 * Adds the addresses to @set, at most @most; only counts them without a set. An
 * address that is being deleted may still be in the list of its device.
 */
static u32 walk_addresses(struct net *net, struct mgl_local_v6_set *set,
			  u32 most)
{
	const struct inet6_ifaddr *ifa;
	struct mgl_local_v6_entry e;
	struct inet6_dev *idev;
	struct net_device *dev;
	u32 n = 0;

	for_each_netdev_rcu(net, dev) {
		idev = __in6_dev_get(dev);
		if (!idev)
			continue;
		list_for_each_entry_rcu(ifa, &idev->addr_list, if_list) {
			if (READ_ONCE(ifa->state) == INET6_IFADDR_STATE_DEAD ||
			    ipv6_addr_loopback(&ifa->addr))
				continue;
			if (n == most)
				return n;
			n++;
			if (!set)
				continue;
			e.addr = ifa->addr;
			e.ifindex = entry_ifindex(&e.addr, dev);
			set->slot[set_slot(set, &e.addr, e.ifindex)] = e;
		}
	}
	return n;
}

/*
 * An address that comes between counting and adding may find no room. Whoever
 * adds it calls this next, and waits for the lock.
 */
static struct mgl_local_v6_set *set_build(struct net *net)
{
	struct mgl_local_v6_set *set;
	u32 n;
	u8 bits;

	rcu_read_lock();
	n = walk_addresses(net, NULL, U32_MAX);
	bits = ilog2(roundup_pow_of_two(2 * n + 2));
	set = kzalloc(struct_size(set, slot, 1UL << bits),
		      GFP_ATOMIC | __GFP_ACCOUNT | __GFP_NOWARN);
	if (set) {
		set->bits = bits;
		walk_addresses(net, set, (1U << bits) / 2);
	}
	rcu_read_unlock();
	return set;
}

static void set_replace(struct mgl_net *mn, struct mgl_local_v6_set *set)
{
	struct mgl_local_v6_set *old;

	old = rcu_replace_pointer(mn->local_v6, set,
				  lockdep_is_held(&mn->local_v6_lock));
	if (old)
		kfree_rcu(old, rcu);
}

/**
 * mgl_local_v6_start() - build the set of a namespace and keep it current
 * @mn: the namespace
 *
 * Context: any but hard interrupts.
 */
void mgl_local_v6_start(struct mgl_net *mn)
{
	spin_lock_bh(&mn->local_v6_lock);
	mn->local_v6_kept = true;
	set_replace(mn, set_build(mn->net));
	spin_unlock_bh(&mn->local_v6_lock);
}

/**
 * mgl_local_v6_stop() - free the set of a namespace and build no other
 * @mn: the namespace
 *
 * Context: any but hard interrupts.
 */
void mgl_local_v6_stop(struct mgl_net *mn)
{
	spin_lock_bh(&mn->local_v6_lock);
	mn->local_v6_kept = false;
	set_replace(mn, NULL);
	spin_unlock_bh(&mn->local_v6_lock);
}

/* Called after the address was added, or before or after it is removed. */
static int address_changed(struct notifier_block *nb, unsigned long event,
			   void *ptr)
{
	const struct inet6_ifaddr *ifa = ptr;
	struct mgl_net *mn = mgl_net(dev_net(ifa->idev->dev));

	spin_lock_bh(&mn->local_v6_lock);
	if (mn->local_v6_kept)
		set_replace(mn, set_build(mn->net));
	spin_unlock_bh(&mn->local_v6_lock);
	return NOTIFY_DONE;
}

static struct notifier_block address_notifier = {
	.notifier_call = address_changed,
};

/**
 * mgl_local_v6_init() - register for changes of IPv6 addresses
 *
 * Every namespace must have its struct mgl_net already.
 *
 * Context: may sleep.
 * Return: 0 or -errno.
 */
int mgl_local_v6_init(void)
{
	return register_inet6addr_notifier(&address_notifier);
}

/**
 * mgl_local_v6_exit() - unregister from changes of IPv6 addresses
 *
 * Context: may sleep.
 */
void mgl_local_v6_exit(void)
{
	unregister_inet6addr_notifier(&address_notifier);
}

#else /* CONFIG_IPV6 */

bool mgl_local_v6(const struct mgl_net *mn, const struct in6_addr *addr,
		  const struct net_device *dev)
{
	return false;
}

void mgl_local_v6_start(struct mgl_net *mn)
{
}

void mgl_local_v6_stop(struct mgl_net *mn)
{
}

int mgl_local_v6_init(void)
{
	return 0;
}

void mgl_local_v6_exit(void)
{
}

#endif /* CONFIG_IPV6 */
