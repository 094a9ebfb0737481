// SPDX-License-Identifier: GPL-2.0
#include "show.h"

#include "lib/cleanup.h"

void show_object(struct ctl *ctl, const struct column *columns, json_t *obj)
{
	if (ctl->json)
		print_json(ctl->out, obj);
	else
		print_record(ctl->out, columns, obj);
}

int show_list(struct ctl *ctl, enum service service, char *path, const struct column *columns,
	      struct err *err)
{
	_cleanup_free_ char *owned = path;
	json_t *answer;

	if (client_call(ctl->client, service, "GET", path, NULL, &answer, err) < 0)
		return CTL_FAILED;
	if (ctl->json)
		print_json(ctl->out, answer);
	else
		print_table(ctl->out, columns, json_object_get(answer, "items"));
	json_decref(answer);
	return CTL_OK;
}

int show_one(struct ctl *ctl, enum service service, char *path, const struct column *columns,
	     struct err *err)
{
	_cleanup_free_ char *owned = path;
	json_t *answer;

	if (client_call(ctl->client, service, "GET", path, NULL, &answer, err) < 0)
		return CTL_FAILED;
	show_object(ctl, columns, answer);
	json_decref(answer);
	return CTL_OK;
}
