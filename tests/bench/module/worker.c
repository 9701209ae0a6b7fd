// SPDX-License-Identifier: GPL-2.0
/*
 * Sending packets up the stack, and timing that: a thread for each CPU makes a
 * batch of packets, looks at the clock, hands them to the stack as a driver
 * does, waits until the stack is through with them and looks again. What making
 * them takes is not counted, what freeing them takes is.
 */
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/interrupt.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "bench.h"

struct worker {
	const struct bench_config *cfg;
	struct net_device *dev;
	struct task_struct *task;
	struct completion *start;
	struct completion done;
	struct sk_buff *batch[BENCH_BATCH_MAX];
	u32 *ns;
	u32 batches;
	u32 index;
	int err;
};

static int prepare(struct worker *w, u64 from)
{
	const struct bench_config *cfg = w->cfg;
	u32 i, share = cfg->flows / cfg->cpus;
	struct bench_config part = *cfg;

	part.flows = cfg->spread ? cfg->flows : share;
	for (i = 0; i < cfg->batch; i++) {
		u32 flow = bench_flow(&part, (from + i) >> cfg->fragments);

		if (!cfg->spread)
			flow += w->index * share;
		w->batch[i] = bench_packet(cfg, w->dev, flow, from + i);
		if (!w->batch[i])
			goto fail;
	}
	return 0;

fail:
	while (i--)
		kfree_skb(w->batch[i]);
	return -ENOMEM;
}

static bool left_to_ksoftirqd(void)
{
	/* User-Mode Linux that counts interrupts itself keeps this from modules. */
#if defined(CONFIG_UML) && defined(__ARCH_IRQ_STAT)
	return false;
#else
	return local_softirq_pending() & BIT(NET_RX_SOFTIRQ);
#endif
}

/*
 * Leaving the section runs what the packets left for a soft interrupt, unless
 * those took too long before: then ksoftirqd does, on this CPU, and is waited for.
 */
static u32 send(struct worker *w)
{
	ktime_t start = ktime_get();
	u32 i;

	local_bh_disable();
	for (i = 0; i < w->cfg->batch; i++)
		netif_receive_skb(w->batch[i]);
	local_bh_enable();
	while (left_to_ksoftirqd())
		schedule();
	return ktime_to_ns(ktime_sub(ktime_get(), start));
}

static int work(void *data)
{
	struct worker *w = data;
	u64 from = 0;
	u32 i;

	wait_for_completion(w->start);
	/* With all CPUs on the same flows, not on the same one at once. */
	if (w->cfg->spread)
		from = (u64)w->cfg->flows / w->cfg->cpus * w->index;
	for (i = 0; i < w->batches; i++) {
		w->err = prepare(w, from + (u64)i * w->cfg->batch);
		if (w->err)
			break;
		w->ns[i] = send(w);
		cond_resched();
	}
	/* complete() last: the other side frees what this one uses. */
	kthread_complete_and_exit(&w->done, 0);
}

static int by_value(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

/*
 * User-Mode Linux's clock goes in steps of 256 ns, so the median would, too;
 * the mean of the middle half does not, and is as little moved by what else the
 * machine did.
 */
static void sum_up(const struct bench_config *cfg, u32 *ns, u32 n,
		   struct bench_result *res)
{
	u32 i, quarter = n / 4;
	u64 middle = 0;

	res->packets = (u64)n * cfg->batch;
	res->total_ns = 0;
	for (i = 0; i < n; i++)
		res->total_ns += ns[i];
	sort(ns, n, sizeof(*ns), by_value, NULL);
	for (i = quarter; i < n - quarter; i++)
		middle += ns[i];
	res->batch_ps = div_u64(middle * 1000,
				(n - 2 * quarter) * cfg->batch);
	res->half_ns = ns[n / 2];
	res->tail_ns = ns[n - 1 - n / 100];
	res->far_tail_ns = ns[n - 1 - n / 1000];
	res->max_ns = ns[n - 1];
}

static int start(struct worker *w, int cpu)
{
	struct task_struct *task;

	init_completion(&w->done);
	task = kthread_create_on_node(work, w, cpu_to_node(cpu), "bench/%d",
				      cpu);
	if (IS_ERR(task))
		return PTR_ERR(task);
	kthread_bind(task, cpu);
	w->task = task;
	wake_up_process(task);
	return 0;
}

static int run(const struct bench_config *cfg, struct worker *workers,
	       struct bench_result *res)
{
	int cpu, err = 0;
	ktime_t begin;
	u32 i = 0, n;

	for_each_online_cpu(cpu) {
		if (i == cfg->cpus)
			break;
		err = start(&workers[i], cpu);
		if (err)
			break;
		i++;
	}
	n = i;
	if (!err && n < cfg->cpus)
		err = -ENODEV;
	/* Those there are must end, whatever became of the others. */
	for (i = 0; err && i < n; i++)
		workers[i].batches = 0;
	begin = ktime_get();
	if (n)
		complete_all(workers->start);
	for (i = 0; i < n; i++) {
		wait_for_completion(&workers[i].done);
		if (!err)
			err = workers[i].err;
	}
	res->wall_ns = ktime_to_ns(ktime_sub(ktime_get(), begin));
	return err;
}

/**
 * bench_run() - send packets and see how long that takes
 * @cfg: what to send
 * @dev: the device that packets come from
 * @res: the result
 *
 * Context: may sleep, and takes its time.
 * Return: 0 or an error.
 */
int bench_run(const struct bench_config *cfg, struct net_device *dev,
	      struct bench_result *res)
{
	u32 batches = max(cfg->packets / cfg->batch, 1U);
	DECLARE_COMPLETION_ONSTACK(begin);
	struct worker *workers;
	int err = -ENOMEM;
	u32 *ns, i;

	workers = kcalloc(cfg->cpus, sizeof(*workers), GFP_KERNEL);
	ns = kvcalloc(batches * cfg->cpus, sizeof(*ns), GFP_KERNEL);
	if (!workers || !ns)
		goto out;
	for (i = 0; i < cfg->cpus; i++) {
		workers[i].cfg = cfg;
		workers[i].dev = dev;
		workers[i].start = &begin;
		workers[i].ns = ns + i * batches;
		workers[i].batches = batches;
		workers[i].index = i;
	}
	err = run(cfg, workers, res);
	if (!err)
		sum_up(cfg, ns, batches * cfg->cpus, res);
out:
	kvfree(ns);
	kfree(workers);
	return err;
}
