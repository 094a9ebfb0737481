// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "center.h"
#include "chan.h"
#include "mem.h"
#include "move_figures.h"
#include "proto/image.pb-c.h"
#include "pull.h"
#include "savedfile.h"

#define READ_LEN (256u * 1024u)
#define READS 8			/* on their way at the same time */
#define READ_MS 30000
#define CONNECT_MS 10000
#define MIGRATE_MS 600000
#define PROGRESS_BYTES (1u << 20)

struct read_slot {
	struct pull *pull;
	uint64_t offset;
	uint32_t len;
	bool saved;			/* of the saved memory, not of the image */
	bool busy;
};

struct pull {
	struct vserver *vs;
	struct move *move;
	struct chan *chan;
	int fd, saved_fd;
	uint64_t asked, done, told;	/* of both, the image first */
	struct read_slot slots[READS];
	struct loop_timer *timer;	/* connecting takes too long, or: give up now */
	bool over;
	bool arrived;			/* the source was told */
	uint32_t code;
	char text[256];
	void (*finished)(uint32_t code, const char *text, void *arg);
	void *arg;
};

static void finish(struct pull *p, uint32_t code, const char *text)
{
	if (p->over)
		return;
	p->over = true;
	loop_timer_cancel(p->timer);
	p->finished(code, text, p->arg);
}

static void read_answered(uint32_t code, const char *text, const struct msg *body, void *arg);

/* One byte, for what comes with it */
static uint64_t wanted(const struct pull *p)
{
	return p->move->live ? 1 : p->move->size + p->move->saved.size;
}

static void ask(struct pull *p, struct read_slot *s)
{
	Nvo3__ImageRead msg = NVO3__IMAGE_READ__INIT;
	uint8_t have[IMAGE_SHA256_LEN];

	msg.token = (ProtobufCBinaryData){ TOKEN_LEN, (uint8_t *)p->move->token_value };
	msg.offset = s->offset;
	msg.length = s->len;
	msg.saved = s->saved;
	/* What cannot be read here is sent whole */
	if (p->move->delta && !s->saved && image_part_sum(p->fd, s->offset, s->len, have))
		msg.have = (ProtobufCBinaryData){ sizeof(have), have };
	chan_request(p->chan, MSG(IMAGE_READ), &msg.base, READ_MS, read_answered, s);
}

/* At what comes next: of one file */
static void aim(struct pull *p, struct read_slot *s)
{
	uint64_t size = p->move->size, end = wanted(p);

	s->saved = p->asked >= size;
	s->offset = s->saved ? p->asked - size : p->asked;
	if (!s->saved && end > size)
		end = size;
	s->len = end - p->asked < READ_LEN ? end - p->asked : READ_LEN;
}

static void ask_more(struct pull *p)
{
	for (int i = 0; i < READS && p->asked < wanted(p); i++) {
		struct read_slot *s = &p->slots[i];

		if (s->busy)
			continue;
		s->busy = true;
		aim(p, s);
		p->asked += s->len;
		ask(p, s);
	}
}

static int write_at(int fd, const uint8_t *data, size_t len, uint64_t offset)
{
	while (len) {
		ssize_t n = pwrite(fd, data, len, offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		offset += n;
		len -= n;
	}
	return 0;
}

/* Of a live move nothing is written, and what is the same lies there already */
static int put(struct pull *p, const struct read_slot *s, const Nvo3__ImageReadReply *reply)
{
	if (p->move->live || reply->same)
		return 0;
	if (s->saved)
		return write_at(p->saved_fd, reply->data.data, reply->data.len, s->offset);
	p->move->sent += reply->data.len;
	return write_at(p->fd, reply->data.data, reply->data.len, s->offset);
}

/* Value is a CODE() with a sentence in @err */
static uint32_t take(struct pull *p, const struct read_slot *s, const struct msg *body,
		     struct err *err)
{
	Nvo3__ImageReadReply *reply;
	uint32_t code = CODE(OK);
	int rc;

	reply = msg_decode(body, &nvo3__image_read_reply__descriptor, err);
	if (!reply)
		return CODE(BAD_MESSAGE);
	if (!(reply->same && p->move->delta && !s->saved) && reply->data.len != s->len) {
		err_set(err, EBADMSG, "%s sent %zu bytes at %llu of the %s, not %u", p->move->peer,
			reply->data.len, (unsigned long long)s->offset,
			s->saved ? "saved memory" : "image", s->len);
		code = CODE(BAD_MESSAGE);
	} else {
		rc = put(p, s, reply);
		if (rc) {
			err_sys(err, rc, "cannot write the %s",
				s->saved ? "saved memory" : "image");
			code = CODE(FAILED);
		}
		if (!s->offset && !s->saved)
			move_used_take(p->move, reply);
	}
	msg_free(reply);
	return code;
}

static void read_answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct read_slot *s = arg;
	struct pull *p = s->pull;
	struct err err;

	s->busy = false;
	if (p->over)
		return;
	if (code != CODE(OK)) {
		err_set(&err, EIO, "vServer %s does not give the image: %s", p->move->peer, text);
		finish(p, code, err.text);
		return;
	}
	code = take(p, s, body, &err);
	if (code != CODE(OK)) {
		finish(p, code, err.text);
		return;
	}
	p->done += s->len;
	if (p->done - p->told >= PROGRESS_BYTES || p->done == move_total(p->move)) {
		p->told = p->done;
		center_progress(p->vs->center, &p->move->id, p->done, move_total(p->move));
	}
	if (p->done == wanted(p))
		finish(p, CODE(OK), "");
	else
		ask_more(p);
}

static void session_up(struct chan *chan, void *arg)
{
	struct pull *p = arg;
	struct err err;

	if (p->over)
		return;
	if (strcmp(chan_peer_name(chan), p->move->peer)) {
		err_set(&err, EACCES, "%s is vServer %s, not %s", p->move->peer_addr,
			chan_peer_name(chan), p->move->peer);
		finish(p, CODE(DENIED), err.text);
		return;
	}
	loop_timer_cancel(p->timer);
	ask_more(p);
}

static void session_down(struct chan *chan, const char *why, void *arg)
{
	struct pull *p = arg;
	struct err err;

	err_set(&err, EPIPE, "lost vServer %s: %s", p->move->peer, why);
	finish(p, CODE(UNAVAILABLE), err.text);
}

static bool message(struct chan *chan, const struct msg *msg, void *arg)
{
	return false;
}

static void time_over(void *arg)
{
	struct pull *p = arg;

	finish(p, p->code, p->text);
}

static int open_parts(struct pull *p, const char *dir, struct err *err)
{
	const struct move *move = p->move;

	if (move->live)
		return 0;
	p->fd = move->delta ? image_part_keep(dir, move->size, err) : image_part_open(dir, err);
	if (p->fd < 0 || !move->saved.size)
		return p->fd;
	p->saved_fd = saved_part_open(dir, err);
	return p->saved_fd;
}

static void close_parts(struct pull *p)
{
	if (p->fd >= 0)
		close(p->fd);
	if (p->saved_fd >= 0)
		close(p->saved_fd);
}

struct pull *pull_start(struct vserver *vs, struct move *move, const char *dir,
			void (*done)(uint32_t code, const char *text, void *arg), void *arg,
			struct err *err)
{
	static const struct chan_ops ops = { .up = session_up, .down = session_down,
					     .message = message };
	const char *addr = move->peer_addr;
	struct pull *p = mem_zalloc(sizeof(*p));

	p->vs = vs;
	p->move = move;
	p->finished = done;
	p->arg = arg;
	for (int i = 0; i < READS; i++)
		p->slots[i].pull = p;
	p->fd = -1;
	p->saved_fd = -1;
	move->sent = 0;
	if (open_parts(p, dir, err) < 0)
		goto close;
	p->chan = chan_connect(vs->loop, vs->tls, &addr, 1, ROLE_BIT(ROLE_VSERVER), &ops, p, err);
	if (!p->chan)
		goto close;
	p->code = CODE(UNAVAILABLE);
	snprintf(p->text, sizeof(p->text), "vServer %s does not answer at %s", move->peer,
		 move->peer_addr);
	p->timer = loop_timer_new(vs->loop, time_over, p);
	loop_timer_set(p->timer, CONNECT_MS);
	return p;
close:
	close_parts(p);
	free(p);
	return NULL;
}

static void migrated(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct pull *p = arg;
	struct err err;

	err_set(&err, EIO, "vServer %s does not hand the VM over: %s", p->move->peer, text);
	finish(p, code, code == CODE(OK) ? "" : err.text);
}

void pull_migrate(struct pull *p, const char *uri, const char *folder,
		  void (*done)(uint32_t code, const char *text, void *arg))
{
	Nvo3__ImageMigrate msg = NVO3__IMAGE_MIGRATE__INIT;

	p->over = false;
	p->finished = done;
	msg.token = (ProtobufCBinaryData){ TOKEN_LEN, (uint8_t *)p->move->token_value };
	msg.uri = (char *)uri;
	msg.folder = (char *)folder;
	chan_request(p->chan, MSG(IMAGE_MIGRATE), &msg.base, MIGRATE_MS, migrated, p);
}

void pull_cancel(struct pull *p)
{
	if (p->over)
		return;
	p->code = CODE(FAILED);
	snprintf(p->text, sizeof(p->text), "the move was given up");
	loop_timer_set(p->timer, 0);
}

/*
 * Nobody waits for the answer. Without DONE the end of the move makes the token void; a source that
 * knows no ARRIVED, or does not see it so yet, says in its time that the VM has left.
 */
static void word_taken(uint32_t code, const char *text, const struct msg *body, void *arg)
{
}

static void say(struct pull *p, uint32_t type)
{
	Nvo3__ImageToken msg = NVO3__IMAGE_TOKEN__INIT;

	msg.token = (ProtobufCBinaryData){ TOKEN_LEN, (uint8_t *)p->move->token_value };
	chan_request(p->chan, type, &msg.base, READ_MS, word_taken, NULL);
}

void pull_arrived(struct pull *p)
{
	if (!p->arrived && !p->over)
		say(p, MSG(IMAGE_ARRIVED));
	p->arrived = true;
}

void pull_confirm(struct pull *p)
{
	say(p, MSG(IMAGE_DONE));
}

void pull_free(struct pull *p)
{
	for (int i = 0; i < READS; i++)
		chan_cancel(p->chan, &p->slots[i]);
	chan_cancel(p->chan, p);
	chan_free(p->chan);
	loop_timer_free(p->timer);
	close_parts(p);
	free(p);
}
