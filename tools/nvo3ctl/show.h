/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ask and print, for the many commands that do no more. Values are those of struct verb's run.
 * Paths are taken.
 */
#ifndef NVO3CTL_SHOW_H
#define NVO3CTL_SHOW_H

#include "ctl.h"
#include "print.h"

/* Only items with this text at @path (print.h); any if @value is NULL. The last path is NULL. */
struct filter {
	const char *path;
	const char *value;
};

bool show_passes(json_t *item, const struct filter *filters);
/* All pages of a list as one, {"items": [...]}; NULL with a sentence. */
json_t *show_fetch(struct client *client, enum service service, const char *path,
		   const struct filter *filters, struct err *err);

int show_list_of(struct ctl *ctl, enum service service, char *path, const struct column *columns,
		 const struct filter *filters, struct err *err);
int show_list(struct ctl *ctl, enum service service, char *path, const struct column *columns,
	      struct err *err);
int show_one(struct ctl *ctl, enum service service, char *path, const struct column *columns,
	     struct err *err);
/* As JSON or as a record, as asked for. */
void show_object(struct ctl *ctl, const struct column *columns, json_t *obj);

#endif /* NVO3CTL_SHOW_H */
