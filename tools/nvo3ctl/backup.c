// SPDX-License-Identifier: GPL-2.0
/* All that vcenterd knows, for a file; vcenterd -r reads it. */
#include "show.h"

static int backup(struct ctl *ctl, const struct args *args, struct err *err)
{
	json_t *answer;

	if (client_call(ctl->client, VCENTER, "GET", "/backup", NULL, &answer, err) < 0)
		return CTL_FAILED;
	print_json(ctl->out, answer);
	json_decref(answer);
	return CTL_OK;
}

static const struct verb verbs[] = {
	{ "", "", NULL, 0, 0, backup },
	{ NULL },
};

const struct object object_backup = { "backup", "all that vcenterd knows, as JSON", verbs };
