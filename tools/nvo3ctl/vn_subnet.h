/* SPDX-License-Identifier: GPL-2.0 */
/* Subnets of a VN on the command line. */
#ifndef NVO3CTL_VN_SUBNET_H
#define NVO3CTL_VN_SUBNET_H

#include "args.h"
#include "ctl.h"
#include "lib/json.h"

/* The options; part of a table. */
#define VN_SUBNET_OPTS \
	{ "--subnet", OPT_TEXT, .many = true }, \
	{ "--gateway", OPT_TEXT, .many = true }, \
	{ "--dns", OPT_TEXT, .many = true }, \
	{ "--range", OPT_TEXT, .many = true }, \
	{ "--reserve", OPT_TEXT, .many = true }, \
	{ "--domain", OPT_TEXT }, \
	{ "--lease", OPT_NUMBER, .min = 1, .max = UINT32_MAX }

/*
 * Each --subnet is one, and what else is given belongs to those of its family; --domain and
 * --lease to all. 0 with "subnets" in @body if any is given, or -EINVAL with a sentence.
 */
int vn_subnet_args(const struct args *args, json_t *body, struct err *err);

/* A table of them, if there are any. */
void vn_subnet_print(struct ctl *ctl, json_t *vn);

#endif /* NVO3CTL_VN_SUBNET_H */
