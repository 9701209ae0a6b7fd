// SPDX-License-Identifier: GPL-2.0
/* Module load and unload. */
#include <linux/kmod.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <net/ipv6.h>

#include "gc.h"
#include "local.h"
#include "local_v6.h"
#include "nl/nl.h"
#include "netns.h"

/*
 * Packets that we accept go to the host's GRE stack. Without one it answers with
 * "protocol unreachable", which a router's tunnel takes for an error of its own
 * and reports to clients as "host unreachable". With ip_gre the answer is "port
 * unreachable", which a tunnel ignores. ip_gre also learns of a smaller MTU on
 * the path to a backend. ip6_gre is for IPv6 what ip_gre is for IPv4. They are
 * no soft dependencies, because modprobe -r would remove them as well and with
 * them every GRE device of the host.
 */
static void want_gre(void)
{
	if (IS_MODULE(CONFIG_NET_IPGRE) && request_module("ip_gre"))
		pr_warn("cannot load ip_gre: GRE that is not for a VIP will be answered with errors\n");
	if (IS_MODULE(CONFIG_IPV6_GRE) && ipv6_mod_enabled() &&
	    request_module("ip6_gre"))
		pr_warn("cannot load ip6_gre: GRE over IPv6 that is not for a VIP will be answered with errors\n");
}

static int __init maglev_init(void)
{
	int err;

	want_gre();
	err = mgl_gc_start();
	if (err)
		return err;
	err = mgl_net_init();
	if (err)
		goto err_gc;
	err = mgl_local_init();
	if (err)
		goto err_net;
	err = mgl_local_v6_init();
	if (err)
		goto err_local;
	/* Last: from here on the module can be configured. */
	err = mgl_netlink_init();
	if (err)
		goto err_local_v6;
	return 0;

err_local_v6:
	mgl_local_v6_exit();
err_local:
	mgl_local_exit();
err_net:
	mgl_net_exit();
err_gc:
	mgl_gc_stop();
	return err;
}

static void __exit maglev_exit(void)
{
	mgl_netlink_exit();
	mgl_local_v6_exit();
	mgl_local_exit();
	mgl_net_exit();
	mgl_gc_stop();
	/* RCU callbacks of tables, backends, pools and services are in here. */
	rcu_barrier();
}

module_init(maglev_init);
module_exit(maglev_exit);

MODULE_DESCRIPTION("Maglev load balancer: GRE in, GRE out, by consistent hashing");
MODULE_AUTHOR("The maglev authors");
MODULE_LICENSE("GPL");
MODULE_VERSION(MGL_VERSION);
MODULE_ALIAS_GENL_FAMILY(MAGLEV_GENL_NAME);
