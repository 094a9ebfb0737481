// SPDX-License-Identifier: GPL-2.0
#include "moves.h"

#include "lib/cleanup.h"
#include "path.h"
#include "show.h"

const struct column move_columns[] = {
	{ "id", "id" },
	{ "vm", "vm_name" },
	{ "kind", "kind" },
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
	{ "ERROR", "error" },
	{ "ID", "id" },
	{ NULL },
};

static int moves(struct ctl *ctl, const struct args *args, struct err *err)
{
	if (args->n_words)
		return show_one(ctl, VCENTER, path_make("moves", args->words[0], NULL),
				move_columns, err);
	return show_list(ctl, VCENTER, path_make("moves", NULL), list_columns, err);
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
	{ "", "[ID]", NULL, 0, 1, moves },
	{ NULL },
};

const struct object object_moves = { "moves", "moves of VMs, newest first", verbs };
