/* SPDX-License-Identifier: GPL-2.0 */
/* Use, of VMs, servers, groups and tenants alike. */
#ifndef NVO3CTL_LOAD_H
#define NVO3CTL_LOAD_H

#include "ctl.h"

/* @path, which it frees: what is used there, and was. Values are those of struct verb's run. */
int load_show_use(struct ctl *ctl, char *path, struct err *err);

#endif /* NVO3CTL_LOAD_H */
