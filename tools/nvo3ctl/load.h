/* SPDX-License-Identifier: GPL-2.0 */
/* Use, of VMs and servers alike. */
#ifndef NVO3CTL_LOAD_H
#define NVO3CTL_LOAD_H

#include "ctl.h"

/* @kind "vms", "servers": what it uses, and has used. Values are those of struct verb's run. */
int load_show_use(struct ctl *ctl, const char *kind, const char *id, struct err *err);

#endif /* NVO3CTL_LOAD_H */
