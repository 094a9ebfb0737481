// SPDX-License-Identifier: GPL-2.0
/* POST /placement: where would this VM go, and why not elsewhere? Nothing is changed. */
#include <errno.h>
#include "api.h"
#include "codes.h"
#include "hier_run.h"
#include "lib/cleanup.h"
#include "placement.h"
#include "vm_spec.h"

static void add_verdict(const struct server *server, int ret, const struct err *err, void *arg)
{
	json_t *item = json_object();

	json_object_set_new(item, "server", json_string(server->name));
	json_object_set_new(item, "fits", json_boolean(!ret));
	json_object_set_new(item, "busy", json_boolean(server->busy));
	if (ret)
		json_object_set_new(item, "reason", json_string(err->text));
	json_array_append_new(arg, item);
}

/* What a creation is refused for before any server is looked at */
static int check(struct vcenter *vc, const struct vm_spec *spec, struct err *err)
{
	int ret = inventory_vm_check(vc->inv, spec->vm, err);

	if (ret)
		return ret;
	return placement_entitled(vc->inv, &vc->conf.entitlements, spec->vm, &spec->vm->size,
				  err);
}

static json_t *explain(struct vcenter *vc, const struct vm_spec *spec)
{
	struct place_req req = { .vm = spec->vm, .server = spec->server,
				 .together = spec->together };
	json_t *answer = json_object(), *servers = json_array();
	struct server *server;
	struct err err;
	int ret, refused;

	server = placement_explain(vc->inv, &req, add_verdict, servers, &ret, &err);
	refused = server ? check(vc, spec, &err) : ret;
	if (!refused)
		json_object_set_new(answer, "server", json_string(server->name));
	else
		json_object_set_new(answer, "error", json_string(err.text));
	json_object_set_new(answer, "servers", servers);
	return answer;
}

void api_placement(struct http_request *req, void *arg)
{
	json_t *body = http_body(req);
	struct vcenter *vc = arg;
	struct vm_spec spec;
	struct err err;
	int ret;

	if (!body || !hier_take_dc(vc, req, body, true))
		return;
	ret = vm_spec_parse(vc->inv, body, &spec, &err);
	if (ret) {
		api_refuse(req, ret, &err);
		return;
	}
	http_reply(req, 200, explain(vc, &spec));
	vm_spec_give_back(vc->inv, spec.vm);
	vm_free(spec.vm);
}
