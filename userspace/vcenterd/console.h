/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Consoles of VMs: bytes between an operator's connection and the vServer where the guest runs.
 * One at a time has a VM's. What has ended is remembered for a while, with the reason, for nothing
 * of that is in the bytes.
 */
#ifndef VCENTERD_CONSOLE_H
#define VCENTERD_CONSOLE_H

#include "lib/console.h"
#include "lib/http.h"
#include "vcenter.h"

#define CONSOLE_PROTOCOL	"nvo3-console"
#define CONSOLES_MAX		64u	/* of all servers */
#define CONSOLES_REMEMBERED	64u

enum console_state {
	CONSOLE_ASKED,			/* the vServer is */
	CONSOLE_OPEN,
	/* The guest runs at its server no more, and its VM is in a move: that will tell */
	CONSOLE_HANDED_OVER,
	CONSOLE_OVER,
};

struct console {
	struct vcenter *vc;
	struct uuid id, vm;
	char vm_name[VC_NAME_SIZE];
	char tenant[VC_NAME_SIZE];
	struct server *server;
	char who[IDENTITY_STRLEN];
	enum console_state state;
	struct console_chan chan;
	struct http_request *req;	/* the client; NULL when it is over */
	size_t unsent;			/* bytes for it that are counted as not passed on */
	uint64_t begun, ended;		/* wall, ms; ended 0: not yet */
	uint64_t in, out;		/* bytes, to the guest and from it */
	const char *end;		/* why it is over, as a word; NULL: it is not */
	char why[256];			/* and in a sentence */
	struct console *prev, *next;
};

/* Answers @req now or later; it asked for the protocol. */
void console_open(struct vcenter *vc, struct http_request *req, struct vm *vm, bool force);
struct console *console_lookup(struct vcenter *vc, const struct uuid *id);

/* What a server says in one of the three events */
void console_message(struct vcenter *vc, struct server *server, const struct msg *msg);
void console_server_down(struct vcenter *vc, struct server *server, const char *why);
/* VMs that are not where they were */
void console_tick(struct vcenter *vc);
void console_free_all(struct vcenter *vc);	/* when nobody is a client any more */

#endif
