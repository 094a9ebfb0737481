// SPDX-License-Identifier: GPL-2.0

#include <stdlib.h>

#include "later.h"
#include "mem.h"
#include "msg.h"

struct later {
	struct vserver *vs;
	ProtobufCMessage *msg;
	later_fn begin;
	task_done_fn done;
	void *arg;
};

static void drop(void *arg)
{
	struct later *l = arg;

	msg_free(l->msg);
	free(l);
}

static void begin_now(void *arg)
{
	struct later *l = arg;

	l->begin(l->vs, l->msg, l->done, l->arg);
	drop(l);
}

/* The task that tells this is still at its end, and its VM perhaps about to go */
static void ended(uint32_t code, const char *text, struct vm *vm, void *arg)
{
	struct later *l = arg;

	if (!l->vs->stopping) {
		loop_defer_or(l->vs->loop, begin_now, drop, l);
		return;
	}
	l->done(code, text, vm, l->arg);
	drop(l);
}

static ProtobufCMessage *copy(const ProtobufCMessage *msg)
{
	struct msg raw = { 0 };
	ProtobufCMessage *ret;
	uint8_t *data;

	data = msg_encode(msg, &raw.len);
	raw.body = data;
	ret = mem_check(msg_decode(&raw, msg->descriptor, NULL));
	free(data);
	return ret;
}

void later_begin(struct vm *vm, const ProtobufCMessage *msg, later_fn begin, task_done_fn done,
		 void *arg)
{
	struct later *l = mem_zalloc(sizeof(*l));

	*l = (struct later){ vm->vs, copy(msg), begin, done, arg };
	task_wait(vm->task, ended, l);
}
