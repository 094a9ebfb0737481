// SPDX-License-Identifier: GPL-2.0
/* Operations on the VMs of a group. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "api.h"
#include "group_run.h"
#include "lib/http_items.h"
#include "lib/mem.h"
#include "profile.h"
#include "view_group.h"

static int parse_moves(json_t *body, struct group_wish *w, struct err *err)
{
	if (json_opt_str(body, "dc", &w->dc, err) || json_opt_str(body, "server", &w->server, err))
		return -EINVAL;
	if ((*w->dc || *w->server) && !group_op_moves(w->action))
		return err_set(err, EINVAL, "%s: is only for migrate and mobility",
			       *w->dc ? "dc" : "server");
	if (*w->dc && name_check("dc", w->dc, err))
		return -EINVAL;
	if (strlen(w->dc) >= VC_DC_SIZE)
		return err_set(err, EINVAL, "dc: is longer than %d characters", VC_DC_SIZE - 1);
	return *w->server ? name_check("server", w->server, err) : 0;
}

static int parse_wish(json_t *body, struct group_wish *w, struct err *err)
{
	static const char *const known[] = { "id", "tenant", "group", "action", "parallel", "dc",
					     "server", NULL };
	const char *id = NULL, *action = "";
	long long parallel = GROUP_PARALLEL;

	*w = (struct group_wish){ .id = uuid_new(), .tenant = "", .group = "", .dc = "",
				  .server = "" };
	if (json_only(body, known, err) || json_opt_str(body, "id", &id, err) ||
	    json_opt_str(body, "tenant", &w->tenant, err) ||
	    json_opt_str(body, "group", &w->group, err) ||
	    json_opt_str(body, "action", &action, err) ||
	    json_opt_int(body, "parallel", 1, GROUP_PARALLEL_MAX, &parallel, err))
		return -EINVAL;
	if (id && uuid_parse(&w->id, id, err))
		return err_prefix(err, -EINVAL, "id");
	if (uuid_is_zero(&w->id))
		return err_set(err, EINVAL, "id: must not be zero");
	if (name_check("tenant", w->tenant, err) || name_check("group", w->group, err))
		return -EINVAL;
	if (group_action_parse(action, &w->action))
		return err_set(err, EINVAL, "action: \"%s\" is none of start, stop, suspend, resume, delete, migrate, mobility",
			       action);
	w->parallel = parallel;
	return parse_moves(body, w, err);
}

static bool is_same(const struct group_op *op, const struct group_wish *w)
{
	return !strcmp(op->tenant, w->tenant) && !strcmp(op->group, w->group) &&
	       op->action == w->action && !strcmp(op->dc, w->dc) &&
	       !strcmp(op->server, w->server);
}

void api_group_begin(struct http_request *req, void *arg)
{
	json_t *body = http_body(req);
	struct vcenter *vc = arg;
	struct group_job *job;
	struct group_wish w;
	char id[UUID_STRLEN];
	struct err err;
	int ret;

	if (!body)
		return;
	ret = parse_wish(body, &w, &err);
	if (ret) {
		api_refuse(req, ret, &err);
		return;
	}
	/* who has missed the answer may ask again */
	job = group_run_lookup(vc, &w.id);
	if (job && !is_same(&job->op, &w))
		ret = err_set(&err, EEXIST, "operation %s is another one, on group %s of %s",
			      uuid_format(&w.id, id), job->op.group, job->op.tenant);
	else if (!job)
		ret = group_run_begin(vc, &w, &job, &err);
	if (ret)
		api_refuse(req, ret, &err);
	else
		http_reply(req, 202, view_group_op(&job->op));
}

static int newest_first(const void *a, const void *b)
{
	const struct group_op *const *x = a, *const *y = b;

	return ((*x)->started < (*y)->started) - ((*x)->started > (*y)->started);
}

void api_group_list(struct http_request *req, void *arg)
{
	struct vcenter *vc = arg;
	const struct group_op **ops = mem_calloc(HASH_COUNT(vc->groups), sizeof(*ops));
	struct group_job *job, *tmp;
	json_t *items = json_array();
	size_t n = 0;

	HASH_ITER(hh, vc->groups, job, tmp)
		ops[n++] = &job->op;
	qsort(ops, n, sizeof(*ops), newest_first);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(items, view_group_op(ops[i]));
	free(ops);
	api_reply_items(req, items);
}

/* NULL: the answer is given. */
static struct group_job *find(struct vcenter *vc, struct http_request *req)
{
	const char *id = http_param(req, "id");
	struct group_job *job = NULL;
	struct uuid uuid;

	if (!uuid_parse(&uuid, id, NULL))
		job = group_run_lookup(vc, &uuid);
	if (!job)
		http_error(req, 404, "not-found", "there is no operation %s in %s", id,
			   vc->conf.dc);
	return job;
}

void api_group_show(struct http_request *req, void *arg)
{
	struct group_job *job = find(arg, req);

	if (job)
		http_reply(req, 200, view_group_op(&job->op));
}

static bool is_wanted(const struct group_op *op, uint32_t member, const char *state)
{
	return !state || !strcmp(group_member_word(op, op->members[member].state), state);
}

void api_group_members(struct http_request *req, void *arg)
{
	struct group_job *job = find(arg, req);
	struct http_page page;
	size_t n = 0, from, to;
	const char *state;
	json_t *items;

	/* with a refusal the request is gone */
	if (!job || !http_page_get(req, &page))
		return;
	state = http_query(req, "state");
	items = json_array();
	for (uint32_t i = 0; i < job->op.n; i++)
		n += is_wanted(&job->op, i, state);
	http_page_part(&page, 0, n, &from, &to);
	n = 0;
	for (uint32_t i = 0; i < job->op.n; i++) {
		if (!is_wanted(&job->op, i, state))
			continue;
		if (n >= from && n < to)
			json_array_append_new(items, view_group_member(&job->op, i));
		n++;
	}
	http_reply_page(req, &page, items, n);
}

void api_group_abort(struct http_request *req, void *arg)
{
	struct group_job *job = find(arg, req);
	struct err err;
	int ret;

	if (!job)
		return;
	ret = group_run_abort(arg, job, &err);
	if (ret)
		api_refuse(req, ret, &err);
	else
		http_reply(req, 202, view_group_op(&job->op));
}
