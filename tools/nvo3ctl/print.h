/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Answers for people. Only what is in the JSON is shown; nothing is computed.
 *
 * A path leads to a value: "used.cpus" into objects, "nics.mac" through a list to all of its
 * members' (joined by commas), "dc/server" to two values with a slash between them.
 */
#ifndef NVO3CTL_PRINT_H
#define NVO3CTL_PRINT_H

#include <stdio.h>
#include "lib/json.h"

enum print_form {
	PRINT_TEXT,
	PRINT_TIME,		/* as local time */
};

/* A table of them ends with a NULL head. */
struct column {
	const char *head;
	const char *path;
	enum print_form form;
	bool right;		/* aligned right: numbers */
};

/* malloc()ed; "-" if it is not there. No control characters, whatever a server sends. */
char *print_value(json_t *obj, const char *path, enum print_form form);

/* One line per member of @items; columns that are empty in all of them are left out. */
void print_table(FILE *out, const struct column *columns, json_t *items);
/* One line per column, "head: value"; those that are empty are left out. */
void print_record(FILE *out, const struct column *columns, json_t *obj);
void print_json(FILE *out, json_t *json);

#endif /* NVO3CTL_PRINT_H */
