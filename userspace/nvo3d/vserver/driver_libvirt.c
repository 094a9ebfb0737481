// SPDX-License-Identifier: GPL-2.0
/*
 * A VM that is a domain of libvirt's. See Documentation/vserver.rst.
 *
 * What libvirt tells means only: look at this domain. What is seen goes to the table (any thread);
 * that it was goes to the loop, as a list of UUIDs behind a descriptor.
 */

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "domxml.h"
#include "driver_virt.h"
#include "log.h"
#include "loop.h"
#include "mem.h"
#include "msg.h"
#include "nics.h"
#include "profile.h"

#define PATH_LEN 512

struct note {
	struct uuid id;
	struct note *next;
};

/* --- from any thread */

static void post(struct driver_libvirt *dl, const struct uuid *id)
{
	struct note *n = mem_zalloc(sizeof(*n));

	n->id = *id;
	pthread_mutex_lock(&dl->lock);
	n->next = dl->notes;
	dl->notes = n;
	pthread_mutex_unlock(&dl->lock);
	eventfd_write(dl->mail, 1);
}

/* What is overtaken by a start is looked at again */
int driver_virt_observe(struct driver_libvirt *dl, const struct uuid *id, struct err *err)
{
	struct virt_domain dom;
	uint64_t turn;
	int rc;

	do {
		turn = virt_table_turn(dl->table, id);
		rc = virt_look(dl->virt, id, &dom, err);
		if (rc)
			return rc;
	} while (!virt_table_seen(dl->table, &dom, turn));
	return 0;
}

static void changed(const struct uuid *id, void *arg)
{
	struct driver_libvirt *dl = arg;

	/* Without a connection everything is looked at when there is one again */
	driver_virt_observe(dl, id, NULL);
	post(dl, id);
}

static void up(void *arg)
{
	struct driver_libvirt *dl = arg;
	struct uuid *ids = NULL;
	size_t n = 0;

	if (virt_list(dl->virt, &ids, &n, NULL))
		return;
	for (size_t i = 0; i < n; i++)
		changed(&ids[i], dl);
	virt_table_sweep(dl->table, ids, n, changed, dl);
	free(ids);
	atomic_store(&dl->known, true);
	pthread_mutex_lock(&dl->lock);
	dl->is_up = true;
	pthread_mutex_unlock(&dl->lock);
	eventfd_write(dl->mail, 1);
}

static void down(const char *why, void *arg)
{
	struct driver_libvirt *dl = arg;

	pthread_mutex_lock(&dl->lock);
	err_set(&dl->why, EHOSTDOWN, "%s", why);
	dl->is_down = true;
	pthread_mutex_unlock(&dl->lock);
	eventfd_write(dl->mail, 1);
}

/* --- in the loop */

static void read_mail(int fd, unsigned int events, void *arg)
{
	struct driver_libvirt *dl = arg;
	bool is_up, is_down;
	struct note *n, *next;
	struct err why;
	eventfd_t count;

	eventfd_read(fd, &count);
	pthread_mutex_lock(&dl->lock);
	n = dl->notes;
	dl->notes = NULL;
	is_up = dl->is_up;
	is_down = dl->is_down;
	why = dl->why;
	dl->is_up = false;
	dl->is_down = false;
	pthread_mutex_unlock(&dl->lock);
	if (is_down)
		log_warn("libvirt: %s", why.text);
	if (is_up) {
		log_info("libvirt: connected to %s", dl->config->uri);
		dl->watcher->up(dl->arg);
	}
	for (; n; n = next) {
		next = n->next;
		dl->watcher->look(&n->id, dl->arg);
		free(n);
	}
}

static int dv_watch(struct driver *d, struct loop *loop, const struct driver_watcher *watcher,
		    void *arg, struct err *err)
{
	struct driver_libvirt *dl = driver_virt(d);

	loop_fd_free(dl->watch);
	dl->watch = NULL;
	dl->watcher = watcher;
	dl->arg = arg;
	if (watcher)
		dl->watch = loop_fd_new(loop, dl->mail, LOOP_READ, read_mail, dl);
	return 0;
}

static const char *why_of(const struct virt_domain *dom)
{
	switch (dom->end) {
	case VIRT_END_SHUTDOWN:
		return "its guest has shut down";
	case VIRT_END_KILLED:
		return "its domain was ended by somebody else";
	case VIRT_END_CRASHED:
		return "its guest crashed";
	case VIRT_END_LEFT:
		return "its domain was saved or moved by somebody else";
	default:
		return "its domain has ended";
	}
}

static void dv_status(struct driver *d, const struct uuid *id, struct driver_status *ret)
{
	struct driver_libvirt *dl = driver_virt(d);
	struct virt_domain dom = {};
	bool there = virt_table_get(dl->table, id, &dom);

	*ret = (struct driver_status){ .known = there || atomic_load(&dl->known) };
	if (!there)
		return;
	ret->defined = dom.defined;
	ret->active = dom.active;
	ret->paused = dom.active && dom.paused;
	ret->moving = ret->paused && dom.moving;
	ret->ours = dom.ours;
	ret->failed = dom.end != VIRT_END_SHUTDOWN && dom.end != VIRT_END_KILLED;
	ret->why = dom.active ? NULL : why_of(&dom);
}

static void dv_port(struct driver *d, const Nvo3__Nic *nic, char ret[DRIVER_PORT_MAX])
{
	nics_port(nic, ret);
}

static int dv_attach(struct driver *d, const Nvo3__VmProfile *vm, const char *dir, struct err *err)
{
	return driver_virt_of(vm, nics_attach(driver_virt(d)->nics, vm, -1, err), err);
}

static int dv_drop(struct driver *d, const Nvo3__Nic *nic, struct err *err)
{
	return nics_drop(driver_virt(d)->nics, nic, err);
}

static int dv_detach(struct driver *d, const Nvo3__VmProfile *vm, struct err *err)
{
	return driver_virt_of(vm, nics_detach(driver_virt(d)->nics, vm, err), err);
}

static int dv_set_link(struct driver *d, const Nvo3__VmProfile *vm, bool on, struct err *err)
{
	return nics_set_link(driver_virt(d)->nics, vm, on, err);
}

static int dv_find(struct driver *d, const Nvo3__VmProfile *vm, const char *dir, int *ret_fd,
		   struct err *err)
{
	struct driver_libvirt *dl = driver_virt(d);
	struct uuid id = profile_id(vm);
	struct driver_status st;
	int fd;

	dv_status(d, &id, &st);
	if (st.known && !st.active)
		return err_set(err, ESRCH, "%s", st.why ? st.why : "it has no domain");
	fd = virt_table_watch(dl->table, &id, err);
	if (fd < 0)
		return fd;
	*ret_fd = fd;
	return 0;
}

/* --- those that block, in another thread */

/* A domain that has this UUID, and is somebody else's, is not touched */
static int check_owner(struct driver_libvirt *dl, const struct uuid *id, struct err *err)
{
	struct virt_domain dom;
	int rc = virt_look(dl->virt, id, &dom, err);

	if (rc || dom.ours || (!dom.defined && !dom.active))
		return rc;
	return err_set(err, EEXIST, "domain %s has its UUID and is not nvo3's", dom.name);
}

static int dv_define(struct driver *d, const Nvo3__VmProfile *vm, const char *dir, struct err *err)
{
	struct driver_libvirt *dl = driver_virt(d);
	const struct config_libvirt *c = dl->config;
	char disk[PATH_LEN], console[PATH_LEN], place[NICS_PLACE_MAX];
	struct domxml_host host = {
		.type = c->type, .machine = c->machine, .emulator = c->emulator,
		.kernel = c->kernel, .initrd = c->initrd, .cmdline = c->cmdline,
		.console = console, .mtu = dl->mtu, .max_cpus = c->max_cpus,
		.max_memory_mib = c->max_memory_mib,
		.init = c->init, .root = c->template, .place = place,
	};
	struct uuid id = profile_id(vm);
	char *xml;
	int rc;

	snprintf(disk, sizeof(disk), "%s/www/image", dir);
	snprintf(console, sizeof(console), "%s/console.log", dir);
	nics_place(dl->nics, &id, place);
	rc = check_owner(dl, &id, err);
	if (rc)
		return driver_virt_of(vm, rc, err);
	xml = domxml_domain(vm, &host, disk);
	rc = virt_define(dl->virt, xml, err);
	free(xml);
	if (!rc)
		rc = driver_virt_observe(dl, &id, err);
	return driver_virt_of(vm, rc, err);
}

static int dv_undefine(struct driver *d, const Nvo3__VmProfile *vm, struct err *err)
{
	struct driver_libvirt *dl = driver_virt(d);
	struct uuid id = profile_id(vm);
	int rc;

	/* One that we could not define, as it is not ours, is not removed either */
	rc = check_owner(dl, &id, err);
	if (rc)
		return rc == -EEXIST ? 0 : driver_virt_of(vm, rc, err);
	rc = virt_undefine(dl->virt, &id, err);
	if (!rc)
		rc = driver_virt_observe(dl, &id, err);
	return driver_virt_of(vm, rc, err);
}

static int dv_start(struct driver *d, const Nvo3__VmProfile *vm, const char *dir, int *ret_fd,
		    struct err *err)
{
	struct driver_libvirt *dl = driver_virt(d);
	struct uuid id = profile_id(vm);
	int fd, rc;

	rc = dv_define(d, vm, dir, err);
	if (rc)
		return rc;
	rc = virt_start(dl->virt, &id, err);
	if (rc)
		return driver_virt_of(vm, rc, err);
	fd = virt_table_watch(dl->table, &id, err);
	if (fd < 0)
		return driver_virt_of(vm, fd, err);
	/* It may have ended before it was watched */
	driver_virt_observe(dl, &id, NULL);
	*ret_fd = fd;
	return 0;
}

static int dv_kill(struct driver *d, const Nvo3__VmProfile *vm, const char *dir, bool now,
		   struct err *err)
{
	struct driver_libvirt *dl = driver_virt(d);
	struct uuid id = profile_id(vm);
	int rc;

	rc = now ? virt_destroy(dl->virt, &id, err) : virt_shutdown(dl->virt, &id, err);
	if (!rc)
		rc = driver_virt_observe(dl, &id, err);
	return driver_virt_of(vm, rc, err);
}

static int dv_suspend(struct driver *d, const Nvo3__VmProfile *vm, bool on, struct err *err)
{
	struct driver_libvirt *dl = driver_virt(d);
	struct uuid id = profile_id(vm);
	int rc;

	rc = virt_suspend(dl->virt, &id, on, err);
	if (!rc)
		rc = driver_virt_observe(dl, &id, err);
	return driver_virt_of(vm, rc, err);
}

static int dv_reboot(struct driver *d, const Nvo3__VmProfile *vm, struct err *err)
{
	struct uuid id = profile_id(vm);

	return driver_virt_of(vm, virt_reboot(driver_virt(d)->virt, &id, err), err);
}

static int dv_console(struct driver *d, const Nvo3__VmProfile *vm, bool force, int *ret_fd,
		      struct err *err)
{
	struct uuid id = profile_id(vm);

	return driver_virt_of(vm, virt_console(driver_virt(d)->virt, &id, force, ret_fd, err), err);
}

static int dv_resize(struct driver *d, const Nvo3__VmProfile *vm, struct err *err)
{
	struct virt *v = driver_virt(d)->virt;
	struct uuid id = profile_id(vm);

	return driver_virt_of(vm, virt_resize(v, &id, vm->cpus, vm->memory_mib, err), err);
}

static int dv_grow(struct driver *d, const Nvo3__VmProfile *vm, struct err *err)
{
	struct virt *v = driver_virt(d)->virt;
	struct uuid id = profile_id(vm);

	return driver_virt_of(vm, virt_grow(v, &id, DOMXML_DISK, vm->disk_mib, err), err);
}

static int change_nic(struct driver *d, const Nvo3__VmProfile *vm, const Nvo3__Nic *nic,
		      int (*change)(struct virt *v, const struct uuid *id, const char *mac,
				    const char *xml, struct err *err),
		      struct err *err)
{
	struct driver_libvirt *dl = driver_virt(d);
	const struct domxml_host host = { .type = dl->config->type, .mtu = dl->mtu };
	struct uuid id = profile_id(vm);
	struct mac_addr mac = {};
	char text[MAC_ADDR_STRLEN];
	char *xml = domxml_nic(nic, &host);
	int rc;

	msg_get_mac(&nic->mac, &mac);
	rc = change(dl->virt, &id, mac_addr_format(&mac, text), xml, err);
	free(xml);
	return driver_virt_of(vm, rc, err);
}

static int dv_plug(struct driver *d, const Nvo3__VmProfile *vm, size_t nic, struct err *err)
{
	return change_nic(d, vm, vm->nics[nic], virt_plug, err);
}

static int dv_unplug(struct driver *d, const Nvo3__VmProfile *vm, size_t nic, struct err *err)
{
	return change_nic(d, vm, vm->nics[nic], virt_unplug, err);
}

static int dv_use(struct driver *d, struct driver_use **ret, size_t *ret_n, struct err *err)
{
	return virt_stats(driver_virt(d)->virt, ret, ret_n, err);
}

/* --- containers */

static int dv_limit(struct driver *d, const Nvo3__VmProfile *vm, struct err *err)
{
	struct virt *v = driver_virt(d)->virt;
	struct uuid id = profile_id(vm);

	return driver_virt_of(vm, virt_limit(v, &id, vm->cpus, vm->memory_mib, err), err);
}

/* libvirt does not know their interfaces; of others' containers nobody here does */
static int dv_use_places(struct driver *d, struct driver_use **ret, size_t *ret_n,
			 struct err *err)
{
	const struct nics *nics = driver_virt(d)->nics;
	int rc = dv_use(d, ret, ret_n, err);

	for (size_t i = 0; !rc && i < *ret_n; i++) {
		struct driver_use *use = &(*ret)[i];

		nics_bytes(nics, &use->id, &use->net_in, &use->net_out, NULL);
	}
	return rc;
}

static int check_root(const char *path, struct err *err)
{
	struct stat st;

	if (!*path || (!stat(path, &st) && S_ISDIR(st.st_mode)))
		return 0;
	return err_set(err, ENOTDIR, "vserver.libvirt.template: %s is no folder, which is what the root of a container is",
		       path);
}

/* Its interfaces are all that is in its place, whatever libvirt is told of it */
static int be_containers(struct driver_libvirt *dl, struct err *err)
{
	dl->own.resize = dv_limit;
	dl->own.use = dv_use_places;
	dl->own.plug = NULL;
	dl->own.unplug = NULL;
	dl->own.migrate = NULL;
	dl->own.cancel = NULL;
	dl->own.arrived = NULL;
	dl->driver.stays = "its VMs are containers, whose processes libvirt cannot move elsewhere";
	return check_root(dl->config->template, err);
}

static void dv_free(struct driver *d)
{
	struct driver_libvirt *dl = driver_virt(d);
	struct note *n;

	virt_close(dl->virt);
	loop_fd_free(dl->watch);
	while ((n = dl->notes)) {
		dl->notes = n->next;
		free(n);
	}
	virt_table_free(dl->table);
	nics_free(dl->nics);
	close(dl->mail);
	pthread_mutex_destroy(&dl->lock);
	free(dl);
}

/* Containers have no memory of their own, and the test driver no emulator */
static bool can_move(const struct config_libvirt *c)
{
	return !strcmp(c->type, "kvm") || !strcmp(c->type, "qemu");
}

int driver_libvirt_new(struct driver **ret, const struct config *config, struct err *err)
{
	static const struct driver_ops ops = {
		.free = dv_free, .port = dv_port, .attach = dv_attach, .detach = dv_detach,
		.set_link = dv_set_link, .find = dv_find, .status = dv_status, .watch = dv_watch,
		.define = dv_define, .undefine = dv_undefine, .start = dv_start, .kill = dv_kill,
		.suspend = dv_suspend, .reboot = dv_reboot, .migrate = driver_virt_migrate,
		.cancel = driver_virt_cancel, .arrived = driver_virt_arrived, .use = dv_use,
		.drop = dv_drop, .resize = dv_resize, .plug = dv_plug, .unplug = dv_unplug,
		.grow = dv_grow,
		.console = dv_console,
	};
	static const struct virt_ops virt_ops = { .changed = changed, .up = up, .down = down };
	struct driver_libvirt *dl = mem_zalloc(sizeof(*dl));
	bool lxc = !strcmp(config->libvirt.type, "lxc");
	int rc;

	dl->own = ops;
	dl->driver = (struct driver){
		.ops = &dl->own, .blocks = true, .grace_ms = config->libvirt.shutdown_s * 1000,
		.moves = can_move(&config->libvirt) ? &driver_virt_moves : NULL,
	};
	dl->config = &config->libvirt;
	dl->mtu = config->vserver.mtu;
	dl->table = virt_table_new();
	pthread_mutex_init(&dl->lock, NULL);
	dl->mail = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	rc = dl->mail < 0 ? err_sys(err, errno, "cannot make an eventfd") :
			    nics_new(&dl->nics, lxc ? NICS_VETH : NICS_TAP, config->name,
				     dl->mtu, err);
	if (!rc && lxc)
		rc = be_containers(dl, err);
	if (!rc)
		rc = virt_open(&dl->virt, dl->config->uri, &virt_ops, dl, err);
	if (rc) {
		dv_free(&dl->driver);
		return rc;
	}
	*ret = &dl->driver;
	return 0;
}
