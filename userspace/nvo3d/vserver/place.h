/* SPDX-License-Identifier: GPL-2.0 */
/* Named network namespaces, as "ip netns" has them: files below /run/netns */
#ifndef NVO3D_VSERVER_PLACE_H
#define NVO3D_VSERVER_PLACE_H

#include "errs.h"

/* Make one if there is none with this name; value is a descriptor of it, or negative */
int place_make(const char *name, struct err *err);
/*
 * As place_make(), for a name whose mount was lost with its mount namespace while a process
 * lives on in the network namespace: @fd is that namespace, and gets its name back.
 */
int place_rename(const char *name, int fd, struct err *err);
/* -ENOENT: there is no network namespace with this name */
int place_open(const char *name, struct err *err);
int place_remove(const char *name, struct err *err);

#endif
