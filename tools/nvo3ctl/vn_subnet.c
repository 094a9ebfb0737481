// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "print.h"
#include "vn_subnet.h"

/* The sentence about what is no address is the server's: here only the families are told apart. */
static bool same_family(const char *a, const char *b)
{
	return !strchr(a, ':') == !strchr(b, ':');
}

/* To the subnets of its family, as the one @key there is, or as one more of a list. */
static int add(json_t *subnets, const char *opt, const char *key, bool many, const char *value,
	       struct err *err)
{
	json_t *subnet, *list;
	bool found = false;
	size_t i;

	json_array_foreach(subnets, i, subnet) {
		if (!same_family(json_string_value(json_object_get(subnet, "prefix")), value))
			continue;
		found = true;
		list = json_object_get(subnet, key);
		if (list && !many)
			return err_set(err, EINVAL, "%s is given twice for one family", opt);
		if (!many) {
			json_object_set_new(subnet, key, json_string(value));
			continue;
		}
		if (!list) {
			list = json_array();
			json_object_set_new(subnet, key, list);
		}
		json_array_append_new(list, json_string(value));
	}
	if (!found)
		return err_set(err, EINVAL, "%s %s: there is no --subnet of its family", opt,
			       value);
	return 0;
}

static int add_all(const struct args *args, json_t *subnets, struct err *err)
{
	static const struct {
		const char *opt, *key;
		bool many;
	} of_family[] = {
		{ "--gateway", "gateway" },
		{ "--dns", "dns", true },
		{ "--range", "range" },
		{ "--reserve", "reserved", true },
	};
	const char *value;

	for (size_t k = 0; k < sizeof(of_family) / sizeof(of_family[0]); k++) {
		int i = 0;

		while ((value = args_next(args, of_family[k].opt, &i)))
			if (add(subnets, of_family[k].opt, of_family[k].key, of_family[k].many,
				value, err))
				return -EINVAL;
	}
	return 0;
}

static void add_common(const struct args *args, json_t *subnets)
{
	const char *domain = args_text(args, "--domain");
	json_t *subnet;
	long long lease;
	size_t i;

	json_array_foreach(subnets, i, subnet) {
		if (domain)
			json_object_set_new(subnet, "domain", json_string(domain));
		if (args_number(args, "--lease", &lease))
			json_object_set_new(subnet, "lease_s", json_integer(lease));
	}
}

int vn_subnet_args(const struct args *args, json_t *body, struct err *err)
{
	json_t *subnets = json_array();
	const char *prefix;
	int i = 0;

	while ((prefix = args_next(args, "--subnet", &i)))
		json_array_append_new(subnets, json_pack("{s:s}", "prefix", prefix));
	if (add_all(args, subnets, err)) {
		json_decref(subnets);
		return -EINVAL;
	}
	if (!json_array_size(subnets) &&
	    (args_has(args, "--domain") || args_has(args, "--lease"))) {
		json_decref(subnets);
		return err_set(err, EINVAL,
			       "--subnet is missing, which --domain and --lease belong to");
	}
	add_common(args, subnets);
	if (json_array_size(subnets))
		json_object_set_new(body, "subnets", subnets);
	else
		json_decref(subnets);
	return 0;
}

void vn_subnet_print(struct ctl *ctl, json_t *vn)
{
	static const struct column columns[] = {
		{ "SUBNET", "prefix" },
		{ "GATEWAY", "gateway" },
		{ "DNS", "dns" },
		{ "DOMAIN", "domain" },
		{ "LEASE", "lease_s", .right = true },
		{ "RANGE", "range" },
		{ "RESERVED", "reserved" },
		{ "USED", "used", .right = true },
		{ "SIZE", "size", .right = true },
		{ NULL },
	};
	json_t *subnets = json_object_get(vn, "subnets");

	if (!ctl->json && json_array_size(subnets))
		print_table(ctl->out, columns, subnets);
}
