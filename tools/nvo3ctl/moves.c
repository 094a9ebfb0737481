// SPDX-License-Identifier: GPL-2.0
#include "moves.h"

#include <string.h>

#include "lib/cleanup.h"
#include "path.h"
#include "show.h"
#include "watch.h"

const struct column move_columns[] = {
	{ "id", "id" },
	{ "vm", "vm_name" },
	{ "kind", "kind" },
	{ "memory", "memory" },
	{ "from", "from" },
	{ "to", "to" },
	{ "step", "step" },
	{ "state", "state" },
	{ "error", "error" },
	{ "image bytes", "image.done/image.total" },
	{ "started", "started", PRINT_TIME },
	{ "ended", "ended", PRINT_TIME },
	{ "blackout ms", "blackout.ms" },
	{ "error ms", "blackout.error_ms" },
	{ "measured by", "blackout.by" },
	{ "late frames", "late" },
	{ "client", "client" },
	{ "measured from", "rtt.dc" },
	{ "us", "rtt.us" },
	{ NULL },
};

static const struct opt list_opts[] = {
	{ "-w", OPT_FLAG },
	{ "--vm", OPT_TEXT },
	{ NULL },
};

static const struct column list_columns[] = {
	{ "STARTED", "started", PRINT_TIME },
	{ "ENDED", "ended", PRINT_TIME },
	{ "VM", "vm_name" },
	{ "KIND", "kind" },
	{ "FROM", "from" },
	{ "TO", "to" },
	{ "STEP", "step" },
	{ "STATE", "state" },
	{ "BLACKOUT", "blackout.ms", .right = true },
	{ "ERROR", "error" },
	{ "ID", "id" },
	{ NULL },
};

static bool is_over(json_t *item, void *arg)
{
	const char *state = json_string_value(json_object_get(item, "state"));

	return state && strcmp(state, "running");
}

/* One move until it has ended, or all of them for ever */
static int watch_moves(struct ctl *ctl, const char *id, const struct filter *filters,
		       struct err *err)
{
	const struct watch watch = { .service = VCENTER, .topic = "moves", .list = "/moves",
				     .columns = list_columns, .filters = filters,
				     .over = id ? is_over : NULL };

	return watch_run(ctl, &watch, err);
}

static int moves(struct ctl *ctl, const struct args *args, struct err *err)
{
	const char *id = args->n_words ? args->words[args->n_words - 1] : NULL;
	const struct filter filters[] = {
		{ "id", id }, { "vm_name", args_text(args, "--vm") }, { NULL },
	};

	if (args_has(args, "-w"))
		return watch_moves(ctl, id, filters, err);
	if (id)
		return show_one(ctl, VCENTER, path_make("moves", id, NULL), move_columns, err);
	return show_list_of(ctl, VCENTER, path_make("moves", NULL), list_columns, filters, err);
}

static int abort_move(struct ctl *ctl, const struct args *args, struct err *err)
{
	_cleanup_free_ char *path = path_make("moves", args->words[0], "abort", NULL);
	json_t *move = NULL;

	if (client_call(ctl->client, VCENTER, "POST", path, NULL, &move, err) < 0)
		return CTL_FAILED;
	show_object(ctl, move_columns, move);
	json_decref(move);
	return CTL_OK;
}

static const struct verb verbs[] = {
	{ "abort", "ID", NULL, 1, 1, abort_move },
	{ "show", "[ID] [--vm NAME] [-w]", list_opts, 0, 1, moves },
	{ "", "[ID] [--vm NAME] [-w]", list_opts, 0, 1, moves },
	{ NULL },
};

const struct object object_moves = { "moves", "moves of VMs, newest first", verbs };
