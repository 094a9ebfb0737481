// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "api.h"
#include "lib/host_addr.h"
#include "lib/mem.h"
#include "lib/msg.h"
#include "move_near.h"
#include "move_wish.h"
#include "query.h"
#include "rules.h"
#include "view.h"

static void begun(struct vcenter *vc, const struct move *m, uint32_t code, const char *text,
		  void *arg)
{
	struct http_request *req = arg;

	if (code != CODE(OK))
		api_refuse_code(req, code, text);
	else
		http_reply(req, 202, view_move(m));
}

struct wish {
	struct move_wish move;
	struct uuid uuid;		/* its id */
	char dc[VC_DC_SIZE];		/* by the location */
	struct ip_addr client;		/* to the nearest to it; family 0: not said */
};

static int parse_id(json_t *body, struct wish *w, struct err *err)
{
	const char *id = NULL;

	if (json_opt_str(body, "id", &id, err))
		return -EINVAL;
	if (!id)
		return 0;
	if (uuid_parse(&w->uuid, id, err))
		return err_prefix(err, -EINVAL, "id");
	if (uuid_is_zero(&w->uuid))
		return err_set(err, EINVAL, "id: must not be zero");
	w->move.id = &w->uuid;
	return 0;
}

static int parse_memory(json_t *body, bool live, unsigned int *kind, struct err *err)
{
	const char *memory = NULL;

	if (json_opt_str(body, "memory", &memory, err))
		return -EINVAL;
	if (!memory)
		return 0;
	if (live)
		return err_set(err, EINVAL, "memory: of a live move it is kept always");
	if (!strcmp(memory, "keep"))
		*kind |= MOVE_F_MUST_KEEP;
	else if (!strcmp(memory, "drop"))
		*kind |= MOVE_F_DROP;
	else
		return err_set(err, EINVAL, "memory: must be keep or drop, not \"%.40s\"", memory);
	return 0;
}

/* At most one word for where to; @w->client is one. */
static int parse_where(json_t *body, struct wish *w, struct err *err)
{
	const struct move_wish *move = &w->move;
	const char *client = NULL;

	if (*move->location && *move->server)
		return err_set(err, EINVAL, "location: a server is named already");
	if (*move->location && location_check("location", move->location, err))
		return -EINVAL;
	if (json_opt_str(body, "client", &client, err))
		return -EINVAL;
	if (!client)
		return 0;
	if (*move->server || *move->dc || *move->location)
		return err_set(err, EINVAL, "client: %s is named already",
			       *move->server ? "a server" :
			       *move->dc ? "a data centre" : "a location");
	if (ip_addr_parse(&w->client, client, err) || host_addr_check(&w->client, err))
		return err_prefix(err, -EINVAL, "client");
	return 0;
}

static int parse_wish(json_t *body, unsigned int kind, struct wish *w, struct err *err)
{
	static const char *const of_move[] = { "id", "server", "dc", "client", "live", "memory",
					       NULL };
	static const char *const of_copy[] = { "id", "server", "dc", "location", "client", NULL };
	bool live = false;

	*w = (struct wish){ .move = { .server = "", .dc = "", .location = "", .kind = kind } };
	if (json_only(body, kind == MOVE_F_COPY ? of_copy : of_move, err) ||
	    parse_id(body, w, err) || json_opt_str(body, "server", &w->move.server, err) ||
	    json_opt_str(body, "dc", &w->move.dc, err) ||
	    json_opt_str(body, "location", &w->move.location, err) ||
	    json_opt_bool(body, "live", &live, err))
		return -EINVAL;
	if (live)
		w->move.kind = MOVE_F_LIVE;
	if (parse_memory(body, live, &w->move.kind, err))
		return -EINVAL;
	return parse_where(body, w, err);
}

/* Where to is what was measured, if the client was given. */
static bool is_same(const struct vcenter *vc, const struct move *m, const char *vm,
		    const struct wish *wish)
{
	const struct move_wish *w = &wish->move;
	const char *dc = *w->dc ? w->dc : vc->conf.dc;
	char client[IP_ADDR_STRLEN] = "";
	struct uuid uuid;

	if (uuid_parse(&uuid, vm, NULL) ? strcmp(vm, m->vm_name) : !uuid_equal(&uuid, &m->vm))
		return false;
	if (wish->client.family)
		ip_addr_format(&wish->client, client);
	if (strcmp(client, m->rtt.client) || (!*client && strcmp(dc, m->to_dc)))
		return false;
	if (w->kind != (m->flags & MOVE_F_WISH) ||
	    strcmp(w->location, m->location))
		return false;
	return !*w->server || !*m->to_server || !strcmp(w->server, m->to_server);
}

/*
 * Who names the move himself can ask again when he has missed the answer, also when the VM has left
 * for another data centre. True: there is one with this id, and @req is answered.
 */
static bool asked_before(struct vcenter *vc, struct http_request *req, const struct wish *w)
{
	struct move_job *job = w->move.id ? move_run_lookup(vc, w->move.id) : NULL;
	char id[UUID_STRLEN];

	if (!job)
		return false;
	uuid_format(w->move.id, id);
	if (move_is_refused(&job->m))
		http_error(req, 409, "busy", "move %s has just been refused", id);
	else if (is_same(vc, &job->m, http_param(req, "id"), w))
		http_reply(req, 202, view_move(&job->m));
	else
		http_error(req, 409, "exists", "move %s is another one, of VM %s", id,
			   job->m.vm_name);
	return true;
}

static void ask(struct http_request *req, struct vcenter *vc, unsigned int kind)
{
	json_t *body = http_body(req);
	struct wish w;
	struct err err;
	struct vm *vm;

	if (!body)
		return;
	if (parse_wish(body, kind, &w, &err)) {
		api_refuse(req, -EINVAL, &err);
		return;
	}
	move_wish_take_dc(vc, &w.move, w.dc);
	if (asked_before(vc, req, &w))
		return;
	vm = api_find_vm(vc, req, http_param(req, "id"));
	if (vm && w.client.family)
		move_near_begin(vc, vm, &w.move, &w.client, begun, req);
	else if (vm)
		move_run_begin(vc, vm, &w.move, begun, req);
}

void api_vm_move(struct http_request *req, void *arg)
{
	ask(req, arg, 0);
}

void api_vm_replicate(struct http_request *req, void *arg)
{
	ask(req, arg, MOVE_F_COPY);
}

static int newest_first(const void *a, const void *b)
{
	const struct move *const *x = a, *const *y = b;

	return ((*x)->started < (*y)->started) - ((*x)->started > (*y)->started);
}

void api_move_list(struct http_request *req, void *arg)
{
	struct vcenter *vc = arg;
	const struct move **moves = mem_calloc(HASH_COUNT(vc->moves), sizeof(*moves));
	struct move_job *job, *tmp;
	json_t *items = json_array();
	size_t n = 0;

	HASH_ITER(hh, vc->moves, job, tmp)
		if (!move_is_refused(&job->m))
			moves[n++] = &job->m;
	qsort(moves, n, sizeof(*moves), newest_first);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(items, view_move(moves[i]));
	free(moves);
	api_reply_items(req, items);
}

/* NULL: the answer is given. */
static struct move_job *find(struct vcenter *vc, struct http_request *req)
{
	const char *id = http_param(req, "id");
	struct move_job *job = NULL;
	struct uuid uuid;

	if (!uuid_parse(&uuid, id, NULL))
		job = move_run_lookup(vc, &uuid);
	if (job && !move_is_refused(&job->m))
		return job;
	http_error(req, 404, "not-found", "there is no move %s in %s", id, vc->conf.dc);
	return NULL;
}

void api_move_show(struct http_request *req, void *arg)
{
	struct move_job *job = find(arg, req);

	if (job)
		http_reply(req, 200, view_move(&job->m));
}

void api_move_abort(struct http_request *req, void *arg)
{
	struct vcenter *vc = arg;
	struct move_job *job = find(vc, req);
	char why[VC_NAME_SIZE + 16];
	struct err err;
	int ret;

	if (!job)
		return;
	snprintf(why, sizeof(why), "operator %.*s", VC_NAME_SIZE - 1, http_client(req)->name);
	ret = move_run_abort(vc, job, why, &err);
	if (ret)
		api_refuse(req, ret, &err);
	else
		http_reply(req, 202, view_move(&job->m));
}

/* --- lookup */

static void looked_up(struct vcenter *vc, const struct lookup_result *res, void *arg)
{
	http_reply(arg, 200, view_lookup(res));
}

static int parse_key(struct http_request *req, struct lookup_key *key, struct err *err)
{
	const char *id = http_query(req, "id"), *name = http_query(req, "name");
	const char *mac = http_query(req, "mac"), *ip = http_query(req, "ip");

	if (!!id + !!name + !!mac + !!ip != 1)
		return err_set(err, EINVAL, "a lookup names exactly one of id, name, mac, ip");
	if (id) {
		key->by = LOOKUP_ID;
		return uuid_parse(&key->id, id, err);
	}
	if (name) {
		key->by = LOOKUP_NAME;
		if (strlen(name) >= sizeof(key->name))
			return err_set(err, EINVAL, "name is too long");
		strcpy(key->name, name);
		return 0;
	}
	if (mac) {
		key->by = LOOKUP_MAC;
		return mac_addr_parse(&key->mac, mac, err);
	}
	key->by = LOOKUP_IP;
	return ip_addr_parse(&key->ip, ip, err);
}

void api_lookup(struct http_request *req, void *arg)
{
	const char *vn_id = http_query(req, "vn");
	struct lookup_key key = { 0 };
	struct vcenter *vc = arg;
	struct vn *vn = NULL;
	struct err err;
	int ret;

	ret = parse_key(req, &key, &err);
	if (!ret && vn_id) {
		vn = api_find_vn(vc, vn_id, &err);
		ret = vn ? 0 : -ENOENT;
	}
	if (!ret && !vn && key.by >= LOOKUP_MAC)
		ret = err_set(&err, EINVAL, "a lookup by mac or ip names its VN: vn=");
	if (ret) {
		api_refuse(req, ret, &err);
		return;
	}
	if (vn)
		key.vn = vn->uuid;
	query_lookup(vc, &key, looked_up, req);
}
