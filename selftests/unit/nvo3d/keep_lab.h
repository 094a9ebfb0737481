/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two vServers whose drivers, in memory, can save a VM and restore it. What a guest has in its
 * memory is the number of its boot: it is in the guest, or in the file.
 */
#ifndef NVO3D_UNIT_KEEP_LAB_H
#define NVO3D_UNIT_KEEP_LAB_H

#include "move_pair.h"

#include <stdatomic.h>

#include "vserver/driver_moves.h"
#include "vserver/savedfile.h"

#define VM 1
#define DISK (16 << 20)

static struct {
	struct fake_driver *from, *to;
	int boots;			/* of this VM */
	int memory[2];			/* by where it is: at the source, at the destination */
	atomic_bool still[2];
	const char *no_save, *no_restore;
	bool hang;			/* a save, until it is cancelled */
	atomic_bool hangs, cancelled, silent;	/* silent: no hypervisor answers */
	bool no_resume;
	bool lost_word;			/* it goes on, and nobody hears of it */
	int saves, restores;
	const struct driver_watcher *watcher[2];
	void *watching[2];
} lab;

static inline int at(struct driver *d)
{
	return fake(d) == lab.to;
}

static inline int is_silent(struct err *err)
{
	return atomic_load(&lab.silent) ? err_set(err, EHOSTDOWN, "no hypervisor answers") : 0;
}

static inline int keep_start(struct driver *d, const Nvo3__VmProfile *vm, const char *dir,
			     int *ret_fd, struct err *err)
{
	int rc = is_silent(err);

	if (rc)
		return rc;
	lab.memory[at(d)] = ++lab.boots;
	atomic_store(&lab.still[at(d)], false);
	return fd_start(d, vm, dir, ret_fd, err);
}

static inline int keep_suspend(struct driver *d, const Nvo3__VmProfile *vm, bool on,
			       struct err *err)
{
	int rc = is_silent(err);

	if (rc)
		return rc;
	if (!fake(d)->alive[VM])
		return err_set(err, ESRCH, "there is no guest");
	if (!on && lab.no_resume)
		return err_set(err, EIO, "it does not go on");
	atomic_store(&lab.still[at(d)], on);
	return !on && lab.lost_word ? err_set(err, EHOSTDOWN, "the connection broke") : 0;
}

static inline int keep_kill(struct driver *d, const Nvo3__VmProfile *vm, const char *dir, bool now,
			    struct err *err)
{
	int rc = is_silent(err);

	return rc ? rc : fd_kill(d, vm, dir, now, err);
}

static inline void keep_status(struct driver *d, const struct uuid *id, struct driver_status *ret)
{
	*ret = (struct driver_status){ .known = true, .defined = true, .ours = true };
	ret->active = fake(d)->alive[VM];
	ret->paused = ret->active && atomic_load(&lab.still[at(d)]);
}

static inline int keep_watch(struct driver *d, struct loop *loop,
			     const struct driver_watcher *watcher, void *arg, struct err *err)
{
	lab.watcher[at(d)] = watcher;
	lab.watching[at(d)] = arg;
	return 0;
}

/* Events of its hypervisor: of this VM, and that it is there again */
static inline void look_at(struct fake_driver *d)
{
	static const struct uuid id = { { VM } };

	lab.watcher[at(&d->driver)]->look(&id, lab.watching[at(&d->driver)]);
}

static inline void is_up(struct fake_driver *d)
{
	atomic_store(&lab.silent, false);
	lab.watcher[at(&d->driver)]->up(lab.watching[at(&d->driver)]);
}

static inline int keep_cancel(struct driver *d, const Nvo3__VmProfile *vm, struct err *err)
{
	atomic_store(&lab.cancelled, true);
	return 0;
}

static inline int keep_save(struct driver *d, const Nvo3__VmProfile *vm, const char *dir,
			    struct err *err)
{
	char path[SAVED_PATH_MAX];
	FILE *f;
	int rc = is_silent(err);

	if (rc)
		return rc;
	saved_path(path, dir);
	if (!fake(d)->alive[VM])
		return access(path, F_OK) ? err_set(err, ESRCH, "it does not run") : 0;
	assert_true(atomic_load(&lab.still[at(d)]));
	lab.saves++;
	while (lab.hang && !atomic_load(&lab.cancelled))
		atomic_store(&lab.hangs, true);
	if (lab.hang)
		return err_set(err, ECANCELED, "it was cancelled");
	if (lab.no_save)
		return err_set(err, EIO, "%s", lab.no_save);
	f = fopen(path, "w");
	fprintf(f, "%d", lab.memory[at(d)]);
	/* Of more than one piece */
	assert_int_equal(ftruncate(fileno(f), 600 << 10), 0);
	fclose(f);
	fake_guest_ends(fake(d), VM);
	return 0;
}

static inline int keep_restore(struct driver *d, const Nvo3__VmProfile *vm, const char *dir,
			       int *ret_fd, struct err *err)
{
	char path[SAVED_PATH_MAX];
	FILE *f;
	int rc = is_silent(err);

	if (rc)
		return rc;
	if (fake(d)->alive[VM])
		return fd_find(d, vm, dir, ret_fd, err);
	f = fopen(saved_path(path, dir), "r");
	if (!f)
		return err_set(err, ENOENT, "its memory was not saved");
	lab.restores++;
	assert_int_equal(fscanf(f, "%d", &lab.memory[at(d)]), 1);
	fclose(f);
	if (lab.no_restore)
		return err_set(err, EIO, "%s", lab.no_restore);
	atomic_store(&lab.still[at(d)], true);
	fake_guest_begins(fake(d), VM);
	return fd_find(d, vm, dir, ret_fd, err);
}

static const struct driver_moves keep_moves = { .save = keep_save, .restore = keep_restore };
static struct driver_ops keep_ops;

static inline bool has_saved(struct bed_host *h, const char *name)
{
	struct uuid uuid = { { VM } };
	char path[320], id[UUID_STRLEN];

	snprintf(path, sizeof(path), "%s/vms/%s/%s", h->state, uuid_format(&uuid, id), name);
	return !access(path, F_OK);
}

static inline void keep_driver(struct bed_host *h, struct fake_driver **ret)
{
	*ret = &h->driver;
	host_end(h);
	h->driver.driver.ops = &keep_ops;
	h->driver.driver.moves = &keep_moves;
	host_begin(h);
}

static inline void keep_setup(struct pair *p, void **state)
{
	memset(&lab, 0, sizeof(lab));
	setup(p, state, false);
	keep_ops = fake_driver_ops;
	keep_ops.start = keep_start;
	keep_ops.suspend = keep_suspend;
	keep_ops.cancel = keep_cancel;
	keep_ops.kill = keep_kill;
	keep_ops.status = keep_status;
	keep_ops.watch = keep_watch;
	assert_false(p->from.keeps);
	keep_driver(&p->from, &lab.from);
	keep_driver(&p->to, &lab.to);
	assert_true(p->from.keeps);
	p->keep = true;
	assert_int_equal(host_power(&p->from, VM, true).code, CODE(OK));
	assert_int_equal(lab.boots, 1);
}

/* At the source: it runs as if nothing had been, or stands still */
static inline void as_before(struct pair *p, Nvo3__VmState state)
{
	assert_int_equal(host_vm(&p->from, VM)->fsm.state, state);
	assert_true(lab.from->alive[VM] && lab.from->up[VM]);
	assert_int_equal(atomic_load(&lab.still[0]), state == STATE(SUSPENDED));
	assert_int_equal(lab.memory[0], 1);
	assert_int_equal(lab.boots, 1);
	assert_false(has_saved(&p->from, "saved"));
	assert_int_equal(host_vm(&p->from, VM)->tsi, NVO3__TSI_STATE__TSI_ACTIVATED);
}

static inline void stands_there(struct pair *p)
{
	assert_true(lab.to->alive[VM] && atomic_load(&lab.still[1]) && !lab.to->up[VM]);
	assert_int_equal(lab.memory[1], 1);
	assert_int_equal(p->to.activated, 0);
	assert_false(lab.from->alive[VM]);
}

static inline void runs_there(struct pair *p)
{
	assert_true(lab.to->alive[VM] && !atomic_load(&lab.still[1]) && lab.to->up[VM]);
	assert_int_equal(lab.memory[1], 1);
	assert_int_equal(lab.boots, 1);
	assert_int_equal(host_vm(&p->to, VM)->fsm.state, STATE(RUNNING));
	assert_false(has_saved(&p->to, "saved") || has_saved(&p->to, "saved.part"));
}

#endif
