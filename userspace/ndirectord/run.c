// SPDX-License-Identifier: GPL-2.0
/*
 * The program: its configuration, and its loop.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include "lib/conf.h"
#include "lib/daemon.h"
#include "lib/log.h"
#include "run.h"
#include "start.h"

#define ABSENT_S	10
#define FORGET_S	86400
#define MOVES		5	/* RFC 7432, section 15.1 */
#define MOVES_S	180
#define LEASE_S	15	/* as long as a session may be silent */
#define ALONE_S	30	/* as long as an NVE's silence and two more attempts of all of them */
#define GRACE_S	20	/* above the longest pause between two attempts of a peer to connect */

static int read_peers(struct conf *conf, struct settings *s, struct err *err)
{
	struct settings_peer *peer;
	char path[64];
	int i, ret;

	s->n_peers = conf_count(conf, "peers");
	s->peers = calloc(s->n_peers + 1, sizeof(*s->peers));
	for (i = 0; i < s->n_peers; i++) {
		peer = &s->peers[i];
		snprintf(path, sizeof(path), "peers.[%d].dc", i);
		ret = conf_str(conf, path, &peer->dc, err);
		if (ret)
			return ret;
		snprintf(path, sizeof(path), "peers.[%d].addrs", i);
		ret = conf_list(conf, path, &peer->addrs, &peer->n_addrs, err);
		if (ret)
			return ret;
	}
	return 0;
}

static int read_settings(struct conf *conf, struct settings *s, struct err *err)
{
	int ret;

	ret = conf_str(conf, "dc", &s->dc, err);
	if (!ret)
		ret = conf_str(conf, "name", &s->name, err);
	if (!ret)
		ret = conf_int(conf, "dc_id", 1, 255, &s->dc_id, err);
	if (!ret)
		ret = conf_tls(conf, &s->tls, err);
	if (!ret)
		ret = conf_str(conf, "store", &s->store, err);
	if (!ret)
		ret = conf_str(conf, "listen", &s->listen, err);
	if (!ret)
		ret = conf_str_or(conf, "api", NULL, &s->api, err);
	if (!ret)
		ret = conf_str_or(conf, "socket", NULL, &s->socket, err);
	if (!ret)
		ret = conf_int_or(conf, "absent", 1, 3600, ABSENT_S, &s->absent, err);
	if (!ret)
		ret = conf_int_or(conf, "lease", 0, 3600, LEASE_S, &s->lease, err);
	if (!ret)
		ret = conf_int_or(conf, "grace", 1, 3600, GRACE_S, &s->grace, err);
	if (!ret)
		ret = conf_int_or(conf, "alone", 0, 3600, ALONE_S, &s->alone, err);
	if (!ret)
		ret = conf_int_or(conf, "forget", 1, 366 * 86400, FORGET_S, &s->forget, err);
	if (!ret)
		ret = conf_int_or(conf, "moves", 2, DUP_MOVES_MAX, MOVES, &s->moves, err);
	if (!ret)
		ret = conf_int_or(conf, "moves_time", 1, 86400, MOVES_S, &s->moves_time, err);
	if (!ret)
		ret = conf_int_or(conf, "freeze", 0, 86400, 0, &s->freeze, err);
	if (!ret)
		ret = read_peers(conf, s, err);
	return ret ? ret : conf_finish(conf, err);
}

static int run(const struct settings *s, struct err *err)
{
	struct loop *loop = loop_new();
	struct director *d;
	bool alone;
	int ret;

	ret = daemon_signals(loop, err);
	if (ret)
		goto free_loop;
	d = director_start(loop, s, err);
	if (!d) {
		ret = *err->text ? -1 : 0;	/* nothing is wrong: stopped while standing by */
		goto free_loop;
	}
	daemon_ready("ndirectord");
	loop_run(loop);
	alone = d->alone.over;
	director_stop(d);
	if (alone) {
		ret = err_set(err, EHOSTUNREACH,
			      "no NVE has had a session for %ld s: whoever stands by may try",
			      s->alone);
		/* started again at once it would be the first to try; a signal ends this */
		poll(NULL, 0, ALONE_AWAY_MS);
	}
free_loop:
	loop_free(loop);
	return ret;
}

int director_main(int argc, char **argv)
{
	struct daemon_options options;
	struct settings settings = { };
	struct conf *conf;
	struct err err;
	int ret = -1;

	daemon_start(argc, argv, "ndirectord", "control plane of a data centre", &options);
	conf = conf_open(options.conf, &err);
	if (conf)
		ret = read_settings(conf, &settings, &err);
	if (!ret && !options.check)
		ret = run(&settings, &err);
	if (ret)
		log_err("%s", err.text);
	free(settings.peers);
	conf_free(conf);
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}
