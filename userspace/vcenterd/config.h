/* SPDX-License-Identifier: GPL-2.0 */
/* vcenterd.conf; see Documentation/operations.rst */
#ifndef VCENTERD_CONFIG_H
#define VCENTERD_CONFIG_H

#include "claim.h"
#include "hierarchy.h"
#include "lib/tls.h"
#include "monitor.h"
#include "placement.h"

struct peer_conf {
	char dc[VC_DC_SIZE];
	const char *const *addrs;	/* borrowed from conf */
	int n_addrs;
};

struct config {
	struct conf *conf;		/* owns the strings */
	char dc[VC_DC_SIZE];
	const char *name;
	struct tls_files tls;
	const char *store;
	const char *listen;
	const char *api;		/* NULL: none */
	const char *socket;		/* NULL: none */
	uint32_t vni_first, vni_last;	/* for VNs that name none */
	const char *const *directors;
	int n_directors;
	struct peer_conf *peers;
	int n_peers;
	struct choice_dc *children;	/* with this DC itself, also without any other */
	int n_children;
	enum choice_policy policy;
	const char *parent;		/* NULL: none */
	struct grants grants;
	struct entitlements entitlements;
	struct monitor_conf monitor;
};

int config_load(const char *path, struct config *ret, struct err *err);
void config_free(struct config *config);

#endif
