// SPDX-License-Identifier: GPL-2.0
/*
 * group: the same done with all VMs of a group, some at a time. Who waits for it sees how far it
 * is, and at the end who failed and why.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/mem.h"
#include "load.h"
#include "path.h"
#include "progress.h"
#include "show.h"
#include "vm.h"
#include "wait.h"
#include "watch.h"

static const struct column columns[] = {
	{ "id", "id" },
	{ "group", "tenant/group" },
	{ "action", "action" },
	{ "to", "dc" },
	{ "server", "server" },
	{ "at a time", "parallel" },
	{ "state", "state" },
	{ "VMs", "vms.total" },
	{ "waiting", "vms.waiting" },
	{ "untouched", "vms.untouched" },
	{ "running", "vms.running" },
	{ "done", "vms.done" },
	{ "failed", "vms.failed" },
	{ "started", "started", PRINT_TIME },
	{ "ended", "ended", PRINT_TIME },
	{ NULL },
};

static const struct column list_columns[] = {
	{ "STARTED", "started", PRINT_TIME },
	{ "ENDED", "ended", PRINT_TIME },
	{ "GROUP", "tenant/group" },
	{ "ACTION", "action" },
	{ "STATE", "state" },
	{ "VMS", "vms.total", .right = true },
	{ "DONE", "vms.done", .right = true },
	{ "FAILED", "vms.failed", .right = true },
	{ "ID", "id" },
	{ NULL },
};

static const struct column member_columns[] = {
	{ "VM", "name" },
	{ "STATE", "state" },
	{ "ERROR", "error" },
	{ "MOVE", "move" },
	{ "ID", "vm" },
	{ NULL },
};

static const struct column failed_columns[] = {
	{ "VM", "name" },
	{ "ERROR", "error" },
	{ "ID", "vm" },
	{ NULL },
};

static const struct opt power_opts[] = {
	{ "--parallel", OPT_NUMBER, .min = 1, .max = 64 },
	{ NULL },
};

static const struct opt move_opts[] = {
	{ "--to", OPT_TEXT },
	{ "--dc", OPT_TEXT },
	{ "--server", OPT_TEXT },
	{ "--parallel", OPT_NUMBER, .min = 1, .max = 64 },
	{ NULL },
};

static const struct opt list_opts[] = {
	{ "-w", OPT_FLAG },
	{ NULL },
};

static const struct opt show_opts[] = {
	{ "--state", OPT_TEXT },
	{ NULL },
};

static long count(json_t *op, const char *what)
{
	return json_integer_value(json_object_get(json_object_get(op, "vms"), what));
}

static char *members_path(json_t *op, const char *state)
{
	const char *id = json_string_value(json_object_get(op, "id"));

	return path_query(path_make("operations", id ?: "", "members", NULL), "state", state);
}

/* --- until it has ended */

static enum wait_verdict judge(json_t *op, uint64_t ms, void *arg, struct err *err)
{
	const char *state = json_string_value(json_object_get(op, "state")) ?: "";
	struct progress *p = arg;

	if (!op) {
		err_set(err, ENOENT, "vcenterd does not know this operation any more");
		return WAIT_FAILED;
	}
	if (p->out)
		progress_show(p, count(op, "done") + count(op, "failed"), count(op, "failed"),
			      count(op, "total"));
	return strcmp(state, "done") && strcmp(state, "aborted") ? WAIT_ON : WAIT_DONE;
}

/* Who failed, with the reasons: into @op, or as a table. */
static int show_failed(struct ctl *ctl, json_t *op, struct err *err)
{
	_cleanup_free_ char *path = members_path(op, "failed");
	json_t *failed;

	if (!count(op, "failed"))
		return 0;
	failed = show_fetch(ctl->client, VCENTER, path, NULL, err);
	if (!failed)
		return -EIO;
	if (ctl->json)
		json_object_set(op, "failed", json_object_get(failed, "items"));
	else
		print_table(ctl->out, failed_columns, json_object_get(failed, "items"));
	json_decref(failed);
	return 0;
}

static int verdict(json_t *op, struct err *err)
{
	const char *state = json_string_value(json_object_get(op, "state")) ?: "";
	long total = count(op, "total"), failed = count(op, "failed");

	if (!strcmp(state, "aborted"))
		err_set(err, ECANCELED, "the operation was aborted: of %ld VMs %ld failed, %ld are as they were",
			total, failed, count(op, "untouched"));
	else if (failed)
		err_set(err, EREMOTEIO, "of %ld VMs %ld failed", total, failed);
	else
		return CTL_OK;
	return CTL_FAILED;
}

static int wait_op(struct ctl *ctl, json_t *op, struct err *err)
{
	const char *id = json_string_value(json_object_get(op, "id"));
	_cleanup_free_ char *path = path_make("operations", id ?: "", NULL);
	struct progress progress = { .out = ctl->json ? NULL : ctl->out };
	struct wait wait = { VCENTER, path, judge, &progress, 0 };
	json_t *last = NULL;
	int r;

	r = wait_for(ctl, &wait, &last, err);
	progress_end(&progress);
	if (r != CTL_OK)
		return r;
	r = show_failed(ctl, last, err) ? CTL_FAILED : verdict(last, err);
	if (ctl->json)
		print_json(ctl->out, last);
	else if (r == CTL_OK)
		fprintf(ctl->out, "%ld VMs done\n", count(last, "total"));
	json_decref(last);
	return r;
}

/* --- what is asked for */

/* "TENANT/GROUP" */
static int set_group(json_t *body, const char *word, struct err *err)
{
	const char *slash = strchr(word, '/');

	if (!slash || slash == word || !slash[1] || strchr(slash + 1, '/'))
		return err_set(err, EINVAL, "\"%s\" must be TENANT/GROUP", word);
	json_object_set_new(body, "tenant", json_stringn(word, slash - word));
	json_object_set_new(body, "group", json_string(slash + 1));
	return 0;
}

/* vm_migrate_body() looks at all options there are. */
static json_t *make_body(const struct args *args, bool moves, struct err *err)
{
	struct args rest = *args;
	long long parallel;
	json_t *body;

	rest.n_values = 0;
	for (int i = 0; i < args->n_values; i++)
		if (strcmp(args->values[i].name, "--parallel"))
			rest.values[rest.n_values++] = args->values[i];
	body = moves ? vm_migrate_body(&rest, err) : json_object();
	if (body && args_number(args, "--parallel", &parallel))
		json_object_set_new(body, "parallel", json_integer(parallel));
	return body;
}

static int ask(struct ctl *ctl, const struct args *args, const char *action, bool moves,
	       struct err *err)
{
	json_t *body = make_body(args, moves, err), *op = NULL;
	int r = CTL_OK;

	if (!body)
		return CTL_USAGE;
	if (set_group(body, args->words[0], err)) {
		json_decref(body);
		return CTL_USAGE;
	}
	json_object_set_new(body, "action", json_string(action));
	vm_name_it(body);
	if (client_call_again(ctl->client, VCENTER, "POST", "/operations", body, &op, err) < 0)
		return CTL_FAILED;
	if (ctl->wait)
		r = wait_op(ctl, op, err);
	else
		show_object(ctl, columns, op);
	json_decref(op);
	return r;
}

static int start(struct ctl *ctl, const struct args *args, struct err *err)
{
	return ask(ctl, args, "start", false, err);
}

static int stop(struct ctl *ctl, const struct args *args, struct err *err)
{
	return ask(ctl, args, "stop", false, err);
}

static int suspend(struct ctl *ctl, const struct args *args, struct err *err)
{
	return ask(ctl, args, "suspend", false, err);
}

static int resume(struct ctl *ctl, const struct args *args, struct err *err)
{
	return ask(ctl, args, "resume", false, err);
}

static int delete(struct ctl *ctl, const struct args *args, struct err *err)
{
	return ask(ctl, args, "delete", false, err);
}

static int migrate(struct ctl *ctl, const struct args *args, struct err *err)
{
	return ask(ctl, args, "migrate", true, err);
}

static int mobility(struct ctl *ctl, const struct args *args, struct err *err)
{
	return ask(ctl, args, "mobility", true, err);
}

static int list(struct ctl *ctl, const struct args *args, struct err *err)
{
	const struct filter none[] = { { NULL } };
	const struct watch watch = { .service = VCENTER, .topic = "operations",
				     .list = "/operations", .columns = list_columns,
				     .filters = none };

	if (args_has(args, "-w"))
		return watch_run(ctl, &watch, err);
	return show_list(ctl, VCENTER, path_make("operations", NULL), list_columns, err);
}

static int show(struct ctl *ctl, const struct args *args, struct err *err)
{
	_cleanup_free_ char *path = path_make("operations", args->words[0], NULL), *where = NULL;
	json_t *op = NULL, *items;

	if (client_call(ctl->client, VCENTER, "GET", path, NULL, &op, err) < 0)
		return CTL_FAILED;
	where = members_path(op, args_text(args, "--state"));
	items = show_fetch(ctl->client, VCENTER, where, NULL, err);
	if (!items) {
		json_decref(op);
		return CTL_FAILED;
	}
	if (ctl->json)
		json_object_set(op, "members", json_object_get(items, "items"));
	show_object(ctl, columns, op);
	if (!ctl->json) {
		fputc('\n', ctl->out);
		print_table(ctl->out, member_columns, json_object_get(items, "items"));
	}
	json_decref(items);
	json_decref(op);
	return CTL_OK;
}

/* "TENANT", all of them, or "TENANT/GROUP" */
static int use(struct ctl *ctl, const struct args *args, struct err *err)
{
	_cleanup_free_ char *tenant = mem_strdup(args->words[0]);
	char *slash = strchr(tenant, '/'), *path;

	if (slash && (slash == tenant || !slash[1] || strchr(slash + 1, '/'))) {
		err_set(err, EINVAL, "\"%s\" must be TENANT or TENANT/GROUP", args->words[0]);
		return CTL_USAGE;
	}
	if (slash)
		*slash = '\0';
	path = path_query(path_make("use", NULL), "tenant", tenant);
	if (slash)
		path = path_query(path, "group", slash + 1);
	return load_show_use(ctl, path, err);
}

static int abort_op(struct ctl *ctl, const struct args *args, struct err *err)
{
	_cleanup_free_ char *path = path_make("operations", args->words[0], "abort", NULL);
	json_t *op = NULL;

	if (client_call(ctl->client, VCENTER, "POST", path, NULL, &op, err) < 0)
		return CTL_FAILED;
	show_object(ctl, columns, op);
	json_decref(op);
	return CTL_OK;
}

#define MOVE_USAGE "TENANT/GROUP [--to DC/SERVER | --dc DC | --server SERVER] [--parallel N]"

static const struct verb verbs[] = {
	{ "start", "TENANT/GROUP [--parallel N]", power_opts, 1, 1, start },
	{ "stop", "TENANT/GROUP [--parallel N]", power_opts, 1, 1, stop },
	{ "suspend", "TENANT/GROUP [--parallel N]", power_opts, 1, 1, suspend },
	{ "resume", "TENANT/GROUP [--parallel N]", power_opts, 1, 1, resume },
	{ "delete", "TENANT/GROUP [--parallel N]", power_opts, 1, 1, delete },
	{ "migrate", MOVE_USAGE, move_opts, 1, 1, migrate },
	{ "mobility", MOVE_USAGE, move_opts, 1, 1, mobility },
	{ "list", "[-w]", list_opts, 0, 0, list },
	{ "show", "ID [--state STATE]", show_opts, 1, 1, show },
	{ "use", "TENANT[/GROUP]", NULL, 1, 1, use },
	{ "abort", "ID", NULL, 1, 1, abort_op },
	{ NULL },
};

const struct object object_group = { "group", "operations on all VMs of a group", verbs };
