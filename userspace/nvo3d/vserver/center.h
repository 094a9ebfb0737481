/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The session to vCenter (management.proto). Every session starts with SERVER_REGISTER, which
 * tells all VMs. Requests are handled in center_requests.c.
 */
#ifndef NVO3D_VSERVER_CENTER_H
#define NVO3D_VSERVER_CENTER_H

#include "chan.h"
#include "host.h"

struct about_vm;

struct center {
	struct vserver *vs;
	struct chan *chan;
	struct about_vm *abouts;	/* V3 and V4: requests that are out */
	uint64_t session;	/* counts: an answer is worth nothing in another session */
};

struct center *center_new(struct vserver *vs, struct err *err);
void center_free(struct center *c);

/* Events; lost without a session, whose start tells the state of all */
void center_vm_state(struct center *c, struct vm *vm);
void center_progress(struct center *c, const struct uuid *move, uint64_t done, uint64_t total);
/* When the VM was reached again, at the destination; how many frames came late, at the source */
void center_figures(struct center *c, const struct move *m);
/* When it was not reached any more, at the source of a live move */
void center_left(struct center *c, const struct move *m);
void center_late(struct center *c, const struct uuid *move, uint64_t frames);
void center_alert(struct center *c, const char *kind, const char *subject, const char *text);

/* V11 */
void center_use(struct center *c, Nvo3__VmUse **uses, size_t n);
/* V3: the details of a VM that is here now; V4: one that is not any more */
void center_register_vm(struct center *c, struct vm *vm);
void center_unregister_vm(struct center *c, const struct uuid *vm);

/* center_requests.c; false: unknown type */
bool center_request(struct center *c, const struct msg *msg);

#endif
