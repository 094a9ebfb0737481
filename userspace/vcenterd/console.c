// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <utlist.h>
#include "api.h"
#include "api_audit.h"
#include "api_console.h"
#include "codes.h"
#include "console.h"
#include "lib/console_say.h"
#include "lib/http_upgrade.h"
#include "lib/mem.h"
#include "proto/management.pb-c.h"
#include "words.h"

#define ASK_MS 20000

struct console *console_lookup(struct vcenter *vc, const struct uuid *id)
{
	struct console *c;

	DL_FOREACH(vc->consoles, c)
		if (uuid_equal(&c->id, id))
			return c;
	return NULL;
}

static struct console *of_chan(struct console_chan *chan)
{
	return (struct console *)((char *)chan - offsetof(struct console, chan));
}

static void forget(struct console *c)
{
	DL_DELETE(c->vc->consoles, c);
	free(c);
}

/* --- its end */

/* Of those that are over, so that there is room for one more */
static void forget_oldest(struct vcenter *vc)
{
	struct console *c, *oldest = NULL;
	unsigned int n = 0;

	DL_FOREACH(vc->consoles, c) {
		if (c->state != CONSOLE_OVER || c->req)
			continue;
		n++;
		if (!oldest || c->ended < oldest->ended)
			oldest = c;
	}
	if (n >= CONSOLES_REMEMBERED)
		forget(oldest);
}

static void close_chan(struct console *c)
{
	if (c->chan.number && c->server->session)
		console_say_close(c->server->session, &c->chan, CODE(OK), "");
	console_del(&c->server->consoles, &c->chan);
}

__attribute__((format(printf, 3, 4)))
static void end(struct console *c, const char *word, const char *fmt, ...)
{
	json_t *was = view_console(c);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->why, sizeof(c->why), fmt, ap);
	va_end(ap);
	c->end = word;
	c->state = CONSOLE_OVER;
	c->ended = wall_ms();
	close_chan(c);
	if (c->req)
		http_upgrade_end(c->req);
	c->req = NULL;
	api_audit_console(c, was);
}

/* --- its bytes */

static void came(void *arg)
{
	uint8_t data[CONSOLE_DATA_MAX];
	struct console *c = arg;
	size_t len, may;

	while (c->state == CONSOLE_OPEN && (may = console_may_send(&c->chan))) {
		len = http_upgrade_read(c->req, data, may);
		if (!len)
			return;
		c->in += len;
		console_say_data(c->server->session, &c->chan, data, len);
	}
}

static void went(void *arg)
{
	struct console *c = arg;
	size_t waiting = http_upgrade_waiting(c->req), passed;

	if (waiting >= c->unsent)
		return;
	passed = c->unsent - waiting;
	c->unsent = waiting;
	if (c->state == CONSOLE_OPEN)
		console_say_passed(c->server->session, &c->chan, passed);
}

static void gone(void *arg)
{
	struct console *c = arg;

	if (c->vc->stopping)
		end(c, "stopped", "vcenterd is being stopped");
	else
		end(c, "left", "%s has left it", c->who);
}

/* --- opening it */

static void refused(struct console *c, uint32_t code, const char *text)
{
	struct http_request *req = c->req;

	/* An answer that is late may still open it there */
	close_chan(c);
	if (code == CODE(UNKNOWN_TYPE))
		http_error(req, 503, code_to_word(code),
			   "server %s knows nothing of consoles: its nvo3d is older than that",
			   c->server->name);
	else
		api_refuse_code(req, code, text);
	forget(c);
}

static void opened(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	static const struct http_upgrade_ops ops = { came, went, gone };
	struct console *c = arg;
	char id[UUID_STRLEN];

	if (c->state == CONSOLE_OVER) {
		/* Somebody else took it meanwhile; or the server broke the rules */
		http_error(c->req, 409, "busy", "%s", c->why);
		c->req = NULL;
		return;
	}
	if (code != CODE(OK)) {
		refused(c, code, text);
		return;
	}
	c->state = CONSOLE_OPEN;
	c->begun = wall_ms();
	if (http_upgrade_begin(c->req, CONSOLE_PROTOCOL, "Nvo3-Console", uuid_format(&c->id, id),
			       view_console(c), &ops, c))
		return;
	c->req = NULL;
	end(c, "left", "%s has left it", c->who);
}

/* Before the vServer has answered, its client waits for another answer */
static void end_any(struct console *c, const char *word, const char *why)
{
	if (c->state != CONSOLE_ASKED) {
		end(c, word, "%s", why);
		return;
	}
	c->end = word;
	snprintf(c->why, sizeof(c->why), "%s", why);
	c->state = CONSOLE_OVER;
	c->ended = wall_ms();
	close_chan(c);
}

static struct console *who_has(struct vcenter *vc, const struct vm *vm)
{
	struct console *c;

	DL_FOREACH(vc->consoles, c)
		if (c->state != CONSOLE_OVER && uuid_equal(&c->vm, &vm->uuid))
			return c;
	return NULL;
}

static unsigned int count(struct vcenter *vc)
{
	unsigned int n = 0;
	struct console *c;

	DL_FOREACH(vc->consoles, c)
		n += c->state != CONSOLE_OVER;
	return n;
}

static int check(struct vcenter *vc, const struct vm *vm, struct err *err)
{
	if (!vm->server || !vm->made)
		return err_set(err, EPERM, "VM %s was never made: %s", vm->name, vm_why(vm));
	if (!vm->server->session)
		return err_set(err, EHOSTUNREACH, "server %s of VM %s is down", vm->server->name,
			       vm->name);
	if (vm->state == NVO3__VM_STATE__VM_STOPPED || vm->state == NVO3__VM_STATE__VM_FAILED)
		return err_set(err, EPERM, "VM %s is %s: it has no console", vm->name,
			       word_vm_state(vm->state));
	if (count(vc) >= CONSOLES_MAX)
		return err_set(err, ENOSPC, "%u consoles are open, which is as many as can be",
			       CONSOLES_MAX);
	return 0;
}

/* Who has it gives way, or it is told who that is. */
static int take(struct vcenter *vc, const struct vm *vm, const char *who, bool force,
		struct err *err)
{
	struct console *c = who_has(vc, vm);
	char why[256];

	if (!c)
		return 0;
	if (!force)
		return err_set(err, EEXIST, "%s is at the console of VM %s", c->who, vm->name);
	snprintf(why, sizeof(why), "%s has taken the console of VM %s", who, vm->name);
	end_any(c, "taken", why);
	return 0;
}

static void ask(struct console *c, bool force)
{
	Nvo3__ConsoleOpen msg = NVO3__CONSOLE_OPEN__INIT;

	msg.vm = msg_put_uuid(&c->vm);
	msg.channel = c->chan.number;
	msg.force = force;
	chan_request(c->server->session, MSG(CONSOLE_OPEN), &msg.base, ASK_MS, opened, c);
}

void console_open(struct vcenter *vc, struct http_request *req, struct vm *vm, bool force)
{
	struct console *c = mem_zalloc(sizeof(*c));
	uint64_t number;
	struct err err;
	int ret;

	identity_format(http_client(req), c->who, sizeof(c->who));
	ret = check(vc, vm, &err);
	if (!ret)
		ret = take(vc, vm, c->who, force, &err);
	if (!ret && getrandom(&number, sizeof(number), 0) != sizeof(number))
		ret = err_sys(&err, errno, "no random numbers");
	if (!ret)
		ret = console_add(&vm->server->consoles, &c->chan, number, &err);
	if (ret) {
		free(c);
		api_refuse(req, ret, &err);
		return;
	}
	c->vc = vc;
	c->id = uuid_new();
	c->vm = vm->uuid;
	snprintf(c->vm_name, sizeof(c->vm_name), "%s", vm->name);
	snprintf(c->tenant, sizeof(c->tenant), "%s", vm->tenant);
	c->server = vm->server;
	c->req = req;
	c->begun = wall_ms();
	forget_oldest(vc);
	DL_APPEND(vc->consoles, c);
	ask(c, force);
}

/* --- what servers say */

static bool is_moving(const struct console *c)
{
	struct vm *vm = inventory_vm(c->vc->inv, &c->vm);

	return vm && (vm->left || vm->server != c->server || !uuid_is_zero(&vm->move));
}

static void closed(struct console *c, uint32_t code, const char *text)
{
	console_del(&c->server->consoles, &c->chan);
	if (code == CODE(BAD_STATE) && is_moving(c))
		c->state = CONSOLE_HANDED_OVER;
	else if (code == CODE(BAD_STATE))
		end(c, "stopped", "%s", text);
	else
		end(c, code == CODE(BUSY) ? "taken" : "failed", "%s", text);
}

static void end_all(struct vcenter *vc, const struct server *server, const char *word,
		    const char *why)
{
	struct console *c, *tmp;

	DL_FOREACH_SAFE(vc->consoles, c, tmp)
		if (c->server == server && c->state < CONSOLE_HANDED_OVER)
			end_any(c, word, why);
}

static void lied(struct vcenter *vc, struct server *server, const char *text)
{
	char why[256];

	note_server_alert(vc, server, "console-broken", server->name, "%s", text);
	snprintf(why, sizeof(why), "server %s broke the rules: %.150s", server->name,
		 text);
	end_all(vc, server, "failed", why);
}

void console_message(struct vcenter *vc, struct server *server, const struct msg *msg)
{
	struct console_said said;
	struct console *c;
	struct err err;

	console_hear(&server->consoles, msg, &said, &err);
	c = said.chan ? of_chan(said.chan) : NULL;
	if (said.what != CONSOLE_LIE && c && c->state == CONSOLE_ASKED) {
		err_set(&err, EPROTO, "a console that is not open yet has something to say");
		said.what = CONSOLE_LIE;
	}
	switch (said.what) {
	case CONSOLE_DATA:
		c->out += said.len;
		c->unsent += said.len;
		http_upgrade_write(c->req, said.data, said.len);
		break;
	case CONSOLE_CREDIT:
		came(c);
		break;
	case CONSOLE_CLOSE:
		closed(c, said.code, said.text);
		break;
	case CONSOLE_LATE:
		break;
	case CONSOLE_LIE:
		lied(vc, server, err.text);
		break;
	}
	console_said_free(&said);
}

void console_server_down(struct vcenter *vc, struct server *server, const char *why)
{
	char text[256];

	snprintf(text, sizeof(text), "the session to server %s has ended: %.150s", server->name,
		 why);
	end_all(vc, server, "failed", text);
	/* Another session knows nothing of them */
	memset(&server->consoles, 0, sizeof(server->consoles));
}

/* --- what happens to VMs */

static void look(struct console *c)
{
	struct vm *vm = inventory_vm(c->vc->inv, &c->vm);

	if (!vm)
		end(c, "stopped", "VM %s is not there any more", c->vm_name);
	else if (vm->left)
		end(c, "moved", "VM %s has moved to another data centre", vm->name);
	else if (vm->server != c->server)
		end(c, "moved", "VM %s has moved to %s/%s", vm->name, c->vc->conf.dc,
		    vm->server ? vm->server->name : "?");
	else if (c->state == CONSOLE_HANDED_OVER && uuid_is_zero(&vm->move))
		end(c, "moved", "VM %s was about to move, and is still on %s/%s", vm->name,
		    c->vc->conf.dc, c->server->name);
}

void console_tick(struct vcenter *vc)
{
	struct console *c, *tmp;

	DL_FOREACH_SAFE(vc->consoles, c, tmp)
		if (c->state == CONSOLE_OPEN || c->state == CONSOLE_HANDED_OVER)
			look(c);
}

void console_free_all(struct vcenter *vc)
{
	struct console *c, *tmp;

	DL_FOREACH_SAFE(vc->consoles, c, tmp)
		forget(c);
}
