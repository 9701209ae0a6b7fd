// SPDX-License-Identifier: GPL-2.0
/* Settings of the whole namespace: timeouts, flow cache, path MTU, peers. */
#include <errno.h>
#include <string.h>

#include "attr.h"
#include "config.h"
#include "err.h"
#include "nl.h"
#include "vec.h"

/* A namespace starts with these, so they need no line in a saved file. */
const struct config config_default = {
	.cache_size = MAGLEV_CACHE_SIZE_DEFAULT,
	.timeouts = {
		[TIMEOUT_INDEX(TCP)] = MAGLEV_TIMEOUT_TCP_DEFAULT,
		[TIMEOUT_INDEX(TCP_SYN)] = MAGLEV_TIMEOUT_TCP_SYN_DEFAULT,
		[TIMEOUT_INDEX(TCP_FIN)] = MAGLEV_TIMEOUT_TCP_FIN_DEFAULT,
		[TIMEOUT_INDEX(TCP_CLOSE)] = MAGLEV_TIMEOUT_TCP_CLOSE_DEFAULT,
		[TIMEOUT_INDEX(UDP)] = MAGLEV_TIMEOUT_UDP_DEFAULT,
		[TIMEOUT_INDEX(SCTP)] = MAGLEV_TIMEOUT_SCTP_DEFAULT,
		[TIMEOUT_INDEX(SCTP_INIT)] = MAGLEV_TIMEOUT_SCTP_INIT_DEFAULT,
		[TIMEOUT_INDEX(SCTP_SHUTDOWN)] = MAGLEV_TIMEOUT_SCTP_SHUTDOWN_DEFAULT,
		[TIMEOUT_INDEX(SCTP_CLOSE)] = MAGLEV_TIMEOUT_SCTP_CLOSE_DEFAULT,
	},
	.pmtu = MAGLEV_PMTU_BOTH,
	.peers = "",
};

/**
 * config_read() - read the settings of the namespace
 * @kern: the connection
 * @config: the result
 *
 * Return: 0, or EXIT_FAILED after a complaint.
 */
int config_read(struct kern *kern, struct config *config)
{
	struct vec v = VEC_INIT(struct config);
	int err;

	err = kern_get(kern, kern_request(kern, MAGLEV_CMD_CONFIG_GET),
		       attr_get_config, &v);
	if (!err && !v.n)
		err = -ENODATA;
	if (!err)
		memcpy(config, v.items, sizeof(*config));
	vec_free(&v);
	if (err)
		return kern_failed(kern, err, "cannot read the timeouts and other settings");
	return 0;
}

/**
 * config_idle_time() - idle time after which a flow expires
 * @config: the timeouts
 * @proto: the flow's protocol
 *
 * Return: the time in seconds.
 */
uint32_t config_idle_time(const struct config *config, uint8_t proto)
{
	switch (proto) {
	case IPPROTO_UDP:
		return config->timeouts[TIMEOUT_INDEX(UDP)];
	case IPPROTO_SCTP:
		return config->timeouts[TIMEOUT_INDEX(SCTP)];
	default:
		return config->timeouts[TIMEOUT_INDEX(TCP)];
	}
}
