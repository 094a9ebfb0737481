/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The session to vCenter (management.proto). Every session starts with SERVER_REGISTER, which
 * tells all VMs. Requests are handled in center_requests.c.
 */
#ifndef NVO3D_VSERVER_CENTER_H
#define NVO3D_VSERVER_CENTER_H

#include "chan.h"
#include "host.h"

struct about;
struct leaver;
struct rtt_runs;

struct center {
	struct vserver *vs;
	struct chan *chan;
	uint64_t session;	/* counts: an answer is worth nothing in another session */
	bool heard;		/* in this one it has said which VMs are not ours */
	/* center_register.c */
	struct about *abouts;	/* V3 to V6: requests that are out */
	struct leaver *leavers;	/* V4, V6: VMs that are gone, not said yet */
	bool unregistering;	/* others are, and not answered yet */
	bool one_by_one;	/* this session's vCenter knows nothing of bulk */
	struct uuid *todo;	/* V5: VMs that are still to be said in this session */
	size_t n_todo, next_todo;
	/* boot.c: what could not be started is tried again */
	struct loop_timer *restarts;
	uint32_t restart_ms;	/* how long it waits */
	struct rtt_runs *rtts;	/* that are being measured */
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
void center_host_load(struct center *c, const Nvo3__HostLoad *load);

/* center_register.c. V3: the details of a VM that is here now */
void center_register_vm(struct center *c, struct vm *vm);
/* V5: of all that are here, at the start of a session */
void center_register_all(struct center *c);
/*
 * V4 or V6: a VM of this profile is not here any more. @said is called once: vCenter has been told
 * before whatever is sent from now on, or nobody can be told.
 */
void center_unregister_vm(struct center *c, const Nvo3__VmProfile *profile,
			  void (*said)(void *arg), void *arg);
/* At the end: who waits is called, answers will find nobody */
void center_tell_no_more(struct center *c);

/* center_requests.c; false: unknown type */
bool center_request(struct center *c, const struct msg *msg);

#endif
