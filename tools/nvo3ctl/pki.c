// SPDX-License-Identifier: GPL-2.0
/*
 * Certificates for a lab. Needs no server.
 */
#include "ctl.h"
#include "lib/json.h"
#include "lib/pki.h"
#include "print.h"

#define DAYS_DEFAULT	365
#define DAYS_MAX	3650
#define REVOKED_DAYS	30

static const struct opt init_opts[] = {
	{ "--force", OPT_FLAG },
	{ NULL },
};

static const struct opt issue_opts[] = {
	{ "--san", OPT_TEXT, .required = true, .many = true },
	{ "--days", OPT_NUMBER, .min = 1, .max = DAYS_MAX },
	{ "--force", OPT_FLAG },
	{ NULL },
};

static const struct opt revoke_opts[] = {
	{ "--days", OPT_NUMBER, .min = 1, .max = DAYS_MAX },
	{ NULL },
};

static const struct column crl_columns[] = {
	{ "crl", "crl" },
	{ NULL },
};

static const struct column file_columns[] = {
	{ "certificate", "certificate" },
	{ "key", "key" },
	{ NULL },
};

static void print_files(struct ctl *ctl, const char *dir, const char *name)
{
	json_t *files = json_object();

	json_object_set_new(files, "certificate", json_sprintf("%s/%s.pem", dir, name));
	json_object_set_new(files, "key", json_sprintf("%s/%s.key", dir, name));
	if (ctl->json)
		print_json(ctl->out, files);
	else
		print_record(ctl->out, file_columns, files);
	json_decref(files);
}

static int init(struct ctl *ctl, const struct args *args, struct err *err)
{
	if (pki_init(args->words[0], args_has(args, "--force"), err) < 0)
		return CTL_FAILED;
	print_files(ctl, args->words[0], "ca");
	return CTL_OK;
}

static int issue(struct ctl *ctl, const struct args *args, struct err *err)
{
	const char *sans[ARGS_VALUES + 1];
	long long days = DAYS_DEFAULT;
	int n = 0, i = 0;

	while ((sans[n] = args_next(args, "--san", &i)))
		n++;
	args_number(args, "--days", &days);
	if (pki_issue(args->words[0], args->words[1], sans, n, days, args_has(args, "--force"),
		      err) < 0)
		return CTL_FAILED;
	print_files(ctl, args->words[0], args->words[1]);
	return CTL_OK;
}

static int revoke(struct ctl *ctl, const struct args *args, struct err *err)
{
	long long days = REVOKED_DAYS;
	json_t *file;

	args_number(args, "--days", &days);
	if (pki_revoke(args->words[0], args->words[1], days, err) < 0)
		return CTL_FAILED;
	file = json_object();
	json_object_set_new(file, "crl", json_sprintf("%s/crl.pem", args->words[0]));
	if (ctl->json)
		print_json(ctl->out, file);
	else
		print_record(ctl->out, crl_columns, file);
	json_decref(file);
	return CTL_OK;
}

static const struct verb verbs[] = {
	{ "init", "DIR [--force]", init_opts, 1, 1, init },
	{ "issue", "DIR NAME --san nvo3://DC/ROLE/NAME [--san ...] [--days N] [--force]",
	  issue_opts, 2, 2, issue },
	{ "revoke", "DIR [NAME] [--days N]", revoke_opts, 1, 2, revoke },
	{ NULL },
};

const struct object object_pki = { "pki", "certificates for a lab", verbs };
