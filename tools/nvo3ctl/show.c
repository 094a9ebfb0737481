// SPDX-License-Identifier: GPL-2.0
#include "show.h"

#include <string.h>

#include "lib/cleanup.h"
#include "lib/mem.h"
#include "path.h"

#define PAGE "1000"

void show_object(struct ctl *ctl, const struct column *columns, json_t *obj)
{
	if (ctl->json)
		print_json(ctl->out, obj);
	else
		print_record(ctl->out, columns, obj);
}

bool show_passes(json_t *item, const struct filter *filters)
{
	for (; filters && filters->path; filters++) {
		_cleanup_free_ char *text = NULL;

		if (!filters->value)
			continue;
		text = print_value(item, filters->path, PRINT_TEXT);
		if (strcmp(text, filters->value))
			return false;
	}
	return true;
}

/* Adds what passes to @all. */
static void take_page(json_t *page, const struct filter *filters, json_t *all)
{
	json_t *item;
	size_t i;

	json_array_foreach(json_object_get(page, "items"), i, item)
		if (show_passes(item, filters))
			json_array_append(all, item);
}

/* Behind this page: by the key of its last item, or by how many come before; NULL: none. */
static char *next_page(json_t *page, const char *path)
{
	char *url = path_query(mem_strdup(path), "limit", PAGE);
	json_t *after = json_object_get(page, "after"), *next = json_object_get(page, "next");
	char number[32];

	if (after)
		return path_query(url, "after", json_string_value(after));
	if (next) {
		snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT,
			 json_integer_value(next));
		return path_query(url, "offset", number);
	}
	free(url);
	return NULL;
}

json_t *show_fetch(struct client *client, enum service service, const char *path,
		   const struct filter *filters, struct err *err)
{
	char *url = path_query(mem_strdup(path), "limit", PAGE);
	json_t *items = json_array(), *page;
	int r;

	while (url) {
		r = client_call(client, service, "GET", url, NULL, &page, err);
		free(url);
		if (r < 0) {
			json_decref(items);
			return NULL;
		}
		take_page(page, filters, items);
		url = next_page(page, path);
		json_decref(page);
	}
	return json_pack("{s:o}", "items", items);
}

int show_list(struct ctl *ctl, enum service service, char *path, const struct column *columns,
	      struct err *err)
{
	return show_list_of(ctl, service, path, columns, NULL, err);
}

int show_list_of(struct ctl *ctl, enum service service, char *path, const struct column *columns,
		 const struct filter *filters, struct err *err)
{
	_cleanup_free_ char *owned = path;
	json_t *answer;

	answer = show_fetch(ctl->client, service, path, filters, err);
	if (!answer)
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
