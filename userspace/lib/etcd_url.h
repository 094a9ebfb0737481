/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where a store in etcd is: "http://HOST:PORT,http://HOST:PORT,...?prefix=/NAME[&KEY=VALUE]...".
 * Pure.
 *
 *	prefix=/NAME	all that is ours begins with it
 *	lease=SECONDS	2 to 3600, default 10: for how long an owner that is not heard of stays it
 *	keep=N		revisions that we leave when we compact, 100 to 10^9, default 10000;
 *			0: we do not, somebody else does
 *	quota=MIB	the cluster's --quota-backend-bytes, in MiB, 32 to 10^6, default 2048, as
 *			etcd's is; 0: not known
 *	ca= cert= key=	files, for https
 *
 * Values are taken as they are, up to the next "&".
 */
#ifndef ETCD_URL_H
#define ETCD_URL_H

#include "errs.h"

#define ETCD_ENDPOINTS	16

struct etcd_url {
	char *text;			/* which all others point into */
	const char *endpoints[ETCD_ENDPOINTS];
	int n_endpoints;
	const char *prefix;
	const char *ca, *cert, *key;	/* NULL: not given */
	unsigned int lease_s;
	unsigned int keep;
	unsigned int quota_mib;
};

int etcd_url_parse(struct etcd_url *url, const char *text, struct err *err);
void etcd_url_uninit(struct etcd_url *url);

#endif /* ETCD_URL_H */
