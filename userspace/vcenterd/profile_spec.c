// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include "lib/mem.h"
#include "lib/msg.h"
#include "profile.h"
#include "profile_spec.h"

#define RULE_STRLEN 256

static void set_text(char **to, const char *text)
{
	if (*to != protobuf_c_empty_string)
		free(*to);
	*to = mem_strdup(text);
}

static void free_rules(Nvo3__Profile *msg)
{
	for (size_t i = 0; i < msg->n_rules; i++)
		msg_free(msg->rules[i]);
	free(msg->rules);
	msg->rules = NULL;
	msg->n_rules = 0;
}

static int parse_rules(Nvo3__Profile *msg, json_t *list, struct err *err)
{
	json_t *item;
	size_t i;

	if (!list)
		return 0;
	if (!json_is_array(list) || json_array_size(list) > PROFILE_RULES_MAX)
		return err_set(err, EINVAL, "rules: must be a list of at most %d strings",
			       PROFILE_RULES_MAX);
	free_rules(msg);
	msg->rules = mem_calloc(json_array_size(list) + 1, sizeof(*msg->rules));
	json_array_foreach(list, i, item) {
		if (!json_is_string(item))
			return err_set(err, EINVAL, "rules[%zu]: must be a string", i);
		msg->rules[i] = profile_rule_parse(json_string_value(item), err);
		if (!msg->rules[i])
			return -EINVAL;
		msg->n_rules++;
	}
	return 0;
}

static int parse_names(Nvo3__Profile *msg, json_t *body, bool new, struct err *err)
{
	const char *name = msg->name, *tenant = msg->tenant, *group = msg->group;

	if (new && (json_get_str(body, "name", &name, err) ||
		    json_opt_str(body, "tenant", &tenant, err) || name_check("name", name, err) ||
		    (*tenant && name_check("tenant", tenant, err))))
		return -EINVAL;
	if (json_opt_str(body, "group", &group, err) ||
	    (*group && name_check("group", group, err)))
		return -EINVAL;
	if (name != msg->name)
		set_text(&msg->name, name);
	if (tenant != msg->tenant)
		set_text(&msg->tenant, tenant);
	if (group != msg->group)
		set_text(&msg->group, group);
	return 0;
}

static int parse_default(Nvo3__Profile *msg, json_t *body, struct err *err)
{
	const char *otherwise = msg->verdict ? "permit" : "deny";

	if (json_opt_str(body, "default", &otherwise, err))
		return -EINVAL;
	if (strcmp(otherwise, "permit") && strcmp(otherwise, "deny"))
		return err_set(err, EINVAL, "default: \"%s\" is neither permit nor deny",
			       otherwise);
	msg->verdict = !strcmp(otherwise, "permit");
	return 0;
}

int profile_spec_parse(Nvo3__Profile *msg, json_t *body, bool new, struct err *err)
{
	static const char *const all[] = { "name", "tenant", "group", "default", "rate", "burst",
					   "pps", "vlan", "dscp", "rules", NULL };
	long long rate = msg->rate, burst = msg->burst, pps = msg->pps, vlan = msg->vlan;
	long long dscp = msg->marks ? (long long)msg->dscp : -1;

	if (json_only(body, new ? all : all + 2, err) || parse_names(msg, body, new, err) ||
	    parse_default(msg, body, err) ||
	    json_opt_int(body, "rate", 0, PROFILE_RATE_MAX, &rate, err) ||
	    json_opt_int(body, "burst", 0, PROFILE_BURST_MAX, &burst, err) ||
	    json_opt_int(body, "pps", 0, PROFILE_PPS_MAX, &pps, err) ||
	    json_opt_int(body, "vlan", 0, PROFILE_VLAN_MAX, &vlan, err) ||
	    json_opt_int(body, "dscp", -1, PROFILE_DSCP_MAX, &dscp, err) ||
	    parse_rules(msg, json_object_get(body, "rules"), err))
		return -EINVAL;
	msg->rate = rate;
	msg->burst = burst;
	msg->pps = pps;
	msg->vlan = vlan;
	msg->marks = dscp >= 0;
	msg->dscp = dscp >= 0 ? dscp : 0;
	return 0;
}

json_t *profile_spec_view(const Nvo3__Profile *msg)
{
	json_t *obj, *rules = json_array();
	char text[RULE_STRLEN], id[UUID_STRLEN] = "?";
	struct uuid uuid;

	if (msg_get_uuid(&msg->uuid, &uuid))
		uuid_format(&uuid, id);
	for (size_t i = 0; i < msg->n_rules; i++)
		json_array_append_new(rules, json_string(profile_rule_format(msg->rules[i], text,
									     sizeof(text))));
	obj = json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:s, s:I, s:I, s:I, s:I, s:o}", "uuid", id,
			"name", msg->name, "tenant", msg->tenant, "group", msg->group, "home_dc",
			msg->home_dc, "version", (json_int_t)msg->version, "default",
			msg->verdict ? "permit" : "deny", "rate", (json_int_t)msg->rate, "burst",
			(json_int_t)msg->burst, "pps", (json_int_t)msg->pps, "vlan",
			(json_int_t)msg->vlan, "rules", rules);
	if (msg->marks)
		json_object_set_new(obj, "dscp", json_integer(msg->dscp));
	return obj;
}
