/* SPDX-License-Identifier: GPL-2.0 */
/* A VM's wishes for its place as JSON and as messages. Pure. */
#ifndef VCENTERD_RULES_H
#define VCENTERD_RULES_H

#include "inventory.h"
#include "lib/json.h"

/* "row1/rack2": names with slashes between them. -EINVAL with a sentence that begins with @what. */
int location_check(const char *what, const char *location, struct err *err);
/* Is @location @in, or a part of it? "row1/rack2" is in "row1"; everything is in "". */
bool location_is_in(const char *location, const char *in);
/* How many names both begin with: of "dc/row1/rack2" and "dc/row1/rack3" 2 */
unsigned int location_common(const char *a, const char *b);

/*
 * The members near, apart (a list of names of VMs, or of "group:NAME") and location of @body.
 * *ret is malloc()ed, or NULL when it has none of them. -EINVAL; -ENOENT for a VM that @tenant has
 * not: a word that nobody reads again is a mistake now, not a rule.
 */
int rules_parse(struct inventory *inv, json_t *body, const char *tenant, struct vm_rules **ret,
		struct err *err);
/* Sets the members that there are. */
void rules_view(const struct vm_rules *rules, json_t *obj);

/* What is named need not be there: it may come or have gone. */
int rules_from_msg(const Nvo3__PlacementRules *msg, struct vm_rules **ret, struct err *err);
Nvo3__PlacementRules *rules_to_msg(const struct vm_rules *rules);	/* owned; NULL of NULL */

#endif
