/* SPDX-License-Identifier: GPL-2.0 */
/* vServers that keep the protocol and do nothing else. */
#ifndef FAKES_H
#define FAKES_H

#include "codes.h"
#include "lab.h"
#include "lib/mem.h"
#include "profile.h"

static inline struct fake_vm *fake_vm_by_uuid(struct fake_server *s,
					      const ProtobufCBinaryData *bytes)
{
	struct fake_vm *vm;
	struct uuid uuid;

	assert_true(msg_get_uuid(bytes, &uuid));
	DL_FOREACH(s->vms, vm)
		if (uuid_equal(&vm->uuid, &uuid))
			return vm;
	return NULL;
}

static inline struct fake_vm *fake_vm_by_move(struct fake_server *s,
					      const ProtobufCBinaryData *bytes)
{
	struct fake_vm *vm;
	struct uuid uuid;

	assert_true(msg_get_uuid(bytes, &uuid));
	DL_FOREACH(s->vms, vm)
		if (uuid_equal(&vm->move, &uuid))
			return vm;
	return NULL;
}

static inline Nvo3__VmProfile *profile_copy(const Nvo3__VmProfile *p)
{
	size_t len;
	uint8_t *data = msg_encode(&p->base, &len);
	Nvo3__VmProfile *copy = nvo3__vm_profile__unpack(NULL, len, data);

	free(data);
	return copy;
}

static inline struct fake_vm *fake_vm_add(struct fake_server *s, const Nvo3__VmProfile *profile)
{
	struct fake_vm *vm = fake_vm_by_uuid(s, &profile->vm);

	if (vm)
		return vm;
	vm = mem_zalloc(sizeof(*vm));
	msg_get_uuid(&profile->vm, &vm->uuid);
	vm->profile = profile_copy(profile);
	DL_APPEND(s->vms, vm);
	return vm;
}

static inline void fake_vm_del(struct fake_server *s, struct fake_vm *vm)
{
	if (!vm)
		return;
	DL_DELETE(s->vms, vm);
	msg_free(vm->profile);
	free(vm);
}

static inline uint32_t fake_vm_state(const struct fake_vm *vm)
{
	if (!uuid_is_zero(&vm->move))
		return NVO3__VM_STATE__VM_MOVING;
	if (vm->suspended)
		return NVO3__VM_STATE__VM_SUSPENDED;
	return vm->running ? NVO3__VM_STATE__VM_RUNNING : NVO3__VM_STATE__VM_STOPPED;
}

static inline void answer(struct lab *lab, struct chan *chan, const struct msg *msg,
			  uint32_t code, const ProtobufCMessage *body)
{
	if (lab->mute == msg->type)
		return;
	if (lab->keep == msg->type) {
		lab->kept = msg->id;
		return;
	}
	if (lab->cut == msg->type) {
		lab->cut = 0;
		chan_drop(chan, "cut by the test");
		return;
	}
	chan_reply(chan, msg->id, code, code == CODE(OK) ? NULL : "no, says the fake", body);
}

static inline void answer_report(struct fake_server *s, const struct msg *msg,
				 const struct fake_vm *vm)
{
	Nvo3__VmReport report = NVO3__VM_REPORT__INIT;

	report.profile = vm->profile;
	report.state = fake_vm_state(vm);
	answer(s->lab, s->chan, msg, CODE(OK), &report.base);
}

static inline void fake_create(struct fake_server *s, const struct msg *msg)
{
	Nvo3__VmCreate *req = msg_decode(msg, &nvo3__vm_create__descriptor, NULL);
	struct fake_vm *vm = fake_vm_add(s, req->profile);

	for (size_t i = 0; i < req->profile->n_nics; i++)
		assert_true(req->profile->nics[i]->epoch);
	vm->running = req->start;
	answer_report(s, msg, vm);
	msg_free(req);
}

static inline void fake_delete(struct fake_server *s, const struct msg *msg)
{
	Nvo3__VmDelete *req = msg_decode(msg, &nvo3__vm_delete__descriptor, NULL);

	fake_vm_del(s, fake_vm_by_uuid(s, &req->vm));
	answer(s->lab, s->chan, msg, CODE(OK), NULL);
	msg_free(req);
}

static inline void fake_power(struct fake_server *s, const struct msg *msg)
{
	Nvo3__VmPower *req = msg_decode(msg, &nvo3__vm_power__descriptor, NULL);
	struct fake_vm *vm = fake_vm_by_uuid(s, &req->vm);

	assert_non_null(vm);
	vm->running = req->action != NVO3__VM_POWER__ACTION__STOP;
	vm->suspended = req->action == NVO3__VM_POWER__ACTION__SUSPEND;
	answer_report(s, msg, vm);
	msg_free(req);
}

/* One change of what it has, as asked; not that of a server that has never heard of it */
static inline void fake_change(struct fake_server *s, const struct msg *msg,
			       const Nvo3__VmUpdate *req, struct fake_vm *vm)
{
	Nvo3__VmProfile *p = vm->profile, changed = *p;
	Nvo3__VmReport report = NVO3__VM_REPORT__INIT;
	Nvo3__Nic *nics[9];
	size_t n = 0;

	for (size_t i = 0; i < p->n_nics; i++) {
		const uint8_t *tsi = p->nics[i]->tsi.data;

		/* Asked again it is the same */
		if ((!req->unplug.len || memcmp(tsi, req->unplug.data, 16)) &&
		    (!req->plug || memcmp(tsi, req->plug->tsi.data, 16)))
			nics[n++] = p->nics[i];
	}
	if (req->plug)
		nics[n++] = req->plug;
	changed.nics = nics;
	changed.n_nics = n;
	if (req->cpus) {
		changed.cpus = req->cpus;
		changed.memory_mib = req->memory_mib;
	}
	if (req->disk_mib)
		changed.disk_mib = req->disk_mib;
	if (req->group)
		changed.group = req->group->name;
	if (!s->old) {
		vm->profile = profile_copy(&changed);
		msg_free(p);
	}
	report.profile = vm->profile;
	report.state = fake_vm_state(vm);
	answer(s->lab, s->chan, msg, CODE(OK), &report.base);
}

static inline void fake_update(struct fake_server *s, const struct msg *msg)
{
	Nvo3__VmUpdate *req = msg_decode(msg, &nvo3__vm_update__descriptor, NULL);
	struct fake_vm *vm = fake_vm_by_uuid(s, &req->vm);

	assert_non_null(vm);
	s->updates++;
	if (req->cpus || req->disk_mib || req->group || req->plug || req->unplug.len) {
		fake_change(s, msg, req, vm);
		msg_free(req);
		return;
	}
	s->profile = (struct uuid){ };
	msg_get_uuid(&req->nics[req->n_nics - 1]->profile, &s->profile);
	s->n_ips = req->nics[req->n_nics - 1]->n_ips;
	answer_report(s, msg, vm);
	msg_free(req);
}

/* It runs on. */
static inline void fake_offer(struct fake_server *s, const struct msg *msg)
{
	Nvo3__RelocateSource *req = msg_decode(msg, &nvo3__relocate_source__descriptor, NULL);
	Nvo3__RelocateOfferReply reply = NVO3__RELOCATE_OFFER_REPLY__INIT;
	struct fake_vm *vm = fake_vm_by_uuid(s, &req->vm);

	assert_true(vm && vm->running && !vm->offered);
	assert_int_equal(req->token.len, 32);
	vm->was_running = true;
	msg_get_uuid(&req->move, &vm->move);
	reply.size = 16 << 20;
	answer(s->lab, s->chan, msg, CODE(OK), &reply.base);
	msg_free(req);
}

static inline void fake_source(struct fake_server *s, const struct msg *msg)
{
	Nvo3__RelocateSource *req = msg_decode(msg, &nvo3__relocate_source__descriptor, NULL);
	Nvo3__RelocateSourceReply reply = NVO3__RELOCATE_SOURCE_REPLY__INIT;
	struct fake_vm *vm = fake_vm_by_uuid(s, &req->vm);
	uint8_t sha[32] = { 7 };

	assert_non_null(vm);
	assert_int_equal(req->token.len, 32);
	if (!vm->offered)
		vm->was_running = vm->running;
	vm->running = false;
	vm->offered = true;
	msg_get_uuid(&req->move, &vm->move);
	if (req->keep && vm->was_running)
		vm->saved = 4 << 20;
	assert_true(s->keeps || !req->keep);
	reply.size = 16 << 20;
	reply.sha256 = (ProtobufCBinaryData){ 32, sha };
	reply.was_running = vm->was_running && !vm->suspended;
	reply.was_suspended = vm->was_running && vm->suspended;
	reply.saved_size = vm->saved;
	reply.saved_sha256 = reply.sha256;
	reply.silent = s->lab->silent;
	reply.last_out = s->lab->last_out;
	answer(s->lab, s->chan, msg, CODE(OK), &reply.base);
	msg_free(req);
}

static inline void fake_dest(struct fake_server *s, const struct msg *msg)
{
	Nvo3__RelocateDest *req = msg_decode(msg, &nvo3__relocate_dest__descriptor, NULL);
	struct fake_vm *vm = fake_vm_add(s, req->profile);

	assert_non_null(strchr(req->source, '/'));
	assert_non_null(strchr(req->source_addr, ':'));
	/* a first copy is not one to be started */
	vm->pulled = true;
	vm->rough = msg->type == MSG(RELOCATE_COPY);
	assert_int_equal(req->sha256.len, vm->rough ? 0 : 32);
	vm->saved = req->saved_size;
	assert_true(s->keeps || !vm->saved);
	assert_int_equal(req->saved_sha256.len, vm->saved ? 32 : 0);
	msg_get_uuid(&req->move, &vm->move);
	answer(s->lab, s->chan, msg, CODE(OK), NULL);
	msg_free(req);
}

static inline void fake_commit(struct fake_server *s, const struct msg *msg)
{
	Nvo3__RelocateCommit *req = msg_decode(msg, &nvo3__relocate_commit__descriptor, NULL);
	struct fake_vm *vm = fake_vm_by_move(s, &req->move);

	/* a commit that is repeated finds it done */
	if (vm) {
		assert_true(vm->pulled && !vm->rough);
		assert_int_equal(req->n_nics, vm->profile->n_nics);
		for (size_t i = 0; i < req->n_nics; i++)
			assert_true(req->nics[i]->epoch > vm->profile->nics[i]->epoch);
		vm->running = req->start || req->suspended;
		vm->suspended = req->suspended;
		assert_true(!vm->suspended || vm->saved);
		vm->pulled = false;
		memset(&vm->move, 0, sizeof(vm->move));
	}
	answer(s->lab, s->chan, msg, CODE(OK), NULL);
	msg_free(req);
}

static inline void fake_abort(struct fake_server *s, const struct msg *msg)
{
	Nvo3__RelocateAbort *req = msg_decode(msg, &nvo3__relocate_abort__descriptor, NULL);
	struct fake_vm *vm = fake_vm_by_move(s, &req->move);

	if (vm && vm->pulled) {
		fake_vm_del(s, vm);
	} else if (vm) {
		vm->running = vm->was_running;
		vm->offered = false;
		vm->saved = 0;
		memset(&vm->move, 0, sizeof(vm->move));
	}
	answer(s->lab, s->chan, msg, vm ? CODE(OK) : CODE(NOT_FOUND), NULL);
	msg_free(req);
}

static inline void fake_release(struct fake_server *s, const struct msg *msg)
{
	Nvo3__RelocateRelease *req = msg_decode(msg, &nvo3__relocate_release__descriptor, NULL);
	struct fake_vm *vm = fake_vm_by_move(s, &req->move);

	if (vm)
		assert_true(vm->offered && !vm->running);
	fake_vm_del(s, vm);
	answer(s->lab, s->chan, msg, CODE(OK), NULL);
	msg_free(req);
}

static inline void fake_rtt(struct fake_server *s, const struct msg *msg)
{
	Nvo3__RttMeasure *req = msg_decode(msg, &nvo3__rtt_measure__descriptor, NULL);
	Nvo3__RttMeasureReply reply = NVO3__RTT_MEASURE_REPLY__INIT;
	struct ip_addr addr;

	assert_true(s->gateway && msg_get_ip(&req->addr, &addr));
	s->measured++;
	reply.us = s->rtt_us;
	answer(s->lab, s->chan, msg, s->rtt_us ? CODE(OK) : CODE(UNAVAILABLE), &reply.base);
	msg_free(req);
}

/* True: something is to happen instead of an answer. */
static inline bool fake_counts(struct lab *lab, struct chan *chan, const struct msg *msg)
{
	if (msg->id && ++lab->count == lab->crash_at)
		lab->crash = true;
	if (lab->lose == msg->type) {
		lab->lose = 0;
		chan_drop(chan, "lost by the test");
		return true;
	}
	if (lab->refuse != msg->type)
		return false;
	answer(lab, chan, msg, CODE(FAILED), NULL);
	return true;
}

static inline void fake_alert(struct fake_server *s, const struct msg *msg)
{
	Nvo3__Alert *a = msg_decode(msg, &nvo3__alert__descriptor, NULL);

	s->alerts++;
	snprintf(s->alert, sizeof(s->alert), "%s %s: %s", a->kind, a->subject, a->text);
	msg_free(a);
}

static inline bool fake_server_message(struct chan *chan, const struct msg *msg, void *arg)
{
	static const struct {
		uint32_t type;
		void (*handle)(struct fake_server *s, const struct msg *msg);
	} handlers[] = {
		{ MSG(VM_CREATE), fake_create },
		{ MSG(VM_DELETE), fake_delete },
		{ MSG(VM_POWER), fake_power },
		{ MSG(VM_UPDATE), fake_update },
		{ MSG(RELOCATE_OFFER), fake_offer },
		{ MSG(RELOCATE_COPY), fake_dest },
		{ MSG(RELOCATE_SOURCE), fake_source },
		{ MSG(RELOCATE_DEST), fake_dest },
		{ MSG(RELOCATE_COMMIT), fake_commit },
		{ MSG(RELOCATE_ABORT), fake_abort },
		{ MSG(RELOCATE_RELEASE), fake_release },
		{ MSG(RTT_MEASURE), fake_rtt },
	};
	struct fake_server *s = arg;

	if (msg->type == MSG(ALERT)) {
		fake_alert(s, msg);
		return true;
	}
	if (fake_counts(s->lab, chan, msg))
		return true;
	if (s->more && s->more(s, msg))
		return true;
	for (size_t i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++) {
		if (handlers[i].type != msg->type)
			continue;
		handlers[i].handle(s, msg);
		return true;
	}
	return false;
}

static inline void fake_registered(uint32_t code, const char *text, const struct msg *body,
				   void *arg)
{
	Nvo3__ServerRegisterReply *reply;
	struct fake_server *s = arg;

	if (code != CODE(OK))
		return;
	s->registered = true;
	reply = msg_decode(body, &nvo3__server_register_reply__descriptor, NULL);
	s->forgotten += reply->n_forget;
	for (size_t i = 0; i < reply->n_forget; i++)
		fake_vm_del(s, fake_vm_by_uuid(s, &reply->forget[i]));
	msg_free(reply);
}

/* Registers with all VMs that it has. */
static inline void fake_server_up(struct chan *chan, void *arg)
{
	Nvo3__ServerRegister req = NVO3__SERVER_REGISTER__INIT;
	struct fake_server *s = arg;
	Nvo3__VmReport reports[16], *list[16];
	struct fake_vm *vm;
	char nve[64], image[32];

	snprintf(nve, sizeof(nve), "%s/%s", s->dc, s->name);
	snprintf(image, sizeof(image), "127.0.0.1:%d", 6660);
	req.nve = nve;
	req.image_addr = image;
	req.cpus = 8;
	req.memory_mib = 4096;
	req.disk_mib = 4096;
	req.max_vms = s->max_vms;
	req.keeps = s->keeps;
	req.gateway = s->gateway;
	req.vms = list;
	DL_FOREACH(s->vms, vm) {
		Nvo3__VmReport *r = &reports[req.n_vms];

		nvo3__vm_report__init(r);
		r->profile = vm->profile;
		r->state = fake_vm_state(vm);
		list[req.n_vms++] = r;
		assert_true(req.n_vms < 16);
	}
	chan_request(chan, MSG(SERVER_REGISTER), &req.base, 0, fake_registered, s);
}

static inline void fake_server_down(struct chan *chan, const char *why, void *arg)
{
	struct fake_server *s = arg;

	s->registered = false;
}

#endif
