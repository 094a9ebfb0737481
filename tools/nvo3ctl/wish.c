// SPDX-License-Identifier: GPL-2.0
/* What a tenant asks for with his own certificate, of ndirectord. */
#include <errno.h>

#include "ctl.h"
#include "lib/cleanup.h"
#include "moves.h"
#include "path.h"
#include "show.h"
#include "vm.h"

static const struct opt near_opts[] = {
	{ "--location", OPT_TEXT },
	{ "--client", OPT_TEXT },
	{ "--tenant", OPT_TEXT },
	{ NULL },
};

static const struct opt tenant_opts[] = {
	{ "--tenant", OPT_TEXT },
	{ NULL },
};

static const struct opt show_opts[] = {
	{ "--tenant", OPT_TEXT },
	{ "-w", OPT_FLAG },
	{ NULL },
};

static const struct column wish_columns[] = {
	{ "id", "id" },
	{ "vm", "vm_name" },
	{ "from", "from" },
	{ "to", "to" },
	{ "step", "step" },
	{ "state", "state" },
	{ "error", "error" },
	{ "image bytes", "image.done/image.total" },
	{ "started", "started", PRINT_TIME },
	{ "ended", "ended", PRINT_TIME },
	{ NULL },
};

static const struct column begun_columns[] = {
	{ "id", "id" },
	{ "vm", "vm_name" },
	{ "dc", "dc" },
	{ NULL },
};

/* An operator says whose it is. */
static char *path_of(const char *id, const char *verb, const struct args *args)
{
	return path_query(path_make("moves", id, verb, NULL), "tenant",
			  args_text(args, "--tenant"));
}

static int watch(struct ctl *ctl, const char *id, const struct args *args, struct err *err)
{
	_cleanup_free_ char *path = path_of(id, NULL, args);
	json_t *move = NULL;
	int r;

	if (client_call_again(ctl->client, DIRECTOR, "GET", path, NULL, &move, err) < 0)
		return CTL_FAILED;
	r = move_watch(ctl, DIRECTOR, path, move, err);
	json_decref(move);
	return r;
}

static int wish_near(struct ctl *ctl, const struct args *args, struct err *err)
{
	_cleanup_free_ char *path = path_make("vms", args->words[0], "replicate", NULL);
	json_t *body, *begun = NULL;
	int r = CTL_OK;

	if (args_has(args, "--location") == args_has(args, "--client")) {
		err_set(err, EINVAL, "exactly one of --location and --client is needed");
		return CTL_USAGE;
	}
	body = json_pack("{s:s*, s:s*, s:s*}", "location", args_text(args, "--location"), "client",
			 args_text(args, "--client"), "tenant", args_text(args, "--tenant"));
	if (!body) {
		err_set(err, EINVAL, "what is not UTF-8 is no location, client or tenant");
		return CTL_USAGE;
	}
	vm_name_it(body);
	if (client_call_again(ctl->client, DIRECTOR, "POST", path, body, &begun, err) < 0)
		return CTL_FAILED;
	if (ctl->wait)
		r = watch(ctl, json_string_value(json_object_get(begun, "id")) ?: "", args, err);
	else
		show_object(ctl, begun_columns, begun);
	json_decref(begun);
	return r;
}

static int wish_show(struct ctl *ctl, const struct args *args, struct err *err)
{
	if (args_has(args, "-w"))
		return watch(ctl, args->words[0], args, err);
	return show_one(ctl, DIRECTOR, path_of(args->words[0], NULL, args), wish_columns, err);
}

static int wish_abort(struct ctl *ctl, const struct args *args, struct err *err)
{
	_cleanup_free_ char *path = path_of(args->words[0], "abort", args);
	json_t *move = NULL;

	if (client_call_again(ctl->client, DIRECTOR, "POST", path, NULL, &move, err) < 0)
		return CTL_FAILED;
	show_object(ctl, wish_columns, move);
	json_decref(move);
	return CTL_OK;
}

static const struct verb verbs[] = {
	{ "near", "VM {--location LOCATION | --client IP} [--tenant TENANT]", near_opts, 1, 1,
	  wish_near },
	{ "show", "ID [--tenant TENANT] [-w]", show_opts, 1, 1, wish_show },
	{ "abort", "ID [--tenant TENANT]", tenant_opts, 1, 1, wish_abort },
	{ NULL },
};

const struct object object_wish = { "wish", "a tenant's own: his VM near to him", verbs };
