// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "codes.h"
#include "lib/mem.h"
#include "lib/msg.h"
#include "move_near.h"
#include "rtt_ask.h"

struct near {
	struct move_wish wish;
	struct uuid id, vm;
	char vm_name[VC_NAME_SIZE], tenant[VC_NAME_SIZE];
	move_begun_fn begun;
	void *arg;
};

static void refuse(struct vcenter *vc, struct near *near, int ret, const struct err *err)
{
	if (!vc->stopping)
		note(vc, near->wish.kind & MOVE_F_COPY ? "replication-refused" : "move-refused",
		     near->vm_name, "%s", err->text);
	near->begun(vc, NULL, code_from_errno(ret), err->text, near->arg);
	free(near);
}

/* Who has asked again during the measurement is answered as if behind it. */
static bool begun_meanwhile(struct vcenter *vc, struct near *near, const struct rtt *rtt)
{
	struct move_job *job = near->wish.id ? move_run_lookup(vc, &near->id) : NULL;
	const struct move *m = job ? &job->m : NULL;
	struct err err;

	if (!m)
		return false;
	if (!uuid_equal(&m->vm, &near->vm) || strcmp(m->tenant, near->tenant) ||
	    strcmp(m->rtt.client, rtt->client) || move_is_refused(m)) {
		err_set(&err, EEXIST, "there is another move of that id");
		refuse(vc, near, -EEXIST, &err);
		return true;
	}
	near->begun(vc, m, CODE(OK), "", near->arg);
	free(near);
	return true;
}

/* Much may have happened meanwhile. */
static void measured(struct vcenter *vc, const struct rtt *rtt, void *arg)
{
	struct near *near = arg;
	struct err err;
	struct vm *vm;
	int ret;

	/* what there was is freed */
	if (vc->stopping) {
		err_set(&err, EHOSTUNREACH, "vcenterd stops");
		refuse(vc, near, -EHOSTUNREACH, &err);
		return;
	}
	if (begun_meanwhile(vc, near, rtt))
		return;
	vm = inventory_vm(vc->inv, &near->vm);
	if (!vm || vm->incoming || vm->left)
		ret = err_set(&err, ENOENT, "VM %s has gone meanwhile", near->vm_name);
	else
		ret = rtt_choose(rtt, vc->conf.dc, &near->wish.dc, &err);
	if (ret) {
		refuse(vc, near, ret, &err);
		return;
	}
	near->wish.rtt = rtt;
	move_run_begin(vc, vm, &near->wish, near->begun, near->arg);
	free(near);
}

void move_near_begin(struct vcenter *vc, const struct vm *vm, const struct move_wish *wish,
		     const struct ip_addr *client, move_begun_fn begun, void *arg)
{
	struct near *near = mem_zalloc(sizeof(*near));
	struct err err;
	int ret;

	near->wish = (struct move_wish){ .dc = "", .server = "", .location = "",
					 .kind = wish->kind };
	near->vm = vm->uuid;
	near->begun = begun;
	near->arg = arg;
	snprintf(near->vm_name, sizeof(near->vm_name), "%s", vm->name);
	snprintf(near->tenant, sizeof(near->tenant), "%s", wish->tenant ?: "");
	near->wish.tenant = near->tenant;
	if (wish->id) {
		near->id = *wish->id;
		near->wish.id = &near->id;
	}
	ret = rtt_ask(vc, client, near->tenant, measured, near, &err);
	if (ret)
		refuse(vc, near, ret, &err);
}
