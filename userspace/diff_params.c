// SPDX-License-Identifier: GPL-2.0
/* Settings of one object that differ between two configurations. */
#include <string.h>

#include "diff_params.h"
#include "format.h"

/*
 * A drain goes on: the time that is left of it gets less, and a file cannot know.
 * Only one that the file ends sooner, later than never, or not at all, is
 * another one.
 */
static bool is_other_drain(const struct backend *have,
			   const struct backend *want)
{
	if (want->state != MAGLEV_STATE_DRAIN)
		return false;
	if (!want->has_deadline || !have->has_deadline)
		return want->has_deadline != have->has_deadline;
	return want->deadline < have->deadline;
}

/**
 * diff_backend() - settings of a backend that are to be others
 * @have: the backend as it is, or NULL if it is new
 * @want: the backend as it is to be
 *
 * Return: these.
 */
struct backend_params diff_backend(const struct backend *have,
				   const struct backend *want)
{
	struct backend_params p = {
		.weight = want->weight,
		.state = want->state,
		.deadline = want->deadline,
		.upper = want->upper,
		.lower = want->lower,
		.userdata = want->userdata,
	};

	if (!have || have->weight != want->weight)
		p.mask |= BACKEND_WEIGHT;
	if ((have ? have->state : MAGLEV_STATE_UP) != want->state ||
	    (have && is_other_drain(have, want))) {
		p.mask |= BACKEND_STATE;
		if (want->has_deadline)
			p.mask |= BACKEND_DEADLINE;
	}
	if ((have ? have->upper : 0) != want->upper)
		p.mask |= BACKEND_UPPER;
	if ((have ? have->lower : 0) != want->lower)
		p.mask |= BACKEND_LOWER;
	if ((have ? have->userdata : NULL) != want->userdata)
		p.mask |= BACKEND_USERDATA;
	return p;
}

/**
 * diff_pool() - settings of a pool that are to be others
 * @have: the pool as it is, or NULL if it is new
 * @want: the pool as it is to be
 * @normal: slots of a pool that asks for none
 *
 * Return: these.
 */
struct pool_params diff_pool(const struct pool *have, const struct pool *want,
			     uint32_t normal)
{
	struct pool_params p = {
		.table_size = want->table_size ? want->table_size : normal,
		.seed = want->seed,
		.settle = want->settle,
		.panic = want->panic,
	};

	if (p.table_size != (have ? have->table_size : normal))
		p.mask |= POOL_TABLE_SIZE;
	if (p.seed != (have ? have->seed : 0))
		p.mask |= POOL_SEED;
	if (p.settle != (have ? have->settle : 0))
		p.mask |= POOL_SETTLE;
	if (p.panic != (have ? have->panic : 0))
		p.mask |= POOL_PANIC;
	return p;
}

/**
 * diff_service() - settings of a service that are to be others
 * @have: the service as it is, or NULL if it is new
 * @want: the service as it is to be
 *
 * Return: these.
 */
struct service_params diff_service(const struct service *have,
				   const struct service *want)
{
	static const struct service fresh = { .pool = "", .fallback = "" };
	struct service_params p = {
		.track = want->track,
		.affinity = want->affinity,
		.all_down = want->all_down,
		.userdata = want->userdata,
	};

	if (!have)
		have = &fresh;
	if (have->track != want->track)
		p.mask |= SERVICE_TRACK;
	if (have->affinity != want->affinity)
		p.mask |= SERVICE_AFFINITY;
	if (have->all_down != want->all_down)
		p.mask |= SERVICE_ALL_DOWN;
	if (have->userdata != want->userdata)
		p.mask |= SERVICE_USERDATA;
	if (strcmp(have->fallback, want->fallback))
		p.fallback = want->fallback;
	if (pool_is_shared(want->pool) && strcmp(have->pool, want->pool))
		p.pool = want->pool;
	return p;
}
