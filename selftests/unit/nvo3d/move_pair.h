/* SPDX-License-Identifier: GPL-2.0 */
/* Two vServers and the requests of a move from one to the other */
#ifndef NVO3D_UNIT_MOVE_PAIR_H
#define NVO3D_UNIT_MOVE_PAIR_H

#include "host_bed.h"
#include "proto/image.pb-c.h"

#define STATE(name) NVO3__VM_STATE__VM_##name

static uint8_t move_id[16], token[32];

struct pair {
	struct bed_host from, to;
	uint64_t size;			/* as the source told */
	uint8_t sha256[32];
	bool was_running;
	uint64_t silent, last_out;
	bool keep;			/* its memory is wished to be */
	bool was_suspended;
	uint64_t saved_size;
	uint8_t saved_sha256[32];
};

static inline void setup(struct pair *p, void **state, bool run)
{
	memset(p, 0, sizeof(*p));
	move_id[0]++;
	memset(token, 7, sizeof(token));
	host_up(&p->from, *state, "host1");
	host_up(&p->to, *state, "host2");
	assert_int_equal(host_create(&p->from, 1, run).code, CODE(OK));
}

static inline void teardown(struct pair *p)
{
	host_down(&p->from);
	host_down(&p->to);
}

struct source_reply {
	struct reply r;
	struct pair *p;
};

static inline void source_answered(uint32_t code, const char *text, const struct msg *body,
				   void *arg)
{
	Nvo3__RelocateSourceReply *reply;
	struct source_reply *s = arg;

	bed_answered(code, text, body, &s->r);
	if (code != CODE(OK))
		return;
	reply = msg_decode(body, &nvo3__relocate_source_reply__descriptor, NULL);
	s->p->size = reply->size;
	s->p->was_running = reply->was_running;
	s->p->silent = reply->silent;
	s->p->last_out = reply->last_out;
	assert_int_equal(reply->sha256.len, 32);
	memcpy(s->p->sha256, reply->sha256.data, 32);
	s->p->was_suspended = reply->was_suspended;
	s->p->saved_size = reply->saved_size;
	if (reply->saved_size)
		memcpy(s->p->saved_sha256, reply->saved_sha256.data, 32);
	msg_free(reply);
}

/* @s is filled in when the answer comes */
static inline void source_begin(struct pair *p, struct source_reply *s)
{
	Nvo3__RelocateSource req = NVO3__RELOCATE_SOURCE__INIT;
	uint8_t vm[16] = { 1 };

	*s = (struct source_reply){ .p = p };
	req.move = (ProtobufCBinaryData){ 16, move_id };
	req.vm = (ProtobufCBinaryData){ 16, vm };
	req.token = (ProtobufCBinaryData){ 32, token };
	req.dest = "dc1/host2";
	req.keep = p->keep;
	chan_request(p->from.vc, MSG(RELOCATE_SOURCE), &req.base, 0, source_answered, s);
}

static inline struct reply source(struct pair *p)
{
	struct source_reply s;

	source_begin(p, &s);
	BED_WAIT(p->from.bed, s.r.here);
	return s.r;
}

struct dest_msg {
	struct vm_msg vm;
	Nvo3__RelocateDest req;
};

static inline Nvo3__RelocateDest *dest_msg(struct dest_msg *m, struct pair *p)
{
	nvo3__relocate_dest__init(&m->req);
	m->req.move = (ProtobufCBinaryData){ 16, move_id };
	m->req.profile = vm_msg(&m->vm, 1);
	m->req.source_addr = p->from.images;
	m->req.source = "dc1/host1";
	m->req.token = (ProtobufCBinaryData){ 32, token };
	m->req.size = p->size;
	m->req.sha256 = (ProtobufCBinaryData){ 32, p->sha256 };
	m->req.hold_s = 900;
	m->req.saved_size = p->saved_size;
	if (p->saved_size)
		m->req.saved_sha256 = (ProtobufCBinaryData){ 32, p->saved_sha256 };
	return &m->req;
}

static inline struct reply dest(struct pair *p)
{
	struct dest_msg m;

	return bed_ask(p->to.bed, p->to.vc, MSG(RELOCATE_DEST), &dest_msg(&m, p)->base);
}

static inline struct reply commit(struct pair *p, uint64_t epoch, bool start)
{
	Nvo3__RelocateCommit req = NVO3__RELOCATE_COMMIT__INIT;
	struct vm_msg m;

	vm_msg(&m, 1);
	m.nic.epoch = epoch;
	req.move = (ProtobufCBinaryData){ 16, move_id };
	req.nics = &m.nics;
	req.n_nics = 1;
	req.start = start;
	req.suspended = p->was_suspended;
	return bed_ask(p->to.bed, p->to.vc, MSG(RELOCATE_COMMIT), &req.base);
}

static inline struct reply abort_at(struct bed_host *h)
{
	Nvo3__RelocateAbort req = NVO3__RELOCATE_ABORT__INIT;

	req.move = (ProtobufCBinaryData){ 16, move_id };
	return bed_ask(h->bed, h->vc, MSG(RELOCATE_ABORT), &req.base);
}

static inline struct reply release(struct pair *p)
{
	Nvo3__RelocateRelease req = NVO3__RELOCATE_RELEASE__INIT;

	req.move = (ProtobufCBinaryData){ 16, move_id };
	return bed_ask(p->from.bed, p->from.vc, MSG(RELOCATE_RELEASE), &req.base);
}

static inline void image_of(struct bed_host *h, char *path)
{
	struct uuid uuid = { { 1 } };
	char id[UUID_STRLEN];

	sprintf(path, "%s/vms/%s/www/image", h->state, uuid_format(&uuid, id));
}

static inline void same_images(struct pair *p)
{
	char a[320], b[320], command[700];

	image_of(&p->from, a);
	image_of(&p->to, b);
	snprintf(command, sizeof(command), "cmp -s %s %s", a, b);
	assert_int_equal(system(command), 0);
}

static inline void gone(struct bed_host *h)
{
	assert_null(host_vm(h, 1));
	assert_false(host_has_files(h, 1));
	assert_false(h->driver.attached[1] || h->driver.alive[1]);
}

#endif
