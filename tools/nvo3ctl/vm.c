// SPDX-License-Identifier: GPL-2.0
#include "vm.h"

#include <errno.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/mem.h"
#include "load.h"
#include "lib/uuid.h"
#include "path.h"
#include "show.h"
#include "wait.h"

/* vcenterd gives up on its own before; a deletion goes on for ever. */
#define WAIT_S 150

static const struct column list_columns[] = {
	{ "NAME", "name" },
	{ "TENANT", "tenant" },
	{ "STATE", "state" },
	{ "WHERE", "dc/server" },
	{ "VN", "nics.vn_name" },
	{ "MAC", "nics.mac" },
	{ "IP", "nics.ips" },
	{ "ERROR", "error" },
	{ "ID", "id" },
	{ NULL },
};

static const struct column vm_columns[] = {
	{ "name", "name" },
	{ "id", "id" },
	{ "tenant", "tenant" },
	{ "group", "group" },
	{ "state", "state" },
	{ "error", "error" },
	{ "where", "dc/server" },
	{ "vCenter", "vcenter" },
	{ "cpus", "cpus" },
	{ "memory MiB", "memory_mib" },
	{ "disk MiB", "disk_mib" },
	{ "location", "location" },
	{ "near to", "near" },
	{ "apart from", "apart" },
	{ NULL },
};

static const struct column verdict_columns[] = {
	{ "SERVER", "server" },
	{ "FITS", "fits" },
	{ "BUSY", "busy" },
	{ "REASON", "reason" },
	{ NULL },
};

static const struct column dc_columns[] = {
	{ "DC", "dc" },
	{ "FITS", "fits" },
	{ "SERVER", "server" },
	{ "REASON", "reason" },
	{ NULL },
};

static const struct column nic_columns[] = {
	{ "VN", "vn_name" },
	{ "VNI", "vni", .right = true },
	{ "MAC", "mac" },
	{ "IP", "ips" },
	{ "PORT", "port" },
	{ "VID", "vid", .right = true },
	{ "EPOCH", "epoch", .right = true },
	{ "TSI", "tsi" },
	{ NULL },
};

static const struct column lookup_columns[] = {
	{ "result", "result" },
	{ "name", "name" },
	{ "id", "vm" },
	{ "state", "state" },
	{ "where", "dc/server" },
	{ "address", "server_addr" },
	{ NULL },
};

static void show_vm(struct ctl *ctl, json_t *vm)
{
	show_object(ctl, vm_columns, vm);
	if (!ctl->json && json_array_size(json_object_get(vm, "nics"))) {
		fputc('\n', ctl->out);
		print_table(ctl->out, nic_columns, json_object_get(vm, "nics"));
	}
}

struct awaited {
	const char *name;
	const char *state;	/* NULL: that it is gone */
};

static enum wait_verdict judge(json_t *vm, uint64_t ms, void *arg, struct err *err)
{
	const struct awaited *awaited = arg;
	const char *state = json_string_value(json_object_get(vm, "state")) ?: "";
	const char *error = json_string_value(json_object_get(vm, "error")) ?: "";

	if (!vm && !awaited->state)
		return WAIT_DONE;
	if (!vm) {
		err_set(err, ENOENT, "VM %s is not there any more, nvo3ctl events tells why",
			awaited->name);
		return WAIT_FAILED;
	}
	if (!awaited->state || json_object_get(vm, "doing"))
		return WAIT_ON;
	if (strcmp(state, awaited->state) == 0)
		return WAIT_DONE;
	if (!*error && strcmp(state, "failed") != 0)
		return WAIT_ON;
	err_set(err, EREMOTEIO, "%s", *error ? error : "the VM failed");
	return WAIT_FAILED;
}

/* @vm: as it was accepted. Takes it; gives what became of it, or NULL if it is gone. */
static int wait_vm(struct ctl *ctl, json_t **vm, const char *state, struct err *err)
{
	struct awaited awaited = {
		.name = json_string_value(json_object_get(*vm, "name")) ?: "?",
		.state = state,
	};
	const char *id = json_string_value(json_object_get(*vm, "id"));
	_cleanup_free_ char *path = path_make("vms", id ?: awaited.name, NULL);
	struct wait wait = { VCENTER, path, judge, &awaited, WAIT_S };
	json_t *last = NULL;
	int r;

	if (!ctl->wait)
		return CTL_OK;
	r = wait_for(ctl, &wait, &last, err);
	if (r == CTL_OK) {
		json_decref(*vm);
		*vm = last;
	}
	return r;
}

/* Each data centre, or each server, with what it says. */
static void print_verdicts(struct ctl *ctl, json_t *answer)
{
	json_t *dcs = json_object_get(answer, "dcs");

	if (ctl->json)
		print_json(ctl->out, answer);
	else if (dcs)
		print_table(ctl->out, dc_columns, dcs);
	else
		print_table(ctl->out, verdict_columns, json_object_get(answer, "servers"));
}

/* Where it would go. 0 only if it would go somewhere, so that a script can ask. */
static int dry_run(struct ctl *ctl, json_t *body, struct err *err)
{
	json_t *answer = NULL;
	const char *server, *dc;
	int r = CTL_OK;

	if (client_call(ctl->client, VCENTER, "POST", "/placement", body, &answer, err) < 0)
		return CTL_FAILED;
	server = json_string_value(json_object_get(answer, "server"));
	dc = json_string_value(json_object_get(answer, "dc"));
	print_verdicts(ctl, answer);
	if (!server) {
		err_set(err, ENOSPC, "%s",
			json_string_value(json_object_get(answer, "error")) ?: "no server");
		r = CTL_FAILED;
	} else if (!ctl->json) {
		fprintf(ctl->out, "\nit would be made on server %s%s%s\n", dc ?: "",
			dc ? "/" : "", server);
	}
	json_decref(answer);
	return r;
}

void vm_name_it(json_t *body)
{
	struct uuid uuid = uuid_new();
	char text[UUID_STRLEN];

	json_object_set_new(body, "id", json_string(uuid_format(&uuid, text)));
}

static int create(struct ctl *ctl, const struct args *args, struct err *err)
{
	const char *state = args_has(args, "--stopped") ? "stopped" : "running";
	json_t *body = vm_create_body(args, err), *vm = NULL;
	int r;

	if (!body)
		return CTL_USAGE;
	if (args_has(args, "--dry-run"))
		return dry_run(ctl, body, err);
	vm_name_it(body);
	if (client_call_again(ctl->client, VCENTER, "POST", "/vms", body, &vm, err) < 0)
		return CTL_FAILED;
	/* it is to be followed there */
	if (args_has(args, "--dc") && json_object_get(vm, "dc"))
		client_set_dc(ctl->client, json_string_value(json_object_get(vm, "dc")) ?: "");
	r = wait_vm(ctl, &vm, state, err);
	if (r == CTL_OK)
		show_vm(ctl, vm);
	json_decref(vm);
	return r;
}

static int show(struct ctl *ctl, const struct args *args, struct err *err)
{
	_cleanup_free_ char *path = path_make("vms", args->words[0], NULL);
	json_t *vm = NULL;

	if (client_call(ctl->client, VCENTER, "GET", path, NULL, &vm, err) < 0)
		return CTL_FAILED;
	show_vm(ctl, vm);
	json_decref(vm);
	return CTL_OK;
}

/* Whoever reads JSON gets some, also when the VM is gone: what it was. */
static int change(struct ctl *ctl, const char *method, const char *path, const char *state,
		  struct err *err)
{
	json_t *vm = NULL, *was;
	int r;

	if (client_call(ctl->client, VCENTER, method, path, NULL, &vm, err) < 0)
		return CTL_FAILED;
	was = json_incref(vm);
	r = wait_vm(ctl, &vm, state, err);
	if (r == CTL_OK && ctl->json)
		print_json(ctl->out, vm ?: was);
	json_decref(was);
	json_decref(vm);
	return r;
}

static int delete(struct ctl *ctl, const struct args *args, struct err *err)
{
	_cleanup_free_ char *path = path_make("vms", args->words[0], NULL);

	return change(ctl, "DELETE", path, NULL, err);
}

static int start(struct ctl *ctl, const struct args *args, struct err *err)
{
	_cleanup_free_ char *path = path_make("vms", args->words[0], "start", NULL);

	return change(ctl, "POST", path, "running", err);
}

static int stop(struct ctl *ctl, const struct args *args, struct err *err)
{
	_cleanup_free_ char *path = path_make("vms", args->words[0], "stop", NULL);

	return change(ctl, "POST", path, "stopped", err);
}

static int suspend(struct ctl *ctl, const struct args *args, struct err *err)
{
	_cleanup_free_ char *path = path_make("vms", args->words[0], "suspend", NULL);

	return change(ctl, "POST", path, "suspended", err);
}

static int resume(struct ctl *ctl, const struct args *args, struct err *err)
{
	_cleanup_free_ char *path = path_make("vms", args->words[0], "resume", NULL);

	return change(ctl, "POST", path, "running", err);
}

static int reboot(struct ctl *ctl, const struct args *args, struct err *err)
{
	_cleanup_free_ char *path = path_make("vms", args->words[0], "reboot", NULL);

	return change(ctl, "POST", path, "running", err);
}

static const struct opt list_opts[] = {
	{ "--tenant", OPT_TEXT },
	{ "--server", OPT_TEXT },
	{ "--vn", OPT_TEXT },
	{ "--state", OPT_TEXT },
	{ "--group", OPT_TEXT },
	{ NULL },
};

static int list(struct ctl *ctl, const struct args *args, struct err *err)
{
	char *path = path_make("vms", NULL);

	for (const struct opt *opt = list_opts; opt->name; opt++)
		path = path_query(path, opt->name + strlen("--"), args_text(args, opt->name));
	return show_list(ctl, VCENTER, path, list_columns, err);
}

static const struct opt lookup_opts[] = {
	{ "--vn", OPT_TEXT, .required = true },
	{ "--id", OPT_TEXT },
	{ "--name", OPT_TEXT },
	{ "--mac", OPT_TEXT },
	{ "--ip", OPT_TEXT },
	{ NULL },
};

static int lookup(struct ctl *ctl, const struct args *args, struct err *err)
{
	_cleanup_free_ char *path = path_make("lookup", NULL);
	const char *result;
	json_t *answer = NULL;
	int r = CTL_OK;

	if (args->n_values != 2) {
		err_set(err, EINVAL, "exactly one of --id, --name, --mac and --ip is needed");
		return CTL_USAGE;
	}
	for (const struct opt *opt = lookup_opts; opt->name; opt++)
		path = path_query(path, opt->name + strlen("--"), args_text(args, opt->name));
	if (client_call(ctl->client, VCENTER, "GET", path, NULL, &answer, err) < 0)
		return CTL_FAILED;

	result = json_string_value(json_object_get(answer, "result")) ?: "";
	if (strcmp(result, "not-found") == 0) {
		err_set(err, ENOENT, "no such VM in VN %s", args_text(args, "--vn"));
		r = CTL_FAILED;
	}
	if (r == CTL_OK || ctl->json)
		show_object(ctl, lookup_columns, answer);
	json_decref(answer);
	return r;
}

static int use(struct ctl *ctl, const struct args *args, struct err *err)
{
	return load_show_use(ctl, path_make("vms", args->words[0], "use", NULL), err);
}

static const struct verb verbs[] = {
	{ "create",
	  "NAME --tenant TENANT [--vn VN [--mac MAC] [--ip CIDR]... [--profile PROFILE]]\n"
	  "[--nic NIC]...\n"
	  "[--server SERVER] [--dc {DC | any}] [--cpus N] [--memory MIB] [--disk MIB]\n"
	  "[--group GROUP] [--stopped]\n"
	  "[--near WHO]... [--apart WHO]... [--location LOCATION] [--together] [--dry-run]\n"
	  "WHO := VM | group:GROUP\n"
	  "NIC := vn=VN[,mac=MAC][,ip=CIDR]...[,profile=PROFILE][,tsi=UUID]",
	  vm_create_opts, 1, 1, create },
	{ "list",
	  "[--tenant TENANT] [--group GROUP] [--server SERVER] [--vn VN] [--state STATE]",
	  list_opts, 0, 0, list },
	{ "show", "{NAME | ID}", NULL, 1, 1, show },
	{ "use", "{NAME | ID}", NULL, 1, 1, use },
	{ "delete", "{NAME | ID}", NULL, 1, 1, delete },
	{ "set",
	  "{NAME | ID} {[--mac MAC] [--ip CIDR]... [--profile PROFILE] [--no-profile]\n"
	  "| [--cpus N] [--memory MIB] | --disk MIB | --group GROUP | --no-group\n"
	  "| --plug NIC | --unplug MAC}",
	  vm_set_opts, 1, 1, vm_set },
	{ "start", "{NAME | ID}", NULL, 1, 1, start },
	{ "stop", "{NAME | ID}", NULL, 1, 1, stop },
	{ "suspend", "{NAME | ID}", NULL, 1, 1, suspend },
	{ "resume", "{NAME | ID}", NULL, 1, 1, resume },
	{ "reboot", "{NAME | ID}", NULL, 1, 1, reboot },
	{ "console", "{NAME | ID} [--force] [--escape KEY] [--timeout SECONDS]", vm_console_opts, 1,
	  1, vm_console },
	{ "migrate",
	  "{NAME | ID} [--to DC/SERVER | --dc DC | --server SERVER | --client IP]\n"
	  "[--memory {keep | drop}]",
	  vm_migrate_opts, 1, 1, vm_migrate },
	{ "mobility",
	  "{NAME | ID} [--to DC/SERVER | --dc DC | --server SERVER | --client IP]",
	  vm_mobility_opts, 1, 1, vm_mobility },
	{ "replicate",
	  "{NAME | ID} [--to DC/SERVER | --dc DC | --server SERVER\n"
	  "| --location LOCATION | --client IP]",
	  vm_replicate_opts, 1, 1, vm_replicate },
	{ "lookup", "--vn VN {--id ID | --name NAME | --mac MAC | --ip IP}", lookup_opts, 0, 0,
	  lookup },
	{ NULL },
};

const struct object object_vm = { "vm", "virtual machines", verbs };
