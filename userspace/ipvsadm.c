// SPDX-License-Identifier: GPL-2.0
/*
 * What the program does otherwise where it is called ipvsadm: it takes what
 * scripts give ipvsadm, and what it cannot do to the letter it does in its own
 * way and says so, once. Documentation/ipvsadm.md has a row for each command
 * and option. Listings are in ipvsadm_list.c.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "change.h"
#include "err.h"
#include "ipvsadm.h"
#include "parse.h"

static const char * const notes[NOTES] = {
	[NOTE_SCHEDULER] =
		"-s: the scheduler is Maglev hashing (mh), whatever is asked for",
	[NOTE_SCHED_FLAGS] =
		"-b: flags of other schedulers than mh have no effect",
	[NOTE_PERSISTENT] =
		"-p: clients are remembered for as long as --set says, not for the time given",
	[NOTE_GATEWAYING] =
		"-g: backends are reached through GRE, as with -i --tun-type gre",
	[NOTE_IPIP] =
		"--tun-type ipip: backends are reached through GRE, as with --tun-type gre",
	[NOTE_NETMASK] =
		"-M: clients are told apart by their whole addresses, as with a full mask",
	[NOTE_LOCAL] =
		"-r: a loopback address stands for --all-down accept: this host gets the packets while no backend is usable",
};

static bool is_word(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && !memcmp(text, word, len);
}

/**
 * ipvsadm_name() - tell the names of ipvsadm's programs
 * @name: the name that the program was called by, without its folder
 *
 * Return: which of them it is.
 */
enum ipvsadm_name ipvsadm_name(const char *name)
{
	if (!strcmp(name, "ipvsadm"))
		return IPVSADM;
	if (!strcmp(name, "ipvsadm-save"))
		return IPVSADM_SAVE;
	if (!strcmp(name, "ipvsadm-restore"))
		return IPVSADM_RESTORE;
	return NOT_IPVSADM;
}

/**
 * ipvsadm_note() - say that something is done in another way than asked for
 * @note: what
 *
 * A restored file may ask for it on each of its lines, and gets one answer.
 */
void ipvsadm_note(enum ipvsadm_note note)
{
	static bool said[NOTES];

	if (!said[note])
		err_note("%s", notes[note]);
	said[note] = true;
}

/**
 * ipvsadm_scheduler() - a scheduler of IPVS
 * @name: its name
 * @given: where to keep it if it is another than mh
 *
 * Return: NULL or what is wrong.
 */
const char *ipvsadm_scheduler(const char *name, struct given *given)
{
	static const char * const known[] = {
		"rr", "wrr", "lc", "wlc", "lblc", "lblcr", "dh", "sh", "sed",
		"nq", "fo", "ovf", "twos",
	};
	size_t i;

	if (!parse_scheduler(name))
		return NULL;
	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (!strcmp(name, known[i])) {
			ipvsadm_note(NOTE_SCHEDULER);
			snprintf(given->scheduler, sizeof(given->scheduler),
				 "%s", name);
			return NULL;
		}
	return "Scheduler or persistence engine not found";
}

/**
 * ipvsadm_sched_flags() - scheduler flags of IPVS, separated by commas
 * @text: the flags
 * @lenient: flags of other schedulers than mh are taken, too
 * @given: where to keep them
 *
 * Return: NULL or what is wrong.
 */
const char *ipvsadm_sched_flags(const char *text, bool lenient,
				struct given *given)
{
	static const struct {
		const char *name;
		uint8_t bit;
	} known[] = {
		{ "mh-fallback", 1 }, { "mh-port", 2 },
		{ "sh-fallback", 1 }, { "sh-port", 2 },
		{ "flag-1", 1 }, { "flag-2", 2 }, { "flag-3", 4 },
	};
	const char *wrong = parse_sched_flags(text);
	size_t len, i;

	if (wrong && !lenient)
		return wrong;
	do {
		len = strcspn(text, ",");
		for (i = 0; i < ARRAY_SIZE(known); i++)
			if (is_word(text, len, known[i].name))
				break;
		if (i == ARRAY_SIZE(known))
			return "invalid scheduler flag";
		given->sched_flags |= known[i].bit;
		text += len;
	} while (*text++ == ',');
	if (wrong)
		ipvsadm_note(NOTE_SCHED_FLAGS);
	return NULL;
}

/**
 * ipvsadm_netmask() - the granularity of persistence
 * @text: a mask for IPv4, or a prefix length for IPv6
 * @given: where to keep it if it is not full
 *
 * Return: NULL or what is wrong.
 */
const char *ipvsadm_netmask(const char *text, struct given *given)
{
	struct in_addr mask;
	uint64_t len;

	if (!parse_netmask(text))
		return NULL;
	if (inet_pton(AF_INET, text, &mask) != 1 &&
	    (parse_uint(text, 128, &len) || !len))
		return "not a mask of IPv4 addresses, nor a prefix length (1 to 128)";
	ipvsadm_note(NOTE_NETMASK);
	snprintf(given->netmask, sizeof(given->netmask), "%s", text);
	return NULL;
}

static bool is_loopback(const struct addr *addr)
{
	if (addr->family == AF_INET)
		return ntohl(addr->v4.s_addr) >> IN_CLASSA_NSHIFT ==
		       IN_LOOPBACKNET;
	return addr->family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&addr->v6);
}

/**
 * ipvsadm_local_host() - the loopback address that a service is listed with
 * @id: the service
 * @addr: the result
 */
void ipvsadm_local_host(const struct service_id *id, struct addr *addr)
{
	*addr = (struct addr){ .family = id->addr.family };
	if (addr->family == AF_INET)
		addr->v4.s_addr = htonl(INADDR_LOOPBACK);
	else
		addr->v6 = in6addr_loopback;
}

/**
 * ipvsadm_plan_local() - plan for a backend that is this host itself
 * @args: the command line, of -a, -e or -d
 * @c: the change that it would be of another backend
 *
 * IPVS delivers packets for 127.0.0.1 to the director. Health checkers use that
 * for a page that says sorry, while no backend works: that is a policy here.
 *
 * Return: true if the backend is this host, and @c is what to do then.
 */
bool ipvsadm_plan_local(const struct args *args, struct change *c)
{
	bool ends = c->cmd == MAGLEV_CMD_BACKEND_DEL;

	if (!(args->given & OPT_SERVICE) || !is_loopback(&args->real.addr))
		return false;
	*c = (struct change){
		.cmd = MAGLEV_CMD_SERVICE_SET,
		.service = args->service,
		.set.service = {
			.mask = SERVICE_ALL_DOWN,
			.all_down = ends ? MAGLEV_ALL_DOWN_DROP :
					   MAGLEV_ALL_DOWN_ACCEPT,
		},
	};
	if (!ends)
		ipvsadm_note(NOTE_LOCAL);
	return true;
}

/**
 * ipvsadm_words() - a refusal in the words that scripts look for
 * @c: the change that the kernel refused
 * @err: the negative errno
 * @backend: the kernel blames the backend in @c
 *
 * Return: the words, or NULL if ipvsadm has none for this.
 */
const char *ipvsadm_words(const struct change *c, int err, bool backend)
{
	if (err == -EPERM)
		return "Permission denied (you must be root)";
	if (c->pool)
		return NULL;
	switch (c->cmd) {
	case MAGLEV_CMD_SERVICE_NEW:
		return err == -EEXIST ? "Service already exists" : NULL;
	case MAGLEV_CMD_SERVICE_SET:
		/* A pool that it names may be what is missing. */
		if (c->set.service.pool || c->set.service.fallback)
			return NULL;
		return err == -ENOENT ? "No such service" : NULL;
	case MAGLEV_CMD_SERVICE_DEL:
	case MAGLEV_CMD_STATS_ZERO:
		return err == -ENOENT ? "No such service" : NULL;
	case MAGLEV_CMD_BACKEND_NEW:
		if (err == -EEXIST)
			return "Destination already exists";
		return err == -ENOENT ? "Service not defined" : NULL;
	case MAGLEV_CMD_BACKEND_SET:
	case MAGLEV_CMD_BACKEND_DEL:
		if (err != -ENOENT)
			return NULL;
		return backend ? "No such destination" : "Service not defined";
	default:
		return NULL;
	}
}

const struct option_row ipvsadm_options[] = {
	{ 'g', "gatewaying", NULL, OPT_GATEWAYING, NULL,
	  "the same as -i --tun-type gre" },
	{ 0, "persistent-conn", NULL, OPT_PERSISTENT_CONN, NULL,
	  "list clients of persistent services" },
	{ 0, "tun-info", NULL, OPT_TUN_INFO, NULL,
	  "list the kinds of tunnels" },
	{ 0, "daemon", NULL, OPT_DAEMON, NULL,
	  "list sync daemons: none" },
};
const size_t n_ipvsadm_options = ARRAY_SIZE(ipvsadm_options);
