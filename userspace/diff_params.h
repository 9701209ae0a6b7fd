/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_DIFF_PARAMS_H
#define _MAGLEVADM_DIFF_PARAMS_H

#include "attr.h"

struct backend_params diff_backend(const struct backend *have,
				   const struct backend *want);
struct pool_params diff_pool(const struct pool *have, const struct pool *want,
			     uint32_t normal);
struct service_params diff_service(const struct service *have,
				   const struct service *want);

#endif /* _MAGLEVADM_DIFF_PARAMS_H */
