// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "assoc.h"
#include "audit.h"
#include "daemon.h"
#include "director.h"
#include "idle.h"
#include "keep.h"
#include "kern-netlink.h"
#include "leave.h"
#include "liveness.h"
#include "log.h"
#include "mem.h"
#include "msg.h"
#include "nve.h"
#include "policy.h"
#include "port.h"
#include "serve.h"
#include "state.h"
#include "vn.h"
#include "watch.h"

uint32_t nve_errno_code(int rc)
{
	switch (-rc) {
	case 0:
		return CODE(OK);
	case ESTALE:
		return CODE(STALE);
	case EEXIST:
		return CODE(EXISTS);
	case ENOENT:
	case ENODEV:
		return CODE(NOT_FOUND);
	case EBUSY:
		return CODE(BUSY);
	case ENOSPC:
		return CODE(FULL);
	case EPERM:
	case EACCES:
		return CODE(DENIED);
	case EBADMSG:
		return CODE(BAD_MESSAGE);
	default:
		return CODE(FAILED);
	}
}

struct restore {
	struct nve *nve;
	struct saved_tsi {
		struct tsi tsi;
		char owner[MODEL_NAME_MAX];
	} *tsis;
	size_t n_tsis;
	int rc;
	struct err *err;
};

static void restore_vn(const Nvo3__VnInfo *vn, void *arg)
{
	struct restore *r = arg;

	if (!r->rc)
		r->rc = vn_restore(r->nve, vn, r->err);
}

static void restore_policy(const Nvo3__Profile *profile, uint32_t id, void *arg)
{
	struct restore *r = arg;

	policy_restore(r->nve, profile, id);
}

static void collect_tsi(const struct tsi *tsi, const char *owner, void *arg)
{
	struct restore *r = arg;

	r->tsis = mem_check(realloc(r->tsis, (r->n_tsis + 1) * sizeof(*r->tsis)));
	r->tsis[r->n_tsis].tsi = *tsi;
	snprintf(r->tsis[r->n_tsis].owner, sizeof(r->tsis->owner), "%s", owner);
	r->n_tsis++;
}

/* The records say what is ours, the kernel how it is */
static int restore(struct nve *nve, struct err *err)
{
	static const struct keep_ops ops = { .vn = restore_vn, .tsi = collect_tsi,
					     .profile = restore_policy };
	struct restore r = { .nve = nve, .err = err };
	int rc;

	rc = keep_walk(nve, &ops, &r, err);
	if (!rc)
		rc = r.rc;
	for (size_t i = 0; i < r.n_tsis && !rc; i++)
		port_restore(nve, &r.tsis[i].tsi, r.tsis[i].owner);
	free(r.tsis);
	return rc;
}

static int make_socket_dir(const char *listen, struct err *err)
{
	char dir[256];
	char *slash;

	if (strncmp(listen, "unix:", 5))
		return 0;
	snprintf(dir, sizeof(dir), "%s", listen + 5);
	slash = strrchr(dir, '/');
	if (!slash || slash == dir)
		return 0;
	*slash = '\0';
	return daemon_mkdir(dir, err);
}

int nve_start_with(struct nve **ret, const struct config *config, struct loop *loop,
		   struct tls *tls, struct kern *kern, struct store *store, struct err *err)
{
	struct nve *nve = mem_zalloc(sizeof(*nve));
	int rc;

	nve->config = config;
	nve->loop = loop;
	nve->tls = tls;
	nve->kern = kern;
	nve->store = store;
	nve->model.have4 = config->nve.local4.family;
	nve->model.have6 = config->nve.local6.family;
	rc = restore(nve, err);
	if (rc)
		goto stop;
	nve->director = director_new(nve, err);
	if (!nve->director) {
		rc = -EINVAL;
		goto stop;
	}
	nve->idle = idle_new(nve);
	nve->audit = audit_new(nve);
	nve->serve = serve_new(nve);
	/* What was in the middle of being taken or given back when the last process ended */
	vn_collect(nve);
	policy_collect(nve);
	rc = liveness_start(nve, err);
	if (rc)
		goto stop;
	rc = make_socket_dir(config->nve.listen, err);
	if (rc)
		goto stop;
	nve->assoc = assoc_new(nve, err);
	if (!nve->assoc) {
		rc = -EINVAL;
		goto stop;
	}
	*ret = nve;
	return 0;
stop:
	nve_stop(nve);
	return rc;
}

/* Memory is ahead of the disk: only a restart brings them together. */
static void lost(const struct err *why, void *arg)
{
	exit(EXIT_FAILURE);
}

int nve_start(struct nve **ret, const struct config *config, struct loop *loop, struct tls *tls,
	      struct err *err)
{
	const struct kern_device dev = {
		.name = config->nve.dev,
		.local4 = config->nve.local4,
		.local6 = config->nve.local6,
		.dstport = config->nve.dstport,
		.relay = config->nve.relay,
	};
	struct store *store;
	char url[512];
	struct kern *kern;
	uint32_t ifindex;
	struct nve *nve;
	int rc;

	rc = kern_netlink_open(&kern, &dev, &ifindex, err);
	if (rc)
		return rc;
	snprintf(url, sizeof(url), "sqlite:%s/nve.db", config->state);
	store = store_open(url, "nvo3d-nve", err);
	if (!store) {
		kern->ops->free(kern);
		return -EINVAL;
	}
	rc = store_defer(store, loop, lost, NULL, err);
	if (!rc)
		rc = nve_start_with(&nve, config, loop, tls, kern, store, err);
	if (rc) {
		store_close(store);
		kern->ops->free(kern);
		return rc;
	}
	nve->owner = true;
	nve->watch = watch_new(nve, ifindex, err);
	if (!nve->watch) {
		nve_stop(nve);
		return -EINVAL;
	}
	rc = serve_listen(nve->serve, ifindex, err);
	if (rc) {
		nve_stop(nve);
		return rc;
	}
	/* A port may have gone between the look at the kernel and the watch */
	port_gone(nve, 0, 0);
	*ret = nve;
	return 0;
}

void nve_audit(struct nve *nve)
{
	audit_look(nve);
}

void nve_stop(struct nve *nve)
{
	if (!nve)
		return;
	watch_free(nve->watch);
	serve_free(nve->serve);
	liveness_free(nve->liveness);
	assoc_free(nve->assoc);
	/* Before the director: its open requests end now and find nobody whose state to change */
	audit_free(nve->audit);
	idle_free(nve->idle);
	leave_uninit_all(nve);
	port_uninit_all(nve);
	policy_uninit_all(nve);
	vn_uninit_all(nve);
	ask_uninit(nve);
	director_free(nve->director);
	model_uninit(&nve->model);
	if (nve->owner) {
		store_close(nve->store);
		nve->kern->ops->free(nve->kern);
	}
	free(nve);
}
