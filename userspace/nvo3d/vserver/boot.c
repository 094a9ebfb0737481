// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <string.h>

#include "boot.h"
#include "center.h"
#include "cleanup.h"
#include "log.h"
#include "ops.h"
#include "persist.h"
#include "textfile.h"

#define KEY	"boot"
#define PATH	"/proc/sys/kernel/random/boot_id"
#define ID_MAX	64

/* What a start waits for may be being started itself: an NVE, a director */
#define FIRST_MS	500
#define LAST_MS		60000

static int mark_each(struct vserver *vs, struct err *err)
{
	struct vm *vm;
	int rc = 0;

	for (vm = vs->vms; vm && !rc; vm = vm->hh.next) {
		if (vm->fsm.state != NVO3__VM_STATE__VM_RUNNING)
			continue;
		vm->restart = true;
		rc = persist_vm(vm, vm->fsm.state, err);
	}
	return rc;
}

int boot_mark(struct vserver *vs, struct err *err)
{
	_cleanup_free_ char *id = textfile_read(PATH, ID_MAX, err);
	_cleanup_free_ uint8_t *last = NULL;
	size_t len = 0;
	int rc;

	if (!id)
		return -EIO;
	rc = store_get(vs->store, KEY, &last, &len, err);
	if (!rc && len == strlen(id) && !memcmp(last, id, len))
		return 0;
	/* Of a store that is new, or older than this, nothing can be said */
	rc = rc == -ENOENT ? 0 : rc ? rc : mark_each(vs, err);
	/* The last, so that a crash in the middle has all of it done again */
	return rc ? rc : store_put(vs->store, KEY, id, strlen(id), err);
}

void boot_unmark(struct vm *vm)
{
	if (!vm->restart)
		return;
	vm->restart = false;
	persist_vm_now(vm);
}

static void restart(struct vm *vm)
{
	if (!vm->restart || vm->task || vm->waits || vm->guest >= 0 ||
	    vm->fsm.state != NVO3__VM_STATE__VM_STOPPED)
		return;
	log_info("VM %s ran when this host stopped: it is started", vm->profile->name);
	task_begin(vm, VM_OP_START, true, ops_start_steps, ops_silence_steps, NULL, NULL, NULL,
		   NULL);
}

static void restart_all(void *arg)
{
	struct center *c = arg;
	struct vm *vm, *next;

	/* With its session what it has said is out of date: the next one begins with that */
	if (!c->heard || !chan_is_up(c->chan))
		return;
	HASH_ITER(hh, c->vs->vms, vm, next)
		restart(vm);
}

void boot_restart(struct center *c)
{
	c->restart_ms = 0;
	restart_all(c);
}

void boot_restart_soon(struct center *c)
{
	if (!c->restarts)
		c->restarts = loop_timer_new(c->vs->loop, restart_all, c);
	c->restart_ms = c->restart_ms ? 2 * c->restart_ms : FIRST_MS;
	if (c->restart_ms > LAST_MS)
		c->restart_ms = LAST_MS;
	loop_timer_set(c->restarts, c->restart_ms);
}
