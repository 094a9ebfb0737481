/* SPDX-License-Identifier: GPL-2.0 */
/* Access devices that stay when nobody has them open, for a hypervisor to open */
#ifndef NVO3D_VSERVER_TAP_H
#define NVO3D_VSERVER_TAP_H

#include "errs.h"

/* In the namespace of this thread. One that is there already is fine */
int tap_make(const char *name, struct err *err);

#endif
