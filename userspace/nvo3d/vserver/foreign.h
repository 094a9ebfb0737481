/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Domains that say they are VMs of nvo3's and are none of this vServer's: each vCenter is told of
 * one once in a session (alert vm-foreign), however often the domain changes meanwhile
 */
#ifndef NVO3D_VSERVER_FOREIGN_H
#define NVO3D_VSERVER_FOREIGN_H

#include <stdbool.h>

#include "host.h"

/* What a look at @id has found: whether it is one */
void foreign_seen(struct vserver *vs, const struct uuid *id, bool is);
/* A session begins: its vCenter has heard of none */
void foreign_tell(struct vserver *vs);
void foreign_stop(struct vserver *vs);

#endif
