// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utlist.h>

#include "console.h"
#include "job.h"
#include "lib/console.h"
#include "lib/console_say.h"
#include "log.h"
#include "mem.h"
#include "msg.h"

/* From the end of the bytes, or of the guest, to that of the console: one tells why of the other */
#define END_MS	3000

struct console {
	struct vserver *vs;
	struct chan *session;
	struct uuid vm;
	char name[PROFILE_NAME_MAX + 1];
	struct console_chan chan;
	struct opening *opening;	/* NULL: it is open */
	int fd;				/* the driver's; -1 */
	struct loop_fd *watch;
	unsigned int watched;		/* for what */
	struct loop_timer *timer;
	bool eof;			/* nothing more comes of the guest */
	bool ended;			/* the guest has */
	size_t at, len;			/* of what is still to be written */
	uint8_t data[CONSOLE_WINDOW];
	struct console *prev, *next;
};

/* The thread's, until it is done */
struct opening {
	struct console *c;		/* NULL: it was closed meanwhile */
	struct vserver *vs;
	Nvo3__VmProfile *vm;
	bool force;
	int fd;
	uint64_t id;			/* of the request */
	struct job *job;
	struct opening *prev, *next;
};

struct consoles {
	struct console *all;		/* utlist, as the next one */
	struct opening *openings;
	struct console_table channels;	/* of vCenter's session */
};

struct consoles *consoles_new(void)
{
	return mem_zalloc(sizeof(struct consoles));
}

static struct console *of_chan(struct console_chan *chan)
{
	return (struct console *)((char *)chan - offsetof(struct console, chan));
}

static struct console *find(struct vserver *vs, const struct uuid *vm)
{
	struct console *c;

	DL_FOREACH(vs->consoles->all, c)
		if (uuid_equal(&c->vm, vm))
			return c;
	return NULL;
}

/* --- its end */

static void console_free(struct console *c)
{
	if (c->opening)
		c->opening->c = NULL;
	console_del(&c->vs->consoles->channels, &c->chan);
	loop_fd_free(c->watch);
	loop_timer_free(c->timer);
	if (c->fd >= 0)
		close(c->fd);
	DL_DELETE(c->vs->consoles->all, c);
	free(c);
}

static void refuse(struct console *c, uint64_t id, uint32_t code, const char *text)
{
	struct chan *session = c->session;

	console_free(c);
	chan_reply(session, id, code, text, NULL);
}

/* Of one that is not open yet the answer tells */
static void end(struct console *c, uint32_t code, const char *text)
{
	if (c->opening) {
		refuse(c, c->opening->id, code, text);
		return;
	}
	console_say_close(c->session, &c->chan, code, text);
	console_free(c);
}

static void end_all(struct vserver *vs, uint32_t code, const char *text)
{
	struct console *c, *tmp;

	DL_FOREACH_SAFE(vs->consoles->all, c, tmp)
		end(c, code, text);
}

static bool has_ended(const struct console *c)
{
	struct vm *vm = vm_lookup(c->vs, &c->vm);

	return c->ended || !vm || vm->guest < 0;
}

static void end_now(void *arg)
{
	struct console *c = arg;
	char why[128];

	if (!has_ended(c)) {
		end(c, CODE(UNAVAILABLE), "the hypervisor has ended it: somebody has taken it there, or nobody has read what the guest wrote");
		return;
	}
	snprintf(why, sizeof(why), "the guest of VM %s has ended", c->name);
	end(c, CODE(BAD_STATE), why);
}

static void end_soon(struct console *c)
{
	loop_timer_set(c->timer, c->eof && has_ended(c) ? 0 : END_MS);
}

void console_look(struct vserver *vs, const struct vm *vm)
{
	struct console *c = vs->consoles ? find(vs, &vm->id) : NULL;

	if (!c || c->ended || vm->guest >= 0)
		return;
	c->ended = true;
	if (!c->opening)
		end_soon(c);
}

/* --- its bytes */

static void watch(struct console *c);

static void read_some(struct console *c)
{
	uint8_t data[CONSOLE_DATA_MAX];
	ssize_t n = read(c->fd, data, console_may_send(&c->chan));

	if (n > 0) {
		console_say_data(c->session, &c->chan, data, n);
	} else if (!n || (errno != EAGAIN && errno != EINTR)) {
		c->eof = true;
		end_soon(c);
	}
}

static void write_some(struct console *c)
{
	size_t part = CONSOLE_WINDOW - c->at < c->len ? CONSOLE_WINDOW - c->at : c->len;
	ssize_t n = write(c->fd, c->data + c->at, part);

	if (n > 0) {
		c->at = (c->at + n) % CONSOLE_WINDOW;
		c->len -= n;
		console_say_passed(c->session, &c->chan, n);
	} else if (errno != EAGAIN && errno != EINTR) {
		/* Nobody reads it; why that is will be told where we read */
		c->len = 0;
	}
}

static void ready(int fd, unsigned int events, void *arg)
{
	struct console *c = arg;

	if (events & LOOP_WRITE && c->len)
		write_some(c);
	if (events & LOOP_READ && !c->eof && console_may_send(&c->chan))
		read_some(c);
	watch(c);
}

/* Who has no credit does not read: the guest waits */
static void watch(struct console *c)
{
	unsigned int wanted = (!c->eof && console_may_send(&c->chan) ? LOOP_READ : 0) |
			      (c->len ? LOOP_WRITE : 0);

	if (wanted == c->watched)
		return;
	loop_fd_free(c->watch);
	c->watch = wanted ? loop_fd_new(c->vs->loop, c->fd, wanted, ready, c) : NULL;
	c->watched = wanted;
}

static void keep(struct console *c, const uint8_t *data, size_t len)
{
	/* What there is credit for always has room */
	for (size_t i = 0; i < len; i++)
		c->data[(c->at + c->len + i) % CONSOLE_WINDOW] = data[i];
	c->len += len;
	write_some(c);
	watch(c);
}

/* --- opening it */

static void opening_free(struct opening *o)
{
	DL_DELETE(o->vs->consoles->openings, o);
	if (o->fd >= 0)
		close(o->fd);
	msg_free(o->vm);
	free(o);
}

static int work(const struct job *job, void *arg, struct err *err)
{
	struct opening *o = arg;

	return o->vs->driver->ops->console(o->vs->driver, o->vm, o->force, &o->fd, err);
}

static uint32_t code_of(int rc)
{
	return rc == -EHOSTDOWN ? CODE(UNAVAILABLE) : rc == -EBUSY ? CODE(BUSY) :
	       rc == -ESRCH ? CODE(BAD_STATE) : CODE(FAILED);
}

static void opened(int rc, const struct err *err, void *arg)
{
	struct opening *o = arg;
	struct console *c = o->c;

	o->job = NULL;
	if (c) {
		c->opening = NULL;
		if (rc) {
			refuse(c, o->id, code_of(rc), err->text);
		} else if (c->ended) {
			refuse(c, o->id, CODE(BAD_STATE), "its guest has just ended");
		} else {
			c->fd = o->fd;
			o->fd = -1;
			chan_reply(c->session, o->id, CODE(OK), NULL, NULL);
			watch(c);
		}
	}
	opening_free(o);
}

static void begin(struct console *c, const struct vm *vm, bool force, uint64_t id)
{
	struct opening *o = mem_zalloc(sizeof(*o));
	struct vserver *vs = c->vs;
	struct err err = { "" };

	o->c = c;
	o->vs = vs;
	o->vm = profile_copy(vm->profile);
	o->force = force;
	o->fd = -1;
	o->id = id;
	c->opening = o;
	DL_APPEND(vs->consoles->openings, o);
	if (!vs->driver->blocks) {
		opened(work(NULL, o, &err), &err, o);
		return;
	}
	o->job = job_queue_add(vs->jobs, vs->loop, work, opened, o, &err);
	if (!o->job)
		opened(-ENOMEM, &err, o);
}

static uint32_t check(struct vserver *vs, const struct vm *vm, bool force, struct err *err)
{
	struct console *other;

	if (!vs->driver->ops->console) {
		err_set(err, ENOTSUP, "VM %s has no console: its guest is a process of the driver netns",
			vm->profile->name);
		return CODE(BAD_STATE);
	}
	if (vm->guest < 0) {
		err_set(err, ESRCH, "VM %s is %s here, and its guest has no console",
			vm->profile->name, vm_state_name(vm->fsm.state));
		return CODE(BAD_STATE);
	}
	other = find(vs, &vm->id);
	if (other && !force) {
		err_set(err, EBUSY, "somebody is at the console of VM %s", vm->profile->name);
		return CODE(BUSY);
	}
	/* Before it is open nobody can be told but by its answer */
	if (other && other->opening) {
		err_set(err, EBUSY, "the console of VM %s is just being opened", vm->profile->name);
		return CODE(BUSY);
	}
	if (other)
		end(other, CODE(BUSY), "somebody else has taken it");
	return CODE(OK);
}

static void open_console(struct vserver *vs, struct chan *session, const Nvo3__ConsoleOpen *req,
			 uint64_t id)
{
	struct uuid uuid;
	struct console *c;
	struct err err;
	struct vm *vm;
	uint32_t code;

	vm = msg_get_uuid(&req->vm, &uuid) ? vm_lookup(vs, &uuid) : NULL;
	if (!vm) {
		chan_reply(session, id, CODE(NOT_FOUND), "there is no such VM here", NULL);
		return;
	}
	code = check(vs, vm, req->force, &err);
	if (code != CODE(OK)) {
		chan_reply(session, id, code, err.text, NULL);
		return;
	}
	c = mem_zalloc(sizeof(*c));
	if (console_add(&vs->consoles->channels, &c->chan, req->channel, &err)) {
		chan_reply(session, id, CODE(FULL), err.text, NULL);
		free(c);
		return;
	}
	c->vs = vs;
	c->session = session;
	c->vm = vm->id;
	snprintf(c->name, sizeof(c->name), "%s", vm->profile->name);
	c->fd = -1;
	c->timer = loop_timer_new(vs->loop, end_now, c);
	DL_APPEND(vs->consoles->all, c);
	begin(c, vm, req->force, id);
}

/* --- what vCenter says */

static void lied(struct vserver *vs, const char *text)
{
	char why[200];

	log_err("vCenter broke the rules of consoles, which all end: %s", text);
	snprintf(why, sizeof(why), "vCenter broke the rules: %.150s", text);
	end_all(vs, CODE(BAD_MESSAGE), why);
}

static void hear(struct vserver *vs, const struct msg *msg)
{
	struct console_said said;
	struct console *c;
	struct err err;

	console_hear(&vs->consoles->channels, msg, &said, &err);
	c = said.chan ? of_chan(said.chan) : NULL;
	if (said.what < CONSOLE_CLOSE && c->opening) {
		err_set(&err, EPROTO, "a console that is not open yet is spoken to");
		said.what = CONSOLE_LIE;
	}
	switch (said.what) {
	case CONSOLE_DATA:
		keep(c, said.data, said.len);
		break;
	case CONSOLE_CREDIT:
		watch(c);
		break;
	case CONSOLE_CLOSE:
		if (c->opening)
			refuse(c, c->opening->id, CODE(BAD_STATE), "it is not wanted any more");
		else
			console_free(c);
		break;
	case CONSOLE_LATE:
		break;
	case CONSOLE_LIE:
		lied(vs, err.text);
		break;
	}
	console_said_free(&said);
}

void console_message(struct vserver *vs, struct chan *session, const struct msg *msg)
{
	Nvo3__ConsoleOpen *req;
	struct err err;

	if (msg->type != MSG(CONSOLE_OPEN)) {
		hear(vs, msg);
		return;
	}
	req = msg_decode(msg, &nvo3__console_open__descriptor, &err);
	if (!req) {
		chan_reply(session, msg->id, CODE(BAD_MESSAGE), err.text, NULL);
		return;
	}
	open_console(vs, session, req, msg->id);
	msg_free(req);
}

void console_session_down(struct vserver *vs)
{
	struct console *c, *tmp;

	if (!vs->consoles)
		return;
	DL_FOREACH_SAFE(vs->consoles->all, c, tmp)
		console_free(c);
	memset(&vs->consoles->channels, 0, sizeof(vs->consoles->channels));
}

void console_stop(struct vserver *vs)
{
	struct opening *o, *tmp;

	if (!vs->consoles)
		return;
	console_session_down(vs);
	DL_FOREACH_SAFE(vs->consoles->openings, o, tmp) {
		if (o->job)
			job_abandon(o->job);
		opening_free(o);
	}
	free(vs->consoles);
	vs->consoles = NULL;
}
