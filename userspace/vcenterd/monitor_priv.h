/* SPDX-License-Identifier: GPL-2.0 */
/* Alarms, for the files of the monitor */
#ifndef VCENTERD_MONITOR_PRIV_H
#define VCENTERD_MONITOR_PRIV_H

#include "monitor.h"

/* One that is raised already keeps its first sentence and its time. @vm NULL: of a server */
void monitor_raise(struct monitor *m, enum monitor_kind kind, const char *subject,
		   const struct uuid *vm, uint64_t wall, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));
void monitor_clear(struct monitor *m, enum monitor_kind kind, const char *subject);
/* Who lies now and then has one alarm, not one for each time: over when the last is long ago */
void monitor_forgive(struct monitor *m, enum monitor_kind kind, const char *subject,
		     uint64_t wall);
/* Of @whole, cut to what fits */
uint32_t monitor_permille(uint64_t part, uint64_t whole);
/* No more VMs for it, by all that is known */
void monitor_judge_overloaded(struct server *server);

#endif
