/* SPDX-License-Identifier: GPL-2.0 */
/*
 * VMs that ran when this host stopped, by a loss of power or a reboot, are started when it is back:
 * each is marked in the store until its guest has been found, started, or stopped by somebody. Not
 * before vCenter has said in its session that they are still ours: they may live elsewhere now.
 */
#ifndef NVO3D_VSERVER_BOOT_H
#define NVO3D_VSERVER_BOOT_H

#include "host.h"

#define BOOT_TEXT "it ran when its host stopped, and is to be started"

/* Between persist_load() and vm_resume(): mark them, if this is another boot than the last one's */
int boot_mark(struct vserver *vs, struct err *err);
/* It runs, or is not to */
void boot_unmark(struct vm *vm);
/* vCenter has spoken: start what is marked and has no guest */
void boot_restart(struct center *c);
/* The guest of one that is marked is not there, or could not be started: soon */
void boot_restart_soon(struct center *c);

#endif
