// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "lib/cleanup.h"
#include "lib/mem.h"
#include "profile.h"
#include "rules.h"

#define GROUP "group:"

int location_check(const char *what, const char *location, struct err *err)
{
	char parts[VC_NAME_SIZE], *next = parts, *part;

	if (strlen(location) >= sizeof(parts))
		return err_set(err, EINVAL, "%s is longer than %zu characters", what,
			       sizeof(parts) - 1);
	strcpy(parts, location);
	while ((part = strsep(&next, "/")))
		if (name_check(what, part, err))
			return -EINVAL;
	return 0;
}

bool location_is_in(const char *location, const char *in)
{
	size_t len = strlen(in);

	if (!len)
		return true;
	return !strncmp(location, in, len) && (!location[len] || location[len] == '/');
}

static size_t first_len(const char *location)
{
	return strcspn(location, "/");
}

unsigned int location_common(const char *a, const char *b)
{
	unsigned int n = 0;

	for (;; n++) {
		size_t len = first_len(a);

		if (!len || len != first_len(b) || strncmp(a, b, len))
			return n;
		a += len + (a[len] == '/');
		b += len + (b[len] == '/');
	}
}

static int add(struct vm_rules *rules, bool apart, const char *text, struct err *err)
{
	struct vm_rule *rule = &rules->v[rules->n];
	const char *what = apart ? "apart" : "near";

	if (rules->n == VC_RULES_MAX)
		return err_set(err, EINVAL, "%s: more than %d rules", what, VC_RULES_MAX);
	*rule = (struct vm_rule){ .apart = apart };
	if (!strncmp(text, GROUP, strlen(GROUP))) {
		rule->group = true;
		text += strlen(GROUP);
	}
	if (name_check(what, text, err))
		return -EINVAL;
	strcpy(rule->name, text);
	rules->n++;
	return 0;
}

static int parse_list(struct vm_rules *rules, bool apart, json_t *list, struct err *err)
{
	const char *what = apart ? "apart" : "near";
	json_t *item;
	size_t i;

	if (!list)
		return 0;
	if (!json_is_array(list))
		return err_set(err, EINVAL, "%s: must be a list of VMs and groups", what);
	if (json_array_size(list) > VC_RULES_MAX / 2)
		return err_set(err, EINVAL, "%s: more than %d rules", what, VC_RULES_MAX / 2);
	json_array_foreach(list, i, item) {
		if (!json_is_string(item))
			return err_set(err, EINVAL, "%s[%zu]: must be a string", what, i);
		if (add(rules, apart, json_string_value(item), err))
			return -EINVAL;
	}
	return 0;
}

static int parse_location(struct vm_rules *rules, json_t *body, struct err *err)
{
	const char *location = "";

	if (json_opt_str(body, "location", &location, err) ||
	    (*location && location_check("location", location, err)))
		return -EINVAL;
	strcpy(rules->location, location);
	return 0;
}

static int check_names(struct inventory *inv, const struct vm_rules *rules, const char *tenant,
		       struct err *err)
{
	for (int i = 0; i < rules->n; i++) {
		const struct vm_rule *rule = &rules->v[i];
		const struct vm *vm;

		vm = rule->group ? NULL : inventory_vm_by_name(inv, rule->name);
		if (!rule->group && (!vm || strcmp(vm->tenant, tenant)))
			return err_set(err, ENOENT, "%s: tenant %s has no VM %s in %s",
				       rule->apart ? "apart" : "near", tenant, rule->name,
				       inv->dc);
	}
	return 0;
}

int rules_parse(struct inventory *inv, json_t *body, const char *tenant, struct vm_rules **ret,
		struct err *err)
{
	_cleanup_free_ struct vm_rules *rules = mem_zalloc(sizeof(*rules));
	int res;

	if (parse_list(rules, false, json_object_get(body, "near"), err) ||
	    parse_list(rules, true, json_object_get(body, "apart"), err) ||
	    parse_location(rules, body, err))
		return -EINVAL;
	res = check_names(inv, rules, tenant, err);
	if (res)
		return res;
	*ret = rules->n || *rules->location ? steal_ptr(rules) : NULL;
	return 0;
}

static void text_of(const struct vm_rule *rule, char text[sizeof(GROUP) + VC_NAME_SIZE])
{
	snprintf(text, sizeof(GROUP) + VC_NAME_SIZE, "%s%s", rule->group ? GROUP : "",
		 rule->name);
}

void rules_view(const struct vm_rules *rules, json_t *obj)
{
	json_t *near = json_array(), *apart = json_array();
	char text[sizeof(GROUP) + VC_NAME_SIZE];

	for (int i = 0; rules && i < rules->n; i++) {
		text_of(&rules->v[i], text);
		json_array_append_new(rules->v[i].apart ? apart : near, json_string(text));
	}
	if (json_array_size(near))
		json_object_set(obj, "near", near);
	if (json_array_size(apart))
		json_object_set(obj, "apart", apart);
	json_decref(near);
	json_decref(apart);
	if (rules && *rules->location)
		json_object_set_new(obj, "location", json_string(rules->location));
}

int rules_from_msg(const Nvo3__PlacementRules *msg, struct vm_rules **ret, struct err *err)
{
	_cleanup_free_ struct vm_rules *rules = NULL;

	*ret = NULL;
	if (!msg)
		return 0;
	rules = mem_zalloc(sizeof(*rules));
	for (size_t i = 0; i < msg->n_near; i++)
		if (add(rules, false, msg->near[i], err))
			return -EINVAL;
	for (size_t i = 0; i < msg->n_apart; i++)
		if (add(rules, true, msg->apart[i], err))
			return -EINVAL;
	if (*msg->location && location_check("location", msg->location, err))
		return -EINVAL;
	strcpy(rules->location, msg->location);
	*ret = steal_ptr(rules);
	return 0;
}

Nvo3__PlacementRules *rules_to_msg(const struct vm_rules *rules)
{
	Nvo3__PlacementRules *msg;

	if (!rules)
		return NULL;
	msg = mem_zalloc(sizeof(*msg));
	nvo3__placement_rules__init(msg);
	msg->location = mem_strdup(rules->location);
	msg->near = mem_calloc(rules->n, sizeof(*msg->near));
	msg->apart = mem_calloc(rules->n, sizeof(*msg->apart));
	for (int i = 0; i < rules->n; i++) {
		char text[sizeof(GROUP) + VC_NAME_SIZE];

		text_of(&rules->v[i], text);
		if (rules->v[i].apart)
			msg->apart[msg->n_apart++] = mem_strdup(text);
		else
			msg->near[msg->n_near++] = mem_strdup(text);
	}
	return msg;
}
