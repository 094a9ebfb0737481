// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chan.h"
#include "cleanup.h"
#include "image_server.h"
#include "log.h"
#include "mem.h"
#include "move_figures.h"
#include "move_live.h"
#include "persist.h"
#include "proto/image.pb-c.h"
#include "savedfile.h"

#define READ_MAX (256u * 1024u)

struct image_server {
	struct vserver *vs;
	struct chan_server *server;
};

static bool is_open(Nvo3__MovePhase phase)
{
	return phase == NVO3__MOVE_PHASE__MOVE_OFFERED || phase == NVO3__MOVE_PHASE__MOVE_COPYING;
}

static struct move *find_offer(struct vserver *vs, const ProtobufCBinaryData *token)
{
	struct move *m, *found = NULL;

	/* To the end, so that the time taken tells nothing */
	for (m = vs->moves; m; m = m->hh.next)
		if (m->is_source && is_open(m->phase) &&
		    token_matches(&m->token, token->data, token->len))
			found = m;
	return found;
}

/* The move whose image this token opens for the peer; NULL with a code and a sentence */
static struct move *open_offer(struct vserver *vs, struct chan *chan,
			       const ProtobufCBinaryData *token, uint32_t *ret_code,
			       struct err *err)
{
	struct move *m = find_offer(vs, token);
	bool shown;

	*ret_code = CODE(DENIED);
	if (!m) {
		err_set(err, EACCES, "the token opens no image here");
		return NULL;
	}
	shown = m->token.shown;
	*ret_code = token_show(&m->token, chan_peer_name(chan), chan, err);
	if (*ret_code != CODE(OK))
		return NULL;
	/* Not even a crash makes it worth a second session */
	if (!shown)
		persist_move_now(vs, m);
	return m;
}

/* The one of both that is read; -errno */
static int open_file(struct vserver *vs, struct move *m, bool saved, struct err *err)
{
	int *fd = saved ? &m->saved.fd : &m->image;
	struct vm *vm = vm_lookup(vs, &m->vm);
	char dir[HOST_DIR_MAX];
	uint64_t size;

	if (*fd >= 0)
		return *fd;
	if (!vm)
		return err_set(err, ENOENT, "the VM is gone");
	vm_dir(vm, dir);
	*fd = saved ? saved_open(dir, err) : image_open(dir, &size, err);
	return *fd;
}

static bool is_same(const ProtobufCBinaryData *have, const uint8_t *data, size_t len)
{
	uint8_t sum[IMAGE_SHA256_LEN];

	return have->len == sizeof(sum) && image_sum(data, len, sum) &&
	       !memcmp(have->data, sum, sizeof(sum));
}

static void read_file(struct chan *chan, const struct msg *msg, const Nvo3__ImageRead *req,
		      struct move *m, int fd)
{
	Nvo3__ImageReadReply reply = NVO3__IMAGE_READ_REPLY__INIT;
	_cleanup_free_ uint8_t *data = mem_zalloc(req->length);
	_cleanup_free_ void *used = NULL;
	struct err err;
	ssize_t n;

	n = pread(fd, data, req->length, req->offset);
	if (n < 0) {
		err_sys(&err, errno, "cannot read the image");
		chan_reply(chan, msg->id, CODE(FAILED), err.text, NULL);
		return;
	}
	reply.same = is_same(&req->have, data, n);
	if (!reply.same)
		reply.data = (ProtobufCBinaryData){ n, data };
	if (!req->offset && !req->saved)
		move_used_pack(m, &reply, &used);
	chan_reply(chan, msg->id, CODE(OK), NULL, &reply.base);
}

static bool is_within(const struct move *m, const Nvo3__ImageRead *req)
{
	uint64_t size = req->saved ? m->saved.size : m->size;

	return req->length && req->length <= READ_MAX && req->offset <= size && size;
}

static void handle_read(struct vserver *vs, struct chan *chan, const struct msg *msg)
{
	Nvo3__ImageRead *req;
	struct move *m;
	struct err err;
	uint32_t code;
	int fd = -1;

	req = msg_decode(msg, &nvo3__image_read__descriptor, &err);
	if (!req) {
		chan_reply(chan, msg->id, CODE(BAD_MESSAGE), err.text, NULL);
		return;
	}
	m = open_offer(vs, chan, &req->token, &code, &err);
	if (m && !is_within(m, req)) {
		code = CODE(BAD_MESSAGE);
		err_set(&err, EINVAL, "%u bytes at %llu are not in the %s or too many",
			req->length, (unsigned long long)req->offset,
			req->saved ? "saved memory" : "image");
	} else if (m) {
		fd = open_file(vs, m, req->saved, &err);
		code = fd < 0 ? CODE(FAILED) : CODE(OK);
	}
	if (code == CODE(OK))
		read_file(chan, msg, req, m, fd);
	else
		chan_reply(chan, msg->id, code, err.text, NULL);
	msg_free(req);
}

static uint32_t done(struct vserver *vs, struct move *m, struct err *err)
{
	token_spend(&m->token);
	persist_move_now(vs, m);
	move_close_image(m);
	return CODE(OK);
}

/* One that says something of the move that its token opens: @take's value is the answer */
static void handle_word(struct vserver *vs, struct chan *chan, const struct msg *msg,
			uint32_t (*take)(struct vserver *vs, struct move *m, struct err *err))
{
	Nvo3__ImageToken *req;
	struct move *m;
	struct err err;
	uint32_t code;

	req = msg_decode(msg, &nvo3__image_token__descriptor, &err);
	if (!req) {
		chan_reply(chan, msg->id, CODE(BAD_MESSAGE), err.text, NULL);
		return;
	}
	m = open_offer(vs, chan, &req->token, &code, &err);
	if (m)
		code = take(vs, m, &err);
	chan_reply(chan, msg->id, code, code == CODE(OK) ? NULL : err.text, NULL);
	msg_free(req);
}

/* A hand-over that goes on, for who waits for it in its session */
struct waiting {
	struct vserver *vs;
	struct chan *chan;
	struct uuid move;
	uint64_t id;
};

static void handed_over(uint32_t code, const char *text, struct vm *vm, void *arg)
{
	struct waiting *w = arg;
	struct move *m = move_lookup(w->vs, &w->move);

	if (m && m->token.session == w->chan)
		chan_reply(w->chan, w->id, code, code == CODE(OK) ? NULL : text, NULL);
	free(w);
}

static void handle_migrate(struct vserver *vs, struct chan *chan, const struct msg *msg)
{
	Nvo3__ImageMigrate *req;
	struct waiting *w;
	struct move *m;
	struct err err;
	uint32_t code;

	req = msg_decode(msg, &nvo3__image_migrate__descriptor, &err);
	if (!req) {
		chan_reply(chan, msg->id, CODE(BAD_MESSAGE), err.text, NULL);
		return;
	}
	m = open_offer(vs, chan, &req->token, &code, &err);
	if (m) {
		w = mem_zalloc(sizeof(*w));
		*w = (struct waiting){ vs, chan, m->id, msg->id };
		move_live_hand_over(vs, m, req->uri, req->folder, handed_over, w);
	} else {
		chan_reply(chan, msg->id, code, err.text, NULL);
	}
	msg_free(req);
}

static bool message(struct chan *chan, const struct msg *msg, void *arg)
{
	struct image_server *s = arg;

	switch (msg->type) {
	case MSG(IMAGE_READ):
		if (msg->id)
			handle_read(s->vs, chan, msg);
		return true;
	case MSG(IMAGE_DONE):
		if (msg->id)
			handle_word(s->vs, chan, msg, done);
		return true;
	case MSG(IMAGE_MIGRATE):
		if (msg->id)
			handle_migrate(s->vs, chan, msg);
		return true;
	case MSG(IMAGE_ARRIVED):
		if (msg->id)
			handle_word(s->vs, chan, msg, move_live_arrived);
		return true;
	default:
		return false;
	}
}

static void session_down(struct chan *chan, const char *why, void *arg)
{
	struct image_server *s = arg;
	struct move *m;

	for (m = s->vs->moves; m; m = m->hh.next) {
		if (!m->is_source || m->token.session != chan)
			continue;
		token_session_ended(&m->token, chan);
		move_close_image(m);
		/* Nobody waits for it any more */
		move_live_cancel(vm_lookup(s->vs, &m->vm));
	}
}

struct image_server *image_server_new(struct vserver *vs, struct err *err)
{
	static const struct chan_ops ops = { .down = session_down, .message = message };
	struct image_server *s = mem_zalloc(sizeof(*s));

	s->vs = vs;
	s->server = chan_listen(vs->loop, vs->tls, vs->config->vserver.images,
				ROLE_BIT(ROLE_VSERVER), &ops, s, err);
	if (!s->server) {
		free(s);
		return NULL;
	}
	return s;
}

void image_server_free(struct image_server *s)
{
	if (!s)
		return;
	chan_server_free(s->server);
	free(s);
}
