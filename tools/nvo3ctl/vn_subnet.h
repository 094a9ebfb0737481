/* SPDX-License-Identifier: GPL-2.0 */
/* Subnets of a VN on the command line. */
#ifndef NVO3CTL_VN_SUBNET_H
#define NVO3CTL_VN_SUBNET_H

#include "args.h"
#include "ctl.h"
#include "lib/json.h"

/* The options, for a table that has others too. */
#define VN_SUBNET_OPT	{ "--subnet", OPT_TEXT, .many = true }
#define VN_GATEWAY_OPT	{ "--gateway", OPT_TEXT, .many = true }
#define VN_DNS_OPT	{ "--dns", OPT_TEXT, .many = true }
#define VN_RANGE_OPT	{ "--range", OPT_TEXT, .many = true }
#define VN_RESERVE_OPT	{ "--reserve", OPT_TEXT, .many = true }
#define VN_DOMAIN_OPT	{ "--domain", OPT_TEXT }
#define VN_LEASE_OPT	{ "--lease", OPT_NUMBER, .min = 1, .max = UINT32_MAX }

/*
 * Each --subnet is one, and what else is given belongs to those of its family; --domain and
 * --lease to all. 0 with "subnets" in @body if any is given, or -EINVAL with a sentence.
 */
int vn_subnet_args(const struct args *args, json_t *body, struct err *err);

/* A table of them, if there are any. */
void vn_subnet_print(struct ctl *ctl, json_t *vn);

#endif /* NVO3CTL_VN_SUBNET_H */
