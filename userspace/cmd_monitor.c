// SPDX-License-Identifier: GPL-2.0
/* --monitor: changes, and what happens by itself, as it happens. */
#include <errno.h>

#include <linux/netlink.h>
#include <netlink/msg.h>

#include "cmd.h"
#include "err.h"
#include "event.h"
#include "nl.h"

static void print_all(struct event_printer *p, struct nlmsghdr *h, int len)
{
	for (; nlmsg_ok(h, len) && !event_enough(p); h = nlmsg_next(h, &len))
		if (h->nlmsg_type >= NLMSG_MIN_TYPE)
			event_print(p, h);
}

/* Returns a negative errno unless as many were printed as were asked for. */
static int watch(struct kern *kern, struct event_printer *p)
{
	_Alignas(struct nlmsghdr) char page[KERN_RECEIVE_SIZE];
	int len;

	while (!event_enough(p)) {
		len = kern_receive(kern, page, sizeof(page));
		if (len == -ENOBUFS)
			event_print_overrun(p);
		else if (len < 0)
			return len;
		else
			print_all(p, (void *)page, len);
	}
	return 0;
}

/**
 * cmd_monitor() - --monitor
 * @ctx: the program
 * @args: its command line
 *
 * Return: an exit code.
 */
int cmd_monitor(struct ctx *ctx, const struct args *args)
{
	struct event_printer p = {
		.json = args->given & OPT_JSON,
		.timestamp = args->given & OPT_TIMESTAMP,
		.counted = args->given & OPT_COUNT,
		.left = args->count,
	};
	struct kern *kern = ctx_kern(ctx);
	int err;

	if (!kern)
		return EXIT_FAILED;
	err = kern_join(kern, MAGLEV_GENL_MCGRP_CONFIG);
	if (!err)
		err = watch(kern, &p);
	return err ? kern_failed(kern, err, "cannot watch") : EXIT_OK;
}
