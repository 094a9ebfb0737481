/* SPDX-License-Identifier: GPL-2.0 */
/* What a vServer of the tests has around it: a driver in memory, a vCenter and an NVE */
#ifndef NVO3D_UNIT_HOST_PEERS_H
#define NVO3D_UNIT_HOST_PEERS_H

#include <errno.h>
#include <sys/eventfd.h>

#include "bed.h"
#include "proto/association.pb-c.h"
#include "proto/management.pb-c.h"
#include "vserver/host.h"

/* Guests are eventfds, by the first byte of the VM's id */
struct fake_driver {
	struct driver driver;
	bool attached[256], up[256], alive[256];
	int guest[256];
	bool cannot_start, cannot_attach;
	bool deaf;			/* guests end when they are made to, and not before */
};

struct bed_host {
	struct bed *bed;
	const char *name;
	struct config config;
	char state[192], vcenter[192], nve_addr[192], images[32];
	const char *vcenter_addr;
	struct tls *tls;
	struct store *store;
	struct fake_driver driver;
	struct driver *real;		/* in place of that one, if it is set */
	struct vserver *vs;
	struct chan_server *vc_server, *nve_server;
	/* vCenter's end */
	struct chan *vc;
	Nvo3__VmState told;		/* by the last VM_STATE */
	int registered, vm_registered, vm_unregistered, alerts, progress;
	size_t reported;		/* VMs in the last SERVER_REGISTER, */
	bool gateway;			/* and whether it is one */
	uint8_t forget[16];
	bool do_forget;
	/* V5, V6; what it refuses and answers with is by the first byte of the VM's id */
	bool bulk;			/* it knows them */
	bool bulk_refused;		/* as a whole */
	bool silent;			/* it keeps its answers to V4 to V6 */
	uint8_t not_taken;		/* the member that it refuses */
	uint64_t bulk_epoch;		/* of all that it takes */
	int bulk_registers, bulk_unregisters;
	size_t bulk_members, bulk_gone;	/* in all of them */
	char bulk_group[16];		/* of the last one */
	struct msg kept;		/* the last one without an answer, without its body */
	/* V11: the last of each; of several VMs the first one */
	int uses, loads;
	size_t n_used;
	uint8_t used_vm;
	Nvo3__VmUse use;		/* without its pointers */
	Nvo3__HostLoad load;
	/* the NVE's end */
	uint32_t refuse;		/* type that it refuses */
	int associated, activated, deactivated, deassociated, syncs;
	size_t synced;			/* interfaces in the last TSI_SYNC */
	uint64_t epoch;			/* of the last TSI_ACTIVATE */
	bool old_nve;			/* knows nothing of moves */
	int prepared, stayed;
	size_t used, wanted;		/* addresses that it tells, and that were wanted here */
	uint8_t wanted_last;
	uint32_t hold_s;		/* of the last TSI_ASSOCIATE */
	Nvo3__TsiFiguresReply times;	/* what it says to TSI_FIGURES */
	struct chan *nve;		/* the session */
	uint64_t active, first_in, late;	/* vCenter was told last */
	uint64_t done, total;		/* the same, of how far a move is */
	bool keeps;			/* in the last SERVER_REGISTER */
	bool late_known;
	/* NULL, or what else vCenter hears */
	bool (*more)(struct bed_host *h, const struct msg *msg);
};

/* --- driver */

static inline struct fake_driver *fake(struct driver *d)
{
	return (struct fake_driver *)d;
}

static inline void fd_port(struct driver *d, const Nvo3__Nic *nic, char ret[DRIVER_PORT_MAX])
{
	snprintf(ret, DRIVER_PORT_MAX, "v%02x", nic->tsi.data[0]);
}

static inline int fd_attach(struct driver *d, const Nvo3__VmProfile *vm, const char *dir,
			    struct err *err)
{
	if (fake(d)->cannot_attach)
		return err_set(err, EIO, "cannot attach");
	fake(d)->attached[vm->vm.data[0]] = true;
	return 0;
}

static inline int fd_detach(struct driver *d, const Nvo3__VmProfile *vm, struct err *err)
{
	fake(d)->attached[vm->vm.data[0]] = false;
	fake(d)->up[vm->vm.data[0]] = false;
	return 0;
}

static inline int fd_set_link(struct driver *d, const Nvo3__VmProfile *vm, bool up,
			      struct err *err)
{
	fake(d)->up[vm->vm.data[0]] = up;
	return 0;
}

static inline int fd_find(struct driver *d, const Nvo3__VmProfile *vm, const char *dir,
			  int *ret_fd, struct err *err)
{
	if (!fake(d)->alive[vm->vm.data[0]])
		return err_set(err, ESRCH, "no guest");
	*ret_fd = dup(fake(d)->guest[vm->vm.data[0]]);
	return 0;
}

static inline void fake_guest_begins(struct fake_driver *d, uint8_t vm)
{
	d->guest[vm] = eventfd(0, EFD_CLOEXEC);
	d->alive[vm] = true;
}

static inline int fd_start(struct driver *d, const Nvo3__VmProfile *vm, const char *dir,
			   int *ret_fd, struct err *err)
{
	if (fake(d)->cannot_start)
		return err_set(err, EIO, "cannot start");
	fake_guest_begins(fake(d), vm->vm.data[0]);
	return fd_find(d, vm, dir, ret_fd, err);
}

static inline void fake_guest_ends(struct fake_driver *d, uint8_t vm)
{
	d->alive[vm] = false;
	eventfd_write(d->guest[vm], 1);
	close(d->guest[vm]);
}

static inline int fd_kill(struct driver *d, const Nvo3__VmProfile *vm, const char *dir, bool now,
			  struct err *err)
{
	if (fake(d)->alive[vm->vm.data[0]] && (now || !fake(d)->deaf))
		fake_guest_ends(fake(d), vm->vm.data[0]);
	return 0;
}

static const struct driver_ops fake_driver_ops = {
	.port = fd_port, .attach = fd_attach, .detach = fd_detach, .set_link = fd_set_link,
	.start = fd_start, .find = fd_find, .kill = fd_kill,
};

/* --- vCenter */

static inline void vc_register(struct bed_host *h, struct chan *chan, const struct msg *msg)
{
	Nvo3__ServerRegister *req = msg_decode(msg, &nvo3__server_register__descriptor, NULL);
	Nvo3__ServerRegisterReply reply = NVO3__SERVER_REGISTER_REPLY__INIT;
	ProtobufCBinaryData forget = { 16, h->forget };

	h->registered++;
	h->reported = req->n_vms;
	h->keeps = req->keeps;
	h->gateway = req->gateway;
	reply.forget = &forget;
	reply.n_forget = h->do_forget;
	chan_reply(chan, msg->id, CODE(OK), NULL, &reply.base);
	msg_free(req);
}

static inline void vc_progress(struct bed_host *h, const struct msg *msg)
{
	Nvo3__RelocateProgress *event;

	event = msg_decode(msg, &nvo3__relocate_progress__descriptor, NULL);
	h->progress++;
	h->done = event->done;
	h->total = event->total;
	h->active = event->active;
	h->first_in = event->first_in;
	h->late_known |= event->late_known;
	h->late += event->late;
	msg_free(event);
}

static inline void vc_bulk_reply(struct bed_host *h, struct chan *chan, const struct msg *msg,
				 const ProtobufCBinaryData *vms, size_t n)
{
	Nvo3__VmBulkReply reply = NVO3__VM_BULK_REPLY__INIT;
	Nvo3__VmBulkResult results[8], *list[8];

	assert_true(n <= 8);
	for (size_t i = 0; i < n; i++) {
		nvo3__vm_bulk_result__init(&results[i]);
		list[i] = &results[i];
		results[i].vm = vms[i];
		if (vms[i].data[0] == h->not_taken) {
			results[i].code = CODE(DENIED);
			results[i].text = "not this one";
		} else if (h->bulk_epoch) {
			results[i].epochs = &h->bulk_epoch;
			results[i].n_epochs = 1;
		}
	}
	reply.results = list;
	reply.n_results = n;
	if (h->bulk_refused)
		chan_reply(chan, msg->id, CODE(BAD_MESSAGE), "all wrong", NULL);
	else if (!h->silent)
		chan_reply(chan, msg->id, CODE(OK), NULL, &reply.base);
}

static inline void vc_bulk_register(struct bed_host *h, struct chan *chan, const struct msg *msg)
{
	Nvo3__VmBulkRegister *req = msg_decode(msg, &nvo3__vm_bulk_register__descriptor, NULL);
	ProtobufCBinaryData vms[8];

	assert_non_null(req->common);
	assert_true(req->n_members <= 8);
	h->bulk_registers++;
	h->bulk_members += req->n_members;
	snprintf(h->bulk_group, sizeof(h->bulk_group), "%s", req->group);
	for (size_t i = 0; i < req->n_members; i++)
		vms[i] = req->members[i]->profile->vm;
	vc_bulk_reply(h, chan, msg, vms, req->n_members);
	msg_free(req);
}

static inline void vc_bulk_unregister(struct bed_host *h, struct chan *chan,
				      const struct msg *msg)
{
	Nvo3__VmBulkUnregister *req = msg_decode(msg, &nvo3__vm_bulk_unregister__descriptor, NULL);

	h->bulk_unregisters++;
	h->bulk_gone += req->n_vms;
	snprintf(h->bulk_group, sizeof(h->bulk_group), "%s", req->group);
	vc_bulk_reply(h, chan, msg, req->vms, req->n_vms);
	msg_free(req);
}

static inline void vc_use(struct bed_host *h, const struct msg *msg)
{
	Nvo3__VmUseEvent *event = msg_decode(msg, &nvo3__vm_use_event__descriptor, NULL);

	h->uses++;
	h->n_used = event->n_uses;
	h->use = *event->uses[0];
	h->used_vm = event->uses[0]->vm.data[0];
	msg_free(event);
}

static inline void vc_host_load(struct bed_host *h, const struct msg *msg)
{
	Nvo3__HostLoad *load = msg_decode(msg, &nvo3__host_load__descriptor, NULL);

	h->loads++;
	h->load = *load;
	msg_free(load);
}

static inline bool vc_message(struct chan *chan, const struct msg *msg, void *arg)
{
	Nvo3__VmStateEvent *event;
	struct bed_host *h = arg;

	switch (msg->type) {
	case MSG(SERVER_REGISTER):
		vc_register(h, chan, msg);
		return true;
	case MSG(VM_STATE):
		event = msg_decode(msg, &nvo3__vm_state_event__descriptor, NULL);
		h->told = event->state;
		msg_free(event);
		return true;
	case MSG(VM_REGISTER):
		h->vm_registered++;
		break;
	case MSG(VM_UNREGISTER):
		h->vm_unregistered++;
		h->kept = *msg;
		if (h->silent)
			return true;
		break;
	case MSG(VM_BULK_REGISTER):
		if (h->bulk)
			vc_bulk_register(h, chan, msg);
		return h->bulk;
	case MSG(VM_BULK_UNREGISTER):
		if (h->bulk)
			vc_bulk_unregister(h, chan, msg);
		return h->bulk;
	case MSG(ALERT):
		h->alerts++;
		return true;
	case MSG(VM_USE):
		vc_use(h, msg);
		return true;
	case MSG(HOST_LOAD):
		vc_host_load(h, msg);
		return true;
	case MSG(RELOCATE_PROGRESS):
		vc_progress(h, msg);
		return true;
	default:
		return h->more && h->more(h, msg);
	}
	chan_reply(chan, msg->id, CODE(OK), NULL, NULL);
	return true;
}

static inline void vc_up(struct chan *chan, void *arg)
{
	((struct bed_host *)arg)->vc = chan;
}

/* --- NVE */

static inline void nve_sync(struct bed_host *h, const struct msg *msg)
{
	Nvo3__TsiSync *sync = msg_decode(msg, &nvo3__tsi_sync__descriptor, NULL);

	h->syncs++;
	h->synced = sync->n_tsis;
	msg_free(sync);
}

static inline void nve_activate(struct bed_host *h, const struct msg *msg)
{
	Nvo3__TsiActivate *req = msg_decode(msg, &nvo3__tsi_activate__descriptor, NULL);

	h->activated++;
	h->epoch = req->epoch;
	msg_free(req);
}

static inline void nve_associate(struct bed_host *h, const struct msg *msg)
{
	Nvo3__TsiAssociate *req = msg_decode(msg, &nvo3__tsi_associate__descriptor, NULL);

	h->associated++;
	h->hold_s = req->tsi->hold_s;
	h->wanted = req->n_wanted;
	if (req->n_wanted)
		h->wanted_last = req->wanted[req->n_wanted - 1].data[5];
	msg_free(req);
}

static inline void nve_prepare(struct bed_host *h, struct chan *chan, const struct msg *msg)
{
	Nvo3__TsiPrepare *req = msg_decode(msg, &nvo3__tsi_prepare__descriptor, NULL);
	Nvo3__TsiPrepareReply reply = NVO3__TSI_PREPARE_REPLY__INIT;
	uint8_t macs[8][6] = { { 0 } };
	ProtobufCBinaryData list[8];

	*(req->stay ? &h->stayed : &h->prepared) += 1;
	for (size_t i = 0; i < h->used; i++) {
		macs[i][0] = 2;
		macs[i][5] = 40 + i;
		list[i] = (ProtobufCBinaryData){ 6, macs[i] };
	}
	reply.used = list;
	reply.n_used = req->stay ? 0 : h->used;
	chan_reply(chan, msg->id, CODE(OK), NULL, &reply.base);
	msg_free(req);
}

static inline bool nve_message(struct chan *chan, const struct msg *msg, void *arg)
{
	struct bed_host *h = arg;

	if (msg->type == h->refuse) {
		chan_reply(chan, msg->id, CODE(DENIED), "the NVE does not like it", NULL);
		return true;
	}
	h->nve = chan;
	switch (msg->type) {
	case MSG(TSI_PREPARE):
		if (h->old_nve)
			return false;
		nve_prepare(h, chan, msg);
		return true;
	case MSG(TSI_FIGURES):
		if (h->old_nve)
			return false;
		chan_reply(chan, msg->id, CODE(OK), NULL, &h->times.base);
		return true;
	case MSG(TSI_SYNC):
		nve_sync(h, msg);
		break;
	case MSG(TSI_ASSOCIATE):
		nve_associate(h, msg);
		break;
	case MSG(TSI_ACTIVATE):
		nve_activate(h, msg);
		break;
	case MSG(TSI_DEACTIVATE):
		h->deactivated++;
		break;
	case MSG(TSI_DEASSOCIATE):
		h->deassociated++;
		break;
	default:
		return false;
	}
	chan_reply(chan, msg->id, CODE(OK), NULL, NULL);
	return true;
}

#endif
