// SPDX-License-Identifier: GPL-2.0
/* What goes into the audit log (audit.h), and what is told of it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "api.h"
#include "api_audit.h"
#include "api_console.h"
#include "audit.h"
#include "group_run.h"
#include "lib/http_events.h"
#include "lib/http_inner.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "move_run.h"
#include "profile_spec.h"
#include "view.h"
#include "view_group.h"

#define ROOT	"/api/v1/"

/* "vns" of "/api/v1/vns/blue" */
static size_t kind_len(const char *path)
{
	return strcspn(path + strlen(ROOT), "/");
}

static bool is_kind(const char *path, const char *kind)
{
	return strlen(kind) == kind_len(path) && !strncmp(path + strlen(ROOT), kind, strlen(kind));
}

/* "/placement" of "/api/v1/dcs/dc2/placement"; NULL: it was asked of us. */
static const char *handed_on(const char *path)
{
	return is_kind(path, "dcs") ? strchr(path + strlen(ROOT "dcs/"), '/') : NULL;
}

static struct vm *find_vm(struct vcenter *vc, const char *id)
{
	struct uuid uuid;
	struct vm *vm;

	vm = uuid_parse(&uuid, id, NULL) ? inventory_vm_by_name(vc->inv, id) :
					   inventory_vm(vc->inv, &uuid);
	return vm && api_vm_visible(vm) ? vm : NULL;
}

static json_t *view_of_move(struct vcenter *vc, const char *id)
{
	struct move_job *job = NULL;
	struct uuid uuid;

	if (!uuid_parse(&uuid, id, NULL))
		job = move_run_lookup(vc, &uuid);
	return job ? view_move(&job->m) : NULL;
}

static json_t *view_of_operation(struct vcenter *vc, const char *id)
{
	struct group_job *job = NULL;
	struct uuid uuid;

	if (!uuid_parse(&uuid, id, NULL))
		job = group_run_lookup(vc, &uuid);
	return job ? view_group_op(&job->op) : NULL;
}

/* The object as it is before the request is carried out */
static json_t *before(struct http_request *req, void *arg)
{
	const char *id = http_param_opt(req, "id"), *path = http_path(req);
	struct vcenter *vc = arg;
	struct profile *p;
	struct err err;
	struct vm *vm;
	struct vn *vn;

	if (!id)
		return NULL;
	if (is_kind(path, "vms")) {
		vm = find_vm(vc, id);
		return vm ? view_vm(vm, vc->inv) : NULL;
	}
	if (is_kind(path, "vns")) {
		vn = api_find_vn(vc, id, &err);
		return vn ? view_vn(vn) : NULL;
	}
	if (is_kind(path, "profiles")) {
		p = api_find_profile(vc, id, &err);
		return p ? profile_spec_view(p->msg) : NULL;
	}
	if (is_kind(path, "operations"))
		return view_of_operation(vc, id);
	return is_kind(path, "moves") ? view_of_move(vc, id) : NULL;
}

static const char *name_of(json_t *view)
{
	return json_string_value(json_object_get(view, "name")) ?:
	       json_string_value(json_object_get(view, "id"));
}

/* "vns/blue" */
static char *object_of(struct http_request *req, json_t *was, json_t *answer)
{
	const char *path = http_path(req);
	char *text;

	if (handed_on(path))
		return mem_strdup(path + strlen(ROOT));
	if (asprintf(&text, "%.*s/%s", (int)kind_len(path), path + strlen(ROOT),
		     name_of(was) ?: name_of(answer) ?: name_of(http_body_seen(req)) ?: "") < 0)
		abort();
	return text;
}

/* What is no request, about nothing that is there, is not; nor what only asks. */
static bool is_told(struct vcenter *vc, const char *path, json_t *was, int status)
{
	const char *rest = handed_on(path), *dc = path + strlen(ROOT "dcs/");
	size_t len = strlen(vc->conf.dc);

	if (is_kind(path, "placement") || status == 426)
		return false;
	/* what is for us is told as what it is */
	if (rest && (!strcmp(rest, "/placement") ||
		     ((size_t)(rest - dc) == len && !strncmp(dc, vc->conf.dc, len))))
		return false;
	return was || (status != 400 && status != 404 && status != 413);
}

static json_t *entry_of(struct http_request *req, json_t *was, int status, json_t *answer)
{
	char *object = object_of(req, was, answer);
	char who[sizeof(struct identity)];
	json_t *entry;

	entry = json_pack("{s:I, s:s, s:s, s:s, s:s, s:i}", "time", (json_int_t)wall_ms(), "who",
			  identity_format(http_client(req), who, sizeof(who)), "method",
			  http_method(req), "path", http_path(req), "object", object, "status",
			  status);
	free(object);
	if (entry && http_inner_via(req) && *http_inner_via(req))
		json_object_set_new(entry, "via", json_string(http_inner_via(req)));
	/* the child's log has them */
	if (handed_on(http_path(req)) && status < 300)
		return entry;
	if (entry && was)
		json_object_set(entry, "before", was);
	if (entry && status < 300)
		json_object_set(entry, "after", answer);
	else if (entry)
		json_object_set(entry, "error", json_object_get(answer, "error"));
	return entry;
}

static void add(struct vcenter *vc, json_t *entry, const char *method, const char *path)
{
	struct err err;

	if (!entry)
		log_err("%s %s has no place in the audit log", method, path);
	else if (audit_add(vc->audit, entry, &err))
		log_err("%s %s is not in the audit log: %s", method, path, err.text);
}

static void after(struct http_request *req, json_t *was, int status, json_t *answer, void *arg)
{
	if (is_told(arg, http_path(req), was, status))
		add(arg, entry_of(req, was, status, answer), http_method(req), http_path(req));
}

void api_audit_console(const struct console *c, json_t *was)
{
	char path[2 * VC_NAME_SIZE], id[UUID_STRLEN];

	snprintf(path, sizeof(path), ROOT "vms/%s/console", uuid_format(&c->vm, id));
	add(c->vc, json_pack("{s:I, s:s, s:s, s:s, s:o, s:i, s:o, s:o}", "time",
			     (json_int_t)wall_ms(), "who", c->who, "method", "GET", "path", path,
			     "object", json_sprintf("vms/%s", c->vm_name), "status", 101, "before",
			     was, "after", view_console(c)), "GET", path);
}

const struct http_observer api_observer = { before, after };

void api_audit_list(struct http_request *req, void *arg)
{
	struct audit_filter filter = { http_query(req, "who"), http_query(req, "object") };
	const char *since = http_query(req, "since");
	struct vcenter *vc = arg;
	struct err err;
	json_t *items;

	if (!http_since(since, &filter.since)) {
		http_error(req, 400, "bad-request", "since=%s is not the number of an entry",
			   since);
		return;
	}
	items = audit_list(vc->audit, &filter, &err);
	if (items)
		api_reply_items(req, items);
	else
		api_refuse(req, -EIO, &err);
}
