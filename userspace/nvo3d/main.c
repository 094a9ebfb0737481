// SPDX-License-Identifier: GPL-2.0
/*
 * nvo3d, the daemon of a hypervisor host. The roles in one process know nothing of each other:
 * the vServer role opens a session to its NVE, here or elsewhere, as it would from another
 * machine.
 */

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "config.h"
#include "daemon.h"
#include "log.h"
#include "nve/nve.h"
#include "vserver/vserver.h"

static int check_identity(const struct config *c, struct tls *tls, enum role role,
			  struct err *err)
{
	struct identity id;

	if (!tls_self(tls, role, &id))
		return err_set(err, EACCES, "%s: the certificate does not say nvo3://%s/%s/%s",
			       c->tls.cert, c->dc, role_name(role), c->name);
	if (strcmp(id.dc, c->dc) || strcmp(id.name, c->name))
		return err_set(err, EACCES,
			       "%s: the certificate says nvo3://%s/%s/%s, the configuration %s/%s",
			       c->tls.cert, id.dc, role_name(role), id.name, c->dc, c->name);
	return 0;
}

/* SIGUSR1 */
static void audit(void *arg)
{
	struct nve *nve = arg;

	if (nve)
		nve_audit(nve);
}

static int run(const struct config *c, struct loop *loop, struct tls *tls, struct err *err)
{
	struct loop_signal *usr1 = NULL;
	struct vserver *vserver = NULL;
	struct nve *nve = NULL;
	int rc = 0;

	if (c->has_nve) {
		rc = check_identity(c, tls, ROLE_NVE, err);
		if (!rc)
			rc = nve_start(&nve, c, loop, tls, err);
		if (rc)
			return err_prefix(err, rc, "nve");
	}
	usr1 = loop_signal_new(loop, SIGUSR1, audit, nve);
	if (c->has_vserver) {
		rc = check_identity(c, tls, ROLE_VSERVER, err);
		if (!rc)
			rc = vserver_start(&vserver, c, loop, tls, err);
		if (rc) {
			err_prefix(err, rc, "vserver");
			goto stop_nve;
		}
	}
	daemon_ready("nvo3d");
	rc = loop_run(loop);
	if (rc)
		err_sys(err, rc, "the event loop failed");
	vserver_stop(vserver);
stop_nve:
	loop_signal_free(usr1);
	nve_stop(nve);
	return rc;
}

static int serve(const struct config *c, struct err *err)
{
	struct loop *loop;
	struct tls *tls;
	int rc;

	rc = daemon_mkdir(c->state, err);
	if (rc)
		return rc;
	rc = daemon_lock(c->state, err);
	if (rc)
		return rc;
	tls = tls_open(&c->tls, err);
	if (!tls)
		return -EINVAL;
	loop = loop_new();
	rc = daemon_signals(loop, err);
	if (!rc)
		rc = daemon_reload(loop, &tls, err);
	if (!rc)
		rc = run(c, loop, tls, err);
	loop_free(loop);
	tls_free(tls);
	return rc;
}

int main(int argc, char **argv)
{
	struct daemon_options options;
	struct config config;
	struct conf *conf;
	struct err err;
	int rc;

	daemon_start(argc, argv, "nvo3d", "NVE and vServer of a hypervisor host", &options);
	conf = conf_open(options.conf, &err);
	if (!conf) {
		log_err("%s", err.text);
		return 1;
	}
	rc = config_read(conf, &config, &err);
	if (!rc && !options.check)
		rc = serve(&config, &err);
	if (rc)
		log_err("%s", err.text);
	conf_free(conf);
	return rc ? 1 : 0;
}
