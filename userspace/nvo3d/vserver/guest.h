/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The process that is a VM's guest: a web server that serves the VM's www folder. It is the
 * leader of a session of its own and ends with nobody.
 *
 * DIR/guest.pid has its process id and its start time (clock ticks since boot, from
 * /proc/PID/stat), so that a later process with the same id is not taken for it.
 */
#ifndef NVO3D_VSERVER_GUEST_H
#define NVO3D_VSERVER_GUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "errs.h"

/* *ret_fd: a pidfd, readable when it has ended */
int guest_start(int netns_fd, const char *dir, int *ret_fd, struct err *err);
/* -ESRCH with a sentence: it does not run */
int guest_find(const char *dir, int *ret_fd, struct err *err);
/* SIGTERM, or with @now SIGKILL, to all of its session's processes; it not being there is fine */
int guest_kill(const char *dir, bool now, struct err *err);
/* The network namespace that it lives in, as a descriptor; -ESRCH if it does not run */
int guest_netns(const char *dir, struct err *err);
/*
 * The processor time of its first process and of those that this one has waited for, and the
 * memory of the first. What else lives in its namespace is not counted: sums over processes that
 * come and go would be no counters.
 */
int guest_use(const char *dir, uint64_t *ret_cpu_ns, uint64_t *ret_memory_kib, struct err *err);

#endif
