// SPDX-License-Identifier: GPL-2.0
#include "lib/cleanup.h"
#include "path.h"
#include "show.h"

static const struct opt opts[] = {
	{ "--director", OPT_FLAG },
	{ NULL },
};

static const struct column columns[] = {
	{ "dc", "dc" },
	{ "name", "name" },
	{ "version", "version" },
	{ "store", "store" },
	{ "vcenters", "vcenters" },
	{ NULL },
};

static const struct column peer_columns[] = {
	{ "PEER", "dc" },
	{ "UP", "up" },
	{ "STALE", "stale" },
	{ NULL },
};

static const struct column director_columns[] = {
	{ "NDIRECTOR", "addr" },
	{ "UP", "up" },
	{ NULL },
};

static void print_part(struct ctl *ctl, const struct column *part_columns, json_t *items)
{
	if (!json_array_size(items))
		return;
	fputc('\n', ctl->out);
	print_table(ctl->out, part_columns, items);
}

static int status(struct ctl *ctl, const struct args *args, struct err *err)
{
	enum service service = args_has(args, "--director") ? DIRECTOR : VCENTER;
	json_t *answer = NULL;

	if (client_call(ctl->client, service, "GET", "/status", NULL, &answer, err) < 0)
		return CTL_FAILED;
	show_object(ctl, columns, answer);
	if (!ctl->json) {
		print_part(ctl, peer_columns, json_object_get(answer, "peers"));
		print_part(ctl, director_columns, json_object_get(answer, "directors"));
	}
	json_decref(answer);
	return CTL_OK;
}

static const struct verb verbs[] = {
	{ "", "[--director]", opts, 0, 0, status },
	{ NULL },
};

const struct object object_status = { "status", "vcenterd or ndirectord itself", verbs };
