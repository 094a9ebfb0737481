// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/mem.h"
#include "vm.h"

const struct opt vm_create_opts[] = {
	{ "--tenant", OPT_TEXT, .required = true },
	{ "--vn", OPT_TEXT },
	{ "--mac", OPT_TEXT },
	{ "--ip", OPT_TEXT, .many = true },
	{ "--profile", OPT_TEXT },
	{ "--nic", OPT_TEXT, .many = true },
	{ "--server", OPT_TEXT },
	{ "--dc", OPT_TEXT },
	{ "--cpus", OPT_NUMBER, .min = 1, .max = UINT32_MAX },
	{ "--memory", OPT_NUMBER, .min = 1, .max = UINT32_MAX },
	{ "--disk", OPT_NUMBER, .min = 1, .max = UINT32_MAX },
	{ "--group", OPT_TEXT },
	{ "--near", OPT_TEXT, .many = true },
	{ "--apart", OPT_TEXT, .many = true },
	{ "--location", OPT_TEXT },
	{ "--together", OPT_FLAG },
	{ "--dry-run", OPT_FLAG },
	{ "--stopped", OPT_FLAG },
	{ NULL },
};

static const struct {
	const char *opt;
	const char *member;
} texts[] = {
	{ "--tenant", "tenant" },
	{ "--group", "group" },
	{ "--server", "server" },
	{ "--dc", "dc" },
	{ "--location", "location" },
	{ NULL },
}, lists[] = {
	{ "--near", "near" },
	{ "--apart", "apart" },
	{ NULL },
}, numbers[] = {
	{ "--cpus", "cpus" },
	{ "--memory", "memory_mib" },
	{ "--disk", "disk_mib" },
	{ NULL },
};

static void add_ip(json_t *nic, const char *ip)
{
	json_t *ips = json_object_get(nic, "ip");

	if (!ips) {
		ips = json_array();
		json_object_set_new(nic, "ip", ips);
	}
	json_array_append_new(ips, json_string(ip));
}

/* "vn" or "mac" of a NIC; @what says where it came from. */
static int add_once(json_t *nic, const char *key, const char *value, const char *opt,
		    const char *what, struct err *err)
{
	if (json_object_get(nic, key))
		return err_set(err, EINVAL, "%s %s: %s is given twice", opt, what, key);
	json_object_set_new(nic, key, json_string(value));
	return 0;
}

static int nic_item(json_t *nic, char *item, const char *opt, const char *what, struct err *err)
{
	char *value = strchr(item, '=');

	if (!value || !value[1])
		return err_set(err, EINVAL, "%s %s: \"%s\" must be KEY=VALUE", opt, what, item);
	*value++ = '\0';
	if (strcmp(item, "ip") == 0) {
		add_ip(nic, value);
		return 0;
	}
	if (strcmp(item, "vn") == 0 || strcmp(item, "mac") == 0 || strcmp(item, "profile") == 0 ||
	    strcmp(item, "tsi") == 0)
		return add_once(nic, item, value, opt, what, err);
	return err_set(err, EINVAL, "%s %s: \"%s\" must be vn, mac, ip, profile or tsi", opt,
		       what, item);
}

json_t *vm_nic_from_text(const char *opt, const char *what, struct err *err)
{
	_cleanup_free_ char *text = mem_strdup(what);
	char *next = text, *item;
	json_t *nic = json_object();
	int r = 0;

	while (r == 0 && (item = strsep(&next, ",")))
		r = nic_item(nic, item, opt, what, err);
	if (r == 0 && !json_object_get(nic, "vn"))
		r = err_set(err, EINVAL, "%s %s: vn is missing", opt, what);
	if (r == 0)
		return nic;
	json_decref(nic);
	return NULL;
}

/* --vn, --mac and --ip, which are the short way to say one NIC; NULL if there is none. */
static json_t *nic_from_options(const struct args *args)
{
	const char *vn = args_text(args, "--vn"), *mac = args_text(args, "--mac"), *ip;
	json_t *nic;
	int i = 0;

	if (!vn)
		return NULL;
	nic = json_pack("{s:s}", "vn", vn);
	if (mac)
		json_object_set_new(nic, "mac", json_string(mac));
	if (args_has(args, "--profile"))
		json_object_set_new(nic, "profile", json_string(args_text(args, "--profile")));
	while ((ip = args_next(args, "--ip", &i)))
		add_ip(nic, ip);
	return nic;
}

/* NULL with a sentence */
static json_t *make_nics(const struct args *args, struct err *err)
{
	json_t *nics = json_array(), *nic = nic_from_options(args);
	const char *text;
	int i = 0;

	if (!nic && (args_has(args, "--mac") || args_has(args, "--ip"))) {
		err_set(err, EINVAL, "--vn is missing, which --mac and --ip belong to");
		goto fail;
	}
	if (nic)
		json_array_append_new(nics, nic);
	while ((text = args_next(args, "--nic", &i))) {
		nic = vm_nic_from_text("--nic", text, err);
		if (!nic)
			goto fail;
		json_array_append_new(nics, nic);
	}
	if (json_array_size(nics))
		return nics;
	err_set(err, EINVAL, "--vn or --nic is missing");
fail:
	json_decref(nics);
	return NULL;
}

/* NULL: it is not said */
static json_t *make_list(const struct args *args, const char *opt)
{
	json_t *list = json_array();
	const char *text;
	int i = 0;

	while ((text = args_next(args, opt, &i)))
		json_array_append_new(list, json_string(text));
	if (json_array_size(list))
		return list;
	json_decref(list);
	return NULL;
}

json_t *vm_create_body(const struct args *args, struct err *err)
{
	json_t *nics = make_nics(args, err), *body;
	long long number;

	if (!nics)
		return NULL;

	/* Text that is not UTF-8 has no JSON: json_pack() then fails. */
	body = json_pack("{s:s, s:o}", "name", args->words[0], "nics", nics);
	if (!body) {
		err_set(err, EINVAL, "\"%s\" is not a name", args->words[0]);
		return NULL;
	}
	for (int i = 0; texts[i].opt; i++)
		if (args_has(args, texts[i].opt))
			json_object_set_new(body, texts[i].member,
					    json_string(args_text(args, texts[i].opt)));
	for (int i = 0; lists[i].opt; i++)
		if (args_has(args, lists[i].opt))
			json_object_set_new(body, lists[i].member,
					    make_list(args, lists[i].opt));
	for (int i = 0; numbers[i].opt; i++)
		if (args_number(args, numbers[i].opt, &number))
			json_object_set_new(body, numbers[i].member, json_integer(number));
	if (args_has(args, "--together"))
		json_object_set_new(body, "together", json_true());
	if (args_has(args, "--stopped"))
		json_object_set_new(body, "start", json_false());
	return body;
}
