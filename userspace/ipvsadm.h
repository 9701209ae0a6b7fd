/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_IPVSADM_H
#define _MAGLEVADM_IPVSADM_H

#include "options.h"

struct change;
struct kern;

/* What scripts find in the head of listings and after -v. */
#define IPVSADM_VERSION	"v1.31 2019/12/24"
#define IPVS_VERSION	"1.2.1"

/* ipvsadm ends with this where the kernel refused to change something. */
#define EXIT_REFUSED	255

/**
 * enum ipvsadm_note - a request that is carried out in another way
 * @NOTE_SCHEDULER: another scheduler than Maglev hashing
 * @NOTE_SCHED_FLAGS: flags of another scheduler
 * @NOTE_PERSISTENT: a timeout of one service
 * @NOTE_GATEWAYING: direct routing
 * @NOTE_IPIP: a tunnel other than GRE
 * @NOTE_NETMASK: persistence of networks
 * @NOTE_LOCAL: the director's loopback address as a backend
 * @NOTES: how many there are
 */
enum ipvsadm_note {
	NOTE_SCHEDULER,
	NOTE_SCHED_FLAGS,
	NOTE_PERSISTENT,
	NOTE_GATEWAYING,
	NOTE_IPIP,
	NOTE_NETMASK,
	NOTE_LOCAL,
	NOTES,
};

/**
 * enum ipvsadm_name - a name of ipvsadm's that the program is called by
 * @NOT_IPVSADM: none of them
 * @IPVSADM: ipvsadm
 * @IPVSADM_SAVE: ipvsadm-save
 * @IPVSADM_RESTORE: ipvsadm-restore
 */
enum ipvsadm_name {
	NOT_IPVSADM,
	IPVSADM,
	IPVSADM_SAVE,
	IPVSADM_RESTORE,
};

extern const struct option_row ipvsadm_options[];
extern const size_t n_ipvsadm_options;

enum ipvsadm_name ipvsadm_name(const char *name);
void ipvsadm_note(enum ipvsadm_note note);
const char *ipvsadm_scheduler(const char *name, struct given *given);
const char *ipvsadm_sched_flags(const char *text, bool lenient,
				struct given *given);
const char *ipvsadm_netmask(const char *text, struct given *given);
bool ipvsadm_plan_local(const struct args *args, struct change *c);
void ipvsadm_local_host(const struct service_id *id, struct addr *addr);
const char *ipvsadm_words(const struct change *c, int err, bool backend);
int ipvsadm_list(struct ctx *ctx, const struct args *args);

#endif /* _MAGLEVADM_IPVSADM_H */
