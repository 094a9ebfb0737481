/* SPDX-License-Identifier: GPL-2.0 */
/*
 * V8 over all DCs: what this one does not know is asked of all peers that are up.
 */
#ifndef VCENTERD_QUERY_H
#define VCENTERD_QUERY_H

#include "lookup.h"
#include "vcenter.h"

typedef void (*query_done_fn)(struct vcenter *vc, const struct lookup_result *res, void *arg);

/* Calls @done exactly once, perhaps before it returns. */
void query_lookup(struct vcenter *vc, const struct lookup_key *key, query_done_fn done,
		  void *arg);
/* The same, but only the peers. */
void query_peers(struct vcenter *vc, const struct lookup_key *key, query_done_fn done,
		 void *arg);

#endif
