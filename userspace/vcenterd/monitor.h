/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What servers tell of their VMs' use is taken, judged and kept; alarms come of it
 * (Documentation/monitoring.rst). Pure; what is to be said goes to a callback.
 */
#ifndef VCENTERD_MONITOR_H
#define VCENTERD_MONITOR_H

#include "inventory.h"

#define MONITOR_MISSED	3	/* reports, or intervals between them, until it is silence */

enum monitor_kind {
	MONITOR_VM_CPU,
	MONITOR_VM_MEMORY,
	MONITOR_VM_SILENT,		/* it runs, and its server says nothing of it */
	MONITOR_VM_ABSURD,		/* its server says what cannot be */
	MONITOR_SERVER_CPU,
	MONITOR_SERVER_MEMORY,
	MONITOR_SERVER_SILENT,		/* it has told, has a session, and tells no more */
	MONITOR_SERVER_OVERBOOKED,	/* it has less than its VMs are entitled to */
	MONITOR_SERVER_FOREIGN,		/* it speaks of VMs that are not its own */
	MONITOR_HOST_CPU,		/* its machine is busy, and not with its VMs */
	MONITOR_HOST_MEMORY,
	MONITOR_HOST_DISK,
	MONITOR_SERVER_ABSURD,		/* it says of its machine what cannot be */
	MONITOR_KINDS,
};

struct monitor_conf {
	struct alarm_rule vm_cpu, vm_memory, server_cpu, server_memory;
	struct alarm_rule host_cpu, host_memory, host_disk;
	struct alarm_rule host_busy;	/* no alarm: VMs go rather elsewhere */
};

extern const struct monitor_conf monitor_defaults;

/* One that is raised. */
struct monitor_alarm {
	struct monitor_alarm_key {
		uint32_t kind;
		char subject[VC_NAME_SIZE];	/* its name; behind the NUL only NULs */
	} key;
	struct uuid vm;			/* zero: of a server */
	uint64_t since, last;		/* ms since 1970: raised, and there was reason to again */
	char text[VC_TEXT_SIZE];
	UT_hash_handle hh;
};

struct monitor {
	struct monitor_conf conf;
	struct inventory *inv;
	struct monitor_alarm *alarms;	/* uthash, in the order in which they were raised */
	uint64_t reports, samples, refused;	/* since the start */
	void (*said)(const struct monitor_alarm *alarm, bool raised, void *arg);
	void *arg;
};

struct monitor *monitor_new(const struct monitor_conf *conf, struct inventory *inv);
void monitor_free(struct monitor *m);
const char *monitor_word(enum monitor_kind kind);	/* "vm-cpu" */

/* A report of @server begins; what it says of each VM; and it ends. @wall: ms since 1970. */
void monitor_report_begin(struct monitor *m, struct server *server, uint64_t wall);
enum usage_verdict monitor_vm(struct monitor *m, struct vm *vm, const struct vm_use *use,
			      uint64_t wall);
void monitor_report_end(struct monitor *m, struct server *server, uint64_t wall);

/* monitor_host.c: what it says of its machine. USAGE_TAKEN, USAGE_OLD or USAGE_ABSURD */
enum usage_verdict monitor_host(struct monitor *m, struct server *server,
				const struct host_use *use, uint64_t wall);
/* Its session is a new one, and has said nothing yet. */
void monitor_host_forget(struct monitor *m, struct server *server);

/* It has spoken of what is not its own, once or again. */
void monitor_foreign(struct monitor *m, const struct server *server, const char *what,
		     uint64_t wall);
/* It has registered: what it has is in @server. */
void monitor_session(struct monitor *m, struct server *server, uint64_t wall);
/* monitor_up.c: is it up, and if it has told of VMs and it is time, are they? */
void monitor_look(struct monitor *m, struct server *server, uint64_t wall);
/* Silence, what is over, and who is up: now and then. */
void monitor_tick(struct monitor *m, uint64_t wall);

#endif
