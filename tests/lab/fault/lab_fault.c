// SPDX-License-Identifier: GPL-2.0
/*
 * Faults on demand: the lab's self test loads this to see them reported.
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

static char *fault = "";
module_param(fault, charp, 0444);
MODULE_PARM_DESC(fault, "warn, oops, leak, overrun, sleep, lock, refuse");

static DEFINE_SPINLOCK(lock_a);
static DEFINE_SPINLOCK(lock_b);

static void overrun(void)
{
	size_t size = 16;
	u8 *bytes = kmalloc(size, GFP_KERNEL);

	if (!bytes)
		return;
	OPTIMIZER_HIDE_VAR(size);
	bytes[size] = 1;
	kfree(bytes);
}

/* Sixteen, since a stale pointer on some stack may hide one of them. */
static void leak(void)
{
	int i;

	for (i = 0; i < 16; i++)
		if (!kmalloc(128, GFP_KERNEL))
			return;
}

static void lock_inversion(void)
{
	spin_lock(&lock_a);
	spin_lock(&lock_b);
	spin_unlock(&lock_b);
	spin_unlock(&lock_a);
	spin_lock(&lock_b);
	spin_lock(&lock_a);
	spin_unlock(&lock_a);
	spin_unlock(&lock_b);
}

static void sleep_locked(void)
{
	spin_lock(&lock_a);
	msleep(1);
	spin_unlock(&lock_a);
}

static int __init fault_init(void)
{
	if (!strcmp(fault, "warn"))
		WARN_ON(1);
	else if (!strcmp(fault, "oops"))
		BUG();
	else if (!strcmp(fault, "leak"))
		leak();
	else if (!strcmp(fault, "overrun"))
		overrun();
	else if (!strcmp(fault, "sleep"))
		sleep_locked();
	else if (!strcmp(fault, "lock"))
		lock_inversion();
	else if (!strcmp(fault, "refuse"))
		return -EINVAL;
	return 0;
}

static void __exit fault_exit(void)
{
}

module_init(fault_init);
module_exit(fault_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Faults on demand, for the lab's self test");
