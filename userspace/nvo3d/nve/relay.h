/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A relay is in every VN that there is, for those who do not know yet where an address is. The
 * director says which there are: all at the start of a session, then each that comes or goes.
 */
#ifndef NVO3D_NVE_RELAY_H
#define NVO3D_NVE_RELAY_H

#include "proto/control.pb-c.h"
#include "state.h"

/* From director.c; nothing happens unless we are a relay */
void relay_list(struct nve *nve, const Nvo3__VnList *list);

#endif
