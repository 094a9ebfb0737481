/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a vServer says about itself and its VMs is taken over, as far as claim.h lets it.
 */
#ifndef VCENTERD_VSERVER_REGISTER_H
#define VCENTERD_VSERVER_REGISTER_H

#include "proto/management.pb-c.h"
#include "vcenter.h"

/* SERVER_REGISTER: answers it; the server is up then. */
void vserver_register(struct vcenter *vc, struct chan *chan, const struct msg *msg);
/*
 * V3. 0 and the VM, or -errno with a sentence, alarmed here. A new one's placement has begun
 * (VM_OP_ADOPT): the answer waits for that.
 */
int vserver_register_vm(struct vcenter *vc, struct server *server, const Nvo3__VmReport *report,
			struct vm **ret, struct err *err);
/* @done when its placement has ended; whoever waited before is told BUSY. */
void vserver_await_adopted(struct vcenter *vc, struct vm *vm,
			   void (*done)(struct vcenter *vc, struct vm *vm, uint32_t code,
					void *arg), void *arg);
/*
 * V4. 0, also of one that is gone already; -errno with a sentence, alarmed here; of -ENOENT the
 * server has to be told, too.
 */
int vserver_unregister_vm(struct vcenter *vc, struct server *server, const struct uuid *uuid,
			  struct err *err);
/* Alert "unregister-unknown" to a vServer. */
void vserver_tell_unknown(struct chan *chan, const char *subject, const char *text);
/* Its server says that the VM is in this state. */
void vserver_take_state(struct vcenter *vc, struct vm *vm, uint32_t state, const char *text);

#endif
