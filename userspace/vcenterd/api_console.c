// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <utlist.h>
#include "api.h"
#include "api_console.h"
#include "lib/http_items.h"
#include "lib/http_upgrade.h"
#include "view_set.h"

static const char *state_word(enum console_state state)
{
	switch (state) {
	case CONSOLE_ASKED:
		return "opening";
	case CONSOLE_OPEN:
		return "open";
	case CONSOLE_HANDED_OVER:
		return "moving";
	case CONSOLE_OVER:
		return "over";
	}
	return "?";
}

json_t *view_console(const struct console *c)
{
	json_t *obj = json_object();

	view_set_uuid(obj, "id", &c->id);
	view_set_uuid(obj, "vm", &c->vm);
	view_set(obj, "vm_name", c->vm_name);
	view_set(obj, "tenant", c->tenant);
	view_set(obj, "server", c->server->name);
	view_set(obj, "who", c->who);
	view_set(obj, "state", state_word(c->state));
	view_set_int(obj, "begun", c->begun);
	if (c->ended)
		view_set_int(obj, "ended", c->ended);
	view_set_int(obj, "in", c->in);
	view_set_int(obj, "out", c->out);
	if (c->end) {
		view_set(obj, "end", c->end);
		view_set(obj, "why", c->why);
	}
	return obj;
}

void api_vm_console(struct http_request *req, void *arg)
{
	const char *force = http_query(req, "force");
	struct vcenter *vc = arg;
	struct vm *vm = api_find_vm(vc, req, http_param(req, "id"));

	if (!vm)
		return;
	if (force && strcmp(force, "true") && strcmp(force, "false"))
		http_error(req, 400, "bad-request", "force=%s is neither true nor false", force);
	else if (http_upgrade_asked(req, CONSOLE_PROTOCOL))
		console_open(vc, req, vm, force && !strcmp(force, "true"));
}

void api_console_list(struct http_request *req, void *arg)
{
	struct vcenter *vc = arg;
	json_t *items = json_array();
	struct console *c;

	DL_FOREACH(vc->consoles, c)
		json_array_append_new(items, view_console(c));
	api_reply_items(req, items);
}

void api_console_show(struct http_request *req, void *arg)
{
	const char *id = http_param(req, "id");
	struct console *c = NULL;
	struct uuid uuid;

	if (!uuid_parse(&uuid, id, NULL))
		c = console_lookup(arg, &uuid);
	if (c)
		http_reply(req, 200, view_console(c));
	else
		http_error(req, 404, "not-found", "there is no console %s, or none any more", id);
}
