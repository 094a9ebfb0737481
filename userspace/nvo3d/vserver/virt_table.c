// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <uthash.h>

#include "mem.h"
#include "virt_table.h"

struct entry {
	struct uuid id;			/* key */
	struct virt_domain dom;
	bool is_seen;			/* dom is what was seen */
	uint64_t turn;
	int fd;				/* eventfd: of who watches; -1 nobody */
	UT_hash_handle hh;
};

struct virt_table {
	pthread_mutex_t lock;
	struct entry *entries;
	uint64_t turns;
};

struct virt_table *virt_table_new(void)
{
	struct virt_table *t = mem_zalloc(sizeof(*t));

	pthread_mutex_init(&t->lock, NULL);
	return t;
}

static void entry_del(struct virt_table *t, struct entry *e)
{
	HASH_DEL(t->entries, e);
	if (e->fd >= 0)
		close(e->fd);
	free(e);
}

void virt_table_free(struct virt_table *t)
{
	struct entry *e, *next;

	if (!t)
		return;
	HASH_ITER(hh, t->entries, e, next)
		entry_del(t, e);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

static struct entry *lookup(struct virt_table *t, const struct uuid *id)
{
	struct entry *e;

	HASH_FIND(hh, t->entries, id, sizeof(*id), e);
	return e;
}

static struct entry *get(struct virt_table *t, const struct uuid *id)
{
	struct entry *e = lookup(t, id);

	if (e)
		return e;
	e = mem_zalloc(sizeof(*e));
	e->id = *id;
	e->dom.id = *id;
	e->fd = -1;
	HASH_ADD(hh, t->entries, id, sizeof(e->id), e);
	return e;
}

uint64_t virt_table_turn(struct virt_table *t, const struct uuid *id)
{
	struct entry *e;
	uint64_t turn;

	pthread_mutex_lock(&t->lock);
	e = lookup(t, id);
	turn = e ? e->turn : 0;
	pthread_mutex_unlock(&t->lock);
	return turn;
}

static void tell(struct entry *e)
{
	if (e->fd < 0)
		return;
	eventfd_write(e->fd, 1);
	close(e->fd);
	e->fd = -1;
}

bool virt_table_seen(struct virt_table *t, const struct virt_domain *dom, uint64_t turn)
{
	struct entry *e;
	bool ok = true;

	pthread_mutex_lock(&t->lock);
	e = lookup(t, &dom->id);
	if (e && e->turn != turn) {
		ok = false;
	} else if (e || dom->ours) {
		e = get(t, &dom->id);
		/* Why it ended is not told again by one that has no definition any more */
		if (dom->defined || dom->active || !e->is_seen)
			e->dom = *dom;
		e->dom.defined = dom->defined;
		e->dom.active = dom->active;
		e->is_seen = true;
		if (!dom->active)
			tell(e);
		if (!dom->active && !dom->defined)
			entry_del(t, e);
	}
	pthread_mutex_unlock(&t->lock);
	return ok;
}

void virt_table_sweep(struct virt_table *t, const struct uuid *ids, size_t n,
		      void (*look)(const struct uuid *id, void *arg), void *arg)
{
	struct uuid *gone;
	size_t n_gone = 0;
	struct entry *e;

	pthread_mutex_lock(&t->lock);
	gone = mem_calloc(HASH_COUNT(t->entries), sizeof(*gone));
	for (e = t->entries; e; e = e->hh.next) {
		size_t i = 0;

		while (i < n && !uuid_equal(&ids[i], &e->id))
			i++;
		if (i == n)
			gone[n_gone++] = e->id;
	}
	pthread_mutex_unlock(&t->lock);
	for (size_t i = 0; i < n_gone; i++)
		look(&gone[i], arg);
	free(gone);
}

bool virt_table_get(struct virt_table *t, const struct uuid *id, struct virt_domain *ret)
{
	struct entry *e;
	bool seen;

	pthread_mutex_lock(&t->lock);
	e = lookup(t, id);
	seen = e && e->is_seen;
	if (seen)
		*ret = e->dom;
	pthread_mutex_unlock(&t->lock);
	return seen;
}

int virt_table_watch(struct virt_table *t, const struct uuid *id, struct err *err)
{
	int fd = eventfd(0, EFD_CLOEXEC), copy = fd < 0 ? -1 : dup(fd);
	struct entry *e;

	if (copy < 0) {
		err_sys(err, errno, "cannot make an eventfd");
		if (fd >= 0)
			close(fd);
		return -EMFILE;
	}
	pthread_mutex_lock(&t->lock);
	e = get(t, id);
	if (e->fd >= 0)
		close(e->fd);
	e->fd = fd;
	e->turn = ++t->turns;
	e->dom.active = true;
	pthread_mutex_unlock(&t->lock);
	return copy;
}
