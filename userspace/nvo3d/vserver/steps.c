// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon.h"
#include "job.h"
#include "log.h"
#include "mem.h"
#include "move_figures.h"
#include "msg.h"
#include "nve_client.h"
#include "pull.h"
#include "task.h"

static void driver_failed(struct task *t, const struct err *err)
{
	task_fail(t, CODE(FAILED), err->text);
}

/* --- images: work of a thread, which has all that it needs in here */

struct image_job {
	struct task *t;
	char dir[HOST_DIR_MAX];
	uint64_t size;
	const char *template;		/* of the configuration; NULL: random content */
	uint8_t sha256[IMAGE_SHA256_LEN];
};

static struct image_job *image_job_new(struct task *t)
{
	struct image_job *j = mem_zalloc(sizeof(*j));

	j->t = t;
	vm_dir(t->vm, j->dir);
	return j;
}

static void image_job_start(struct image_job *j,
			    int (*work)(const struct job *job, void *arg, struct err *err),
			    void (*done)(int rc, const struct err *err, void *arg))
{
	struct task *t = j->t;
	struct err err;

	t->job = job_start(t->vm->vs->loop, work, done, j, &err);
	if (t->job)
		return;
	free(j);
	task_fail(t, CODE(FAILED), err.text);
}

static void image_job_done(int rc, const struct err *err, void *arg)
{
	struct image_job *j = arg;
	struct task *t = j->t;

	t->job = NULL;
	free(j);
	if (rc)
		task_fail(t, CODE(FAILED), err->text);
	else
		task_next(t);
}

static int make_dirs(struct task *t, struct err *err)
{
	char dir[HOST_DIR_MAX];
	int rc;

	snprintf(dir, sizeof(dir), "%s/vms", t->vm->vs->config->state);
	rc = daemon_mkdir(dir, err);
	return rc ? rc : image_make_dir(vm_dir(t->vm, dir), err);
}

static int fill_work(const struct job *job, void *arg, struct err *err)
{
	struct image_job *j = arg;

	return j->template ? image_make(job, j->dir, j->size, j->template, err) :
			     image_fill(job, j->dir, j->size, err);
}

void step_fill(struct task *t)
{
	const struct config *config = t->vm->vs->config;
	struct image_job *j;
	struct err err;

	if (make_dirs(t, &err)) {
		driver_failed(t, &err);
		return;
	}
	j = image_job_new(t);
	j->size = (uint64_t)t->vm->profile->disk_mib << 20;
	j->template = config_image(config);
	image_job_start(j, fill_work, image_job_done);
}

/* What the hypervisor copies into; it asks for one of the same size */
void step_blank(struct task *t)
{
	struct image_job *j = image_job_new(t);

	j->size = t->move->size;
	j->template = "";
	image_job_start(j, fill_work, image_job_done);
}

static int grow_work(const struct job *job, void *arg, struct err *err)
{
	struct image_job *j = arg;

	return image_grow(j->dir, j->size, err);
}

void step_grow_file(struct task *t)
{
	struct image_job *j = image_job_new(t);

	j->size = (uint64_t)t->vm->want->disk_mib << 20;
	image_job_start(j, grow_work, image_job_done);
}

static int hash_work(const struct job *job, void *arg, struct err *err)
{
	struct image_job *j = arg;

	return image_hash(job, j->dir, &j->size, j->sha256, err);
}

static void hash_done(int rc, const struct err *err, void *arg)
{
	struct image_job *j = arg;

	if (!rc) {
		j->t->move->size = j->size;
		memcpy(j->t->move->sha256, j->sha256, sizeof(j->sha256));
	}
	image_job_done(rc, err, arg);
}

void step_hash(struct task *t)
{
	image_job_start(image_job_new(t), hash_work, hash_done);
}

static void pulled(uint32_t code, const char *text, void *arg)
{
	struct task *t = arg;

	/* Its session stays open until the image has been verified */
	if (code == CODE(OK))
		task_next(t);
	else
		task_fail(t, code, text);
}

void step_pull(struct task *t)
{
	char dir[HOST_DIR_MAX];
	struct err err;

	if (make_dirs(t, &err)) {
		driver_failed(t, &err);
		return;
	}
	t->pull = pull_start(t->vm->vs, t->move, vm_dir(t->vm, dir), pulled, t, &err);
	if (!t->pull)
		driver_failed(t, &err);
}

static int verify_work(const struct job *job, void *arg, struct err *err)
{
	struct image_job *j = arg;

	return image_part_finish(job, j->dir, j->size, j->sha256, err);
}

void step_verify(struct task *t)
{
	struct image_job *j = image_job_new(t);

	j->size = t->move->size;
	memcpy(j->sha256, t->move->sha256, sizeof(j->sha256));
	image_job_start(j, verify_work, image_job_done);
}

void step_remove(struct task *t)
{
	char dir[HOST_DIR_MAX];
	struct err err;

	if (image_remove_dir(vm_dir(t->vm, dir), &err))
		driver_failed(t, &err);
	else
		task_next(t);
}

/* --- the VM's place */

void step_attach(struct task *t)
{
	struct driver *d = t->vm->vs->driver;
	char dir[HOST_DIR_MAX];
	struct err err;

	if (d->ops->attach(d, t->vm->profile, vm_dir(t->vm, dir), &err))
		driver_failed(t, &err);
	else
		task_next(t);
}

void step_detach(struct task *t)
{
	struct driver *d = t->vm->vs->driver;
	struct err err;

	if (d->ops->detach(d, t->vm->profile, &err))
		driver_failed(t, &err);
	else
		task_next(t);
}

/* --- the NVE, one interface after the other */

static bool is_silence(uint32_t code)
{
	return code == CODE(UNAVAILABLE) || code == CODE(TIMEOUT);
}

static void ask_next_nic(struct task *t, uint32_t type, nve_client_fn answered)
{
	if (t->nic < t->vm->profile->n_nics)
		nve_client_ask(t->vm->vs->nve, type, t->vm, t->nic, answered, t);
	else
		task_next(t);
}

static void associated(uint32_t code, const char *text, void *arg)
{
	struct task *t = arg;

	t->nic++;
	if (code == CODE(OK))
		ask_next_nic(t, MSG(TSI_ASSOCIATE), associated);
	else
		task_fail(t, code, text);
}

void step_associate(struct task *t)
{
	t->vm->tsi = NVO3__TSI_STATE__TSI_ASSOCIATED;
	ask_next_nic(t, MSG(TSI_ASSOCIATE), associated);
}

void step_reassociate(struct task *t)
{
	if (t->vm->tsi == NVO3__TSI_STATE__TSI_INIT)
		task_next(t);
	else
		ask_next_nic(t, MSG(TSI_ASSOCIATE), associated);
}

static void activated(uint32_t code, const char *text, void *arg)
{
	struct task *t = arg;

	t->nic++;
	if (code == CODE(OK))
		ask_next_nic(t, MSG(TSI_ACTIVATE), activated);
	else
		task_fail(t, code, text);
}

void step_activate(struct task *t)
{
	struct driver *d = t->vm->vs->driver;
	struct err err;

	if (d->ops->set_link(d, t->vm->profile, true, &err)) {
		driver_failed(t, &err);
		return;
	}
	t->vm->tsi = NVO3__TSI_STATE__TSI_ACTIVATED;
	ask_next_nic(t, MSG(TSI_ACTIVATE), activated);
}

/*
 * Taking away goes on without an NVE: the links are down, and what the NVE did not hear it
 * learns from the next TSI_SYNC.
 */
static void deactivated(uint32_t code, const char *text, void *arg)
{
	struct task *t = arg;

	t->nic++;
	if (code == CODE(OK) || code == CODE(NOT_FOUND) || is_silence(code))
		ask_next_nic(t, MSG(TSI_DEACTIVATE), deactivated);
	else
		task_fail(t, code, text);
}

void step_deactivate(struct task *t)
{
	struct driver *d = t->vm->vs->driver;
	struct err err;

	if (t->move && t->move->is_source && t->move->was_running)
		move_silent(t->move);
	if (d->ops->set_link(d, t->vm->profile, false, &err))
		log_err("VM %s: %s", t->vm->profile->name, err.text);
	t->vm->tsi = NVO3__TSI_STATE__TSI_ASSOCIATED;
	ask_next_nic(t, MSG(TSI_DEACTIVATE), deactivated);
}

static void deassociated(uint32_t code, const char *text, void *arg)
{
	struct task *t = arg;

	t->nic++;
	if (code == CODE(OK) || is_silence(code))
		ask_next_nic(t, MSG(TSI_DEASSOCIATE), deassociated);
	else
		task_fail(t, code, text);
}

void step_deassociate(struct task *t)
{
	t->vm->tsi = NVO3__TSI_STATE__TSI_INIT;
	ask_next_nic(t, MSG(TSI_DEASSOCIATE), deassociated);
}
