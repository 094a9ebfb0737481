// SPDX-License-Identifier: GPL-2.0
/* The management plane of one data centre. */
#include <errno.h>
#include <string.h>
#include "backup.h"
#include "lib/cleanup.h"
#include "lib/daemon.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "vcenter.h"

/* "sqlite:/var/lib/nvo3/vcenterd.db": its folder must be there. */
static int make_state(const char *url, struct err *err)
{
	_cleanup_free_ char *dir = NULL;
	char *slash;

	if (strncmp(url, "sqlite:", 7))
		return 0;
	dir = mem_strdup(url + 7);
	slash = strrchr(dir, '/');
	if (!slash || slash == dir)
		return 0;
	*slash = '\0';
	return daemon_mkdir(dir, err);
}

static int run(struct vcenter *vc, struct err *err)
{
	struct loop *loop = loop_new();
	int ret;

	if (!loop)
		return err_set(err, ENOMEM, "no event loop");
	ret = make_state(vc->conf.store, err);
	if (!ret)
		ret = daemon_signals(loop, err);
	if (!ret)
		ret = daemon_reload(loop, &vc->tls, err);
	if (!ret)
		ret = vcenter_start(vc, loop, err);
	if (!ret) {
		daemon_ready("vcenterd");
		ret = loop_run(loop);
		if (ret)
			err_sys(err, ret, "the event loop ended");
	}
	vcenter_stop(vc);
	loop_free(loop);
	/* without a sentence nothing is wrong: stopped while standing by */
	return ret && *err->text ? ret : 0;
}

/* Into an empty store; the daemon is started afterwards. */
static int restore(const struct config *conf, const char *path, struct err *err)
{
	int ret = make_state(conf->store, err);
	json_t *backup = NULL;
	struct store *store;
	json_error_t why;
	size_t n;

	if (ret)
		return ret;
	backup = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
	if (!backup)
		return err_set(err, EINVAL, "%s: line %d: %s", path, why.line, why.text);
	store = store_open(conf->store, "vcenterd", err);
	ret = store ? backup_restore(store, conf->dc, backup, &n, err) : -EIO;
	if (store)
		store_close(store);
	json_decref(backup);
	if (ret)
		return err_prefix(err, ret, "%s", path);
	log_info("%s: %zu items are in %s", path, n, conf->store);
	return 0;
}

int main(int argc, char **argv)
{
	struct daemon_options options;
	struct vcenter vc = { 0 };
	struct err err;
	int ret;

	daemon_restores();
	daemon_start(argc, argv, "vcenterd", "management plane of one data centre", &options);
	ret = config_load(options.conf, &vc.conf, &err);
	if (!ret && options.restore)
		ret = restore(&vc.conf, options.restore, &err);
	else if (!ret && !options.check)
		ret = run(&vc, &err);
	if (ret)
		log_err("%s", err.text);
	config_free(&vc.conf);
	return ret ? 1 : 0;
}
