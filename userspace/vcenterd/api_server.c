// SPDX-License-Identifier: GPL-2.0
#include "api.h"
#include "server_dead.h"
#include "view.h"

void api_server_dead(struct http_request *req, void *arg)
{
	const char *name = http_param(req, "name");
	struct vcenter *vc = arg;
	struct server *server = inventory_server(vc->inv, name);
	struct err err;
	int ret;

	if (!server) {
		http_error(req, 404, "not-found", "there is no server %s in %s", name,
			   vc->conf.dc);
		return;
	}
	ret = server_declare_dead(vc, server, &err);
	if (ret)
		api_refuse(req, ret, &err);
	else
		http_reply(req, 200, view_server(server));
}
