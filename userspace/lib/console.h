/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The consoles of VMs that share a session between vCenter and a vServer: which there are, what
 * each side may still send (management.proto), and what is to be thought of what the peer says.
 * Pure; both sides use it.
 *
 * A side sends no more than it has credit for, and gives credit for what it has passed on. So there
 * are never more than CONSOLE_WINDOW bytes of a console on their way to one side, however slow who
 * is behind it.
 */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "errs.h"
#include "msg.h"

#define CONSOLE_WINDOW		65536u
#define CONSOLE_DATA_MAX	4000u	/* of one message: others of the session come in between */
#define CONSOLE_CHANNELS	16u	/* of one session */
/*
 * Closed ones that the peer may not have heard of. Each was answered once, so that between two
 * messages of the peer's not more than CONSOLE_CHANNELS can begin and end.
 */
#define CONSOLE_LATELY		64u

/* Embedded */
struct console_chan {
	uint64_t number;		/* 0: in no table */
	uint32_t credit;		/* bytes that the peer still takes */
	uint32_t room;			/* that we still take */
	uint32_t owed;			/* passed on, and no credit was given for it yet */
	struct console_chan *prev, *next;
};

/* All zero at first. */
struct console_table {
	struct console_chan *all;
	unsigned int n;
	uint64_t lately[CONSOLE_LATELY];
	unsigned int n_lately;
};

/* -EINVAL, -EEXIST: no such number; -ENOSPC: there are too many. With a sentence. */
int console_add(struct console_table *t, struct console_chan *c, uint64_t number, struct err *err);
/* One in no table is fine. */
void console_del(struct console_table *t, struct console_chan *c);
struct console_chan *console_find(const struct console_table *t, uint64_t number);

/* How many bytes may be sent now, in one message; 0: none. */
size_t console_may_send(const struct console_chan *c);
void console_sent(struct console_chan *c, size_t len);
/* @len bytes of the peer's were passed on: how much credit to give for them now, perhaps 0. */
uint32_t console_passed(struct console_chan *c, size_t len);

enum console_what {
	CONSOLE_DATA,
	CONSOLE_CREDIT,
	CONSOLE_CLOSE,
	CONSOLE_LATE,			/* of one that has just been closed */
	CONSOLE_LIE,			/* against the rules */
};

struct console_said {
	enum console_what what;
	struct console_chan *chan;	/* not of the last two */
	const uint8_t *data;
	size_t len;
	uint32_t code;
	char text[200];			/* without control characters, whatever came */
	void *body;
};

/* What the peer says in one of the three events; of a lie @err says which. */
void console_hear(struct console_table *t, const struct msg *msg, struct console_said *ret,
		  struct err *err);
void console_said_free(struct console_said *said);

#endif
