/* SPDX-License-Identifier: GPL-2.0 */
/* Data centres of a root, as JSON. Pure. */
#ifndef VCENTERD_HIER_VIEW_H
#define VCENTERD_HIER_VIEW_H

#include "hierarchy.h"
#include "lib/json.h"

/* What a DC has told last of itself */
struct hier_told {
	uint64_t time;			/* ms of CLOCK_REALTIME; 0: nothing yet */
	struct dc_figures figures;
};

/* For GET /dcs */
json_t *hier_view_dc(const struct candidate *v, bool here, const struct hier_told *told);
/* For POST /placement: what each says, and which one it would be (-1: none) or else why not. */
json_t *hier_view_offers(const struct choice *c, int best, const char *vm);

#endif
