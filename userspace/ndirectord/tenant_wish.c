// SPDX-License-Identifier: GPL-2.0
/* That his VM be near to him */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lib/host_addr.h"
#include "lib/mem.h"
#include "proto/placement.pb-c.h"
#include "tenant_ask.h"

#define WISH_MS	20000u

struct wish {
	struct tenant_ask ask;
	char vm[65], location[65];
	struct ip_addr client;		/* instead of the location, which is its text then */
};

static void put(struct tenant_ask *ask, struct chan *chan, uint32_t ms)
{
	Nvo3__TenantReplicate msg = NVO3__TENANT_REPLICATE__INIT;
	struct wish *w = (struct wish *)ask;

	msg.tenant = ask->tenant;
	msg.vm = w->vm;
	if (w->client.family)
		msg.client = msg_put_ip(&w->client);
	else
		msg.location = w->location;
	msg.move = msg_put_uuid(&ask->move);
	chan_request(chan, MSG(TENANT_REPLICATE), &msg.base, ms, tenant_answered, ask);
}

static bool take(struct tenant_ask *ask, const struct msg *body)
{
	Nvo3__TenantReplicateReply *reply;
	struct wish *w = (struct wish *)ask;
	char move[UUID_STRLEN];

	reply = msg_decode(body, &nvo3__tenant_replicate_reply__descriptor, NULL);
	if (!reply)
		return false;
	uuid_format(&ask->move, move);
	director_note(ask->d, "tenant-wish", ask->tenant, "VM %s goes near to %s: move %s of %s",
		      w->vm, w->location, move, reply->dc);
	http_reply(ask->req, 202, json_pack("{s:s, s:s, s:s}", "id", move, "vm_name", w->vm, "dc",
					    reply->dc));
	msg_free(reply);
	return true;
}

static int parse_where(json_t *body, struct wish *w, struct err *err)
{
	const char *location = NULL, *client = NULL;

	if (json_opt_str(body, "location", &location, err) ||
	    json_opt_str(body, "client", &client, err))
		return -EINVAL;
	if (!location == !client)
		return err_set(err, EINVAL, "either location or client is to be given");
	if (client) {
		if (ip_addr_parse(&w->client, client, err) || host_addr_check(&w->client, err))
			return err_prefix(err, -EINVAL, "client");
		ip_addr_format(&w->client, w->location);
		return 0;
	}
	if (!*location || strlen(location) >= sizeof(w->location))
		return err_set(err, EINVAL, "location: must have 1 to %zu characters",
			       sizeof(w->location) - 1);
	snprintf(w->location, sizeof(w->location), "%s", location);
	return 0;
}

static int parse_id(json_t *body, struct uuid *move, struct err *err)
{
	const char *id = NULL;

	if (json_opt_str(body, "id", &id, err))
		return -EINVAL;
	*move = uuid_new();
	if (!id)
		return 0;
	if (uuid_parse(move, id, err))
		return err_prefix(err, -EINVAL, "id");
	return uuid_is_zero(move) ? err_set(err, EINVAL, "id: must not be zero") : 0;
}

static int parse(struct http_request *req, struct director *d, json_t *body, struct wish *w,
		 struct err *err)
{
	static const char *const known[] = { "tenant", "location", "client", "id", NULL };
	const char *vm = http_param(req, "id"), *tenant = NULL;

	if (json_only(body, known, err) || json_opt_str(body, "tenant", &tenant, err) ||
	    tenant_ask_init(&w->ask, d, req, tenant, err) || parse_where(body, w, err) ||
	    parse_id(body, &w->ask.move, err))
		return -EINVAL;
	if (strlen(vm) >= sizeof(w->vm))
		return err_set(err, EINVAL, "the VM's name is too long");
	snprintf(w->vm, sizeof(w->vm), "%s", vm);
	return 0;
}

void api_tenant_replicate(struct http_request *req, void *arg)
{
	struct err err = { "" };
	struct wish *w;
	json_t *body;

	body = http_body(req);
	if (!body)
		return;
	w = mem_zalloc(sizeof(*w));
	if (parse(req, arg, body, w, &err)) {
		http_error(req, 400, "bad-request", "%s", err.text);
		free(w);
		return;
	}
	w->ask.ms = WISH_MS;
	w->ask.put = put;
	w->ask.take = take;
	snprintf(w->ask.text, sizeof(w->ask.text), "tenant %s has no VM %s", w->ask.tenant, w->vm);
	tenant_ask_begin(&w->ask);
}
