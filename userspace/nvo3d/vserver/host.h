/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the vServer role share: the VMs of this host and the moves they are in */
#ifndef NVO3D_VSERVER_HOST_H
#define NVO3D_VSERVER_HOST_H

#include <uthash.h>

#include "config.h"
#include "driver.h"
#include "loop.h"
#include "move_obj.h"
#include "profile.h"
#include "proto/association.pb-c.h"
#include "proto/management.pb-c.h"
#include "store.h"
#include "tls.h"
#include "uuid.h"
#include "vm_fsm.h"

struct center;
struct driver_call;
struct figures_watch;
struct foreign;
struct image_server;
struct move_progress;
struct nve_client;
struct task;

struct vserver {
	const struct config *config;
	struct loop *loop;
	struct tls *tls;
	struct driver *driver;
	struct usage *usage;
	struct job_queue *jobs;		/* of a driver that blocks, else NULL */
	struct driver_call *left;	/* list; see driver_call_leave() */
	struct store *store;
	bool owner;			/* of both */
	struct vm *vms;
	struct move *moves;
	struct center *center;
	struct nve_client *nve;
	struct image_server *images;
	struct figures_watch *watches;	/* list, see move_figures.h */
	struct consoles *consoles;
	struct foreign *foreign;	/* hash, see foreign.h */
	struct move_progress *progress;	/* NULL: of a driver that tells none */
	bool stopping;			/* nothing is begun any more */
};

struct vm {
	struct vserver *vs;
	struct uuid id;			/* key */
	Nvo3__VmProfile *profile;	/* owned; ports are filled in */
	struct vm_fsm fsm;
	char text[256];			/* why it failed */
	Nvo3__VmProfile *want;		/* of a change of its size: as it is to be; owned */
	struct uuid changing;		/* interface that comes or goes */
	Nvo3__TsiState tsi;		/* what its interfaces are, or shall be, at the NVE */
	struct task *task;		/* the operation that goes on */
	bool waits;			/* for the hypervisor, to be taken up; see vm_resume() */
	bool restart;			/* it ran when this host stopped; see boot.h */
	int guest;			/* readable when the guest has ended; -1 no guest */
	struct loop_fd *guest_watch;
	UT_hash_handle hh;
};

struct vm *vm_lookup(struct vserver *vs, const struct uuid *id);
struct vm *vm_add(struct vserver *vs, Nvo3__VmProfile *profile);	/* takes it over */
void vm_set_ports(struct vm *vm);	/* their names into its profile */
void vm_free(struct vm *vm);
void vm_set_text(struct vm *vm, const char *text);
/* The VM that has this interface, and which one it is; NULL if none has */
struct vm *vm_lookup_tsi(struct vserver *vs, const struct uuid *tsi, size_t *ret_nic);
const char *vm_dir(const struct vm *vm, char buf[HOST_DIR_MAX]);	/* STATE/vms/UUID */
Nvo3__VmReport vm_report(struct vm *vm);	/* borrows from @vm */
void vm_used(struct vserver *vs, struct capacity *ret);

void vm_watch_guest(struct vm *vm, int fd);	/* takes over @fd: task_guest_ended() */
void vm_forget_guest(struct vm *vm);

uint64_t host_wall_s(void);
/* vserver_start() with a driver and a store of the caller's, which outlive it */
int host_start(struct vserver **ret, const struct config *config, struct loop *loop,
	       struct tls *tls, struct driver *driver, struct store *store, struct err *err);

#endif
