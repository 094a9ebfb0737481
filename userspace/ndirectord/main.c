// SPDX-License-Identifier: GPL-2.0
/*
 * ndirectord: the control plane of one data centre.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "director.h"
#include "lib/conf.h"
#include "lib/daemon.h"
#include "lib/log.h"

struct settings {
	const char *dc, *name, *ca, *cert, *key, *store, *listen, *api, *socket;
	long dc_id;
};

static int read_settings(struct conf *conf, struct settings *s, struct err *err)
{
	int ret;

	ret = conf_str(conf, "dc", &s->dc, err);
	if (!ret)
		ret = conf_str(conf, "name", &s->name, err);
	if (!ret)
		ret = conf_int(conf, "dc_id", 1, 255, &s->dc_id, err);
	if (!ret)
		ret = conf_str(conf, "tls.ca", &s->ca, err);
	if (!ret)
		ret = conf_str(conf, "tls.cert", &s->cert, err);
	if (!ret)
		ret = conf_str(conf, "tls.key", &s->key, err);
	if (!ret)
		ret = conf_str(conf, "store", &s->store, err);
	if (!ret)
		ret = conf_str(conf, "listen", &s->listen, err);
	if (!ret)
		ret = conf_str_or(conf, "api", NULL, &s->api, err);
	if (!ret)
		ret = conf_str_or(conf, "socket", NULL, &s->socket, err);
	return ret;
}

static int add_peers(struct director *d, struct conf *conf, struct err *err)
{
	int i, n, ret, count = conf_count(conf, "peers");
	const char *const *addrs;
	const char *dc;
	char path[64];

	for (i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "peers.[%d].dc", i);
		ret = conf_str(conf, path, &dc, err);
		if (ret)
			return ret;
		snprintf(path, sizeof(path), "peers.[%d].addrs", i);
		ret = conf_list(conf, path, &addrs, &n, err);
		if (!ret && d)
			ret = fed_client_add(d, dc, addrs, n, err);
		if (ret)
			return ret;
	}
	return 0;
}

static int check_identity(struct director *d, const struct settings *s, struct err *err)
{
	if (!tls_self(d->tls, ROLE_DIRECTOR, &d->self))
		return err_set(err, EACCES, "%s names no nvo3://DC/director/NAME", s->cert);
	if (strcmp(d->self.dc, s->dc) || strcmp(d->self.name, s->name))
		return err_set(err, EACCES, "%s is for %s/%s, the configuration says %s/%s",
			       s->cert, d->self.dc, d->self.name, s->dc, s->name);
	return 0;
}

static int setup(struct director *d, struct conf *conf, const struct settings *s, struct err *err)
{
	int ret;

	d->tls = tls_new(s->ca, s->cert, s->key, err);
	if (!d->tls)
		return -EINVAL;
	ret = check_identity(d, s, err);
	if (ret)
		return ret;
	d->store = store_open(s->store, "ndirectord", err);
	if (!d->store)
		return -EIO;
	db_init(&d->db, s->dc, s->dc_id);
	tell_init(&d->tell, d->loop);
	ret = persist_load(d, err);
	if (ret)
		return ret;
	persist_attach(d);
	d->server = chan_listen(d->loop, d->tls, s->listen,
				ROLE_BIT(ROLE_NVE) | ROLE_BIT(ROLE_VCENTER) | ROLE_BIT(ROLE_DIRECTOR),
				&director_ops, d, err);
	if (!d->server)
		return -EIO;
	if (s->api || s->socket) {
		d->http = http_listen(d->loop, d->tls, s->api, s->socket, director_routes, d, err);
		if (!d->http)
			return -EIO;
	}
	return add_peers(d, conf, err);
}

static void teardown(struct director *d)
{
	http_server_free(d->http);
	chan_server_free(d->server);
	fed_client_free_all(d);
	director_commit(d);
	tell_uninit(&d->tell);
	db_uninit(&d->db);
	store_close(d->store);
	tls_free(d->tls);
	loop_free(d->loop);
	free(d);
}

static int fail(const struct err *err)
{
	log_err("%s", err->text);
	return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	struct daemon_options options;
	struct settings settings;
	struct director *d;
	struct conf *conf;
	struct err err;

	daemon_start(argc, argv, "ndirectord", "control plane of a data centre", &options);
	conf = conf_open(options.conf, &err);
	if (!conf || read_settings(conf, &settings, &err))
		return fail(&err);
	if (options.check) {
		if (add_peers(NULL, conf, &err) || conf_finish(conf, &err))
			return fail(&err);
		return EXIT_SUCCESS;
	}
	d = calloc(1, sizeof(*d));
	d->loop = loop_new();
	if (daemon_signals(d->loop, &err) || setup(d, conf, &settings, &err) ||
	    conf_finish(conf, &err))
		return fail(&err);
	daemon_ready("ndirectord");
	loop_run(d->loop);
	teardown(d);
	conf_free(conf);
	return EXIT_SUCCESS;
}
