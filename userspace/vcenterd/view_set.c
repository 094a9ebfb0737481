// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include "lib/mem.h"
#include "view_set.h"

json_t *view_text(const char *s)
{
	json_t *json = json_string(s);
	char *copy;

	if (json)
		return json;
	copy = mem_strdup(s);
	for (char *p = copy; *p; p++)
		if (*p & 0x80)
			*p = '?';
	json = json_string(copy);
	free(copy);
	return json;
}

void view_set(json_t *obj, const char *key, const char *value)
{
	json_object_set_new(obj, key, view_text(value));
}

void view_set_int(json_t *obj, const char *key, json_int_t value)
{
	json_object_set_new(obj, key, json_integer(value));
}

void view_set_uuid(json_t *obj, const char *key, const struct uuid *uuid)
{
	char buf[UUID_STRLEN];

	view_set(obj, key, uuid_format(uuid, buf));
}
