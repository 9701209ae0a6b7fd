// SPDX-License-Identifier: GPL-2.0
/*
 * A traffic generator for measurements, driven by /sys/kernel/debug/maglev_bench:
 *
 *   run    write "DEVICE [KEY=VALUE]...": packets come in there, in the writer's
 *          network namespace; read the result of the last run
 *   floor  write 0, or 1 or 2 to drop packets in the writer's namespace, see
 *          enum bench_floor
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/nsproxy.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <net/net_namespace.h>

#include "bench.h"

#define COMMAND_MAX 256

static DEFINE_MUTEX(lock);
static struct bench_result last;
static struct dentry *dir;

static int set(struct bench_config *cfg, const char *key, u32 val)
{
	if (!strcmp(key, "flows"))
		cfg->flows = val;
	else if (!strcmp(key, "first"))
		cfg->first = val;
	else if (!strcmp(key, "proto"))
		cfg->proto = val;
	else if (!strcmp(key, "gre"))
		cfg->gre = val;
	else if (!strcmp(key, "inner6"))
		cfg->inner6 = val;
	else if (!strcmp(key, "outer6"))
		cfg->outer6 = val;
	else if (!strcmp(key, "fragments"))
		cfg->fragments = val;
	else if (!strcmp(key, "packets"))
		cfg->packets = val;
	else if (!strcmp(key, "cpus"))
		cfg->cpus = val;
	else if (!strcmp(key, "spread"))
		cfg->spread = val;
	else if (!strcmp(key, "batch"))
		cfg->batch = val;
	else
		return -EINVAL;
	return 0;
}

static int parse(struct bench_config *cfg, char *words)
{
	char *word, *val;
	u32 number;
	int err;

	while ((word = strsep(&words, " "))) {
		if (!*word)
			continue;
		val = strchr(word, '=');
		if (!val)
			return -EINVAL;
		*val++ = 0;
		err = kstrtou32(val, 0, &number);
		if (!err)
			err = set(cfg, word, number);
		if (err)
			return err;
	}
	if (!cfg->flows || !cfg->cpus || cfg->cpus > BENCH_MAX_CPUS ||
	    cfg->flows < cfg->cpus || cfg->packets > 100000000 ||
	    !cfg->batch || cfg->batch > BENCH_BATCH_MAX ||
	    (cfg->fragments && (cfg->inner6 || cfg->proto != BENCH_UDP)))
		return -EINVAL;
	return 0;
}

static int run(char *command)
{
	struct bench_config cfg = {
		.flows = 1000, .packets = 100000, .cpus = 1,
		.batch = BENCH_BATCH_MAX,
	};
	struct net_device *dev;
	char *name = strsep(&command, " ");
	int err = parse(&cfg, command);

	if (err)
		return err;
	dev = dev_get_by_name(current->nsproxy->net_ns, name);
	if (!dev)
		return -ENODEV;
	mutex_lock(&lock);
	err = bench_run(&cfg, dev, &last);
	mutex_unlock(&lock);
	dev_put(dev);
	return err;
}

static ssize_t run_write(struct file *file, const char __user *buf,
			 size_t len, loff_t *pos)
{
	char *command;
	int err;

	if (len >= COMMAND_MAX)
		return -EINVAL;
	command = memdup_user_nul(buf, len);
	if (IS_ERR(command))
		return PTR_ERR(command);
	err = run(strim(command));
	kfree(command);
	return err ?: len;
}

static int run_show(struct seq_file *seq, void *v)
{
	mutex_lock(&lock);
	seq_printf(seq, "%llu %llu %llu %llu %llu %llu %llu %llu\n", last.packets,
		   last.total_ns, last.batch_ps, last.tail_ns, last.half_ns,
		   last.far_tail_ns, last.max_ns, last.wall_ns);
	mutex_unlock(&lock);
	return 0;
}

static int run_open(struct inode *inode, struct file *file)
{
	return single_open(file, run_show, NULL);
}

static const struct file_operations run_fops = {
	.owner = THIS_MODULE,
	.open = run_open,
	.read = seq_read,
	.write = run_write,
	.llseek = seq_lseek,
	.release = single_release,
};

static ssize_t floor_write(struct file *file, const char __user *buf,
			   size_t len, loff_t *pos)
{
	u32 floor;
	int err = kstrtou32_from_user(buf, len, 0, &floor);

	if (err)
		return err;
	if (floor > BENCH_FLOOR_LOCAL)
		return -EINVAL;
	return bench_floor_set(current->nsproxy->net_ns, floor) ?: len;
}

static const struct file_operations floor_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = floor_write,
};

static int __init bench_init(void)
{
	dir = debugfs_create_dir("maglev_bench", NULL);
	debugfs_create_file("run", 0600, dir, NULL, &run_fops);
	debugfs_create_file("floor", 0200, dir, NULL, &floor_fops);
	return 0;
}

static void __exit bench_exit(void)
{
	debugfs_remove(dir);
	bench_floor_exit();
}

module_init(bench_init);
module_exit(bench_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Traffic generator for the maglev module's benchmarks");
