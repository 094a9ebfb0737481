// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include "placement.h"

static int fits(const struct server *server, const char *what, const char *unit, uint64_t used,
		uint64_t total, uint64_t wanted, struct err *err)
{
	if (used + wanted <= total)
		return 0;
	return err_set(err, ENOSPC,
		       "server %s has not enough %s: %llu%s wanted, %llu of %llu%s free",
		       server->name, what, (unsigned long long)wanted, unit,
		       (unsigned long long)(total > used ? total - used : 0),
		       (unsigned long long)total, unit);
}

int placement_fits(const struct server *server, const struct capacity *size, struct err *err)
{
	const struct capacity *used = &server->used, *total = &server->total;
	int ret;

	ret = fits(server, "room for VMs", "", used->vms, total->vms, size->vms, err);
	if (!ret)
		ret = fits(server, "cpus", "", used->cpus, total->cpus, size->cpus, err);
	if (!ret)
		ret = fits(server, "memory", " MiB", used->memory_mib, total->memory_mib,
			   size->memory_mib, err);
	if (!ret)
		ret = fits(server, "disk", " MiB", used->disk_mib, total->disk_mib,
			   size->disk_mib, err);
	return ret;
}

static struct server *choose_named(struct inventory *inv, const char *name,
				   const struct capacity *size, const struct server *except,
				   int *ret_err, struct err *err)
{
	struct server *server = inventory_server(inv, name);

	if (!server) {
		*ret_err = err_set(err, ENOENT, "there is no server %s in %s", name, inv->dc);
		return NULL;
	}
	if (server == except) {
		*ret_err = err_set(err, EEXIST, "the VM is on server %s already", name);
		return NULL;
	}
	if (!server->session) {
		*ret_err = err_set(err, EHOSTUNREACH, "server %s of %s is down", name, inv->dc);
		return NULL;
	}
	*ret_err = placement_fits(server, size, err);
	return *ret_err ? NULL : server;
}

/* Ties go to the first name, so that the choice does not depend on the hash. */
static bool better(const struct server *a, const struct server *b)
{
	uint32_t free_a = a->total.memory_mib - a->used.memory_mib;
	uint32_t free_b = b->total.memory_mib - b->used.memory_mib;

	if (free_a != free_b)
		return free_a > free_b;
	return strcmp(a->name, b->name) < 0;
}

struct server *placement_choose(struct inventory *inv, const char *name,
				const struct capacity *size, const struct server *except,
				int *ret_err, struct err *err)
{
	struct server *server, *tmp, *best = NULL;
	unsigned int up = 0;

	if (name && *name)
		return choose_named(inv, name, size, except, ret_err, err);
	HASH_ITER(hh, inv->servers, server, tmp) {
		if (!server->session || server == except)
			continue;
		up++;
		/* of several full ones the sentence names the last */
		if (!placement_fits(server, size, err) && (!best || better(server, best)))
			best = server;
	}
	*ret_err = 0;
	if (!best && !up)
		*ret_err = err_set(err, EHOSTUNREACH, "no %sserver of %s is up",
				   except ? "other " : "", inv->dc);
	else if (!best)
		*ret_err = -ENOSPC;
	return best;
}
