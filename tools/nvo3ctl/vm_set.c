// SPDX-License-Identifier: GPL-2.0
/*
 * vm set: what a VM has, changed while it is there. One kind of change at a time.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "lib/cleanup.h"
#include "path.h"
#include "show.h"
#include "vm.h"
#include "wait.h"

#define WAIT_S 150

const struct opt vm_set_opts[] = {
	{ "--mac", OPT_TEXT },
	{ "--ip", OPT_TEXT, .many = true },
	{ "--profile", OPT_TEXT },
	{ "--no-profile", OPT_FLAG },
	{ "--cpus", OPT_NUMBER, .min = 1, .max = UINT32_MAX },
	{ "--memory", OPT_NUMBER, .min = 1, .max = UINT32_MAX },
	{ "--disk", OPT_NUMBER, .min = 1, .max = UINT32_MAX },
	{ "--group", OPT_TEXT },
	{ "--no-group", OPT_FLAG },
	{ "--plug", OPT_TEXT },
	{ "--unplug", OPT_TEXT },
	{ NULL },
};

/* Of one interface of it; --mac says which, where there are several. */
static json_t *nic_body(const struct args *args)
{
	json_t *nic = json_object(), *ips;
	const char *ip;
	int i = 0;

	if (args_has(args, "--mac"))
		json_object_set_new(nic, "mac", json_string(args_text(args, "--mac")));
	if (args_has(args, "--profile"))
		json_object_set_new(nic, "profile", json_string(args_text(args, "--profile")));
	if (args_has(args, "--no-profile"))
		json_object_set_new(nic, "profile", json_string(""));
	if (args_has(args, "--ip")) {
		ips = json_array();
		while ((ip = args_next(args, "--ip", &i)))
			json_array_append_new(ips, json_string(ip));
		json_object_set_new(nic, "ip", ips);
	}
	return json_pack("{s:[o]}", "nics", nic);
}

static json_t *size_body(const struct args *args)
{
	json_t *body = json_object();
	long long number;

	if (args_number(args, "--cpus", &number))
		json_object_set_new(body, "cpus", json_integer(number));
	if (args_number(args, "--memory", &number))
		json_object_set_new(body, "memory_mib", json_integer(number));
	return body;
}

json_t *vm_set_body(const struct args *args, struct err *err)
{
	bool size = args_has(args, "--cpus") || args_has(args, "--memory");
	bool group = args_has(args, "--group"), no_group = args_has(args, "--no-group");
	bool plug = args_has(args, "--plug"), unplug = args_has(args, "--unplug");
	bool disk = args_has(args, "--disk");
	bool nic = args_has(args, "--mac") || args_has(args, "--ip") ||
		   args_has(args, "--profile") || args_has(args, "--no-profile");
	long long mib;
	json_t *json;

	if (size + disk + group + no_group + plug + unplug + nic > 1) {
		err_set(err, EINVAL, "one change at a time: an interface's members, or --cpus and --memory, or --disk, or --group, or --plug, or --unplug");
		return NULL;
	}
	if (size)
		return size_body(args);
	if (args_number(args, "--disk", &mib))
		return json_pack("{s:I}", "disk_mib", (json_int_t)mib);
	if (group || no_group)
		return json_pack("{s:s}", "group", group ? args_text(args, "--group") : "");
	if (unplug)
		return json_pack("{s:s}", "unplug", args_text(args, "--unplug"));
	if (!plug)
		return nic_body(args);
	json = vm_nic_from_text("--plug", args_text(args, "--plug"), err);
	return json ? json_pack("{s:o}", "plug", json) : NULL;
}

/* What it was asked for is done, or is not and leaves a sentence; its state may be any. */
static enum wait_verdict judge(json_t *vm, uint64_t ms, void *arg, struct err *err)
{
	const char *error = json_string_value(json_object_get(vm, "error")) ?: "";

	if (!vm) {
		err_set(err, ENOENT, "the VM is not there any more");
		return WAIT_FAILED;
	}
	if (json_object_get(vm, "doing"))
		return WAIT_ON;
	if (!*error)
		return WAIT_DONE;
	err_set(err, EREMOTEIO, "%s", error);
	return WAIT_FAILED;
}

/* Of interfaces' members nobody waits: whoever sets them looks at his frames. */
int vm_set(struct ctl *ctl, const struct args *args, struct err *err)
{
	_cleanup_free_ char *path = path_make("vms", args->words[0], NULL);
	json_t *body = vm_set_body(args, err), *vm = NULL, *last = NULL;
	struct wait wait = { VCENTER, path, judge, NULL, WAIT_S };
	int r = CTL_OK;
	bool waits;

	if (!body)
		return CTL_USAGE;
	waits = ctl->wait && !json_object_get(body, "nics");
	if (client_call(ctl->client, VCENTER, "PATCH", path, body, &vm, err) < 0)
		return CTL_FAILED;
	if (waits)
		r = wait_for(ctl, &wait, &last, err);
	if (ctl->json && r == CTL_OK)
		print_json(ctl->out, last ?: vm);
	json_decref(last);
	json_decref(vm);
	return r;
}
